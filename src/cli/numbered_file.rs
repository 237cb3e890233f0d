//! The files of a folder that have a number in front of their names, and the number that comes next.
//!
//! This is not the reader of migrations: it looks at names only, and the caller says which count.
//! How numbers are written is `dbm::numbering`'s business.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use dbm::Version;
use dbm::numbering::{NumberKind, NumberStyle, VersionTooLarge, number_after, parse_number};

use crate::render::error::Complaint;

/// How `20261120180830` is written, which `create` makes by default.
const TIMESTAMP: &str = "%Y%m%d%H%M%S";

/// A name in a folder that begins with a number and `_`.
#[derive(Clone, Debug)]
pub struct NumberedFile {
    /// The whole name, which need not be UTF-8.
    pub file_name: OsString,
    /// The number.
    pub number: Version,
    /// The number as it is written.
    pub digits: String,
    /// Whether it is a folder, which no run looks into.
    pub is_folder: bool,
}

impl NumberedFile {
    /// What `dir` holds of the names that `counts` lets pass, the highest number last. A number over
    /// 2^64 is none to any run.
    pub fn read(dir: &Path, counts: impl Fn(&str) -> bool) -> io::Result<Vec<NumberedFile>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let file_name = entry.file_name();
            let name = file_name.to_string_lossy();
            if let Some((digits, _)) = name.split_once('_').filter(|_| counts(&name))
                && let Some(number) = parse_number(digits)
            {
                let (digits, is_folder) = (digits.to_owned(), entry.file_type()?.is_dir());
                found.push(NumberedFile {
                    file_name: file_name.clone(),
                    number,
                    digits,
                    is_folder,
                });
            }
        }
        found.sort_by(|a, b| (a.number, &a.file_name).cmp(&(b.number, &b.file_name)));
        Ok(found)
    }

    /// The name, as far as it is text.
    pub fn name(&self) -> Cow<'_, str> {
        self.file_name.to_string_lossy()
    }
}

/// Refuses the number of one of these files; `text` is how it is written.
pub fn check_free(files: &[NumberedFile], number: Version, text: &str) -> Result<(), Complaint> {
    let Some(file) = files.iter().find(|file| file.number == number) else { return Ok(()) };
    let hint = format!("{:?} has this version", file.name());
    Err(Complaint::new(format!("duplicate migration version: {text}")).hint(hint))
}

/// How these files are numbered, the highest number last.
pub fn style(files: &[NumberedFile]) -> NumberStyle {
    let versions = files.chunk_by(|a, b| a.number == b.number);
    let numbers: Vec<&str> = versions.filter_map(|v| Some(v.first()?.digits.as_str())).collect();
    NumberStyle::of(&numbers)
}

/// The number after these files', the highest of which is the last, and after `above`: the time,
/// where the highest is one, or the next second where that is taken.
/// The error is that number, where no version can be so large.
pub fn next_number(
    files: &[NumberedFile],
    above: Option<Version>,
    now: DateTime<Utc>,
) -> Result<Version, VersionTooLarge> {
    let highest = files.last();
    let last = highest.map(|file| file.number).max(above);
    let digits = highest.map(|file| file.digits.as_str()).filter(|digits| !digits.starts_with('0'));
    let time = digits.and_then(|digits| time(digits, now)).filter(|time| Some(*time) > last);
    match time.or_else(|| last.and_then(next_second)) {
        Some(number) => Ok(number),
        None => number_after(last),
    }
}

/// The number of the present time.
pub fn timestamp(now: DateTime<Utc>) -> Option<Version> {
    parse_number(&now.format(TIMESTAMP).to_string())
}

/// The present time, written as these digits are. Numbers such as `2026112001` have as many digits as
/// seconds since 1970; they are above the seconds of today, and so just counted on.
fn time(digits: &str, now: DateTime<Utc>) -> Option<Version> {
    let NumberKind::Time { digits } = NumberKind::of(digits) else { return None };
    match digits {
        8 => parse_number(&now.format("%Y%m%d").to_string()),
        10 => now.timestamp().try_into().ok(),
        12 => parse_number(&now.format("%Y%m%d%H%M").to_string()),
        13 => now.timestamp_millis().try_into().ok(),
        14 => timestamp(now),
        16 => now.timestamp_micros().try_into().ok(),
        17 => parse_number(&now.format("%Y%m%d%H%M%S%3f").to_string()),
        19 => now.timestamp_nanos_opt()?.try_into().ok(),
        _ => None,
    }
}

/// The second after a number that is a time like `20261120180830`.
fn next_second(last: Version) -> Option<Version> {
    let last = last.to_string();
    let time = NaiveDateTime::parse_from_str(&last, TIMESTAMP).ok().filter(|_| last.len() == 14)?;
    let next = time.checked_add_signed(TimeDelta::seconds(1))?.format(TIMESTAMP).to_string();
    parse_number(&next).filter(|_| next > last)
}
