//! A file that failed: why, where, and what has become of the database.

use std::fmt;
use std::path::PathBuf;

use crate::event::Holder;
use crate::fault::ServerError;
use crate::migration::{State, Version};
use crate::sql::Location;
use crate::text::printable_path;

/// A file that failed: what, where, and how the database stands now.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Failure {
    /// The file, as one would open it.
    pub path: PathBuf,
    /// Its version.
    pub version: Version,
    /// Why.
    pub cause: Cause,
    /// Where in the file, if it is known.
    pub at: Option<Location>,
    /// Which line of a function's or DO block's body, where that stands in the file, too. The column is
    /// that of its first word.
    pub in_body: Option<Location>,
    /// Line and column as golang-migrate reports them: it knows none for the end of the input.
    pub reported: Option<(usize, usize)>,
    /// Where the database stood before the file.
    pub before: State,
    /// Where it would stand after it.
    pub after: State,
    /// What has become of the database.
    pub outcome: Outcome,
    /// Who was in the way of a statement that waited in vain for a lock.
    pub blockers: Vec<Holder>,
    /// The text is the log's: the file is not here.
    pub is_from_log: bool,
    /// It was the up file of a redo; its down file has been run, and that stays.
    pub is_second_half: bool,
    /// Whether it was to run in one transaction with others.
    pub sharing: Sharing,
}

/// Whether a file was to run in one transaction with others, see
/// [`Migrator::single_transaction`](crate::Migrator::single_transaction).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// It ran by itself.
    Alone,
    /// It shared a transaction: nothing of the others has happened either.
    Shared,
    /// It cannot share one, and so nothing has happened.
    Unfit {
        /// Where the files before it lead, if there are any.
        up_to: Option<Version>,
    },
}

/// Why a file failed.
#[non_exhaustive]
#[derive(Clone, Debug, thiserror::Error)]
pub enum Cause {
    /// The server said no.
    #[error("{0}")]
    Server(Box<ServerError>),
    /// The connection went away while it ran.
    #[error("connection lost: {0}")]
    Lost(String),
    /// The answer was not understood.
    #[error("{0}")]
    Unclear(String),
    /// It cannot be run at all, and nothing was sent.
    #[error("{0}")]
    Refused(String),
}

/// What has become of the database when a file failed.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing of the file has happened; the row is as before.
    Unchanged(State),
    /// The file was committed although its answer never came.
    Committed(State),
    /// Some of it stands and the row is dirty.
    Partly {
        /// The row.
        state: State,
        /// Which statement failed, from 1.
        statement: usize,
        /// Of how many.
        of: usize,
        /// How many of those before it stand; what the failed one's transaction had done is
        /// rolled back.
        standing: usize,
        /// Indexes that are not valid now, quoted where need be.
        invalid_indexes: Vec<String>,
    },
    /// The connection went away in the middle of a non-transactional file: the row is dirty, and which of its
    /// statements stand is not known.
    Dirty(State),
    /// The server could not be asked any more.
    Unknown,
}

/// `migration failed: relation "t" does not exist (migrations/7_x.up.sql:3:15)`
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "migration failed: {}", self.cause)?;
        if let Cause::Server(error) = &self.cause
            && let Some(detail) = &error.detail
        {
            write!(f, ", {detail}")?;
        }
        write!(f, " ({}", printable_path(&self.path))?;
        if let Some(at) = &self.at {
            write!(f, ":{}:{}", at.line, at.column)?;
        }
        f.write_str(")")
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Server(error) => Some(&**error),
            _ => None,
        }
    }
}
