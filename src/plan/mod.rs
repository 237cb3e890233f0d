//! Decides what is to be run: files × state × goal → steps.
//!
//! A pure function. There is no database here, no clock and no file: what is planned can be
//! shown without being run, and every small case can be tested. The rules, also the odd ones
//! (`up 1` at the top is an error where `up` is not), are golang-migrate's, because a
//! Makefile that relies on them must not notice the difference.

use crate::error::Error;
use crate::migration::{Direction, State, Version, below};

/// What there is to run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ground<'a> {
    /// The folder's versions, ascending, no doubles.
    pub here: &'a [Version],
    /// Versions of the folder that are below the row's and are known never to have run, ascending.
    pub late: &'a [Version],
    /// Versions that are known to be applied, whose files are not in the folder and whose texts
    /// are at hand all the same, ascending.
    pub kept: &'a [Version],
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Goal {
    /// Up by so many files; `None` for all.
    Up(Option<u64>),
    /// The same, late files first.
    UpWithLate(Option<u64>),
    /// Down by so many files; `None` for all.
    Down(Option<u64>),
    /// To this version, up or down.
    Goto(Version),
    /// The same; on the way up late files first.
    GotoWithLate(Version),
    /// The last version down, and up again.
    Redo,
}

impl Goal {
    /// Up by so many files, late ones first if they may run.
    pub fn up(limit: Option<u64>, with_late: bool) -> Goal {
        match with_late {
            true => Goal::UpWithLate(limit),
            false => Goal::Up(limit),
        }
    }

    /// To a version; late files first if they may run.
    pub fn goto(version: Version, with_late: bool) -> Goal {
        match with_late {
            true => Goal::GotoWithLate(version),
            false => Goal::Goto(version),
        }
    }

    /// The command that asks for it.
    pub fn command(self) -> &'static str {
        match self {
            Goal::Up(_) | Goal::UpWithLate(_) => "up",
            Goal::Down(_) => "down",
            Goal::Goto(_) | Goal::GotoWithLate(_) => "goto",
            Goal::Redo => "redo",
        }
    }

    /// Whether it is above the row, so that everything below it should be in order.
    pub fn is_up(self, state: State) -> bool {
        match self {
            Goal::Up(limit) | Goal::UpWithLate(limit) => limit != Some(0),
            Goal::Goto(version) | Goal::GotoWithLate(version) => Some(version) > state.version,
            Goal::Down(_) | Goal::Redo => false,
        }
    }

    /// Whether it asks for no file at all.
    fn is_nothing(self) -> bool {
        matches!(self, Goal::Up(Some(0)) | Goal::UpWithLate(Some(0)) | Goal::Down(Some(0)))
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
    /// Where it stands afterwards: for a down, the version before this one; for a late file, where
    /// it stood before.
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

impl Plan {
    /// The index of the step to go on with, where somebody else may have run some of those from
    /// `next` on: the first that begins at the row. `None` where the row is nowhere in the rest of
    /// the plan. A late file leaves the row where it is, so `is_applied` says whether it has run.
    pub fn resume(
        &self,
        next: usize,
        state: State,
        is_applied: impl Fn(Version) -> bool,
    ) -> Option<usize> {
        let at = |row: Option<Version>| !state.dirty && state.version == row;
        let rest = self.steps.iter().enumerate().skip(next);
        let is_next =
            |step: &Step| at(step.from) && !(step.from == step.target && is_applied(step.version));
        let found = rest.into_iter().find(|(_, step)| is_next(step)).map(|(i, _)| i);
        let end = self.steps.last().filter(|last| at(last.target)).map(|_| self.steps.len());
        found.or(end)
    }

    fn ends(steps: Vec<Step>) -> Plan {
        let end = if steps.is_empty() { End::NoChange } else { End::Reached };
        Plan { steps, end }
    }
}

/// Plans the way from `state` to `goal`.
///
/// Going up, the folder alone counts, as it does for golang-migrate. Going down, each version that
/// is applied counts: also one whose file is gone, and not one that never ran.
///
/// # Errors
///
/// [`Error::Dirty`] on a dirty state, [`Error::Ahead`] on the way up from a version above all that are
/// here, [`Error::NoMigrationFor`] when the state's or the goal's version is not there to go from or
/// to, [`Error::EmptySource`] when the folder has none at all and one is needed.
pub fn plan(ground: &Ground<'_>, state: State, goal: Goal) -> Result<Plan, Error> {
    let newest = ground.here.last().copied();
    let is_kept = |version: Version| ground.kept.binary_search(&version).is_ok();
    steps(ground, state, goal).map_err(|error| match error {
        Error::NoMigrationFor { version, .. }
            if matches!(goal, Goal::Up(_) | Goal::UpWithLate(_)) && Some(version) > newest =>
        {
            Error::Ahead { version, newest, is_kept: is_kept(version) }
        }
        Error::NoMigrationFor { version, .. } => Error::NoMigrationFor {
            version,
            is_applied: state.version == Some(version),
            is_kept: is_kept(version),
            below: below(ground.here, Some(version)),
        },
        error => error,
    })
}

fn steps(ground: &Ground<'_>, state: State, goal: Goal) -> Result<Plan, Error> {
    // golang-migrate answers `up 0` and `down 0` before it looks at anything.
    if goal.is_nothing() {
        return Ok(Plan { steps: Vec::new(), end: End::NoChange });
    }
    if state.dirty {
        return Err(Error::dirty(state, ground.here));
    }
    match goal {
        Goal::Up(limit) => up(ground, state, limit, false),
        Goal::UpWithLate(limit) => up(ground, state, limit, true),
        Goal::Down(limit) => {
            let applied = applied(ground, state)?;
            let (count, end) = counted(applied.len(), limit);
            Ok(Plan { steps: down(&applied, applied.len() - count), end })
        }
        Goal::GotoWithLate(version) if Some(version) > state.version => {
            let rest = goto(ground, state, version)?.steps;
            Ok(Plan::ends(lates(ground.late, state).chain(rest).collect()))
        }
        Goal::Goto(version) | Goal::GotoWithLate(version) => goto(ground, state, version),
        Goal::Redo => {
            let applied = applied(ground, state)?;
            let Some(version) = state.version else {
                return Ok(Plan { steps: Vec::new(), end: End::NoneThere });
            };
            position(ground.here, version)?;
            let mut steps = down(&applied, applied.len() - 1);
            let from = steps.last().and_then(|step| step.target);
            steps.push(step_up(from, version));
            Ok(Plan { steps, end: End::Reached })
        }
    }
}

fn up(
    ground: &Ground<'_>,
    state: State,
    limit: Option<u64>,
    with_late: bool,
) -> Result<Plan, Error> {
    let pending = pending(ground.here, state)?;
    if ground.here.is_empty() {
        return Err(Error::EmptySource);
    }
    let late = if with_late { ground.late } else { &[] };
    let (count, end) = counted(late.len() + pending.len(), limit);
    let mut steps: Vec<Step> = lates(late, state).collect();
    steps.extend(ups(state.version, pending));
    steps.truncate(count);
    Ok(Plan { steps, end })
}

fn goto(ground: &Ground<'_>, state: State, version: Version) -> Result<Plan, Error> {
    if Some(version) > state.version {
        let pending = pending(ground.here, state)?;
        let wanted = position(pending, version)? + 1;
        return Ok(Plan::ends(ups(state.version, &pending[..wanted]).collect()));
    }
    let applied = applied(ground, state)?;
    let below = applied.partition_point(|applied| *applied <= version);
    let mut steps = down(&applied, below);
    if position(&applied, version).is_err() {
        // Not there, or there and never run: then it is run now.
        position(ground.late, version)?;
        steps.push(step_up(below.checked_sub(1).map(|i| applied[i]), version));
    }
    Ok(Plan::ends(steps))
}

/// The folder's versions above the row, which must be one of them.
fn pending(here: &[Version], state: State) -> Result<&[Version], Error> {
    let from = match state.version {
        None => 0,
        Some(version) => position(here, version)? + 1,
    };
    Ok(&here[from..])
}

/// The versions that there are to take down, ascending; the row's is the last of them.
fn applied(ground: &Ground<'_>, state: State) -> Result<Vec<Version>, Error> {
    let Some(row) = state.version else { return Ok(Vec::new()) };
    let ran = ground.here.iter().filter(|version| ground.late.binary_search(version).is_err());
    let mut applied: Vec<Version> =
        ran.chain(ground.kept).copied().filter(|version| *version <= row).collect();
    applied.sort_unstable();
    applied.dedup();
    position(&applied, row)?;
    Ok(applied)
}

/// Down from the last of them, until so many are left.
fn down(applied: &[Version], left: usize) -> Vec<Step> {
    let step = |i: usize| Step {
        version: applied[i],
        direction: Direction::Down,
        from: Some(applied[i]),
        target: i.checked_sub(1).map(|below| applied[below]),
    };
    (left..applied.len()).rev().map(step).collect()
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

fn ups(from: Option<Version>, versions: &[Version]) -> impl Iterator<Item = Step> {
    let before = std::iter::once(from).chain(versions.iter().copied().map(Some));
    before.zip(versions).map(|(before, version)| step_up(before, *version))
}

fn step_up(from: Option<Version>, version: Version) -> Step {
    Step { version, direction: Direction::Up, from, target: Some(version) }
}

fn lates(versions: &[Version], state: State) -> impl Iterator<Item = Step> {
    versions.iter().map(move |version| step_late(state, *version))
}

/// The row stays at the highest version.
fn step_late(state: State, version: Version) -> Step {
    Step { version, direction: Direction::Up, from: state.version, target: state.version }
}

fn position(versions: &[Version], version: Version) -> Result<usize, Error> {
    versions.binary_search(&version).map_err(|_| Error::NoMigrationFor {
        version,
        is_applied: false,
        is_kept: false,
        below: None,
    })
}

#[cfg(test)]
mod tests;
