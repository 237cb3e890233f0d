//! The pair of files that `new` makes: `.sql`, numbered as the folder's others are, and by the time in
//! an empty folder.

use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::Utc;
use rustix::fs::{FlockOperation, flock};

use super::files::{clean, make_files, make_folder, working_directory};
use super::sequence::numbered_files;
use super::{check_characters, file_names};
use crate::cli::numbered_file::{next_number, style, timestamp};
use crate::render::error::Complaint;

/// Their extension.
const EXTENSION: &str = "sql";

/// Makes the files in `folder`, which is made if it is missing, and returns their paths: relative
/// where they are below the working directory.
pub fn make_pair(folder: &Path, name: &str) -> Result<[PathBuf; 2], Complaint> {
    check_characters("name", name)?;
    let folder = clean(folder);
    make_folder(&folder)?;
    // Two that run at the same moment take different numbers. Where the file system has no locks, that
    // is left to chance.
    let lock = File::open(&folder).map_err(|error| Complaint::io("open", &folder, &error))?;
    let _ = flock(&lock, FlockOperation::LockExclusive);
    let (others, now) = (numbered_files(&folder, EXTENSION)?, Utc::now());
    let first = if others.is_empty() { timestamp(now) } else { None };
    let number = match first {
        Some(number) => number,
        None => next_number(&others, None, now).map_err(Complaint::new)?,
    };
    let names = file_names(&style(&others).format(number), name, EXTENSION)?;
    let files = names.map(|name| clean(&folder.join(name)));
    make_files(&files)?;
    let here = working_directory().unwrap_or_default();
    Ok(files.map(|file| file.strip_prefix(&here).map_or(file.clone(), Path::to_path_buf)))
}
