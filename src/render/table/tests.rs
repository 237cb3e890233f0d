//! Tables as they are printed, with a clock that stands still.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, FixedOffset, Utc};
use dbm::{Action, Direction, Edit, LogContent, Standing, State};
use unicode_width::UnicodeWidthStr;

use super::clock::Clock;
use super::layout::{Look, known};
use super::log;
use super::status::{StatusLine, Tally, VersionFacts, kept, remark, sentence, whole, words};

const PIPE: Look = Look { colour: false, width: None };
/// 2026-11-20 22:12:01 UTC
const NOW: u64 = 1_795_212_721;

fn clock() -> Clock {
    let zone = |at: DateTime<Utc>| at.with_timezone(&FixedOffset::east_opt(3600).unwrap());
    Clock { now: before(0), zone }
}

fn before(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW - seconds)
}

fn facts(standing: Standing) -> VersionFacts {
    let (is_down_edited, is_missing, has_no_down) = (false, false, false);
    VersionFacts { standing, edit: None, is_down_edited, is_missing, has_no_down }
}

fn line(version: u64, name: &str, facts: VersionFacts, ago: Option<u64>) -> StatusLine {
    StatusLine {
        version,
        name: Some(name.to_string()),
        facts,
        at: ago.map(before),
        took: ago.map(|_| Duration::from_micros(5_321)),
        checksum: Some("ba7816bf".to_string()),
    }
}

fn sample() -> Vec<StatusLine> {
    let edited = VersionFacts { edit: Some(Edit::Substance), ..facts(Standing::Applied) };
    let gone = VersionFacts { is_missing: true, ..facts(Standing::Adopted) };
    let single = VersionFacts { has_no_down: true, ..facts(Standing::Pending) };
    let mut lines = vec![
        line(1, "create_users_table", edited, Some(120)),
        line(2, "late", facts(Standing::Late), None),
        line(9, "gone", gone, Some(3 * 86_400)),
        line(10, "größe_数据", facts(Standing::Applied), Some(7)),
        line(11, "last", single, None),
    ];
    lines[2].name = None;
    lines[2].took = None;
    lines
}

fn state(version: u64, dirty: bool) -> State {
    State { version: Some(version), dirty }
}

#[test]
fn a_status_in_a_pipe() {
    let text = whole(&sample(), ["at version 10: 1 pending".to_string()], &PIPE, &clock());
    assert_eq!(
        text,
        "\
version  name                state                  applied                           took   checksum
      1  create_users_table  applied, edited        2026-11-20 23:10:01 (2 min ago)   5.3ms  ba7816bf
      2  late                late                   -                                 -      ba7816bf
      9  -                   adopted, missing here  2026-11-17 23:12:01 (3 days ago)  -      ba7816bf
     10  größe_数据          applied                2026-11-20 23:11:54 (7 s ago)     5.3ms  ba7816bf
     11  last                pending, no down       -                                 -      ba7816bf

at version 10: 1 pending
"
    );
}

#[test]
fn columns_stand_below_each_other() {
    let text = whole(&sample()[..2], [], &PIPE, &clock());
    assert_eq!(
        text,
        "\
version  name                state            applied                          took   checksum
      1  create_users_table  applied, edited  2026-11-20 23:10:01 (2 min ago)  5.3ms  ba7816bf
      2  late                late             -                                -      ba7816bf

"
    );
}

#[test]
fn a_filter_may_leave_nothing() {
    assert_eq!(whole(&[], ["at no version".to_string()], &PIPE, &clock()), "at no version\n");
}

#[test]
fn names_are_cut_on_a_terminal_and_only_there() {
    let long = "an_uncommonly long_name_of_a_migration_that_does_数据_not_fit_by_any_means";
    let mut rows = sample();
    rows[0].name = Some(long.to_string());
    let row = |width: u16| {
        let text = whole(&rows, [], &Look { colour: false, width: Some(width) }, &clock());
        assert_eq!(text.lines().count(), rows.len() + 2, "{text}");
        text.lines().nth(1).unwrap().to_string()
    };
    // What is of less use goes before a name is cut.
    assert!(row(147).ends_with("applied, edited        2026-11-20 23:10:01 (2 min ago)   5.3ms"));
    assert!(row(146).ends_with("applied, edited        2026-11-20 23:10:01  5.3ms"));
    assert!(row(133).ends_with("applied, edited        2026-11-20 23:10:01"));
    for width in [147, 146, 133] {
        assert!(row(width).contains(long), "{width}: {}", row(width));
    }
    assert_eq!(
        row(80),
        "      1  an_uncommonly long_name_of…  applied, edited        2026-11-20 23:10:01"
    );
    // Too narrow for the time.
    assert_eq!(row(60), "      1  an_uncommonly long_name_of_…  applied, edited");
    assert_eq!(row(20), "      1  an_uncommon…  applied, edited");
    assert!(row(400).contains(long));
    assert!(whole(&rows, [], &PIPE, &clock()).contains(long));
}

#[test]
fn colours_change_nothing_else() {
    let mut rows = sample();
    rows[3].name = Some("applied, pending ba7816bf - late".to_string());
    rows[1].name = Some("late  late".to_string());
    for width in [None, Some(60), Some(100), Some(200)] {
        let plain = whole(&rows, [], &Look { colour: false, width }, &clock());
        let painted = whole(&rows, [], &Look { colour: true, width }, &clock());
        for word in ["\x1b[32mapplied\x1b[0m, \x1b[31medited\x1b[0m", "  \x1b[31mlate\x1b[0m"] {
            assert!(painted.contains(word), "{painted:?}");
        }
        assert_eq!(painted.matches("  \x1b[32mapplied\x1b[0m").count(), 2, "{painted:?}");
        assert!(painted.contains("\x1b[33mpending\x1b[0m, no down"), "{painted:?}");
        let bare = ["\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"];
        assert_eq!(bare.iter().fold(painted, |text, code| text.replace(code, "")), plain);
    }
}

#[test]
fn what_a_terminal_obeys_is_escaped() {
    assert_eq!(known(Some("a\x1b[31m\nb\t\u{202e}c\u{9b}é")), r"a\u{1b}[31m\nb\t\u{202e}c\u{9b}é");
    let mut rows = sample();
    rows[0].name = Some("x\r\nforged  line".to_string());
    let text = whole(&rows, [], &PIPE, &clock());
    assert!(text.contains(r"x\r\nforged  line"), "{text}");
    assert_eq!(text.lines().count(), rows.len() + 2);
}

#[test]
fn states_in_words() {
    let all = VersionFacts {
        standing: Standing::Dirty,
        edit: Some(Edit::Cosmetic),
        is_down_edited: true,
        is_missing: true,
        has_no_down: true,
    };
    let said: Vec<_> = words(all).into_iter().map(|(word, _)| word).collect();
    let expected = ["dirty", "edited (comments only)", "down edited", "missing here", "no down"];
    assert_eq!(said, expected);
}

#[test]
fn the_summary_says_where_and_what() {
    let counted = Tally::of(&sample());
    assert_eq!(
        sentence(state(10, false), &counted),
        "at version 10: 1 pending, 1 late, 1 edited, 1 missing here"
    );
    assert_eq!(sentence(state(4, false), &Tally::default()), "at version 4: up to date");
    let pending = Tally { pending: 4, ..Tally::default() };
    assert_eq!(sentence(State::NONE, &pending), "at no version: 4 pending");
    assert_eq!(sentence(state(3, true), &pending), "dirty at version 3: 4 pending");
    assert_eq!(sentence(state(3, true), &Tally::default()), "dirty at version 3: nothing pending");

    assert!(kept(LogContent::Texts).contains("texts"));
    assert!(kept(LogContent::Off).starts_with("log: off"));
    assert_eq!(remark(None, &counted), None);
    let unlogged = Tally::of(&[line(1, "a", facts(Standing::Applied), None)]);
    assert!(remark(None, &unlogged).unwrap().starts_with("1 applied version is not in the log"));
    let unlogged = Tally { unlogged: 2, ..unlogged };
    assert_eq!(
        remark(None, &unlogged).unwrap(),
        "2 applied versions are not in the log: another tool ran them, or there was no log; \
         the next up, down, goto or force adopts them"
    );
    assert!(remark(Some("denied\n"), &unlogged).unwrap().contains(r"cannot be read: denied\n;"));
}

#[test]
fn how_long_ago() {
    for (seconds, expected) in [
        (0, "just now"),
        (59, "59 s ago"),
        (60, "1 min ago"),
        (3_599, "59 min ago"),
        (3_600, "1 h ago"),
        (172_799, "47 h ago"),
        (172_800, "2 days ago"),
        (5_184_000, "2 months ago"),
        (63_072_000, "2 years ago"),
    ] {
        assert_eq!(clock().ago(before(seconds)).as_deref(), Some(expected), "{seconds}");
    }
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    assert_eq!(clock().ago(at(NOW + 5)).as_deref(), Some("just now"));
    assert_eq!(clock().ago(at(NOW + 500)), None);
    for absurd in [1 << 40, 1 << 50, 1 << 62] {
        assert_eq!(clock().local(at(absurd)), None);
    }
    let past = SystemTime::UNIX_EPOCH - Duration::from_secs(86_400);
    assert_eq!(clock().local(past).as_deref(), Some("1969-12-31 01:00:00"));
}

fn happened(what: String, version: Option<u64>, from: State, to: State) -> log::LogLine {
    log::LogLine {
        at: before(120),
        what,
        version,
        name: version.map(|_| "create_x".to_string()),
        from,
        to,
        took: Some(Duration::from_micros(5_321)),
        who: log::who("app", Some("paul"), Some("laptop")),
        program: "dbm 0.1.0".to_string(),
        error: None,
    }
}

fn sample_log() -> Vec<log::LogLine> {
    let run = |is_failed| log::what(&Action::Run, Some(Direction::Up), is_failed);
    let mut failed = happened(run(true), Some(4), state(3, false), state(3, false));
    failed.error = Some("relation \"x\" already exists\n  at once\u{7}".to_string());
    let mut forced =
        happened(log::what(&Action::Force, None, false), None, state(3, true), state(3, false));
    forced.took = None;
    let first = happened(run(false), Some(1), State::NONE, state(1, false));
    vec![failed, forced, first]
}

#[test]
fn a_log_in_a_pipe() {
    assert_eq!(
        log::whole(&sample_log(), &PIPE, &clock()),
        "\
when                 what       version  name      row             took   who                program
2026-11-20 23:10:01  up failed        4  create_x  3 -> 3          5.3ms  app (paul@laptop)  dbm 0.1.0
  error: relation \"x\" already exists at once\\u{7}
2026-11-20 23:10:01  force            -  -         3 (dirty) -> 3  -      app (paul@laptop)  dbm 0.1.0
2026-11-20 23:10:01  up               1  create_x  none -> 1       5.3ms  app (paul@laptop)  dbm 0.1.0
"
    );
    assert_eq!(log::whole(&[], &PIPE, &clock()), "the log is empty\n");
}

/// Down to 60 columns no line is broken, and what is of most use stays.
#[test]
fn tables_fit_a_terminal() {
    for width in [60, 80, 100, 200] {
        let look = Look { colour: false, width: Some(width) };
        let status = whole(&sample(), [], &look, &clock());
        let log = log::whole(&sample_log(), &look, &clock());
        for line in status.lines().chain(log.lines().filter(|line| !line.starts_with("  error"))) {
            assert!(line.width() <= usize::from(width), "{width}: {line:?}");
        }
        let heads = |text: &str| {
            let heads = text.lines().next().unwrap_or_default();
            heads.split_whitespace().map(str::to_string).collect::<Vec<_>>().join(" ")
        };
        let (in_status, in_log) = match width {
            60 => ("version name state", "when what version name"),
            80 => ("version name state applied took", "when what version name row took"),
            100 => ("version name state applied took", "when what version name row took who"),
            _ => (
                "version name state applied took checksum",
                "when what version name row took who program",
            ),
        };
        assert_eq!((&*heads(&status), &*heads(&log)), (in_status, in_log), "{width}");
    }
}

#[test]
fn failures_in_the_log_are_red() {
    let look = Look { colour: true, width: Some(80) };
    let text = log::whole(&sample_log(), &look, &clock());
    assert!(text.contains("01  \x1b[31mup failed\x1b[0m        4  create_x"), "{text}");
    assert!(text.contains("\n  \x1b[31merror:\x1b[0m relation"), "{text}");
    assert!(!text.contains("\x1b[31mup\x1b"), "{text}");
}

#[test]
fn what_happened_in_words() {
    use Direction::{Down, Up};
    let what = log::what;
    assert_eq!(what(&Action::Adopt, Some(Down), false), "adopted down");
    assert_eq!(what(&Action::Run, Some(Down), true), "down failed");
    assert_eq!(what(&Action::Repair, Some(Up), false), "repair");
    assert_eq!(what(&Action::Other("baseline".to_string()), None, false), "baseline");
    assert_eq!(log::who("app", None, None), "app");
    assert_eq!(log::who("app", Some("paul"), None), "app (paul)");
    assert_eq!(log::who("app", None, Some("pod-1")), "app (@pod-1)");
}
