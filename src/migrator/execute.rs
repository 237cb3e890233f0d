//! Runs one file, in one of three ways.
//!
//! *Plain* and *wrapped* files are one message and one transaction: the version row moves in
//! it, so either all of it has happened or nothing. *Loose* files hold what refuses a
//! transaction; they run statement by statement between a dirty row and a clean one, as
//! golang-migrate runs every file.

use std::path::Path;

use crate::connection::lock::Locked;
use crate::connection::{Failed, Limits};
use crate::error::{Cause, Error, Failure, Outcome};
use crate::event::Notice;
use crate::fault::Fault;
use crate::migration::State;
use crate::migrator::message::Message;
use crate::plan::Step;
use crate::sql::{self, Refusal, Route, Statement};
use crate::table::{Own, Table};

/// The warning `no_active_sql_transaction`.
const NO_TRANSACTION: &str = "25P01";

/// A file about to run.
pub struct Job<'a> {
    /// What it does to the row.
    pub step: Step,
    /// The file, for messages.
    pub path: &'a Path,
    /// Its text.
    pub text: &'a str,
    /// The version table.
    pub table: &'a Table,
    /// What may end it early.
    pub limits: &'a Limits,
    /// Run statement by statement whatever the text says (`x-multi-statement`).
    pub multi_statement: bool,
}

/// What a file tells while it runs.
pub trait Listener {
    /// The server remarked something.
    fn notice(&mut self, notice: Notice);
    /// The server does not run it in a transaction, with what it said: it runs again, loosely.
    fn fell_back(&mut self, reason: &str);
}

impl Job<'_> {
    /// Runs the file and moves the row.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] with what has become of the database — [`Outcome::Unknown`] when the
    /// connection went with it, for the caller to find out —, [`Error::Moved`] when the row is
    /// not at the step's start.
    pub fn run(&self, locked: &mut Locked<'_>, listener: &mut dyn Listener) -> Result<(), Error> {
        let statements = sql::scan(self.text);
        let route = sql::route(&statements);
        let code: Vec<&Statement> = statements.iter().filter(|s| !s.is_empty()).collect();
        match route {
            Route::Refused(refusal) => Err(self.refused(refusal)),
            _ if code.is_empty() => self.atomic(locked, listener, &[], 0, false),
            _ if self.multi_statement => self.loose(locked, listener, &code),
            Route::Loose => self.loose(locked, listener, &code),
            Route::Wrapped { insert_at } | Route::Plain { insert_at } => {
                let wrapped = matches!(route, Route::Wrapped { .. });
                let result = self.atomic(locked, listener, &code, insert_at, wrapped);
                match self.refuses_transaction(&result, wrapped) {
                    Some(reason) => {
                        listener.fell_back(&reason);
                        self.loose(locked, listener, &code)
                    }
                    None => result,
                }
            }
        }
    }

    /// One message, one transaction, with our statements at byte `insert_at` of the text.
    fn atomic(
        &self,
        locked: &mut Locked<'_>,
        listener: &mut dyn Listener,
        code: &[&Statement],
        insert_at: usize,
        wrapped: bool,
    ) -> Result<(), Error> {
        let (before, after) = (State::clean(self.step.from), State::clean(self.step.target));
        // A file without a statement is not sent, as golang-migrate does not.
        let text = if code.is_empty() { "" } else { self.text };
        let mut message = Message::new(text);
        message.insert(insert_at, self.table.advance(before, after));
        // At no version there is nothing to be remembered in a table.
        if after != State::NONE && self.table.is_touched_by(text) {
            let end = match code.last() {
                Some(commit) if wrapped => commit.code.start,
                _ => text.len(),
            };
            let mut restore = self.table.restore(after);
            restore.sql.insert_str(0, "\n;");
            message.insert(end, restore);
        } else if !wrapped && code.last().is_some_and(|last| self.is_ended(last)) {
            // So that what fails at the commit is not taken for the file's last statement: the
            // server commits before it says that the last statement of a message is done. Not
            // behind one without its semicolon: "at end of input" would not be that any more.
            let last = Own { sql: "\nSELECT".to_string(), statements: 1 };
            message.insert(text.len(), last);
        }
        let sent = locked.send(&message.text(), self.limits, &mut |notice| listener.notice(notice));
        let Err(Failed { fault, completed }) = sent else { return Ok(()) };
        if wrapped && matches!(fault, Fault::Server(_)) {
            // The error left the block open, aborted: nothing in it can be saved.
            let _ = locked.send("ROLLBACK", &Limits::default(), &mut |_| {});
        }
        if let Fault::Server(error) = &fault
            && self.table.is_guard(error)
        {
            return Err(Error::Moved { planned: before });
        }
        let outcome = match &fault {
            Fault::Server(_) => Outcome::Unchanged(before),
            _ => Outcome::Unknown,
        };
        let statement = message.statement(completed, code).and_then(|i| code.get(i)).copied();
        Err(self.failed(fault, statement, &|sent| message.position(sent), outcome))
    }

    /// Statement by statement, under the dirty flag.
    fn loose(
        &self,
        locked: &mut Locked<'_>,
        listener: &mut dyn Listener,
        code: &[&Statement],
    ) -> Result<(), Error> {
        let before = State::clean(self.step.from);
        let dirty = State { version: self.step.target, dirty: true };
        let clean = State::clean(self.step.target);
        self.advance(locked, before, dirty)?;
        let invalid_before = invalid_indexes(locked);
        for (i, statement) in code.iter().enumerate() {
            let sql = &self.text[statement.code.clone()];
            let sent = locked.send(sql, self.limits, &mut |notice| {
                // As one message, which is what golang-migrate sends, a lone COMMIT would have
                // had a transaction to end.
                if notice.code != NO_TRANSACTION {
                    listener.notice(notice);
                }
            });
            let Err(Failed { fault, .. }) = sent else { continue };
            let outcome = match &fault {
                Fault::Server(_) => {
                    // The statement may stand within a block that the file opened.
                    let _ = locked.send("ROLLBACK", &Limits::default(), &mut |_| {});
                    Outcome::Partly {
                        state: dirty,
                        statement: i + 1,
                        of: code.len(),
                        invalid_indexes: invalid_indexes(locked)
                            .into_iter()
                            .filter(|index| !invalid_before.contains(index))
                            .collect(),
                    }
                }
                _ => Outcome::Unknown,
            };
            let offset = self.text[..statement.code.start].chars().count();
            return Err(self.failed(fault, Some(statement), &|p| Some(p + offset), outcome));
        }
        self.advance(locked, dirty, clean)
    }

    fn advance(&self, locked: &mut Locked<'_>, from: State, to: State) -> Result<(), Error> {
        locked.write(&self.table.advance(from, to).sql).map_err(|error| match &error {
            Error::Statement { fault: Fault::Server(raised), .. }
                if self.table.is_guard(raised) =>
            {
                Error::Moved { planned: from }
            }
            _ => error,
        })
    }

    /// `position` takes a character of what was sent to one of the file.
    fn failed(
        &self,
        fault: Fault,
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
            path: self.path.to_path_buf(),
            version: self.step.version,
            cause: match fault {
                Fault::Server(error) => Cause::Server(error),
                Fault::Lost(reason) => Cause::Lost(reason),
                Fault::Unclear(reason) => Cause::Unclear(reason),
            },
            at,
            reported,
            before: State::clean(self.step.from),
            after: State::clean(self.step.target),
            outcome,
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
            // active_sql_transaction, invalid_transaction_termination
            "25001" | "2D000" => !wrapped,
            // read_only_sql_transaction
            "25006" => self.text.to_ascii_lowercase().contains("read only"),
            _ => false,
        };
        refused.then(|| error.message.clone())
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
            path: self.path.to_path_buf(),
            version: self.step.version,
            cause: Cause::Refused(reason.to_string()),
            at: sql::locate(self.text, self.position_of(at)),
            reported: None,
            before: State::clean(self.step.from),
            after: State::clean(self.step.target),
            outcome: Outcome::Unchanged(State::clean(self.step.from)),
        }))
    }

    /// Whether a statement has its semicolon.
    fn is_ended(&self, statement: &Statement) -> bool {
        self.text.get(statement.code.end..statement.span.end).is_some_and(|end| end.ends_with(';'))
    }

    /// A byte of the text as the server counts: in characters, from 1.
    fn position_of(&self, byte: usize) -> usize {
        self.text.get(..byte).map_or(1, |before| before.chars().count() + 1)
    }
}

/// Indexes that `CREATE INDEX CONCURRENTLY` left behind half built.
fn invalid_indexes(locked: &mut Locked<'_>) -> Vec<String> {
    let sql = "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_index i \
               JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE NOT i.indisvalid AND c.relkind = 'i' \
               AND n.nspname NOT LIKE 'pg\\_toast%' ORDER BY 1";
    let rows = locked.connection().query(sql).unwrap_or_default();
    rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect()
}
