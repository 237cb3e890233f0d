//! From the driver's errors to ours.

use std::error::Error as _;
use std::io::ErrorKind;

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, ErrorPosition, Severity};

use crate::event::Notice;
use crate::fault::{Fault, ServerError};
use crate::text::go_reason;

/// Why no session came of it. FATAL is an answer here, not a loss.
pub fn connecting(error: &Error) -> Fault {
    match error.as_db_error() {
        Some(db) => Fault::Server(Box::new(server_error(db))),
        None if is_network(error) => Fault::Unreachable(reason(error)),
        None => Fault::Unclear(reason(error)),
    }
}

/// Whether the network, or the server's absence from it, is the cause. TLS wraps its refusals in
/// I/O errors too, of kind `InvalidData`.
fn is_network(error: &Error) -> bool {
    // Taken and hung up on: a proxy in front of a server that is not there yet.
    if error.is_closed() {
        return true;
    }
    let io = error.source().and_then(|e| e.downcast_ref::<std::io::Error>());
    io.is_some_and(|e| {
        !matches!(
            e.kind(),
            ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::PermissionDenied
        )
    })
}

/// Why a message failed. `lost` is why the session ended, where that is known already.
pub fn running(error: &Error, lost: Option<&str>, closed: bool) -> Fault {
    match error.as_db_error() {
        Some(db) if ends_session(db) => Fault::Lost(db.message().to_string()),
        Some(db) => Fault::Server(Box::new(server_error(db))),
        None if closed || error.is_closed() || is_io(error) => {
            Fault::Lost(lost.map_or_else(|| reason(error), str::to_string))
        }
        None => Fault::Unclear(reason(error)),
    }
}

fn ends_session(db: &DbError) -> bool {
    matches!(db.parsed_severity(), Some(Severity::Fatal | Severity::Panic))
}

fn is_io(error: &Error) -> bool {
    error.source().is_some_and(|e| e.is::<std::io::Error>())
}

/// The innermost cause, which is what says something: the driver's own words are general.
pub fn reason(error: &Error) -> String {
    if let Some(db) = error.as_db_error() {
        return db.message().to_string();
    }
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    go_reason(inner)
}

fn server_error(db: &DbError) -> ServerError {
    ServerError {
        severity: severity(db),
        code: db.code().code().to_string(),
        message: db.message().to_string(),
        detail: db.detail().map(str::to_string),
        hint: db.hint().map(str::to_string),
        context: db.where_().map(str::to_string),
        position: match db.position() {
            Some(ErrorPosition::Original(position)) => usize::try_from(*position).ok(),
            _ => None,
        },
        schema: db.schema().map(str::to_string),
        table: db.table().map(str::to_string),
    }
}

/// A notice of the server.
pub fn notice(db: &DbError) -> Notice {
    Notice {
        severity: severity(db),
        code: db.code().code().to_string(),
        message: db.message().to_string(),
        detail: db.detail().map(str::to_string),
        hint: db.hint().map(str::to_string),
    }
}

/// In English where the server says it so, which all do since 9.6.
fn severity(db: &DbError) -> String {
    db.parsed_severity().map_or_else(|| db.severity().to_string(), |severity| severity.to_string())
}
