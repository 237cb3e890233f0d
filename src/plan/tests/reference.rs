//! golang-migrate's plan, where it sees all there is.

use super::{each, goals, is_nothing, word};
use crate::migration::{Direction, State, Version};
use crate::plan::{End, Goal, Plan, Step};

/// golang-migrate's `readUp`, `readDown` and `read`, as they are written there: they know the
/// folder and the row, and go from one to the next.
fn reference(here: &[Version], state: State, goal: Goal) -> Result<Plan, &'static str> {
    let next = |from: Version| here.iter().copied().find(|v| *v > from);
    let prev = |from: Version| here.iter().copied().rfind(|v| *v < from);
    let exists = |v: Option<Version>| v.is_none_or(|v| here.contains(&v));
    let up =
        |from, version| Step { version, direction: Direction::Up, from, target: Some(version) };
    let down = |version| Step {
        version,
        direction: Direction::Down,
        from: Some(version),
        target: prev(version),
    };
    if is_nothing(goal) {
        return Ok(Plan { steps: vec![], end: End::NoChange });
    }
    if state.dirty {
        return Err("dirty");
    }
    if !exists(state.version) {
        return Err("state");
    }
    let mut from = state.version;
    let mut steps = Vec::new();
    let is_full = |steps: &[Step], limit: Option<u64>| limit == Some(steps.len() as u64);
    let ended = |steps: Vec<Step>, limit: Option<u64>| {
        let ran = steps.len() as u64;
        let end = match limit {
            None if ran == 0 => End::NoChange,
            None => End::Reached,
            Some(_) if ran == 0 => End::NoneThere,
            Some(limit) if ran < limit => End::Short(limit - ran),
            Some(_) => End::Reached,
        };
        Ok(Plan { steps, end })
    };
    match goal {
        Goal::Up(limit) | Goal::UpWithLate(limit) => {
            while !is_full(&steps, limit) {
                let Some(version) = from.map_or(here.first().copied(), next) else { break };
                steps.push(up(from, version));
                from = Some(version);
            }
            if from.is_none() { Err("empty") } else { ended(steps, limit) }
        }
        Goal::Down(limit) => {
            while let Some(version) = from.filter(|_| !is_full(&steps, limit)) {
                steps.push(down(version));
                from = prev(version);
            }
            ended(steps, limit)
        }
        Goal::Goto(to) | Goal::GotoWithLate(to) => {
            if !exists(Some(to)) {
                return Err("goal");
            }
            while from < Some(to) {
                let Some(version) = from.map_or(here.first().copied(), next) else { break };
                steps.push(up(from, version));
                from = Some(version);
            }
            while let Some(version) = from.filter(|version| *version > to) {
                steps.push(down(version));
                from = prev(version);
            }
            ended(steps, None)
        }
        // `down 1`, `up 1`.
        Goal::Redo => match state.version {
            None => ended(steps, Some(2)),
            Some(version) => Ok(Plan {
                steps: vec![down(version), up(prev(version), version)],
                end: End::Reached,
            }),
        },
    }
}

#[test]
fn without_late_and_kept_ones_it_is_golang_migrates_plan() {
    let mut compared = 0;
    each(|world, goal, planned| {
        if world.is_simple() {
            let expected = reference(&world.here, world.state, goal);
            let planned = planned.map_err(|error| word(error, world.state));
            assert_eq!(planned, expected, "{world:?} {goal:?}");
            compared += 1;
        }
    });
    assert_eq!(compared, 32 * 14 * goals().len());
}
