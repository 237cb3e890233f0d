//! Why nothing was created, in golang-migrate's words where it has them.
//!
//! Only `create` fails like this. How an error is printed is `render`'s business.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use dbm::MAX_VERSION;

use crate::cli::wording::reason;

/// The longest name of a file, in bytes, on the file systems in use.
pub const LONGEST_NAME: usize = 255;

/// Why nothing was created.
#[derive(Debug)]
pub enum CreateError {
    /// No such time zone.
    UnknownZone(String),
    /// Something that cannot be the name of a time zone, such as a path.
    InvalidZone,
    /// Both a sequence and a layout for times.
    SeqAndFormat,
    /// A sequence of no digits.
    Digits,
    /// An empty layout.
    EmptyFormat,
    /// The next number has more digits than it may have.
    TooLarge {
        /// The next number.
        version: String,
        /// The most digits it may have.
        digits: i64,
        /// What to do about it.
        hint: String,
    },
    /// The version of some other file.
    Duplicate {
        /// The version as it was to be written.
        version: String,
        /// The name of the other file.
        file: String,
    },
    /// A layout that makes a version that is not a number.
    NotANumber {
        /// The layout.
        format: String,
        /// What it makes of the time.
        version: String,
    },
    /// A version that does not fit the table's `bigint`.
    TooBig(String),
    /// A name or an extension that would end the line or leave the folder.
    Character {
        /// `name` or `extension`.
        what: &'static str,
        /// The name or extension.
        text: String,
        /// The first character that it may not have.
        character: char,
    },
    /// An extension such as `up.sql`, which makes both files the same direction.
    Direction(String),
    /// A file name of this many bytes.
    TooLong(usize),
    /// The operating system refused.
    Io {
        /// The operation, as Go names it.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
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
            Self::TooLarge { hint, .. } => Some(hint.clone()),
            Self::Duplicate { file, .. } => Some(format!("{file:?} has this version")),
            Self::NotANumber { .. } => {
                Some("a version is digits only, e.g. -format 20060102".to_owned())
            }
            _ => None,
        }
    }
}

impl fmt::Display for CreateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownZone(zone) => write!(f, "unknown time zone {zone}"),
            Self::InvalidZone => write!(f, "time: invalid location name"),
            Self::SeqAndFormat => {
                write!(f, "The seq and format options are mutually exclusive")
            }
            Self::Digits => write!(f, "Digits must be positive"),
            Self::EmptyFormat => write!(f, "Time format may not be empty"),
            Self::TooLarge { version, digits, .. } => write!(
                f,
                "Next sequence number {version} too large. At most {digits} digits are allowed"
            ),
            Self::Duplicate { version, .. } => {
                write!(f, "duplicate migration version: {version}")
            }
            Self::NotANumber { format, version } => write!(
                f,
                "-format {format:?} makes the version {version:?}, which is not a number: \
                 the files would be ignored"
            ),
            Self::TooBig(version) => {
                write!(f, "version {version} too large. At most {MAX_VERSION} is allowed")
            }
            Self::Character { what, text, character } => {
                write!(f, "{what} {text:?} may not contain {character:?}")
            }
            Self::Direction(ext) => {
                write!(f, "extension {ext:?} would make both files the same direction")
            }
            Self::TooLong(bytes) => write!(
                f,
                "name too long: the file name would have {bytes} bytes. \
                 At most {LONGEST_NAME} are allowed"
            ),
            Self::Io { action, path, source } => {
                write!(f, "{action} {}: {}", path.display(), reason(source))
            }
        }
    }
}

/// The reason is in the text already, so there is no source.
impl std::error::Error for CreateError {}

/// The operating system's refusal of `action` on `path`.
pub fn io_error(action: &'static str, path: &Path, source: io::Error) -> CreateError {
    CreateError::Io { action, path: path.to_owned(), source }
}
