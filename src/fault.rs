//! What the server, or the way to it, said no with.
//!
//! Plain values: the driver's own error types stop at `session`, so that nothing above it
//! has to know the driver, and tests can make one up.

/// An error that the server reported, field by field, as the protocol names them.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ServerError {
    /// `ERROR`, `FATAL` or `PANIC`, in English whatever the server's language.
    pub severity: String,
    /// The SQLSTATE, five characters.
    pub code: String,
    /// The primary message.
    pub message: String,
    /// DETAIL.
    pub detail: Option<String>,
    /// HINT.
    pub hint: Option<String>,
    /// CONTEXT: within which function and line.
    pub context: Option<String>,
    /// Character of what was sent, from 1.
    pub position: Option<usize>,
    /// The schema of the table.
    pub schema: Option<String>,
    /// The table concerned.
    pub table: Option<String>,
}

/// Why a message to the server did not do what it should.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The server refused it; the session lives on.
    #[error(transparent)]
    Server(Box<ServerError>),
    /// The connection is gone, with the reason; what was under way may have been committed
    /// or not.
    #[error("connection lost: {0}")]
    Lost(String),
    /// No session came about: the network, or nobody at the other end. It may pass.
    #[error("{0}")]
    Unreachable(String),
    /// An answer that the driver does not understand; what was under way may have been
    /// committed or not.
    #[error("{0}")]
    Unclear(String),
}

impl Fault {
    /// The SQLSTATE, where the server gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Fault::Server(error) => Some(&error.code),
            _ => None,
        }
    }
}
