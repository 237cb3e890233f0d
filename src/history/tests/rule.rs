//! The rule as a table: entries × row × folder → what each version is, and what is adopted.
//!
//! An entry is written `run up 2: 1 -> 2`; `-` is no version, `2!` is dirty, `failed` has an error.

use std::collections::BTreeSet;
use std::time::SystemTime;

use crate::checksum::Checksum;
use crate::history::{Action, Adoption, History, LogEntry};
use crate::migration::{Direction, State, Version};

struct Case {
    what: &'static str,
    log: &'static [&'static str],
    row: &'static str,
    folder: &'static [Version],
    /// Each version of the folder or of the log, at or below the row.
    versions: &'static str,
    adopted: &'static [&'static str],
}

/// dbm ran 1, 2 and 3.
const THREE: &[&str] = &["run up 1: - -> 1", "run up 2: 1 -> 2", "run up 3: 2 -> 3"];
/// dbm ran 1 and 3.
const ODD: &[&str] = &["run up 1: - -> 1", "run up 3: 1 -> 3"];

const CASES: &[Case] = &[
    Case {
        what: "nothing was ever done",
        log: &[],
        row: "-",
        folder: &[1, 2],
        versions: "",
        adopted: &[],
    },
    Case {
        what: "no log: another tool ran everything",
        log: &[],
        row: "3",
        folder: &[1, 2, 3, 4],
        versions: "1 unknown, 2 unknown, 3 unknown",
        adopted: &["up 1: - -> 1", "up 2: 1 -> 2", "up 3: 2 -> 3"],
    },
    Case {
        what: "version 0 is a version",
        log: &["run up 0: - -> 0"],
        row: "1",
        folder: &[0, 1],
        versions: "0 known, 1 unknown",
        adopted: &["up 1: 0 -> 1"],
    },
    Case {
        what: "the row is where the log left it",
        log: THREE,
        row: "3",
        folder: &[1, 2, 3, 4],
        versions: "1 known, 2 known, 3 known",
        adopted: &[],
    },
    Case {
        what: "another tool went up",
        log: THREE,
        row: "5",
        folder: &[1, 2, 3, 4, 5, 6],
        versions: "1 known, 2 known, 3 known, 4 unknown, 5 unknown",
        adopted: &["up 4: 3 -> 4", "up 5: 4 -> 5"],
    },
    Case {
        what: "it went up, and that was adopted",
        log: &["run up 1: - -> 1", "adopt up 2: 1 -> 2"],
        row: "2",
        folder: &[1, 2],
        versions: "1 known, 2 adopted",
        adopted: &[],
    },
    Case {
        what: "another tool went down",
        log: THREE,
        row: "1",
        folder: &[1, 2, 3],
        versions: "1 known",
        adopted: &["down 3: 3 -> 2", "down 2: 2 -> 1"],
    },
    Case {
        what: "it went down to nothing",
        log: THREE,
        row: "-",
        folder: &[],
        versions: "",
        adopted: &["down 3: 3 -> 2", "down 2: 2 -> 1", "down 1: 1 -> -"],
    },
    Case {
        what: "a file below a known version is late",
        log: ODD,
        row: "3",
        folder: &[0, 1, 2, 3, 4],
        versions: "0 late, 1 known, 2 late, 3 known",
        adopted: &[],
    },
    Case {
        what: "another tool went up past a late file",
        log: ODD,
        row: "5",
        folder: &[1, 2, 3, 4, 5],
        versions: "1 known, 2 late, 3 known, 4 unknown, 5 unknown",
        adopted: &["up 4: 3 -> 4", "up 5: 4 -> 5"],
    },
    Case {
        what: "another tool went down to a late file: the row says that it is applied",
        log: ODD,
        row: "2",
        folder: &[1, 2, 3],
        versions: "1 known, 2 unknown",
        adopted: &["down 3: 3 -> 1", "up 2: 1 -> 2"],
    },
    Case {
        what: "a late file is not late any more where the row is below",
        log: ODD,
        row: "1",
        folder: &[1, 2, 3],
        versions: "1 known",
        adopted: &["down 3: 3 -> 1"],
    },
    Case {
        what: "a late file was run late",
        log: &["run up 1: - -> 1", "run up 3: 1 -> 3", "run up 2: 3 -> 3"],
        row: "3",
        folder: &[1, 2, 3],
        versions: "1 known, 2 known, 3 known",
        adopted: &[],
    },
    Case {
        what: "a late file was recorded as applied",
        log: &["run up 1: - -> 1", "run up 3: 1 -> 3", "adopt up 2: 3 -> 3"],
        row: "3",
        folder: &[1, 2, 3],
        versions: "1 known, 2 recorded, 3 known",
        adopted: &[],
    },
    Case {
        what: "rolled back",
        log: &["run up 1: - -> 1", "run up 2: 1 -> 2", "run down 2: 2 -> 1"],
        row: "1",
        folder: &[1, 2],
        versions: "1 known",
        adopted: &[],
    },
    Case {
        what: "an older checkout does not know what ran: it adopts no file",
        log: &["run up 1: - -> 1"],
        row: "4",
        folder: &[1, 2],
        versions: "1 known, 2 unknown",
        adopted: &[],
    },
    Case {
        what: "an older checkout knows what was rolled back",
        log: THREE,
        row: "2",
        folder: &[1],
        versions: "1 known, 2 known",
        adopted: &["down 3: 3 -> 2"],
    },
    Case {
        what: "a row between two known versions, which no file has",
        log: &["run up 1: - -> 1", "run up 5: 1 -> 5"],
        row: "3",
        folder: &[1, 2, 5],
        versions: "1 known, 2 unknown",
        adopted: &["down 5: 5 -> 1"],
    },
    Case {
        what: "force declares what is below it applied, where the log knows no better",
        log: &["run up 1: - -> 1", "force 3: 1 -> 3", "adopt up 2: 3 -> 3", "adopt up 3: 3 -> 3"],
        row: "3",
        folder: &[1, 2, 3],
        versions: "1 known, 2 recorded, 3 recorded",
        adopted: &[],
    },
    Case {
        what: "force down forgets what is above",
        log: &["run up 1: - -> 1", "run up 2: 1 -> 2", "force 1: 2 -> 1", "force 2: 1 -> 2"],
        row: "2",
        folder: &[1, 2],
        versions: "1 known, 2 unknown",
        adopted: &["up 2: 1 -> 2"],
    },
    Case {
        what: "force to nothing forgets everything",
        log: &["run up 1: - -> 1", "force: 1 -> -"],
        row: "-",
        folder: &[1],
        versions: "",
        adopted: &[],
    },
    Case {
        what: "force to a number without a file, and then the files are there",
        log: &["run up 1: - -> 1", "force 5: 1 -> 5"],
        row: "5",
        folder: &[1, 4, 5],
        versions: "1 known, 4 unknown, 5 unknown",
        adopted: &["up 4: 1 -> 4", "up 5: 4 -> 5"],
    },
    Case {
        what: "force after another tool rolled back, and nobody logged that",
        log: &["run up 1: - -> 1", "run up 2: 1 -> 2", "force 2: 1 -> 2"],
        row: "2",
        folder: &[1, 2],
        versions: "1 known, 2 unknown",
        adopted: &["up 2: 1 -> 2"],
    },
    Case {
        what: "force from a dirty row keeps what ran",
        log: &["run up 1: - -> 1", "run up 2: 1 -> 2", "force 2: 1! -> 2"],
        row: "2",
        folder: &[1, 2],
        versions: "1 known, 2 known",
        adopted: &[],
    },
    Case {
        what: "a run from below what the log knew: the rest was rolled back before",
        log: &["run up 1: - -> 1", "run up 3: 1 -> 3", "run up 2: 1 -> 2"],
        row: "2",
        folder: &[1, 2, 3],
        versions: "1 known, 2 known",
        adopted: &[],
    },
    Case {
        what: "a run from above what the log knew: the row says that 1 and 2 were applied then",
        log: &["run up 0: - -> 0", "run up 3: 2 -> 3", "run up 4: 3 -> 4"],
        row: "5",
        folder: &[0, 1, 2, 3, 4, 5],
        versions: "0 known, 1 unknown, 2 unknown, 3 known, 4 known, 5 unknown",
        adopted: &["up 1: 4 -> 4", "up 2: 4 -> 4", "up 5: 4 -> 5"],
    },
    Case {
        what: "the same, adopted; what is merged then is late",
        log: &["run up 3: 2 -> 3", "adopt up 1: 3 -> 3"],
        row: "3",
        folder: &[0, 1, 3],
        versions: "0 late, 1 recorded, 3 known",
        adopted: &[],
    },
    Case {
        what: "below a version that was run late, and is the newest now",
        log: &["run up 1: - -> 1", "run up 5: 1 -> 5", "run up 3: 5 -> 5", "run down 5: 5 -> 3"],
        row: "3",
        folder: &[1, 2, 3, 4, 5],
        versions: "1 known, 2 late, 3 known",
        adopted: &[],
    },
    Case {
        what: "a dirty row forgets nothing",
        log: &["run up 1: - -> 1", "run up 2: 1 -> 2", "resolve: 2 -> 1!", "resolve: 1! -> 2"],
        row: "2",
        folder: &[1, 2],
        versions: "1 known, 2 known",
        adopted: &[],
    },
    Case {
        what: "failures count for nothing",
        log: &["run up 1: - -> 1", "run down 1: 1 -> 1 failed", "run up 2: 1 -> 2! failed"],
        row: "1",
        folder: &[1, 2],
        versions: "1 known",
        adopted: &[],
    },
    Case {
        what: "a repair makes nothing known",
        log: &["run up 1: - -> 1", "repair 7: 1 -> 1", "repair: 1 -> 1", "repair 1: 1 -> 1"],
        row: "1",
        folder: &[1, 7],
        versions: "1 known",
        adopted: &[],
    },
    Case {
        what: "a newer dbm moved the row, and says no files",
        log: &["run up 1: - -> 1", "run up 2: 1 -> 2", "restore: 2 -> 1", "baseline 3: 1 -> 3"],
        row: "3",
        folder: &[1, 2, 3],
        versions: "1 known, 2 unknown, 3 unknown",
        adopted: &["up 2: 1 -> 2", "up 3: 2 -> 3"],
    },
    Case {
        what: "an older dbm's entries without a direction",
        log: &["run up 1: - -> 1", "adopt 4: 1 -> 4", "adopt 4: 4 -> 4"],
        row: "4",
        folder: &[1, 4],
        versions: "1 known, 4 unknown",
        adopted: &["up 4: 1 -> 4"],
    },
];

fn state(text: &str) -> State {
    let version = text.trim_end_matches('!').parse().ok();
    assert!(version.is_some() || text == "-", "{text}");
    State { version, dirty: text.ends_with('!') }
}

fn entry(id: usize, text: &str) -> LogEntry {
    let (what, way) = text.split_once(": ").unwrap();
    let way: Vec<&str> = way.split(' ').collect();
    let words: Vec<&str> = what.split(' ').collect();
    let direction = match words.get(1) {
        Some(&"up") => Some(Direction::Up),
        Some(&"down") => Some(Direction::Down),
        _ => None,
    };
    LogEntry {
        id: id as i64,
        at: SystemTime::UNIX_EPOCH,
        action: Action::from_word(words[0]),
        direction,
        version: words.last().and_then(|version| version.parse().ok()),
        name: None,
        error: way.get(3).map(|_| "no".to_string()),
        from: state(way[0]),
        to: state(way[2]),
        up: Some(Checksum::of(&format!("up {id}"))),
        down: Some(Checksum::of(&format!("down {id}"))),
        took: None,
        role: String::new(),
        os_user: None,
        os_host: None,
        program: String::new(),
    }
}

fn history(log: &[&str]) -> History {
    let entries: Vec<LogEntry> = log.iter().enumerate().map(|(id, text)| entry(id, text)).collect();
    History::fold(&entries)
}

fn versions(history: &History, state: State, folder: &[Version]) -> String {
    let known = history.applied(state).map(|(version, _)| version);
    let all: BTreeSet<Version> = known.chain(folder.iter().copied()).collect();
    let below = all.into_iter().filter(|version| Some(*version) <= state.version);
    let word = |version| match history.known(version) {
        Some(known) if known.is_adopted => "adopted",
        Some(known) if known.is_recorded => "recorded",
        Some(_) => "known",
        None if history.is_late(version, state) => "late",
        None => "unknown",
    };
    let words: Vec<String> = below.map(|version| format!("{version} {}", word(version))).collect();
    words.join(", ")
}

fn line(Adoption { version, direction, from, to }: &Adoption) -> String {
    let row = |row: &Option<Version>| row.map_or("-".to_string(), |row| row.to_string());
    format!("{direction} {version}: {} -> {}", row(from), row(to))
}

#[test]
fn the_rule() {
    for Case { what, log, row, folder, versions: expected, adopted } in CASES {
        let (history, state) = (history(log), state(row));
        assert_eq!(versions(&history, state, folder), *expected, "{what}");
        let adoptions = history.adoptions(folder, state);
        let lines: Vec<String> = adoptions.iter().map(line).collect();
        assert_eq!(lines, *adopted, "{what}");
        // Once they are logged, the log explains the row.
        let after: Vec<String> = lines.iter().map(|line| format!("adopt {line}")).collect();
        let log: Vec<&str> = log.iter().copied().chain(after.iter().map(String::as_str)).collect();
        assert_eq!(self::history(&log).adoptions(folder, state), [], "{what}");
    }
}

/// A dirty row is that of the version above it, if that is known: its down file failed.
#[test]
fn the_first_known_version_above_the_row() {
    let history = history(ODD);
    assert_eq!(history.first_above(state("-")), Some(1));
    assert_eq!(history.first_above(state("1!")), Some(3));
    assert_eq!(history.first_above(state("3")), None);
}

#[test]
fn a_repair_replaces_the_texts_and_accepts_the_old_ones() {
    let sum = |text: &str| Some(Checksum::of(text));
    let log = ["run up 1: - -> 1", "repair 1: 1 -> 1"];
    let known = history(&log).known(1).cloned().unwrap();
    assert_eq!((known.entry, known.up, known.down), (1, sum("up 1"), sum("down 1")));
    assert!(known.accepts(sum("up 0")) && known.accepts(sum("up 1")) && !known.accepts(None));
    // Run again, it has the text that ran; what was accepted before is forgotten.
    let log = [&log[..], &["run down 1: 1 -> -", "run up 1: - -> 1"]].concat();
    let known = history(&log).known(1).cloned().unwrap();
    assert_eq!((known.entry, known.up), (3, sum("up 3")));
    assert!(!known.accepts(sum("up 0")) && !known.accepts(sum("up 1")));
}
