//! Writes statements into a down file, in the folder of the migrations and nowhere else.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use dbm::regular_file;
use dbm::sql::append;
use dbm::text::printable_path;

use crate::render::error::Complaint;
use crate::render::pairs::{Tried, findings, is_rewritten};

/// A file with another text.
pub struct Change {
    /// The file.
    pub path: PathBuf,
    /// What it holds; empty where it is not there.
    pub before: String,
    /// What it is to hold.
    pub after: String,
}

/// What is to be changed for a pair; `None` where it lacks no statement.
pub fn change(tried: &Tried) -> Result<Option<Change>, Complaint> {
    let Tried { pair, down, .. } = tried;
    if !tried.can_be_fixed() {
        return Ok(None);
    }
    let path = down.clone();
    let before = match regular_file::read(&path) {
        Ok(bytes) => String::from_utf8(bytes)
            .map_err(|_| Complaint::new(format!("{} is not UTF-8 text", printable_path(&path))))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Complaint::io("open", &path, &error)),
    };
    let statements = tried.statements();
    let statements = statements.iter().map(String::as_str);
    let after = match is_rewritten(pair) {
        true => format!("{}{}", append("", statements), set_aside(&before, tried)),
        false => append(&before, statements),
    };
    Ok(Some(Change { path, before, after }))
}

/// A text that failed, as comments: what it was written for is for a person to see.
fn set_aside(text: &str, tried: &Tried) -> String {
    let text = text.trim_start_matches('\u{feff}').trim_end();
    if text.is_empty() {
        return String::new();
    }
    let why = findings::why_down_failed(&tried.pair).unwrap_or_default();
    let lines = text.lines().map(|line| format!("-- {line}").trim_end().to_string() + "\n");
    format!("\n-- What was here before failed: {why}\n{}", lines.collect::<String>())
}

/// Writes it: as a whole or not at all, with the rights that the file has. A link is followed within the
/// folder.
pub fn write(folder: &Path, change: &Change) -> Result<(), Complaint> {
    let failed = |error: &io::Error| Complaint::io("write", &change.path, error);
    let found = fs::symlink_metadata(&change.path).is_ok();
    let folder = folder.canonicalize().map_err(|error| failed(&error))?;
    let path = match found {
        true => change.path.canonicalize().map_err(|error| failed(&error))?,
        false => folder.join(change.path.file_name().unwrap_or_default()),
    };
    if path.parent() != Some(folder.as_path()) {
        let (shown, target) = (printable_path(&change.path), printable_path(&path));
        return Err(Complaint::new(format!("{shown} is a link to {target}, outside the folder")));
    }
    // A name that is no migration's.
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_beside(&path, &beside, &change.after);
    if written.is_err() {
        // The error is that of the writing, even if this one cannot be removed.
        let _ = fs::remove_file(&beside);
    }
    written.map_err(|error| failed(&error))
}

fn write_beside(path: &Path, beside: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(beside)?;
    file.write_all(text.as_bytes())?;
    if let Ok(metadata) = fs::metadata(path) {
        if !metadata.is_file() {
            return Err(io::Error::other("is not a regular file"));
        }
        file.set_permissions(metadata.permissions())?;
    }
    file.sync_all()?;
    fs::rename(beside, path)
}
