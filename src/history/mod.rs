//! What the log says is applied: the rule, as a pure value.
//!
//! The version row is the truth about what is applied; golang-migrate writes it too, and leaves no
//! log. The log claims what dbm saw, and nothing more is inferred from it.
//!
//! # The rule
//!
//! **Reading.** The entries are read from the oldest to the newest into a map of known versions:
//!
//! 1. An entry with an error is skipped.
//! 2. `repair V` replaces the texts of V, if V is known. The texts accepted before stay accepted.
//! 3. Any other entry says where the row was (`from`) and is (`to`):
//!    * If `from` is clean, the versions above it are forgotten.
//!    * `run up V` and `adopt up V` make V known, with their texts. `run down V` and `adopt down V`
//!      forget V. `force`, and actions of newer versions, change nothing here.
//!    * If `to` is clean, the versions above it are forgotten.
//!
//! **Judging.** A version at or below the row is *known*, *adopted* (known by an `adopt` entry that moves
//! the row: another tool ran it), *recorded* (known by an `adopt` entry from and to the same version: it
//! counts as applied, by `force`, by `repair`, or because it lies in a gap) or not known. A version of the
//! folder that is not known is *late* if the next known version above it was run while the row was
//! below it: the log saw something newer run without it. Otherwise it is *unknown*: it lies above all
//! that the log knows, or in a gap of the log (a file dropped it, or a role could write it and not read
//! it). The version of the last `force` has no `adopt` entry where it had no file; it is recorded, too,
//! until the row is below it.
//!
//! **Reading less.** An entry's *floor* is the lower of `from` and `to`, as far as they are clean; one
//! with an error and a `repair` have none. What makes V known or repairs it changes nothing in the end
//! if the floor of a later entry is below V: that one forgets V, and with it everything that could tell
//! whether V was there. So these entries are enough, in their order, and others beside them do no harm:
//!
//! * those of a version that is at or below the floors of all later entries;
//! * those whose own floor is below the floors of all later entries: they forget what the entries that
//!   are left out would have forgotten;
//! * each `force`.
//!
//! Behind an entry whose floor is none, nothing counts, not even a `force`.
//!
//! **Adopting.** A command that has the lock, a clean row, and a log that it can read and write, first
//! logs what another tool did:
//!
//! 1. Known versions above the row were rolled back: `adopt down` entries, the highest version first,
//!    each from its version to the next lower known one.
//! 2. Unknown versions were run: `adopt up` entries in ascending order, with the texts as they are
//!    now, from the newest known version up to the row. A folder without the row's version does not
//!    know what ran, and adopts none.
//!
//! Late versions are not adopted. If the row is where the log left it, there is nothing to adopt: what
//! another tool did on the way away and back is not seen. If it ran other texts or a late file, `up`
//! stops as for any edited or late file, and `repair` records what is right.
//!
//! `force V` is logged, and behind it `adopt up` entries for the versions that it declares applied and
//! that are unknown then.

mod entry;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use crate::checksum::Checksum;
use crate::migration::{Direction, State, Version};

pub use entry::{Action, LogEntry};

/// What the log knows of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The entry that has the texts to go by: those that ran, or were recorded since.
    pub entry: i64,
    /// The migration's name, where names and times were read.
    pub name: Option<String>,
    /// Another tool ran it.
    pub is_adopted: bool,
    /// Nobody saw it run: it was declared to be applied.
    pub is_recorded: bool,
    /// When it ran, or was adopted.
    pub at: SystemTime,
    /// How long it took.
    pub took: Option<Duration>,
    /// Checksum of the up file, as it ran or was repaired; `None` where there was no such file.
    pub up: Option<Checksum>,
    /// Checksum of the down file beside it.
    pub down: Option<Checksum>,
    /// The up checksums that were right before it was repaired: an older release may have such a text.
    earlier: Vec<Option<Checksum>>,
    /// Where the row was when it ran, or the known version below it if it ran late. What lies between
    /// had not run.
    after: Option<Version>,
}

impl Known {
    fn new(entry: LogEntry, after: Option<Version>) -> Known {
        let is_record = entry.is_record();
        Known {
            entry: entry.id,
            name: entry.name,
            is_adopted: entry.action == Action::Adopt && !is_record,
            is_recorded: is_record,
            at: entry.at,
            took: entry.took,
            up: entry.up,
            down: entry.down,
            earlier: Vec::new(),
            after,
        }
    }

    fn repair(&mut self, entry: &LogEntry) {
        self.entry = entry.id;
        self.earlier.push(std::mem::replace(&mut self.up, entry.up));
        self.down = entry.down;
    }

    /// Whether this is a text that ran, or that was recorded as right since.
    pub fn accepts(&self, up: Option<Checksum>) -> bool {
        self.up == up || self.earlier.contains(&up)
    }
}

/// A step of another tool, to be put into the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// The version.
    pub version: Version,
    /// Whether it was run or rolled back.
    pub direction: Direction,
    /// Where the row was before it.
    pub from: Option<Version>,
    /// Where the row was after it.
    pub to: Option<Version>,
}

/// What the log knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Boxed: a tree leaves room for more.
    known: BTreeMap<Version, Box<Known>>,
    /// Where the last `force` set the row.
    forced: Option<Version>,
}

impl History {
    /// Reads the next entry; the oldest comes first.
    pub fn read(&mut self, entry: LogEntry) {
        if !entry.is_done() {
            return;
        }
        if entry.action == Action::Repair {
            if let Some(known) = entry.version.and_then(|version| self.known.get_mut(&version)) {
                known.repair(&entry);
            }
            return;
        }
        let (from, to) = (entry.from, entry.to);
        self.forget_above(from);
        if entry.action == Action::Force {
            self.forced = to.version;
        }
        if let (Action::Run | Action::Adopt, Some(direction), Some(version)) =
            (&entry.action, entry.direction, entry.version)
        {
            // A late version runs with the row above it.
            let below = self.known.range(..version).next_back().map(|(below, _)| *below);
            let after = Some(from.version).filter(|from| *from < Some(version));
            match direction {
                Direction::Up => {
                    let known = Known::new(entry, after.unwrap_or(below));
                    self.known.insert(version, Box::new(known));
                }
                Direction::Down => drop(self.known.remove(&version)),
            }
        }
        self.forget_above(to);
    }

    /// Nothing above a clean row is applied. A dirty one says where somebody failed, not what is
    /// applied.
    fn forget_above(&mut self, state: State) {
        while !state.dirty
            && let Some(newest) = self.known.last_entry()
            && Some(*newest.key()) > state.version
        {
            newest.remove();
        }
        self.forced = self.forced.filter(|forced| state.dirty || Some(*forced) <= state.version);
    }

    /// What the log knows of a version, also of one above the row.
    pub fn known(&self, version: Version) -> Option<&Known> {
        self.known.get(&version).map(Box::as_ref)
    }

    /// Whether the last `force` set the row to a version.
    pub fn is_forced(&self, version: Version) -> bool {
        self.forced == Some(version)
    }

    /// The known versions at or below the row, ascending.
    pub fn applied(&self, state: State) -> impl Iterator<Item = (Version, &Known)> {
        let up_to = |row| self.known.range(..=row);
        state.version.into_iter().flat_map(up_to).map(|(version, known)| (*version, known.as_ref()))
    }

    /// The first known version above the row. If the row is dirty, its down file failed.
    pub fn first_above(&self, state: State) -> Option<Version> {
        self.known.keys().copied().find(|version| Some(*version) > state.version)
    }

    /// Whether a version is not known, and the next known one, at or below the row, ran without it.
    pub fn is_late(&self, version: Version, state: State) -> bool {
        self.known.range(version..).next().is_some_and(|(next, known)| {
            *next != version && Some(*next) <= state.version && known.after < Some(version)
        })
    }

    /// The steps that another tool took to bring the row to where it is. `folder` are the versions
    /// that have files, ascending.
    pub fn adoptions(&self, folder: &[Version], state: State) -> Vec<Adoption> {
        let mut adoptions = Vec::new();
        let mut known = self.known.keys().rev().copied().peekable();
        while let Some(version) = known.next_if(|version| Some(*version) > state.version) {
            let (from, to) = (Some(version), known.peek().copied());
            adoptions.push(Adoption { version, direction: Direction::Down, from, to });
        }
        let mut from = known.next();
        let row = state.version.filter(|row| folder.binary_search(row).is_ok());
        for version in folder.iter().copied().filter(|version| Some(*version) <= row) {
            if !self.known.contains_key(&version) && !self.is_late(version, state) {
                let to = from.max(Some(version));
                adoptions.push(Adoption { version, direction: Direction::Up, from, to });
                from = to;
            }
        }
        adoptions
    }
}
