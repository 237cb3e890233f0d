//! The rule of the log, as a table, by examples and by random walks; without a server.

mod examples;
mod few;
mod rule;
mod walk;
pub(crate) mod world;

use crate::history::{History, LogEntry};

impl History {
    /// Reads entries, the oldest first.
    pub(crate) fn fold(entries: &[LogEntry]) -> History {
        let mut history = History::default();
        entries.iter().cloned().for_each(|entry| history.read(entry));
        history
    }
}
