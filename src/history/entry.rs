//! An entry of the log, without the texts.
//!
//! A plain value: the table is `table`'s, and what follows from the entries is the parent module's.

use std::time::{Duration, SystemTime};

use crate::checksum::Checksum;
use crate::migration::{Direction, State, Version};

/// What an entry of the log tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// A file was run.
    Run,
    /// The row had been moved by another tool, and its step was put into the log afterwards. From and to
    /// the same version, nothing was moved: the version was declared to be applied.
    Adopt,
    /// The row was set by hand.
    Force,
    /// Texts were recorded as the right ones.
    Repair,
    /// Something that a newer version of this program does.
    Other(String),
}

impl Action {
    /// The word that stands for it in the log.
    pub fn word(&self) -> &str {
        match self {
            Action::Run => "run",
            Action::Adopt => "adopt",
            Action::Force => "force",
            Action::Repair => "repair",
            Action::Other(word) => word,
        }
    }

    /// The action of a word.
    pub fn from_word(word: &str) -> Action {
        match word {
            "run" => Action::Run,
            "adopt" => Action::Adopt,
            "force" => Action::Force,
            "repair" => Action::Repair,
            other => Action::Other(other.to_string()),
        }
    }
}

/// An entry of the log, without the texts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LogEntry {
    /// Its number; later entries have higher ones.
    pub id: i64,
    /// When it was written, by the server's clock.
    pub at: SystemTime,
    /// What was done.
    pub action: Action,
    /// Up or down, where that means something.
    pub direction: Option<Direction>,
    /// Of which migration, where it is of one.
    pub version: Option<Version>,
    /// The migration's name.
    pub name: Option<String>,
    /// What went wrong; `None` for what is done.
    pub error: Option<String>,
    /// Where the row was.
    pub from: State,
    /// Where it was afterwards.
    pub to: State,
    /// The checksum of the up file.
    pub up: Option<Checksum>,
    /// The checksum of the down file.
    pub down: Option<Checksum>,
    /// How long it took on the server, up to the commit.
    pub took: Option<Duration>,
    /// The role of the session, on the server.
    pub role: String,
    /// Who ran the program, on their machine.
    pub os_user: Option<String>,
    /// On which machine.
    pub os_host: Option<String>,
    /// The program and its version.
    pub program: String,
}

impl LogEntry {
    /// Whether it declares a version to be applied that nobody saw run, as `force` and `repair` do.
    pub fn is_record(&self) -> bool {
        self.action == Action::Adopt && self.from == self.to
    }

    /// The lowest number at which it saw the row clean, before or after: nothing above it counts as
    /// applied. -1 where the row was at none.
    pub fn floor(&self) -> Option<i64> {
        let says = self.is_done() && self.action != Action::Repair;
        let seen = [self.from, self.to].into_iter().filter(|state| says && !state.dirty);
        seen.map(State::number).min()
    }

    /// Whether it says that the row was moved, or that files count as applied.
    pub fn is_done(&self) -> bool {
        self.error.is_none()
    }
}
