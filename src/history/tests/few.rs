//! Few entries tell what all of them tell.

use std::time::SystemTime;

use crate::checksum::Checksum;
use crate::history::tests::walk::Chance;
use crate::history::{Action, History, LogEntry};
use crate::migration::{Direction, State, Version};

/// The entries that count, as the head of `history` says it.
pub(super) fn few(log: &[LogEntry]) -> Vec<LogEntry> {
    let mut few = Vec::new();
    let mut since = i64::MAX;
    for entry in log.iter().rev().filter(|entry| entry.is_done()) {
        if since < 0 {
            break;
        }
        let number = |version: Version| i64::try_from(version).unwrap();
        let counts = entry.version.is_some_and(|version| number(version) <= since)
            || entry.floor().is_some_and(|floor| floor < since)
            || entry.action == Action::Force;
        since = entry.floor().map_or(since, |floor| floor.min(since));
        few.extend(counts.then(|| entry.clone()));
    }
    few.reverse();
    few
}

/// Anything that could stand in a log, likely or not.
fn random(chance: &mut Chance, id: usize) -> LogEntry {
    const MOST: u64 = 12;
    let mut version = || Some(MOST - chance.below(MOST + 1));
    let (of, mut from, mut to) = (version(), version(), version());
    // Low rows are rare, or else nothing is known in the end.
    for row in [&mut from, &mut to] {
        match chance.below(20) {
            0 => *row = None,
            1 => {}
            _ => *row = row.map(|row| MOST - (MOST - row) / 4),
        }
    }
    let mut one_in = |most| chance.below(most) == 0;
    let (from, mut to) =
        (State { version: from, dirty: one_in(8) }, State { version: to, dirty: one_in(8) });
    if one_in(3) {
        to = from;
    }
    let error = one_in(8).then(String::new);
    let version = of.filter(|_| !one_in(10));
    let words = ["run", "run", "run", "adopt", "adopt", "repair", "repair", "force", "restore"];
    let action = Action::from_word(words[chance.below(9) as usize]);
    let direction = [Direction::Up, Direction::Up, Direction::Down];
    let direction = direction.get(chance.below(4) as usize).copied();
    let mut sum = || Some(Checksum::of(["a", "b", "c"].get(chance.below(4) as usize)?));
    let (up, down) = (sum(), sum());
    LogEntry {
        id: id as i64,
        at: SystemTime::UNIX_EPOCH,
        action,
        direction,
        version,
        name: None,
        error,
        from,
        to,
        up,
        down,
        took: None,
        role: String::new(),
        os_user: None,
        os_host: None,
        program: String::new(),
    }
}

#[test]
fn what_is_left_out_changes_nothing() {
    let (mut known, mut left_out) = (0, 0);
    for seed in 0..5_000 {
        let mut chance = Chance(seed);
        let entries = 1 + chance.below(30) as usize;
        let log: Vec<LogEntry> = (1..=entries).map(|id| random(&mut chance, id)).collect();
        let (history, few) = (History::fold(&log), few(&log));
        let told = || log.iter().map(|entry| format!("{entry:?}\n")).collect::<String>();
        assert_eq!(History::fold(&few), history, "seed {seed}:\n{}", told());
        // Nor do others beside them.
        let counts = |entry: &LogEntry| few.iter().any(|other| other.id == entry.id);
        let more: Vec<LogEntry> =
            log.iter().filter(|entry| counts(entry) || chance.below(2) == 0).cloned().collect();
        assert_eq!(History::fold(&more), history, "seed {seed}:\n{}", told());
        known += history.known.len();
        left_out += log.len() - few.len();
    }
    assert!(known > 2_500 && left_out > 2_500, "{known} {left_out}");
}
