//! `create`: makes the two empty files of a new migration, and needs no database for it.
//!
//! What is accepted, the versions, the order of the checks and the texts of the errors are those of
//! golang-migrate 4.19.1, with three differences. Sequences continue from the highest number in the
//! folder and not from the name that sorts last, numbers are the same whether padded or not, and
//! what would make a file that no run ever picks up is refused.
//!
//! It prints nothing.

mod error;
mod files;
mod sequence;
#[cfg(test)]
mod tests;
mod zone;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use dbm::numbering::{VersionTooLarge, parse_number};
use dbm::{Direction, FileName, MAX_VERSION, Version, parse_file_name};

use crate::cli::golayout;

pub use error::CreateError;

use error::{LONGEST_NAME, io_error};
use files::{clean, make_files, make_folder, working_directory};
use zone::Zone;

/// The layout of versions when none is asked for.
const DEFAULT_FORMAT: &str = "20060102150405";

/// What was asked for.
#[derive(Debug)]
pub struct CreateRequest {
    /// What stands between the version and the direction; may be empty.
    pub name: String,
    /// The files' extension, with or without its leading point.
    pub ext: String,
    /// The folder, made if need be; empty for the current one.
    pub dir: PathBuf,
    /// Whether the version is the next number rather than the time.
    pub sequential: bool,
    /// The width to which a number is padded, and the most digits that it may have.
    pub digits: i64,
    /// `unix`, `unixNano` or a layout as in Go; `None` for `20060102150405`.
    pub format: Option<String>,
    /// The time zone of the version: an IANA name, `Local`, or `UTC` or nothing for UTC.
    pub zone: String,
}

/// What was done.
#[derive(Debug)]
pub struct Created {
    /// The up file and the down file: absolute and without `.` and `..`, symbolic links kept.
    pub paths: [PathBuf; 2],
    /// Advice, a line without its `hint: `.
    pub hint: Option<String>,
}

/// Makes the files that `request` asks for, as at `now`.
///
/// # Errors
///
/// A [`CreateError`] for everything that can happen; then neither file has been left behind.
pub fn create(request: &CreateRequest, now: DateTime<Utc>) -> Result<Created, CreateError> {
    let zone = Zone::find(&request.zone, now)?;
    let format = request.format.as_deref().unwrap_or(DEFAULT_FORMAT);
    if request.sequential && format != DEFAULT_FORMAT {
        return Err(CreateError::SeqAndFormat);
    }
    let dir = clean(&request.dir);
    let ext = request.ext.strip_prefix('.').unwrap_or(&request.ext);
    let others = sequence::numbered_files(&dir, ext)?;

    let version = if request.sequential {
        sequence::next(&others, request.digits)?
    } else {
        time_version(now, &zone, format)?
    };
    let number = number(&version, format)?;
    check_characters("name", &request.name)?;
    check_characters("extension", ext)?;
    let names = file_names(&version, &request.name, ext)?;
    if let Some(file) = others.iter().find(|file| file.number == number) {
        return Err(CreateError::Duplicate { version, file: file.name().into_owned() });
    }

    let files = names.map(|name| clean(&dir.join(name)));
    let base = working_directory().map_err(|source| io_error("getwd", Path::new("."), source))?;
    make_folder(&dir)?;
    make_files(&files)?;
    Ok(Created {
        paths: files.map(|file| clean(&base.join(file))),
        hint: sequence::hint(&others, request.sequential, &version),
    })
}

fn time_version(now: DateTime<Utc>, zone: &Zone, format: &str) -> Result<String, CreateError> {
    match format {
        "" => Err(CreateError::EmptyFormat),
        "unix" => Ok(now.timestamp().to_string()),
        "unixNano" => Ok(format!("{}{:09}", now.timestamp(), now.timestamp_subsec_nanos())),
        _ => Ok(golayout::format(&now.with_timezone(&zone.offset), &zone.name, format)),
    }
}

/// The number of this version, if a run would take it.
fn number(version: &str, format: &str) -> Result<Version, CreateError> {
    if version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CreateError::NotANumber {
            format: format.to_owned(),
            version: version.to_owned(),
        });
    }
    let number = parse_number(version).filter(|number| *number <= MAX_VERSION);
    number.ok_or_else(|| VersionTooLarge(version.to_owned()).into())
}

/// A slash names another folder, with a newline no run finds the file, and control characters
/// disturb a terminal.
fn check_characters(what: &'static str, text: &str) -> Result<(), CreateError> {
    match text.chars().find(|c| matches!(c, '/' | '\\') || c.is_control()) {
        None => Ok(()),
        Some(character) => Err(CreateError::Character { what, text: text.to_owned(), character }),
    }
}

/// The names of the up file and the down file, if a run would take them for what they are.
fn file_names(version: &str, name: &str, ext: &str) -> Result<[String; 2], CreateError> {
    let ways = [Direction::Up, Direction::Down];
    let names = ways.map(|way| format!("{version}_{name}.{way}.{ext}"));
    for (way, name) in ways.into_iter().zip(&names) {
        match parse_file_name(name) {
            FileName::Migration { direction, .. } if direction == way => {}
            _ => return Err(CreateError::Direction(ext.to_owned())),
        }
        if name.len() > LONGEST_NAME {
            return Err(CreateError::TooLong(name.len()));
        }
    }
    Ok(names)
}
