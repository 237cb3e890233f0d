//! Decides what is to be run: files × state × goal → steps.
//!
//! A pure function. There is no database here, no clock and no file: what is planned can be
//! shown without being run, and every small case can be tested. The rules, also the odd ones
//! (`up 1` at the top is an error where `up` is not), are golang-migrate's, because a
//! Makefile that relies on them must not notice the difference.

use crate::error::Error;
use crate::migration::{Direction, State, Version};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Up by so many files; `None` for all.
    Up(Option<u64>),
    /// Down by so many files; `None` for all.
    Down(Option<u64>),
    /// To this version, up or down.
    Goto(Version),
}

impl Goal {
    /// What is left to ask for when so many files have run.
    pub fn less(self, ran: u64) -> Goal {
        match self {
            Goal::Up(limit) => Goal::Up(limit.map(|limit| limit.saturating_sub(ran))),
            Goal::Down(limit) => Goal::Down(limit.map(|limit| limit.saturating_sub(ran))),
            Goal::Goto(version) => Goal::Goto(version),
        }
    }
}

/// One file to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The file's number.
    pub version: Version,
    /// Which of the pair's files.
    pub direction: Direction,
    /// Where the database stands before.
    pub from: Option<Version>,
    /// Where it stands afterwards: for a down, the version before this one in the folder.
    pub target: Option<Version>,
}

/// What is left to say when the steps have run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The goal is reached.
    Reached,
    /// There was nothing to do.
    NoChange,
    /// A number of files was asked for and so many were not there.
    Short(u64),
    /// A number of files was asked for and not one was there.
    NoneThere,
}

/// The steps, in order, and what to say at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Each begins where the one before it ended.
    pub steps: Vec<Step>,
    /// What is left to say.
    pub end: End,
}

/// Plans the way from `state` to `goal` over a folder's versions (ascending, no doubles).
///
/// # Errors
///
/// [`Error::Dirty`] on a dirty state, [`Error::NoMigrationFor`] when the state's or the goal's
/// version is not in the folder, [`Error::EmptySource`] when the folder has none at all and one
/// is needed.
pub fn plan(versions: &[Version], state: State, goal: Goal) -> Result<Plan, Error> {
    // golang-migrate answers `up 0` and `down 0` before it looks at anything.
    if matches!(goal, Goal::Up(Some(0)) | Goal::Down(Some(0))) {
        return Ok(Plan { steps: Vec::new(), end: End::NoChange });
    }
    if state.dirty {
        return Err(Error::Dirty { state });
    }
    // How many of the folder's versions are applied: those up to and with the state's.
    let applied = match state.version {
        None => 0,
        Some(version) => index(versions, version)? + 1,
    };
    match goal {
        Goal::Up(limit) => up(versions, applied, limit),
        Goal::Down(limit) => Ok(down(versions, applied, limit)),
        Goal::Goto(version) => {
            let wanted = index(versions, version)? + 1;
            let steps: Vec<Step> = if wanted > applied {
                (applied..wanted).map(|i| step_up(versions, i)).collect()
            } else {
                (wanted..applied).rev().map(|i| step_down(versions, i)).collect()
            };
            let end = if steps.is_empty() { End::NoChange } else { End::Reached };
            Ok(Plan { steps, end })
        }
    }
}

fn up(versions: &[Version], applied: usize, limit: Option<u64>) -> Result<Plan, Error> {
    if versions.is_empty() {
        return Err(Error::EmptySource);
    }
    let left = versions.len() - applied;
    let (count, end) = counted(left, limit);
    let steps = (applied..applied + count).map(|i| step_up(versions, i)).collect();
    Ok(Plan { steps, end })
}

fn down(versions: &[Version], applied: usize, limit: Option<u64>) -> Plan {
    let (count, end) = counted(applied, limit);
    let steps = (applied - count..applied).rev().map(|i| step_down(versions, i)).collect();
    Plan { steps, end }
}

/// How many of `there` files run under `limit`, and what is to be said of it.
fn counted(there: usize, limit: Option<u64>) -> (usize, End) {
    match (there, limit) {
        (0, None) => (0, End::NoChange),
        (0, Some(_)) => (0, End::NoneThere),
        (there, None) => (there, End::Reached),
        (there, Some(limit)) if limit > there as u64 => (there, End::Short(limit - there as u64)),
        (_, Some(limit)) => (limit as usize, End::Reached),
    }
}

fn step_up(versions: &[Version], i: usize) -> Step {
    Step {
        version: versions[i],
        direction: Direction::Up,
        from: before(versions, i),
        target: Some(versions[i]),
    }
}

fn step_down(versions: &[Version], i: usize) -> Step {
    Step {
        version: versions[i],
        direction: Direction::Down,
        from: Some(versions[i]),
        target: before(versions, i),
    }
}

fn before(versions: &[Version], i: usize) -> Option<Version> {
    i.checked_sub(1).map(|i| versions[i])
}

fn index(versions: &[Version], version: Version) -> Result<usize, Error> {
    versions.binary_search(&version).map_err(|_| Error::NoMigrationFor { version })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every subset of `0..=4`, ascending.
    fn folders() -> impl Iterator<Item = Vec<Version>> {
        (0u32..32).map(|bits| (0..5).filter(|i| bits & (1 << i) != 0).collect())
    }

    fn states() -> impl Iterator<Item = State> {
        let versions = || std::iter::once(None).chain((0..6).map(Some));
        versions().flat_map(|version| {
            [false, true].into_iter().map(move |dirty| State { version, dirty })
        })
    }

    fn goals() -> Vec<Goal> {
        let limits = || std::iter::once(None).chain((0..8).map(Some)).chain([Some(u64::MAX)]);
        limits()
            .map(Goal::Up)
            .chain(limits().map(Goal::Down))
            .chain((0..7).map(Goal::Goto))
            .collect()
    }

    /// Runs `check` on every small case and counts them, so that an empty loop cannot pass.
    fn each(mut check: impl FnMut(&[Version], State, Goal, Result<Plan, Error>)) {
        let mut cases = 0;
        for versions in folders() {
            for state in states() {
                for goal in goals() {
                    check(&versions, state, goal, plan(&versions, state, goal));
                    cases += 1;
                }
            }
        }
        assert_eq!(cases, 32 * 14 * 27);
    }

    fn end_of(state: State, plan: &Plan) -> State {
        plan.steps.last().map_or(state, |step| State::clean(step.target))
    }

    #[test]
    fn the_chain_of_targets_is_unbroken() {
        each(|versions, state, goal, planned| {
            let Ok(plan) = planned else { return };
            let mut at = state.version;
            for step in &plan.steps {
                assert_eq!(step.from, at, "{versions:?} {state:?} {goal:?}");
                match step.direction {
                    Direction::Up => assert_eq!(step.target, Some(step.version)),
                    Direction::Down => assert_eq!(step.from, Some(step.version)),
                }
                // Neighbours in the folder: nothing is skipped and nothing taken twice.
                let position =
                    |v: Option<Version>| v.map_or(0, |v| 1 + index(versions, v).unwrap());
                assert_eq!(position(step.target).abs_diff(position(step.from)), 1);
                at = step.target;
            }
            let directions: Vec<_> = plan.steps.iter().map(|s| s.direction).collect();
            assert!(directions.windows(2).all(|w| w[0] == w[1]), "never up and down in one plan");
        });
    }

    #[test]
    fn a_dirty_state_never_plans() {
        each(|_, state, goal, planned| {
            if state.dirty && !matches!(goal, Goal::Up(Some(0)) | Goal::Down(Some(0))) {
                assert!(matches!(planned, Err(Error::Dirty { state: said }) if said == state));
            }
        });
    }

    #[test]
    fn planning_again_from_the_end_is_empty() {
        each(|versions, state, goal, planned| {
            let Ok(first) = planned else { return };
            if matches!(goal, Goal::Up(Some(_)) | Goal::Down(Some(_))) {
                return; // a number of files is relative to where one stands
            }
            let again = plan(versions, end_of(state, &first), goal).unwrap();
            assert_eq!(again, Plan { steps: vec![], end: End::NoChange });
        });
    }

    #[test]
    fn the_goal_is_reached() {
        each(|versions, state, goal, planned| {
            let Ok(plan) = planned else { return };
            let end = end_of(state, &plan);
            let run = plan.steps.len() as u64;
            match goal {
                Goal::Up(None) => assert_eq!(end.version, versions.last().copied()),
                Goal::Down(None) => assert_eq!(end.version, None),
                Goal::Goto(version) => assert_eq!(end.version, Some(version)),
                Goal::Up(Some(0)) | Goal::Down(Some(0)) => assert_eq!(plan.end, End::NoChange),
                Goal::Up(Some(n)) | Goal::Down(Some(n)) => match plan.end {
                    End::Reached => assert_eq!(run, n),
                    End::Short(short) => assert!(run > 0 && run + short == n),
                    End::NoneThere => assert_eq!(run, 0),
                    End::NoChange => panic!("a count never ends in no change"),
                },
            }
        });
    }

    #[test]
    fn it_fails_only_where_golang_migrate_does() {
        each(|versions, state, goal, planned| {
            let zero = matches!(goal, Goal::Up(Some(0)) | Goal::Down(Some(0)));
            let unknown = |v: Option<Version>| v.is_some_and(|v| !versions.contains(&v));
            let expected = if zero {
                None
            } else if state.dirty {
                Some("dirty")
            } else if unknown(state.version) {
                Some("state")
            } else if let Goal::Goto(v) = goal
                && unknown(Some(v))
            {
                Some("goal")
            } else if versions.is_empty() && matches!(goal, Goal::Up(_)) {
                Some("empty")
            } else {
                None
            };
            let got = match planned {
                Ok(_) => None,
                Err(Error::Dirty { .. }) => Some("dirty"),
                Err(Error::NoMigrationFor { version }) if Some(version) == state.version => {
                    Some("state")
                }
                Err(Error::NoMigrationFor { .. }) => Some("goal"),
                Err(Error::EmptySource) => Some("empty"),
                Err(other) => panic!("{other}"),
            };
            // Where state and goal are the same missing version, either name is right.
            if !(expected == Some("goal") && got == Some("state")) {
                assert_eq!(got, expected, "{versions:?} {state:?} {goal:?}");
            }
        });
    }
}
