//! What a run tells while it goes on.
//!
//! The engine prints nothing: it hands these to a `FnMut(Event)`, and whoever called it
//! decides what becomes of them.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::migration::{Direction, State, Version};

/// Something that happened.
///
/// `Display` is one line; what a program counts or measures is in the fields:
///
/// ```
/// use dbm::Event;
///
/// fn hear(event: &Event) {
///     match event {
///         Event::Planned { files, .. } => println!("{files} files to run"),
///         Event::Finished { file, ran, .. } => println!("{} took {ran:?}", file.version),
///         Event::Waiting { holders, .. } => println!("{} sessions migrate", holders.len()),
///         event => println!("{event}"),
///     }
/// }
/// ```
///
/// A file that runs is told of by `Buffered` (or `Scheduled`), `Started` and `Finished`; one that takes
/// long, by `Running` meanwhile; one that fails, by the run's error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Somebody else holds the lock; told when the wait begins to be felt, and every few
    /// seconds after.
    Waiting {
        /// Who holds it; empty where the server does not let us see.
        holders: Vec<Holder>,
        /// How long we have waited.
        waited: Duration,
    },
    /// The server does not answer, and is waited for; told when the wait begins to be felt, and
    /// every few seconds after.
    ServerAway {
        /// Host, port and database.
        place: String,
        /// What came of the last attempt to connect.
        reason: String,
        /// How long we have waited.
        waited: Duration,
    },
    /// Somebody else makes the template of a test database, and is waited for; told when the wait
    /// begins to be felt, and every few seconds after.
    TemplateAwaited {
        /// The template's name.
        name: String,
        /// How long we have waited.
        waited: Duration,
    },
    /// The template of test databases was made: once, for all of them.
    TemplateMade {
        /// Its name.
        name: String,
        /// How many files were run.
        files: usize,
        /// How long it took.
        took: Duration,
    },
    /// The connection was lost in the middle of a run, which waits for the server and goes on.
    ConnectionLost {
        /// Why.
        reason: String,
        /// The file that was under way, if there was one.
        file: Option<File>,
    },
    /// The connection was lost, and the run does not go on: this file has left something on the
    /// session that the files after it may need.
    SessionNeeded(File),
    /// There is a session again, and the lock: the run goes on from the row.
    Reconnected {
        /// The row.
        state: State,
        /// How many files are left to run.
        left: usize,
    },
    /// What is to be run is decided; told once for a run.
    Planned {
        /// How many files it is.
        files: usize,
        /// The row.
        from: State,
    },
    /// A file was committed although its answer was lost; [`Event::Finished`] follows.
    FoundCommitted(File),
    /// A file was read; it will run soon.
    Buffered(File),
    /// There is no such file of the pair: only the version will move.
    Scheduled(File),
    /// An up file has no statement: only the version moves.
    NoStatement(File),
    /// A file goes to the server now.
    Started(File),
    /// A file still runs; told after five seconds, and every five seconds from then on.
    Running {
        /// Which.
        file: File,
        /// For how long so far.
        ran: Duration,
        /// Who holds a lock that it waits for; empty where nobody does, or where that could not be
        /// found out.
        waits_for: Vec<Holder>,
        /// The index that it builds.
        builds: Option<IndexBuild>,
    },
    /// The server refused to run the file in a transaction, and why; it is run again,
    /// statement by statement.
    FellBack(File, String),
    /// A statement waited in vain for a lock; the file was rolled back and is tried again.
    Retrying {
        /// Which.
        file: File,
        /// Which retry this is, from 1.
        tries: u32,
        /// How many there are at most.
        of: u32,
        /// How long until then.
        pause: Duration,
        /// Who was in the way.
        blockers: Vec<Holder>,
    },
    /// A statement waited for sessions that wait for our lock; it was undone, and they go first.
    GaveWay {
        /// Which file.
        file: File,
        /// Who goes first.
        waiters: Vec<Holder>,
    },
    /// A file ran in one transaction with others, and is not committed yet; at the commit
    /// [`Event::Finished`] follows for each.
    Uncommitted(File),
    /// A file is done, and committed.
    Finished {
        /// Which.
        file: File,
        /// Time spent on reading it.
        read: Duration,
        /// Time spent on running it.
        ran: Duration,
    },
    /// The server said something while a file ran.
    Notice(Notice),
    /// The run was asked to stop and so many files are left.
    Stopped {
        /// Files that were planned and not run.
        left: usize,
    },
    /// Another tool has moved the row; what it did is in the log now.
    Adopted(Vec<Adopted>),
    /// An applied file is not what ran, and the run goes on.
    Edited {
        /// Which.
        file: Edited,
        /// Why it goes on.
        why: Passed,
    },
    /// A file is not here; its text in the log is run.
    FromLog(File),
    /// Nothing is logged.
    NoLog {
        /// The log's table, quoted.
        table: String,
        /// Why.
        reason: String,
    },
    /// The database is at a version that is newer than all files here, and that is allowed.
    Ahead {
        /// Where it is.
        version: Version,
        /// The newest file here.
        newest: Option<Version>,
    },
}

/// One line in English, for a service's log.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        match self {
            Event::Waiting { waited, .. } => {
                write!(f, "waiting for the migration lock ({}s)", waited.as_secs())
            }
            Event::ServerAway { place, reason, .. } => {
                write!(f, "waiting for the server at {place}: {reason}")
            }
            Event::TemplateAwaited { name, .. } => {
                write!(f, "waiting for the template {name}, which another process makes")
            }
            Event::TemplateMade { name, files, took } => {
                write!(f, "made the template {name}: {files} file{} in {took:.1?}", plural(*files))
            }
            Event::ConnectionLost { reason, file: None } => write!(f, "connection lost: {reason}"),
            Event::ConnectionLost { reason, file: Some(file) } => {
                write!(f, "connection lost while {file} ran: {reason}")
            }
            Event::SessionNeeded(file) => {
                write!(f, "the run cannot go on: {file} has changed the session that was lost")
            }
            Event::Reconnected { state, left } => {
                let s = plural(*left);
                write!(f, "connected again at {state}: {left} file{s} left")
            }
            Event::Planned { files, from } => {
                write!(f, "at {from}: {files} file{} to run", plural(*files))
            }
            Event::Running { file, ran, .. } => {
                write!(f, "{file} has run for {}s", ran.as_secs())
            }
            Event::FoundCommitted(file) => {
                write!(f, "{file} was committed, although the server's answer was lost")
            }
            Event::Buffered(file) => write!(f, "read {file}"),
            Event::Scheduled(file) => write!(f, "no such file: {file}"),
            Event::NoStatement(file) => write!(f, "{file} has no statement"),
            Event::Started(file) => write!(f, "running {file}"),
            Event::FellBack(file, reason) => {
                write!(f, "{file} cannot run in one transaction ({reason})")
            }
            Event::Retrying { file, tries, of, .. } => {
                write!(f, "{file} could not get a lock and was rolled back; retry {tries} of {of}")
            }
            Event::GaveWay { file, waiters } => {
                let (count, s) = (waiters.len(), plural(waiters.len()));
                write!(f, "{file} lets {count} session{s} go first that wait{s} for our lock")
            }
            Event::Uncommitted(file) => write!(f, "{file} ran, and is not committed yet"),
            Event::Finished { file, read, ran } => write!(f, "{file} ({:.1?})", *read + *ran),
            Event::Notice(notice) => write!(f, "{}: {}", notice.severity, notice.message),
            Event::Stopped { left } => write!(f, "stopped: {left} file{} left", plural(*left)),
            Event::Adopted(steps) => {
                write!(f, "{} step{} of another tool adopted", steps.len(), plural(steps.len()))
            }
            Event::Edited { file, .. } => {
                write!(f, "{} was edited after it was applied", file.path.display())
            }
            Event::FromLog(file) => write!(f, "{file} is not here: running the text in the log"),
            Event::NoLog { table, reason } => write!(f, "nothing is logged in {table}: {reason}"),
            Event::Ahead { version, .. } => {
                write!(f, "the database is newer than the source: it is at version {version}")
            }
        }
    }
}

/// A step of another tool that was put into the log.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// The version.
    pub version: Version,
    /// Whether it was run or rolled back.
    pub direction: Direction,
}

/// An applied up file that is not the text that ran.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// Its version.
    pub version: Version,
    /// The file.
    pub path: PathBuf,
    /// The text that ran; `None` where the log does not keep it.
    pub ran: Option<String>,
    /// The text that is there.
    pub now: String,
    /// Only comments and white space differ.
    pub is_cosmetic: bool,
}

/// Why an edited file does not stop a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Passed {
    /// Only comments and white space differ.
    Cosmetic,
    /// It was asked for.
    Allowed,
}

/// A file that is run.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its number.
    pub version: Version,
    /// Up or down.
    pub direction: Direction,
    /// The name between number and direction; `None` where the pair lacks this side.
    pub name: Option<String>,
}

/// As golang-migrate names it: `1/u create_users_table`.
impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or("<empty>");
        write!(f, "{}/{} {name}", self.version, self.direction.letter())
    }
}

/// Another session on the server: one that holds the migration lock, waits for it, or is in a
/// statement's way.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its process on the server, for `pg_terminate_backend`.
    pub pid: i32,
    /// What it calls itself; may be empty.
    pub application: String,
    /// Its role.
    pub user: String,
    /// Where it connects from; empty for a Unix socket.
    pub client: String,
    /// When it began what it is doing, as the server writes a time.
    pub since: String,
    /// How long ago that was, by the server's clock, in whole seconds; `None` where this role may not
    /// know.
    pub elapsed: Option<Duration>,
    /// What it runs, or ran last: one line, shortened.
    pub query: String,
}

/// How far the server is with an index, by `pg_stat_progress_create_index` (PostgreSQL 12).
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexBuild {
    /// The index's name; `None` where it cannot be seen before its transaction is committed.
    pub index: Option<String>,
    /// What is done at the moment, in the server's words.
    pub phase: String,
    /// How much of that is done …
    pub done: u64,
    /// … of how much: blocks, tuples, or sessions that are waited for; 0 where that is not known.
    pub total: u64,
}

/// A message of the server that is no error.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// `WARNING`, `NOTICE`, `INFO`, …
    pub severity: String,
    /// The SQLSTATE.
    pub code: String,
    /// The message.
    pub message: String,
    /// DETAIL.
    pub detail: Option<String>,
    /// HINT.
    pub hint: Option<String>,
}
