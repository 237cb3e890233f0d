//! The staircase: for each version up, down, up again, with a snapshot after each.

use std::time::Instant;

use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::migration::{Direction, Extra, Version};
use crate::migrator::Migrator;
use crate::proof::beside;
use crate::proof::contents::Contents;
use crate::proof::pair::{Outcome, PairFinding, PairProof};
use crate::proof::report::{ProofEvent, ProofReport};
use crate::scratch::Scratch;
use crate::session::Session;
use crate::snapshot::{Camera, Change, Difference, Snapshot, Statement, compare, statements};
use crate::source::Source;
use crate::table::Table;
use crate::url::{DatabaseUrl, LogContent};

/// The staircase: a scratch database, and how far it is up.
pub struct Stairs<'a> {
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
        let camera = Camera::prepared(&mut session).map_err(looked)?;
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
    /// At the foot of it.
    pub fn new(
        scratch: &'a mut Scratch,
        source: &'a Source,
        interrupt: &'a Interrupt,
    ) -> Stairs<'a> {
        let url = DatabaseUrl { log: LogContent::Off, ..scratch.url().clone() };
        Stairs { scratch, source, interrupt, url, eye: None }
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
        let is_unchanged = is_unchanged(&error);
        pair.found(PairFinding::DownFailed(error));
        pair.statements = statements(&after, before);
        if !is_unchanged {
            self.renew(pair.version)?;
        }
        Ok(Some(after))
    }

    /// Tries these versions, and runs the others up on the way.
    ///
    /// # Errors
    ///
    /// [`Error::Scratch`], and those of connecting.
    pub fn climb(
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
            Err(error) => {
                let is_unchanged = is_unchanged(&error);
                tell(PairFinding::UpAgainFailed(of_file(error)?));
                // The statements bring no rows back.
                if !is_back && is_unchanged && rows.is_empty() && rows_after.is_empty() {
                    let again = self.go_on(&pair.statements, &after)?;
                    if again.is_some() {
                        return Ok(again);
                    }
                }
            }
        }
        self.renew(version)?;
        Ok(Some(after))
    }

    /// Brings back by statements what was there before the up file, and runs that again: the more files
    /// there are, the quicker than making the database anew. Gives what the database holds then, if that
    /// is what it held after the first time.
    fn go_on(
        &mut self,
        statements: &[Statement],
        after: &Snapshot,
    ) -> Result<Option<Snapshot>, Error> {
        let text: Vec<String> = statements.iter().map(Statement::to_string).collect();
        let undone = Session::open(&self.url)?.query(&text.join("\n"));
        if undone.is_err() || self.run(|migrator| migrator.up_by(1)).is_err() {
            return Ok(None);
        }
        let again = self.look()?;
        Ok(compare(after, &again).iter().all(is_order).then_some(again))
    }
}

/// Whether nothing of a file has happened.
fn is_unchanged(error: &Error) -> bool {
    matches!(error, Error::Failed(it) if matches!(it.outcome, crate::error::Outcome::Unchanged(_)))
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
