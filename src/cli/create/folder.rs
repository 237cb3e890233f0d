//! The numbers that a folder's files have, and the one that comes next.
//!
//! It counts as numbered also what golang-migrate's own `create` does, such as `3_notes.sql`.

use std::borrow::Cow;
use std::path::Path;

use dbm::{FileName, Version, parse_file_name};

use crate::cli::create::error::{CreateError, LONGEST_NAME, io_error};
use crate::cli::numbered::Numbered;

/// The digits of a sequence when none are asked for; numbers of more are taken for times.
const DEFAULT_DIGITS: usize = 6;

/// Dates such as `20261120`, the shortest versions that are likely to be times.
const SHORTEST_TIME: usize = 8;

/// The numbered files of a folder, the highest number last.
pub struct Folder {
    files: Vec<Numbered>,
}

impl Folder {
    /// A folder that is not there is empty; so is what is no folder, until it is to be made.
    pub fn read(dir: &Path, ext: &str) -> Result<Self, CreateError> {
        let suffix = format!(".{ext}");
        let counts =
            |name: &str| name.ends_with(&suffix) || parse_file_name(name) != FileName::Other;
        match Numbered::read(dir, counts) {
            Ok(files) => Ok(Self { files }),
            Err(_) if !dir.is_dir() => Ok(Self { files: Vec::new() }),
            Err(source) => Err(io_error("open", dir, source)),
        }
    }

    /// The file that has `number`, or the first by name of those that do.
    pub fn file(&self, number: Version) -> Option<Cow<'_, str>> {
        self.files.iter().find(|file| file.number == number).map(Numbered::name)
    }

    /// The number after the highest, padded to `digits`.
    pub fn next(&self, digits: i64) -> Result<String, CreateError> {
        if digits <= 0 {
            return Err(CreateError::Digits);
        }
        let last = self.files.last();
        let next = last.map_or(1, |last| u128::from(last.number) + 1);
        // Wider than a file name is refused in any case.
        let width = usize::try_from(digits).unwrap_or(usize::MAX);
        let version = format!("{next:0width$}", width = width.min(LONGEST_NAME + 1));
        if version.len() <= width {
            return Ok(version);
        }
        let hint = match last {
            Some(last) if last.length() >= SHORTEST_TIME => format!(
                "this folder is numbered by time (last: {}); create without -seq continues it",
                last.digits
            ),
            _ => format!("create -seq -digits {} allows it", version.len()),
        };
        Err(CreateError::TooLarge { version, digits, hint })
    }

    /// What to say of a new `version` that is out of step with the files before it.
    pub fn hint(&self, sequential: bool, version: &str) -> Option<String> {
        let last = self.files.last().filter(|last| last.length() <= DEFAULT_DIGITS)?;
        let padded = self.files.iter().any(Numbered::is_padded);
        let (shown, width) = (&last.digits, last.digits.len());
        if sequential {
            let fits = version.trim_start_matches('0').len() <= width;
            return (padded && fits && version.len() != width).then(|| {
                format!(
                    "numbers in this folder have {width} digits (last: {shown}); \
                     create -seq -digits {width} keeps to that"
                )
            });
        }
        let width = width.max((last.number + 1).to_string().len());
        let digits = if padded && width != DEFAULT_DIGITS {
            format!(" -digits {width}")
        } else {
            String::new()
        };
        (version.len() > DEFAULT_DIGITS).then(|| {
            format!(
                "this folder is numbered in sequence (last: {shown}); \
                 create -seq{digits} continues it"
            )
        })
    }
}
