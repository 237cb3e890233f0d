//! The number that `create -seq` takes, and what to say of a version that is out of step with the
//! files before it.

use std::path::Path;

use dbm::numbering::NumberKind;
use dbm::{FileName, parse_file_name};

use crate::cli::create::files::LONGEST_NAME;
use crate::cli::numbered_file::{NumberedFile, style};
use crate::render::error::Complaint;

/// The digits of a sequence when none are asked for.
const DEFAULT_DIGITS: usize = 6;

/// The numbered files of a folder, the highest number last. What golang-migrate's own `create`
/// counts is counted too, such as `3_notes.sql`.
///
/// A folder that is not there is empty; so is what is no folder, until it is to be made.
pub fn numbered_files(dir: &Path, ext: &str) -> Result<Vec<NumberedFile>, Complaint> {
    let suffix = format!(".{ext}");
    let counts = |name: &str| name.ends_with(&suffix) || parse_file_name(name) != FileName::Other;
    match NumberedFile::read(dir, counts) {
        Ok(files) => Ok(files),
        Err(_) if !dir.is_dir() => Ok(Vec::new()),
        Err(reason) => Err(Complaint::io("open", dir, &reason)),
    }
}

/// The number after the highest, padded to `digits`, or as wide as the folder's others where that is
/// not said. It may be more than a version can be. `again` gives the command with other flags.
pub fn next(
    files: &[NumberedFile],
    digits: Option<i64>,
    again: impl Fn(&str) -> String,
) -> Result<String, Complaint> {
    let is_sequence = |file: &NumberedFile| NumberKind::of(&file.digits) == NumberKind::Sequence;
    // Wider than a file name is refused in any case.
    let (width, most) = match digits {
        Some(..=0) => return Err(Complaint::new("Digits must be positive")),
        Some(digits) => {
            let width = usize::try_from(digits).unwrap_or(usize::MAX);
            (width, width)
        }
        None if files.iter().any(is_sequence) => {
            let width = style(files).width;
            (width, width.max(DEFAULT_DIGITS))
        }
        None => (DEFAULT_DIGITS, DEFAULT_DIGITS),
    };
    let last = files.last();
    let next = last.map_or(1, |last| u128::from(last.number) + 1);
    let version = format!("{next:0width$}", width = width.min(LONGEST_NAME + 1));
    if version.len() <= most {
        return Ok(version);
    }
    let hint = match last {
        Some(last) if NumberKind::of(&last.digits) != NumberKind::Sequence => format!(
            "this folder is numbered by time (last: {}); to continue that: {}",
            last.digits,
            again("")
        ),
        _ => format!("to allow it: {}", again(&format!(" -seq -digits {}", version.len()))),
    };
    let message =
        format!("Next sequence number {version} too large. At most {most} digits are allowed");
    Err(Complaint::new(message).hint(hint))
}

/// What to say of a new `version` that is out of step with the files before it. `instead` gives the
/// command that makes it with other flags, in the place of the one that was made.
pub fn hint(
    files: &[NumberedFile],
    sequential: bool,
    version: &str,
    instead: impl Fn(&str) -> String,
) -> Option<String> {
    let last = files.last()?;
    if NumberKind::of(&last.digits) != NumberKind::Sequence {
        return None;
    }
    let (shown, width) = (&last.digits, style(files).width);
    if sequential {
        let fits = version.trim_start_matches('0').len() <= width;
        return (width > 1 && fits && version.len() != width).then(|| {
            format!(
                "numbers in this folder have {width} digits (last: {shown}); to keep to that: {}",
                instead(" -seq")
            )
        });
    }
    (version.len() > DEFAULT_DIGITS).then(|| {
        format!(
            "this folder is numbered in sequence (last: {shown}); to continue that: {}",
            instead(" -seq")
        )
    })
}
