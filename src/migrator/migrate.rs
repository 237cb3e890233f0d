//! What `up`, `down`, `goto` and `redo` have in common: look, plan, check, run, and look again where
//! somebody else had the lock in between.

use crate::error::{Error, Outcome};
use crate::event::Event;
use crate::migration::{State, Version};
use crate::migrator::run::{Progress, Run};
use crate::migrator::{Migrator, OnEvent, Report, adopt, checks, recover};
use crate::plan::{End, Goal, Ground, plan};
use crate::status;

impl Migrator {
    /// Runs what leads to a goal.
    ///
    /// # Errors
    ///
    /// As [`Migrator::up`].
    pub(super) fn migrate(
        &mut self,
        mut goal: Goal,
        on_event: OnEvent<'_>,
    ) -> Result<Report, Error> {
        let mut last_entry = 0;
        let ran = self.locked(on_event, |locked, mut shared, on_event| {
            let mut before = 0;
            let mut lent = None;
            let (plan, mut report) = loop {
                let found = adopt::find(locked, &mut shared, on_event)?;
                last_entry = shared.last_entry;
                let (state, history) = (found.state, &found.history);
                // Whom we let go first has run this file for us.
                before += usize::from(lent.is_some_and(|lent| lent == state));
                let here = shared.source.versions();
                let late = status::late(shared.source, history, state);
                let kept = status::kept(shared.source, history, state);
                let ground = Ground { here, late: &late, kept: &kept };
                let plan = match plan(&ground, state, goal.less(before as u64)) {
                    Err(Error::NoMigrationFor { version, is_applied: true, .. })
                        if shared.allowed.newer && is_ahead(&ground, goal, version) =>
                    {
                        on_event(Event::Ahead { version, newest: here.last().copied() });
                        return Ok(Report { ran: before, left: 0, state });
                    }
                    plan => plan?,
                };
                if is_up(goal, state) {
                    checks::check(locked.connection(), &shared, &found, &late, on_event)?;
                }
                let mut run = Run::new(&plan, &mut shared, history);
                let progress = match goal {
                    Goal::Redo => run.redo(locked, state, on_event)?,
                    _ => run.all(locked, state, on_event)?,
                };
                match progress {
                    Progress::Ended(report) => break (plan, report),
                    Progress::Replan { ran, lent: next } => {
                        before += ran;
                        lent = next;
                        if let (Goal::Redo, 1, Some(down)) = (goal, ran, plan.steps.first()) {
                            goal = Goal::Again(down.version);
                        }
                    }
                }
            };
            report.ran += before;
            match plan.end {
                _ if report.left > 0 => Ok(report),
                End::Reached | End::NoChange => Ok(report),
                End::Short(short) => Err(Error::Short(short)),
                End::NoneThere => Err(Error::NoneThere),
            }
        });
        match ran {
            Err(Error::Failed(mut failure)) => {
                // Where the two files of a redo could not share a transaction.
                failure.is_second_half =
                    matches!(goal, Goal::Redo | Goal::Again(_)) && failure.before < failure.after;
                if failure.outcome == Outcome::Unknown {
                    failure.outcome = match self.connection.is_lost() {
                        true => recover::outcome(&self.url, &self.table, &failure, last_entry),
                        // An answer that was not understood: the server is done with it when
                        // it answers the next question.
                        false => match self.table.read(&mut self.connection) {
                            Ok(state) => recover::judge(state, &failure, None),
                            Err(_) => Outcome::Unknown,
                        },
                    };
                }
                Err(Error::Failed(failure))
            }
            other => other,
        }
    }
}

/// Whether the goal is above the row, so that everything below it should be in order.
fn is_up(goal: Goal, state: State) -> bool {
    match goal {
        Goal::Up(limit) | Goal::UpWithLate(limit) => limit != Some(0),
        Goal::Goto(version) => Some(version) > state.version,
        Goal::Down(_) | Goal::Redo | Goal::Again(_) => false,
    }
}

/// Whether the row's version, which has no file here, is above all that have one.
fn is_ahead(ground: &Ground<'_>, goal: Goal, version: Version) -> bool {
    matches!(goal, Goal::Up(_) | Goal::UpWithLate(_))
        && ground.here.last().is_none_or(|newest| *newest < version)
}
