//! Proves that each down file undoes its up file: runs them on a scratch database, one version after
//! the other, and compares what the database holds.
//!
//! For each version: up, down, up again, with a snapshot after each. The down must bring back what
//! was there before, and the second up must give what the first gave. A database on which that did
//! not hold is made anew, so that one pair's fault is not told of the next.

mod beside;
mod contents;
mod pair;

use std::time::Instant;

use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::migration::{Direction, Extra, Version};
use crate::migrator::Migrator;
use crate::proof::contents::Contents;
use crate::scratch::Scratch;
use crate::session::{Session, outside_a_runtime};
use crate::snapshot::{Camera, Change, Difference, Snapshot, compare, statements};
use crate::source::Source;
use crate::table::Table;
use crate::url::{DatabaseUrl, LogContent};

pub use contents::LostData;
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

impl ProofReport {
    fn add(&mut self, pair: PairProof, on_event: &mut dyn FnMut(&ProofEvent)) {
        on_event(&ProofEvent::Tried(Box::new(pair.clone())));
        self.pairs.push(pair);
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

    fn eye(&mut self) -> Result<&mut Eye, Error> {
        let eye = match self.eye.take() {
            Some(eye) => eye,
            None => Eye::open(&self.url)?,
        };
        Ok(self.eye.insert(eye))
    }

    fn look(&mut self) -> Result<Snapshot, Error> {
        self.eye()?.look()
    }

    /// Makes the database anew, with the files up to a version.
    fn renew(&mut self, version: Version) -> Result<(), Error> {
        self.eye = None;
        self.scratch.renew()?;
        let versions = self.source.versions().iter().copied();
        let mut below = None;
        for seeded in versions.take_while(|other| *other <= version) {
            if !self.source.extras(seeded, Extra::Seed).is_empty() {
                if let Some(below) = below {
                    self.run(|migrator| migrator.goto(below))?;
                }
                self.seed_only(seeded)?;
            }
            below = Some(seeded);
        }
        self.run(|migrator| migrator.goto(version))
    }

    fn seed(&self, version: Version) -> Result<Option<PairFinding>, Error> {
        beside::seed(&self.url, self.source.extras(version, Extra::Seed))
    }

    /// Puts the rows in before a version that is not tried, or was.
    fn seed_only(&self, version: Version) -> Result<(), Error> {
        match self.seed(version)? {
            Some(PairFinding::SeedFailed { file, cause }) => {
                Err(Error::ReadFile { path: file, reason: cause.to_string() })
            }
            _ => Ok(()),
        }
    }

    fn contents(&mut self, snapshot: &Snapshot) -> Result<Contents, Error> {
        let eye = self.eye()?;
        Contents::read(&mut eye.session, snapshot).map_err(looked)
    }

    fn down_failed(
        &mut self,
        pair: &mut PairProof,
        error: Error,
        before: &Snapshot,
        after: Snapshot,
    ) -> Result<Option<Snapshot>, Error> {
        let error = of_file(error)?;
        // Others may have done half of their work.
        let is_unchanged = matches!(
            &error,
            Error::Failed(failure) if matches!(failure.outcome, crate::error::Outcome::Unchanged(_))
        );
        pair.found(PairFinding::DownFailed(error));
        pair.statements = statements(&after, before);
        if !is_unchanged {
            self.renew(pair.version)?;
        }
        Ok(Some(after))
    }

    fn climb(
        &mut self,
        tried: &[Version],
        on_event: &mut dyn FnMut(&ProofEvent),
        report: &mut ProofReport,
    ) -> Result<(), Error> {
        // What there is before the next version, where that is known.
        let mut before: Option<Snapshot> = None;
        // There is no way past an up file that fails.
        let mut is_blocked = false;
        for &version in self.source.versions() {
            if tried.last().is_none_or(|last| version > *last) {
                break;
            }
            let mut pair = PairProof::new(version, self.name(version));
            if is_blocked {
                if tried.contains(&version) {
                    pair.outcome = Outcome::Skipped;
                    report.add(pair, on_event);
                }
                continue;
            }
            if self.interrupt.is_stopped() {
                report.is_stopped = true;
                break;
            }
            if !tried.contains(&version) {
                before = None;
                let passed = self.pass(&mut pair);
                if self.interrupt.is_stopped() {
                    report.is_stopped = true;
                    break;
                }
                if !passed? {
                    is_blocked = true;
                    report.add(pair, on_event);
                }
                continue;
            }
            on_event(&ProofEvent::Trying { version, name: pair.name.clone() });
            let before_it = match before.take() {
                Some(snapshot) => snapshot,
                None => self.look()?,
            };
            let begun = Instant::now();
            let after = self.try_pair(&mut pair, before_it);
            pair.took = begun.elapsed();
            // Files that did not run say nothing of the pair.
            if self.interrupt.is_stopped() {
                report.is_stopped = true;
                break;
            }
            before = after?;
            is_blocked = before.is_none();
            report.add(pair, on_event);
        }
        Ok(())
    }

    /// Runs the up file of a version that is not to be tried; whether that went well.
    fn pass(&mut self, pair: &mut PairProof) -> Result<bool, Error> {
        if let Some(finding) = self.seed(pair.version)? {
            pair.found(finding);
            return Ok(false);
        }
        match self.run(|migrator| migrator.up_by(1)) {
            Ok(()) => Ok(true),
            Err(error) => {
                pair.found(PairFinding::UpFailed(of_file(error)?));
                Ok(false)
            }
        }
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
    ) -> Result<Option<Snapshot>, Error> {
        let version = pair.version;
        if let Some(finding) = self.seed(version)? {
            pair.found(finding);
            return Ok(None);
        }
        let rows = self.contents(&before)?;
        if let Err(error) = self.run(|migrator| migrator.up_by(1)) {
            pair.found(PairFinding::UpFailed(of_file(error)?));
            return Ok(None);
        }
        let after = self.look()?;
        for finding in beside::check(&self.url, self.source.extras(version, Extra::Check))? {
            pair.found(finding);
        }
        if self.source.entry(version, Direction::Down).is_none() {
            pair.found(PairFinding::NoDown);
            pair.statements = statements(&after, &before);
            return Ok(Some(after));
        }
        match self.run(|migrator| migrator.down_by(1)) {
            Ok(()) => {}
            Err(Error::Irreversible { why, .. }) => {
                pair.irreversible(why);
                return Ok(Some(after));
            }
            Err(error) => return self.down_failed(pair, error, &before, after),
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
        let mut rows_after = self.contents(&back)?;
        // The rows of a table that is left behind are part of that.
        rows_after.retain(&before);
        for lost in rows.lost(&rows_after) {
            pair.found(PairFinding::DataLost(lost));
        }
        // What is left behind is told already, and not what follows from it.
        let mut tell = |finding| {
            if is_back {
                pair.found(finding)
            }
        };
        match self.run(|migrator| migrator.up_by(1)) {
            Ok(()) => {
                let again = self.look()?;
                let differences = compare(&after, &again);
                let is_same = differences.iter().all(is_order);
                differences.into_iter().for_each(|it| tell(PairFinding::UpAgainDiffers(it)));
                if is_same {
                    return Ok(Some(again));
                }
            }
            Err(error) => tell(PairFinding::UpAgainFailed(of_file(error)?)),
        }
        self.renew(version)?;
        Ok(Some(after))
    }
}

fn is_order(difference: &Difference) -> bool {
    matches!(difference.change, Change::Order { .. })
}

/// An error that the pair is to blame for; others are passed on.
fn of_file(error: Error) -> Result<Error, Error> {
    match error {
        Error::Connect { .. } | Error::Interrupted | Error::NoThread { .. } => Err(error),
        error if error.is_connection_lost() => Err(error),
        error => Ok(error),
    }
}
