//! What to do about errors that newcomers meet: psql's commands in a file, tables that are there
//! already.

use dbm::{Failure, ServerError, State};

/// What else to say of a file that failed so, for a user of `program`.
pub fn of_file(program: &str, failure: &Failure, error: &ServerError) -> Option<String> {
    match &*error.code {
        // The server quotes what it cannot read, in any language.
        "42601" if error.message.contains("\"\\\"") => Some(
            "this line is a command of psql, which the server does not know (pg_dump writes \
             \\restrict and \\unrestrict): delete the line"
                .to_string(),
        ),
        // duplicate_table, duplicate_schema, duplicate_object: the schema was made by other means.
        "42P07" | "42P06" | "42710" if failure.before == State::NONE => Some(format!(
            "the database is at no version, and has objects of this file already; if it was set up \
             without migrations, say which version it is at: {program} force {}",
            failure.version
        )),
        _ => None,
    }
}
