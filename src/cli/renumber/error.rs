//! Why nothing was renumbered.

use std::fmt;
use std::io;
use std::path::PathBuf;

use dbm::{Direction, MAX_VERSION, Version};

use crate::cli::wording::{reason, shown};

/// Why nothing was renumbered.
#[derive(Debug)]
pub enum RenumberError {
    /// The folder cannot be read.
    Folder {
        /// The folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// No file has this version.
    NoFile {
        /// The version.
        version: Version,
        /// The last version that is there.
        last: Option<Version>,
    },
    /// Two files have the same version and direction.
    Several {
        /// The version.
        version: Version,
        /// The direction.
        direction: Direction,
        /// The names of both.
        files: [String; 2],
    },
    /// Nothing stands behind it, in the folder or in the database.
    AlreadyLast(Version),
    /// It has the number that it was to have.
    Same(Version),
    /// Some other file has the number that it was to have.
    Taken {
        /// The number.
        version: Version,
        /// The name of the other file.
        file: String,
    },
    /// The database has passed the number that it was to have.
    Late {
        /// The number.
        version: Version,
        /// The database's version.
        applied: Version,
    },
    /// A number that does not fit the table's `bigint`.
    TooLarge {
        /// The number.
        version: u128,
        /// Whether it was asked for.
        chosen: bool,
    },
    /// The operating system refused to rename a file.
    Rename {
        /// The file.
        old: PathBuf,
        /// What it was to be.
        new: PathBuf,
        /// The reason.
        source: io::Error,
        /// Files that were renamed before it, from and to, and could not be renamed back.
        stuck: Vec<(PathBuf, PathBuf)>,
    },
}

impl RenumberError {
    /// What to type instead or how things stand, a line without its `hint: `.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Folder { .. } => None,
            Self::NoFile { last: Some(last), .. } => {
                Some(format!("the last version in this folder is {last}"))
            }
            Self::NoFile { last: None, .. } => Some("this folder has no migrations".to_owned()),
            Self::Several { version, direction, files: [a, b] } => {
                Some(format!("{a:?} and {b:?} are both the {direction} file of version {version}"))
            }
            Self::AlreadyLast(_) | Self::TooLarge { chosen: false, .. } => {
                Some("-to N gives it the number N".to_owned())
            }
            Self::Same(_) => Some("without -to it gets the number at the end".to_owned()),
            Self::Taken { file, .. } => Some(format!("{file:?} has this version")),
            Self::Late { applied, .. } => Some(format!(
                "give a number above {applied}, or leave out -to for the one at the end"
            )),
            Self::TooLarge { chosen: true, .. } => None,
            Self::Rename { stuck, .. } if stuck.is_empty() => {
                Some("no file has been renamed".to_owned())
            }
            Self::Rename { stuck, .. } => {
                let stuck: Vec<String> = stuck
                    .iter()
                    .map(|(old, new)| format!("{} is now {}", shown(old), shown(new)))
                    .collect();
                Some(format!("{}: rename it back by hand", stuck.join(", ")))
            }
        }
    }
}

impl fmt::Display for RenumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder { path, source } => {
                write!(f, "open {}: {}", shown(path), reason(source))
            }
            Self::NoFile { version, .. } => write!(f, "no migration found for version {version}"),
            Self::Several { files: [_, file], .. } => {
                write!(f, "duplicate migration file: {}", shown(file.as_ref()))
            }
            Self::AlreadyLast(version) => write!(f, "version {version} is already the last"),
            Self::Same(version) => write!(f, "version {version} has this number already"),
            Self::Taken { version, .. } => write!(f, "duplicate migration version: {version}"),
            Self::Late { version, applied } => {
                write!(f, "version {version} would be late: the database is at {applied}")
            }
            Self::TooLarge { version, .. } => {
                write!(f, "version {version} too large. At most {MAX_VERSION} is allowed")
            }
            Self::Rename { old, new, source, .. } => {
                write!(f, "rename {} {}: {}", shown(old), shown(new), reason(source))
            }
        }
    }
}

/// The reason is in the text already, so there is no source.
impl std::error::Error for RenumberError {}
