//! What an error means for a run: whether it may pass, and whether the connection is gone.

use crate::error::{Cause, Error, Outcome};
use crate::fault::Fault;
use crate::sqlstate::is_connection_exception;

impl Error {
    /// Whether it may pass by itself: nobody answers, the server starts up or is full, no host is the
    /// primary yet. A wrong password does not pass.
    pub fn may_pass(&self) -> bool {
        let Error::Connect { fault, .. } = self else { return false };
        match fault {
            Fault::Unreachable(_) | Fault::Lost(_) => true,
            // cannot_connect_now, too_many_connections, admin_shutdown
            Fault::Server(error) if matches!(&*error.code, "57P03" | "53300" | "57P01") => true,
            Fault::Server(error) => {
                let says = |words: &&str| error.message.contains(*words);
                is_connection_exception(&error.code) && POOLER_WITHOUT_SERVER.iter().any(says)
            }
            // A standby that is about to be the primary.
            Fault::Unclear(reason) => reason == NO_WRITES,
        }
    }

    /// Why the connection went away, or else what the error says.
    pub(crate) fn reason(&self) -> String {
        match self {
            Error::Failed(failure) => match &failure.cause {
                Cause::Lost(reason) => reason.clone(),
                cause => cause.to_string(),
            },
            Error::Statement { fault: Fault::Lost(reason), .. }
            | Error::Connect { fault: Fault::Lost(reason), .. } => reason.clone(),
            Error::Connect { fault, .. } => fault.to_string(),
            error => error.to_string(),
        }
    }

    /// Whether the connection went away in the middle, and nothing more is known.
    pub(crate) fn is_connection_lost(&self) -> bool {
        match self {
            Error::Failed(failure) => {
                matches!(failure.cause, Cause::Lost(_)) && failure.outcome == Outcome::Unknown
            }
            Error::Statement { fault, .. } | Error::Connect { fault, .. } => {
                matches!(fault, Fault::Lost(_))
            }
            _ => false,
        }
    }
}

/// What PgBouncer says while its server is away, or while it has no connection to spare.
const POOLER_WITHOUT_SERVER: [&str; 6] = [
    "server login",
    "connect to server",
    "server conn crashed",
    "query_wait_timeout",
    "no more connections",
    "shutting down",
];

/// What the driver says of a server that `target_session_attrs=read-write` refuses.
const NO_WRITES: &str = "database does not allow writes";
