//! `renumber`: gives a migration that is not applied yet another number, as a rule the one at the
//! end, so that it runs after what came in meanwhile.
//!
//! Only the files are changed here. The caller asks the database whether the version is applied. It
//! prints nothing.

mod error;
mod rename;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use dbm::numbering::VersionTooLarge;
use dbm::{Direction, FileName, MAX_VERSION, Version, parse_file_name};

use crate::cli::numbered_file::{NumberedFile, next_number, style};

pub use error::RenumberError;

use rename::{move_file, rename_all, with_digits};

/// What was asked for.
#[derive(Debug)]
pub struct RenumberRequest {
    /// The version that the files have.
    pub version: Version,
    /// The version that they get; `None` for the next at the end.
    pub to: Option<Version>,
    /// The database's version: a number that is not above it would be late.
    pub above: Option<Version>,
}

/// What was done.
#[derive(Debug)]
pub struct Renumbered {
    /// The version that the files have now.
    pub version: Version,
    /// Each file as it was called and as it is called now; the up file first.
    pub renamed: Vec<(PathBuf, PathBuf)>,
}

/// A file of the version in question.
struct Side {
    direction: Direction,
    file: NumberedFile,
}

/// Renames the files of `request.version` in `folder`, as at `now`.
///
/// # Errors
///
/// A [`RenumberError`]; then every file has its old name, unless the error says otherwise.
pub fn renumber(
    folder: &Path,
    request: &RenumberRequest,
    now: DateTime<Utc>,
) -> Result<Renumbered, RenumberError> {
    let (ours, others) = read(folder, request.version)?;
    let own: Vec<NumberedFile> = ours.iter().map(|side| side.file.clone()).collect();
    // The other files tell how to write the number.
    let neighbours = if others.is_empty() { &own } else { &others };
    let version = match request.to {
        Some(to) => chosen(to, request, &others)?,
        None => {
            check_not_last(request, &others)?;
            let next = next_number(neighbours, request.above, now);
            next.map_err(|version| RenumberError::TooLarge { version, chosen: false })?
        }
    };
    let digits = style(neighbours).format(version);
    let moves: Vec<(PathBuf, PathBuf)> = own
        .iter()
        .map(|file| (folder.join(&file.file_name), folder.join(with_digits(file, &digits))))
        .collect();
    rename_all(&moves, move_file)?;
    Ok(Renumbered { version, renamed: moves })
}

/// The files of `version`, the up file first, and all others, the highest number last.
fn read(folder: &Path, version: Version) -> Result<(Vec<Side>, Vec<NumberedFile>), RenumberError> {
    let is_migration = |name: &str| parse_file_name(name) != FileName::Other;
    let files = NumberedFile::read(folder, is_migration)
        .map_err(|reason| RenumberError::Folder { path: folder.to_owned(), reason })?;
    let (mut ours, mut others) = (Vec::<Side>::new(), Vec::new());
    for file in files.into_iter().filter(|file| !file.is_folder) {
        match parse_file_name(&file.name()) {
            FileName::Migration { version: number, direction, .. } if number == version => {
                if let Some(first) = ours.iter().find(|side| side.direction == direction) {
                    return Err(RenumberError::Several {
                        version,
                        direction,
                        files: [&first.file, &file].map(|file| file.name().into_owned()),
                    });
                }
                ours.push(Side { direction, file });
            }
            _ => others.push(file),
        }
    }
    if ours.is_empty() {
        let last = others.last().map(|file| file.number);
        return Err(RenumberError::NoFile { version, last });
    }
    ours.sort_by_key(|side| side.direction);
    Ok((ours, others))
}

/// The number that was asked for, if it is free and not too low.
fn chosen(
    to: Version,
    request: &RenumberRequest,
    others: &[NumberedFile],
) -> Result<Version, RenumberError> {
    if to > MAX_VERSION {
        let version = VersionTooLarge(to.to_string());
        return Err(RenumberError::TooLarge { version, chosen: true });
    }
    if to == request.version {
        return Err(RenumberError::Same(to));
    }
    if let Some(file) = others.iter().find(|file| file.number == to) {
        return Err(RenumberError::Taken { version: to, file: file.name().into_owned() });
    }
    match request.above {
        Some(applied) if to <= applied => Err(RenumberError::Late { version: to, applied }),
        _ => Ok(to),
    }
}

/// It is the last where neither the folder nor the database has a higher number.
fn check_not_last(request: &RenumberRequest, others: &[NumberedFile]) -> Result<(), RenumberError> {
    let last = others.last().map(|file| file.number).max(request.above);
    match last {
        Some(last) if last >= request.version => Ok(()),
        _ => Err(RenumberError::AlreadyLast(request.version)),
    }
}
