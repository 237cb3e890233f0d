//! Putting a fixed word in the place of what differs from run to run: durations and timestamps.

use std::sync::LazyLock;

use regex::Regex;

/// A duration as Go prints it: `0s`, `850.1µs`, `12.3ms`, `1m2.5s`.
const DURATION: &str = "(?:[0-9]+h)?(?:[0-9]+m)?[0-9]+(?:\\.[0-9]+)?(?:ns|µs|ms|s)";

/// Only where the contract has a duration, so that a migration named `5s` keeps its name.
static PLAIN: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?m)\({DURATION}\)$")));
static READ_RAN: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?m)\(read {DURATION}, ran {DURATION}\)$")));
static AFTER: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?m)Finished after {DURATION}$")));
static TIMESTAMP: LazyLock<Regex> =
    LazyLock::new(|| pattern("(?m)^[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} "));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a valid pattern")
}

/// `1/u a (5.3ms)` becomes `1/u a (TIME)`; the timestamp of `-verbose` becomes `STAMP `.
pub fn mask(text: &str) -> String {
    let text = PLAIN.replace_all(text, "(TIME)");
    let text = READ_RAN.replace_all(&text, "(read TIME, ran TIME)");
    let text = AFTER.replace_all(&text, "Finished after TIME");
    TIMESTAMP.replace_all(&text, "STAMP ").into_owned()
}

/// Without the lines that are dbm's own: a hint, a warning, and what is indented under a line.
pub fn without_additions(text: &str) -> String {
    text.split_inclusive('\n')
        .filter(|line| !["hint: ", "warning: ", "  "].iter().any(|start| line.starts_with(start)))
        .collect()
}

#[test]
fn durations_and_timestamps_are_masked_where_they_stand() {
    for duration in ["0s", "1ns", "850.1µs", "12.345ms", "5.3s", "1m2.5s", "2h0m1s"] {
        assert_eq!(mask(&format!("1/u a ({duration})\n")), "1/u a (TIME)\n");
        assert_eq!(mask(&format!("Finished after {duration}\n")), "Finished after TIME\n");
    }
    assert_eq!(
        mask("2026/11/20 18:08:30 Finished 1/u 5s (read 1ms, ran 2µs)\n"),
        "STAMP Finished 1/u 5s (read TIME, ran TIME)\n"
    );
    assert_eq!(mask("1/u in_5s (5)\n"), "1/u in_5s (5)\n");
}

#[test]
fn additions_are_whole_lines() {
    assert_eq!(without_additions("a\nhint: b\n  c\nwarning: d\n e\nhint\n"), "a\n e\nhint\n");
}
