//! Everything that can go wrong, an arm a situation, each with the facts it needs.
//!
//! `Display` is a line for a program's log. golang-migrate's words, where it has words for the case,
//! and what to type next are for the program that talks to people to say: it knows its own name.

mod distrust;
mod failure;
mod nature;
mod schema;

use std::path::PathBuf;

use crate::event::{Edited, Holder};
use crate::fault::Fault;
use crate::history::LogEntry;
use crate::migration::{State, Version, below};
use crate::sqlstate::READ_ONLY_SQL_TRANSACTION;
use crate::text::{printable, printable_path};
use crate::url::UrlError;

pub use distrust::Distrust;
pub use failure::{Cause, Failure, Outcome, Sharing};
pub use schema::SchemaError;

/// What stopped a command.
///
/// `Display` is one line, and [`source`](std::error::Error::source) leads to the server's own
/// [`ServerError`](crate::ServerError). A program decides by the variant:
///
/// ```
/// use dbm::{Cause, Error};
///
/// fn advice(error: &Error) -> String {
///     match error {
///         Error::Failed(failure) => match &failure.cause {
///             Cause::Server(server) => format!("{}: {}", failure.path.display(), server.code),
///             _ => format!("{}: {:?}", failure.path.display(), failure.outcome),
///         },
///         Error::Ahead { version, .. } => format!("start the release that has version {version}"),
///         Error::Pending { versions, .. } => format!("run {} migrations", versions.len()),
///         error if error.may_pass() => "try again".to_string(),
///         error => error.to_string(),
///     }
/// }
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database's URL cannot be used.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The folder cannot be read, or what is in it is at odds with itself.
    #[error("failed to open source, {url:?}: {reason}")]
    Source {
        /// The folder as it was given, as a URL.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// A migration's file is there and cannot be read.
    #[error("{}: {reason}", printable_path(path))]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// There is not one migration.
    #[error("there are no migrations")]
    EmptySource,
    /// No file has this version.
    #[error(
        "{}there is no migration of version {version} here",
        if *is_applied { format!("the database is at version {version}, and ") } else { String::new() }
    )]
    NoMigrationFor {
        /// The version.
        version: Version,
        /// It is the one that the database is at.
        is_applied: bool,
        /// The log has the text that undoes it.
        is_kept: bool,
        /// The newest version of the folder under it.
        below: Option<Version>,
    },
    /// The database is newer than the source: a newer release has migrated it. Nothing was run;
    /// [`Migrator::allow_newer`](crate::Migrator::allow_newer) accepts it.
    #[error(
        "the database is at version {version}, which is newer than all migrations here ({})",
        newest.map_or("there are none".to_string(), |newest| format!("the newest is {newest}"))
    )]
    Ahead {
        /// The version that it is at.
        version: Version,
        /// The source's newest.
        newest: Option<Version>,
        /// The log has the text that undoes `version`.
        is_kept: bool,
    },
    /// Migrations have not been applied; told by
    /// [`Migrator::require_current`](crate::Migrator::require_current), which runs none.
    #[error(
        "migrations are pending: {} ({})",
        listed(versions.iter().map(Version::to_string)),
        match state.version {
            Some(_) => format!("the database is at version {state}"),
            None => "none has been applied".to_string(),
        }
    )]
    Pending {
        /// Which, in the order in which they would run.
        versions: Vec<Version>,
        /// The row.
        state: State,
    },
    /// Applied files are not the texts that ran.
    #[error("edited after it was applied: {}", listed(files.iter().map(|file| printable_path(&file.path))))]
    Edited {
        /// Which, ascending.
        files: Vec<Edited>,
        /// The row.
        state: State,
    },
    /// Files below the row's version have never run.
    #[error(
        "late: by the log {} never ran, and the database is at version {state}",
        listed(files.iter().map(|(_, path)| printable_path(path)))
    )]
    Late {
        /// Which, ascending, with their files.
        files: Vec<(Version, PathBuf)>,
        /// The row.
        state: State,
    },
    /// A version cannot be recorded as it is in the folder: it is not applied, or has no file.
    #[error("version {version} is not applied, or has no file here")]
    NotApplied {
        /// The version.
        version: Version,
    },
    /// A down file says that it cannot undo its up file. Nothing of it was run.
    #[error(
        "{} cannot be undone: {}",
        printable_path(path),
        if why.is_empty() { "its down file is marked irreversible".into() } else { printable(why) }
    )]
    Irreversible {
        /// The version that it would undo.
        version: Version,
        /// The file.
        path: PathBuf,
        /// Why, as the file says.
        why: String,
        /// The version that it would lead to.
        below: Option<Version>,
    },
    /// The last version's up file is not here, to be run again.
    #[error("version {version} has no up file here: it could not be run again")]
    NoUpFile {
        /// The version.
        version: Version,
    },
    /// The log cannot be used, where nothing can be done without it.
    #[error("the log {table} cannot be used: {reason}")]
    Log {
        /// Its table, quoted.
        table: String,
        /// Why.
        reason: String,
    },
    /// A file is not here, and its text in the log is not run; nothing of it has happened.
    #[error("the log's down text of version {version} is not run: {why}")]
    LogText {
        /// The version that it would take down.
        version: Version,
        /// Where the database is.
        state: State,
        /// The version that it would lead to.
        below: Option<Version>,
        /// The log's table, quoted.
        table: String,
        /// The entry that has the text.
        entry: i64,
        /// Why not.
        why: Distrust,
    },
    /// A file was begun and not finished, by whichever tool.
    #[error(
        "the database is dirty at version {}: a migration was begun and not finished",
        state.number()
    )]
    Dirty {
        /// The row.
        state: State,
        /// The failure that left it so, if the log knows of it.
        failure: Option<Box<LogEntry>>,
        /// The newest version of the folder under the row's; `None` where there is none.
        below: Option<Version>,
    },
    /// So many files fewer than were asked for.
    #[error("{0} more migrations were asked for than there are left")]
    Short(u64),
    /// Not one of the files that were asked for is there.
    #[error("there is no migration left to run")]
    NoneThere,
    /// The database cannot be reached or used.
    #[error("failed to open database {place}: {fault}")]
    Connect {
        /// Host, port and database.
        place: String,
        /// What was said.
        #[source]
        fault: Fault,
    },
    /// The session has no current schema to keep a version table in.
    #[error("failed to open database: no schema")]
    NoSchema,
    /// The lock was not to be had in time.
    #[error("timeout: can't acquire database lock")]
    LockTimeout {
        /// Who holds it.
        holders: Vec<Holder>,
    },
    /// The system has no thread for a command that is called inside a tokio runtime.
    #[error("no thread to run on: {reason}")]
    NoThread {
        /// Why.
        reason: String,
    },
    /// Stopped while it waited for the server or for the lock; no file was being run.
    #[error("stopped while it waited for the server or the migration lock")]
    Interrupted,
    /// The version row is not what the plan was made from: somebody changed it in spite of the
    /// lock, or while it was lent. Unless the row was dirty then, nothing of the file was run.
    #[error(
        "the version row was changed by somebody else {}: it is not {planned} any more",
        if *while_lent { "while the lock was lent" } else { "while we held the lock" }
    )]
    Moved {
        /// What the plan was made from.
        planned: State,
        /// The lock was lent to sessions that waited for it, or a file had given it away.
        while_lent: bool,
    },
    /// A trigger, a rule or a policy on the version table changes what is written to it. Nothing was
    /// committed.
    #[error("the version table {table} does not keep the row that is written to it")]
    RowNotKept {
        /// The version table, quoted.
        table: String,
    },
    /// The version row holds a number that is no version.
    #[error("{version} is no version")]
    BadRow {
        /// The number.
        version: String,
    },
    /// The role may not create a database to try on.
    #[error("no scratch database: the role {} may not create databases", printable(role))]
    MayNotCreateDatabase {
        /// The role.
        role: String,
    },
    /// A database has the name of the template that is to be made.
    #[error("the database {} is in the way: it is not a template of this role", printable(name))]
    NotATemplate {
        /// Its name.
        name: String,
    },
    /// A database that is to be dropped was not made for a test.
    #[error("{} is not a test database: {reason}", printable(name))]
    NotATestDatabase {
        /// Its name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// A database to try on cannot be made or used.
    #[error("no scratch database: {reason}")]
    Scratch {
        /// Host, port and database; empty where it has no name yet.
        place: String,
        /// Why.
        reason: String,
        /// What the server said.
        #[source]
        fault: Option<Fault>,
    },
    /// The schema as a whole cannot be compared, written out or loaded.
    #[error(transparent)]
    Schema(#[from] Box<SchemaError>),
    /// A file failed.
    #[error(transparent)]
    Failed(Box<Failure>),
    /// A statement of our own failed.
    #[error("{}", refused(fault, sql))]
    Statement {
        /// The statement.
        sql: String,
        /// What was said.
        #[source]
        fault: Fault,
    },
}

impl From<SchemaError> for Error {
    fn from(error: SchemaError) -> Error {
        Error::Schema(Box::new(error))
    }
}

impl Error {
    /// A dirty row, and the versions that the folder has.
    pub fn dirty(state: State, versions: &[Version]) -> Error {
        Error::Dirty { state, failure: None, below: below(versions, state.version) }
    }

    /// Somebody changed the row in spite of the lock.
    pub(crate) fn moved(planned: State) -> Error {
        Error::Moved { planned, while_lent: false }
    }
}

/// As much of a statement of ours as anybody reads.
const LONGEST_SQL: usize = 200;

/// What is said of a statement of ours, in golang-migrate's form where the server refused it.
fn refused(fault: &Fault, sql: &str) -> String {
    match fault {
        Fault::Server(error) if error.code == READ_ONLY_SQL_TRANSACTION => {
            // The statement that it names says nothing: ours delete the row within a SELECT.
            format!("nothing can be written, for the session is read-only: {error}")
        }
        Fault::Server(_) | Fault::Unclear(_) => format!("{fault} in line 0: {}", shortened(sql)),
        Fault::Lost(_) | Fault::Unreachable(_) => fault.to_string(),
    }
}

/// A statement, shortened.
fn shortened(sql: &str) -> String {
    match sql.char_indices().nth(LONGEST_SQL) {
        Some((end, _)) => format!("{} …", &sql[..end]),
        None => sql.to_string(),
    }
}

/// Names with commas between them, as many as a line takes.
fn listed(names: impl Iterator<Item = String>) -> String {
    const MOST: usize = 12;
    let names: Vec<String> = names.collect();
    match names.len() {
        ..=MOST => names.join(", "),
        count => format!("{} and {} more", names[..MOST].join(", "), count - MOST),
    }
}
