//! Pairs: halves that are there twice, halves that are missing, and downs that undo nothing.

use crate::migration::{Direction, Version};
use crate::numbering::{NumberStyle, number_after};
use crate::text::printable;
use crate::verify::check_contents::HasStatements;
use crate::verify::check_numbers::style;
use crate::verify::finding::{Finding, FindingKind};
use crate::verify::folder_files::{FolderFiles, MigrationFile, digits, only};
use crate::verify::remedy::Remedy;

pub fn check(folder: &FolderFiles, holds: &HasStatements, findings: &mut Vec<Finding>) {
    let style = style(folder);
    let mut last = last_in_style(folder, &style);
    for files in folder.versions() {
        let Some(version) = files.first().map(|file| file.version) else { continue };
        let ups = only(files, Direction::Up);
        let downs = only(files, Direction::Down);
        // Both halves of one pair go to the same new number.
        let mut number = None;
        if ups.len() > 1 || downs.len() > 1 {
            last = last.and_then(|last| number_after(Some(last)).ok());
            number = last.map(|last| style.format(last));
        }
        for twice in [&ups, &downs] {
            findings.extend(duplicate(version, twice, number.as_deref()));
        }
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

fn duplicate(version: Version, files: &[&MigrationFile], number: Option<&str>) -> Option<Finding> {
    let [first, .., last] = files else { return None };
    let names: Vec<_> = files.iter().map(|file| printable(&file.file_name)).collect();
    let (end, begin) = names.split_last()?;
    let message = format!(
        "{} and {end} are {} the {} of version {version}",
        begin.join(", "),
        if files.len() == 2 { "both" } else { "all" },
        first.direction,
    );
    let backups: Vec<String> =
        files.iter().filter(|f| f.is_backup).map(|f| f.file_name.clone()).collect();
    let remedy = match (1..files.len()).contains(&backups.len()) {
        true => Remedy::RemoveFiles(backups),
        false => Remedy::RenumberDuplicate(number.map(|number| last.rename_number(number))),
    };
    let finding = Finding::new(FindingKind::Duplicate, Some(version), message, remedy);
    Some(finding.in_file(&last.file_name))
}

/// The other half's name.
fn counterpart(file: &MigrationFile, direction: Direction) -> String {
    format!("{}_{}.{direction}.sql", file.digits(), file.name)
}

// Where a near miss may be the other half, or this one is a backup, that is what is said.
fn no_down(folder: &FolderFiles, up: &MigrationFile) -> Option<Finding> {
    if up.is_backup || folder.near(up.version, Direction::Down).is_some() {
        return None;
    }
    let version = up.version;
    let remedy = Remedy::WriteDown { down: counterpart(up, Direction::Down) };
    let message = format!("version {version} has no down file");
    let finding = Finding::new(FindingKind::NoDown, Some(version), message, remedy);
    Some(finding.in_file(&up.file_name))
}

fn no_up(folder: &FolderFiles, down: &MigrationFile) -> Option<Finding> {
    if down.is_backup || folder.near(down.version, Direction::Up).is_some() {
        return None;
    }
    let version = down.version;
    let up = counterpart(down, Direction::Up);
    let remedy = Remedy::WriteUp { up, down: down.file_name.clone(), version };
    let message =
        format!("version {version} has no up file: up moves the version and does nothing");
    let finding = Finding::new(FindingKind::NoUp, Some(version), message, remedy);
    Some(finding.in_file(&down.file_name))
}

fn empty_down(holds: &HasStatements, up: &MigrationFile, down: &MigrationFile) -> Option<Finding> {
    if holds.of(up) != Some(true) || holds.of(down) != Some(false) {
        return None;
    }
    let message = "has no statement, while its up has: it moves the version and undoes nothing";
    let version = Some(down.version);
    let finding = Finding::new(FindingKind::EmptyDown, version, message, Remedy::FillDown);
    Some(finding.in_file(&down.file_name))
}
