//! `repair`: records the files as they are as the right ones. It runs no file and moves no row.

use crate::error::Error;
use crate::history::{Action, Adoption, History};
use crate::migration::{Direction, State, Version};
use crate::migrator::adopt::{self, Found};
use crate::migrator::report::Looked;
use crate::migrator::{Migrator, OnEvent, Shared};
use crate::source::Source;
use crate::status::{self, Status};
use crate::table::{NewEntry, Took};

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
    /// The log saw a newer version run without it.
    Late,
}

impl Migrator {
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
            let Found { state, history, .. } = adopt::find(locked, &mut shared, on_event)?;
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
    let differing = status::differences(source, history, state);
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
        let (from, to) = (state.version, state.version);
        let step = Adoption { version: repair.version, direction: Direction::Up, from, to };
        return adopt::entry(shared, &step);
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
