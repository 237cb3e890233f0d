//! What a program calls: configured first, connected when it is needed, and then one method a
//! command.
//!
//! The way of `up` is `migrate` (read, plan, check, step by step), then `file` (one file, in the way
//! that its text asks for), then the `session`. Nothing here prints or asks; what happens is told to
//! the callback.

mod adopt;
pub mod build;
mod checks;
mod command;
mod configure;
mod connected;
mod contents;
mod drop_schema;
mod file;
mod force;
mod load;
mod log_texts;
mod logged_text;
mod migrate;
mod options;
mod outcome;
mod progress;
mod repair;
mod report;
mod run;

use crate::error::Error;
use crate::event::{Edited, Event};
use crate::history::LogEntry;
use crate::migration::{Direction, State, Version};
use crate::migrator::connected::Connected;
use crate::migrator::options::Options;
use crate::plan::Goal;
use crate::session::outside_a_runtime;
use crate::source::Source;
use crate::status::Status;
use crate::trace;
use crate::url::DatabaseUrl;

pub use contents::Contents;
pub use drop_schema::Dropped;
pub use logged_text::LoggedText;
pub use options::Report;
pub use repair::{Repair, Why};

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
/// Nothing is connected until the first command, or [`Migrator::connect`]. Where several programs run
/// migrations at once, one has the lock and the others wait for it.
///
/// Commands block. Inside a tokio runtime a command runs on a thread of its own, and blocks the caller
/// all the same: call it from `spawn_blocking`.
///
/// ```no_run
/// # fn migrator() -> Result<dbm::Migrator, dbm::Error> {
/// #     let url = dbm::DatabaseUrl::parse("postgres://localhost/app", |_| None)?;
/// #     Ok(dbm::Migrator::new(url, dbm::Source::default()))
/// # }
/// # async fn serve() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// let report = tokio::task::spawn_blocking(|| migrator()?.up()).await??;
/// # Ok(())
/// # }
/// ```
pub struct Migrator {
    url: DatabaseUrl,
    source: Source,
    options: Options,
    on_event: Box<dyn FnMut(&Event) + Send>,
    connected: Option<Connected>,
}

impl Migrator {
    /// For this database and these migrations. Does not connect.
    pub fn new(url: DatabaseUrl, source: Source) -> Migrator {
        Migrator {
            url,
            source,
            options: Options::default(),
            on_event: Box::new(trace::event),
            connected: None,
        }
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
        self.open(false)
    }

    /// The same, for a command that writes: tries to take the lock on the way, which saves a round trip.
    /// Others wait from then on, until that command is done.
    ///
    /// # Errors
    ///
    /// As [`Migrator::connect`].
    pub fn connect_and_lock(&mut self) -> Result<(), Error> {
        self.open(true)
    }

    fn open(&mut self, takes_lock: bool) -> Result<(), Error> {
        outside_a_runtime(|| {
            if self.connected.is_none() {
                let Migrator { url, options, on_event, .. } = self;
                self.connected = Some(Connected::open(url, options, takes_lock, on_event)?);
            }
            Ok(())
        })
    }

    /// The version row. Reads only, takes no lock, and works for a role that may only read the
    /// version table.
    ///
    /// # Errors
    ///
    /// Those of [`Migrator::connect`], [`Error::Statement`], [`Error::BadRow`].
    pub fn version(&mut self) -> Result<State, Error> {
        self.read(|read_only| read_only.table.read(read_only.session))
    }

    /// Runs all up files that are pending.
    ///
    /// # Errors
    ///
    /// [`Error::Ahead`], where the database is newer than the source, [`Error::Edited`],
    /// [`Error::Late`] and [`Error::Dirty`], where nothing was run; [`Error::Failed`] and others, see
    /// [`Error`]. After a transactional file has failed, the database is as it was before that file.
    pub fn up(&mut self) -> Result<Report, Error> {
        self.go_up(None)
    }

    /// Runs the next `count` up files.
    ///
    /// # Errors
    ///
    /// As [`Migrator::up`]; [`Error::Short`] and [`Error::NoneThere`] where there are fewer.
    pub fn up_by(&mut self, count: u64) -> Result<Report, Error> {
        self.go_up(Some(count))
    }

    fn go_up(&mut self, count: Option<u64>) -> Result<Report, Error> {
        self.migrate(Goal::up(count, self.options.allow_late))
    }

    /// Runs the down files of all versions.
    ///
    /// # Errors
    ///
    /// As [`Migrator::up`].
    pub fn down_all(&mut self) -> Result<Report, Error> {
        self.migrate(Goal::Down(None))
    }

    /// Runs the down files of the last `count` versions.
    ///
    /// # Errors
    ///
    /// As [`Migrator::up_by`].
    pub fn down_by(&mut self, count: u64) -> Result<Report, Error> {
        self.migrate(Goal::Down(Some(count)))
    }

    /// Goes up or down to a version.
    ///
    /// # Errors
    ///
    /// As [`Migrator::up`].
    pub fn goto(&mut self, version: Version) -> Result<Report, Error> {
        self.migrate(Goal::goto(version, self.options.allow_late))
    }

    /// Runs the last version's down file and then its up file, in one transaction where both can
    /// share one. Else the database may end one version down, if the up file fails.
    ///
    /// # Errors
    ///
    /// [`Error::NoUpFile`], and those of [`Migrator::down_by`].
    pub fn redo(&mut self) -> Result<Report, Error> {
        self.migrate(Goal::Redo)
    }

    /// Sets the version row, clean, and runs nothing; `None` for nothing applied.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`], [`Error::Statement`].
    pub fn force(&mut self, version: Option<Version>) -> Result<(), Error> {
        self.locked("force", |run| run.force(version))
    }

    /// Drops the tables of the current schema, the version table and the log, in one transaction,
    /// and returns what went and what is left; with `all_objects` drops that too.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`], [`Error::Statement`].
    pub fn drop_schema(&mut self, all_objects: bool) -> Result<Dropped, Error> {
        self.locked("drop", |run| run.drop_schema(all_objects))
    }

    /// What the current schema holds, in numbers. Reads only.
    ///
    /// # Errors
    ///
    /// Those of [`Migrator::connect`], [`Error::Statement`].
    pub fn contents(&mut self) -> Result<Contents, Error> {
        let contents = self.read(|read_only| read_only.contents())?;
        Ok(Contents { server: self.url.servers(), ..contents })
    }

    /// How the database and the source compare. Reads only, takes no lock, and works for a role
    /// that may only read, and on a database that no tool has touched.
    ///
    /// # Errors
    ///
    /// As [`Migrator::version`].
    pub fn status(&mut self) -> Result<Status, Error> {
        self.read(|read_only| read_only.status())
    }

    /// Fails unless the database is where [`Migrator::up`] would leave it: for a program that does not
    /// migrate by itself, and must not start on another schema than it was written for. Reads only,
    /// takes no lock, and works for a role that may only read. Returns the version row.
    ///
    /// ```no_run
    /// # let url = dbm::DatabaseUrl::parse("postgres://localhost/app", |_| None)?;
    /// # let source = dbm::Source::default();
    /// use dbm::{Error, Migrator};
    ///
    /// match Migrator::new(url, source).require_current() {
    ///     Ok(state) => println!("the schema is at version {state}"),
    ///     Err(Error::Pending { versions, .. }) => println!("not applied yet: {versions:?}"),
    ///     Err(Error::Ahead { version, .. }) => println!("a newer release was here: {version}"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// With [`Migrator::allow_newer`] a database that is ahead is accepted.
    ///
    /// # Errors
    ///
    /// [`Error::Pending`] with the versions that have not been applied, [`Error::Ahead`] where a newer
    /// release has migrated the database, [`Error::Dirty`]; [`Error::Edited`] and [`Error::Late`] as
    /// [`Migrator::up`]; those of [`Migrator::connect`].
    pub fn require_current(&mut self) -> Result<State, Error> {
        self.read_and_tell(|read_only, options, tell| read_only.require_current(options, tell))
    }

    /// Applied up files that are not the text that ran, with both texts, as far as the log keeps
    /// them. Reads only.
    ///
    /// # Errors
    ///
    /// As [`Migrator::version`].
    pub fn edited(&mut self) -> Result<Vec<Edited>, Error> {
        self.read(|read_only| read_only.edited())
    }

    /// The log, the newest entry first; empty where there is none. Reads only.
    ///
    /// # Errors
    ///
    /// Those of [`Migrator::connect`], [`Error::Log`].
    pub fn log(&mut self) -> Result<Vec<LogEntry>, Error> {
        self.read(|read_only| read_only.log(None))
    }

    /// The newest `count` entries of the log, the newest first. Reads only, and no more than these.
    ///
    /// # Errors
    ///
    /// As [`Migrator::log`].
    pub fn newest_in_log(&mut self, count: u64) -> Result<Vec<LogEntry>, Error> {
        self.read(|read_only| read_only.log(Some(count)))
    }

    /// The up or down text of a version that the log has last; `None` where it has none. Reads only.
    ///
    /// # Errors
    ///
    /// As [`Migrator::log`].
    pub fn logged_text(
        &mut self,
        version: Version,
        direction: Direction,
    ) -> Result<Option<LoggedText>, Error> {
        self.read(|read_only| read_only.logged_text(version, direction))
    }

    /// Indexes of the database that are not valid and that nobody is building, quoted where need
    /// be. Reads only.
    ///
    /// # Errors
    ///
    /// As [`Migrator::version`].
    pub fn invalid_indexes(&mut self) -> Result<Vec<String>, Error> {
        self.read(|read_only| read_only.invalid_indexes())
    }

    /// What [`Migrator::repair`] would record. Reads only.
    ///
    /// # Errors
    ///
    /// As [`Migrator::repair`].
    pub fn repairable(&mut self, versions: &[Version]) -> Result<Vec<Repair>, Error> {
        self.read(|read_only| read_only.repairable(versions))
    }

    /// Accepts files as they are now: those of `versions`, or all that were edited. A late version
    /// that is named is recorded as applied. Neither the schema nor the version row changes.
    ///
    /// # Errors
    ///
    /// [`Error::NotApplied`] for a version that there is nothing to record of, [`Error::Log`] where
    /// the log cannot be used, [`Error::Dirty`] for a late version of a dirty database.
    pub fn repair(&mut self, versions: &[Version]) -> Result<Vec<Repair>, Error> {
        if self.repairable(versions)?.is_empty() {
            return Ok(Vec::new());
        }
        self.locked("repair", |run| run.repair(versions))
    }
}
