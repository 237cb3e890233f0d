//! Both tools on one database, by turns, beside a database on which only golang-migrate walks.
//!
//! Whoever takes a step, it must look and leave things as if golang-migrate had taken them all.

use crate::interop::twins::{Level, Twins, Typed};
use crate::support::{Folder, Output};

/// Who takes a step on our database.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tool {
    Dbm,
    Reference,
}

/// A walk in which every command of the contract is followed by every kind of other.
const SCRIPT: &[&[&str]] = &[
    &["version"],
    &["up", "1"],
    &["up", "2"],
    &["version"],
    &["down", "1"],
    &["goto", "4"],
    &["up"],
    &["down", "9"],
    &["up", "9"],
    &["goto", "1"],
    &["force", "3"],
    &["down", "1"],
    &["force", "--", "-1"],
    &["up"],
    &["version"],
    &["goto", "9"],
    &["force", "77"],
    &["up"],
    &["version"],
    &["force", "2"],
    &["down", "-all"],
    &["down", "1"],
    &["up", "1"],
    &["drop", "-f"],
    &["version"],
    &["up"],
    &["down", "-all"],
];

#[test]
fn dbm_begins_and_they_take_turns() {
    scripted("dbm_begins_and_they_take_turns", Tool::Dbm);
}

#[test]
fn the_reference_begins_and_they_take_turns() {
    scripted("the_reference_begins_and_they_take_turns", Tool::Reference);
}

#[test]
fn a_random_walk() {
    random("a_random_walk", 1);
}

#[test]
fn another_random_walk() {
    random("another_random_walk", 20_260_101);
}

#[test]
fn a_third_random_walk() {
    random("a_third_random_walk", 4_191_000_077);
}

fn scripted(test: &str, first: Tool) {
    let steps = SCRIPT.iter().enumerate().map(|(index, step)| {
        let tool =
            if (index % 2 == 0) == (first == Tool::Dbm) { Tool::Dbm } else { Tool::Reference };
        (tool, step.iter().map(|&word| word.to_owned()).collect())
    });
    walk(test, steps);
}

fn random(test: &str, seed: u64) {
    let mut random = Random(seed);
    walk(test, (0..25).map(|_| (random.tool(), random.command())));
}

/// Walks, and stops at the first step that differs: what comes after it would differ with it.
fn walk(test: &str, steps: impl Iterator<Item = (Tool, Vec<String>)>) {
    let Some(mut twins) = Twins::new(test) else {
        return;
    };
    let folder = lenient();
    let mut trail = Vec::new();
    for (tool, command) in steps {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let typed = Typed::command(&words);
        let theirs = twins.run_theirs(&folder, &typed);
        let ours: Output = match tool {
            Tool::Dbm => twins.run_ours(&folder, &typed),
            Tool::Reference => twins.run_reference_on_ours(&folder, &typed),
        };
        trail.push(format!("{tool:?}: {}", command.join(" ")));
        if tool == Tool::Reference {
            // The doubled line of the reference is put right on one side only.
            assert_eq!(ours.masked(), theirs.masked(), "after {trail:#?}");
            assert_eq!(ours.status, theirs.status, "after {trail:#?}");
            assert_eq!(twins.ours.row(), twins.theirs.row(), "after {trail:#?}");
        } else if !twins.note(&typed, &ours, &theirs, Level::Same) {
            eprintln!("the way there: {trail:#?}");
            break;
        }
    }
    assert_eq!(twins.ours.dump(), twins.theirs.dump(), "after {trail:#?}");
    twins.finish();
}

/// Files that may be run over again: a `force` to anywhere leads to nothing that fails, which the
/// two tools would answer differently on purpose.
fn lenient() -> Folder {
    let mut folder = Folder::new();
    for (version, name) in [("1", "a"), ("2", "b"), ("3", "c"), ("4", "d")] {
        folder = folder.pair(
            &format!("{version}_{name}"),
            &format!("CREATE TABLE IF NOT EXISTS {name} (id int)"),
            &format!("DROP TABLE IF EXISTS {name}"),
        );
    }
    // One in each of the three ways to run a file.
    folder
        .file("2_b.up.sql", "BEGIN;\nCREATE TABLE IF NOT EXISTS b (id int);\nCOMMIT;\n")
        .pair(
            "5_e",
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS d_id ON d (id);",
            "DROP INDEX CONCURRENTLY IF EXISTS d_id;",
        )
        .pair(
            "6_f",
            "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;",
            "DROP FUNCTION IF EXISTS f();",
        )
}

/// A linear congruential generator (Knuth's MMIX): the same walk on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn tool(&mut self) -> Tool {
        if self.below(2) == 0 { Tool::Dbm } else { Tool::Reference }
    }

    fn command(&mut self) -> Vec<String> {
        let number = |n: u64| n.to_string();
        match self.below(10) {
            0 | 1 => vec!["up".to_owned(), number(self.below(4))],
            2 => vec!["up".to_owned()],
            3 | 4 => vec!["down".to_owned(), number(self.below(4))],
            5 => vec!["down".to_owned(), "-all".to_owned()],
            // Version 0 has no file, nor has 7.
            6 | 7 => vec!["goto".to_owned(), number(self.below(8))],
            8 => match self.below(8) {
                0 => vec!["force".to_owned(), "--".to_owned(), "-1".to_owned()],
                version => vec!["force".to_owned(), number(version)],
            },
            _ => vec!["version".to_owned()],
        }
    }
}
