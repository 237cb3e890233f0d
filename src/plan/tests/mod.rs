//! Every small world: versions `0..=4`, each not there, here, here and late, or kept by the log
//! alone; every row; every goal.

mod reference;

use std::collections::BTreeSet;

use super::*;

/// Beyond every limit that is asked for.
const MANY: u64 = u64::MAX;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct World {
    here: Vec<Version>,
    late: Vec<Version>,
    kept: Vec<Version>,
    state: State,
}

impl World {
    fn plan(&self, goal: Goal) -> Result<Plan, Error> {
        let ground = Ground { here: &self.here, late: &self.late, kept: &self.kept };
        plan(&ground, self.state, goal)
    }

    /// What golang-migrate sees is all there is.
    fn is_simple(&self) -> bool {
        self.late.is_empty() && self.kept.is_empty()
    }

    /// What is applied, where the row can be explained.
    fn applied(&self) -> BTreeSet<Version> {
        let ran = self.here.iter().filter(|version| !self.late.contains(version));
        ran.chain(&self.kept).copied().filter(|v| Some(*v) <= self.state.version).collect()
    }

    /// The world after a step, as the log would tell of it.
    fn after(&self, step: Step) -> World {
        let mut applied = self.applied();
        match step.direction {
            Direction::Up => applied.insert(step.version),
            Direction::Down => applied.remove(&step.version),
        };
        let is_below = |version: &Version| Some(*version) < step.target;
        World {
            here: self.here.clone(),
            late: self
                .here
                .iter()
                .copied()
                .filter(|v| is_below(v) && !applied.contains(v))
                .collect(),
            kept: applied.iter().copied().filter(|v| !self.here.contains(v)).collect(),
            state: State::clean(step.target),
        }
    }

    fn after_all(&self, plan: &Plan) -> World {
        plan.steps.iter().fold(self.clone(), |world, step| world.after(*step))
    }
}

fn worlds(mut check: impl FnMut(&World)) {
    for version in std::iter::once(None).chain((0..6).map(Some)) {
        for code in 0..4u32.pow(5) {
            let mut world = World { state: State::clean(version), ..World::default() };
            let mut is_possible = true;
            for at in 0..5 {
                match (code / 4u32.pow(at)) % 4 {
                    1 => world.here.push(at.into()),
                    2 => {
                        is_possible &= Some(Version::from(at)) < version;
                        world.here.push(at.into());
                        world.late.push(at.into());
                    }
                    3 => {
                        is_possible &= Some(Version::from(at)) <= version;
                        world.kept.push(at.into());
                    }
                    _ => {}
                }
            }
            if is_possible {
                check(&world);
                check(&World { state: State { version, dirty: true }, ..world });
            }
        }
    }
}

fn goals() -> Vec<Goal> {
    let limits = || std::iter::once(None).chain((0..8).map(Some)).chain([Some(MANY)]);
    let mut goals = vec![Goal::Redo];
    goals.extend(
        limits().flat_map(|limit| [Goal::Up, Goal::UpWithLate, Goal::Down].map(|g| g(limit))),
    );
    goals.extend((0..7).flat_map(|to| [Goal::Goto, Goal::GotoWithLate].map(|g| g(to))));
    goals
}

/// Runs `check` on every small case and counts them, so that an empty loop cannot pass.
fn each(mut check: impl FnMut(&World, Goal, Result<Plan, Error>)) {
    let goals = goals();
    let mut cases = 0;
    worlds(|world| {
        for goal in &goals {
            check(world, *goal, world.plan(*goal));
            cases += 1;
        }
    });
    // Of each version: 2 ways above the row, 3 at it, 4 below it.
    let worlds: usize = (0..6).map(|row| 4usize.pow(row.min(5)) * at_and_above(row)).sum();
    assert_eq!(cases, 2 * (worlds + 32) * goals.len());
}

fn at_and_above(row: u32) -> usize {
    if row < 5 { 3 * 2usize.pow(4 - row) } else { 1 }
}

fn is_nothing(goal: Goal) -> bool {
    matches!(goal, Goal::Up(Some(0)) | Goal::UpWithLate(Some(0)) | Goal::Down(Some(0)))
}

fn word(error: Error, state: State) -> &'static str {
    match error {
        Error::Dirty { .. } => "dirty",
        Error::Ahead { .. } => "state",
        Error::NoMigrationFor { version, .. } if Some(version) == state.version => "state",
        Error::NoMigrationFor { .. } => "goal",
        Error::EmptySource => "empty",
        other => panic!("{other}"),
    }
}

/// What it says, and that each step can be taken where it stands.
#[test]
fn the_chain_of_targets_is_unbroken() {
    each(|world, goal, planned| {
        let Ok(plan) = planned else { return };
        let mut now = world.clone();
        for step in &plan.steps {
            let case = format!("{world:?} {goal:?} {step:?}");
            assert_eq!(step.from, now.state.version, "{case}");
            let applied = now.applied();
            match step.direction {
                Direction::Up => {
                    assert!(!applied.contains(&step.version) && now.here.contains(&step.version));
                    assert_eq!(step.target, step.from.max(Some(step.version)), "{case}");
                }
                Direction::Down => {
                    assert_eq!(applied.last(), Some(&step.version), "{case}");
                    assert_eq!(step.from, Some(step.version), "{case}");
                    assert_eq!(step.target, applied.iter().rev().nth(1).copied(), "{case}");
                }
            }
            now = now.after(*step);
        }
    });
}

#[test]
fn a_dirty_state_never_plans() {
    each(|world, goal, planned| {
        let state = world.state;
        if state.dirty && !is_nothing(goal) {
            assert!(matches!(planned, Err(Error::Dirty { state: said, .. }) if said == state));
        }
    });
}

#[test]
fn planning_again_from_the_end_is_empty() {
    each(|world, goal, planned| {
        let Ok(first) = planned else { return };
        let is_relative = matches!(
            goal,
            Goal::Redo | Goal::Up(Some(_)) | Goal::UpWithLate(Some(_)) | Goal::Down(Some(_))
        );
        if !is_relative {
            let again = world.after_all(&first).plan(goal).unwrap();
            assert_eq!(again, Plan { steps: vec![], end: End::NoChange }, "{world:?} {goal:?}");
        }
    });
}

/// Somebody else may have run some of the steps while the lock was lent: the row says how many.
#[test]
fn a_plan_is_resumed_where_the_row_is() {
    each(|world, goal, planned| {
        let Ok(plan) = planned else { return };
        let mut now = world.clone();
        for done in 0..=plan.steps.len() {
            let applied = now.applied();
            for next in 0..=done {
                let resumed = plan.resume(next, now.state, |version| applied.contains(&version));
                // A redo that somebody else has done whole looks as if nobody had begun it.
                let is_redone = goal == Goal::Redo && next == 0 && done == 2;
                let expected = if is_redone { 0 } else { done };
                let case = format!("{world:?} {goal:?} from {next} after {done}");
                assert_eq!(resumed.unwrap_or(plan.steps.len()), expected, "{case}");
            }
            if let Some(step) = plan.steps.get(done) {
                now = now.after(*step);
            }
        }
    });
}

/// A row that is nowhere in the rest of the plan was moved by somebody who has other plans.
#[test]
fn a_row_that_is_not_in_the_plan_is_told() {
    let (up, down) = (Direction::Up, Direction::Down);
    let step = |version, direction, from, target| Step { version, direction, from, target };
    let redo = [step(3, down, Some(3), Some(2)), step(3, up, Some(2), Some(3))];
    let ups = [step(4, up, Some(3), Some(4)), step(5, up, Some(4), Some(5))];
    let clean = |version| State::clean(Some(version));
    let dirty = |version| State { version: Some(version), dirty: true };
    for (steps, next, state, expected) in [
        (&redo[..], 0, clean(3), Some(0)),
        (&redo, 0, clean(2), Some(1)),
        (&redo, 1, clean(3), Some(2)),
        (&redo, 0, clean(4), None),
        (&redo, 1, clean(4), None),
        (&redo, 1, clean(1), None),
        (&redo, 0, dirty(3), None),
        (&ups, 0, clean(4), Some(1)),
        (&ups, 0, clean(5), Some(2)),
        (&ups, 0, clean(6), None),
        (&ups, 1, clean(3), None),
        (&ups, 0, dirty(4), None),
    ] {
        let plan = Plan { steps: steps.to_vec(), end: End::Reached };
        assert_eq!(plan.resume(next, state, |_| false), expected, "{steps:?} {next} {state}");
    }
}

#[test]
fn the_goal_is_reached() {
    each(|world, goal, planned| {
        let Ok(plan) = planned else { return };
        let end = world.after_all(&plan);
        let row = end.state.version;
        let ran = plan.steps.len() as u64;
        let (before, after) = (world.applied(), end.applied());
        let case = format!("{world:?} {goal:?} {plan:?}");
        match goal {
            goal if is_nothing(goal) => assert_eq!((ran, plan.end), (0, End::NoChange)),
            Goal::Up(None) => {
                assert_eq!(row, world.here.last().copied(), "{case}");
                // The late ones stay as they are.
                assert_eq!(end.late, world.late, "{case}");
            }
            Goal::UpWithLate(None) => {
                assert_eq!(row, world.here.last().copied(), "{case}");
                assert!(world.here.iter().all(|version| after.contains(version)), "{case}");
            }
            Goal::Down(None) => assert!(row.is_none() && after.is_empty(), "{case}"),
            Goal::Goto(version) => {
                assert_eq!(row, Some(version), "{case}");
                assert_eq!(after.last(), Some(&version), "{case}");
            }
            Goal::GotoWithLate(version) => {
                assert_eq!(row, Some(version), "{case}");
                let mut here = world.here.iter().filter(|here| **here <= version);
                let is_up = Some(version) > world.state.version;
                assert!(!is_up || here.all(|here| after.contains(here)), "{case}");
            }
            Goal::Redo if ran == 0 => assert_eq!((row, plan.end), (None, End::NoneThere)),
            Goal::Redo => assert!(end.state == world.state && before == after && ran == 2),
            Goal::Up(Some(n)) | Goal::UpWithLate(Some(n)) | Goal::Down(Some(n)) => match plan.end {
                End::Reached => assert_eq!(ran, n),
                End::Short(short) => assert!(ran > 0 && ran + short == n),
                End::NoneThere => assert_eq!(ran, 0),
                End::NoChange => panic!("a count never ends in no change: {case}"),
            },
        }
    });
}

#[test]
fn late_files_run_first_and_the_row_stays() {
    each(|world, goal, planned| {
        let (Goal::UpWithLate(limit), Ok(plan)) = (goal, planned) else { return };
        let there = world.late.len().min(limit.unwrap_or(MANY) as usize);
        let (late, others) = plan.steps.split_at(there);
        assert!(late.iter().map(|step| &step.version).eq(&world.late[..there]));
        for step in late {
            assert_eq!((step.from, step.target), (world.state.version, world.state.version));
        }
        assert!(others.iter().all(|step| Some(step.version) > world.state.version));
        // What follows is what `up` would have run.
        if limit.is_none() {
            assert_eq!(others, world.plan(Goal::Up(None)).unwrap().steps, "{world:?}");
        }
    });
}

#[test]
fn down_undoes_what_is_applied_and_nothing_else() {
    each(|world, goal, planned| {
        let (Goal::Down(limit), Ok(plan)) = (goal, planned) else { return };
        let applied = world.applied();
        let wanted = applied.iter().rev().take(limit.unwrap_or(MANY).min(9) as usize);
        assert!(plan.steps.iter().map(|step| &step.version).eq(wanted), "{world:?} {plan:?}");
        assert!(plan.steps.iter().all(|step| !world.late.contains(&step.version)));
    });
}

#[test]
fn redo_is_the_rows_version_down_and_up() {
    each(|world, goal, planned| {
        let (Goal::Redo, Ok(plan)) = (goal, planned) else { return };
        let [down, up] = plan.steps[..] else {
            return assert!(plan.steps.is_empty() && world.state == State::NONE);
        };
        assert_eq!((down.direction, up.direction), (Direction::Down, Direction::Up));
        assert_eq!(Some(down.version), world.state.version);
        assert_eq!((up.version, up.target), (down.version, down.from));
    });
}

#[test]
fn goto_a_late_version_runs_it() {
    each(|world, goal, planned| {
        let Goal::Goto(version) = goal else { return };
        let (true, Ok(plan)) = (world.late.contains(&version), planned) else { return };
        let (last, downs) = plan.steps.split_last().expect("a step up");
        assert_eq!((last.direction, last.version), (Direction::Up, version));
        assert!(downs.iter().all(|s| s.direction == Direction::Down && s.version > version));
    });
}

/// A row whose file is gone can be left downwards if the log keeps its texts; and never upwards,
/// nor done again.
#[test]
fn it_fails_where_a_file_that_is_needed_is_nowhere() {
    each(|world, goal, planned| {
        if world.state.dirty || is_nothing(goal) || world.is_simple() {
            return;
        }
        let Some(row) = world.state.version else { return };
        let is_here = world.here.contains(&row);
        let may_go_down = is_here || world.kept.contains(&row);
        let expected = match goal {
            Goal::Up(_) | Goal::UpWithLate(_) | Goal::Redo if !is_here => Some("state"),
            Goal::Goto(version) | Goal::GotoWithLate(version) if version > row && !is_here => {
                Some("state")
            }
            Goal::Down(_) | Goal::Goto(_) | Goal::GotoWithLate(_) if !may_go_down => Some("state"),
            Goal::Goto(v) | Goal::GotoWithLate(v)
                if !world.here.contains(&v) && !world.kept.contains(&v) =>
            {
                Some("goal")
            }
            _ => None,
        };
        let said = planned.err().map(|error| word(error, world.state));
        assert_eq!(said, expected, "{world:?} {goal:?}");
    });
}
