//! Commands that run no file, and write to the log: `force` and `repair`. And what only reads it.

use crate::connection::lock::Locked;
use crate::error::Error;
use crate::event::Edited;
use crate::fault::Fault;
use crate::history::{Action, Adoption, History, LogEntry};
use crate::migration::{Direction, State, Version};
use crate::migrator::ledger::Found;
use crate::migrator::{Migrator, OnEvent, Shared, ledger};
use crate::source::Source;
use crate::status::{self, Difference, Edit, Status};
use crate::table::{NewEntry, Took};

/// Sets the row, and logs that. Versions that count as applied from now on are logged with their
/// files as they are.
///
/// # Errors
///
/// As [`Migrator::force`](crate::migrator::Migrator::force).
pub fn force(
    locked: &mut Locked<'_>,
    shared: &mut Shared<'_>,
    version: Option<Version>,
    on_event: OnEvent<'_>,
) -> Result<(), Error> {
    let Found { state: from, history, is_touched } = match ledger::find(locked, shared, on_event) {
        // A row that cannot be read is what `force` is for.
        Err(Error::BadRow { .. }) => {
            let history = ledger::open_log(locked, shared, on_event);
            Found { state: State::NONE, history, is_touched: false }
        }
        found => found?,
    };
    let to = State::clean(version);
    let row = shared.table.set(to).sql;
    let entry = NewEntry {
        action: Action::Force,
        direction: None,
        version,
        name: version.and_then(|version| shared.source.name(version)),
        error: None,
        from,
        to,
        up: None,
        down: None,
        keeps_texts: false,
        took: Took::Unknown,
    };
    // Who may not read the log cannot tell what is missing from it.
    let mut steps = match shared.table.log.may_read {
        true => forced(&history, shared.source.versions(), to),
        false => Vec::new(),
    };
    if is_touched && from.dirty {
        steps.extend(ledger::rerun(locked.connection(), shared, &history, to, on_event));
    }
    let logged = shared.table.record(shared.operator, &entry).sql;
    match ledger::write(locked, shared, row.clone() + &logged, &steps) {
        Err(Error::Statement { fault: Fault::Server(error), .. }) if !logged.is_empty() => {
            locked.write(&row)?;
            shared.table.log.is_on = false;
            ledger::no_log(shared, &error.message, on_event);
            Ok(())
        }
        written => written,
    }
}

/// Versions that a forced row declares to be applied, to be logged behind it. Those that it declares
/// not to be need no entry of their own.
fn forced(history: &History, here: &[Version], to: State) -> Vec<Adoption> {
    let mut steps = history.adoptions(here, to);
    steps.retain(|step| step.direction == Some(Direction::Up));
    steps.iter_mut().for_each(|step| (step.from, step.to) = (to.version, to.version));
    steps
}

/// What is found without a lock.
struct Looked {
    state: State,
    history: History,
    /// Why the log could not be read.
    trouble: Option<String>,
    /// Whether it has entries.
    is_logged: bool,
}

/// A version whose files are, or were, recorded as the right ones.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The version.
    pub version: Version,
    /// Its name.
    pub name: Option<String>,
    /// Why.
    pub why: Why,
}

/// Why a version is repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The up file is not what ran.
    Edited,
    /// The down file is not what it was.
    DownEdited,
    /// The log has never seen it run.
    Late,
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
        let found = proven(&self.source, &history, state);
        let edited = ledger::edited(&mut self.connection, &self.table, &self.source, found)?;
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
        let found = proven(&self.source, &history, state);
        ledger::edited(&mut self.connection, &self.table, &self.source, found)
    }

    /// The log, the newest entry first; empty where there is none. Reads only.
    ///
    /// # Errors
    ///
    /// [`Error::Statement`], and those of [`Migrator::open`] where the session had to be opened again.
    pub fn log(&mut self) -> Result<Vec<LogEntry>, Error> {
        self.reconnect()?;
        let entries = self.table.entries(&mut self.connection, true);
        let mut entries = entries.map_err(|fault| ledger::unusable(&self.table, &fault))?;
        if let Some(reason) = self.unreadable() {
            return Err(Error::Log { table: self.table.quoted_log(), reason });
        }
        entries.reverse();
        Ok(entries)
    }

    /// Row and log, without a lock. What another tool may have run since is doubted.
    fn look(&mut self, when_and_who: bool) -> Result<Looked, Error> {
        self.reconnect()?;
        let seen = self.table.read(&mut self.connection)?;
        let entries = self.table.entries(&mut self.connection, when_and_who);
        let trouble = entries.as_ref().err().map(Fault::to_string).or_else(|| self.unreadable());
        let entries = entries.unwrap_or_default();
        let mut history = History::fold(&entries);
        if history.is_at(seen.state) && history.is_touched(seen.xmin) {
            history.doubt();
        }
        Ok(Looked { state: seen.state, history, trouble, is_logged: !entries.is_empty() })
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

    /// What [`Migrator::repair`] would record. Reads only.
    ///
    /// # Errors
    ///
    /// As [`Migrator::repair`].
    pub fn repairable(&mut self, versions: &[Version]) -> Result<Vec<Repair>, Error> {
        let Looked { state, history, trouble, .. } = self.look(false)?;
        if let Some(reason) = trouble {
            return Err(Error::Log { table: self.table.quoted_log(), reason });
        }
        repairs(&self.source, &history, state, versions)
    }

    /// Records the files as they are as the right ones: of these versions, or of all that were
    /// edited. A version that is late is recorded as applied, if it is named. Neither the schema nor
    /// the version row changes.
    ///
    /// # Errors
    ///
    /// [`Error::NotApplied`] for a version that there is nothing to record of, [`Error::Log`] where
    /// the log may not be used, [`Error::Dirty`] for a late version of a dirty database.
    pub fn repair(
        &mut self,
        versions: &[Version],
        on_event: OnEvent<'_>,
    ) -> Result<Vec<Repair>, Error> {
        if self.repairable(versions)?.is_empty() {
            return Ok(Vec::new());
        }
        self.locked(on_event, |locked, mut shared, on_event| {
            let Found { state, history, .. } = ledger::find(locked, &mut shared, on_event)?;
            let repairs = repairs(shared.source, &history, state, versions)?;
            if !shared.table.log.is_on {
                let table = shared.table.quoted_log();
                let reason = "this role may not add to it".to_string();
                return Err(Error::Log { table, reason });
            }
            let sql: Vec<String> =
                repairs.iter().map(|repair| repaired(&shared, repair, state)).collect();
            locked.write(&sql.concat())?;
            Ok(repairs)
        })
    }
}

/// Applied files that differ from what ran, unless another tool may have run them since.
fn proven(source: &Source, history: &History, state: State) -> Vec<Difference> {
    match history.is_doubted() {
        true => Vec::new(),
        false => status::differences(source, history, state),
    }
}

/// What there is to record: of these versions, or of all that were edited.
fn repairs(
    source: &Source,
    history: &History,
    state: State,
    versions: &[Version],
) -> Result<Vec<Repair>, Error> {
    let repair = |version, why| {
        let name = source.name(version).map(str::to_string);
        Repair { version, name, why }
    };
    let differing = proven(source, history, state);
    let mut repairs: Vec<Repair> =
        differing.iter().map(|difference| repair(difference.version, Why::Edited)).collect();
    for row in Status::rows(source, history, state, &[]) {
        if row.is_down_edited && repairs.iter().all(|repair| repair.version != row.version) {
            repairs.push(repair(row.version, Why::DownEdited));
        }
    }
    if versions.is_empty() {
        repairs.sort_by_key(|repair| repair.version);
        return Ok(repairs);
    }
    let named = |version: &Version| match repairs.iter().find(|r| r.version == *version) {
        Some(repair) => Ok(Some(repair.clone())),
        None if history.is_late(*version, state) && source.name(*version).is_some() => {
            match state.dirty {
                true => Err(Error::Dirty { state }),
                false => Ok(Some(repair(*version, Why::Late))),
            }
        }
        None if history.known(*version).is_some() && source.name(*version).is_some() => Ok(None),
        None => Err(Error::NotApplied { version: *version }),
    };
    let mut named: Vec<Repair> = versions
        .iter()
        .filter_map(|version| named(version).transpose())
        .collect::<Result<_, _>>()?;
    named.sort_by_key(|repair| repair.version);
    named.dedup();
    Ok(named)
}

/// SQL that records one.
fn repaired(shared: &Shared<'_>, repair: &Repair, state: State) -> String {
    if repair.why == Why::Late {
        let step = Adoption {
            version: Some(repair.version),
            direction: Some(Direction::Up),
            ..Adoption::without_a_file(state.version, state.version)
        };
        return ledger::entry(shared, &step);
    }
    let read = |direction| shared.source.entry(repair.version, direction)?.read().ok();
    let (up, down) = (read(Direction::Up), read(Direction::Down));
    let entry = NewEntry {
        action: Action::Repair,
        direction: None,
        version: Some(repair.version),
        name: repair.name.as_deref(),
        error: None,
        from: state,
        to: state,
        up: up.as_deref(),
        down: down.as_deref(),
        keeps_texts: true,
        took: Took::Unknown,
    };
    shared.table.record(shared.operator, &entry).sql
}
