//! Random walks of both tools over one database. What the log says is compared with a model that
//! knows nothing of entries.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::Action;
use crate::history::tests::world::{Allowed, Stop, World};
use crate::migration::{Direction, Version};
use crate::plan::Goal;

/// A linear congruential generator, with Knuth's constants.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
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

/// The rule once more, kept up to date as things happen, without entries to read.
#[derive(Default)]
struct Model {
    /// The known versions, and the texts of each that are right.
    known: BTreeMap<Version, BTreeSet<String>>,
}

impl Model {
    /// The row is here, whoever moved it: nothing above is known, and what lies above the known
    /// versions was run.
    fn row_is(&mut self, world: &World, row: Option<Version>) {
        self.known.retain(|version, _| Some(*version) <= row);
        let newest = self.known.keys().next_back().copied();
        if row.is_some_and(|row| world.here.contains_key(&row)) {
            let above = |version: &Version| Some(*version) > newest && Some(*version) <= row;
            world
                .versions()
                .into_iter()
                .filter(above)
                .for_each(|version| self.take(world, version));
        }
    }

    /// What a command finds that has the lock.
    fn found(&mut self, world: &World) {
        if !world.row.dirty {
            self.row_is(world, world.row.version);
        }
    }

    /// It counts as applied now, with the text as it is.
    fn take(&mut self, world: &World, version: Version) {
        self.known.insert(version, [world.here[&version].clone()].into());
    }

    fn is_right(&self, world: &World, version: Version) -> bool {
        let text = world.here.get(&version);
        text.is_none_or(|text| self.known[&version].contains(text))
    }

    fn agrees(&self, world: &World, case: &str) {
        if world.row.dirty {
            return;
        }
        let row = world.row.version;
        let adoptions = world.history().adoptions(&world.versions(), world.row);
        assert!(adoptions.is_empty(), "twice: {adoptions:?} {case}");
        let known: Vec<Version> = self.known.keys().copied().collect();
        assert_eq!(world.known(), known, "what is known: {case}");
        let below = world.versions().into_iter().filter(|version| Some(*version) <= row);
        let late: Vec<Version> = below.filter(|version| !known.contains(version)).collect();
        assert_eq!(world.late(), late, "known, or late, or nothing else: {case}");
        let wrong: Vec<Version> =
            known.iter().copied().filter(|version| !self.is_right(world, *version)).collect();
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
}

/// How often what happened, so that a walk that does nothing cannot pass.
#[derive(Default)]
struct Count {
    late: usize,
    edited: usize,
    adopted: usize,
}

fn walk(seed: u64, ways: Ways, count: &mut Count) {
    let mut chance = Chance(seed);
    let mut world = World::new(&[2, 5]);
    let mut model = Model::default();
    let mut texts = 0;
    let mut way = None;
    let mut told = Vec::new();
    for at in 0..40 {
        let before = world.log.len();
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
                model.found(&world);
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
                model.found(&world);
                let got =
                    world.dbm(Goal::UpWithLate(Some(files)), Allowed { late: true, edited: true });
                format!("dbm up {files} --allow-late --allow-edited: {got:?}")
            }
            11 => {
                model.found(&world);
                let got = world.dbm_down(files);
                format!("dbm down {files}: {got:?}")
            }
            12 => {
                model.found(&world);
                let to = chance.below(12);
                format!("dbm goto {to}: {:?}", world.dbm(Goal::Goto(to), Allowed::default()))
            }
            13 => {
                model.found(&world);
                format!("dbm redo: {:?}", world.dbm(Goal::Redo, Allowed::default()))
            }
            14 => {
                model.found(&world);
                let versions = world.dbm_repair();
                for version in &versions {
                    let text = world.here[version].clone();
                    model.known.get_mut(version).unwrap().insert(text);
                }
                format!("dbm repair: {versions:?}")
            }
            15 => {
                let to = chance.one_of(&world.versions());
                model.found(&world);
                world.dbm_force(to);
                model.row_is(&world, to);
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
            if entry.action != Action::Run {
                count.adopted += 1;
                continue;
            }
            match direction {
                Direction::Up => model.take(&world, version),
                Direction::Down => drop(model.known.remove(&version)),
            }
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
        let known = history.known(*version).unwrap();
        if !known.is_adopted && !known.is_recorded {
            assert_ne!(world.ran[version], world.here[version], "{}", told.join("\n"));
        }
    }
}

fn walks(ways: Ways) {
    let mut count = Count::default();
    for seed in 0..500 {
        walk(seed, ways, &mut count);
    }
    let Count { late, edited, adopted } = count;
    assert!(late > 100 && edited > 100 && adopted > 500, "{late} {edited} {adopted}");
}

/// Then what is called late never ran, and what is called edited is not what `dbm` ran.
#[test]
fn the_log_is_right_where_golang_migrate_goes_one_way() {
    walks(Ways::Shortest);
}

#[test]
fn the_log_follows_the_rule_whatever_is_done() {
    walks(Ways::Any);
}
