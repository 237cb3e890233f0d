//! Pairs: halves that are there twice, halves that are missing, and downs that undo nothing.

use crate::migration::{Direction, Version};
use crate::numbering::{NumberStyle, number_after};
use crate::text::printable;
use crate::verify::check_contents::HasStatements;
use crate::verify::check_numbers::style;
use crate::verify::finding::{Finding, FindingKind};
use crate::verify::folder_files::{FolderFiles, MigrationFile, digits, only};
use crate::verify::remedy::Remedy;

pub fn check(folder: &FolderFiles, holds: &HasStatements<'_>, findings: &mut Vec<Finding>) {
    let style = style(folder);
    let mut last = last_in_style(folder, &style);
    for files in folder.versions() {
        let ups = only(files, Direction::Up);
        let downs = only(files, Direction::Down);
        // Both halves of one pair go to the same new number.
        let mut number = None;
        if ups.len() > 1 || downs.len() > 1 {
            last = last.and_then(|last| number_after(Some(last)).ok());
            number = last.map(|last| style.format(last));
        }
        for twice in [&ups, &downs] {
            findings.extend(duplicate(twice, number.as_deref()));
        }
        findings.extend(ups.iter().filter_map(|up| empty_up(holds, up)));
        match (ups.first(), downs.first()) {
            (Some(up), Some(down)) => findings.extend(empty_down(holds, up, down)),
            (Some(up), None) => findings.extend(no_down(folder, up)),
            (None, Some(down)) => findings.extend(no_up(folder, down)),
            (None, None) => {}
        }
    }
}

/// The highest number in the folder's style, near misses included: they may be renamed.
fn last_in_style(folder: &FolderFiles, style: &NumberStyle) -> Option<Version> {
    let numbers = folder.migrations.iter().map(|file| (file.version, file.digits()));
    let suggestions = folder.near_misses.iter().filter_map(|near| near.suggestion.as_ref());
    let suggested = suggestions.map(|name| (name.version, digits(&name.file_name)));
    let in_style = numbers.chain(suggested).filter(|(_, digits)| style.accepts(digits));
    in_style.map(|(version, _)| version).max()
}

fn duplicate(files: &[&MigrationFile], number: Option<&str>) -> Option<Finding> {
    let [_, .., last] = files else { return None };
    let names: Vec<_> = files.iter().map(|file| printable(&file.file_name)).collect();
    let (end, begin) = names.split_last()?;
    let message = format!(
        "{} and {end} are {} the {} of version {}",
        begin.join(", "),
        if files.len() == 2 { "both" } else { "all" },
        last.direction,
        last.version,
    );
    let backups: Vec<String> =
        files.iter().filter(|f| f.is_backup).map(|f| f.file_name.clone()).collect();
    let remedy = match (1..files.len()).contains(&backups.len()) {
        true => Remedy::RemoveFiles(backups),
        false => Remedy::RenumberDuplicate(number.map(|number| last.rename_number(number))),
    };
    Some(last.finding(FindingKind::Duplicate, message, remedy))
}

// Where a near miss may be the other half, or this one is a backup, that is what is said.
fn no_down(folder: &FolderFiles, up: &MigrationFile) -> Option<Finding> {
    if up.is_backup || folder.near(up.version, Direction::Down).is_some() {
        return None;
    }
    let remedy = Remedy::WriteDown { down: up.name_of(Direction::Down) };
    let message = format!("version {} has no down file", up.version);
    Some(up.finding(FindingKind::NoDown, message, remedy))
}

fn no_up(folder: &FolderFiles, down: &MigrationFile) -> Option<Finding> {
    if down.is_backup || folder.near(down.version, Direction::Up).is_some() {
        return None;
    }
    let (version, up) = (down.version, down.name_of(Direction::Up));
    let message =
        format!("version {version} has no up file: up moves the version and does nothing");
    let remedy = Remedy::WriteUp { up, down: down.file_name.clone(), version };
    Some(down.finding(FindingKind::NoUp, message, remedy))
}

fn empty_up(holds: &HasStatements<'_>, up: &MigrationFile) -> Option<Finding> {
    let is_empty = holds.get(up.file_name.as_str()) == Some(&false);
    let remedy = Remedy::FillUp { version: up.version };
    let message = "has no statement that does anything: up moves the version and does nothing";
    is_empty.then(|| up.finding(FindingKind::Empty, message, remedy))
}

fn empty_down(
    holds: &HasStatements<'_>,
    up: &MigrationFile,
    down: &MigrationFile,
) -> Option<Finding> {
    let has_statements = |file: &MigrationFile| holds.get(file.file_name.as_str()).copied();
    if has_statements(up) != Some(true) || has_statements(down) != Some(false) {
        return None;
    }
    let message =
        "does nothing, while its up does something: it moves the version and undoes nothing";
    Some(down.finding(FindingKind::EmptyDown, message, Remedy::FillDown))
}
