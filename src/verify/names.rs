//! Names: what is ignored and looks meant, what runs and does not, and pairs with two names.

use std::path::Path;

use crate::migration::{Direction, MAX_VERSION};
use crate::source::{read_text, shown};
use crate::verify::folder::{Folder, Migration, NearMiss, mv, only};
use crate::verify::meant::Meant;
use crate::verify::{Finding, FindingKind};

pub fn check(folder: &Folder, findings: &mut Vec<Finding>) {
    for file_name in &folder.too_large {
        findings.push(too_large(file_name));
    }
    findings.extend(folder.near_misses.iter().map(|near| near_miss(folder, near)));
    for files in folder.versions() {
        findings
            .extend(files.iter().filter(|f| f.is_left_over).filter_map(|f| left_over(files, f)));
        findings.extend(two_names(files));
    }
}

fn too_large(file_name: &str) -> Finding {
    Finding::new(
        FindingKind::TooLarge,
        None,
        format!("the version is over {MAX_VERSION}, the largest that the version table can hold"),
        "give it a smaller number",
    )
    .in_file(file_name)
}

fn near_miss(folder: &Folder, near: &NearMiss) -> Finding {
    let finding = |version, remedy: String| {
        let message = "is ignored: it is not named NNN_name.up.sql or .down.sql";
        Finding::new(FindingKind::Name, version, message, remedy).in_file(&near.file_name)
    };
    let Some(Meant { version, direction, file_name: meant }) = &near.meant else {
        let remedy = "if it is a migration, name it NNN_name.up.sql or .down.sql with a number of \
                      its own; if not, take it out of the folder";
        return finding(None, remedy.to_string());
    };
    let there = only(folder.files_of(*version), *direction).first().map(|f| f.file_name.as_str());
    let there = there.or_else(|| folder.near(*version, *direction));
    let remedy = if let Some(there) = there.filter(|there| *there != near.file_name) {
        format!(
            "{} is the {direction} of version {version} already, or is meant to be: take this file \
             out of the folder, or give it a number of its own",
            shown(there)
        )
    } else if let Some(tool) = both_in_one(&near.path) {
        let down = meant.replace(".up.sql", ".down.sql");
        format!("it is written for {tool}: cut it into {} and {}", shown(meant), shown(&down))
    } else {
        format!("if it is to run: {}", mv(&near.file_name, meant))
    };
    finding(Some(*version), remedy)
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

/// A file that was put aside and runs. Where it stands beside the one that it was copied from, the
/// two are duplicates, and that is said instead.
fn left_over(files: &[Migration], file: &Migration) -> Option<Finding> {
    if only(files, file.direction).len() > 1 {
        return None;
    }
    let meant = format!("{}_{}.{}.sql", file.digits(), file.name, file.direction);
    let remedy =
        format!("take it out of the folder, or, if it is to run: {}", mv(&file.file_name, &meant));
    let message = "is taken for a migration, and runs";
    let finding = Finding::new(FindingKind::Name, Some(file.version), message, remedy);
    Some(finding.in_file(&file.file_name))
}

/// The up and the down of a version are a pair whatever they are called, but may not be meant so.
fn two_names(files: &[Migration]) -> Option<Finding> {
    let [up] = only(files, Direction::Up)[..] else { return None };
    let [down] = only(files, Direction::Down)[..] else { return None };
    if up.name == down.name {
        return None;
    }
    let version = up.version;
    let message = format!(
        "up and down of version {version} have different names: the up is {}",
        shown(&up.file_name)
    );
    let end = down.file_name.get(down.digits().len() + 1 + down.name.len()..).unwrap_or_default();
    let meant = format!("{}_{}{end}", down.digits(), up.name);
    let remedy = format!("if they are a pair: {}", mv(&down.file_name, &meant));
    Some(Finding::new(FindingKind::Name, Some(version), message, remedy).in_file(&down.file_name))
}
