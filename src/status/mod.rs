//! How the database and the folder stand to each other, a row a version.
//!
//! Pure, but for the files that it reads to compare them; what is shown here is what `up` goes by.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use crate::checksum::Checksum;
use crate::event::Holder;
use crate::history::{History, Known};
use crate::migration::{Direction, State, Version};
use crate::source::{Buffer, Source, read_each};
use crate::url::LogContent;

/// How the database and the folder stand to each other.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Status {
    /// The version row.
    pub state: State,
    /// The version table, quoted.
    pub table: String,
    /// Why the log could not be read; `None` where it could, or where there is none.
    pub log_trouble: Option<String>,
    /// Whether there is a log with entries.
    pub is_logged: bool,
    /// What is put into the log.
    pub log: LogContent,
    /// Who holds the migration lock: runs in progress, of any tool. Empty where there is none, or
    /// where the server does not say.
    pub running: Vec<Holder>,
    /// A row a version, ascending: each that is in the folder or applied.
    pub rows: Vec<StatusRow>,
}

/// How one version stands.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct StatusRow {
    /// The version.
    pub version: Version,
    /// Its name; `None` where neither a file nor the log tells.
    pub name: Option<String>,
    /// Whether it is applied.
    pub standing: Standing,
    /// The up file is not the text that ran.
    pub edit: Option<Edit>,
    /// The down file is not what it was when the up file ran. That is nothing wrong.
    pub is_down_edited: bool,
    /// It is applied and has no file here.
    pub is_missing: bool,
    /// There is no down file, here or in the log.
    pub has_no_down: bool,
    /// When it ran, or was adopted or recorded; `None` where the log does not know.
    pub at: Option<SystemTime>,
    /// How long it took on the server, up to the commit.
    pub took: Option<Duration>,
    /// Checksum of the up text that ran, or else of the file.
    pub checksum: Option<Checksum>,
}

/// Whether a version is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// The row says so.
    Applied,
    /// The row says so, and the log knows that another tool ran it.
    Adopted,
    /// The row says so, and nobody saw it run: `force` or `repair` declared it, or the log has a gap
    /// there.
    Recorded,
    /// It is above the row.
    Pending,
    /// It is below the row, and the log saw a newer version run without it.
    Late,
    /// It was begun and not finished.
    Dirty,
}

/// How an up file differs from the text that ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Edit {
    /// In what the server runs.
    Substance,
    /// In comments and white space alone.
    Cosmetic,
}

/// An applied up file whose checksum is not that of the text that ran.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Its version.
    pub version: Version,
    /// The log's entry that has the text that ran.
    pub ran: i64,
    /// The checksum of the text that ran; `None` where there was no such file then.
    pub sum: Option<Checksum>,
    /// The text that is there.
    pub now: String,
}

/// Applied up files that are not what ran, as far as the log knows. A file that cannot be read is
/// none: it is not run, either.
pub fn differences(source: &Source, history: &History, state: State) -> Vec<Difference> {
    let applied: Vec<(Version, &Known)> = history.applied(state).collect();
    read_each(&applied, |(version, known), buffer| {
        let file = source.entry(*version, Direction::Up)?;
        if known.accepts(Some(file.checksum(buffer)?)) {
            return None;
        }
        let now = file.read().ok()?.into_owned();
        Some(Difference { version: *version, ran: known.entry, sum: known.up, now })
    })
}

/// Applied versions whose down file is not what it was when the up file ran.
fn down_edited(source: &Source, history: &History, state: State) -> Vec<Version> {
    let applied: Vec<(Version, &Known)> = history.applied(state).collect();
    read_each(&applied, |(version, known), buffer| {
        let file = source.entry(*version, Direction::Down).filter(|_| known.down.is_some())?;
        (file.checksum(buffer) != known.down).then_some(*version)
    })
}

/// Applied versions without a file here that the log's texts can undo.
pub fn kept(source: &Source, history: &History, state: State) -> Vec<Version> {
    let gone = |version: &Version| source.versions().binary_search(version).is_err();
    let undoable = history.applied(state).filter(|(_, known)| known.down.is_some());
    undoable.map(|(version, _)| version).filter(gone).collect()
}

/// The folder's versions below the row that something newer ran without.
pub fn late(source: &Source, history: &History, state: State) -> Vec<Version> {
    let versions = source.versions().iter().copied();
    versions.filter(|version| history.is_late(*version, state)).collect()
}

impl StatusRow {
    /// Whether something is wrong with it.
    pub fn is_wrong(&self) -> bool {
        matches!(self.standing, Standing::Late | Standing::Dirty)
            || self.is_missing
            || self.edit == Some(Edit::Substance)
    }
}

impl Status {
    /// The rows for a folder, a log and a row; `edits` says how applied files were edited.
    pub fn rows(
        source: &Source,
        history: &History,
        state: State,
        edits: &[(Version, Edit)],
    ) -> Vec<StatusRow> {
        let mut versions: Vec<Version> = source.versions().to_vec();
        versions.extend(history.applied(state).map(|(version, _)| version));
        versions.extend(state.version);
        versions.sort_unstable();
        versions.dedup();
        // A down file that broke off leaves the row where it would have led.
        let broken = history.first_above(state);
        let dirty = broken.or(state.version).filter(|_| state.dirty);
        let down_edited = down_edited(source, history, state);
        let edits: BTreeMap<Version, Edit> = edits.iter().copied().collect();
        let row = |version: Version| {
            let known = history.known(version).filter(|_| Some(version) <= state.version);
            let sum = || source.entry(version, Direction::Up)?.checksum(&mut Buffer::new());
            let is_here = source.versions().binary_search(&version).is_ok();
            let standing = match state.version {
                _ if dirty == Some(version) => Standing::Dirty,
                row if Some(version) > row => Standing::Pending,
                _ if history.is_late(version, state) => Standing::Late,
                _ if known.is_some_and(|known| known.is_adopted) => Standing::Adopted,
                _ if known.is_some_and(|known| known.is_recorded) => Standing::Recorded,
                _ if known.is_none() && history.is_forced(version) => Standing::Recorded,
                _ => Standing::Applied,
            };
            let down = source.entry(version, Direction::Down).is_some();
            StatusRow {
                version,
                name: source
                    .name(version)
                    .map(str::to_string)
                    .or_else(|| known.and_then(|known| known.name.clone())),
                standing,
                edit: edits.get(&version).copied(),
                is_down_edited: down_edited.binary_search(&version).is_ok(),
                is_missing: !is_here,
                has_no_down: !down && known.is_none_or(|known| known.down.is_none()),
                at: known.map(|known| known.at),
                took: known.and_then(|known| known.took),
                checksum: known.and_then(|known| known.up).or_else(sum),
            }
        };
        versions.into_iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests;
