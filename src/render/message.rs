//! The line that says what went wrong: golang-migrate's, where it has one for the case, for those who
//! read it with a program. On a terminal it says once where.

use dbm::text::printable_path;
use dbm::{Cause, Error, Failure};

/// What is said of an error.
pub fn message(error: &Error, on_terminal: bool) -> String {
    match error {
        Error::EmptySource => "first .: file does not exist".to_string(),
        // To golang-migrate a database that is ahead lacks a file, like any other.
        Error::NoMigrationFor { version, .. } | Error::Ahead { version, .. } => format!(
            "no migration found for version {version}: \
             read down for version {version} .: file does not exist"
        ),
        Error::Dirty { state, .. } => {
            format!("Dirty database version {}. Fix and force version.", state.number())
        }
        // Where that is, is said by a hint.
        Error::Connect { fault, .. } => format!("failed to open database: {fault}"),
        Error::Short(short) => format!("limit {short} short"),
        Error::NoneThere => "file does not exist".to_string(),
        Error::Failed(failure) if !on_terminal => failed(failure),
        // golang-migrate's form has a line for statements that stand in no file.
        error if on_terminal => error.to_string().replacen(" in line 0: ", ": ", 1),
        error => error.to_string(),
    }
}

/// `migration failed: relation "t" does not exist (column 15) in line 3: migrations/7_x.up.sql:3:15`
fn failed(failure: &Failure) -> String {
    let mut text = format!("migration failed: {}", failure.cause);
    if let Some((_, column)) = failure.reported {
        text.push_str(&format!(" (column {column})"));
    }
    if let Cause::Server(error) = &failure.cause
        && let Some(detail) = &error.detail
    {
        text.push_str(&format!(", {detail}"));
    }
    let line = failure.reported.map_or(0, |(line, _)| line);
    text.push_str(&format!(" in line {line}: {}", printable_path(&failure.path)));
    if let Some(at) = &failure.at {
        text.push_str(&format!(":{}:{}", at.line, at.column));
    }
    text
}
