//! Which texts made the database what it should be: the files here, and the log's texts for those that
//! are missing or were edited since they ran.

use std::collections::BTreeMap;

use crate::checksum::Checksum;
use crate::error::{Distrust, Error, SchemaError};
use crate::history::Known;
use crate::migration::{Direction, State, Version};
use crate::session::Session;
use crate::source::Source;
use crate::table::{Columns, Logged, Table, Texts};

/// What should have run.
pub struct Expected {
    /// The version row.
    pub state: State,
    /// The up files, in the order of their versions.
    pub source: Source,
    /// Versions whose texts are the log's.
    pub from_log: Vec<Version>,
    /// Versions whose files were edited and are taken as they are.
    pub as_edited: Vec<Version>,
}

/// Reads the row and the log, and finds the texts. Of a log that cannot be read nothing is known, as
/// of one that is not there.
///
/// # Errors
///
/// [`Error::Dirty`], [`SchemaError::NoText`], [`Error::ReadFile`], [`Error::Statement`].
pub fn read(
    session: &mut Session,
    table: &Table,
    files: &Source,
    from_log: bool,
) -> Result<Expected, Error> {
    let state = table.read(session)?;
    if state.dirty {
        return Err(Error::dirty(state, files.versions()));
    }
    let Logged { history, .. } = table.logged(session, Columns::Rule).unwrap_or_default();
    let mut versions: Vec<Version> = files
        .versions()
        .iter()
        .copied()
        .filter(|version| Some(*version) <= state.version && !history.is_late(*version, state))
        .chain(history.applied(state).map(|(version, _)| version))
        .chain(state.version)
        .collect();
    versions.sort_unstable();
    versions.dedup();
    let mut wanted: Vec<(Version, &Known)> = Vec::new();
    for &version in &versions {
        let is_here = files.versions().binary_search(&version).is_ok();
        match history.known(version) {
            None if !is_here => return Err(SchemaError::NoText { version, why: None }.into()),
            // There was no up file when it ran, and so there is nothing to be built.
            Some(known) if known.up.is_some() || !is_here => {
                let now = files.entry(version, Direction::Up).map(|entry| entry.read());
                let now = now.transpose()?.map(|text| Checksum::of(&text));
                if !known.accepts(now) {
                    wanted.push((version, known));
                }
            }
            _ => {}
        }
    }
    let texts = log_texts(session, table, &wanted, from_log)?;
    let mut expected =
        Expected { state, source: Source::default(), from_log: Vec::new(), as_edited: Vec::new() };
    let mut from_log = Vec::new();
    for ((version, _), text) in wanted.into_iter().zip(texts) {
        match text {
            Ok((name, text)) => {
                expected.from_log.push(version);
                from_log.push((version, name, text));
            }
            Err(_) if files.entry(version, Direction::Up).is_some() => {
                expected.as_edited.push(version);
            }
            Err(why) => return Err(SchemaError::NoText { version, why: Some(why) }.into()),
        }
    }
    expected.source = files.ups(&versions, from_log);
    Ok(expected)
}

/// The name and the up text of an entry, or why it is not to be used.
type LogText = Result<(String, String), Distrust>;

/// The name and the up text of each entry, or why it is not to be used. Whoever may write to the log could have us
/// run anything.
fn log_texts(
    session: &mut Session,
    table: &Table,
    wanted: &[(Version, &Known)],
    from_log: bool,
) -> Result<Vec<LogText>, Error> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let distrust = match from_log {
        true => None,
        false => table.distrust(session).map_err(|fault| table.log_error(fault))?,
    };
    let ids: Vec<i64> = wanted.iter().map(|(_, known)| known.entry).collect();
    let texts = table.texts(session, &ids, false).map_err(|fault| table.log_error(fault))?;
    let texts: BTreeMap<i64, Texts> = texts.into_iter().collect();
    let text = |known: &Known| {
        let found = texts.get(&known.entry)?;
        Some((found.name.clone().unwrap_or_default(), found.up.clone()?))
    };
    let each = wanted.iter().map(|(_, known)| match text(known) {
        None => Err(Distrust::NotKept),
        Some((_, text)) if known.up != Some(Checksum::of(&text)) => Err(Distrust::Changed),
        Some(_) if distrust.is_some() => Err(distrust.clone().unwrap_or(Distrust::Changed)),
        Some(text) => Ok(text),
    });
    Ok(each.collect())
}
