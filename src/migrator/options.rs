//! What a migrator is configured with, and what a run reports.

use std::time::Duration;

use crate::interrupt::Interrupt;
use crate::migration::State;
use crate::table::Operator;

/// What a migrator is configured with; see the methods of
/// [`Migrator`](crate::migrator::Migrator).
#[derive(Clone)]
pub struct Options {
    /// How long to wait for the lock; `None` for as long as it takes.
    pub lock_timeout: Option<Duration>,
    /// How many files to read ahead.
    pub prefetch: usize,
    /// How long to wait for a server that does not answer; `None` for not at all.
    pub server_wait: Option<Duration>,
    /// `lock_timeout` for the statements of files.
    pub lock_wait: Option<Duration>,
    /// Retries of a file that could not get a lock within `lock_wait`.
    pub retries: u32,
    /// Who runs this.
    pub operator: Operator,
    /// Go up although applied files were edited.
    pub allow_edited: bool,
    /// Run late files first.
    pub allow_late: bool,
    /// Accept a row that is above all files.
    pub allow_newer: bool,
    /// Run all files in one transaction.
    pub single_transaction: bool,
    /// Run texts of the log that others may have written.
    pub from_log: bool,
    /// Ends a run early.
    pub interrupt: Interrupt,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            lock_timeout: None,
            server_wait: None,
            prefetch: 10,
            lock_wait: None,
            retries: 5,
            operator: Operator::default(),
            allow_edited: false,
            allow_late: false,
            allow_newer: false,
            single_transaction: false,
            from_log: false,
            interrupt: Interrupt::new(),
        }
    }
}

/// How a run ended that did not fail.
///
/// `ran` is 0 where there was nothing to do. `left` is over 0 only where an
/// [`Interrupt`] has ended the run early; the next run goes on there.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// How many files were run.
    pub ran: usize,
    /// How many were planned and not run, because the run was asked to stop.
    pub left: usize,
    /// Where the database stands now.
    pub state: State,
}
