//! Random walks of both tools over one database. What the log says is compared with a model that
//! knows nothing of logs: it sees the row when `dbm` runs, and takes the shortest way between.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::tests::world::{Allowed, Stop, World};
use crate::migration::{Direction, Version};
use crate::plan::Goal;

/// A linear congruential generator, with Knuth's constants.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The low bits of such a generator are poor.
        (self.0 >> 33) % limit
    }

    fn one_of(&mut self, versions: &[Version]) -> Option<Version> {
        let at = self.below(versions.len() as u64 + 1) as usize;
        versions.get(at).copied()
    }
}

/// What two eyes and a notebook know.
#[derive(Default)]
struct Model {
    /// Whether `dbm` has seen the row move yet.
    has_begun: bool,
    seen: Option<Version>,
    applied: BTreeSet<Version>,
    /// The texts of an applied version that are right.
    right: BTreeMap<Version, BTreeSet<String>>,
}

impl Model {
    /// Whatever moved the row from where it was, it took the shortest way.
    fn moved_to(&mut self, world: &World, row: Option<Version>) {
        for version in world.versions().into_iter().filter(|version| Some(*version) <= row) {
            if Some(version) == row || Some(version) > self.seen || !self.has_begun {
                self.take(world, version);
            }
        }
        self.applied.retain(|version| Some(*version) <= row);
        self.has_begun |= row.is_some();
        self.seen = row;
    }

    /// It counts as applied now, with the text as it is, unless it did already.
    fn take(&mut self, world: &World, version: Version) {
        if self.applied.insert(version) {
            self.right.insert(version, [world.here[&version].clone()].into());
        }
    }

    fn is_right(&self, world: &World, version: Version) -> bool {
        self.right[&version].contains(&world.here[&version])
    }

    fn found(&mut self, world: &World, was_golangs: bool) {
        let row = world.row.version;
        if world.row.dirty {
        } else if row != self.seen {
            self.moved_to(world, row);
        } else if let (Some(row), true) = (row, was_golangs) {
            // Away and back: what is new it may have run, what is not right it may have run again.
            for version in world.versions().into_iter().filter(|version| *version <= row) {
                self.take(world, version);
            }
            let mut again: Vec<Version> =
                self.applied.iter().copied().filter(|v| !self.is_right(world, *v)).collect();
            if again.is_empty() {
                again.push(row);
            }
            for version in again {
                // What really ran stays right.
                self.right.entry(version).or_default().insert(world.here[&version].clone());
            }
        }
    }

    fn agrees(&self, world: &World, case: &str) {
        let history = world.history();
        if world.row.dirty {
            return;
        }
        let row = world.row.version;
        let is_untold = !self.has_begun && row.is_none();
        assert!(is_untold || history.is_at(world.row), "the log does not explain the row: {case}");
        let adoptions = history.adoptions(&world.versions(), world.row);
        assert!(adoptions.is_empty(), "twice: {adoptions:?} {case}");
        let known: BTreeSet<Version> = world.known().into_iter().collect();
        assert_eq!(known, self.applied, "what is applied: {case}");
        let below = world.versions().into_iter().filter(|version| Some(*version) <= row);
        let late: Vec<Version> = below.filter(|version| !known.contains(version)).collect();
        assert_eq!(world.late(), late, "known, or late, or nothing else: {case}");
        let wrong: Vec<Version> =
            known.iter().copied().filter(|v| !self.is_right(world, *v)).collect();
        assert_eq!(world.edited(), wrong, "edited: {case}");
    }
}

/// How wild a walk is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ways {
    /// Between two commands of `dbm`, golang-migrate goes one way and forces nothing.
    Shortest,
    /// Any way.
    Any,
    /// And `dbm force` is the first that sees where golang-migrate went.
    ForceUnseen,
}

/// How often what happened, so that a walk that does nothing cannot pass.
#[derive(Default)]
struct Count {
    late: usize,
    edited: usize,
    adopted: usize,
    touched: usize,
}

fn walk(seed: u64, ways: Ways, count: &mut Count) {
    let mut chance = Chance(seed);
    let mut world = World::new(&[2, 5]);
    let mut model = Model::default();
    let mut texts = 0;
    let mut way = None;
    let mut told = Vec::new();
    for at in 0..40 {
        let (was_golangs, before) = (world.is_golangs, world.log.len());
        let files = 1 + chance.below(2);
        let mut is_dbms = true;
        let did = match chance.below(16) {
            0 | 1 => {
                let version = chance.below(12);
                world.merge(&[version]);
                is_dbms = false;
                format!("merge {version}")
            }
            2 => {
                is_dbms = false;
                let version = chance.one_of(&world.versions());
                if let Some(version) = version {
                    // Some edits are taken back.
                    texts += 1;
                    let text = match chance.below(3) {
                        0 => format!("select {version}"),
                        _ => format!("select {version} + {texts}"),
                    };
                    world.edit(version, &text);
                }
                format!("edit {version:?}")
            }
            3 | 4 if ways != Ways::Shortest || way != Some(Direction::Down) => {
                (is_dbms, way) = (false, Some(Direction::Up));
                world.golang_up(files as usize);
                format!("golang up {files}")
            }
            5 if ways != Ways::Shortest || way != Some(Direction::Up) => {
                (is_dbms, way) = (false, Some(Direction::Down));
                world.golang_down(files as usize);
                format!("golang down {files}")
            }
            6 if ways != Ways::Shortest || way.is_none() => {
                is_dbms = false;
                world.golang_fails();
                // Nothing but `force` helps then.
                "golang fails".to_string()
            }
            7 if ways != Ways::Shortest => {
                let to = chance.one_of(&world.versions());
                (is_dbms, way) = (false, Some(Direction::Up));
                world.golang_force(to);
                format!("golang force {to:?}")
            }
            8 | 9 => {
                let goal = if chance.below(2) == 0 { None } else { Some(files) };
                model.found(&world, was_golangs);
                let got = world.dbm(Goal::Up(goal), Allowed::default());
                match &got {
                    Err(Stop::Late(versions)) => {
                        count.late += 1;
                        is_never_run(&world, versions, ways, &told);
                    }
                    Err(Stop::Edited(versions)) => {
                        count.edited += 1;
                        is_edited(&world, versions, ways, &told);
                    }
                    _ => {}
                }
                format!("dbm up {goal:?}: {got:?}")
            }
            10 => {
                model.found(&world, was_golangs);
                let got =
                    world.dbm(Goal::UpWithLate(Some(files)), Allowed { late: true, edited: true });
                format!("dbm up {files} --allow-late --allow-edited: {got:?}")
            }
            11 => {
                model.found(&world, was_golangs);
                let got = world.dbm_down(files);
                format!("dbm down {files}: {got:?}")
            }
            12 => {
                model.found(&world, was_golangs);
                let to = chance.below(12);
                format!("dbm goto {to}: {:?}", world.dbm(Goal::Goto(to), Allowed::default()))
            }
            13 => {
                model.found(&world, was_golangs);
                format!("dbm redo: {:?}", world.dbm(Goal::Redo, Allowed::default()))
            }
            14 => {
                model.found(&world, was_golangs);
                let versions = world.dbm_repair();
                for version in &versions {
                    let text = world.here[version].clone();
                    model.right.get_mut(version).unwrap().insert(text);
                }
                format!("dbm repair: {versions:?}")
            }
            15 if world.row.dirty || !was_golangs || ways == Ways::ForceUnseen => {
                let to = chance.one_of(&world.versions());
                if !world.row.dirty {
                    // From where the row was, whoever brought it there.
                    model.found(&world, was_golangs);
                }
                let again = world.row.dirty && was_golangs && model.has_begun;
                world.dbm_force(to);
                model.moved_to(&world, to);
                if again {
                    for version in model.applied.clone() {
                        let text = world.here[&version].clone();
                        model.right.entry(version).or_default().insert(text);
                    }
                }
                format!("dbm force {to:?}")
            }
            _ => continue,
        };
        told.push(format!("{did} -> {}", world.row));
        if !is_dbms {
            continue;
        }
        if !world.row.dirty {
            way = None;
        }
        for entry in &world.log[before..] {
            let (Some(version), Some(direction)) = (entry.version, entry.direction) else {
                continue;
            };
            if entry.action != crate::history::Action::Run {
                count.adopted += usize::from(entry.from != entry.to);
                count.touched += usize::from(entry.from == entry.to);
                continue;
            }
            match direction {
                Direction::Up => {
                    model.applied.remove(&version);
                    model.take(&world, version);
                }
                Direction::Down => drop(model.applied.remove(&version)),
            }
            (model.has_begun, model.seen) = (true, entry.to.version);
            model.applied.retain(|version| Some(*version) <= model.seen);
        }
        model.agrees(&world, &format!("seed {seed}, {at}:\n{}", told.join("\n")));
    }
}

/// A refusal is right: what is said never to have run never did.
fn is_never_run(world: &World, late: &[Version], ways: Ways, told: &[String]) {
    if ways == Ways::Shortest {
        let ran = late.iter().find(|version| world.ran.contains_key(version));
        assert_eq!(ran, None, "{}", told.join("\n"));
    }
}

/// And what is said to be edited is not what ran, where it was `dbm` that ran it.
fn is_edited(world: &World, edited: &[Version], ways: Ways, told: &[String]) {
    let history = world.history();
    for version in edited.iter().filter(|_| ways == Ways::Shortest) {
        if !history.known(*version).unwrap().is_adopted {
            assert_ne!(world.ran[version], world.here[version], "{}", told.join("\n"));
        }
    }
}

fn walks(ways: Ways) -> Count {
    let mut count = Count::default();
    for seed in 0..500 {
        walk(seed, ways, &mut count);
    }
    let Count { late, edited, adopted, touched } = count;
    assert!(late > 100 && edited > 100 && adopted > 500, "{late} {edited} {adopted} {touched}");
    count
}

#[test]
fn the_log_explains_the_row_whatever_the_shortest_way_was() {
    let count = walks(Ways::Shortest);
    assert!(count.touched > 0);
}

#[test]
fn the_log_explains_the_row_whatever_was_done_to_it() {
    let count = walks(Ways::Any);
    assert!(count.touched > 200, "{}", count.touched);
}

/// `dbm force` does not look where the row was: what golang-migrate undid before it still counts
/// as what `dbm` ran, and what it ran is not known.
#[test]
fn the_log_explains_the_row_when_force_is_the_first_to_see_it() {
    walks(Ways::ForceUnseen);
}

/// Adopting goes from where the log left the row to where it is, step by step.
#[test]
fn the_chain_of_adoptions_is_unbroken_and_ends_at_the_row() {
    let mut chains = 0;
    for seed in 0..2000 {
        let mut chance = Chance(seed);
        let mut world = World::new(&[1, 3, 5, 7]);
        let _ = world.dbm(Goal::Up(Some(chance.below(5))), Allowed::default());
        let before = world.row.version;
        world.merge(&[chance.below(9), chance.below(9)]);
        match chance.below(3) {
            0 => world.golang_up(3),
            1 => world.golang_down(3),
            _ => world.golang_force(chance.one_of(&[0, 1, 2, 3, 4, 5, 6, 7, 8])),
        }
        let here = world.versions();
        let steps = world.history().adoptions(&here, world.row);
        if steps.is_empty() {
            assert_eq!(before, world.row.version);
            continue;
        }
        chains += 1;
        let mut at = before;
        let mut has_turned = false;
        for step in &steps {
            // Down first, then up; a row that was forced between two versions is gone down to.
            let turns = !has_turned && step.direction == Some(Direction::Up);
            has_turned |= turns;
            assert_eq!(step.from, at, "{steps:?}");
            let from = if turns { at.min(world.row.version) } else { at };
            match step.direction {
                Some(Direction::Down) => assert!(!has_turned && step.to < step.version),
                Some(Direction::Up) => assert_eq!(step.to, from.max(step.version)),
                None => assert_eq!(step.to, world.row.version),
            }
            at = step.to;
        }
        assert_eq!(at, world.row.version, "{steps:?}");
        world.find();
        assert!(world.history().is_at(world.row));
        assert_eq!(world.history().adoptions(&here, world.row), []);
    }
    assert!(chains > 500, "{chains}");
}
