//! What a file leaves in the log, and in the row where that moves by itself.
//!
//! The log may refuse an entry, for whatever reason; the file and the row must not suffer from it.

use crate::connection::lock::{Locked, Seen};
use crate::error::{Cause, Error, Failure, Outcome};
use crate::fault::Fault;
use crate::history::Action;
use crate::migration::{Direction, State};
use crate::migrator::job::Job;
use crate::table::{NewEntry, Own, Took};

impl Job<'_> {
    /// Whether entries are written to the log.
    pub fn is_logged(&self) -> bool {
        let reason = self.log_failed.take();
        let is_fine = reason.is_none();
        self.log_failed.set(reason);
        self.table.log.is_on && is_fine
    }

    /// The entry for the file, to be sent with it; nothing where there is no log.
    pub fn record(&self, took: Took) -> Own {
        match self.is_logged() {
            true => self.table.record(self.operator, &self.entry(took)),
            false => Own { sql: String::new(), statements: 0 },
        }
    }

    fn entry(&self, took: Took) -> NewEntry<'_> {
        let (this, other) = (self.buffered.text.as_deref(), self.buffered.other.as_deref());
        let (up, down) = match self.step.direction {
            Direction::Up => (this, other),
            Direction::Down => (other, this),
        };
        NewEntry {
            action: Action::Run,
            direction: Some(self.step.direction),
            version: Some(self.step.version),
            name: self.file().name.as_deref(),
            error: None,
            from: State::clean(self.step.from),
            to: State::clean(self.step.target),
            up,
            down,
            keeps_texts: true,
            took,
        }
    }

    /// Logs that the file failed, where the session can still be spoken to. Without the texts: a pod
    /// that is started over and over must not fill the disk.
    pub fn record_failure(&self, locked: &mut Locked<'_>, failure: &Failure) {
        let Cause::Server(error) = &failure.cause else { return };
        if !self.is_logged() || failure.outcome == Outcome::Unknown {
            return;
        }
        let to = match &failure.outcome {
            Outcome::Partly { state, .. } | Outcome::Dirty(state) => *state,
            _ => failure.before,
        };
        let error = Some(error.message.clone());
        let from = failure.before;
        let entry = NewEntry { error, from, to, keeps_texts: false, ..self.entry(Took::Unknown) };
        let Own { sql, .. } = self.table.record(self.operator, &entry);
        // The failure is told in any case.
        let _ = locked.write(&sql);
    }

    /// Moves the row, in a message of its own, with an entry for the log if there is one.
    ///
    /// # Errors
    ///
    /// As [`Job::run`].
    pub fn advance(
        &self,
        locked: &mut Locked<'_>,
        from: State,
        to: State,
        entry: &str,
    ) -> Result<(), Error> {
        self.write_row(locked, &self.table.advance(from, to).sql, entry).map_err(
            |error| match error {
                Error::Statement { fault: Fault::Server(raised), .. }
                    if self.table.is_guard(&raised) =>
                {
                    Error::Moved { planned: from }
                }
                Error::Statement {
                    fault: fault @ (Fault::Lost(_) | Fault::Unclear(_)), ..
                } => self.failed(fault, Seen::default(), None, &|_| None, Outcome::Unknown),
                error => error,
            },
        )
    }

    /// Sends SQL that moves the row, and SQL that logs it; without that where the log refuses it.
    ///
    /// # Errors
    ///
    /// [`Error::Statement`].
    pub fn write_row(&self, locked: &mut Locked<'_>, row: &str, entry: &str) -> Result<(), Error> {
        match locked.write(&format!("{row}{entry}")) {
            Err(Error::Statement { fault: Fault::Server(error), .. })
                if !self.table.is_guard(&error) && !entry.is_empty() =>
            {
                locked.write(row)?;
                self.log_failed.set(Some(error.message.clone()));
                Ok(())
            }
            written => written.map(drop),
        }
    }
}
