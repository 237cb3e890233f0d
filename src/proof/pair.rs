//! What came of trying a pair.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::{Cause, Error};
use crate::migration::Version;
use crate::proof::contents::LostData;
use crate::snapshot::{Change, Difference, Statement};

/// Whether a pair holds.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The down brings back what was there before, and the up can run again.
    Passed,
    /// It does not.
    Failed,
    /// The down file says that there is no way back, and why.
    Irreversible(String),
    /// It was not tried.
    Skipped,
}

/// One thing that was found.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum PairFinding {
    /// The up file failed: it and those above it cannot be tried.
    UpFailed(Error),
    /// There is no down file.
    NoDown,
    /// Rows that were to be there before the up file could not be put in.
    SeedFailed {
        /// The seed file.
        file: PathBuf,
        /// Why.
        cause: Cause,
    },
    /// What must be true after the up file is not.
    CheckFailed {
        /// The check file.
        file: PathBuf,
        /// The line of the statement, from 1.
        line: usize,
        /// The statement.
        sql: String,
        /// What it returned, as the end of a sentence: `is false`.
        said: String,
    },
    /// Rows or values are not as they were before.
    DataLost(LostData),
    /// The down file failed.
    DownFailed(Error),
    /// Something is not as it was before.
    NotUndone(Difference),
    /// The up file failed when it was run again.
    UpAgainFailed(Error),
    /// Something is not as the up file made it the first time.
    UpAgainDiffers(Difference),
}

impl PairFinding {
    /// Whether the pair passes all the same.
    pub fn is_note(&self) -> bool {
        match self {
            PairFinding::NotUndone(difference) | PairFinding::UpAgainDiffers(difference) => {
                matches!(difference.change, Change::Order { .. })
            }
            _ => false,
        }
    }
}

/// What came of a pair.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct PairProof {
    /// The version.
    pub version: Version,
    /// The name of its files.
    pub name: String,
    /// Whether it holds.
    pub outcome: Outcome,
    /// What was found, notes too.
    pub findings: Vec<PairFinding>,
    /// What the down file lacks.
    pub statements: Vec<Statement>,
    /// How long it took, with the snapshots.
    pub took: Duration,
}

impl PairProof {
    pub(super) fn new(version: Version, name: String) -> PairProof {
        PairProof {
            version,
            name,
            outcome: Outcome::Passed,
            findings: Vec::new(),
            statements: Vec::new(),
            took: Duration::ZERO,
        }
    }

    pub(super) fn found(&mut self, finding: PairFinding) {
        if !finding.is_note() {
            self.outcome = Outcome::Failed;
        }
        self.findings.push(finding);
    }

    /// The down file says that there is no way back.
    pub(super) fn irreversible(&mut self, why: String) {
        if self.outcome == Outcome::Passed {
            self.outcome = Outcome::Irreversible(why);
        }
    }
}
