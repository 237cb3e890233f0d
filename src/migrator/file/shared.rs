//! Runs several files in one transaction: the two of a `redo`.
//!
//! Our statements and each file go out in messages of their own within one BEGIN … COMMIT, so that
//! it is plain which of them failed. What cannot be done so is undone, and the files run one after
//! the other.

use std::time::{Duration, Instant};

use crate::error::{Error, Outcome};
use crate::event::Event;
use crate::fault::{Fault, ServerError};
use crate::migration::State;
use crate::migrator::file::loaded::LoadedFile;
use crate::migrator::file::retry::Retries;
use crate::migrator::file::verdict::may_run_alone;
use crate::migrator::run::Run;
use crate::session::SendError;
use crate::sqlstate::{
    INSUFFICIENT_PRIVILEGE, INVALID_SCHEMA_NAME, LOCK_NOT_AVAILABLE, UNDEFINED_TABLE,
};
use crate::table::Took;

/// What became of files that were to run in one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedRun {
    /// They ran.
    Done,
    /// They cannot share one; nothing has happened.
    Separately,
}

/// Why a shared transaction came to nothing.
enum Broken {
    /// The file with this index failed.
    File(usize, SendError),
    /// The log refused an entry.
    Log(String),
    /// The COMMIT failed.
    Commit(Fault),
    /// The files cannot share a transaction.
    NotShared,
    /// The row is not where the first file begins.
    Moved,
    /// Anything else.
    Other(Error),
}

impl Run<'_> {
    /// Runs files in one transaction, if they can share one. `state` is the row before them.
    ///
    /// # Errors
    ///
    /// As [`Run::file`]; nothing has happened then.
    pub fn in_one_transaction(
        &mut self,
        files: &[LoadedFile],
        state: State,
    ) -> Result<SharedRun, Error> {
        let Some(texts) = shareable(files) else { return Ok(SharedRun::Separately) };
        if self.url.multi_statement {
            return Ok(SharedRun::Separately);
        }
        let mut retries = Retries::new(self.retries(), &self.options.interrupt);
        let (mut with_log, mut suspicion) = (self.table.log.is_on, None);
        loop {
            let broken = match self.share(files, &texts, with_log) {
                Ok(took) => {
                    if let Some((_, reason)) = suspicion {
                        self.stop_logging(reason);
                    }
                    for (file, ran) in files.iter().zip(took) {
                        let (file, read) = (file.file.clone(), file.read);
                        self.tell(Event::Finished { file, read, ran });
                    }
                    return Ok(SharedRun::Done);
                }
                Err(broken) => broken,
            };
            self.locked.roll_back();
            let is_commit = matches!(broken, Broken::Commit(_));
            let (failed, error) = match broken {
                Broken::NotShared => return Ok(SharedRun::Separately),
                Broken::Other(error) => return Err(error),
                Broken::Moved => return Err(self.moved(state)),
                Broken::Log(reason) => {
                    self.stop_logging(reason);
                    with_log = false;
                    continue;
                }
                // At the commit nobody tells whose trigger it was.
                Broken::Commit(Fault::Server(said))
                    if with_log && self.table.log_defers(self.locked.session()) =>
                {
                    suspicion = Some((said.code, said.message));
                    with_log = false;
                    continue;
                }
                Broken::Commit(fault) => (files.last(), SendError::from(fault)),
                Broken::File(i, error) => (files.get(i), error),
            };
            let Some(file) = failed else { return Ok(SharedRun::Separately) };
            if error.fault.code() == Some(LOCK_NOT_AVAILABLE) && retries.are_left() {
                self.retry(file, &mut retries, error.blockers);
                continue;
            }
            if let Some((code, reason)) = suspicion
                && error.fault.code() != Some(&code)
            {
                self.stop_logging(reason);
            }
            return Err(self.shared_failed(file, (error, is_commit), state));
        }
    }

    /// One try. What has failed is not rolled back yet.
    fn share(
        &mut self,
        files: &[LoadedFile],
        texts: &[String],
        with_log: bool,
    ) -> Result<Vec<Duration>, Broken> {
        self.locked.write("BEGIN").map_err(Broken::Other)?;
        let mut took = Vec::new();
        for (i, (file, text)) in files.iter().zip(texts).enumerate() {
            let begun = Instant::now();
            // The file before it has changed how this one is read.
            if self.locked.session().strings() != file.script.strings() {
                return Err(Broken::NotShared);
            }
            self.start(file);
            let mut row = self.table.advance(file.before(), file.after()).sql;
            if let Some(wait) = self.options.lock_wait {
                row.push_str(&format!("SET LOCAL lock_timeout = {};", wait.as_millis()));
            }
            self.locked.write(&row).map_err(|error| {
                broken(error, i, |said| match i == 0 && self.table.is_moved(&said) {
                    true => Broken::Moved,
                    // The file before it has changed the row, or our role.
                    false => Broken::NotShared,
                })
            })?;
            if !file.script.is_empty() {
                self.send(text).map_err(|error| match error.fault.code() {
                    Some(code) if may_run_alone(code) => Broken::NotShared,
                    _ => Broken::File(i, error),
                })?;
            }
            took.push(begun.elapsed());
            if with_log {
                let entry = file.entry(Took::This(begun.elapsed()));
                let entry = self.table.record(&self.options.operator, &entry).sql;
                let log = self.locked.write(&entry);
                log.map_err(|error| {
                    broken(error, i, |said| match said.code.as_str() {
                        // The file has dropped the log, or changed our role.
                        UNDEFINED_TABLE | INVALID_SCHEMA_NAME | INSUFFICIENT_PRIVILEGE => {
                            Broken::NotShared
                        }
                        _ => Broken::Log(said.message),
                    })
                })?;
            }
        }
        // At no version the last file may have dropped the table.
        let last_row = files.last().map(|file| file.after()).filter(|after| *after != State::NONE);
        let check = last_row.map(|after| self.table.check(after).sql);
        let last = files.len() - 1;
        let checked = self.locked.write(&check.unwrap_or_default());
        checked.map_err(|error| broken(error, last, |_| Broken::NotShared))?;
        self.locked.write("COMMIT").map_err(|error| match error {
            Error::Statement { fault, .. } => Broken::Commit(fault),
            error => Broken::Other(error),
        })?;
        Ok(took)
    }

    fn shared_failed(
        &mut self,
        file: &LoadedFile,
        (error, is_commit): (SendError, bool),
        state: State,
    ) -> Error {
        let (position, outcome) = match &error.fault {
            Fault::Server(said) => (said.position, Outcome::Unchanged(state)),
            _ => (None, Outcome::Unknown),
        };
        let statement = (!is_commit).then(|| file.shared_statement(error.completed));
        let failed = file.failed(error, statement, position, outcome);
        let Error::Failed(mut failure) = failed else { return failed };
        failure.before = state;
        self.log_failure(file, &failure);
        Error::Failed(failure)
    }
}

/// What an error of a statement of ours beside the file with the index `i` means; `refused` says it
/// for an error of the server.
fn broken(error: Error, i: usize, refused: impl FnOnce(Box<ServerError>) -> Broken) -> Broken {
    match error {
        Error::Statement { fault: Fault::Server(said), .. } => refused(said),
        // What has become of it is found out as for a file.
        Error::Statement { fault, .. } => Broken::File(i, SendError::from(fault)),
        error => Broken::Other(error),
    }
}

/// The files' texts as they can run in one transaction; `None` where they cannot share one. All but
/// the last may leave nothing to the transaction that the next file must not find.
fn shareable(files: &[LoadedFile]) -> Option<Vec<String>> {
    let (_, before) = files.split_last()?;
    if before.iter().any(|file| file.script.facts().leaves_to_transaction) {
        return None;
    }
    let text = |file: &LoadedFile| {
        file.script.in_shared_transaction(&file.text).map(|text| text.into_owned())
    };
    files.iter().map(text).collect()
}
