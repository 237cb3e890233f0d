//! What only reads, without the lock: the status, the edited files, the log, invalid indexes.

use crate::error::Error;
use crate::event::Edited;
use crate::fault::Fault;
use crate::history::{History, LogEntry};
use crate::migration::{State, Version};
use crate::migrator::adopt::unusable;
use crate::migrator::{Migrator, checks};
use crate::status::{self, Edit, Status};

/// Row and log, read without the lock.
pub(super) struct Looked {
    pub(super) state: State,
    pub(super) history: History,
    /// Why the log could not be read.
    pub(super) trouble: Option<String>,
    /// Whether the log has entries.
    pub(super) is_logged: bool,
}

impl Migrator {
    /// How the database and the folder stand to each other. Reads only, takes no lock, and works for
    /// a role that may only read, and on a database that no tool has touched.
    ///
    /// # Errors
    ///
    /// As [`Migrator::version`].
    pub fn status(&mut self) -> Result<Status, Error> {
        let Looked { state, history, trouble, is_logged } = self.look(true)?;
        let found = status::differences(&self.source, &history, state);
        let edited = checks::edited(&mut self.connection, &self.table, &self.source, found)?;
        let edit = |cosmetic| if cosmetic { Edit::Cosmetic } else { Edit::Substance };
        let edits: Vec<(Version, Edit)> =
            edited.iter().map(|file| (file.version, edit(file.is_cosmetic))).collect();
        Ok(Status {
            state,
            table: self.table.quoted(),
            log_trouble: trouble,
            is_logged,
            rows: Status::rows(&self.source, &history, state, &edits),
        })
    }

    /// Applied files that are not what ran, with both texts, as far as the log keeps them. Reads only.
    ///
    /// # Errors
    ///
    /// As [`Migrator::status`].
    pub fn edited(&mut self) -> Result<Vec<Edited>, Error> {
        let Looked { state, history, .. } = self.look(false)?;
        let found = status::differences(&self.source, &history, state);
        checks::edited(&mut self.connection, &self.table, &self.source, found)
    }

    /// The log, the newest entry first; empty where there is none. Reads only.
    ///
    /// # Errors
    ///
    /// [`Error::Statement`], and those of [`Migrator::open`] where the session had to be opened again.
    pub fn log(&mut self) -> Result<Vec<LogEntry>, Error> {
        self.reconnect()?;
        let entries = self.table.entries(&mut self.connection, true);
        let mut entries = entries.map_err(|fault| unusable(&self.table, &fault))?;
        if let Some(reason) = self.unreadable() {
            return Err(Error::Log { table: self.table.quoted_log(), reason });
        }
        entries.reverse();
        Ok(entries)
    }

    /// Reads row and log, without the lock.
    pub(super) fn look(&mut self, when_and_who: bool) -> Result<Looked, Error> {
        self.reconnect()?;
        let state = self.table.read(&mut self.connection)?;
        let entries = self.table.entries(&mut self.connection, when_and_who);
        let trouble = entries.as_ref().err().map(Fault::to_string).or_else(|| self.unreadable());
        let entries = entries.unwrap_or_default();
        let history = History::fold(&entries);
        Ok(Looked { state, history, trouble, is_logged: !entries.is_empty() })
    }

    fn unreadable(&self) -> Option<String> {
        let log = &self.table.log;
        (log.exists && !log.may_read).then(|| "this role may not read it".to_string())
    }

    /// Indexes of the database that are not valid and that nobody is building, quoted where need be.
    /// Reads only.
    ///
    /// # Errors
    ///
    /// [`Error::Statement`].
    pub fn invalid_indexes(&mut self) -> Result<Vec<String>, Error> {
        self.reconnect()?;
        let sql = "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_index i \
                   JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
                   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                   WHERE NOT i.indisvalid AND c.relkind = 'i' AND n.nspname NOT LIKE 'pg\\_toast%' \
                   AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p \
                   WHERE p.index_relid = i.indexrelid) ORDER BY 1";
        let rows = self.connection.query(sql);
        let rows = rows.map_err(|fault| Error::Statement { sql: sql.to_string(), fault })?;
        Ok(rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
    }
}
