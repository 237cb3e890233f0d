//! Numbers that are written in another way than those of the other files.
//!
//! Nothing fails for it today. But a timestamp among numbers that count up makes every later one of
//! them a late file, and two ways of padding hide that two files have the same version.

use crate::migration::Direction;
use crate::numbering::{NumberKind, NumberStyle, is_padded_to};
use crate::text::printable;
use crate::verify::finding::{Finding, FindingKind};
use crate::verify::folder_files::{FolderFiles, MigrationFile, only};
use crate::verify::remedy::Remedy;

pub fn check(folder: &FolderFiles, findings: &mut Vec<Finding>) {
    let style = style(folder);
    for files in folder.versions() {
        let Some(first) = representative(files) else { continue };
        let kind = NumberKind::of(first.digits());
        if let Some(common) = style.kind
            && !style.accepts(first.digits())
        {
            findings.push(other_kind(first, kind, common));
            continue;
        }
        let is_twice = |direction| only(files, direction).len() > 1;
        if is_twice(Direction::Up) || is_twice(Direction::Down) {
            continue;
        }
        for file in files.iter().filter(|file| !file.is_backup) {
            let misspelt = match style.is_width_settled && kind == NumberKind::Sequence {
                true => padding(file, &style),
                false => unlike(first, file),
            };
            findings.extend(misspelt.map(|(message, digits)| {
                let remedy = Remedy::Rename(file.rename_number(&digits));
                file.finding(FindingKind::Style, message, remedy)
            }));
        }
    }
}

/// How the folder writes its numbers.
pub fn style(folder: &FolderFiles) -> NumberStyle {
    let files = folder.versions().filter_map(representative);
    NumberStyle::of(&files.map(MigrationFile::digits).collect::<Vec<_>>())
}

/// The file that stands for its version.
fn representative(files: &[MigrationFile]) -> Option<&MigrationFile> {
    let mut kept = files.iter().filter(|file| !file.is_backup);
    kept.clone().find(|file| file.direction == Direction::Up).or_else(|| kept.next())
}

fn other_kind(file: &MigrationFile, kind: NumberKind, common: NumberKind) -> Finding {
    use NumberKind::{Sequence, Time};
    let digits = file.digits();
    let message = match (kind, common) {
        (Time { .. }, Sequence) => {
            format!("{digits} is a timestamp, the other files are numbered in sequence")
        }
        (Time { digits: own }, Time { digits: others }) => {
            format!("{digits} has {own} digits, the timestamps of the other files have {others}")
        }
        (Sequence, Time { digits: others }) if others == digits.len() => {
            format!("{digits} is no date, and the numbers of the other files are")
        }
        (Sequence, _) => {
            format!("{digits} is no timestamp, and the numbers of the other files are")
        }
    };
    file.finding(FindingKind::Style, message, Remedy::Renumber { version: file.version })
}

/// What is wrong with the padding of a number, and how it should be written.
fn padding(file: &MigrationFile, style: &NumberStyle) -> Option<(String, String)> {
    let (digits, width) = (file.digits(), style.width);
    if is_padded_to(digits, width) {
        return None;
    }
    let message = match (width, digits.len()) {
        (1, _) => format!("{digits} is padded with zeros, the other numbers are not"),
        (_, own) if own < width => {
            format!("{digits} is not padded to {width} digits, as the other numbers are")
        }
        (_, own) => format!("{digits} is padded to {own} digits, the other numbers to {width}"),
    };
    Some((message, style.format(file.version)))
}

/// The same in a folder without a style: at least the halves of a pair should look alike.
fn unlike(first: &MigrationFile, file: &MigrationFile) -> Option<(String, String)> {
    let (digits, expected) = (file.digits(), first.digits());
    let up = printable(&first.file_name);
    let message = format!("its number is written {digits}, that of {up} {expected}");
    (digits != expected).then(|| (message, expected.to_string()))
}
