//! File names: what is ignored and looks meant, what runs and does not, and pairs with two names.

use std::path::Path;

use crate::migration::{Direction, MAX_VERSION};
use crate::source::read_text;
use crate::text::printable;
use crate::verify::finding::{Finding, FindingKind};
use crate::verify::folder_files::{FolderFiles, MigrationFile, only};
use crate::verify::near_miss::{NearMiss, SuggestedName};
use crate::verify::remedy::{Remedy, Rename};

pub fn check(folder: &FolderFiles, findings: &mut Vec<Finding>) {
    findings.extend(folder.too_large.iter().map(|file_name| {
        let message = format!(
            "the version is over {MAX_VERSION}, the largest that the version table can hold"
        );
        Finding::new(FindingKind::TooLarge, None, message, Remedy::SmallerNumber).in_file(file_name)
    }));
    findings.extend(folder.near_misses.iter().map(|near| near_miss(folder, near)));
    for files in folder.versions() {
        findings.extend(files.iter().filter(|f| f.is_backup).filter_map(|f| backup(files, f)));
        findings.extend(files.iter().filter(|f| f.is_otherwise_named).map(otherwise_named));
        findings.extend(two_names(files));
    }
}

fn near_miss(folder: &FolderFiles, near: &NearMiss) -> Finding {
    let finding = |version, remedy| {
        let message = "is ignored: it is not named NNN_name.up.sql or .down.sql";
        Finding::new(FindingKind::Name, version, message, remedy).in_file(&near.file_name)
    };
    let Some(SuggestedName { version, direction, file_name: suggested }) = &near.suggestion else {
        return finding(None, Remedy::NameOrRemove);
    };
    let (version, direction) = (*version, *direction);
    let there = only(folder.files_of(version), direction).first().map(|f| f.file_name.as_str());
    let there = there.or_else(|| folder.near(version, direction));
    let remedy = if let Some(there) = there.filter(|there| *there != near.file_name) {
        Remedy::PlaceTaken { by: there.to_string(), version, direction }
    } else if let Some(tool) = both_in_one(&near.path) {
        let down = suggested.replace(".up.sql", ".down.sql");
        Remedy::SplitForTool { tool, up: suggested.clone(), down }
    } else {
        Remedy::RenameToRun(Rename { from: near.file_name.clone(), to: suggested.clone() })
    };
    finding(Some(version), remedy)
}

/// The tool for which a file holds its up and its down at once: renamed, it would run both.
fn both_in_one(path: &Path) -> Option<&'static str> {
    const MARKS: [(&str, &str); 5] = [
        ("-- +goose ", "goose"),
        ("-- +migrate ", "sql-migrate"),
        ("-- migrate:", "dbmate"),
        ("-- rambler ", "rambler"),
        ("---- create above", "tern"),
    ];
    let text = read_text(path).ok()?;
    let is_at = |mark: &str| text.lines().any(|line| line.starts_with(mark));
    MARKS.into_iter().find(|(mark, _)| is_at(mark)).map(|(_, tool)| tool)
}

/// A copy that was put aside and runs. Where it stands beside the file that it was copied from, the
/// two are duplicates, and that is said instead.
fn backup(files: &[MigrationFile], file: &MigrationFile) -> Option<Finding> {
    if only(files, file.direction).len() > 1 {
        return None;
    }
    let remedy = Remedy::RemoveOrRename(file.rename(file.name_of(file.direction)));
    Some(file.finding(FindingKind::Name, "is taken for a migration, and runs", remedy))
}

/// `2_x.up.go`, `2_x.up.md`: golang-migrate runs any extension, too.
fn otherwise_named(file: &MigrationFile) -> Finding {
    let remedy = Remedy::RemoveOrRename(file.rename(file.name_of(file.direction)));
    let message = "is taken for a migration, and runs as SQL, whatever its extension";
    file.finding(FindingKind::Name, message, remedy)
}

/// The up and the down of a version are a pair whatever their names, which may be a mistake.
fn two_names(files: &[MigrationFile]) -> Option<Finding> {
    let [up] = only(files, Direction::Up)[..] else { return None };
    let [down] = only(files, Direction::Down)[..] else { return None };
    if up.name == down.name {
        return None;
    }
    let message = format!(
        "up and down of version {} have different names: the up is {}",
        up.version,
        printable(&up.file_name)
    );
    let end = down.file_name.get(down.digits().len() + 1 + down.name.len()..).unwrap_or_default();
    let remedy = Remedy::RenameAsPair(down.rename(format!("{}_{}{end}", down.digits(), up.name)));
    Some(down.finding(FindingKind::Name, message, remedy))
}
