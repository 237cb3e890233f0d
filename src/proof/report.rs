//! What is told while pairs are tried, and what came of it.

use crate::migration::Version;
use crate::proof::pair::PairProof;

/// What is told while pairs are tried.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum ProofEvent {
    /// The scratch database is there: its name, and how many pairs will be tried.
    Started {
        /// The name of the database.
        database: String,
        /// How many pairs.
        pairs: usize,
    },
    /// A pair is about to be tried.
    Trying {
        /// The version.
        version: Version,
        /// The name of its files.
        name: String,
    },
    /// A pair was tried, or cannot be, for an up file below it fails.
    Tried(Box<PairProof>),
}

/// What came of it.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct ProofReport {
    /// In the order of their versions. Those that were not reached because the run was asked to
    /// stop are not in it; one that was only to be run up is, where that failed.
    pub pairs: Vec<PairProof>,
    /// The name of the scratch database, where it was kept.
    pub kept: Option<String>,
    /// The run was asked to stop.
    pub is_stopped: bool,
}

impl ProofReport {
    /// Takes in what came of a pair, and tells it.
    pub(super) fn add(&mut self, pair: PairProof, on_event: &mut dyn FnMut(&ProofEvent)) {
        on_event(&ProofEvent::Tried(Box::new(pair.clone())));
        self.pairs.push(pair);
    }
}
