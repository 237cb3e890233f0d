//! The way of `up`, `down`, `goto` and `redo`: read the row and the log, plan, check, and run the
//! plan step by step.
//!
//! A plan is made once. Where the lock was lent on the way, or the connection lost, the row says where
//! in the plan to go on, or that somebody else moved it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::error::{Error, Outcome, Sharing};
use crate::event::Event;
use crate::history::History;
use crate::migration::{State, Version};
use crate::migrator::adopt::Found;
use crate::migrator::checks;
use crate::migrator::file::{LoadedFile, Ran, SharedRun, Together};
use crate::migrator::options::Report;
use crate::migrator::outcome;
use crate::migrator::progress::{Planned, Progress};
use crate::migrator::run::Run;
use crate::plan::{Goal, Ground, Plan, plan};
use crate::session::mark::Mark;
use crate::session::patience::Patience;
use crate::status;

/// How often to look whether a message that was lost is over.
const PAUSE: Duration = Duration::from_millis(100);

/// How many bytes are read ahead, about; one file in any case.
const AHEAD: usize = 4 << 20;

/// Files of a plan that are read and not yet run.
#[derive(Default)]
struct ReadAhead {
    /// Each with its step's index in the plan.
    files: VecDeque<(usize, LoadedFile)>,
    /// The index of the next step to read.
    next: usize,
}

impl ReadAhead {
    /// Bytes of them all, about.
    fn size(&self) -> usize {
        self.files.iter().map(|(_, file)| file.size()).sum()
    }
}

impl Run<'_> {
    /// Runs what leads to the goal, or what is left of it after the connection was lost.
    ///
    /// # Errors
    ///
    /// As [`Migrator::up`](crate::migrator::Migrator::up). What `progress` says is true then, too.
    pub fn migrate(&mut self, progress: &mut Progress) -> Result<Report, Error> {
        match progress.planned {
            None => {
                progress.planned = self.plan(progress)?;
                if let Some(Planned { plan, report, .. }) = &progress.planned {
                    self.tell(Event::Planned { files: plan.steps.len(), from: report.state });
                }
            }
            Some(_) => self.go_on(progress)?,
        }
        let Some(planned) = &progress.planned else {
            // The database is ahead of the folder, and that is allowed.
            let state = self.table.read(self.locked.session())?;
            return Ok(Report { ran: 0, left: 0, state });
        };
        match progress.goal {
            Goal::Redo if planned.next == 0 => self.redo(progress)?,
            Goal::Redo => self.steps(progress)?,
            _ if self.options.single_transaction => self.together(progress)?,
            _ => self.steps(progress)?,
        }
        progress.planned.as_ref().map_or(Err(Error::NoneThere), Planned::conclude)
    }

    /// Reads, plans, and checks that the plan may be carried out. `None` where the database is ahead of
    /// the folder, and that is allowed.
    fn plan(&mut self, progress: &mut Progress) -> Result<Option<Planned>, Error> {
        let goal = progress.goal;
        let found = self.find()?;
        progress.last_entry = self.last_entry;
        let Found { state, history } = &found;
        let late = status::late(self.source, history, *state);
        let kept = status::kept(self.source, history, *state);
        let ground = Ground { here: self.source.versions(), late: &late, kept: &kept };
        let plan = match plan(&ground, *state, goal) {
            Err(Error::Ahead { version, newest, .. }) if self.options.allow_newer => {
                self.tell(Event::Ahead { version, newest });
                return Ok(None);
            }
            Err(Error::Dirty { state, below, .. }) => {
                return Err(checks::dirty(self.locked.session(), self.table, state, below));
            }
            plan => plan?,
        };
        if goal.is_up(*state) {
            self.check(&found, &late)?;
        }
        self.check_log_texts(&plan, history)?;
        let Found { state, history } = found;
        Ok(Some(Planned::new(plan, history, state)))
    }

    /// After the connection was lost: finds out what became of the file that was under way, and where
    /// in the plan to go on.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where a file broke off that cannot be undone, [`Error::Moved`] when the row
    /// is nowhere in the plan.
    fn go_on(&mut self, progress: &mut Progress) -> Result<(), Error> {
        if let Some(mark) = progress.pooled.take() {
            self.wait_until_over(&mark)?;
        }
        let state = self.table.ensure(&mut self.locked)?;
        let history = self.open_log()?;
        if let (Some(lost), Some(planned)) = (&mut progress.lost, &progress.planned) {
            let is_more = planned.next + lost.files.len() < planned.plan.steps.len();
            let has_run = || match self.table.log.is_on {
                true => outcome::has_run(
                    self.table,
                    self.locked.session(),
                    &lost.failure,
                    progress.last_entry,
                ),
                false => None,
            };
            match outcome::judge(state, &lost.failure, has_run) {
                committed @ Outcome::Committed(_) if lost.changes_session && is_more => {
                    lost.failure.outcome = committed;
                    if let Some(file) = lost.files.last() {
                        self.tell(Event::SessionNeeded(file.clone()));
                    }
                    return Err(Error::Failed(lost.failure.clone()));
                }
                Outcome::Committed(state) => {
                    progress.found_committed(state, &mut |event| self.tell(event));
                }
                dirty @ Outcome::Dirty(row) if row.version == lost.failure.after.version => {
                    lost.failure.outcome = dirty;
                    return Err(Error::Failed(lost.failure.clone()));
                }
                _ => progress.lost = None,
            }
        }
        let Some(Planned { plan, next, report, .. }) = &mut progress.planned else { return Ok(()) };
        // Behind the next step where others went on; before it where a standby took over that had not
        // got the last commits. A redo is at the same version twice, and is only looked at onwards.
        let place = |next| plan.resume(next, state, |version| history.known(version).is_some());
        let found = match progress.goal {
            Goal::Redo => place(*next),
            _ => place(*next).or_else(|| place(0)),
        };
        *next = found.ok_or_else(|| moved(plan, *next, state, self.source.versions()))?;
        report.state = state;
        let left = plan.steps.len() - *next;
        self.tell(Event::Reconnected { state, left });
        Ok(())
    }

    /// Waits until the server is done with what was sent through a pooler and lost. A session of our
    /// own holds the lock for as long as that takes.
    fn wait_until_over(&mut self, mark: &Mark) -> Result<(), Error> {
        let patience = Patience::new(None, &self.options.interrupt);
        loop {
            let is_over = outcome::is_over(self.locked.session(), mark);
            let sql = "pg_stat_activity".to_string();
            if is_over.map_err(|fault| Error::Statement { sql, fault })? {
                return Ok(());
            }
            if patience.is_over() {
                return Err(Error::Interrupted);
            }
            patience.sleep(PAUSE);
        }
    }

    /// Runs a plan of a step down and the same version up again: in one transaction, if they can
    /// share one.
    fn redo(&mut self, progress: &mut Progress) -> Result<(), Error> {
        let Some(Planned { plan, .. }) = &progress.planned else { return Ok(()) };
        // Going up without the file would leave an empty version behind.
        if let Some(step) = plan.steps.last()
            && self.source.entry(step.version, step.direction).is_none()
        {
            return Err(Error::NoUpFile { version: step.version });
        }
        match self.together(progress) {
            Err(Error::Failed(failure)) if matches!(failure.sharing, Sharing::Unfit { .. }) => {
                self.steps(progress).map_err(second_half)
            }
            ran => ran,
        }
    }

    /// Runs all steps that are still to be run in one transaction.
    fn together(&mut self, progress: &mut Progress) -> Result<(), Error> {
        let Some(Planned { plan, history, next, report }) = &mut progress.planned else {
            return Ok(());
        };
        let steps = plan.steps.get(*next..).unwrap_or_default();
        if steps.is_empty() || self.options.interrupt.is_stopped() {
            return self.steps(progress);
        }
        let begun = Instant::now();
        let mut together = Together::new(steps, history, report.state);
        match self.in_one_transaction(&mut together) {
            Ok(SharedRun::Done) => {
                report.ran += steps.len();
                report.state = together.after();
                *next = plan.steps.len();
                Ok(())
            }
            Ok(SharedRun::Stopped) => {
                report.left = steps.len();
                self.tell(Event::Stopped { left: report.left });
                Ok(())
            }
            Err(error) => {
                let Together { files, changes_session, .. } = together;
                progress.note_lost(&error, files, changes_session, begun);
                Err(error)
            }
        }
    }

    /// Runs every step that is still to be run when its turn comes.
    fn steps(&mut self, progress: &mut Progress) -> Result<(), Error> {
        if let Some(Planned { plan, next, .. }) = &progress.planned {
            self.table.expect_files(plan.steps.len().saturating_sub(*next));
        }
        let mut ahead = ReadAhead::default();
        while let Some(Planned { plan, history, next, report }) = &mut progress.planned
            && let Some(step) = plan.steps.get(*next)
        {
            if self.options.interrupt.is_stopped() {
                report.left = plan.steps.len() - *next;
                self.tell(Event::Stopped { left: report.left });
                return Ok(());
            }
            let mut file = self.next_file(plan, history, *next, &mut ahead)?;
            // A file that ran since it was read may have changed the setting.
            file.analyse(self.locked.session().strings());
            let begun = Instant::now();
            match self.file(&mut file) {
                Ok(Ran::Done) => {
                    report.ran += 1;
                    report.state = State::clean(step.target);
                    *next += 1;
                    let is_more = *next < plan.steps.len();
                    if is_more && file.script.facts().releases_locks && self.take_back()? {
                        *next = self.resume(plan, *next)?;
                    }
                    progress.losses = 0;
                    if file.changes_session() {
                        progress.on_session.get_or_insert(file.file);
                    }
                }
                Ok(Ran::GaveWay) => *next = self.resume(plan, *next)?,
                Err(error) => {
                    let changes_session = file.changes_session();
                    progress.note_lost(&error, vec![file.file], changes_session, begun);
                    return Err(error);
                }
            }
        }
        if let Some(Planned { plan, report, .. }) = &mut progress.planned
            && let Some(last) = plan.steps.last()
        {
            report.state = State::clean(last.target);
        }
        Ok(())
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
        while ahead.files.len() <= self.options.prefetch && ahead.size() < AHEAD {
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
        let history = self.read_log()?;
        plan.resume(next, state, |version| history.known(version).is_some())
            .ok_or_else(|| moved(plan, next, state, self.source.versions()))
    }

    /// Takes the lock again where a file has given it away; whether it had.
    fn take_back(&mut self) -> Result<bool, Error> {
        let on_event = &mut self.on_event;
        self.locked.take_back(&mut |holders, waited| on_event(&Event::Waiting { holders, waited }))
    }
}

/// The row is nowhere in the rest of a plan.
fn moved(plan: &Plan, next: usize, state: State, versions: &[Version]) -> Error {
    if state.dirty {
        return Error::dirty(state, versions);
    }
    let planned = plan.steps.get(next).map(|step| step.from);
    let planned = planned.or(plan.steps.last().map(|step| step.target)).flatten();
    Error::Moved { planned: State::clean(planned), while_lent: true }
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
