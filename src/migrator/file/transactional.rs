//! Runs a transactional file: one message, one transaction, sent again in another way where the
//! [`verdict`] says so.

use std::path::Path;

use crate::checksum::Checksum;
use crate::error::{Error, Outcome};
use crate::event::Event;
use crate::fault::{Fault, ServerError};
use crate::migration::State;
use crate::migrator::file::loaded::{LoadedFile, Ran};
use crate::migrator::file::message::{Message, Spot};
use crate::migrator::file::retry::Retries;
use crate::migrator::file::verdict::{
    Attempt, Ending, ErrorFacts, NamedTable, Nature, Part, Raised, Verdict, verdict,
};
use crate::migrator::run::Run;
use crate::session::{SendError, UnderWay};
use crate::sql::{Kind, Mode};
use crate::sqlstate::{INVALID_TEXT_REPRESENTATION, SYNTAX_ERROR};
use crate::table::{CHECK, GUARD, OurSql, Prepared, Table, Took};

/// The log's refusal of an entry, until it is known whether the log is to blame.
struct Suspicion {
    code: String,
    reason: String,
    /// The error came from the entry itself.
    is_certain: bool,
}

impl Run<'_> {
    /// Sends the file with our statements at byte `guard_at` of its text.
    ///
    /// # Errors
    ///
    /// As [`Run::file`].
    pub fn transactional(&mut self, file: &mut LoadedFile, guard_at: usize) -> Result<Ran, Error> {
        let touches = file.script.may_touch(&file.text, &self.table.schema, &self.table.name);
        let mut attempt = Attempt {
            guard_at,
            end: match touches && file.after() != State::NONE {
                _ if file.script.is_empty() => Ending::Nothing,
                true => Ending::Restore,
                false => Ending::Check,
            },
            with_log: self.table.log.is_on,
            prepared: self.table.has_prepared(file.before(), file.after()),
            as_connected: self.table.settings.role_changed,
            may_restore: true,
        };
        let mut retries = Retries::new(self.retries(), &self.options.interrupt);
        let mut suspicion: Option<Suspicion> = None;
        loop {
            let mut message = self.message(file, &attempt);
            let sent = self.send_file(file, &mut message);
            let statements = file.script.statements();
            let part = sent.as_ref().err().map(|error| message.part(error.completed, statements));
            if attempt.prepared && part != Some(Part::Row) {
                self.table.prepared = Prepared::Yes;
            }
            let Err(error) = sent else {
                if let Some(suspicion) = suspicion {
                    self.stop_logging(suspicion.reason);
                }
                return Ok(Ran::Done);
            };
            let Fault::Server(said) = &error.fault else {
                let done = (error.completed, false);
                let spot = message.spot(file.sent(), None, done, statements);
                return Err(file.failed(error, spot.statement, None, Outcome::Unknown));
            };
            let nature = self.nature(file, &retries);
            if nature.own_transaction {
                // The error left the block open, aborted: nothing in it can be saved.
                self.locked.roll_back();
            }
            if file.is_gone {
                return Err(file.failed(error, None, None, Outcome::Unchanged(file.before())));
            }
            let done = (error.completed, error.has_rows);
            let spot = message.spot(file.sent(), said.position, done, statements);
            let mut facts = error_facts(said, &spot, self.table);
            // What cannot be parsed fails before anything is executed.
            facts.is_prepared = attempt.prepared
                && !matches!(part, None | Some(Part::File))
                && !facts.may_be_commit
                && said.code != SYNTAX_ERROR;
            facts.log_defers = facts.may_be_commit
                && attempt.with_log
                && self.table.log_defers(self.locked.session());
            match verdict(&facts, &attempt, &nature) {
                Verdict::Again(next) => {
                    if attempt.with_log && !next.with_log {
                        suspicion = Some(Suspicion {
                            code: said.code.clone(),
                            reason: said.message.clone(),
                            is_certain: spot.part == Part::Log,
                        });
                    }
                    self.table.settings.role_changed |= next.as_connected;
                    if attempt.prepared && !next.prepared {
                        self.table.prepared = Prepared::No;
                    }
                    attempt = next;
                }
                Verdict::Retry => self.retry(file, &mut retries, error.blockers),
                Verdict::NonTransactional => {
                    self.tell(Event::FellBack(file.file.clone(), said.message.clone()));
                    return self.non_transactional(file, false);
                }
                Verdict::Moved => return Err(self.moved(file.before())),
                Verdict::NotKept => return Err(self.not_kept()),
                Verdict::OursFailed => {
                    let sql = format!("the version row of {}", self.table.quoted());
                    return Err(Error::Statement { sql, fault: error.fault });
                }
                Verdict::Failed => {
                    // Without the entry it failed in the same way, so the log was not to blame.
                    if let Some(suspicion) = suspicion
                        && (suspicion.is_certain || suspicion.code != said.code)
                    {
                        self.stop_logging(suspicion.reason);
                    }
                    let outcome = Outcome::Unchanged(file.before());
                    return Err(file.failed(error, spot.statement, spot.position, outcome));
                }
            }
        }
    }

    /// Sends a message, and tells the server's notices.
    pub fn send(&mut self, sql: &str) -> Result<(), SendError> {
        self.send_and_tell(sql, |_| true)
    }

    /// Sends a file with our statements in it. Of a large file nothing is kept while it is sent, for the
    /// driver has the message twice then; when it fails it is read again.
    fn send_file(&mut self, file: &mut LoadedFile, message: &mut Message) -> Result<(), SendError> {
        if !file.is_large() {
            return self.send(&message.text(file.sent()));
        }
        let sum = Checksum::of(&file.text);
        let text = message.put_into(file.let_go());
        let mut under_way = UnderWay::default();
        let limits = self.limits();
        let posted = self.post(&text, &mut under_way);
        drop(text);
        let sent = posted.and_then(|()| self.answer_and_tell(&mut under_way, &limits, |_| true));
        if sent.is_err() {
            file.take_back(self.source, sum);
        }
        sent
    }

    fn nature(&self, file: &LoadedFile, retries: &Retries) -> Nature {
        let mode = file.script.statements().iter().rfind(|s| s.kind == Kind::SetTransaction);
        Nature {
            own_transaction: matches!(file.script.mode(), Mode::OwnTransaction { .. }),
            is_ended: file.script.is_ended(),
            is_read_only: file.script.facts().is_read_only,
            mode_end: mode.map(|mode| mode.span.end),
            may_retry: retries.are_left(),
        }
    }

    /// The file with our statements in it.
    fn message(&self, file: &LoadedFile, attempt: &Attempt) -> Message {
        let statements = file.script.statements();
        let operator = &self.options.operator;
        let entry = |took| attempt.with_log.then(|| file.entry(took));
        let mut message = Message::default();
        message.insert(0, Part::Row, OurSql { sql: label(&file.path), count: 0 });
        if attempt.prepared {
            let prepare = self.table.prepare(operator, &file.entry(Took::Message));
            message.insert(attempt.guard_at, Part::Row, prepare);
        }
        let row = match attempt.prepared {
            true => self.table.advance_prepared(file.before(), file.after()),
            false => self.table.advance(file.before(), file.after()),
        };
        message.insert(attempt.guard_at, Part::Row, row);
        // At no version the file may have dropped the table, and with it nothing that could be lost.
        let is_checked_first = attempt.end == Ending::Nothing || file.after() == State::NONE;
        if is_checked_first {
            message.insert(attempt.guard_at, Part::Row, self.table.check(file.after()));
        }
        if let Some(entry) = entry(Took::Unknown).filter(|_| attempt.end == Ending::Nothing) {
            let record = self.table.record(operator, &entry);
            message.insert(attempt.guard_at, Part::Log, record);
        }
        if let Some(wait) = self.options.lock_wait {
            // Behind our own statements: a run that waits for the row waits for its end.
            let sql = format!("SET LOCAL lock_timeout = {};", wait.as_millis());
            message.insert(attempt.guard_at, Part::Row, OurSql { sql, count: 1 });
        }
        if attempt.end == Ending::Nothing {
            return message;
        }
        let own_transaction = matches!(file.script.mode(), Mode::OwnTransaction { .. });
        let end = match statements.last() {
            Some(commit) if own_transaction => commit.code.start,
            _ => file.sent().len(),
        };
        let is_ended = own_transaction || file.script.is_ended();
        let separator = if is_ended { "\n" } else { "\n;" };
        message.insert(end, Part::End, OurSql { sql: separator.to_string(), count: 0 });
        if attempt.end == Ending::Restore {
            message.insert(end, Part::End, self.table.restore(file.after()));
        }
        // The server commits before it says that the last statement of a message is done. That one is
        // ours, and gives a row: what fails behind the row fails at the commit.
        match entry(Took::Message) {
            Some(entry) if is_checked_first => {
                message.insert(end, Part::Log, self.table.record(operator, &entry));
                message.insert(end, Part::End, OurSql::nothing());
            }
            Some(entry) if attempt.prepared => {
                message.insert(end, Part::Log, self.table.record_prepared(operator, &entry));
            }
            Some(entry) => {
                message.insert(end, Part::Log, self.table.record_and_check(operator, &entry));
            }
            None if is_checked_first => message.insert(end, Part::End, OurSql::nothing()),
            None => message.insert(end, Part::End, self.table.check(file.after())),
        }
        message
    }
}

/// What an error says, as far as it decides.
pub fn error_facts<'e>(error: &'e ServerError, spot: &Spot, table: &Table) -> ErrorFacts<'e> {
    let raises = |mark| error.code == INVALID_TEXT_REPRESENTATION && error.message.contains(mark);
    let is_log = error.table.as_ref() == Some(&table.log.name)
        && error.schema.as_ref() == Some(&table.schema);
    ErrorFacts {
        code: &error.code,
        part: spot.part,
        has_position: error.position.is_some(),
        may_be_commit: spot.may_be_commit,
        is_prepared: false,
        log_defers: false,
        raised: match () {
            () if raises(GUARD) => Raised::Guard,
            () if raises(CHECK) => Raised::Check,
            () => Raised::Neither,
        },
        table: match error.table {
            None => NamedTable::None,
            Some(_) if is_log => NamedTable::Log,
            Some(_) => NamedTable::Other,
        },
    }
}

/// A comment for those who look at what the server runs: the file's name, in characters that any
/// database can hold.
pub fn label(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().replace("*/", "* /"));
    let ascii = |c: char| if c.is_ascii() { c } else { '?' };
    let name: String = name.unwrap_or_default().chars().map(ascii).collect();
    format!("/* {name} */ ")
}
