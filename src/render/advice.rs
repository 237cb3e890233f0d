//! What to do about errors that newcomers meet: psql's commands in a file, tables that are there
//! already, no database to try on.

use dbm::{Error, Failure, ServerError, State};

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
             without migrations, set the last version whose objects are all there, such as: {program} force {}",
            failure.version
        )),
        _ => None,
    }
}

/// What to do where there is no database to try on, and where a file cannot be undone.
pub fn of_database(program: &str, error: &Error) -> Option<String> {
    match error {
        Error::MayNotCreateDatabase { role } => Some(format!(
            "name an empty database of your own with -scratch URL, or give the role that right, in \
             psql, as a superuser: ALTER ROLE {role} CREATEDB;"
        )),
        Error::Scratch { reason, .. } if reason.contains("pooler") => {
            Some("connect to the server itself: put its own host and port into the URL".to_string())
        }
        Error::Scratch { reason, .. } if reason.contains("not empty") => {
            Some("name another, or drop it and create it again".to_string())
        }
        Error::NotATemplate { name } => Some(format!("drop it, in psql: DROP DATABASE {name};")),
        Error::Irreversible { version, below, .. } => {
            let below = State::clean(*below).number();
            Some(format!(
                "nothing was run; if it is undone by hand, take version {version} off: {program} \
                 force {below}"
            ))
        }
        _ => None,
    }
}
