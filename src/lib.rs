//! golang-migrate's place on PostgreSQL: the same paired files, the same table, the same lock, and
//! every file that can be is atomic.
//!
//! A program that migrates when it starts needs three things: a [`DatabaseUrl`], a [`Source`] of
//! migrations, and a [`Migrator`] that brings the two together.
//!
//! ```no_run
#![doc = include_str!("../tests/all/library/example.rs")]
//! ```
//!
//! Nothing here prints, reads the environment unasked, or ends the process.
//!
//! | what a service needs | where it is |
//! |---|---|
//! | migrations compiled in | `Source::embedded` (feature `include_dir`), [`Source::texts`] |
//! | to migrate when it starts | [`Migrator::up`]; in asynchronous code from `spawn_blocking` |
//! | not to start on another schema than its own | [`Migrator::require_current`], [`Error::Ahead`] |
//! | what failed, where, and what became of it | [`Error::Failed`], [`Failure`] |
//! | progress and logs | [`Migrator::on_event`], [`Event`]; the feature `tracing` |
//! | a server that is not there yet | [`Migrator::server_wait`], [`wait()`] |
//! | to stop in an orderly way | [`Migrator::interrupt`], [`Interrupt`] |
//! | how the database and the files compare | [`Migrator::status`], [`verify_folder`] |
//!
//! The [`guide`] has an example of each, and `docs/examples/` in the repository three programs that run.
//!
//! # Features
//!
//! * `cli` (default): the binary, and what it alone needs. A program that embeds the library does
//!   without: `default-features = false`.
//! * `include_dir`: `Source::embedded`, and the crate [`include_dir`](https://docs.rs/include_dir) as
//!   `dbm::include_dir`.
//! * `tracing`: each run is a span `migrate` with `command`, `host` and `database`; each [`Event`] is
//!   told within it, at `WARN`, `INFO` or `DEBUG`, and an error at `ERROR`. The target is `dbm`.
//!
//! # The way of `dbm up`
//!
//! | module | what happens there |
//! |---|---|
//! | `main`, `cli` | reads what was typed: `go_flags` into clap's form, clap by `opts`, and `config` |
//! | `cli::commands::up` | opens a [`Migrator`], calls [`Migrator::up`], prints what comes of it |
//! | `migrator::command` | connects, takes the lock, and gives it back; goes on where the connection was lost |
//! | `migrator::migrate` | reads the row and the log (`adopt`), plans, checks, and runs step by step |
//! | `plan` | decides which files run: a pure function of the folder, the row and the goal |
//! | `migrator::file` | loads one file, and runs it in the way that its text asks for |
//! | [`sql`] | says what that way is, from the tokens of the text |
//! | `migrator::file::transactional` | one message with the guard, the row, the file and the log's entry |
//! | `migrator::file::verdict` | says what an error means: failed, or sent again in another way |
//! | `migrator::file::statements` | the other way: statement by statement, under the dirty flag |
//! | `table` | the version row and the log, as SQL |
//! | `session` | sends a message, and waits, cancels and listens meanwhile |
//! | `render` | turns events and errors into lines |

#[cfg(not(unix))]
compile_error!("dbm runs on Unix systems only");

mod checksum;
mod drift;
mod dump;
mod error;
mod event;
mod fault;
mod history;
mod interrupt;
mod migration;
mod migrator;
#[doc(hidden)] // What is hidden is for the binary alone.
pub mod numbering;
mod plan;
mod proof;
mod quote;
#[doc(hidden)]
pub mod regular_file;
mod scratch;
mod session;
pub mod snapshot;
mod source;
pub mod sql;
mod sqlstate;
mod status;
mod table;
pub mod testing;
#[doc(hidden)]
pub mod text;
mod trace;
mod url;
mod verify;

/// Connects, and hangs up.
///
/// # Errors
///
/// [`Error::Url`] and [`Error::Connect`]; [`Error::may_pass`] tells whether to try again.
pub fn ping(url: &DatabaseUrl) -> Result<(), Error> {
    session::outside_a_runtime(|| session::Session::open(url).map(drop))
}

pub use checksum::Checksum;
pub use drift::{Drift, DriftReport};
pub use dump::{Dump, Dumped};
pub use error::{Cause, Distrust, Error, Failure, Outcome, SchemaError, Sharing};
pub use event::{Adopted, Edited, Event, File, Holder, IndexBuild, Notice, Passed};
pub use fault::{Fault, ServerError};
pub use history::{Action, LogEntry};
pub use interrupt::Interrupt;
pub use migration::{
    Direction, Extra, FileName, MAX_VERSION, State, Version, parse_extra, parse_file_name,
};
pub use migrator::{Contents, Dropped, LoggedText, Migrator, Repair, Report, Why};
pub use proof::{
    LostData, Outcome as PairOutcome, PairFinding, PairProof, Proof, ProofEvent, ProofReport,
};
pub use session::waiting::wait;
pub use source::{Entry, Source};
pub use status::{Edit, Standing, Status, StatusRow};
pub use table::Operator;
pub use url::{
    ChannelBinding, DatabaseUrl, Likely, LogContent, Secret, SslMode, TableName, TargetSession,
    TcpSettings, UrlError, scheme, scheme_of_database,
};
pub use verify::{Finding, FindingKind, Remedy, Rename, verify_database, verify_folder};

/// The crate that [`Source::embedded`] takes a folder from.
#[cfg(feature = "include_dir")]
pub use include_dir;

/// The guide, `docs/library.md`.
#[cfg(doc)]
#[doc = include_str!("../docs/library.md")]
pub mod guide {}

/// The examples of the README and of docs/testdb.md, compiled with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[doc = include_str!("../docs/testdb.md")]
struct Readme;
