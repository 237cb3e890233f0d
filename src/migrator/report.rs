//! What only reads, without the lock: the status, the edited files, the log, invalid indexes.

use crate::error::Error;
use crate::event::{Edited, Event};
use crate::fault::Fault;
use crate::history::{History, LogEntry};
use crate::migration::{State, Version};
use crate::migrator::checks;
use crate::migrator::connected::lock_ids;
use crate::migrator::options::Options;
use crate::migrator::repair::{Repair, repairs};
use crate::plan::{Goal, Ground, plan};
use crate::session::Session;
use crate::session::others::holders;
use crate::source::Source;
use crate::status::{self, Edit, Status};
use crate::table::{Columns, Logged, Table, invalid_indexes};
use crate::url::{DatabaseUrl, LogContent};

/// A database, looked at without the lock.
pub struct ReadOnly<'a> {
    /// Where the database is.
    pub url: &'a DatabaseUrl,
    /// The session.
    pub session: &'a mut Session,
    /// The version table and the log.
    pub table: &'a Table,
    /// The migrations.
    pub source: &'a Source,
}

/// Row and log, as read.
struct Read {
    state: State,
    history: History,
    /// Why the log could not be read.
    trouble: Option<String>,
    /// The number of the log's last entry without an error; 0 where there is none.
    last: i64,
}

impl ReadOnly<'_> {
    /// See [`Migrator::status`](crate::migrator::Migrator::status).
    ///
    /// # Errors
    ///
    /// [`Error::Statement`], [`Error::BadRow`].
    pub fn status(&mut self) -> Result<Status, Error> {
        let Read { state, history, trouble, last } = self.read(Columns::Status)?;
        let edit = |cosmetic| if cosmetic { Edit::Cosmetic } else { Edit::Substance };
        let edited = self.edited_since(&history, state)?;
        let edits: Vec<(Version, Edit)> =
            edited.iter().map(|file| (file.version, edit(file.is_cosmetic))).collect();
        Ok(Status {
            state,
            table: self.table.quoted(),
            log_trouble: trouble,
            is_logged: last > 0
                || self.table.newest(self.session, Some(1)).is_ok_and(|newest| !newest.is_empty()),
            log: self.table.log.content,
            running: holders(self.session, &lock_ids(self.url, self.table)),
            rows: Status::rows(self.source, &history, state, &edits),
        })
    }

    /// See [`Migrator::require_current`](crate::migrator::Migrator::require_current).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn require_current(
        &mut self,
        options: &Options,
        tell: &mut dyn FnMut(Event),
    ) -> Result<State, Error> {
        let Read { state, history, .. } = self.read(Columns::Rule)?;
        let late = status::late(self.source, &history, state);
        let kept = status::kept(self.source, &history, state);
        let ground = Ground { here: self.source.versions(), late: &late, kept: &kept };
        let plan = match plan(&ground, state, Goal::up(None, options.allow_late)) {
            Err(Error::Ahead { version, newest, .. }) if options.allow_newer => {
                tell(Event::Ahead { version, newest });
                return Ok(state);
            }
            Err(Error::Dirty { below, .. }) => {
                return Err(checks::dirty(self.session, self.table, state, below));
            }
            plan => plan?,
        };
        let edited = self.edited_since(&history, state)?;
        checks::in_order(self.source, options, state, edited, &late, tell)?;
        let versions: Vec<Version> = plan.steps.iter().map(|step| step.version).collect();
        match versions.is_empty() {
            true => Ok(state),
            false => Err(Error::Pending { versions, state }),
        }
    }

    /// See [`Migrator::edited`](crate::migrator::Migrator::edited).
    ///
    /// # Errors
    ///
    /// As [`ReadOnly::status`].
    pub fn edited(&mut self) -> Result<Vec<Edited>, Error> {
        let Read { state, history, .. } = self.read(Columns::Rule)?;
        self.edited_since(&history, state)
    }

    fn edited_since(&mut self, history: &History, state: State) -> Result<Vec<Edited>, Error> {
        let differences = status::differences(self.source, history, state);
        checks::edited(self.session, self.table, self.source, differences)
    }

    /// See [`Migrator::log`](crate::migrator::Migrator::log).
    ///
    /// # Errors
    ///
    /// [`Error::Log`].
    pub fn log(&mut self, limit: Option<u64>) -> Result<Vec<LogEntry>, Error> {
        let entries = self.table.newest(self.session, limit);
        let entries = entries.map_err(|fault| self.table.log_error(fault))?;
        self.is_usable().map(|()| entries)
    }

    /// See [`Migrator::invalid_indexes`](crate::migrator::Migrator::invalid_indexes).
    ///
    /// # Errors
    ///
    /// [`Error::Statement`].
    pub fn invalid_indexes(&mut self) -> Result<Vec<String>, Error> {
        let indexes = invalid_indexes(self.session);
        let sql = "the list of invalid indexes".to_string();
        let indexes = indexes.map_err(|fault| Error::Statement { sql, fault })?;
        Ok(indexes.into_iter().map(|index| index.quoted).collect())
    }

    /// See [`Migrator::repairable`](crate::migrator::Migrator::repairable).
    ///
    /// # Errors
    ///
    /// As [`Migrator::repair`](crate::migrator::Migrator::repair).
    pub fn repairable(&mut self, versions: &[Version]) -> Result<Vec<Repair>, Error> {
        let Read { state, history, trouble, .. } = self.read(Columns::Rule)?;
        if let Some(reason) = trouble {
            return Err(Error::Log { table: self.table.quoted_log(), reason });
        }
        self.is_usable()?;
        repairs(self.source, &history, state, versions)
    }

    fn read(&mut self, columns: Columns) -> Result<Read, Error> {
        let state = self.table.read(self.session)?;
        let logged = self.table.logged(self.session, columns);
        let trouble = logged.as_ref().err().map(Fault::to_string).or_else(|| self.unreadable());
        let Logged { history, last } = logged.unwrap_or_default();
        Ok(Read { state, history, trouble, last })
    }

    /// Whether the log can be used, where nothing can be done without it.
    ///
    /// # Errors
    ///
    /// [`Error::Log`].
    pub fn is_usable(&self) -> Result<(), Error> {
        match self.unusable() {
            Some(reason) => Err(Error::Log { table: self.table.quoted_log(), reason }),
            None => Ok(()),
        }
    }

    fn unreadable(&self) -> Option<String> {
        let log = &self.table.log;
        (log.exists && !log.may_read).then(|| "this role may not read it".to_string())
    }

    /// Why nothing can be done with the log, where it is needed.
    fn unusable(&self) -> Option<String> {
        let is_off = self.table.log.content == LogContent::Off;
        is_off.then(|| "the URL says x-log=off".to_string()).or_else(|| self.unreadable())
    }
}
