//! `create`: makes the two empty files of a new migration, and needs no database for it.
//!
//! What is accepted, the versions, the order of the checks and the texts of the errors are those of
//! golang-migrate 4.19.1, with three differences. Sequences continue from the highest number in the
//! folder and not from the name that sorts last, numbers are the same whether padded or not, and
//! what would make a file that no run ever picks up is refused.
//!
//! It prints nothing.

pub mod files;
pub mod pair;
mod sequence;
#[cfg(test)]
mod tests;
mod zone;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use dbm::numbering::{VersionTooLarge, parse_number};
use dbm::{Direction, FileName, MAX_VERSION, Version, parse_file_name};

use crate::cli::golayout;
use crate::cli::numbered_file::check_free;
use crate::render::error::Complaint;
use crate::render::shell::word;

use files::{LONGEST_NAME, clean, make_files, make_folder, working_directory};
use zone::Zone;

/// The layout of versions when none is asked for.
const DEFAULT_FORMAT: &str = "20060102150405";

/// What was asked for.
#[derive(Debug)]
pub struct CreateRequest {
    /// What the command that is to be typed instead begins with.
    pub program: String,
    /// What stands between the version and the direction; may be empty.
    pub name: String,
    /// The files' extension, with or without its leading point.
    pub ext: String,
    /// The folder, made if need be; empty for the current one.
    pub dir: PathBuf,
    /// Whether the version is the next number rather than the time.
    pub sequential: bool,
    /// The width to which a number is padded, and the most digits that it may have; `None` for the
    /// folder's own.
    pub digits: Option<i64>,
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

impl CreateRequest {
    /// The command that asks for the same migration with other flags for its number.
    fn again(&self, flags: &str) -> String {
        let mut command = format!("{} create -ext {}", self.program, word(&self.ext));
        if !self.dir.as_os_str().is_empty() {
            command.push_str(&format!(" -dir {}", word(&self.dir.to_string_lossy())));
        }
        format!("{command}{flags} {}", word(&self.name))
    }
}

/// Makes the files that `request` asks for, as at `now`.
/// Errors are in golang-migrate's words where it has them; neither file is left behind then.
pub fn create(request: &CreateRequest, now: DateTime<Utc>) -> Result<Created, Complaint> {
    let zone = Zone::find(&request.zone, now)?;
    let format = request.format.as_deref().unwrap_or(DEFAULT_FORMAT);
    if request.sequential && format != DEFAULT_FORMAT {
        return Err(Complaint::new("The seq and format options are mutually exclusive"));
    }
    let dir = clean(&request.dir);
    let ext = request.ext.strip_prefix('.').unwrap_or(&request.ext);
    let others = sequence::numbered_files(&dir, ext)?;
    let again = |flags: &str| request.again(flags);

    let version = if request.sequential {
        sequence::next(&others, request.digits, again)?
    } else {
        time_version(now, &zone, format)?
    };
    let number = number(&version, format)?;
    check_characters("name", &request.name)?;
    check_characters("extension", ext)?;
    let names = file_names(&version, &request.name, ext)?;
    check_free(&others, number, &version)?;

    let files = names.map(|name| clean(&dir.join(name)));
    let base = working_directory().map_err(|e| Complaint::io("getwd", Path::new("."), &e))?;
    make_folder(&dir)?;
    make_files(&files.each_ref().map(|file| (file.clone(), "")))?;
    let instead = |flags: &str| {
        let [up, down] = files.each_ref().map(|file| word(&file.to_string_lossy()));
        format!("rm {up} {down} && {}", request.again(flags))
    };
    let hint = sequence::hint(&others, request.sequential, &version, instead);
    Ok(Created { paths: files.map(|file| clean(&base.join(file))), hint })
}

fn time_version(now: DateTime<Utc>, zone: &Zone, format: &str) -> Result<String, Complaint> {
    match format {
        "" => Err(Complaint::new("Time format may not be empty")),
        "unix" => Ok(now.timestamp().to_string()),
        "unixNano" => Ok(format!("{}{:09}", now.timestamp(), now.timestamp_subsec_nanos())),
        _ => Ok(golayout::format(&now.with_timezone(&zone.offset), &zone.name, format)),
    }
}

/// The number of this version, if a run would take it.
fn number(version: &str, format: &str) -> Result<Version, Complaint> {
    if version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = format!(
            "-format {format:?} makes the version {version:?}, which is not a number: \
             the files would be ignored"
        );
        let hint = "a version is digits only, e.g. -format 20060102";
        return Err(Complaint::new(message).hint(hint));
    }
    let number = parse_number(version).filter(|number| *number <= MAX_VERSION);
    number.ok_or_else(|| Complaint::new(VersionTooLarge(version.to_owned())))
}

/// A slash names another folder, with a newline no run finds the file, and control characters
/// disturb a terminal.
fn check_characters(what: &str, text: &str) -> Result<(), Complaint> {
    match text.chars().find(|c| matches!(c, '/' | '\\') || c.is_control()) {
        None => Ok(()),
        Some(c) => Err(Complaint::new(format!("{what} {text:?} may not contain {c:?}"))),
    }
}

/// The names of the up file and the down file, if a run would take them for what they are.
fn file_names(version: &str, name: &str, ext: &str) -> Result<[String; 2], Complaint> {
    let ways = [Direction::Up, Direction::Down];
    let names = ways.map(|way| format!("{version}_{name}.{way}.{ext}"));
    for (way, name) in ways.into_iter().zip(&names) {
        if !matches!(parse_file_name(name), FileName::Migration { direction, .. } if direction == way)
        {
            let message = format!("extension {ext:?} would make both files the same direction");
            return Err(Complaint::new(message));
        }
        let length = name.len();
        if length > LONGEST_NAME {
            return Err(Complaint::new(format!(
                "name too long: the file name would have {length} bytes. \
                 At most {LONGEST_NAME} are allowed"
            )));
        }
    }
    Ok(names)
}
