//! Runs several files in one transaction: all that are pending, or the two of a `redo`.
//!
//! BEGIN and the guard go first and are waited for. Behind them each file is a message of its own,
//! sent before the answers to those ahead of it have come, so that many cost one round trip and it is
//! plain all the same which of them failed: the server does nothing more in an aborted transaction.
//! Only when all have answered do the log's entries, the check and COMMIT follow.

use std::time::Instant;

use crate::error::{Error, Outcome};
use crate::event::Event;
use crate::fault::{Fault, ServerError};
use crate::migration::State;
use crate::migrator::file::attempt::{Attempt, Sent};
use crate::migrator::file::loaded::LoadedFile;
use crate::migrator::file::message::{Message, Spot};
use crate::migrator::file::retry::Retries;
use crate::migrator::file::together::Together;
use crate::migrator::file::transactional::{error_facts, label};
use crate::migrator::file::verdict::{Part, SharedVerdict, Tried, may_run_alone, shared_verdict};
use crate::migrator::run::Run;
use crate::session::{Limits, SendError, UnderWay};
use crate::sqlstate::{LOCK_NOT_AVAILABLE, QUERY_CANCELED};
use crate::table::{NewEntry, OurSql, Took};

/// As much is under way at once, in bytes.
const WINDOW: usize = 1 << 20;

/// What a message takes beside its text, about, in bytes.
const BESIDE: usize = 1 << 8;

/// Files with so many bytes wait for their entries in the log.
const UNLOGGED: usize = 1 << 20;

/// What became of files that were to run in one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedRun {
    /// They ran.
    Done,
    /// The run was asked to stop, and nothing has happened.
    Stopped,
}

/// Why a shared transaction came to nothing.
enum Broken {
    /// A file failed: the statement with this index of it, at this position.
    File(Box<LoadedFile>, SendError, Option<usize>, Option<usize>),
    /// A statement of ours failed.
    Ours(Part, SendError),
    /// COMMIT failed.
    Commit(SendError),
    /// The run was asked to stop.
    Stopped,
    /// Anything else.
    Other(Error),
}

impl From<Error> for Broken {
    fn from(error: Error) -> Broken {
        Broken::Other(error)
    }
}

impl Broken {
    fn error(&self) -> Option<&SendError> {
        match self {
            Broken::File(_, error, ..) | Broken::Ours(_, error) | Broken::Commit(error) => {
                Some(error)
            }
            Broken::Stopped | Broken::Other(_) => None,
        }
    }
}

impl Run<'_> {
    /// Runs files in one transaction.
    ///
    /// # Errors
    ///
    /// As [`Run::file`], and [`Error::Failed`] with
    /// [`Sharing::Unfit`](crate::error::Sharing::Unfit) where they cannot share one; nothing has
    /// happened then.
    pub fn in_one_transaction(&mut self, together: &mut Together<'_>) -> Result<SharedRun, Error> {
        let mut retries = Retries::new(self.retries(), &self.options.interrupt);
        let mut tried = Tried { with_log: self.table.log.is_on, ..Tried::default() };
        let mut suspicion = None;
        loop {
            self.read_together(together)?;
            tried.as_connected = self.table.settings.role_changed;
            let mut attempt = Attempt::new(together, tried);
            let broken = match self.share(together, &mut attempt) {
                Ok(()) => {
                    if let Some((_, reason)) = suspicion {
                        self.stop_logging(reason);
                    }
                    for (file, (read, ran)) in together.files.iter().zip(attempt.times) {
                        self.tell(Event::Finished { file: file.clone(), read, ran });
                    }
                    return Ok(SharedRun::Done);
                }
                Err(broken) => broken,
            };
            // Answers that nobody takes would hold up that of the ROLLBACK.
            attempt.under_way = UnderWay::default();
            self.locked.roll_back();
            let last = attempt.unlogged.pop().map(|(file, _)| file).or(attempt.last);
            let (file, error, statement, position) = match broken {
                Broken::Stopped => return Ok(SharedRun::Stopped),
                Broken::Other(error) => return Err(error),
                // It was asked for.
                broken if broken.error().is_some_and(|error| self.is_cancelled(error)) => {
                    return Ok(SharedRun::Stopped);
                }
                Broken::File(file, error, ..)
                    if error.fault.code() == Some(LOCK_NOT_AVAILABLE) && retries.are_left() =>
                {
                    self.retry(&file, &mut retries, error.blockers);
                    continue;
                }
                Broken::File(file, error, statement, position) => {
                    (Some(*file), error, statement, position)
                }
                Broken::Ours(part, SendError { fault: Fault::Server(said), .. }) => {
                    tried = self.try_again(tried, part, said, together.before)?;
                    continue;
                }
                // At the commit nobody tells whose trigger it was.
                Broken::Commit(SendError { fault: Fault::Server(said), .. })
                    if tried.with_log && self.table.log_defers(self.locked.session()) =>
                {
                    suspicion = Some((said.code, said.message));
                    tried.with_log = false;
                    continue;
                }
                // What has become of it is found out as for a file.
                Broken::Ours(_, error) | Broken::Commit(error) => (last, error, None, None),
            };
            if let Some((code, reason)) = suspicion
                && error.fault.code() != Some(&code)
            {
                self.stop_logging(reason);
            }
            let Some(file) = file else {
                return Err(Error::Statement { sql: "COMMIT".to_string(), fault: error.fault });
            };
            return Err(self.shared_failed(together, &file, error, (statement, position)));
        }
    }

    /// One try. What has failed is not rolled back yet.
    fn share(&mut self, together: &mut Together<'_>, attempt: &mut Attempt) -> Result<(), Broken> {
        self.open_transaction(together)?;
        attempt.since = Instant::now();
        let (mut next, mut must_wait) = (self.next_together(together)?, false);
        loop {
            let is_idle = attempt.sent.is_empty();
            match next.take() {
                _ if is_idle && self.options.interrupt.is_stopped() => return Err(Broken::Stopped),
                // What is under way is cancelled, and its answers are waited for.
                _ if self.options.interrupt.is_stopped() => self.take_answer(attempt)?,
                Some(file) if is_idle || attempt.size < WINDOW && !must_wait => {
                    self.post_file(together, attempt, file)?;
                    next = self.next_together(together)?;
                    let depends = |file: &LoadedFile| file.script.depends_on_strings(&file.text);
                    must_wait = next.as_ref().is_some_and(depends);
                }
                None if is_idle => break,
                waiting => {
                    next = waiting;
                    self.take_answer(attempt)?;
                }
            }
        }
        self.close_transaction(attempt, together.after())
    }

    /// BEGIN and the guard. They are waited for: without them a file would be committed by itself.
    fn open_transaction(&mut self, together: &Together<'_>) -> Result<(), Broken> {
        let row = self.table.advance(together.before, together.after()).sql;
        let mut sql = format!("BEGIN;{row}");
        if let Some(wait) = self.options.lock_wait {
            // Behind our own statements: a run that waits for the row waits for its end.
            sql.push_str(&format!("SET LOCAL lock_timeout = {};", wait.as_millis()));
        }
        self.locked.write(&sql).map(drop).map_err(|error| match error {
            Error::Statement { fault: fault @ Fault::Server(_), .. } => {
                Broken::Ours(Part::Row, fault.into())
            }
            error => Broken::Other(error),
        })
    }

    /// Sends a file, behind what is under way.
    fn post_file(
        &mut self,
        together: &Together<'_>,
        attempt: &mut Attempt,
        mut file: LoadedFile,
    ) -> Result<(), Broken> {
        if attempt.sent.is_empty() {
            // One before it may have changed how strings are read.
            file.analyse(self.locked.session().strings());
        }
        self.table.note(file.script.facts());
        let names = [&self.table.name, &self.table.log.name];
        let touches = |name| file.script.may_touch(&file.text, &self.table.schema, name);
        let mut before = OurSql::default();
        if names.into_iter().any(|name| touches(name)) {
            // It is to find the row as if it ran by itself.
            before = attempt.set_row(self.table, file.after());
            attempt.is_touched = true;
        }
        let text = together.text(&file)?;
        let sql = message(&file, &before).text(&text);
        let size = sql.len() + BESIDE;
        if !file.script.is_empty()
            && let Err(error) = self.post(&sql, &mut attempt.under_way)
        {
            return Err(Broken::File(Box::new(file), error, None, None));
        }
        attempt.size += size;
        attempt.sent.push_back(Sent::File(Box::new(file), before, size));
        Ok(())
    }

    /// Waits for the first answer that is to come.
    fn take_answer(&mut self, attempt: &mut Attempt) -> Result<(), Broken> {
        let Some(sent) = attempt.sent.pop_front() else { return Ok(()) };
        let limits = self.limits();
        let (file, before) = match sent {
            Sent::File(file, before, size) => {
                attempt.size -= size;
                (file, before)
            }
            Sent::Ours(part) => {
                let answer = self.answer_and_tell(&mut attempt.under_way, &limits, |_| false);
                attempt.since = Instant::now();
                return answer.map_err(|error| Broken::Ours(part, error));
            }
            Sent::Commit => {
                let answer = self.answer_and_tell(&mut attempt.under_way, &limits, |_| false);
                return answer.map_err(Broken::Commit);
            }
        };
        self.begin(&file);
        // All of it will be rolled back, so nothing is gained by its end.
        let limits = Limits { ends_at_stop: true, ..limits };
        if !file.script.is_empty()
            && let Err(error) = self.answer_and_tell(&mut attempt.under_way, &limits, |_| true)
        {
            return Err(failed(file, &before, error));
        }
        let now = Instant::now();
        let ran = now - std::mem::replace(&mut attempt.since, now);
        attempt.times.push((file.read, ran));
        self.tell(Event::Uncommitted(file.file.clone()));
        attempt.unlogged_size += file.size();
        attempt.unlogged.push((*file, ran));
        if attempt.unlogged_size >= UNLOGGED {
            self.post_log(attempt)?;
        }
        Ok(())
    }

    /// Sends the entries of files that have run, and keeps the last file.
    fn post_log(&mut self, attempt: &mut Attempt) -> Result<(), Broken> {
        let mut files = std::mem::take(&mut attempt.unlogged);
        attempt.unlogged_size = 0;
        let entries: Vec<NewEntry<'_>> =
            files.iter().map(|(file, ran)| file.entry(Took::This(*ran))).collect();
        let mut sql = String::new();
        if attempt.tried.with_log && !entries.is_empty() {
            let row = attempt.row;
            sql = attempt.set_row(self.table, row).sql;
            sql.push_str(&self.table.record_all(&self.options.operator, &entries).sql);
        }
        attempt.last = files.pop().map(|(file, _)| file).or(attempt.last.take());
        self.post_ours(attempt, &sql, Part::Log)
    }

    fn post_ours(&mut self, attempt: &mut Attempt, sql: &str, part: Part) -> Result<(), Broken> {
        if !sql.is_empty() {
            self.post(sql, &mut attempt.under_way).map_err(|error| Broken::Ours(part, error))?;
            attempt.sent.push_back(Sent::Ours(part));
        }
        Ok(())
    }

    /// The log, the row and COMMIT, when all files have run. In an aborted transaction the COMMIT
    /// behind a statement that failed is a ROLLBACK.
    fn close_transaction(&mut self, attempt: &mut Attempt, after: State) -> Result<(), Broken> {
        let row = attempt.set_row(self.table, after).sql;
        self.post_ours(attempt, &row, Part::End)?;
        self.post_log(attempt)?;
        if after != State::NONE {
            self.post_ours(attempt, &self.table.check(after).sql, Part::End)?;
        }
        self.post("COMMIT", &mut attempt.under_way).map_err(Broken::Commit)?;
        attempt.sent.push_back(Sent::Commit);
        while !attempt.sent.is_empty() {
            self.take_answer(attempt)?;
        }
        Ok(())
    }

    /// What to do about a statement of ours that the server refused.
    fn try_again(
        &mut self,
        tried: Tried,
        part: Part,
        said: Box<ServerError>,
        before: State,
    ) -> Result<Tried, Error> {
        let spot = Spot { part, statement: None, position: None, may_be_commit: false };
        match shared_verdict(&error_facts(&said, &spot, self.table), &tried) {
            SharedVerdict::Again(tried) => {
                self.table.settings.role_changed |= tried.as_connected;
                Ok(tried)
            }
            SharedVerdict::WithoutLog => {
                self.stop_logging(said.message);
                Ok(Tried { with_log: false, ..tried })
            }
            SharedVerdict::Moved => Err(self.moved(before)),
            SharedVerdict::NotKept => Err(self.not_kept()),
            SharedVerdict::Failed => {
                let sql = format!("the version row of {}", self.table.quoted());
                Err(Error::Statement { sql, fault: Fault::Server(said) })
            }
        }
    }

    /// Whether an error is what was asked for.
    fn is_cancelled(&self, error: &SendError) -> bool {
        self.options.interrupt.is_stopped() && error.fault.code() == Some(QUERY_CANCELED)
    }

    fn shared_failed(
        &mut self,
        together: &Together<'_>,
        file: &LoadedFile,
        error: SendError,
        (statement, position): (Option<usize>, Option<usize>),
    ) -> Error {
        let outcome = match &error.fault {
            Fault::Server(_) => Outcome::Unchanged(together.before),
            _ => Outcome::Unknown,
        };
        let is_unfit = error.fault.code().is_some_and(may_run_alone);
        let failed = file.failed(error, statement, position, outcome);
        let Error::Failed(failure) = failed else { return failed };
        let failure = Box::new(together.in_company(file, *failure, is_unfit));
        if !is_unfit {
            self.log_failure(file, &failure);
        }
        Error::Failed(failure)
    }
}

/// What of ours stands before a file's text as it runs with others.
fn message(file: &LoadedFile, before: &OurSql) -> Message {
    let mut message = Message::default();
    message.insert(0, Part::Row, OurSql { sql: label(&file.path), count: 0 });
    message.insert(0, Part::Row, before.clone());
    message
}

/// A file's message failed: it, or what stands before it.
fn failed(file: Box<LoadedFile>, before: &OurSql, error: SendError) -> Broken {
    let position = match &error.fault {
        Fault::Server(said) => said.position,
        _ => None,
    };
    let done = (error.completed, false);
    let spot = message(&file, before).spot(&file.text, position, done, &[]);
    match (spot.part, error.completed.checked_sub(before.count)) {
        (Part::Row, _) | (_, None) => Broken::Ours(Part::Row, error),
        (_, Some(done)) => {
            let statement = file.shared_statement(done);
            Broken::File(file, error, Some(statement), spot.position)
        }
    }
}
