//! One file to run, in one of three ways, and what to say when it fails.
//!
//! *Plain* and *wrapped* files are one message and one transaction: the version row moves in
//! it, so either all of it has happened or nothing. *Loose* files hold what refuses a
//! transaction; they run statement by statement between a dirty row and a clean one, as
//! golang-migrate runs every file.

use std::cell::Cell;
use std::path::Path;

use crate::connection::Limits;
use crate::connection::lock::{Locked, Seen, Wait};
use crate::error::{Cause, Error, Failure, Outcome};
use crate::event::{Event, File, Holder};
use crate::fault::Fault;
use crate::migration::State;
use crate::migrator::OnEvent;
use crate::migrator::patience::Patience;
use crate::migrator::run::Buffered;
use crate::plan::Step;
use crate::sql::{self, Kind, Refusal, Route, Statement};
use crate::table::{Operator, Table};

/// A file about to run.
pub struct Job<'a> {
    /// What it does to the row.
    pub step: Step,
    /// What was read.
    pub buffered: &'a Buffered,
    /// Its text; empty where there is none.
    pub text: &'a str,
    /// The version table.
    pub table: &'a Table,
    /// Who runs it, for the log.
    pub operator: &'a Operator,
    /// Why the log refused an entry: there are no more then.
    pub log_failed: &'a Cell<Option<String>>,
    /// What may end it early.
    pub limits: &'a Limits,
    /// What to do when it waits in vain for a lock.
    pub patience: &'a Patience,
    /// Run statement by statement whatever the text says (`x-multi-statement`).
    pub multi_statement: bool,
}

/// What became of a file that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// It ran.
    Done,
    /// It was undone to let somebody else go first, who may have run it or anything else: look
    /// at the row again.
    GaveWay,
}

impl Job<'_> {
    /// Runs the file and moves the row. What waits in vain for a lock is tried again.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] with what has become of the database — [`Outcome::Unknown`] when the
    /// connection went with it, for the caller to find out —, [`Error::Moved`] when the row is
    /// not at the step's start.
    pub fn run(&self, locked: &mut Locked<'_>, on_event: OnEvent<'_>) -> Result<Ran, Error> {
        let ran = self.run_unrecorded(locked, on_event);
        if let Err(Error::Failed(failure)) = &ran {
            self.record_failure(locked, failure);
        }
        ran
    }

    fn run_unrecorded(&self, locked: &mut Locked<'_>, on_event: OnEvent<'_>) -> Result<Ran, Error> {
        let statements = sql::scan(self.text);
        let code: Vec<&Statement> = statements.iter().filter(|s| !s.is_empty()).collect();
        let (mut insert_at, wrapped) = match sql::route(&statements) {
            Route::Refused(refusal) => return Err(self.refused(refusal)),
            _ if code.is_empty() => (0, false),
            _ if self.multi_statement => return self.loose(locked, on_event, &code, false),
            Route::Loose => {
                // Without a statement that wants to be alone, golang-migrate's one message runs it,
                // implicit transactions and all.
                let whole = !code.iter().any(|statement| statement.kind == Kind::NonTransactional);
                return self.loose(locked, on_event, &code, whole);
            }
            _ if code.len() == 1 && sql::commits_in_do(self.text) => {
                return self.loose(locked, on_event, &code, true);
            }
            Route::Wrapped { insert_at } => (insert_at, true),
            Route::Plain { insert_at } => (insert_at, false),
        };
        let mut tries = 0;
        loop {
            let result = self.atomic(locked, on_event, &code, insert_at, wrapped);
            let behind = code.iter().rfind(|s| s.kind == Kind::SetTransaction);
            if let Some(mode) = behind.filter(|mode| mode.span.end > insert_at)
                && has_code(&result, ACTIVE_TRANSACTION)
            {
                // It must come before any query, of which our statements are one.
                insert_at = mode.span.end;
                continue;
            }
            if let Some(reason) = self.refuses_transaction(&result, wrapped) {
                on_event(Event::FellBack(self.file().clone(), reason));
                return self.loose(locked, on_event, &code, false);
            }
            match result {
                Err(Error::Failed(failure))
                    if waited_in_vain(&failure.cause) && self.may_try_again(tries) =>
                {
                    tries += 1;
                    self.pause(tries, failure.blockers, on_event);
                }
                result => return result.map(|()| Ran::Done),
            }
        }
    }

    /// The file, for events.
    pub fn file(&self) -> &File {
        &self.buffered.file
    }

    /// The file, for messages.
    pub fn path(&self) -> &Path {
        &self.buffered.path
    }

    /// Whether patience is left after so many tries again.
    pub fn may_try_again(&self, tries: u32) -> bool {
        tries < self.patience.retries && !self.limits.interrupt.is_stopped()
    }

    /// Says for whom one waited in vain, and waits a while.
    pub fn pause(&self, tries: u32, blockers: Vec<Holder>, on_event: OnEvent<'_>) {
        let pause = self.patience.pause(tries);
        on_event(Event::Retrying {
            file: self.file().clone(),
            tries,
            of: self.patience.retries,
            pause,
            blockers,
        });
        self.patience.wait(pause, &self.limits.interrupt);
    }

    /// How to wait for the lock again after giving way; for as long as it takes, since we had it.
    pub fn wait_again<'w>(
        &'w self,
        on_wait: &'w mut dyn FnMut(Vec<Holder>, std::time::Duration),
    ) -> Wait<'w> {
        Wait { timeout: None, interrupt: &self.limits.interrupt, on_wait }
    }

    /// `position` takes a character of what was sent to one of the file.
    pub fn failed(
        &self,
        fault: Fault,
        seen: Seen,
        statement: Option<&Statement>,
        position: &dyn Fn(usize) -> Option<usize>,
        outcome: Outcome,
    ) -> Error {
        let said = match &fault {
            Fault::Server(error) => error.position.and_then(position),
            _ => None,
        };
        let at = match said {
            Some(position) => sql::locate(self.text, position),
            // The server gives no position for what fails while it runs.
            None => statement.and_then(|s| sql::locate(self.text, self.position_of(s.code.start))),
        };
        // golang-migrate has no place for an error at the end of the input.
        let reported = said
            .filter(|position| *position <= self.text.chars().count())
            .and_then(|_| at.as_ref().map(|at| (at.line, at.column)));
        Error::Failed(Box::new(Failure {
            path: self.path().to_path_buf(),
            version: self.step.version,
            cause: match fault {
                Fault::Server(error) => Cause::Server(error),
                Fault::Lost(reason) => Cause::Lost(reason),
                Fault::Unreachable(reason) | Fault::Unclear(reason) => Cause::Unclear(reason),
            },
            at,
            reported,
            before: State::clean(self.step.from),
            after: State::clean(self.step.target),
            outcome,
            blockers: seen.blockers,
            is_from_log: self.buffered.is_from_log,
            is_second_half: false,
        }))
    }

    /// Why the file cannot run in one transaction with our statements, if that is why it failed;
    /// nothing of it has happened then. A plain file may hold something that runs in no
    /// transaction and that the scanner does not know, a file of either kind may make its
    /// transaction read only.
    fn refuses_transaction(&self, result: &Result<(), Error>, wrapped: bool) -> Option<String> {
        let Err(Error::Failed(failure)) = result else { return None };
        let Cause::Server(error) = &failure.cause else { return None };
        let refused = match error.code.as_str() {
            // invalid_transaction_termination
            ACTIVE_TRANSACTION | "2D000" => !wrapped,
            // read_only_sql_transaction
            "25006" => self.is_read_only(),
            _ => false,
        };
        refused.then(|| error.message.clone())
    }

    /// Whether the file makes its transaction read only.
    pub fn is_read_only(&self) -> bool {
        let text = self.text.to_ascii_lowercase();
        text.contains("read only") || text.contains("read_only")
    }

    /// Nothing was sent.
    fn refused(&self, refusal: Refusal) -> Error {
        let (at, reason) = match refusal {
            Refusal::LeavesTransactionOpen { at } => {
                (at, "the file begins a transaction that it does not end")
            }
            Refusal::CopyFromStdin { at } => (
                at,
                "COPY FROM STDIN takes its rows from a client; use INSERT, or COPY from a file",
            ),
        };
        Error::Failed(Box::new(Failure {
            path: self.path().to_path_buf(),
            version: self.step.version,
            cause: Cause::Refused(reason.to_string()),
            at: sql::locate(self.text, self.position_of(at)),
            reported: None,
            before: State::clean(self.step.from),
            after: State::clean(self.step.target),
            outcome: Outcome::Unchanged(State::clean(self.step.from)),
            blockers: Vec::new(),
            is_from_log: self.buffered.is_from_log,
            is_second_half: false,
        }))
    }

    /// A byte of the text as the server counts: in characters, from 1.
    fn position_of(&self, byte: usize) -> usize {
        self.text.get(..byte).map_or(1, |before| before.chars().count() + 1)
    }
}

/// `active_sql_transaction`.
const ACTIVE_TRANSACTION: &str = "25001";

fn has_code(result: &Result<(), Error>, code: &str) -> bool {
    matches!(result, Err(Error::Failed(failure))
        if matches!(&failure.cause, Cause::Server(error) if error.code == code))
}

/// `lock_not_available`: `lock_timeout` struck.
pub fn waited_in_vain(cause: &Cause) -> bool {
    matches!(cause, Cause::Server(error) if error.code == "55P03")
}
