//! The files of a folder that have a number in front of their names, and the number that comes next.
//!
//! This is not the reader of migrations: it looks at names only, and the caller says which count.
//! How numbers are written is `dbm::numbering`'s business.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};
use dbm::Version;
use dbm::numbering::{NumberStyle, VersionTooLarge, number_after, parse_number};

use crate::render::error::Complaint;

/// The digits of `20261120180830`, as `create` makes them.
const TIMESTAMP: usize = 14;

/// The digits of seconds since 1970, from 2001 to 2286. Numbers such as `2026112001` have as many;
/// they are above the seconds of today, and so just counted on.
const UNIX: usize = 10;

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
/// where the highest is one.
/// The error is that number, where no version can be so large.
pub fn next_number(
    files: &[NumberedFile],
    above: Option<Version>,
    now: DateTime<Utc>,
) -> Result<Version, VersionTooLarge> {
    let highest = files.last();
    let last = highest.map(|file| file.number).max(above);
    let digits = highest.map(|file| file.digits.as_str()).filter(|digits| !digits.starts_with('0'));
    let time: Option<Version> = match digits.map(str::len) {
        Some(TIMESTAMP) => parse_number(&now.format("%Y%m%d%H%M%S").to_string()),
        Some(UNIX) => now.timestamp().try_into().ok(),
        _ => None,
    };
    match time {
        Some(time) if Some(time) > last => Ok(time),
        _ => number_after(last),
    }
}
