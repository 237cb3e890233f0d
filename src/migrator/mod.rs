//! The engine: connects, locks, reads the row, plans, runs, and tells what happens.
//!
//! It prints nothing and asks nothing. Everything that `up`, `down` and `goto` run goes through
//! [`plan`](crate::plan::plan()), and everything that writes through [`Locked`].

mod adopt;
mod atomic;
mod checks;
mod entry;
mod force;
mod job;
mod loose;
mod message;
mod migrate;
mod patience;
mod recover;
mod redo;
mod repair;
mod report;
mod run;

use std::time::Duration;

use crate::connection::Connection;
use crate::connection::lock::{Locked, Wait, lock_id};
use crate::error::Error;
use crate::event::Event;
use crate::fault::Fault;
use crate::interrupt::Interrupt;
use crate::migration::{State, Version};
use crate::objects::{self, Leftovers};
use crate::plan::Goal;
use crate::source::Source;
use crate::table::{Operator, Table};
use crate::url::DatabaseUrl;
use patience::Patience;
pub use repair::{Repair, Why};

/// Runs the migrations of a [`Source`] on one database.
///
/// ```no_run
/// use dbm::{DatabaseUrl, Migrator, Source};
///
/// let url = DatabaseUrl::parse("postgres://localhost/app", |name| std::env::var(name).ok())?;
/// let source = Source::texts([
///     ("1_users.up.sql", "create table users (id bigserial primary key)"),
///     ("1_users.down.sql", "drop table users"),
/// ])?;
/// let mut migrator = Migrator::open(&url, source)?;
/// let report = migrator.up(None, &mut |_event| {})?;
/// println!("{} files run, now at {}", report.ran, report.state);
/// # Ok::<(), dbm::Error>(())
/// ```
///
/// Its calls block. Inside an asynchronous program, call it on a thread for blocking work.
pub struct Migrator {
    url: DatabaseUrl,
    source: Source,
    connection: Connection,
    table: Table,
    lock_timeout: Option<Duration>,
    prefetch: usize,
    lock_wait: Option<Duration>,
    retries: u32,
    operator: Operator,
    allowed: Allowed,
    interrupt: Interrupt,
    /// Whether a command has been run on this session.
    used: bool,
}

/// How a run ended.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// How many files were run.
    pub ran: usize,
    /// How many were planned and not run, because the run was asked to stop.
    pub left: usize,
    /// Where the database stands now.
    pub state: State,
}

/// Faults that a run up goes on in spite of.
#[derive(Clone, Copy, Debug, Default)]
struct Allowed {
    /// Applied files that are not what ran.
    edited: bool,
    /// Files below the row's version that never ran: they are run.
    late: bool,
    /// A row that is above all files.
    newer: bool,
}

/// Tries after the first, where a lock is waited for with a limit.
const RETRIES: u32 = 5;

/// What hears of events.
pub type OnEvent<'a> = &'a mut dyn FnMut(Event);

impl Migrator {
    /// Connects and looks where the version table is. Writes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Url`], [`Error::Connect`], [`Error::NoSchema`].
    pub fn open(url: &DatabaseUrl, source: Source) -> Result<Migrator, Error> {
        let (connection, table) = Migrator::session(url)?;
        Ok(Migrator {
            url: url.clone(),
            source,
            connection,
            table,
            lock_timeout: None,
            prefetch: 10,
            lock_wait: None,
            retries: RETRIES,
            operator: Operator::default(),
            allowed: Allowed::default(),
            interrupt: Interrupt::new(),
            used: false,
        })
    }

    /// How long to wait for the lock; for as long as it takes unless said.
    pub fn lock_timeout(mut self, timeout: Duration) -> Migrator {
        self.lock_timeout = Some(timeout);
        self
    }

    /// How many files to read ahead of the one that runs; ten unless said.
    pub fn prefetch(mut self, files: usize) -> Migrator {
        self.prefetch = files;
        self
    }

    /// How long a statement of a file may wait for a lock, so that those behind it in the queue do
    /// not wait for long either. A file that waited in vain is rolled back and tried again, see
    /// [`Migrator::retries`]; five times unless said. Through a pooler, files that cannot run in
    /// one transaction are not bound by it.
    pub fn lock_wait(mut self, wait: Duration) -> Migrator {
        // PostgreSQL counts in milliseconds, in 31 bits; zero is for ever, there and here.
        let wait = wait.min(Duration::from_millis(i32::MAX as u64));
        self.lock_wait = (wait.as_millis() > 0).then_some(wait);
        self
    }

    /// How often to try a file again that waited in vain for a lock, where [`Migrator::lock_wait`]
    /// bounds the wait.
    pub fn retries(mut self, retries: u32) -> Migrator {
        self.retries = retries;
        self
    }

    /// Who the log shall say it was; the library's name and version unless said.
    pub fn operator(mut self, operator: Operator) -> Migrator {
        self.operator = operator;
        self
    }

    /// Whether a run up goes on although applied files were edited; not unless said.
    pub fn allow_edited(mut self, allow: bool) -> Migrator {
        self.allowed.edited = allow;
        self
    }

    /// Whether a run up first runs files below the row's version that never ran; unless said, it
    /// stops at them.
    pub fn allow_late(mut self, allow: bool) -> Migrator {
        self.allowed.late = allow;
        self
    }

    /// Whether a run up is content with a database that is at a higher version than any file here;
    /// not unless said.
    pub fn allow_newer(mut self, allow: bool) -> Migrator {
        self.allowed.newer = allow;
        self
    }

    /// A handle that can end runs early.
    pub fn interrupt(mut self, interrupt: Interrupt) -> Migrator {
        self.interrupt = interrupt;
        self
    }

    /// The migrations.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Where the database stands. Reads only, takes no lock, and works for a role that may only
    /// read the version table.
    ///
    /// # Errors
    ///
    /// [`Error::Statement`], [`Error::BadRow`], and those of [`Migrator::open`] where the session had
    /// to be opened again.
    pub fn version(&mut self) -> Result<State, Error> {
        self.reconnect()?;
        self.table.read(&mut self.connection)
    }

    /// Runs the next up files: so many, or all.
    ///
    /// # Errors
    ///
    /// [`Error::Edited`] and [`Error::Late`] where the log proves such a fault, and nothing was run;
    /// [`Error::Dirty`], [`Error::NoMigrationFor`], [`Error::Failed`] and others, see [`Error`]. After
    /// a failed file that is plain or wrapped, the database is as it was before that file.
    pub fn up(&mut self, limit: Option<u64>, on_event: OnEvent<'_>) -> Result<Report, Error> {
        match self.allowed.late {
            true => self.migrate(Goal::UpWithLate(limit), on_event),
            false => self.migrate(Goal::Up(limit), on_event),
        }
    }

    /// Runs the down files of the last versions: so many, or all.
    ///
    /// # Errors
    ///
    /// As [`Migrator::up`].
    pub fn down(&mut self, limit: Option<u64>, on_event: OnEvent<'_>) -> Result<Report, Error> {
        self.migrate(Goal::Down(limit), on_event)
    }

    /// Goes up or down to a version.
    ///
    /// # Errors
    ///
    /// As [`Migrator::up`].
    pub fn goto(&mut self, version: Version, on_event: OnEvent<'_>) -> Result<Report, Error> {
        self.migrate(Goal::Goto(version), on_event)
    }

    /// Runs the last version's down file and then its up file: where both are plain, in one
    /// transaction. Else the database may end one version down, if the up file fails.
    ///
    /// # Errors
    ///
    /// [`Error::NoUpFile`], and those of [`Migrator::down`].
    pub fn redo(&mut self, on_event: OnEvent<'_>) -> Result<Report, Error> {
        self.migrate(Goal::Redo, on_event)
    }

    /// Sets the version row, clean, and runs nothing; `None` for nothing applied.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`], [`Error::Statement`].
    pub fn force(&mut self, version: Option<Version>, on_event: OnEvent<'_>) -> Result<(), Error> {
        self.locked(on_event, |locked, mut shared, on_event| {
            force::force(locked, &mut shared, version, on_event)
        })
    }

    /// Drops the tables of the current schema, the version table too if it is there, and the log
    /// wherever it is, and tells
    /// what else is left; with `all_objects` drops that too. One transaction.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`], [`Error::Statement`].
    pub fn drop(&mut self, all_objects: bool, on_event: OnEvent<'_>) -> Result<Leftovers, Error> {
        self.locked(on_event, |locked, shared, _| {
            // A table of that name in another schema may be anything.
            let is_ours = shared.table.entries(locked.connection(), false).is_ok();
            let log = (shared.table.log.exists && shared.table.log.may_read && is_ours)
                .then(|| shared.table.quoted_log());
            let mut leftovers = objects::drop(locked, all_objects, log.as_deref())?;
            *shared.table = Table::find(locked.connection(), &shared.url.table)?;
            // It may be kept in another schema than the one that was dropped.
            leftovers.version_table = shared.table.exists.then(|| shared.table.quoted());
            Ok(leftovers)
        })
    }

    /// Before any command but the first: asks the server whether it is still there, and opens a
    /// new session where it is not. A service may keep us for hours.
    fn reconnect(&mut self) -> Result<(), Error> {
        if std::mem::replace(&mut self.used, true) && self.connection.query("").is_err() {
            (self.connection, self.table) = Migrator::session(&self.url)?;
        }
        Ok(())
    }

    fn session(url: &DatabaseUrl) -> Result<(Connection, Table), Error> {
        let mut connection = Connection::open(url)?;
        let table = Table::find(&mut connection, &url.table)?;
        let carried = url.carried_settings();
        // Taken and not kept: a pooler drops what it does not know, and the files would run in
        // another schema than the URL says.
        if connection.token().is_some() && !table.is_session_ours && !carried.is_empty() {
            let reason = format!("startup parameter dropped by a pooler: {}", carried.join(", "));
            let fault = Fault::Unclear(reason);
            return Err(Error::Connect { place: url.place(), fault });
        }
        Ok((connection, table))
    }

    /// Does `work` under the lock, and gives the lock back whatever comes of it.
    fn locked<T>(
        &mut self,
        on_event: OnEvent<'_>,
        work: impl FnOnce(&mut Locked<'_>, Shared<'_>, OnEvent<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.reconnect()?;
        let names = [
            self.url.path.clone(),
            format!("/{}", self.table.database),
            self.table.database.clone(),
        ];
        let ids: Vec<u32> = names
            .iter()
            // A URL without a path leaves golang-migrate with the bare name.
            .filter(|name| !name.is_empty())
            .map(|name| lock_id(&self.table.schema, &self.table.name, name))
            .collect();
        let wait = Wait {
            timeout: self.lock_timeout,
            interrupt: &self.interrupt,
            on_wait: &mut |holders, waited| on_event(Event::Waiting { holders, waited }),
        };
        let pid = self.table.is_session_ours.then_some(self.table.pid);
        let mut locked = Locked::acquire(&mut self.connection, &self.url, pid, ids, wait)?;
        self.table.log.is_on = self.table.log.may_add;
        let shared = Shared {
            url: &self.url,
            source: &self.source,
            table: &mut self.table,
            prefetch: self.prefetch,
            lock_wait: self.lock_wait,
            patience: Patience { retries: self.lock_wait.map_or(0, |_| self.retries) },
            operator: &self.operator,
            allowed: self.allowed,
            interrupt: &self.interrupt,
            said_no_log: false,
            last_entry: 0,
        };
        let result = work(&mut locked, shared, on_event);
        locked.release();
        result
    }
}

/// What a command needs beside the locked session.
struct Shared<'a> {
    url: &'a DatabaseUrl,
    source: &'a Source,
    table: &'a mut Table,
    prefetch: usize,
    lock_wait: Option<Duration>,
    patience: Patience,
    operator: &'a Operator,
    allowed: Allowed,
    interrupt: &'a Interrupt,
    /// Whether it was said that nothing is logged.
    said_no_log: bool,
    /// The number of the log's last entry when it was read.
    last_entry: i64,
}
