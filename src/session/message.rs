//! What goes with a message: what may end it early, and how it fails. Plain values.

use std::time::Duration;

use crate::event::{Holder, IndexBuild, Notice};
use crate::fault::Fault;
use crate::interrupt::Interrupt;

/// What may end a message early.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// How long it may run.
    pub timeout: Option<Duration>,
    /// How long a statement may wait for a lock (`lock_timeout`), in whole milliseconds.
    pub lock_wait: Option<Duration>,
    /// Who else may end it.
    pub interrupt: Interrupt,
    /// Whether that ends it which would else end the run behind it.
    pub ends_at_stop: bool,
}

impl Limits {
    /// Whether somebody else ends it.
    pub fn is_interrupted(&self) -> bool {
        self.interrupt.is_cancelled() || self.ends_at_stop && self.interrupt.is_stopped()
    }
}

/// Hears now and then how long a message has run, and whether it is time to cancel it.
pub type OnTick<'a> = &'a mut dyn FnMut(Duration, bool) -> Tick;

/// What to do with a message that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// Let it run.
    GoOn,
    /// Send a cancel request.
    Cancel,
    /// It has been cancelled in another way.
    Cancelled,
}

impl From<bool> for Tick {
    fn from(end: bool) -> Tick {
        if end { Tick::Cancel } else { Tick::GoOn }
    }
}

/// What a message waits for, or builds, that has run for a while.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Who holds a lock that it waits for.
    pub waits_for: Vec<Holder>,
    /// The index that it builds.
    pub builds: Option<IndexBuild>,
}

/// What is heard while a message runs.
pub enum Heard {
    /// The server remarks something.
    Notice(Notice),
    /// It still runs.
    StillRuns(Look),
}

/// A message that failed.
#[derive(Clone, Debug)]
pub struct SendError {
    /// Why.
    pub fault: Fault,
    /// How many of its statements were done before.
    pub completed: usize,
    /// Whether the statement that failed had given rows.
    pub has_rows: bool,
    /// Who was in its way, where it had a `lock_wait`.
    pub blockers: Vec<Holder>,
    /// It was cancelled because it waited for somebody who waits for our lock.
    pub is_circle: bool,
}

impl SendError {
    /// Without more to tell of it.
    pub fn new(fault: Fault, completed: usize) -> SendError {
        SendError { fault, completed, has_rows: false, blockers: Vec::new(), is_circle: false }
    }
}

impl From<Fault> for SendError {
    fn from(fault: Fault) -> SendError {
        SendError::new(fault, 0)
    }
}
