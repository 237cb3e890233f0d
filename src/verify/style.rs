//! Style: numbers that are written in another way than those of the other files.
//!
//! Nothing fails for it today. But a timestamp among numbers that count up makes every later one of
//! them a late file, and two ways of padding hide that two files have the same version.

use std::collections::BTreeSet;

use crate::migration::{Direction, MAX_VERSION, Version};
use crate::source::shown;
use crate::verify::folder::{Folder, Migration, digits, mv, only};
use crate::verify::{Finding, FindingKind};

/// With fewer versions than this a folder has no style yet.
const FEW: usize = 3;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// 1, 2, 3, padded or not.
    Sequence,
    /// A point in time, in so many digits.
    Time(usize),
}

/// The way in which a folder writes its numbers, as far as it has one.
struct Style {
    /// The most common.
    family: Option<Family>,
    /// All that are common enough to be meant.
    accepted: Vec<Family>,
    /// To how many digits its sequence is padded; 1 where it is not.
    width: Option<usize>,
}

pub fn check(folder: &Folder, findings: &mut Vec<Finding>) {
    let style = Style::of(folder);
    for files in folder.versions() {
        let kept: Vec<&Migration> = files.iter().filter(|file| !file.is_left_over).collect();
        let Some(speaker) = speaker(files) else { continue };
        let family = Family::of(speaker.digits());
        if let Some(house) = style.family
            && !style.accepts(speaker.digits())
        {
            findings.push(stranger(speaker, family, house));
            continue;
        }
        let twice = |direction| only(files, direction).len() > 1;
        if twice(Direction::Up) || twice(Direction::Down) {
            continue;
        }
        for file in kept {
            findings.extend(match style.width.filter(|_| family == Family::Sequence) {
                Some(width) => padding(file, width),
                None => unlike(speaker, file),
            });
        }
    }
}

/// The file whose number stands for its version's.
fn speaker(files: &[Migration]) -> Option<&Migration> {
    let mut kept = files.iter().filter(|file| !file.is_left_over);
    kept.clone().find(|file| file.direction == Direction::Up).or_else(|| kept.next())
}

impl Style {
    fn of(folder: &Folder) -> Style {
        let digits: Vec<&str> =
            folder.versions().filter_map(speaker).map(Migration::digits).collect();
        let mut style = Style { family: None, accepted: Vec::new(), width: None };
        if digits.len() >= FEW {
            style.choose_families(&digits);
        }
        let sequence: Vec<&str> =
            digits.iter().copied().filter(|d| Family::of(d) == Family::Sequence).collect();
        if sequence.len() >= FEW {
            style.width = width(&sequence);
        }
        style
    }

    fn accepts(&self, digits: &str) -> bool {
        self.accepted.contains(&Family::of(digits))
    }

    fn choose_families(&mut self, digits: &[&str]) {
        let mut counts: Vec<(Family, usize)> = Vec::new();
        for family in digits.iter().map(|digits| Family::of(digits)) {
            match counts.iter_mut().find(|(known, _)| *known == family) {
                Some((_, count)) => *count += 1,
                None => counts.push((family, 1)),
            }
        }
        let most = counts.iter().map(|(_, count)| *count).max();
        // Of two that are as common, that of the lowest version: it was there first.
        self.family = counts.iter().find(|(_, n)| Some(*n) == most).map(|(family, _)| *family);
        // A folder may change from one way to another, and what has run cannot be renumbered: that
        // many are no slip.
        let is_habit = |count: usize| count > FEW && count * 5 >= digits.len();
        self.accepted = counts
            .iter()
            .filter(|(family, count)| Some(*family) == self.family || is_habit(*count))
            .map(|(family, _)| *family)
            .collect();
    }
}

/// The width that fits most of these numbers, which are in the order of their versions.
fn width(sequence: &[&str]) -> Option<usize> {
    let widths: BTreeSet<usize> = sequence.iter().map(|d| d.len()).chain([1]).collect();
    let score = |width: usize| {
        let fitting = sequence.iter().filter(|digits| fits(digits, width)).count();
        let fits_lowest = sequence.first().is_some_and(|digits| fits(digits, width));
        (fitting, fits_lowest)
    };
    // The last of those that are equal is taken; rather unpadded than padded.
    widths.into_iter().rev().max_by_key(|width| score(*width))
}

/// Whether a number is padded to this width; one that has outgrown it is.
fn fits(digits: &str, width: usize) -> bool {
    digits.len() == width || digits.len() > width && !digits.starts_with('0')
}

impl Family {
    fn of(digits: &str) -> Family {
        let length = digits.len();
        let starts = |from: &[char]| digits.starts_with(from);
        let is_time = match length {
            // YYYYMMDD, with hhmm, hhmmss or milliseconds behind it.
            8 | 12 | 14 | 17 => begins_with_date(digits),
            // Seconds since 1970, in milli-, micro- and nanoseconds; or YYYYMMDDNN.
            10 | 13 | 16 | 19 => starts(&['1', '2', '3', '4']),
            _ => false,
        };
        if is_time { Family::Time(length) } else { Family::Sequence }
    }
}

/// Whether the first eight digits are a day of these times. What follows is not looked at: people
/// count on from the last one by hand, over 59 too.
fn begins_with_date(digits: &str) -> bool {
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|d| d.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day)) = (part(0, 4), part(4, 6), part(6, 8)) else {
        return false;
    };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1970..2100).contains(&year) && (1..=days).contains(&day)
}

fn stranger(file: &Migration, family: Family, house: Family) -> Finding {
    let digits = file.digits();
    let message = match (family, house) {
        (Family::Time(_), Family::Sequence) => {
            format!("{digits} is a timestamp, the other files are numbered in sequence")
        }
        (Family::Time(own), Family::Time(others)) => {
            format!("{digits} has {own} digits, the timestamps of the other files have {others}")
        }
        (Family::Sequence, Family::Time(others)) if others == digits.len() => {
            format!("{digits} is no date, and the numbers of the other files are")
        }
        (Family::Sequence, _) => {
            format!("{digits} is no timestamp, and the numbers of the other files are")
        }
    };
    let version = file.version;
    let remedy = format!("if no database has run it: dbm renumber {version}");
    Finding::new(FindingKind::Style, Some(version), message, remedy).in_file(&file.file_name)
}

fn padding(file: &Migration, width: usize) -> Option<Finding> {
    let digits = file.digits();
    if fits(digits, width) {
        return None;
    }
    let message = match (width, digits.len()) {
        (1, _) => format!("{digits} is padded with zeros, the other numbers are not"),
        (_, own) if own < width => {
            format!("{digits} is not padded to {width} digits, as the other numbers are")
        }
        (_, own) => format!("{digits} is padded to {own} digits, the other numbers to {width}"),
    };
    let meant = format!("{:0width$}", file.version);
    Some(renamed(file, message, &meant))
}

/// Without a style to go by: the halves of a pair at least are to look alike.
fn unlike(speaker: &Migration, file: &Migration) -> Option<Finding> {
    let (digits, meant) = (file.digits(), speaker.digits());
    if digits == meant {
        return None;
    }
    let up = shown(&speaker.file_name);
    Some(renamed(file, format!("its number is written {digits}, that of {up} {meant}"), meant))
}

fn renamed(file: &Migration, message: String, digits: &str) -> Finding {
    let remedy = mv(&file.file_name, &file.with_digits(digits));
    let finding = Finding::new(FindingKind::Style, Some(file.version), message, remedy);
    finding.in_file(&file.file_name)
}

/// Numbers that no file has yet, in the folder's style.
pub struct Next {
    version: Version,
    width: usize,
}

impl Next {
    /// What is out of style is to be renumbered, and does not count; near misses may yet be renamed.
    pub fn of(folder: &Folder) -> Next {
        let style = Style::of(folder);
        let numbers = folder.migrations.iter().map(|file| (file.version, file.digits()));
        let meant = folder.near_misses.iter().filter_map(|near| near.meant.as_ref());
        let meant = meant.map(|meant| (meant.version, digits(&meant.file_name)));
        let in_style = |digits| style.family.is_none() || style.accepts(digits);
        let last = numbers.chain(meant).filter(|(_, digits)| in_style(digits)).max();
        let (version, digits) = last.unwrap_or((0, ""));
        Next { version, width: style.width.unwrap_or(digits.len()) }
    }

    /// The next one.
    pub fn number(&mut self) -> Option<String> {
        self.version = self.version.checked_add(1).filter(|version| *version <= MAX_VERSION)?;
        Some(format!("{:0width$}", self.version, width = self.width))
    }
}
