//! Large files: how much memory they take, and what is told of one that fails.

use std::fs;

use crate::support::locks::Gate;
use crate::support::{Database, Folder, Process, Run};

/// Bytes of a large file.
const LARGE: usize = 12 << 20;

/// A statement that is nearly as large as that.
fn values(row: &str) -> String {
    let rows = LARGE / (row.len() + 2);
    format!(
        "CREATE TABLE t (v text);\nINSERT INTO t VALUES\n{}{row};\n",
        format!("{row},\n").repeat(rows)
    )
}

/// Starts a run of `up`, and waits until the file stands at the gate.
fn start(db: &Database, folder: &Folder) -> (Process, Gate) {
    let mut gate = Gate::close(db.client());
    let process = Run::dbm().db(db).path(folder).arg("up").spawn();
    gate.waiting();
    (process, gate)
}

/// The most memory that it has had, in kilobytes.
fn peak(process: &Process) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    line.trim().trim_end_matches(" kB").parse().expect("a number of kB")
}

/// The program itself takes some 20 MB where it is built for tests.
#[cfg(target_os = "linux")]
#[test]
fn a_large_file_takes_twice_its_size() {
    let string = format!(
        "CREATE TABLE t (v text);\nINSERT INTO t VALUES ('{}');\n",
        "it''s ".repeat(LARGE / 6)
    );
    let short = "INSERT INTO t VALUES ('a value of some kind, and not a short one');\n";
    let short = format!("CREATE TABLE t (v text);\n{}", short.repeat(LARGE / short.len()));
    let none = "SELECT 1;".to_string();
    let shapes = [
        ("one statement", values("('a value')")),
        ("not ASCII", values("('größer, 日本語')")),
        ("one string", string),
        ("many statements", short),
        ("its own transaction", format!("BEGIN;\n{}COMMIT;\n", values("('a value')"))),
    ];
    let of = |text: &str| {
        let db = Database::new();
        let end = if text.ends_with("COMMIT;\n") { "COMMIT;\n" } else { "" };
        let text = format!("{}{}\n{end}", text.strip_suffix(end).unwrap_or(text), Gate::SQL);
        let folder = Folder::new().pair("1_x", &text, "DROP TABLE t;");
        let (process, gate) = start(&db, &folder);
        let peak = peak(&process);
        gate.open();
        process.finish().assert_status(0);
        assert_eq!(db.row(), Some((1, false)));
        peak
    };
    let small = of(&none);
    for (shape, text) in shapes {
        let (peak, size) = (of(&text) - small, text.len() / 1024);
        assert!(peak * 10 <= size * 22, "{shape}: {peak} kB for {size} kB");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn of_large_files_one_is_read_ahead() {
    let large = format!("SELECT '{}';\n", "it''s ".repeat(LARGE / 6));
    let of = |large: &str| {
        let db = Database::new();
        let folder = Folder::new().pair("1_x", Gate::SQL, "");
        for version in 2..6 {
            folder.write(&format!("{version}_x.up.sql"), large);
        }
        let (process, gate) = start(&db, &folder);
        let peak = peak(&process);
        gate.open();
        process.finish().assert_status(0);
        peak
    };
    let (peak, size) = (of(&large) - of("SELECT 1;"), large.len() / 1024);
    assert!(peak * 2 <= size * 3, "{peak} kB for {size} kB");
}

#[test]
fn a_large_file_that_fails_is_read_again() {
    let text = format!("{}SELECT 1,\n  nosuch;\n", values("('größer')"));
    let lines = text.lines().count();
    for (begin, commit) in [("", ""), ("BEGIN;", "COMMIT;")] {
        let db = Database::new();
        let folder = Folder::new().pair("1_x", &format!("{begin}{text}{commit}"), "DROP TABLE t;");
        let output = Run::dbm().db(&db).path(&folder).arg("up").output();
        output
            .assert_status(1)
            .assert_line("error: migration failed: ", "\"nosuch\" does not exist");
        output.assert_line("", &format!("1_x.up.sql:{lines}:3"));
        assert_eq!(db.row(), None);
        assert!(!db.tables().contains(&"public.t".to_string()));
    }
}

#[test]
fn a_large_file_that_fails_and_is_another_by_then() {
    for is_there in [true, false] {
        let db = Database::new();
        let text = format!("{}{}\nSELECT 1 / 0;\n", values("('a')"), Gate::SQL);
        let folder = Folder::new().pair("1_x", &text, "DROP TABLE t;");
        let (process, gate) = start(&db, &folder);
        match is_there {
            true => folder.write("1_x.up.sql", "SELECT 2;"),
            false => fs::remove_file(folder.join("1_x.up.sql")).expect("remove the file"),
        }
        gate.open();
        let output = process.finish();
        output.assert_status(1).assert_line("error: migration failed: ", "division by zero");
        assert_eq!(db.row(), None, "{output}");
    }
}
