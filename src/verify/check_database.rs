//! What is wrong between a folder and a database.

use crate::migration::{Direction, Version, below, number};
use crate::source::Source;
use crate::status::{Edit, Standing, Status, StatusRow};
use crate::text::printable;
use crate::verify::finding::{Finding, FindingKind};
use crate::verify::remedy::Remedy;

/// What is wrong between a folder and a database, given how they stand to each other and the
/// database's invalid indexes, quoted.
///
/// See [`Migrator::status`](crate::Migrator::status) and
/// [`Migrator::invalid_indexes`](crate::Migrator::invalid_indexes), which ask for both.
pub fn verify_database(
    source: &Source,
    status: &Status,
    invalid_indexes: &[String],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let at = status.state.version;
    if status.state.dirty {
        let message = format!(
            "the database is dirty at version {}: a file was begun and not finished",
            number(at)
        );
        let remedy = Remedy::Force { version: at, below: below(source.versions(), at) };
        findings.push(Finding::new(FindingKind::Dirty, at, message, remedy));
    }
    if let Some(trouble) = &status.log_trouble {
        let message =
            format!("the log cannot be read: {trouble}; what is edited or late is not known");
        findings.push(Finding::new(FindingKind::Log, None, message, Remedy::GrantLog));
    }
    findings.extend(status.rows.iter().flat_map(|row| {
        let found = [edited(row), late(row, at), missing(row, at, source)].into_iter().flatten();
        let path = source.entry(row.version, Direction::Up).map(|entry| entry.path());
        let file = path.and_then(|path| path.file_name()).map(|name| name.to_string_lossy());
        found.map(move |finding| match &file {
            Some(name) => finding.in_file(name),
            None => finding,
        })
    }));
    findings.extend(invalid_indexes.iter().map(|index| {
        let message = format!("the index {index} is INVALID: it is kept up to date and never used");
        let remedy = Remedy::Reindex { index: index.clone() };
        Finding::new(FindingKind::InvalidIndex, None, message, remedy)
    }));
    findings
}

fn edited(row: &StatusRow) -> Option<Finding> {
    let version = row.version;
    let is_note = row.edit? == Edit::Cosmetic;
    let (message, remedy) = match is_note {
        true => (
            "differs from what ran only in comments and white space",
            Remedy::MayRecord { version },
        ),
        false => (
            "was edited after it was applied: the database still has what the old text did",
            Remedy::RestoreOrRecord { version },
        ),
    };
    let finding = Finding::new(FindingKind::Edited, Some(version), message, remedy);
    Some(Finding { is_note, ..finding })
}

fn late(row: &StatusRow, at: Option<Version>) -> Option<Finding> {
    if row.standing != Standing::Late {
        return None;
    }
    let (version, at) = (row.version, number(at));
    let message = format!("is late: the database is at version {at}, and this has never run");
    let remedy = Remedy::RenumberRunOrRecord { version };
    Some(Finding::new(FindingKind::Late, Some(version), message, remedy))
}

fn missing(row: &StatusRow, at: Option<Version>, source: &Source) -> Option<Finding> {
    if !row.is_missing {
        return None;
    }
    let name =
        row.name.as_deref().map(|name| format!(" ({})", printable(name))).unwrap_or_default();
    let message = format!("version {}{name} is applied and has no file here", row.version);
    let remedy = match at == Some(row.version) {
        true => Remedy::AllowNewerOrGoBack { below: below(source.versions(), at) },
        false => Remedy::RestoreFile,
    };
    Some(Finding::new(FindingKind::Missing, Some(row.version), message, remedy))
}
