//! What is wrong between a folder and a database.

use crate::migration::{Direction, number};
use crate::source::Source;
use crate::status::{Edit, Standing, Status, StatusRow};
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
    if status.state.dirty {
        findings.push(Finding::new(
            FindingKind::Dirty,
            status.state.version,
            format!(
                "the database is dirty at version {}: a file was begun and not finished",
                number(status.state.version)
            ),
            Remedy::Force,
        ));
    }
    if let Some(trouble) = &status.log_trouble {
        findings.push(Finding::new(
            FindingKind::Log,
            None,
            format!("the log cannot be read: {trouble}; what is edited or late is not known"),
            Remedy::GrantLog,
        ));
    }
    for row in &status.rows {
        let found = [edited(row), late(row, status), missing(row, status)];
        for finding in found.into_iter().flatten() {
            let path = source.entry(row.version, Direction::Up).map(|entry| entry.path());
            let file = path.and_then(|path| path.file_name());
            findings.push(match file {
                Some(name) => finding.in_file(&name.to_string_lossy()),
                None => finding,
            });
        }
    }
    findings.extend(invalid_indexes.iter().map(|index| {
        Finding::new(
            FindingKind::InvalidIndex,
            None,
            format!("the index {index} is INVALID: it is kept up to date and never used"),
            Remedy::Reindex { index: index.clone() },
        )
    }));
    findings
}

fn edited(row: &StatusRow) -> Option<Finding> {
    let version = row.version;
    let (message, remedy) = match row.edit? {
        Edit::Cosmetic => (
            "differs from what ran in comments and white space alone",
            Remedy::MayRecord { version },
        ),
        _ => (
            "was edited after it was applied: the database still has what the old text did",
            Remedy::RestoreOrRecord { version },
        ),
    };
    let mut finding = Finding::new(FindingKind::Edited, Some(version), message, remedy);
    finding.is_note = row.edit == Some(Edit::Cosmetic);
    Some(finding)
}

fn late(row: &StatusRow, status: &Status) -> Option<Finding> {
    if row.standing != Standing::Late {
        return None;
    }
    let version = row.version;
    let message = format!(
        "is late: the database is at version {}, and this has never run",
        number(status.state.version)
    );
    let remedy = Remedy::RenumberRunOrRecord { version };
    Some(Finding::new(FindingKind::Late, Some(version), message, remedy))
}

fn missing(row: &StatusRow, status: &Status) -> Option<Finding> {
    if !row.is_missing {
        return None;
    }
    let name = row.name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
    let message = format!("version {}{name} is applied and has no file here", row.version);
    let remedy = match status.state.version == Some(row.version) {
        true => Remedy::AllowNewerOrGoBack,
        false => Remedy::RestoreFile,
    };
    Some(Finding::new(FindingKind::Missing, Some(row.version), message, remedy))
}
