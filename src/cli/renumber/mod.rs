//! `renumber`: gives a migration that is not applied yet another number, as a rule the one at the
//! end, so that it runs after what came in meanwhile.
//!
//! Only the files are dealt with here. Whether the version is applied is the database's to tell,
//! and the caller's to ask. It prints nothing.

mod error;
mod files;
mod style;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use dbm::{Direction, FileName, MAX_VERSION, Version, parse_file_name};

use crate::cli::numbered::Numbered;

pub use error::RenumberError;

use files::{move_file, rename_all, with_digits};
use style::Style;

/// What was asked for.
#[derive(Debug)]
pub struct Request {
    /// The version that the files have.
    pub version: Version,
    /// The version that they shall have; `None` for the next at the end.
    pub to: Option<Version>,
    /// The database's version: what is not above it would be late, and run by nobody.
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
    file: Numbered,
}

/// Renames the files of `request.version` in `folder`, as at `now`.
///
/// # Errors
///
/// A [`RenumberError`]; then every file has its old name, unless the error says otherwise.
pub fn renumber(
    folder: &Path,
    request: &Request,
    now: DateTime<Utc>,
) -> Result<Renumbered, RenumberError> {
    let (ours, others) = read(folder, request.version)?;
    let own: Vec<Numbered> = ours.iter().map(|side| side.file.clone()).collect();
    // What the renamed files will stand among tells how they are to be numbered.
    let style = Style::of(if others.is_empty() { &own } else { &others });
    let version = match request.to {
        Some(to) => chosen(to, request, &others)?,
        None => at_the_end(request, &others, &style, now)?,
    };
    let digits = style.written(version);
    let moves: Vec<(PathBuf, PathBuf)> = own
        .iter()
        .map(|file| (folder.join(&file.file_name), folder.join(with_digits(file, &digits))))
        .collect();
    rename_all(&moves, move_file)?;
    Ok(Renumbered { version, renamed: moves })
}

/// The files of `version`, the up file first, and all others, the highest number last.
fn read(folder: &Path, version: Version) -> Result<(Vec<Side>, Vec<Numbered>), RenumberError> {
    let is_migration = |name: &str| parse_file_name(name) != FileName::Other;
    let files = Numbered::read(folder, is_migration)
        .map_err(|source| RenumberError::Folder { path: folder.to_owned(), source })?;
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

/// The number that was asked for, if it is to be had.
fn chosen(to: Version, request: &Request, others: &[Numbered]) -> Result<Version, RenumberError> {
    if to > MAX_VERSION {
        return Err(RenumberError::TooLarge { version: to.into(), chosen: true });
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

/// The number after the last one, be that a file's or the database's.
fn at_the_end(
    request: &Request,
    others: &[Numbered],
    style: &Style,
    now: DateTime<Utc>,
) -> Result<Version, RenumberError> {
    let last = others.last().map(|file| file.number).max(request.above);
    let Some(last) = last.filter(|last| *last >= request.version) else {
        return Err(RenumberError::AlreadyLast(request.version));
    };
    if let Some(time) = style.time(now).filter(|time| *time > last) {
        return Ok(time);
    }
    match last.checked_add(1) {
        Some(next) if next <= MAX_VERSION => Ok(next),
        _ => {
            let version = u128::from(last) + 1;
            Err(RenumberError::TooLarge { version, chosen: false })
        }
    }
}
