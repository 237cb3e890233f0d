//! What a program calls: configured first, connected when it is needed, and then one method a
//! command.

use std::time::Duration;

use crate::error::Error;
use crate::event::{Edited, Event};
use crate::fault::Fault;
use crate::history::LogEntry;
use crate::interrupt::Interrupt;
use crate::migration::{State, Version};
use crate::migrator::{Migrator as Engine, Repair, Report};
use crate::objects::Leftovers;
use crate::source::Source;
use crate::status::Status;
use crate::table::Operator;
use crate::url::DatabaseUrl;

/// Runs the migrations of a [`Source`] on one database.
///
/// ```no_run
/// use std::time::Duration;
///
/// use dbm::{DatabaseUrl, Migrator, Source};
///
/// let url = DatabaseUrl::parse("postgres://localhost/app", |name| std::env::var(name).ok())?;
/// let source = Source::texts([
///     ("1_users.up.sql", "create table users (id bigserial primary key)"),
///     ("1_users.down.sql", "drop table users"),
/// ])?;
/// let mut migrator = Migrator::new(url, source)
///     .lock_timeout(Duration::from_secs(60))
///     .on_event(|event| println!("{event}"));
/// let report = migrator.up()?;
/// println!("{} files run, now at {}", report.ran, report.state);
/// # Ok::<(), dbm::Error>(())
/// ```
///
/// Nothing is connected until the first command, or [`Migrator::connect`]. Commands block. Inside a
/// tokio runtime a command runs on a thread of its own, and blocks the caller all the same: call it
/// from `spawn_blocking`.
pub struct Migrator {
    url: DatabaseUrl,
    source: Source,
    options: Options,
    on_event: Box<dyn FnMut(&Event) + Send>,
    engine: Option<Engine>,
}

/// What a migrator was configured with.
#[derive(Clone)]
struct Options {
    lock_timeout: Option<Duration>,
    prefetch: usize,
    lock_wait: Option<Duration>,
    retries: u32,
    operator: Operator,
    allow_edited: bool,
    allow_late: bool,
    allow_newer: bool,
    interrupt: Interrupt,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            lock_timeout: None,
            prefetch: 10,
            lock_wait: None,
            retries: 5,
            operator: Operator::default(),
            allow_edited: false,
            allow_late: false,
            allow_newer: false,
            interrupt: Interrupt::new(),
        }
    }
}

impl Migrator {
    /// For this database and these migrations. Does not connect.
    pub fn new(url: DatabaseUrl, source: Source) -> Migrator {
        Migrator {
            url,
            source,
            options: Options::default(),
            on_event: Box::new(|_| {}),
            engine: None,
        }
    }

    /// How long to wait for the lock; for as long as it takes unless set.
    pub fn lock_timeout(mut self, timeout: Duration) -> Migrator {
        self.options.lock_timeout = Some(timeout);
        self
    }

    /// How many files to read ahead of the one that runs (10).
    pub fn prefetch(mut self, files: usize) -> Migrator {
        self.options.prefetch = files;
        self
    }

    /// How long a statement of a file may wait for a lock, so that those queued behind it do not
    /// wait for long either. A file that could not get a lock is rolled back and retried, see
    /// [`Migrator::retries`]. Through a pooler, files that cannot run in one transaction are not
    /// bound by it.
    pub fn lock_wait(mut self, wait: Duration) -> Migrator {
        // PostgreSQL counts in milliseconds, in 31 bits; zero is no limit, there and here.
        let wait = wait.min(Duration::from_millis(i32::MAX as u64));
        self.options.lock_wait = (wait.as_millis() > 0).then_some(wait);
        self
    }

    /// How often to retry a file that could not get a lock within [`Migrator::lock_wait`] (5).
    pub fn retries(mut self, retries: u32) -> Migrator {
        self.options.retries = retries;
        self
    }

    /// Who runs this, for the log; the library's name and version unless set.
    pub fn operator(mut self, operator: Operator) -> Migrator {
        self.options.operator = operator;
        self
    }

    /// Whether a run up goes on although applied files were edited.
    pub fn allow_edited(mut self, allow: bool) -> Migrator {
        self.options.allow_edited = allow;
        self
    }

    /// Whether a run up first runs files below the database's version that never ran.
    pub fn allow_late(mut self, allow: bool) -> Migrator {
        self.options.allow_late = allow;
        self
    }

    /// Whether a run up accepts a database that is newer than the source.
    pub fn allow_newer(mut self, allow: bool) -> Migrator {
        self.options.allow_newer = allow;
        self
    }

    /// A handle that can end runs early, from another thread.
    pub fn interrupt(mut self, interrupt: Interrupt) -> Migrator {
        self.options.interrupt = interrupt;
        self
    }

    /// What is called with each event of a run.
    pub fn on_event(mut self, on_event: impl FnMut(&Event) + Send + 'static) -> Migrator {
        self.on_event = Box::new(on_event);
        self
    }

    /// The migrations.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Connects, if that has not been done, and looks for the version table. Writes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Url`], [`Error::Connect`], [`Error::NoSchema`].
    pub fn connect(&mut self) -> Result<(), Error> {
        self.engine(|_, _| Ok(()))
    }

    /// The version row. Reads only and takes no lock.
    ///
    /// # Errors
    ///
    /// Those of [`Migrator::connect`], [`Error::Statement`], [`Error::BadRow`].
    pub fn version(&mut self) -> Result<State, Error> {
        self.engine(|engine, _| engine.version())
    }

    /// Runs all up files that are pending.
    ///
    /// # Errors
    ///
    /// [`Error::Edited`] and [`Error::Late`], where nothing was run; [`Error::Dirty`],
    /// [`Error::NoMigrationFor`], [`Error::Failed`] and others, see [`Error`].
    pub fn up(&mut self) -> Result<Report, Error> {
        self.engine(|engine, hear| engine.up(None, hear))
    }

    /// Runs the next `count` up files.
    ///
    /// # Errors
    ///
    /// As [`Migrator::up`]; [`Error::Short`] and [`Error::NoneThere`] where there are fewer.
    pub fn up_by(&mut self, count: u64) -> Result<Report, Error> {
        self.engine(|engine, hear| engine.up(Some(count), hear))
    }

    /// Runs the down files of all versions.
    ///
    /// # Errors
    ///
    /// As [`Migrator::up`].
    pub fn down_all(&mut self) -> Result<Report, Error> {
        self.engine(|engine, hear| engine.down(None, hear))
    }

    /// Runs the down files of the last `count` versions.
    ///
    /// # Errors
    ///
    /// As [`Migrator::up_by`].
    pub fn down_by(&mut self, count: u64) -> Result<Report, Error> {
        self.engine(|engine, hear| engine.down(Some(count), hear))
    }

    /// Goes up or down to a version.
    ///
    /// # Errors
    ///
    /// As [`Migrator::up`].
    pub fn goto(&mut self, version: Version) -> Result<Report, Error> {
        self.engine(|engine, hear| engine.goto(version, hear))
    }

    /// Runs the last version's down file and then its up file, in one transaction where both can
    /// share one.
    ///
    /// # Errors
    ///
    /// [`Error::NoUpFile`], and those of [`Migrator::down_by`].
    pub fn redo(&mut self) -> Result<Report, Error> {
        self.engine(|engine, hear| engine.redo(hear))
    }

    /// Sets the version row, clean, and runs nothing; `None` for nothing applied.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`], [`Error::Statement`].
    pub fn force(&mut self, version: Option<Version>) -> Result<(), Error> {
        self.engine(|engine, hear| engine.force(version, hear))
    }

    /// Drops the tables of the current schema, the version table and the log, in one transaction,
    /// and returns what else is left; with `all_objects` drops that too.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`], [`Error::Statement`].
    pub fn drop_schema(&mut self, all_objects: bool) -> Result<Leftovers, Error> {
        self.engine(|engine, hear| engine.drop(all_objects, hear))
    }

    /// How the database and the source compare. Reads only and takes no lock.
    ///
    /// # Errors
    ///
    /// As [`Migrator::version`].
    pub fn status(&mut self) -> Result<Status, Error> {
        self.engine(|engine, _| engine.status())
    }

    /// Applied up files that are not the text that ran, with both texts. Reads only.
    ///
    /// # Errors
    ///
    /// As [`Migrator::version`].
    pub fn edited(&mut self) -> Result<Vec<Edited>, Error> {
        self.engine(|engine, _| engine.edited())
    }

    /// The log, the newest entry first. Reads only.
    ///
    /// # Errors
    ///
    /// Those of [`Migrator::connect`], [`Error::Log`].
    pub fn log(&mut self) -> Result<Vec<LogEntry>, Error> {
        self.engine(|engine, _| engine.log())
    }

    /// Indexes of the database that are not valid and that nobody is building. Reads only.
    ///
    /// # Errors
    ///
    /// As [`Migrator::version`].
    pub fn invalid_indexes(&mut self) -> Result<Vec<String>, Error> {
        self.engine(|engine, _| engine.invalid_indexes())
    }

    /// What [`Migrator::repair`] would record. Reads only.
    ///
    /// # Errors
    ///
    /// As [`Migrator::repair`].
    pub fn repairable(&mut self, versions: &[Version]) -> Result<Vec<Repair>, Error> {
        self.engine(|engine, _| engine.repairable(versions))
    }

    /// Accepts files as they are now: those of `versions`, or all that were edited. A late version
    /// that is named is recorded as applied.
    ///
    /// # Errors
    ///
    /// [`Error::NotApplied`], [`Error::Log`], [`Error::Dirty`].
    pub fn repair(&mut self, versions: &[Version]) -> Result<Vec<Repair>, Error> {
        self.engine(|engine, hear| engine.repair(versions, hear))
    }

    /// Runs `work` on the connected engine; inside a tokio runtime on a thread beside it, for a
    /// runtime cannot block on another.
    fn engine<T: Send>(
        &mut self,
        work: impl FnOnce(&mut Engine, &mut dyn FnMut(Event)) -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        if tokio::runtime::Handle::try_current().is_err() {
            return self.engine_here(work);
        }
        std::thread::scope(|scope| {
            let place = self.url.place();
            let thread = std::thread::Builder::new().spawn_scoped(scope, || self.engine_here(work));
            let thread = thread.map_err(|error| Error::Connect {
                place,
                fault: Fault::Unclear(format!("no thread to run on: {error}")),
            })?;
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn engine_here<T>(
        &mut self,
        work: impl FnOnce(&mut Engine, &mut dyn FnMut(Event)) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let engine = match &mut self.engine {
            Some(engine) => engine,
            None => self.engine.insert(Engine::open(&self.url, self.source.clone())?),
        };
        let options = self.options.clone();
        engine.lock_timeout = options.lock_timeout;
        engine.prefetch = options.prefetch;
        engine.lock_wait = options.lock_wait;
        engine.retries = options.retries;
        engine.operator = options.operator;
        engine.interrupt = options.interrupt;
        engine.allowed.edited = options.allow_edited;
        engine.allowed.late = options.allow_late;
        engine.allowed.newer = options.allow_newer;
        work(engine, &mut |event| (self.on_event)(&event))
    }
}
