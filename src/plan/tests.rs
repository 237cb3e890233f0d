use super::*;

/// Every subset of `0..=4`, ascending.
fn folders() -> impl Iterator<Item = Vec<Version>> {
    (0u32..32).map(|bits| (0..5).filter(|i| bits & (1 << i) != 0).collect())
}

fn states() -> impl Iterator<Item = State> {
    let versions = || std::iter::once(None).chain((0..6).map(Some));
    versions()
        .flat_map(|version| [false, true].into_iter().map(move |dirty| State { version, dirty }))
}

fn goals() -> Vec<Goal> {
    let limits = || std::iter::once(None).chain((0..8).map(Some)).chain([Some(u64::MAX)]);
    limits().map(Goal::Up).chain(limits().map(Goal::Down)).chain((0..7).map(Goal::Goto)).collect()
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
            let position = |v: Option<Version>| v.map_or(0, |v| 1 + index(versions, v).unwrap());
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
