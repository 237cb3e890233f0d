//! The engine: connects, locks, reads the row, plans, runs, and tells what happens.
//!
//! It prints nothing and asks nothing. Everything that `up`, `down` and `goto` run goes through
//! [`plan`], and everything that writes through [`Locked`].

mod execute;
mod message;
mod recover;

use std::collections::VecDeque;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::connection::lock::{Locked, Wait, lock_id};
use crate::connection::{Connection, Limits};
use crate::error::{Error, Outcome};
use crate::event::{Event, File, Notice};
use crate::interrupt::Interrupt;
use crate::migration::{State, Version};
use crate::objects::{self, Leftovers};
use crate::plan::{End, Goal, Plan, Step, plan};
use crate::source::Source;
use crate::table::Table;
use crate::url::DatabaseUrl;
use execute::{Job, Listener};

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
    interrupt: Interrupt,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// How many files were run.
    pub ran: usize,
    /// How many were planned and not run, because the run was asked to stop.
    pub left: usize,
    /// Where the database stands now.
    pub state: State,
}

/// What hears of events.
pub type OnEvent<'a> = &'a mut dyn FnMut(Event);

impl Migrator {
    /// Connects and looks where the version table is. Writes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Url`], [`Error::Connect`], [`Error::NoSchema`].
    pub fn open(url: &DatabaseUrl, source: Source) -> Result<Migrator, Error> {
        let mut connection = Connection::open(url)?;
        let table = Table::find(&mut connection, &url.table)?;
        Ok(Migrator {
            url: url.clone(),
            source,
            connection,
            table,
            lock_timeout: None,
            prefetch: 10,
            interrupt: Interrupt::new(),
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
    /// [`Error::Statement`], [`Error::BadRow`].
    pub fn version(&mut self) -> Result<State, Error> {
        self.table.read(&mut self.connection)
    }

    /// Runs the next up files: so many, or all.
    ///
    /// # Errors
    ///
    /// See [`Error`]. After a failed file that is plain or wrapped, the database is as it was
    /// before that file.
    pub fn up(&mut self, limit: Option<u64>, on_event: OnEvent<'_>) -> Result<Report, Error> {
        self.migrate(Goal::Up(limit), on_event)
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

    /// Sets the version row, clean, and runs nothing; `None` for nothing applied.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`], [`Error::Statement`].
    pub fn force(&mut self, version: Option<Version>, on_event: OnEvent<'_>) -> Result<(), Error> {
        self.locked(on_event, |locked, shared, _| {
            // A row that cannot be read is what `force` is for.
            match shared.table.ensure(locked) {
                Ok(_) | Err(Error::BadRow { .. }) => {}
                Err(error) => return Err(error),
            }
            locked.write(&shared.table.set(State::clean(version)))
        })
        .map(Option::unwrap_or_default)
    }

    /// Drops the tables of the current schema, the version table among them, and tells what
    /// else is left there; with `all_objects` drops that too. One transaction.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`], [`Error::Statement`].
    pub fn drop(&mut self, all_objects: bool, on_event: OnEvent<'_>) -> Result<Leftovers, Error> {
        let dropped = self.locked(on_event, |locked, shared, _| {
            let leftovers = objects::drop(locked, all_objects)?;
            *shared.table = Table::find(locked.connection(), &shared.url.table)?;
            Ok(leftovers)
        })?;
        Ok(dropped.unwrap_or_default())
    }

    fn migrate(&mut self, goal: Goal, on_event: OnEvent<'_>) -> Result<Report, Error> {
        let ran = self.locked(on_event, |locked, shared, on_event| {
            let state = shared.table.ensure(locked)?;
            let plan = plan(shared.source.versions(), state, goal)?;
            let mut run = Run { plan: &plan, shared, ahead: VecDeque::new(), read_to: 0 };
            let report = run.all(locked, state, on_event)?;
            match plan.end {
                _ if report.left > 0 => Ok(report),
                End::Reached | End::NoChange => Ok(report),
                End::Short(short) => Err(Error::Short(short)),
                End::NoneThere => Err(Error::NoneThere),
            }
        });
        match ran {
            Err(Error::Failed(mut failure)) => {
                if failure.outcome == Outcome::Unknown {
                    failure.outcome = recover::outcome(&self.url, &self.table, &failure);
                }
                Err(Error::Failed(failure))
            }
            Ok(Some(report)) => Ok(report),
            // Stopped while it waited for the lock: nothing is known to have been left.
            Ok(None) => Ok(Report { ran: 0, left: 1, state: State::NONE }),
            Err(error) => Err(error),
        }
    }

    /// Does `work` under the lock, and gives the lock back whatever comes of it. `None` when the
    /// wait for the lock was interrupted.
    fn locked<T>(
        &mut self,
        on_event: OnEvent<'_>,
        work: impl FnOnce(&mut Locked<'_>, Shared<'_>, OnEvent<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let names = [
            self.url.path.clone(),
            format!("/{}", self.table.database),
            self.table.database.clone(),
        ];
        let ids = names
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
        let Some(mut locked) = Locked::acquire(&mut self.connection, ids, wait)? else {
            return Ok(None);
        };
        let shared = Shared {
            url: &self.url,
            source: &self.source,
            table: &mut self.table,
            prefetch: self.prefetch,
            interrupt: &self.interrupt,
        };
        let result = work(&mut locked, shared, on_event);
        locked.release();
        result.map(Some)
    }
}

/// What a command needs beside the locked session.
struct Shared<'a> {
    url: &'a DatabaseUrl,
    source: &'a Source,
    table: &'a mut Table,
    prefetch: usize,
    interrupt: &'a Interrupt,
}

/// A plan being run.
struct Run<'a> {
    plan: &'a Plan,
    shared: Shared<'a>,
    /// Files that are read and not yet run.
    ahead: VecDeque<Buffered>,
    /// How many of the plan's steps have been read.
    read_to: usize,
}

/// A file that is read.
struct Buffered {
    /// `None` where the pair lacks it.
    text: Option<String>,
    read: Duration,
}

impl Run<'_> {
    fn all(
        &mut self,
        locked: &mut Locked<'_>,
        mut state: State,
        on_event: OnEvent<'_>,
    ) -> Result<Report, Error> {
        let steps = self.plan.steps.len();
        for (ran, step) in self.plan.steps.iter().enumerate() {
            if self.shared.interrupt.is_stopped() {
                on_event(Event::Stopped { left: steps - ran });
                return Ok(Report { ran, left: steps - ran, state });
            }
            self.read_ahead(on_event)?;
            if let Some(buffered) = self.ahead.pop_front() {
                self.one(locked, *step, buffered, on_event)?;
            }
            state = State::clean(step.target);
        }
        Ok(Report { ran: steps, left: 0, state })
    }

    /// Reads files until so many lie ready beside the one that runs next.
    fn read_ahead(&mut self, on_event: OnEvent<'_>) -> Result<(), Error> {
        while self.ahead.len() <= self.shared.prefetch {
            let Some(step) = self.plan.steps.get(self.read_to) else { break };
            let begun = Instant::now();
            let entry = self.shared.source.entry(step.version, step.direction);
            let text = match entry.map(|entry| entry.read()).transpose() {
                Ok(text) => text.map(|text| text.into_owned()),
                // Those before it run first, as if one had not looked ahead.
                Err(_) if !self.ahead.is_empty() => break,
                Err(error) => return Err(error),
            };
            self.read_to += 1;
            let file = self.file(*step);
            on_event(if text.is_some() { Event::Buffered(file) } else { Event::Scheduled(file) });
            self.ahead.push_back(Buffered { text, read: begun.elapsed() });
        }
        Ok(())
    }

    fn one(
        &mut self,
        locked: &mut Locked<'_>,
        step: Step,
        buffered: Buffered,
        on_event: OnEvent<'_>,
    ) -> Result<(), Error> {
        let begun = Instant::now();
        let file = self.file(step);
        let entry = self.shared.source.entry(step.version, step.direction);
        if entry.is_some() {
            on_event(Event::Started(file.clone()));
        }
        let limits = Limits {
            timeout: self.shared.url.statement_timeout,
            interrupt: self.shared.interrupt.clone(),
        };
        let job = Job {
            step,
            path: entry.map_or(Path::new(""), |entry| entry.path()),
            text: buffered.text.as_deref().unwrap_or_default(),
            table: self.shared.table,
            limits: &limits,
            multi_statement: self.shared.url.multi_statement,
        };
        job.run(locked, &mut Teller { file: &file, on_event })?;
        on_event(Event::Finished { file, read: buffered.read, ran: begun.elapsed() });
        Ok(())
    }

    fn file(&self, step: Step) -> File {
        let entry = self.shared.source.entry(step.version, step.direction);
        File {
            version: step.version,
            direction: step.direction,
            name: entry.map(|entry| entry.name().to_string()),
        }
    }
}

/// Makes events of what a file tells.
struct Teller<'a, 'b> {
    file: &'a File,
    on_event: OnEvent<'b>,
}

impl Listener for Teller<'_, '_> {
    fn notice(&mut self, notice: Notice) {
        (self.on_event)(Event::Notice(notice));
    }

    fn fell_back(&mut self, reason: &str) {
        (self.on_event)(Event::FellBack(self.file.clone(), reason.to_string()));
    }
}
