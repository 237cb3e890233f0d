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

#[cfg(not(unix))]
compile_error!("dbm runs on Unix systems only");

mod checksum;
mod error;
mod event;
mod fault;
mod history;
mod interrupt;
mod migration;
mod migrator;
pub mod numbering;
mod plan;
mod quote;
mod session;
mod source;
pub mod sql;
mod sqlstate;
mod status;
mod table;
pub mod text;
mod url;
mod verify;

/// Connects, and hangs up.
///
/// # Errors
///
/// [`Error::Url`] and [`Error::Connect`]; [`Error::may_pass`] tells whether to try again.
pub fn ping(url: &DatabaseUrl) -> Result<(), Error> {
    session::Session::open(url).map(drop)
}

pub use checksum::Checksum;
pub use error::{Cause, Error, Failure, Outcome};
pub use event::{Adopted, Edited, Event, File, Holder, Notice, Passed};
pub use fault::{Fault, ServerError};
pub use history::{Action, LogEntry};
pub use interrupt::Interrupt;
pub use migration::{Direction, FileName, MAX_VERSION, State, Version, parse_file_name};
pub use migrator::{Leftovers, Migrator, Repair, Report, Why};
pub use source::{Entry, Source};
pub use status::{Edit, Standing, Status, StatusRow};
pub use table::Operator;
pub use url::{
    ChannelBinding, DatabaseUrl, Secret, SslMode, TableName, TargetSession, UrlError, scheme,
};
pub use verify::{Finding, FindingKind, Remedy, Rename, verify_database, verify_folder};

/// The README's example, compiled with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
