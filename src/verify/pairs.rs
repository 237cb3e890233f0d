//! Pairs: halves that are there twice, halves that are missing, and downs that undo nothing.

use crate::migration::{Direction, Version};
use crate::source::shown;
use crate::verify::folder::{Folder, Migration, mv, only};
use crate::verify::style::Next;
use crate::verify::texts::Holds;
use crate::verify::{Finding, FindingKind};

/// Why a down that nobody can write should rather fail.
const NOTHING_UNDONE: &str = "an empty down moves the version and undoes nothing";

pub fn check(folder: &Folder, holds: &Holds, findings: &mut Vec<Finding>) {
    let mut next = Next::of(folder);
    for files in folder.versions() {
        let Some(version) = files.first().map(|file| file.version) else { continue };
        let ups = only(files, Direction::Up);
        let downs = only(files, Direction::Down);
        // Both halves of one pair go to the same new number.
        let number = (ups.len() > 1 || downs.len() > 1).then(|| next.number()).flatten();
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

fn duplicate(version: Version, files: &[&Migration], number: Option<&str>) -> Option<Finding> {
    let [first, .., last] = files else { return None };
    let names: Vec<String> = files.iter().map(|file| shown(&file.file_name)).collect();
    let (end, begin) = names.split_last()?;
    let message = format!(
        "{} and {end} are {} the {} of version {version}",
        begin.join(", "),
        if files.len() == 2 { "both" } else { "all" },
        first.direction,
    );
    let left_over: Vec<String> =
        files.iter().filter(|f| f.is_left_over).map(|f| shown(&f.file_name)).collect();
    let remedy = match number {
        _ if (1..files.len()).contains(&left_over.len()) => {
            format!("take {} out of the folder", left_over.join(", "))
        }
        Some(number) => format!(
            "give the one that no database has yet a number of its own, for instance: {}",
            mv(&last.file_name, &last.with_digits(number))
        ),
        None => "give one of them a number of its own".to_string(),
    };
    let finding = Finding::new(FindingKind::Duplicate, Some(version), message, remedy);
    Some(finding.in_file(&last.file_name))
}

/// The other half's name.
fn counterpart(file: &Migration, direction: Direction) -> String {
    shown(&format!("{}_{}.{direction}.sql", file.digits(), file.name))
}

// Where a near miss may be the other half, or this one was put aside, that is what is said.
fn no_down(folder: &Folder, up: &Migration) -> Option<Finding> {
    if up.is_left_over || folder.near(up.version, Direction::Down).is_some() {
        return None;
    }
    let version = up.version;
    let remedy = format!(
        "write {}, even if all that it does is to raise an exception that says why nothing can be \
         undone: {NOTHING_UNDONE}, and so does a missing one",
        counterpart(up, Direction::Down)
    );
    let message = format!("version {version} has no down file");
    let finding = Finding::new(FindingKind::NoDown, Some(version), message, remedy);
    Some(finding.in_file(&up.file_name))
}

fn no_up(folder: &Folder, down: &Migration) -> Option<Finding> {
    if down.is_left_over || folder.near(down.version, Direction::Up).is_some() {
        return None;
    }
    let version = down.version;
    let remedy = format!(
        "write {}, or take {} out of the folder if no database is at version {version}",
        counterpart(down, Direction::Up),
        shown(&down.file_name)
    );
    let message =
        format!("version {version} has no up file: up moves the version and does nothing");
    let finding = Finding::new(FindingKind::NoUp, Some(version), message, remedy);
    Some(finding.in_file(&down.file_name))
}

fn empty_down(holds: &Holds, up: &Migration, down: &Migration) -> Option<Finding> {
    if holds.statements(up) != Some(true) || holds.statements(down) != Some(false) {
        return None;
    }
    let message = "has no statement, while its up has: it moves the version and undoes nothing";
    let remedy = "write what undoes the up; where nothing can, let it fail and say so: do $$ begin \
                  raise exception 'cannot be undone'; end $$;";
    let finding = Finding::new(FindingKind::EmptyDown, Some(down.version), message, remedy);
    Some(finding.in_file(&down.file_name))
}
