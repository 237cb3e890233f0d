//! A command that holds the lock: what it works with, and what all of its steps need.

use crate::error::Error;
use crate::event::Event;
use crate::migration::State;
use crate::migrator::options::Options;
use crate::session::Limits;
use crate::session::lock::Locked;
use crate::source::Source;
use crate::table::Table;
use crate::url::DatabaseUrl;

/// A command that holds the lock.
pub struct Run<'a> {
    /// The session; what writes goes through it.
    pub locked: Locked<'a>,
    /// The version table and the log.
    pub table: &'a mut Table,
    /// The database.
    pub url: &'a DatabaseUrl,
    /// The migrations.
    pub source: &'a Source,
    /// What the migrator was configured with.
    pub options: &'a Options,
    /// Hears of events.
    pub on_event: &'a mut (dyn FnMut(&Event) + Send),
    /// The number of the log's last entry when it was read.
    pub last_entry: i64,
    /// Whether it was told that nothing is logged.
    pub told_no_log: bool,
}

impl Run<'_> {
    /// Tells what happens.
    pub fn tell(&mut self, event: Event) {
        (self.on_event)(&event);
    }

    /// The log has refused an entry, and will refuse the next: from now on nothing is logged.
    pub fn stop_logging(&mut self, reason: String) {
        self.table.log.is_on = false;
        if !std::mem::replace(&mut self.told_no_log, true) {
            self.tell(Event::NoLog { table: self.table.quoted_log(), reason });
        }
    }

    /// The row is not what was planned from, by what the guard saw: somebody has moved it, or it is
    /// there and could not be deleted.
    pub fn moved(&mut self, planned: State) -> Error {
        match self.table.read(self.locked.session()) {
            Ok(state) if state == planned => self.not_kept(),
            _ => Error::moved(planned),
        }
    }

    /// The version table does not keep what is written to it.
    pub fn not_kept(&self) -> Error {
        Error::RowNotKept { table: self.table.quoted() }
    }

    /// What may end a file's message early.
    pub fn limits(&self) -> Limits {
        Limits {
            timeout: self.url.statement_timeout,
            lock_wait: self.options.lock_wait,
            interrupt: self.options.interrupt.clone(),
        }
    }

    /// How often a file may be retried that could not get a lock.
    pub fn retries(&self) -> u32 {
        self.options.lock_wait.map_or(0, |_| self.options.retries)
    }
}
