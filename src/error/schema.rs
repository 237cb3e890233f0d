//! What goes wrong where the schema as a whole is compared, written out or loaded.

use std::path::PathBuf;

use crate::error::distrust::Distrust;
use crate::error::failure::Failure;
use crate::fault::Fault;
use crate::migration::{State, Version};
use crate::sql::Location;
use crate::text::printable_path;

/// What stopped a comparison, a dump or a load.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// What ran for an applied version is not known, so that it cannot be run again elsewhere.
    #[error("version {version} cannot be built again: it has no file here, and {}", no_text(why.as_ref()))]
    NoText {
        /// The version.
        version: Version,
        /// Why the log's text is not used; `None` where the log has none.
        why: Option<Distrust>,
    },
    /// The migrations fail on an empty database.
    #[error("the migrations do not run on an empty database: {0}")]
    NotBuilt(Box<Failure>),
    /// The row was moved while the database was read.
    #[error("the version changed from {was} to {is} while the database was read")]
    Meanwhile {
        /// The row before.
        was: State,
        /// The row after.
        is: State,
    },
    /// A pooler lends a server connection for each transaction, and one is needed for all that is read.
    #[error("the schema cannot be read through the pooler at {place}")]
    Pooled {
        /// Host, port and database.
        place: String,
    },
    /// There is no `pg_dump` that is as new as the server.
    #[error("no pg_dump for PostgreSQL {server}{}", found_programs(found))]
    NoProgram {
        /// The server's major version.
        server: u32,
        /// Those that are too old, with their major versions.
        found: Vec<(PathBuf, u32)>,
    },
    /// A program that was named cannot be run, or is no `pg_dump`.
    #[error("{}: {reason}", printable_path(program))]
    BadProgram {
        /// The program.
        program: PathBuf,
        /// Why.
        reason: String,
    },
    /// `pg_dump` failed.
    #[error("{} failed: {reason}", printable_path(program))]
    Dump {
        /// The program.
        program: PathBuf,
        /// What it said.
        reason: String,
    },
    /// A database that is to be filled from a file is not empty.
    #[error("the database {database} is not empty: it has {contents}")]
    NotEmpty {
        /// Its name.
        database: String,
        /// What is in it.
        contents: String,
    },
    /// A file with a schema cannot be loaded. Nothing of it has happened.
    #[error("{}{}: {fault}", printable_path(path), at.as_ref().map(place).unwrap_or_default())]
    Load {
        /// The file.
        path: PathBuf,
        /// Where in the file, if that is known.
        at: Option<Location>,
        /// Why.
        #[source]
        fault: Fault,
    },
}

fn place(at: &Location) -> String {
    format!(":{}:{}", at.line, at.column)
}

fn no_text(why: Option<&Distrust>) -> String {
    match why {
        Some(why) => format!("its text in the log is not used: {why}"),
        None => "the log does not know it".to_string(),
    }
}

fn found_programs(found: &[(PathBuf, u32)]) -> String {
    let found: Vec<String> = found
        .iter()
        .map(|(path, version)| format!("{} is of version {version}", printable_path(path)))
        .collect();
    if found.is_empty() { String::new() } else { format!(": {}", found.join(", ")) }
}
