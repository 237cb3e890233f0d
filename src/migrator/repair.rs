//! `repair`: records the files as they are as the right ones. It runs no file and moves no row.

use crate::error::Error;
use crate::history::{Action, Adoption, History};
use crate::migration::{Direction, State, Version};
use crate::migrator::adopt::Found;
use crate::migrator::run::Run;
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

impl Run<'_> {
    /// Accepts files as they are now.
    ///
    /// # Errors
    ///
    /// As [`Migrator::repair`](crate::migrator::Migrator::repair).
    pub fn repair(&mut self, versions: &[Version]) -> Result<Vec<Repair>, Error> {
        let Found { state, history } = self.find()?;
        let repairs = repairs(self.source, &history, state, versions)?;
        if !self.table.log.is_on {
            let table = self.table.quoted_log();
            let reason = "this role may not add to it".to_string();
            return Err(Error::Log { table, reason });
        }
        let sql: Vec<String> =
            repairs.iter().map(|repair| self.repair_entry(repair, state)).collect();
        self.locked.write(&sql.concat())?;
        Ok(repairs)
    }

    /// SQL that records one.
    fn repair_entry(&self, repair: &Repair, state: State) -> String {
        if repair.why == Why::Late {
            let (from, to) = (state.version, state.version);
            let step = Adoption { version: repair.version, direction: Direction::Up, from, to };
            return self.adoptions(&[step]).0;
        }
        let read = |direction| self.source.entry(repair.version, direction)?.read().ok();
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
        self.table.record(&self.options.operator, &entry).sql
    }
}

/// What there is to record: of these versions, or of all that were edited.
///
/// # Errors
///
/// [`Error::NotApplied`], [`Error::Dirty`].
pub fn repairs(
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
                true => Err(Error::dirty(state, source.versions())),
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
