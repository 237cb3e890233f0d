//! Connecting to a server that many callers want at once.

use std::time::Duration;

use crate::error::Error;
use crate::event::Event;
use crate::interrupt::Interrupt;
use crate::session::waiting::until_ready;
use crate::sqlstate::{INVALID_CATALOG_NAME, TOO_MANY_CONNECTIONS};
use crate::url::DatabaseUrl;

/// The database whose session is used where the URL's own is not there.
pub const MAINTENANCE: &str = "postgres";
/// How long to wait for one of the server's connections, when all are in use.
const CROWDED: Duration = Duration::from_secs(60);

/// Tries again where all connections of the server are in use.
///
/// # Errors
///
/// That of the last attempt.
pub fn patiently<T>(
    url: &DatabaseUrl,
    attempt: impl FnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    patiently_for(&url.place(), None, &Interrupt::new(), &mut |_| {}, attempt)
}

/// The same; with a `server_wait`, for whatever can pass, and until `interrupt` ends it.
///
/// # Errors
///
/// That of the last attempt; [`Error::Interrupted`].
pub fn patiently_for<T>(
    place: &str,
    server_wait: Option<Duration>,
    interrupt: &Interrupt,
    on_event: &mut dyn FnMut(&Event),
    mut attempt: impl FnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    let limit = server_wait.unwrap_or(CROWDED);
    let attempt = |_| match attempt() {
        Err(error) if server_wait.is_none() && !is_crowded(&error) => Ok(Err(error)),
        ended => ended.map(Ok),
    };
    until_ready(place, Some(limit), interrupt, on_event, attempt)?
}

/// Whether all connections that we may have are in use.
fn is_crowded(error: &Error) -> bool {
    matches!(error, Error::Connect { fault, .. } if fault.code() == Some(TOO_MANY_CONNECTIONS))
}

/// Whether there is no such database.
pub fn is_missing(error: &Error) -> bool {
    matches!(error, Error::Connect { fault, .. } if fault.code() == Some(INVALID_CATALOG_NAME))
}
