//! Why a text of the log is not run.

use crate::text::printable;

/// Why a text of the log is not run.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// It is not what its checksum says.
    #[error("it does not match its checksum, so it was changed after it was written")]
    Changed,
    /// Others than the log's owner may write to the log.
    #[error("{} may write to the log, and not its owner alone", printable(&roles.join(", ")))]
    Writers {
        /// Who, `PUBLIC` for everybody.
        roles: Vec<String>,
    },
    /// The log belongs to somebody who does not own the version table and whose rights the role
    /// that connected does not have.
    #[error("the log belongs to {}, and the version table does not", printable(role))]
    Owner {
        /// Who.
        role: String,
    },
    /// The log has its checksum alone.
    #[error("the log keeps only its checksum")]
    NotKept,
}
