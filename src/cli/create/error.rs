//! Why nothing was created, in golang-migrate's words where it has them.
//!
//! Only `create` fails like this. How an error is printed is `render`'s business.

use std::io;
use std::path::{Path, PathBuf};

use dbm::numbering::VersionTooLarge;
use dbm::text::{go_reason, printable_path};
use thiserror::Error;

/// The longest name of a file, in bytes, on the file systems in use.
pub const LONGEST_NAME: usize = 255;

/// Why nothing was created.
#[derive(Debug, Error)]
pub enum CreateError {
    /// No such time zone.
    #[error("unknown time zone {0}")]
    UnknownZone(String),
    /// Something that cannot be the name of a time zone, such as a path.
    #[error("time: invalid location name")]
    InvalidZone,
    /// Both a sequence and a layout for times.
    #[error("The seq and format options are mutually exclusive")]
    SeqAndFormat,
    /// A sequence of no digits.
    #[error("Digits must be positive")]
    Digits,
    /// An empty layout.
    #[error("Time format may not be empty")]
    EmptyFormat,
    /// The next number has more digits than it may have.
    #[error("Next sequence number {version} too large. At most {digits} digits are allowed")]
    TooManyDigits {
        /// The next number.
        version: String,
        /// The most digits it may have.
        digits: i64,
        /// What to do about it.
        hint: String,
    },
    /// The version of some other file.
    #[error("duplicate migration version: {version}")]
    Duplicate {
        /// The version as it was to be written.
        version: String,
        /// The name of the other file.
        file: String,
    },
    /// A layout that makes a version that is not a number.
    #[error(
        "-format {format:?} makes the version {version:?}, which is not a number: \
         the files would be ignored"
    )]
    NotANumber {
        /// The layout.
        format: String,
        /// What it makes of the time.
        version: String,
    },
    /// A version that does not fit the table's `bigint`.
    #[error(transparent)]
    TooLarge(#[from] VersionTooLarge),
    /// A name or an extension that would end the line or leave the folder.
    #[error("{what} {text:?} may not contain {character:?}")]
    Character {
        /// `name` or `extension`.
        what: &'static str,
        /// The name or extension.
        text: String,
        /// The first character that it may not have.
        character: char,
    },
    /// An extension such as `up.sql`, which makes both files the same direction.
    #[error("extension {0:?} would make both files the same direction")]
    Direction(String),
    /// A file name of this many bytes.
    #[error(
        "name too long: the file name would have {0} bytes. At most {LONGEST_NAME} are allowed"
    )]
    TooLong(usize),
    /// The operating system refused.
    #[error("{action} {}: {}", printable_path(.path), go_reason(.reason))]
    Io {
        /// The operation, as Go names it.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        reason: io::Error,
    },
}

impl CreateError {
    /// Whether golang-migrate prints this without `error: ` before it.
    pub fn bare(&self) -> bool {
        matches!(self, Self::UnknownZone(_) | Self::InvalidZone)
    }

    /// What to type instead, a line without its `hint: `.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::TooManyDigits { hint, .. } => Some(hint.clone()),
            Self::Duplicate { file, .. } => Some(format!("{file:?} has this version")),
            Self::NotANumber { .. } => {
                Some("a version is digits only, e.g. -format 20060102".to_owned())
            }
            _ => None,
        }
    }
}

/// The operating system's refusal of `action` on `path`.
pub fn io_error(action: &'static str, path: &Path, reason: io::Error) -> CreateError {
    CreateError::Io { action, path: path.to_owned(), reason }
}
