//! The line that says what went wrong. In a pipe it is golang-migrate's, for those who read it with a
//! program; on a terminal it says once where.

use dbm::text::printable_path;
use dbm::{Cause, Error, Failure};

/// What is said of an error.
pub fn message(error: &Error, on_terminal: bool) -> String {
    match error {
        Error::Failed(failure) if on_terminal => failed(failure),
        // golang-migrate's form has a line for statements that stand in no file.
        error if on_terminal => error.to_string().replacen(" in line 0: ", ": ", 1),
        error => error.to_string(),
    }
}

/// `migration failed: relation "t" does not exist (migrations/7_x.up.sql:3:15)`
fn failed(failure: &Failure) -> String {
    let mut text = format!("migration failed: {}", failure.cause);
    if let Cause::Server(error) = &failure.cause
        && let Some(detail) = &error.detail
    {
        text.push_str(&format!(", {detail}"));
    }
    let place = failure.at.as_ref().map(|at| format!(":{}:{}", at.line, at.column));
    text.push_str(&format!(" ({}{})", printable_path(&failure.path), place.unwrap_or_default()));
    text
}
