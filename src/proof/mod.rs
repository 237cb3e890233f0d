//! Proves that each down file undoes its up file: runs them on a scratch database, one version after
//! the other, and compares what the database holds.
//!
//! For each version: up, down, up again, with a snapshot after each. The down must bring back what
//! was there before, and the second up must give what the first gave. A database on which that did
//! not hold is made anew, so that one pair's fault is not told of the next.

mod pair;

use std::time::Instant;

use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::migration::{Direction, Version};
use crate::migrator::Migrator;
use crate::scratch::Scratch;
use crate::session::{Session, outside_a_runtime};
use crate::snapshot::{Camera, Change, Difference, Snapshot, compare, statements};
use crate::source::Source;
use crate::table::Table;
use crate::url::{DatabaseUrl, LogContent};

pub use pair::{Outcome, PairFinding, PairProof};

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
    /// A pair was tried.
    Tried(Box<PairProof>),
}

/// Proves the down files of a source.
pub struct Proof {
    url: DatabaseUrl,
    source: Source,
    scratch: Option<DatabaseUrl>,
    from: Option<Version>,
    to: Option<Version>,
    only: Option<Vec<Version>>,
    keep: bool,
    interrupt: Interrupt,
}

/// What came of it.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct ProofReport {
    /// In the order of their versions; those that were not reached because the run was asked to
    /// stop are not in it.
    pub pairs: Vec<PairProof>,
    /// The name of the scratch database, where it was kept.
    pub kept: Option<String>,
    /// The run was asked to stop.
    pub is_stopped: bool,
}

impl Proof {
    /// On a database of its own beside this one.
    pub fn new(url: DatabaseUrl, source: Source) -> Proof {
        Proof {
            url,
            source,
            scratch: None,
            from: None,
            to: None,
            only: None,
            keep: false,
            interrupt: Interrupt::new(),
        }
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
    /// [`Error::Scratch`], and whatever keeps an up file below the pairs from running. That a pair
    /// fails is no error.
    pub fn run(self, mut on_event: impl FnMut(&ProofEvent) + Send) -> Result<ProofReport, Error> {
        outside_a_runtime(|| self.run_here(&mut on_event))
    }

    fn run_here(self, on_event: &mut dyn FnMut(&ProofEvent)) -> Result<ProofReport, Error> {
        let mut scratch = match &self.scratch {
            Some(url) => Scratch::given(url, Some(&self.url))?,
            None => Scratch::create(&self.url)?,
        };
        let tried: Vec<Version> =
            self.source.versions().iter().copied().filter(|v| self.is_tried(*v)).collect();
        on_event(&ProofEvent::Started { database: scratch.name().to_string(), pairs: tried.len() });
        let mut report = ProofReport::default();
        let mut stairs = Stairs::new(&mut scratch, &self.source, &self.interrupt)?;
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

/// The staircase: a scratch database, and how far it is up.
struct Stairs<'a> {
    scratch: &'a mut Scratch,
    source: &'a Source,
    interrupt: &'a Interrupt,
    /// Where the files run: without a log, for it would be one more thing to leave out.
    url: DatabaseUrl,
    eye: Option<Eye>,
}

/// A session that looks.
struct Eye {
    session: Session,
    camera: Camera,
    left_out: Vec<(String, String)>,
}

impl Eye {
    fn open(url: &DatabaseUrl) -> Result<Eye, Error> {
        let mut session = Session::open(url)?;
        let table = Table::find(&mut session, url)?;
        let camera = Camera::new(&mut session).map_err(looked)?;
        let left_out = vec![
            (table.schema.clone(), table.name.clone()),
            (table.schema.clone(), table.log.name.clone()),
        ];
        Ok(Eye { session, camera, left_out })
    }

    fn look(&mut self) -> Result<Snapshot, Error> {
        self.camera.take(&mut self.session, &self.left_out).map_err(looked)
    }
}

fn looked(fault: crate::fault::Fault) -> Error {
    Error::Statement { sql: "the queries of the catalogs".to_string(), fault }
}

impl<'a> Stairs<'a> {
    fn new(
        scratch: &'a mut Scratch,
        source: &'a Source,
        interrupt: &'a Interrupt,
    ) -> Result<Stairs<'a>, Error> {
        let url = DatabaseUrl { log: LogContent::Off, ..scratch.url().clone() };
        Ok(Stairs { scratch, source, interrupt, url, eye: None })
    }

    /// Runs files, on a session of their own.
    fn run(
        &self,
        run: impl FnOnce(&mut Migrator) -> Result<crate::migrator::Report, Error>,
    ) -> Result<(), Error> {
        let migrator = Migrator::new(self.url.clone(), self.source.clone());
        run(&mut migrator.interrupt(self.interrupt.clone())).map(drop)
    }

    fn look(&mut self) -> Result<Snapshot, Error> {
        let eye = match self.eye.take() {
            Some(eye) => eye,
            None => Eye::open(&self.url)?,
        };
        self.eye.insert(eye).look()
    }

    /// Makes the database anew, with the files up to a version.
    fn renew(&mut self, version: Option<Version>) -> Result<(), Error> {
        self.eye = None;
        self.scratch.renew()?;
        match version {
            Some(version) => self.run(|migrator| migrator.goto(version)),
            None => Ok(()),
        }
    }

    fn climb(
        &mut self,
        tried: &[Version],
        on_event: &mut dyn FnMut(&ProofEvent),
        report: &mut ProofReport,
    ) -> Result<(), Error> {
        // What there is before the next version, where that is known.
        let mut before: Option<Snapshot> = None;
        for (index, &version) in self.source.versions().iter().enumerate() {
            if tried.last().is_none_or(|last| version > *last) {
                break;
            }
            if self.interrupt.is_stopped() {
                report.is_stopped = true;
                break;
            }
            if !tried.contains(&version) {
                before = None;
                self.run(|migrator| migrator.up_by(1))?;
                continue;
            }
            let below = index.checked_sub(1).and_then(|below| self.source.versions().get(below));
            let before_it = match before.take() {
                Some(snapshot) => snapshot,
                None => self.look()?,
            };
            let begun = Instant::now();
            let mut pair = PairProof::new(version, self.name(version));
            let after = self.try_pair(&mut pair, before_it, below.copied());
            pair.took = begun.elapsed();
            // A file that was cancelled says nothing of the pair.
            if self.interrupt.is_stopped() && !matches!(after, Ok(Some(_))) {
                report.is_stopped = true;
                break;
            }
            let after = after?;
            on_event(&ProofEvent::Tried(Box::new(pair.clone())));
            report.pairs.push(pair);
            match after {
                Some(snapshot) => before = Some(snapshot),
                // There is no way past an up file that fails.
                None => break,
            }
        }
        Ok(())
    }

    fn name(&self, version: Version) -> String {
        let entry = |direction| self.source.entry(version, direction);
        let entry = entry(Direction::Up).or_else(|| entry(Direction::Down));
        entry.map(|entry| entry.name().to_string()).unwrap_or_default()
    }

    /// Up, down, up again. Gives back what the database holds then, or nothing where the version
    /// cannot be reached.
    fn try_pair(
        &mut self,
        pair: &mut PairProof,
        before: Snapshot,
        below: Option<Version>,
    ) -> Result<Option<Snapshot>, Error> {
        let version = pair.version;
        if let Err(error) = self.run(|migrator| migrator.up_by(1)) {
            pair.fail(PairFinding::UpFailed(of_file(error)?));
            return Ok(None);
        }
        let after = self.look()?;
        if self.source.entry(version, Direction::Down).is_none() {
            pair.fail(PairFinding::NoDown);
            pair.statements = statements(&after, &before);
            return Ok(Some(after));
        }
        if let Err(error) = self.run(|migrator| migrator.down_by(1)) {
            pair.fail(PairFinding::DownFailed(of_file(error)?));
            let left = self.look()?;
            pair.statements = statements(&left, &before);
            // A file that is not transactional may have done half of its work.
            if left != after {
                self.renew(Some(version))?;
            }
            return Ok(Some(after));
        }
        let back = self.look()?;
        let differences = compare(&before, &back);
        let is_back = differences.iter().all(is_order);
        for difference in differences {
            pair.found(PairFinding::NotUndone(difference));
        }
        if !is_back {
            pair.statements = statements(&back, &before);
        }
        match self.run(|migrator| migrator.up_by(1)) {
            Ok(()) => {}
            Err(error) if is_back => pair.fail(PairFinding::UpAgainFailed(of_file(error)?)),
            // What is left behind is told already.
            Err(error) => drop(of_file(error)?),
        }
        let again = self.look()?;
        if again == after {
            return Ok(Some(again));
        }
        if is_back && pair.findings.iter().all(|f| !matches!(f, PairFinding::UpAgainFailed(_))) {
            for difference in compare(&after, &again) {
                pair.found(PairFinding::UpAgainDiffers(difference));
            }
        }
        let _ = below;
        self.renew(Some(version))?;
        Ok(Some(after))
    }
}

fn is_order(difference: &Difference) -> bool {
    matches!(difference.change, Change::Order { .. })
}

/// The error of a file; others are passed on.
fn of_file(error: Error) -> Result<Error, Error> {
    match error {
        Error::Failed(_) | Error::ReadFile { .. } => Ok(error),
        error => Err(error),
    }
}
