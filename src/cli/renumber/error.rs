//! Why nothing was renumbered.

use std::io;
use std::path::PathBuf;

use dbm::numbering::VersionTooLarge;
use dbm::text::{go_reason, printable, printable_path};
use dbm::{Direction, Version};
use thiserror::Error;

/// Why nothing was renumbered.
#[derive(Debug, Error)]
pub enum RenumberError {
    /// The folder cannot be read.
    #[error("open {}: {}", printable_path(.path), go_reason(.reason))]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The reason.
        reason: io::Error,
    },
    /// No file has this version.
    #[error("no migration found for version {version}")]
    NoFile {
        /// The version.
        version: Version,
        /// The last version that is there.
        last: Option<Version>,
    },
    /// Two files have the same version and direction.
    #[error("duplicate migration file: {}", printable(&files[1]))]
    Several {
        /// The version.
        version: Version,
        /// The direction.
        direction: Direction,
        /// The names of both.
        files: [String; 2],
    },
    /// Nothing has a higher number, in the folder or in the database.
    #[error("version {0} is already the last")]
    AlreadyLast(Version),
    /// It has the new number already.
    #[error("version {0} has this number already")]
    Same(Version),
    /// Some other file has the new number.
    #[error("duplicate migration version: {version}")]
    Taken {
        /// The number.
        version: Version,
        /// The name of the other file.
        file: String,
    },
    /// The database is past the new number.
    #[error("version {version} would be late: the database is at {applied}")]
    Late {
        /// The number.
        version: Version,
        /// The database's version.
        applied: Version,
    },
    /// A number that does not fit the table's `bigint`.
    #[error("{version}")]
    TooLarge {
        /// The number.
        version: VersionTooLarge,
        /// Whether it was asked for.
        chosen: bool,
    },
    /// The operating system refused to rename a file.
    #[error("rename {} {}: {}", printable_path(.old), printable_path(.new), go_reason(.reason))]
    Rename {
        /// The file.
        old: PathBuf,
        /// Its new name.
        new: PathBuf,
        /// The reason.
        reason: io::Error,
        /// Files that were renamed before it, from and to, and could not be renamed back.
        stuck: Vec<(PathBuf, PathBuf)>,
    },
}

impl RenumberError {
    /// What to type instead, or what the state is, a line without its `hint: `.
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
                    .map(|(old, new)| {
                        format!("{} is now {}", printable_path(old), printable_path(new))
                    })
                    .collect();
                Some(format!("{}: rename it back by hand", stuck.join(", ")))
            }
        }
    }
}
