//! Reads the log from its beginning and says what is known to be applied.
//!
//! Where an entry does not begin where the one before it ended, another tool has moved the row in
//! between. Going down, it has undone what lies above; going up, it has run what lay there, and
//! which files those were nobody knows. Such a stretch is *blind*: nothing in it is proven never to
//! have run, until an adoption says which files stand for it.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use crate::checksum::Checksum;
use crate::history::{Action, LogEntry};
use crate::migration::{Direction, State, Version};

/// What the log knows of a version that is applied.
#[derive(Clone, Debug)]
pub struct Known {
    /// The entry that has the texts to go by: those that ran, or were recorded since.
    pub entry: i64,
    /// The migration's name.
    pub name: Option<String>,
    /// Another tool ran it.
    pub is_adopted: bool,
    /// When it ran, or was adopted.
    pub at: SystemTime,
    /// How long it took.
    pub took: Option<Duration>,
    /// Checksum of the up file, as it ran or was repaired; `None` where there was no such file.
    pub up: Option<Checksum>,
    /// Checksum of the down file beside it.
    pub down: Option<Checksum>,
    /// Every up checksum that was right once since the version was applied: an older release may
    /// have the text from before a repair.
    accepted: Vec<Option<Checksum>>,
}

impl Known {
    /// Whether this is a text that ran, or that was recorded as right since.
    pub fn accepts(&self, up: Option<Checksum>) -> bool {
        self.accepted.contains(&up)
    }

    /// Whether the log has nothing of it: the files were not there when it was adopted.
    pub fn is_unseen(&self) -> bool {
        self.up.is_none() && self.down.is_none() && self.is_adopted
    }
}

/// A step that another tool took, to be put into the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// The version; where the row moved without a file, the one that it moved to.
    pub version: Option<Version>,
    /// Which way it went; `None` where the row moved without a file that is known.
    pub direction: Option<Direction>,
    /// Where the row was, by the log.
    pub from: Option<Version>,
    /// Where it is after this.
    pub to: Option<Version>,
    /// The row had passed the version already, or says it although the log has never seen it run:
    /// that it ran is taken on trust.
    pub is_trusted: bool,
}

impl Adoption {
    /// The row moved, and by which files is not known.
    pub fn without_a_file(from: Option<Version>, to: Option<Version>) -> Adoption {
        Adoption { version: to, direction: None, from, to, is_trusted: false }
    }
}

/// What follows from the log.
#[derive(Clone, Debug, Default)]
pub struct History {
    known: BTreeMap<Version, Known>,
    /// Where the row was after the last entry.
    position: Option<Version>,
    /// Whether there is any entry that tells of the row.
    has_begun: bool,
    /// Stretches `(above, up to]` that another tool went through.
    blind: Vec<(Option<Version>, Version)>,
    /// Transactions that moved the row, in 32 bits: as the entry said, and as the server says.
    writers: Vec<(u32, u32)>,
    /// Another tool may have been anywhere since.
    is_doubted: bool,
    /// Transactions that logged a failure; one that took a dirty row back wrote the row as well.
    undone: Vec<u32>,
}

impl History {
    /// Reads entries, the oldest first.
    pub fn fold(entries: &[LogEntry]) -> History {
        let mut history = History::default();
        for entry in entries {
            match entry.is_done() {
                true => history.take(entry),
                false => history.undone.push(short(entry.xid)),
            }
        }
        history
    }

    fn take(&mut self, entry: &LogEntry) {
        if entry.action == Action::Repair {
            if let Some(known) = entry.version.and_then(|version| self.known.get_mut(&version)) {
                known.entry = entry.id;
                known.up = entry.up;
                known.down = entry.down;
                known.accepted.push(entry.up);
            }
            return;
        }
        // A dirty row says where somebody stumbled, not what is applied.
        if !entry.from.dirty {
            self.jump(entry.from.version);
        }
        self.has_begun = true;
        self.writers.push((short(entry.xid), short(entry.xmin)));
        match (&entry.action, entry.direction, entry.version) {
            (Action::Run | Action::Adopt, Some(Direction::Up), Some(version)) => {
                let is_adopted = entry.action == Action::Adopt;
                if is_adopted {
                    // It was made from a folder that had all files of that stretch.
                    self.blind
                        .retain(|(above, up_to)| !(*above < Some(version) && version <= *up_to));
                }
                let mut accepted = vec![entry.up];
                if is_adopted && let Some(before) = self.known.get(&version) {
                    // Another tool may have run it again, or may not.
                    accepted.extend(&before.accepted);
                }
                let known = Known {
                    entry: entry.id,
                    name: entry.name.clone(),
                    is_adopted,
                    at: entry.at,
                    took: entry.took,
                    up: entry.up,
                    down: entry.down,
                    accepted,
                };
                self.known.insert(version, known);
                self.position = entry.to.version;
            }
            (Action::Run | Action::Adopt, Some(Direction::Down), Some(version)) => {
                self.known.remove(&version);
                self.position = entry.to.version;
                self.forget_above();
            }
            _ => self.jump(entry.to.version),
        }
    }

    /// The row was moved by somebody who left no entry for each file.
    fn jump(&mut self, to: Option<Version>) {
        if let Some(to) = to
            && Some(to) > self.position
        {
            self.blind.push((self.position, to));
        }
        self.position = to;
        self.forget_above();
    }

    /// Nothing above the row is applied.
    fn forget_above(&mut self) {
        let Some(position) = self.position else {
            self.known.clear();
            self.blind.clear();
            return;
        };
        self.known.retain(|version, _| *version <= position);
        self.blind.retain(|(above, _)| *above < Some(position));
        self.blind.iter_mut().for_each(|(_, up_to)| *up_to = (*up_to).min(position));
    }

    /// What the log knows of a version, if it takes it for applied.
    pub fn known(&self, version: Version) -> Option<&Known> {
        self.known.get(&version)
    }

    /// The first version above another that the log takes for applied.
    pub fn first_above(&self, version: Option<Version>) -> Option<Version> {
        self.known.keys().copied().find(|known| Some(*known) > version)
    }

    /// Takes nothing below the row as proven, neither that it ran as the log has it nor that it never
    /// ran: another tool has moved the row away and back, by whatever way.
    pub fn doubt(&mut self) {
        self.is_doubted = true;
        self.blind.extend(self.position.map(|position| (None, position)));
    }

    /// Whether [`History::doubt`] was cast on it.
    pub fn is_doubted(&self) -> bool {
        self.is_doubted
    }

    /// Versions that the log takes for applied and that are not above the row, ascending.
    pub fn applied(&self, state: State) -> impl Iterator<Item = (Version, &Known)> {
        let known = self.known.iter().map(|(version, known)| (*version, known));
        known.filter(move |(version, _)| Some(*version) <= state.version)
    }

    /// Whether a version below the row is proven never to have run.
    pub fn is_late(&self, version: Version, state: State) -> bool {
        // Where another tool went up from where we were, it went from there.
        self.has_begun
            && Some(version) < state.version
            && Some(version) <= self.position
            && !self.known.contains_key(&version)
            && !self.is_blind(version)
    }

    /// Whether another tool may have run a version without our knowing.
    fn is_blind(&self, version: Version) -> bool {
        self.blind.iter().any(|(above, up_to)| *above < Some(version) && version <= *up_to)
    }

    /// Whether another tool has written the row since the last entry, as far as its transaction
    /// (`xmin`) tells.
    pub fn is_touched(&self, row_xmin: Option<u32>) -> bool {
        let is_ours = |xmin| {
            self.undone.contains(&xmin)
                || self.writers.iter().any(|(xid, entry)| *xid == xmin || *entry == xmin)
        };
        row_xmin.is_some_and(|xmin| !self.is_copied() && !is_ours(xmin))
    }

    /// Whether the log was copied from another database, where transactions had other numbers: then
    /// no entry was written by the transaction that it names.
    fn is_copied(&self) -> bool {
        let Some((xid, xmin)) = self.writers.last() else { return false };
        // A file that leaves a savepoint open has its entry written by a subtransaction: one entry
        // alone, among others, proves nothing.
        let before = self.writers.iter().rfind(|other| other.0 != *xid);
        xid != xmin && before.is_none_or(|(xid, xmin)| xid != xmin)
    }

    /// Whether the row is where the log left it.
    pub fn is_at(&self, state: State) -> bool {
        self.has_begun && !state.dirty && self.position == state.version
    }

    /// The steps that another tool has taken since, given the folder's versions (ascending): what is
    /// to be put into the log to explain the row.
    ///
    /// For a row whose version the folder does not have, nothing is said of files that ran: such a
    /// folder does not know them.
    pub fn adoptions(&self, here: &[Version], state: State) -> Vec<Adoption> {
        let mut adoptions = Vec::new();
        let mut at = self.position;
        let undone: Vec<Version> =
            self.known.keys().copied().filter(|v| Some(*v) > state.version).collect();
        for (i, version) in undone.iter().enumerate().rev() {
            let below = i.checked_sub(1).and_then(|below| undone.get(below)).copied();
            let to = below.or(state.version);
            adoptions.push(Adoption {
                version: Some(*version),
                direction: Some(Direction::Down),
                from: at,
                to,
                is_trusted: false,
            });
            at = to;
        }
        let is_here = |row: &Version| here.binary_search(row).is_ok();
        let row = state.version.filter(is_here);
        let below = here.iter().copied().filter(|version| Some(*version) <= row);
        for version in below {
            if self.known.contains_key(&version) || self.is_late(version, state) {
                continue;
            }
            let to = at.min(row).max(Some(version));
            let is_trusted =
                self.has_begun && Some(version) <= self.position && !self.is_blind(version);
            adoptions.push(Adoption {
                version: Some(version),
                direction: Some(Direction::Up),
                from: at,
                to,
                is_trusted,
            });
            at = to;
        }
        if at != state.version {
            adoptions.push(Adoption::without_a_file(at, state.version));
        }
        adoptions
    }
}

/// As the server keeps a transaction's number with a row.
fn short(xid: i64) -> u32 {
    (xid & i64::from(u32::MAX)) as u32
}
