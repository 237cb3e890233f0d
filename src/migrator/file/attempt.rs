//! One try to run files in one transaction: what is under way, and where the row is.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::migration::State;
use crate::migrator::file::loaded::LoadedFile;
use crate::migrator::file::together::Together;
use crate::migrator::file::verdict::{Part, Tried};
use crate::session::UnderWay;
use crate::table::{OurSql, Table};

/// A message whose answer has not come.
pub enum Sent {
    /// A file, with what stands before it, and how many bytes that is.
    File(Box<LoadedFile>, OurSql, usize),
    /// Statements of ours alone.
    Ours(Part),
    /// COMMIT.
    Commit,
}

/// One try.
pub struct Attempt {
    /// For the session.
    pub under_way: UnderWay,
    /// What is under way, in order.
    pub sent: VecDeque<Sent>,
    /// Bytes under way.
    pub size: usize,
    /// Where the row is, as far as it was sent.
    pub row: State,
    /// A file names the version table or the log: it may have changed or dropped them.
    pub is_touched: bool,
    /// How it is done.
    pub tried: Tried,
    /// When the server began with the first message under way, about.
    pub since: Instant,
    /// Files that have run and are not logged yet, with how long it took.
    pub unlogged: Vec<(LoadedFile, Duration)>,
    /// How many bytes these are.
    pub unlogged_size: usize,
    /// The last file that was logged.
    pub last: Option<LoadedFile>,
    /// How long it took to read each file, and to run it.
    pub times: Vec<(Duration, Duration)>,
}

impl Attempt {
    /// Nothing is sent yet.
    pub fn new(together: &Together<'_>, tried: Tried) -> Attempt {
        Attempt {
            under_way: UnderWay::default(),
            sent: VecDeque::new(),
            size: 0,
            row: together.after(),
            is_touched: false,
            tried,
            since: Instant::now(),
            unlogged: Vec::new(),
            unlogged_size: 0,
            last: None,
            times: Vec::new(),
        }
    }

    /// SQL that brings the row to a state, where it is not there for sure; and makes the tables again,
    /// where they may be gone.
    pub fn set_row(&mut self, table: &Table, to: State) -> OurSql {
        let is_there = std::mem::replace(&mut self.row, to) == to;
        let Tried { restores, may_not_restore, .. } = self.tried;
        match self.is_touched || restores {
            false if is_there => OurSql::default(),
            // At no version a file may have dropped the table, and with it nothing that could be lost.
            true if to == State::NONE && !restores => OurSql::default(),
            true if !may_not_restore => table.restore(to),
            _ => table.set(to),
        }
    }
}
