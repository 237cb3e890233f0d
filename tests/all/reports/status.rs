//! `status`: a row a version, what is wrong below, and the exit codes that scripts go by.

use serde_json::Value;

use crate::history::role::Role;
use crate::support::locks::Gate;
use crate::support::{Database, Folder, Output, Run, reference};

fn status(db: &Database, folder: &Folder) -> Run {
    Run::dbm().db(db).path(folder).arg("status")
}

fn up(db: &Database, folder: &Folder) {
    Run::dbm().db(db).path(folder).arg("up").output().assert_status(0);
}

/// Version and state of each row.
#[track_caller]
fn states(output: &Output) -> Vec<(String, String)> {
    let mut lines = output.stdout.lines();
    let header = lines.next().expect("a header");
    let state = header.find("state").expect("a column");
    let next = header.find("applied").expect("a column");
    let rows = lines.take_while(|line| !line.is_empty());
    rows.map(|line| {
        let version = line.split_whitespace().next().expect("a version").to_owned();
        (version, line[state..next].trim().to_owned())
    })
    .collect()
}

#[track_caller]
fn assert_states(output: &Output, expected: &[(&str, &str)]) {
    let states = states(output);
    let states: Vec<(&str, &str)> =
        states.iter().map(|(version, state)| (version.as_str(), state.as_str())).collect();
    assert_eq!(states, expected, "{output}");
}

#[track_caller]
fn assert_summary(output: &Output, expected: &str) {
    assert!(output.stdout.lines().any(|line| line == expected), "expected {expected:?}\n{output}");
}

#[test]
fn a_database_that_no_tool_has_touched_stays_so() {
    let (db, folder) = (Database::new(), Folder::four());
    let output = status(&db, &folder).arg("-exit-code").output();
    output.assert_status(3);
    assert_eq!(output.stderr, "");
    let pending = [("1", "pending"), ("2", "pending"), ("3", "pending"), ("4", "pending")];
    assert_states(&output, &pending);
    assert_summary(&output, "at no version: 4 pending");
    assert_eq!(db.number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 0);
}

#[test]
fn what_is_applied_says_when_and_how_long() {
    let (db, folder) = (Database::new(), Folder::four());
    up(&db, &folder);
    let output = status(&db, &folder).arg("-exit-code").output();
    output.assert_status(0);
    let applied = [("1", "applied"), ("2", "applied"), ("3", "applied"), ("4", "applied")];
    assert_states(&output, &applied);
    assert_summary(&output, "at version 4: up to date");
    // The file's checksum is what everybody else's tool says it is.
    assert!(output.stdout.contains("ago)") || output.stdout.contains("(just now)"), "{output}");
    assert!(!output.stdout.contains('\u{1b}'), "{output}");
}

#[test]
fn everything_that_can_be_wrong_has_its_word() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b", "c", "d", "e"]));
    up(&db, &folder);
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint);\n");
    folder.write("2_b.up.sql", "-- why\nCREATE TABLE b (id int);\n");
    folder.write("3_c.down.sql", "DROP TABLE IF EXISTS c;\n");
    for name in ["4_d.up.sql", "4_d.down.sql"] {
        std::fs::remove_file(folder.join(name)).unwrap();
    }
    std::fs::remove_file(folder.join("5_e.down.sql")).unwrap();
    folder.write("0_z.up.sql", "SELECT 1;\n");
    folder.write("6_f.up.sql", "SELECT 1;\n");
    let output = status(&db, &folder).arg("-exit-code").output();
    output.assert_status(4).assert_says("hint: what to do about it: dbm verify");
    assert_states(
        &output,
        &[
            ("0", "late, no down"),
            ("1", "applied, edited"),
            ("2", "applied, edited (comments only)"),
            ("3", "applied, down edited"),
            ("4", "applied, missing here"),
            ("5", "applied"),
            ("6", "pending, no down"),
        ],
    );
    assert_summary(&output, "at version 5: 1 pending, 1 late, 1 edited, 1 missing here");
    let only = |flags: &[&str]| {
        let output = status(&db, &folder).args(flags.iter().copied()).output();
        output.assert_status(0);
        states(&output).into_iter().map(|(version, _)| version).collect::<Vec<_>>()
    };
    assert_eq!(only(&["-pending"]), ["0", "6"]);
    assert_eq!(only(&["-wrong"]), ["0", "1", "4"]);
    assert_eq!(only(&["-applied"]), ["1", "2", "3", "4", "5"]);
    assert_eq!(only(&["-pending", "-wrong"]), ["0", "1", "4", "6"]);
}

#[test]
fn a_dirty_version_is_wrong() {
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm().db(&db).path(&folder).args(["up", "2"]).output().assert_status(0);
    db.set_row(3, true);
    let output = status(&db, &folder).arg("-exit-code").output();
    output.assert_status(4);
    let expected = [("1", "applied"), ("2", "applied"), ("3", "dirty"), ("4", "pending")];
    assert_states(&output, &expected);
    assert_summary(&output, "dirty at version 3: 1 pending");
}

#[test]
fn what_golang_migrate_ran_is_applied_and_then_adopted() {
    let Some(migrate) = reference::find("what_golang_migrate_ran_is_applied_and_then_adopted")
    else {
        return;
    };
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    Run::program(migrate).db(&db).path(&folder).arg("up").output().assert_status(0);
    let output = status(&db, &folder).arg("-exit-code").output();
    output.assert_status(0);
    assert_states(&output, &[("1", "applied"), ("2", "applied")]);
    assert!(output.stdout.contains("not in the log"), "{output}");
    Run::dbm()
        .db(&db)
        .path(&folder)
        .arg("up")
        .stderr("hint: run by another tool, and recorded in the log: 1/u, 2/u\nno change\n")
        .check();
    let output = status(&db, &folder).output();
    assert_states(&output, &[("1", "adopted"), ("2", "adopted")]);
}

/// What `force` and `repair` declare is no other tool's work.
#[test]
fn what_was_forced_is_recorded() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b", "c", "d", "e"]));
    Run::dbm().db(&db).path(&folder).args(["up", "1"]).output().assert_status(0);
    Run::dbm().db(&db).path(&folder).args(["force", "3"]).output().assert_status(0);
    let output = status(&db, &folder).output();
    let states = [
        ("1", "applied"),
        ("2", "recorded"),
        ("3", "recorded"),
        ("4", "pending"),
        ("5", "pending"),
    ];
    assert_states(&output, &states);
    let output = status(&db, &folder).arg("-json").output();
    assert!(output.stdout.contains(r#""name":"c","state":"recorded""#), "{output}");
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    let late = Folder::tables(&["a", "b", "c", "d", "e"]).pair("0_z", "SELECT 1", "SELECT 1");
    let output = status(&db, &late).output();
    assert!(output.stdout.contains("late"), "{output}");
    Run::dbm().db(&db).path(&late).args(["repair", "-f", "0"]).output().assert_status(0);
    let output = status(&db, &late).arg("-exit-code").output();
    output.assert_status(0);
    assert!(output.stdout.lines().any(|line| line.contains("z") && line.contains("recorded")));
    let log = Run::dbm().db(&db).path(&late).arg("log").output();
    assert_eq!(log.stdout.matches("  recorded  ").count(), 3, "{log}");
    assert!(!log.stdout.contains("adopted"), "{log}");
}

/// Nor is a version that has no file.
#[test]
fn what_was_forced_without_a_file_is_recorded() {
    let (db, folder) = (Database::new(), Folder::tables(&["a"]));
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    Run::dbm().db(&db).path(&folder).args(["force", "5"]).output().assert_status(0);
    let output = status(&db, &folder).output();
    assert_states(&output, &[("1", "applied"), ("5", "recorded, missing here, no down")]);
    assert!(!output.stdout.contains("another tool"), "{output}");
    Run::dbm().db(&db).path(&folder).args(["force", "1"]).output().assert_status(0);
    assert_states(&status(&db, &folder).output(), &[("1", "applied")]);
}

/// Somebody runs migrations at this moment.
#[test]
fn a_run_in_progress_is_named() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).file("2_slow.up.sql", Gate::SQL);
    let mut gate = Gate::close(db.client());
    let run = Run::dbm().db(&db).path(&folder).arg("up").spawn();
    let pid = gate.waiting();
    let output = status(&db, &folder).output();
    output.assert_status(0);
    let line = output.stdout.lines().find(|line| line.starts_with("running (pid "));
    let line = line.unwrap_or_else(|| panic!("no run in progress\n{output}"));
    let line = line.strip_prefix(&format!("running (pid {pid}, ")).expect("our pid");
    let (elapsed, what) = line.split_once("): ").expect("what it runs");
    assert!(elapsed.ends_with(" s"), "{output}");
    assert!(what.starts_with("/* 2_slow.up.sql */"), "{output}");
    let json = status(&db, &folder).arg("-json").output();
    let json: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(json["running"][0]["pid"], pid, "{json}");
    assert!(json["running"][0]["seconds"].is_u64(), "{json}");
    // It stays on one line of the terminal.
    let text = status(&db, &folder).spawn_on_a_terminal(40).finish();
    let line = text.lines().find(|line| line.starts_with("running (pid ")).expect("the line");
    assert!(line.ends_with('…') && line.chars().count() <= 40, "{text}");
    // Not every role may know for how long, and what it runs.
    let role = Role::new(&db);
    db.execute(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}", role.name));
    let plain = || Run::dbm().url(role.url(&db)).path(&folder).arg("status");
    let output = plain().output();
    let line = format!("running (pid {pid}): ");
    assert!(output.stdout.lines().any(|l| l.starts_with(&line)), "{output}");
    let json: Value = serde_json::from_str(&plain().arg("-json").output().stdout).expect("JSON");
    assert_eq!(json["running"][0]["seconds"], Value::Null, "{json}");
    gate.open();
    run.finish().assert_status(0);
    // Nobody runs any more, and nothing is said.
    let output = status(&db, &folder).output();
    output.assert_silent_about("running");
    let json = status(&db, &folder).arg("-json").output();
    assert!(json.stdout.contains(r#""running":[]"#), "{json}");
}

/// On a terminal columns are left out before a name is cut; a pipe has all of them.
#[test]
fn tables_fit_the_terminal() {
    let (db, folder) = (Database::new(), Folder::tables(&["a_name_of_20_letters", "b"]));
    up(&db, &folder);
    for (command, least) in [("status", "version  name"), ("log", "when                 what")] {
        for columns in [60, 80, 200] {
            let run = Run::dbm().db(&db).path(&folder).arg(command).env("NO_COLOR", "1");
            let text = run.spawn_on_a_terminal(columns).finish();
            let table: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).collect();
            assert!(table[0].starts_with(least), "{text}");
            let widest = table.iter().map(|line| line.chars().count()).max();
            assert!(widest <= Some(columns.into()), "{text}");
            let cut = text.contains('…');
            assert_eq!(cut, command == "log" && columns == 60, "{columns}: {text}");
        }
        let piped = Run::dbm().db(&db).path(&folder).arg(command).output();
        let heads = if command == "status" { "  checksum" } else { "program" };
        assert!(piped.stdout.lines().next().is_some_and(|line| line.ends_with(heads)), "{piped}");
    }
}

/// A view of ten thousand rows is one of ten thousand lines.
#[test]
fn ten_thousand_versions_are_listed() {
    let (db, folder) = (Database::new(), Folder::new());
    for version in 1..=10_000 {
        folder.write(&format!("{version}_t.up.sql"), "");
    }
    let output = status(&db, &folder).output();
    output.assert_status(0);
    assert_eq!(
        output.stdout.lines().count(),
        10_004,
        "header, rows, a blank, the summary, the log"
    );
}
