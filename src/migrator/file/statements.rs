//! Runs a non-transactional file: its statements one after the other, between a dirty row and a
//! clean one.

use std::time::Instant;

use crate::error::{Error, Outcome};
use crate::event::Event;
use crate::fault::Fault;
use crate::migration::State;
use crate::migrator::file::loaded::{LoadedFile, Ran};
use crate::migrator::file::retry::Retries;
use crate::migrator::file::verdict::{StatementVerdict, statement_verdict};
use crate::migrator::run::Run;
use crate::session::SendError;
use crate::sql::{IndexBuilt, Kind, Statement};
use crate::sqlstate::{INSUFFICIENT_PRIVILEGE, NO_ACTIVE_SQL_TRANSACTION};
use crate::table::{InvalidIndex, OurSql, Table, Took, invalid_indexes};

/// How often to give way to others in one file. Each time somebody else goes on, so more than a
/// few mean that this is not what it looks like.
const MOST_WAYS: u32 = 5;

impl Run<'_> {
    /// Runs the file's statements one after the other, or `as_one` message.
    ///
    /// # Errors
    ///
    /// As [`Run::file`].
    pub fn non_transactional(&mut self, file: &LoadedFile, as_one: bool) -> Result<Ran, Error> {
        let first = file.script.statements().first();
        // An index build waits for those who wait for our lock inside the server: better that they
        // go first. The server would end the circle too, and as likely as not by failing them.
        if first.is_some_and(|s| s.kind == Kind::NonTransactional)
            && !self.locked.waiters().is_empty()
        {
            self.give_way(file)?;
            return Ok(Ran::GaveWay);
        }
        let dirty = State { version: file.step.target, dirty: true };
        self.advance(file, file.before(), dirty, None)?;
        let old_lock_timeout = self.set_lock_timeout();
        let ran = self.statements(file, as_one, dirty);
        if let Some(old) = old_lock_timeout {
            // If this fails so does what comes next, and says so.
            let _ = self.locked.write(&format!("SET lock_timeout = '{old}'"));
        }
        // The row is dirty, whatever it was that failed beside the file's own statements.
        let fault = match ran {
            Ok(Ran::GaveWay) => {
                self.give_way(file)?;
                return ran;
            }
            Err(Error::Statement { fault, .. }) => fault,
            Err(Error::Interrupted) => {
                Fault::Unclear("stopped while others had the lock".to_string())
            }
            ran => return ran,
        };
        let outcome = match fault {
            Fault::Lost(_) => Outcome::Unknown,
            _ => Outcome::Dirty(dirty),
        };
        Err(file.failed(fault.into(), None, None, outcome))
    }

    fn statements(&mut self, file: &LoadedFile, as_one: bool, dirty: State) -> Result<Ran, Error> {
        let begun = Instant::now();
        let statements = file.script.statements();
        let size = if as_one { statements.len() } else { 1 };
        let mut retries = Retries::new(self.retries(), &self.options.interrupt);
        let mut ways = 0;
        let mut invalid_before = invalid_indexes(self.locked.session()).unwrap_or_default();
        let mut pieces = statements.chunks(size.max(1)).enumerate().peekable();
        while let Some((i, piece)) = pieces.peek().copied() {
            let (Some(first), Some(last)) = (piece.first(), piece.last()) else { break };
            let refuses = first.kind == Kind::NonTransactional;
            if refuses && i > 0 && ways < MOST_WAYS && !self.locked.waiters().is_empty() {
                ways += 1;
                self.give_way(file)?;
            }
            if refuses && i > 0 {
                invalid_before = invalid_indexes(self.locked.session()).unwrap_or_default();
            }
            let sql = &file.text[first.code.start..last.code.end];
            let Err(error) = self.send_statement(sql) else {
                pieces.next();
                self.tell_if_still_running();
                continue;
            };
            let may = (ways < MOST_WAYS, retries.are_left());
            let code = error.fault.code();
            let mut next = statement_verdict(code, error.is_circle, first.kind, may);
            if next != StatementVerdict::Failed && !self.drop_index(file, i, &invalid_before) {
                next = StatementVerdict::Failed;
            }
            match next {
                StatementVerdict::GiveWay => {
                    ways += 1;
                    if i == 0 {
                        // Nothing of the file stands, so whoever goes first may run it.
                        self.advance(file, dirty, file.before(), None)?;
                        return Ok(Ran::GaveWay);
                    }
                    self.give_way(file)?;
                }
                StatementVerdict::Retry => self.retry(file, &mut retries, error.blockers),
                StatementVerdict::Failed => {
                    let failed = (i * size + error.completed).min(statements.len() - 1);
                    return Err(self.statement_failed(
                        file,
                        (as_one, first, failed),
                        error,
                        dirty,
                        &invalid_before,
                    ));
                }
            }
        }
        let took = Took::This(begun.elapsed());
        self.finish(file, dirty, took)?;
        Ok(Ran::Done)
    }

    /// Moves the row from dirty to clean, with the log's entry.
    fn finish(&mut self, file: &LoadedFile, dirty: State, took: Took) -> Result<(), Error> {
        let clean = file.after();
        let names = [&self.table.name, &self.table.log.name];
        let touches = |name| file.script.may_touch(&file.text, &self.table.schema, name);
        if names.into_iter().any(|name| touches(name)) && clean != State::NONE {
            // Whatever the file did to the row or the table.
            if self.write_row(&|table| table.restore(clean), clean, file, Some(took)).is_ok() {
                return Ok(());
            }
            // A role that may not create it needs not, if it is still there.
            return self.write_row(&|table| table.set(clean), clean, file, Some(took));
        }
        self.advance(file, dirty, clean, Some(took))
    }

    /// Sends a statement. As one message, which is what golang-migrate sends, a lone COMMIT would
    /// have had a transaction to end: the warning is not told.
    fn send_statement(&mut self, sql: &str) -> Result<(), SendError> {
        self.send_and_tell(sql, |notice| notice.code != NO_ACTIVE_SQL_TRANSACTION)
    }

    /// Sorts out what stands. Where nothing does, the row goes back.
    fn statement_failed(
        &mut self,
        file: &LoadedFile,
        (as_one, first, failed): (bool, &Statement, usize),
        error: SendError,
        dirty: State,
        invalid_before: &[InvalidIndex],
    ) -> Error {
        let offset = file.text[..first.code.start].chars().count();
        let position = match &error.fault {
            Fault::Server(error) => error.position.map(|position| position + offset),
            _ => None,
        };
        let Fault::Server(_) = &error.fault else {
            return file.failed(error, Some(failed), position, Outcome::Unknown);
        };
        // The statement may stand within a block that the file opened.
        self.locked.roll_back();
        let remains = file.script.remains(failed, as_one);
        let built = file.script.index_built(&file.text, failed);
        let left = self.new_invalid_indexes(invalid_before).map(|mut left| {
            left.retain(|index| match &built {
                Some(built) => may_be(index, built),
                // REINDEX, DROP INDEX: CONCURRENTLY they leave one behind as well.
                None => first.kind == Kind::NonTransactional,
            });
            left
        });
        let nothing_stands = remains.statements == 0
            && remains.is_failed_undone
            && left.as_ref().is_some_and(Vec::is_empty);
        if nothing_stands && self.advance(file, dirty, file.before(), None).is_ok() {
            return file.failed(error, Some(failed), position, Outcome::Unchanged(file.before()));
        }
        let outcome = Outcome::Partly {
            state: dirty,
            statement: failed + 1,
            of: file.script.statements().len(),
            standing: remains.statements,
            invalid_indexes: left.unwrap_or_default().into_iter().map(|i| i.quoted).collect(),
        };
        file.failed(error, Some(failed), position, outcome)
    }

    /// Indexes that have become invalid since; `None` where the server does not say.
    fn new_invalid_indexes(&mut self, before: &[InvalidIndex]) -> Option<Vec<InvalidIndex>> {
        let mut indexes = invalid_indexes(self.locked.session()).ok()?;
        indexes.retain(|index| !before.contains(index));
        Some(indexes)
    }

    /// Drops the index that a broken-off CREATE INDEX CONCURRENTLY left behind, so that the statement
    /// can run again: the one that it names, on the table that it names, if it was not there before.
    /// Returns whether nothing is left that may be its own; an index without a name in the statement
    /// may be anybody's.
    fn drop_index(&mut self, file: &LoadedFile, statement: usize, before: &[InvalidIndex]) -> bool {
        let Some(built) = file.script.index_built(&file.text, statement) else { return true };
        let found = |run: &mut Self| {
            let indexes = run.new_invalid_indexes(before)?;
            Some(indexes.into_iter().find(|index| may_be(index, &built)))
        };
        let index = match found(self) {
            Some(Some(index)) if built.name.is_some() => index,
            found => return found.is_some_and(|index| index.is_none()),
        };
        // Whoever is building an index on the table holds this lock. Not CONCURRENTLY: that waits
        // for those whom one is about to let go first.
        let claim = format!(
            "BEGIN;SET LOCAL lock_timeout = '10s';\
             LOCK TABLE {} IN SHARE UPDATE EXCLUSIVE MODE NOWAIT",
            index.table
        );
        let drop = format!("DROP INDEX IF EXISTS {};COMMIT", index.quoted);
        let is_dropped = self.locked.write(&claim).is_ok()
            && found(self) == Some(Some(index))
            && self.locked.write(&drop).is_ok();
        self.locked.roll_back();
        is_dropped
    }

    /// Moves the row, in a message of its own; with an entry for the log if it says how long the
    /// file took.
    fn advance(
        &mut self,
        file: &LoadedFile,
        from: State,
        to: State,
        took: Option<Took>,
    ) -> Result<(), Error> {
        let advance = |table: &Table| table.advance(from, to);
        self.write_row(&advance, to, file, took).map_err(|error| match error {
            Error::Statement { fault: Fault::Server(said), .. } if self.table.is_moved(&said) => {
                self.moved(from)
            }
            Error::Statement { fault: fault @ (Fault::Lost(_) | Fault::Unclear(_)), .. } => {
                file.failed(fault.into(), None, None, Outcome::Unknown)
            }
            error => error,
        })
    }

    /// Sends SQL that moves the row to `to`, and with it what logs the file; without that where the log
    /// refuses it, and as the role that connected where the file's role may not.
    fn write_row(
        &mut self,
        row: &dyn Fn(&Table) -> OurSql,
        to: State,
        file: &LoadedFile,
        took: Option<Took>,
    ) -> Result<(), Error> {
        let entry = took.map(|took| self.table.record(&self.options.operator, &file.entry(took)));
        let entry = entry.unwrap_or_default().sql;
        let moved = |table: &Table| row(table).sql + &table.check(to).sql;
        match self.locked.write(&format!("{}{entry}", moved(self.table))) {
            Err(Error::Statement { fault: Fault::Server(error), .. })
                if self.table.is_not_kept(&error) =>
            {
                Err(self.not_kept())
            }
            Err(Error::Statement { fault: Fault::Server(error), .. })
                if error.code == INSUFFICIENT_PRIVILEGE && !self.table.settings.role_changed =>
            {
                self.table.settings.role_changed = true;
                self.write_row(row, to, file, took)
            }
            Err(Error::Statement { fault: Fault::Server(error), .. })
                if !self.table.is_moved(&error) && !entry.is_empty() =>
            {
                self.locked.write(&moved(self.table))?;
                self.stop_logging(error.message);
                Ok(())
            }
            written => written.map(drop),
        }
    }

    /// Sets `lock_timeout` for statements that are no transaction, and gives what it was. Not
    /// through a pooler, where a setting stays with whichever session it hits.
    fn set_lock_timeout(&mut self) -> Option<String> {
        let wait = self.options.lock_wait.filter(|_| self.table.is_session_ours)?;
        let rows = self.locked.write("SELECT pg_catalog.current_setting('lock_timeout')").ok()?;
        self.locked.write(&format!("SET lock_timeout = {}", wait.as_millis())).ok()?;
        rows.into_iter().next()?.into_iter().next()?
    }

    /// Lets those have the lock who wait for it inside the server, and takes it again.
    fn give_way(&mut self, file: &LoadedFile) -> Result<(), Error> {
        let waiters = self.locked.waiters();
        self.tell(Event::GaveWay { file: file.file.clone(), waiters });
        let on_event = &mut self.on_event;
        self.locked.give_way(&mut |holders, waited| on_event(&Event::Waiting { holders, waited }))
    }
}

/// Whether an index may be the one that a statement builds.
fn may_be(index: &InvalidIndex, built: &IndexBuilt) -> bool {
    built.table == index.table_name
        && built.name.as_ref().is_none_or(|name| *name == index.name)
        && built.schema.as_ref().is_none_or(|schema| *schema == index.schema)
}
