//! Proves that each down file undoes its up file: runs them on a scratch database, one version after
//! the other, and compares what the database holds.
//!
//! For each version: up, down, up again, with a snapshot after each. The down must bring back what
//! was there before, and the second up must give what the first gave. A database on which that did
//! not hold is made anew, so that one pair's fault is not told of the next.

mod beside;
mod contents;
mod pair;
mod report;
mod stairs;

use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::migration::Version;
use crate::proof::stairs::Stairs;
use crate::scratch::Scratch;
use crate::session::outside_a_runtime;
use crate::source::Source;
use crate::url::DatabaseUrl;

pub use contents::LostData;
pub use pair::{Outcome, PairFinding, PairProof};
pub use report::{ProofEvent, ProofReport};

/// Proves the down files of a source.
pub struct Proof {
    /// `None` where there is only a scratch database.
    url: Option<DatabaseUrl>,
    source: Source,
    scratch: Option<DatabaseUrl>,
    from: Option<Version>,
    to: Option<Version>,
    only: Option<Vec<Version>>,
    keep: bool,
    interrupt: Interrupt,
}

impl Proof {
    /// On a database of its own beside this one.
    pub fn new(url: DatabaseUrl, source: Source) -> Proof {
        Proof {
            url: Some(url),
            source,
            scratch: None,
            from: None,
            to: None,
            only: None,
            keep: false,
            interrupt: Interrupt::new(),
        }
    }

    /// On this database, which must be empty, and is emptied again; there is no other.
    pub fn on_scratch(scratch: DatabaseUrl, source: Source) -> Proof {
        Proof { url: None, ..Proof::new(scratch.clone(), source).scratch(scratch) }
    }

    /// On this database, which must be empty, and is emptied again.
    pub fn scratch(mut self, url: DatabaseUrl) -> Proof {
        self.scratch = Some(url);
        self
    }

    /// The first version to be tried; those below it are only run up.
    pub fn from(mut self, version: Version) -> Proof {
        self.from = Some(version);
        self
    }

    /// The last version to be tried.
    pub fn to(mut self, version: Version) -> Proof {
        self.to = Some(version);
        self
    }

    /// The versions to be tried; the others are only run up.
    pub fn only(mut self, versions: Vec<Version>) -> Proof {
        self.only = Some(versions);
        self
    }

    /// Leaves the scratch database there.
    pub fn keep(mut self, keep: bool) -> Proof {
        self.keep = keep;
        self
    }

    /// A handle that can end the run early, from another thread.
    pub fn interrupt(mut self, interrupt: Interrupt) -> Proof {
        self.interrupt = interrupt;
        self
    }

    /// Tries the pairs.
    ///
    /// # Errors
    ///
    /// [`Error::Scratch`], [`Error::MayNotCreateDatabase`], and those of connecting. That a file
    /// fails is no error.
    pub fn run(self, mut on_event: impl FnMut(&ProofEvent) + Send) -> Result<ProofReport, Error> {
        outside_a_runtime(|| self.run_here(&mut on_event))
    }

    fn run_here(self, on_event: &mut dyn FnMut(&ProofEvent)) -> Result<ProofReport, Error> {
        let mut scratch = match (&self.scratch, &self.url) {
            (None, Some(url)) => Scratch::create(url)?,
            (Some(scratch), target) => Scratch::given(scratch, target.as_ref())?,
            (None, None) => return Ok(ProofReport::default()),
        };
        let tried: Vec<Version> =
            self.source.versions().iter().copied().filter(|v| self.is_tried(*v)).collect();
        on_event(&ProofEvent::Started { database: scratch.name().to_string(), pairs: tried.len() });
        let mut report = ProofReport::default();
        let mut stairs = Stairs::new(&mut scratch, &self.source, &self.interrupt);
        let result = stairs.climb(&tried, on_event, &mut report);
        drop(stairs);
        if self.keep {
            scratch.keep();
            report.kept = Some(scratch.name().to_string());
        } else if self.scratch.is_some() {
            scratch.renew()?;
        }
        result.map(|()| report)
    }

    fn is_tried(&self, version: Version) -> bool {
        self.from.is_none_or(|from| version >= from)
            && self.to.is_none_or(|to| version <= to)
            && self.only.as_ref().is_none_or(|only| only.contains(&version))
    }
}
