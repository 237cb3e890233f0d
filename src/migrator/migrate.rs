//! The way of `up`, `down`, `goto` and `redo`: read the row and the log, plan, check, and run the
//! plan step by step.
//!
//! A plan is made once. Where the lock was lent on the way, the row says where in the plan to go on,
//! or that somebody else moved it.

use std::collections::VecDeque;

use crate::error::Error;
use crate::event::Event;
use crate::history::History;
use crate::migration::{State, Version};
use crate::migrator::adopt::Found;
use crate::migrator::file::{LoadedFile, Ran, SharedRun};
use crate::migrator::options::Report;
use crate::migrator::run::Run;
use crate::plan::{End, Goal, Ground, Plan, plan};
use crate::status;

/// Files of a plan that are read and not yet run.
#[derive(Default)]
struct ReadAhead {
    /// Each with its step's index in the plan.
    files: VecDeque<(usize, LoadedFile)>,
    /// The index of the next step to read.
    next: usize,
}

impl Run<'_> {
    /// Runs what leads to a goal.
    ///
    /// # Errors
    ///
    /// As [`Migrator::up`](crate::migrator::Migrator::up).
    pub fn migrate(&mut self, goal: Goal) -> Result<Report, Error> {
        let found = self.find()?;
        let Found { state, history } = &found;
        let late = status::late(self.source, history, *state);
        let kept = status::kept(self.source, history, *state);
        let ground = Ground { here: self.source.versions(), late: &late, kept: &kept };
        let plan = match plan(&ground, *state, goal) {
            Err(Error::NoMigrationFor { version, is_applied: true, .. })
                if self.options.allow_newer && is_newer(&ground, goal, version) =>
            {
                let newest = ground.here.last().copied();
                self.tell(Event::Ahead { version, newest });
                return Ok(Report { ran: 0, left: 0, state: *state });
            }
            plan => plan?,
        };
        if goal.is_up(*state) {
            self.check(&found, &late)?;
        }
        let report = match goal {
            Goal::Redo => self.redo(&plan, history, *state)?,
            _ => self.steps(&plan, history, *state)?,
        };
        match plan.end {
            _ if report.left > 0 => Ok(report),
            End::Reached | End::NoChange => Ok(report),
            End::Short(short) => Err(Error::Short(short)),
            End::NoneThere => Err(Error::NoneThere),
        }
    }

    /// Runs a plan of a step down and the same version up again: in one transaction, if they can
    /// share one.
    fn redo(&mut self, plan: &Plan, history: &History, state: State) -> Result<Report, Error> {
        // Going up without the file would leave an empty version behind.
        if let Some(step) = plan.steps.last()
            && self.source.entry(step.version, step.direction).is_none()
        {
            return Err(Error::NoUpFile { version: step.version });
        }
        let files = plan.steps.iter().map(|step| self.load(*step, history));
        let files = files.collect::<Result<Vec<LoadedFile>, Error>>()?;
        if files.is_empty() || self.options.interrupt.is_stopped() {
            return self.steps(plan, history, state);
        }
        let shared = self.in_one_transaction(&files, state)?;
        let ran = match shared {
            SharedRun::Done => files.len(),
            SharedRun::Separately => return self.steps(plan, history, state).map_err(second_half),
        };
        Ok(Report { ran, left: 0, state })
    }

    /// Runs every step that is still to be run when its turn comes.
    fn steps(&mut self, plan: &Plan, history: &History, state: State) -> Result<Report, Error> {
        let mut report = Report { ran: 0, left: 0, state };
        let mut ahead = ReadAhead::default();
        let mut next = 0;
        while let Some(step) = plan.steps.get(next) {
            if self.options.interrupt.is_stopped() {
                report.left = plan.steps.len() - next;
                self.tell(Event::Stopped { left: report.left });
                return Ok(report);
            }
            let file = self.next_file(plan, history, next, &mut ahead)?;
            match self.file(&file)? {
                Ran::Done => {
                    report.ran += 1;
                    report.state = State::clean(step.target);
                    next += 1;
                    let is_more = next < plan.steps.len();
                    if is_more && file.script.facts().releases_locks && self.take_back()? {
                        next = self.resume(plan, next)?;
                    }
                }
                Ran::GaveWay => next = self.resume(plan, next)?,
            }
        }
        if let Some(last) = plan.steps.last() {
            report.state = State::clean(last.target);
        }
        Ok(report)
    }

    /// The file of a step; reads some more ahead of it.
    fn next_file(
        &mut self,
        plan: &Plan,
        history: &History,
        step: usize,
        ahead: &mut ReadAhead,
    ) -> Result<LoadedFile, Error> {
        // After the lock was lent, others may have run some of them, or this one is run once more.
        if ahead.files.front().is_some_and(|(i, _)| *i != step) || ahead.files.is_empty() {
            *ahead = ReadAhead { files: VecDeque::new(), next: step };
        }
        while ahead.files.len() <= self.options.prefetch {
            let Some(planned) = plan.steps.get(ahead.next) else { break };
            let file = match self.load(*planned, history) {
                Ok(file) => file,
                // Those before it run first, as if one had not looked ahead.
                Err(_) if !ahead.files.is_empty() => break,
                Err(error) => return Err(error),
            };
            self.tell(match file.exists {
                true => Event::Buffered(file.file.clone()),
                false => Event::Scheduled(file.file.clone()),
            });
            ahead.files.push_back((ahead.next, file));
            ahead.next += 1;
        }
        match ahead.files.pop_front() {
            Some((_, file)) => Ok(file),
            None => self.load(plan.steps[step], history),
        }
    }

    /// Where in the plan to go on after the lock was lent.
    ///
    /// # Errors
    ///
    /// [`Error::Moved`] when the row is nowhere in the rest of the plan.
    fn resume(&mut self, plan: &Plan, next: usize) -> Result<usize, Error> {
        let state = self.table.ensure(&mut self.locked)?;
        let history = self.read_log();
        let planned = plan.steps.get(next).map(|step| step.from);
        let planned = planned.or(plan.steps.last().map(|step| step.target)).flatten();
        plan.resume(next, state, |version| history.known(version).is_some())
            .ok_or(Error::Moved { planned: State::clean(planned), while_lent: true })
    }

    /// Takes the lock again where a file has given it away; whether it had.
    fn take_back(&mut self) -> Result<bool, Error> {
        let on_event = &mut self.on_event;
        self.locked.take_back(&mut |holders, waited| on_event(&Event::Waiting { holders, waited }))
    }
}

/// The up file of a redo failed after its down file was run by itself.
fn second_half(error: Error) -> Error {
    match error {
        Error::Failed(mut failure) => {
            failure.is_second_half = failure.before < failure.after;
            Error::Failed(failure)
        }
        error => error,
    }
}

/// Whether the row's version, which has no file here, is above all that have one.
fn is_newer(ground: &Ground<'_>, goal: Goal, version: Version) -> bool {
    matches!(goal, Goal::Up(_) | Goal::UpWithLate(_))
        && ground.here.last().is_none_or(|newest| *newest < version)
}
