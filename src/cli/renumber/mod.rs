//! `renumber`: gives a migration that is not applied yet another number, as a rule the one at the
//! end, so that it runs after what came in meanwhile.
//!
//! Only the files are changed here. The caller asks the database whether the version is applied. It
//! prints nothing.

mod rename;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use dbm::numbering::VersionTooLarge;
use dbm::text::printable;
use dbm::{Direction, FileName, MAX_VERSION, Version, parse_extra, parse_file_name};

use crate::cli::numbered_file::{NumberedFile, check_free, next_number, style};
use crate::render::error::Complaint;

use rename::{move_file, rename_all, with_digits};

/// What to do where there is no number at the end.
const CHOOSE: &str = "-to N gives it the number N";

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
    /// Each file as it was called and as it is called now; the up file first, seed and check files last.
    pub renamed: Vec<(PathBuf, PathBuf)>,
}

/// Renames the files of `request.version` in `folder`, as at `now`.
/// On an error every file has its old name, unless the error says otherwise.
pub fn renumber(
    folder: &Path,
    request: &RenumberRequest,
    now: DateTime<Utc>,
) -> Result<Renumbered, Complaint> {
    let (own, others) = read(folder, request.version)?;
    // The other files tell how to write the number.
    let neighbours = if others.is_empty() { &own } else { &others };
    let version = match request.to {
        Some(to) => chosen(to, request, &others)?,
        None => {
            check_not_last(request, &others)?;
            let next = next_number(neighbours, request.above, now);
            next.map_err(|too_large| Complaint::new(too_large).hint(CHOOSE))?
        }
    };
    let digits = style(neighbours).format(version);
    let beside = read_beside(folder, request.version)?;
    let moves: Vec<(PathBuf, PathBuf)> = own
        .iter()
        .chain(&beside)
        .map(|file| (folder.join(&file.file_name), folder.join(with_digits(file, &digits))))
        .collect();
    rename_all(&moves, move_file)?;
    Ok(Renumbered { version, renamed: moves })
}

/// The files of `version`, the up file first, and all others, the highest number last.
fn read(
    folder: &Path,
    version: Version,
) -> Result<(Vec<NumberedFile>, Vec<NumberedFile>), Complaint> {
    let is_migration = |name: &str| parse_file_name(name) != FileName::Other;
    let files = NumberedFile::read(folder, is_migration)
        .map_err(|reason| Complaint::io("open", folder, &reason))?;
    let (mut ours, mut others) = (BTreeMap::<Direction, NumberedFile>::new(), Vec::new());
    for file in files.into_iter().filter(|file| !file.is_folder) {
        match parse_file_name(&file.name()) {
            FileName::Migration { version: number, direction, .. } if number == version => {
                if let Some(first) = ours.get(&direction) {
                    let (a, b) = (first.name(), file.name());
                    let message = format!("duplicate migration file: {}", printable(&b));
                    return Err(Complaint::new(message).hint(format!(
                        "{a:?} and {b:?} are both the {direction} file of version {version}"
                    )));
                }
                ours.insert(direction, file);
            }
            _ => others.push(file),
        }
    }
    if ours.is_empty() {
        let hint = match others.last() {
            Some(last) => format!("the last version in this folder is {}", last.number),
            None => "this folder has no migrations".to_owned(),
        };
        let message = format!("no migration found for version {version}");
        return Err(Complaint::new(message).hint(hint));
    }
    Ok((ours.into_values().collect(), others))
}

/// The files beside the pair of `version`: its seed and check files, which go with it.
fn read_beside(folder: &Path, version: Version) -> Result<Vec<NumberedFile>, Complaint> {
    let is_beside = |name: &str| parse_extra(name).is_some_and(|(number, _)| number == version);
    let files = NumberedFile::read(folder, is_beside);
    let mut files = files.map_err(|reason| Complaint::io("open", folder, &reason))?;
    files.retain(|file| !file.is_folder);
    Ok(files)
}

/// The number that was asked for, if it is free and not too low.
fn chosen(
    to: Version,
    request: &RenumberRequest,
    others: &[NumberedFile],
) -> Result<Version, Complaint> {
    if to > MAX_VERSION {
        return Err(Complaint::new(VersionTooLarge(to.to_string())));
    }
    if to == request.version {
        return Err(Complaint::new(format!("version {to} has this number already"))
            .hint("without -to it gets the number at the end"));
    }
    check_free(others, to, &to.to_string())?;
    match request.above {
        Some(applied) if to <= applied => {
            let message = format!("version {to} would be late: the database is at {applied}");
            Err(Complaint::new(message).hint(format!(
                "give a number above {applied}, or leave out -to for the one at the end"
            )))
        }
        _ => Ok(to),
    }
}

/// It is the last where neither the folder nor the database has a higher number.
fn check_not_last(request: &RenumberRequest, others: &[NumberedFile]) -> Result<(), Complaint> {
    let last = others.last().map(|file| file.number).max(request.above);
    match last {
        Some(last) if last >= request.version => Ok(()),
        _ => {
            let message = format!("version {} is already the last", request.version);
            Err(Complaint::new(message).hint(CHOOSE))
        }
    }
}
