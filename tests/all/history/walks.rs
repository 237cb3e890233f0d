//! Random walks: both tools by turns, branches merged late, edits, older checkouts. After each of
//! dbm's commands the log explains the row, and where it can be said, the schema is what both say.

use std::collections::BTreeSet;

use crate::history::book::{assert_explained, entries};
use crate::support::chance::Chance;
use crate::support::{Database, Folder, Output, Run, reference};

/// What an error of dbm may be on such a way. Above all no file fails, and nothing is dirty.
const ERRORS: &[&str] = &[
    "error: late: ",
    "error: edited after it was applied: ",
    "error: file does not exist",
    "error: limit ",
    "error: no migration found for version ",
];

struct Walk {
    db: Database,
    chance: Chance,
    trail: Vec<String>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        Self { db: Database::new(), chance: Chance::new(seed), trail: Vec::new() }
    }

    fn number(&mut self, limit: usize) -> usize {
        usize::try_from(self.chance.below(limit as u64)).expect("a small number")
    }

    /// A command that moves the row, with its words; versions are among `numbers`.
    fn command(&mut self, numbers: &[i64]) -> Vec<String> {
        let version = numbers[self.number(numbers.len())].to_string();
        let few = (1 + self.number(3)).to_string();
        let words: &[&str] = match self.number(9) {
            0 | 1 => &["up"],
            2 | 3 => &["up", &few],
            4 | 5 => &["down", &few],
            6 => &["down", "-all"],
            _ => &["goto", &version],
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn run(&mut self, who: &str, run: Run, folder: &Folder, words: &[String]) -> Output {
        let output = run.db(&self.db).path(folder).args(words.iter().cloned()).output();
        self.trail.push(format!(
            "{who}: {} => {:?} at {:?}\n{}",
            words.join(" "),
            output.status,
            self.db.row(),
            output.stderr
        ));
        output
    }

    /// dbm, which does as it is told or says one of the errors that are no surprise; and then the
    /// log explains the row.
    fn dbm(&mut self, folder: &Folder, words: &[String]) -> Output {
        let output = self.run("dbm", Run::dbm(), folder, words);
        let is_fine = match output.status {
            Some(0) => true,
            Some(1) => output.stderr.lines().any(|line| ERRORS.iter().any(|e| line.starts_with(e))),
            _ => false,
        };
        assert!(is_fine, "{}", self.way());
        assert!(!output.stderr.contains("nothing is logged"), "{}", self.way());
        assert!(self.db.row().is_none_or(|(_, dirty)| !dirty), "{}", self.way());
        output
    }

    fn way(&self) -> String {
        self.trail.join("\n")
    }

    /// The versions whose tables are there.
    fn tables(&self) -> BTreeSet<i64> {
        let tables = self.db.tables();
        tables
            .iter()
            .filter_map(|table| table.strip_prefix("public.t")?.parse::<i64>().ok())
            .collect()
    }

    /// The versions that are applied by the log alone.
    fn logged(&self) -> BTreeSet<i64> {
        let mut applied = BTreeSet::new();
        for entry in entries(&self.db).iter().filter(|entry| entry.error.is_none()) {
            match (entry.direction.as_deref(), entry.version) {
                (Some("up"), Some(version)) => drop(applied.insert(version)),
                (Some("down"), Some(version)) => drop(applied.remove(&version)),
                _ => {}
            }
        }
        applied
    }
}

/// A version's pair of files, in one of the ways to run a file. They do not run twice.
fn strict(folder: &Folder, version: i64) {
    let (before, after) = match version % 3 {
        0 => ("BEGIN;\n", "COMMIT;\n"),
        1 if version % 2 == 0 => ("", "COMMIT;\nSELECT 1;\n"),
        _ => ("", ""),
    };
    let up = format!("{before}CREATE TABLE t{version} (id int);\n{after}");
    folder.write(&format!("{version}_t{version}.up.sql"), up);
    folder.write(&format!("{version}_t{version}.down.sql"), format!("DROP TABLE t{version};\n"));
}

fn checkout(versions: impl IntoIterator<Item = i64>) -> Folder {
    let folder = Folder::new();
    versions.into_iter().for_each(|version| strict(&folder, version));
    folder
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Nobody merges late: whoever moved the row, the schema is what it says, and the log knows why.
/// Now and then dbm runs from an older checkout.
fn by_turns(test: &str, seed: u64) {
    let Some(tool) = reference::find(test) else { return };
    let mut walk = Walk::new(seed);
    let numbers: Vec<i64> = (1..=7).collect();
    let (newer, older) = (checkout(1..=6), checkout(1..=3));
    for _ in 0..40 {
        let command = walk.command(&numbers);
        match walk.number(6) {
            0..=2 => {
                let run = Run::program(&tool);
                walk.run("migrate", run, &newer, &command);
            }
            3 => {
                let output = walk.dbm(&older, &command);
                assert!(!output.stderr.contains("error: late"), "{}", walk.way());
            }
            _ => {
                let output = walk.dbm(&newer, &command);
                let refused = output.stderr.contains("error: late")
                    || output.stderr.contains("error: edited");
                assert!(!refused, "{}", walk.way());
                assert_explained(&walk.db, &walk.way());
                assert_eq!(walk.logged(), walk.tables(), "{}", walk.way());
            }
        }
        let row = walk.db.row().map_or(-1, |(version, _)| version);
        assert_eq!(walk.tables(), (1..=row).collect(), "{}", walk.way());
    }
}

/// dbm alone, on branches that each have some of the files: the log knows exactly what is there.
fn on_branches(seed: u64) {
    let mut walk = Walk::new(seed);
    let numbers: Vec<i64> = (1..=8).collect();
    for _ in 0..30 {
        let branch: Vec<i64> =
            numbers.iter().copied().filter(|_| walk.chance.below(4) > 0).collect();
        let folder = checkout(branch.iter().copied());
        walk.trail.push(format!("checkout {branch:?}"));
        let mut command = walk.command(&numbers);
        let is_up = command[0] == "up";
        match walk.number(6) {
            0 => command = words(&["redo"]),
            1..=3 if is_up => command.push("-allow-late".to_owned()),
            4 if is_up => command.push("-allow-newer".to_owned()),
            _ => {}
        }
        let output = walk.dbm(&folder, &command);
        assert_explained(&walk.db, &walk.way());
        assert_eq!(walk.logged(), walk.tables(), "{}", walk.way());
        let highest = walk.tables().last().copied();
        assert_eq!(walk.db.row().map(|(version, _)| version), highest, "{}", walk.way());
        // All that was asked for: whatever this branch has is there now.
        if output.status == Some(0) && command == words(&["up", "-allow-late"]) {
            let all: BTreeSet<i64> = branch.into_iter().collect();
            assert!(all.is_subset(&walk.tables()), "{}", walk.way());
        }
    }
}

/// Files that may be run over again, as `force` and golang-migrate's way past late files want it.
fn lenient(folder: &Folder, version: i64, more: &str) {
    let up = format!("CREATE TABLE IF NOT EXISTS t{version} (id int{more});\n");
    folder.write(&format!("{version}_x.up.sql"), up);
    let down = format!("DROP TABLE IF EXISTS t{version};\n");
    folder.write(&format!("{version}_x.down.sql"), down);
}

/// Everything at once: both tools, `force`, late merges, edits that count and edits that do not,
/// and every way to allow them. The log explains the row.
fn anything(test: &str, seed: u64) {
    let Some(tool) = reference::find(test) else { return };
    let mut walk = Walk::new(seed);
    let folder = Folder::new();
    let mut numbers: Vec<i64> = vec![10, 20, 30, 40];
    numbers.iter().for_each(|version| lenient(&folder, *version, ""));
    for step in 0..60 {
        match walk.number(12) {
            0 => {
                let version = 1 + walk.number(49) as i64;
                if !numbers.contains(&version) {
                    lenient(&folder, version, "");
                    numbers.push(version);
                    walk.trail.push(format!("merged {version}"));
                }
            }
            1 => {
                let version = numbers[walk.number(numbers.len())];
                let more = match walk.number(3) {
                    0 => String::new(),
                    1 => format!(" /* {step} */"),
                    _ => format!(", c{step} int"),
                };
                lenient(&folder, version, &more);
                walk.trail.push(format!("edited {version}: {more}"));
            }
            2..=5 => {
                let mut command = walk.command(&numbers);
                if walk.number(8) == 0 {
                    let version = numbers[walk.number(numbers.len())].to_string();
                    command = words(&["force", &version]);
                }
                let run = Run::program(&tool);
                walk.run("migrate", run, &folder, &command);
            }
            _ => {
                let mut command = walk.command(&numbers);
                let version = numbers[walk.number(numbers.len())].to_string();
                match walk.number(10) {
                    0 => command = words(&["force", &version]),
                    1 => command = words(&["repair", "-f"]),
                    2 => command = words(&["redo"]),
                    3 => command = words(&["force", "--", "-1"]),
                    4..=6 if command[0] == "up" => {
                        command.extend(words(&["-allow-late", "-allow-edited"]));
                    }
                    7 if command[0] == "up" => command.push("-allow-late".to_owned()),
                    8 if command[0] == "up" => command.push("-allow-edited".to_owned()),
                    _ => {}
                }
                let output = walk.dbm(&folder, &command);
                let is_repair_of_nothing = output.stderr.contains("nothing to repair");
                if !is_repair_of_nothing {
                    assert_explained(&walk.db, &walk.way());
                }
            }
        }
    }
}

#[test]
fn both_tools_by_turns() {
    by_turns("history::both_tools_by_turns", 4);
}

#[test]
fn both_tools_by_turns_again() {
    by_turns("history::both_tools_by_turns_again", 20_261_120);
}

#[test]
fn dbm_on_branches() {
    on_branches(1);
}

#[test]
fn dbm_on_branches_again() {
    on_branches(77);
}

#[test]
fn anything_goes() {
    anything("history::anything_goes", 2);
}

#[test]
fn anything_goes_again() {
    anything("history::anything_goes_again", 31_337);
}
