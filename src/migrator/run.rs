//! A command that holds the lock: what it works with, and what all of its steps need.

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::event::{Event, File, Notice};
use crate::migration::State;
use crate::migrator::options::Options;
use crate::session::lock::Locked;
use crate::session::{Heard, Limits, Look, SendError, UnderWay};
use crate::source::Source;
use crate::table::Table;
use crate::url::DatabaseUrl;

/// How often one tells between the statements of a file that it still runs.
const BETWEEN: Duration = Duration::from_secs(5);

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
    /// The file that runs.
    pub underway: Option<Underway>,
    /// The number of the log's last entry when it was read.
    pub last_entry: i64,
    /// Whether it was told that nothing is logged.
    pub told_no_log: bool,
}

/// A file that runs.
pub struct Underway {
    file: File,
    begun: Instant,
    /// How long it had run when that was told last.
    told: Duration,
}

impl Underway {
    /// It begins now.
    pub fn new(file: File) -> Underway {
        Underway { file, begun: Instant::now(), told: Duration::ZERO }
    }

    /// That it still runs.
    fn event(&mut self, Look { waits_for, builds }: Look) -> Event {
        self.told = self.begun.elapsed();
        Event::Running { file: self.file.clone(), ran: self.told, waits_for, builds }
    }
}

impl Run<'_> {
    /// Tells what happens.
    pub fn tell(&mut self, event: Event) {
        (self.on_event)(&event);
    }

    /// Sends SQL of a file, tells of the notices for which `tells` says so, and that it still runs.
    ///
    /// # Errors
    ///
    /// [`SendError`].
    pub fn send_and_tell(
        &mut self,
        sql: &str,
        tells: impl Fn(&Notice) -> bool,
    ) -> Result<(), SendError> {
        let mut under_way = UnderWay::default();
        self.post(sql, &mut under_way)?;
        self.answer_and_tell(&mut under_way, &self.limits(), tells)
    }

    /// Sends SQL and does not wait for the answer.
    ///
    /// # Errors
    ///
    /// [`SendError`].
    pub fn post(&mut self, sql: &str, under_way: &mut UnderWay) -> Result<(), SendError> {
        let limits = self.limits();
        self.locked.post(sql, &limits, under_way)
    }

    /// Waits for the answer to the first message that is under way; tells as
    /// [`Run::send_and_tell`].
    ///
    /// # Errors
    ///
    /// [`SendError`].
    pub fn answer_and_tell(
        &mut self,
        under_way: &mut UnderWay,
        limits: &Limits,
        tells: impl Fn(&Notice) -> bool,
    ) -> Result<(), SendError> {
        let Run { locked, on_event, underway, .. } = self;
        locked.answer(under_way, limits, &mut |heard| match (heard, &mut *underway) {
            (Heard::Notice(notice), _) if tells(&notice) => on_event(&Event::Notice(notice)),
            (Heard::StillRuns(look), Some(underway)) => on_event(&underway.event(look)),
            _ => {}
        })
    }

    /// Tells between two statements of a file that it still runs, where none of them takes long.
    pub fn tell_if_still_running(&mut self) {
        if let Some(underway) = &mut self.underway
            && underway.begun.elapsed() >= underway.told + BETWEEN
        {
            let event = underway.event(Look::default());
            self.tell(event);
        }
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
            ends_at_stop: false,
        }
    }

    /// How often a file may be retried that could not get a lock.
    pub fn retries(&self) -> u32 {
        self.options.lock_wait.map_or(0, |_| self.options.retries)
    }
}
