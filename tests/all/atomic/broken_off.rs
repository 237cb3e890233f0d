//! The connection lost, or dbm killed, while a file runs: all of the file or nothing, never dirty.

use crate::support::database::OBSERVER;
use crate::support::locks::Gate;
use crate::support::{Database, Folder, Process, Run, wait};

/// A second file that waits at the gate between two tables.
fn folder(begin: &str, commit: &str) -> Folder {
    Folder::tables(&["a"]).pair(
        "2_slow",
        &format!(
            "{begin}CREATE TABLE before_gate (id int); {} CREATE TABLE after_gate (id int); {commit}",
            Gate::SQL
        ),
        "DROP TABLE before_gate, after_gate;",
    )
}

const SHAPES: [(&str, &str); 2] = [("", ""), ("BEGIN; ", "COMMIT;")];

/// dbm with its second file at the gate; the pid is the server's.
fn at_the_gate(db: &Database, folder: &Folder) -> (Process, Gate, i32) {
    Run::dbm().db(db).path(folder).args(["up", "1"]).output().assert_status(0);
    let mut gate = Gate::close(db.client());
    let run = Run::dbm().db(db).path(folder).arg("up").spawn();
    let pid = gate.waiting();
    (run, gate, pid)
}

fn terminate(gate: &mut Gate, pid: i32) {
    gate.client()
        .execute("SELECT pg_terminate_backend($1)", &[&pid])
        .expect("terminate the session");
}

/// Until no session of dbm is left: what it had under way is then committed or rolled back.
fn wait_until_gone(db: &Database, gate: &mut Gate) {
    let query = format!(
        "SELECT count(*) FROM pg_stat_activity
         WHERE datname = '{}' AND pid <> pg_backend_pid() AND backend_type = 'client backend'
           AND application_name <> '{OBSERVER}'",
        db.name()
    );
    wait::until_true("the end of dbm's sessions", || {
        let count: i64 =
            gate.client().query_one(&query, &[]).expect("read pg_stat_activity").get(0);
        count == 0
    });
}

#[track_caller]
fn assert_mended_by_running_again(db: &Database, folder: &Folder) {
    Run::dbm().db(db).path(folder).arg("up").stderr("2/u slow (TIME)\n").check_essence();
    assert_eq!(db.row(), Some((2, false)));
}

#[test]
fn a_terminated_session() {
    for (begin, commit) in SHAPES {
        let (db, folder) = (Database::new(), folder(begin, commit));
        let (run, mut gate, pid) = at_the_gate(&db, &folder);
        let before = db.dump();
        terminate(&mut gate, pid);
        let output = run.finish();
        output.assert_status(1).assert_line("error: migration failed: ", "");
        output.assert_says("2_slow.up.sql");
        wait_until_gone(&db, &mut gate);
        assert_eq!(db.dump(), before, "{output}");
        assert_eq!(db.row(), Some((1, false)), "{output}");
        gate.open();
        assert_mended_by_running_again(&db, &folder);
    }
}

/// Killed, and the server notices before the file is done.
#[test]
fn dbm_killed_and_the_session_ended() {
    for (begin, commit) in SHAPES {
        let (db, folder) = (Database::new(), folder(begin, commit));
        let (mut run, mut gate, pid) = at_the_gate(&db, &folder);
        let before = db.dump();
        run.kill();
        assert_eq!(run.finish().status, None, "killed by the signal");
        terminate(&mut gate, pid);
        wait_until_gone(&db, &mut gate);
        assert_eq!(db.dump(), before);
        assert_eq!(db.row(), Some((1, false)));
        gate.open();
        assert_mended_by_running_again(&db, &folder);
    }
}

/// Killed, and the server finds the gate open: it may finish the whole of what was sent, or roll it
/// back when it notices; half of it is what must not be.
#[test]
fn dbm_killed_and_the_server_left_to_itself() {
    for (begin, commit) in SHAPES {
        let (db, folder) = (Database::new(), folder(begin, commit));
        let (mut run, gate, _) = at_the_gate(&db, &folder);
        run.kill();
        assert_eq!(run.finish().status, None, "killed by the signal");
        gate.open();
        let mut gate = Gate::close(db.client());
        wait_until_gone(&db, &mut gate);
        gate.open();
        let made = ["public.before_gate", "public.after_gate"]
            .map(|table| db.tables().iter().any(|name| name == table));
        match db.row() {
            Some((1, false)) => assert_eq!(made, [false, false], "nothing of it"),
            Some((2, false)) => assert_eq!(made, [true, true], "all of it"),
            row => panic!("the row must be clean, and is {row:?}"),
        }
        // Whichever it was, the next run goes on without a force.
        Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
        assert_eq!(db.row(), Some((2, false)));
    }
}

/// Killed again and again, wherever it happens to be: never dirty, never half.
#[test]
fn killed_at_any_moment() {
    let db = Database::new();
    let names: Vec<String> = (1..=20).map(|number| format!("t{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let folder = Folder::tables(&names);
    for round in 0..20 {
        db.clear();
        let mut run = Run::dbm().db(&db).path(&folder).arg("up").spawn();
        // Another file in every round, and not another time: no clock decides what is tested.
        if round > 0 {
            run.wait_for(&format!("{round}/u t{round} "));
        }
        run.kill();
        let output = run.finish();
        let mut watcher = Gate::close(db.client());
        wait_until_gone(&db, &mut watcher);
        watcher.open();
        let version = match db.row() {
            None => 0,
            Some((version, false)) => version,
            row => panic!("round {round}: the row must be clean, and is {row:?}\n{output}"),
        };
        let mut expected: Vec<String> =
            (1..=version).map(|number| format!("public.t{number}")).collect();
        expected.sort();
        let mut tables = db.tables();
        tables.retain(|name| name != "public.schema_migrations");
        assert_eq!(tables, expected, "round {round}");
        Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
        assert_eq!(db.row(), Some((20, false)), "round {round}");
    }
}

/// A loose file cannot be all or nothing: it is dirty then, and the next run says so.
#[test]
fn a_loose_file_that_is_broken_off_is_dirty() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).file(
        "2_loose.up.sql",
        format!("CREATE TABLE loose (id int);\nCOMMIT;\n{}\nSELECT 1;\n", Gate::SQL),
    );
    let (run, mut gate, pid) = at_the_gate(&db, &folder);
    terminate(&mut gate, pid);
    let output = run.finish();
    output.assert_status(1).assert_line("error: migration failed: ", "");
    output.assert_line("hint: ", "force");
    wait_until_gone(&db, &mut gate);
    assert_eq!(db.row(), Some((2, true)));
    Run::dbm()
        .db(&db)
        .path(&folder)
        .arg("up")
        .status(1)
        .stderr("error: Dirty database version 2. Fix and force version.\n")
        .check_essence();
}
