//! One run at a time, whoever it is: dbm, golang-migrate's CLI, a program with it built in.
//!
//! How long a run takes is decided by a gate (a lock of the test's own that a migration waits for),
//! never by a sleep.

use std::path::{Path, PathBuf};

use crate::support::locks::Gate;
use crate::support::{Database, Folder, Run, reference, wait};

/// Waiting at the gate in the first file; each file leaves a mark, so that none runs twice.
fn slow() -> Folder {
    Folder::new()
        .pair(
            "1_ran",
            &format!("CREATE TABLE ran (version int); INSERT INTO ran VALUES (1); {}", Gate::SQL),
            "DROP TABLE ran",
        )
        .pair("2_b", "INSERT INTO ran VALUES (2)", "SELECT 1")
        .pair("3_c", "INSERT INTO ran VALUES (3)", "SELECT 1")
}

const SLOW_UP: &str = "1/u ran (TIME)\n2/u b (TIME)\n3/u c (TIME)\n";

/// A session of the test holds the lock; a run with a timeout gives up, and does nothing.
#[test]
fn a_lock_timeout_binds() {
    for name in ["cli", "library"] {
        let (db, folder) = (Database::new(), Folder::four());
        let mut holder = db.client();
        let id = match name {
            "cli" => db.cli_lock(),
            _ => db.library_lock(),
        };
        holder.execute("SELECT pg_advisory_lock($1)", &[&id]).expect("take the lock");
        for command in [
            &["up"][..],
            &["up", "1"],
            &["down", "-all"],
            &["goto", "2"],
            &["force", "2"],
            &["drop", "-f"],
        ] {
            Run::dbm()
                .db(&db)
                .path(&folder)
                .args(["-lock-timeout", "1"])
                .args(command.iter().copied())
                .status(1)
                .stderr("error: timeout: can't acquire database lock\n")
                .check_essence();
        }
        assert_eq!(db.row(), None, "{name}");
        assert_eq!(db.advisory_locks().len(), 1, "only the holder's lock, {name}");
    }
}

/// Without a timeout it waits, says for whom, and goes on when the lock is free.
#[test]
fn it_waits_and_says_for_whom() {
    for name in ["cli", "library"] {
        let (db, folder) = (Database::new(), Folder::four());
        let mut holder = db.client();
        holder
            .batch_execute("SET application_name = 'the_other_deployment'")
            .expect("name the session");
        let id = match name {
            "cli" => db.cli_lock(),
            _ => db.library_lock(),
        };
        let pid: i32 = holder
            .query_one("SELECT pg_backend_pid(), pg_advisory_lock($1)", &[&id])
            .expect("take the lock")
            .get(0);
        let mut run = Run::dbm().db(&db).path(&folder).arg("up").spawn();
        run.wait_for(&pid.to_string()).wait_for("the_other_deployment");
        assert!(run.is_running(), "it must wait, {name}");
        assert_eq!(db.row(), None, "{name}");
        assert!(db.tables().is_empty(), "nothing yet, {name}");
        drop(holder);
        let output = run.finish();
        output
            .assert_status(0)
            .assert_essence("1/u a (TIME)\n2/u b (TIME)\n3/u c (TIME)\n4/u d (TIME)\n");
        assert!(db.advisory_locks().is_empty(), "nothing held after the end");
    }
}

/// `version` reads, and waits for nobody.
#[test]
fn version_takes_no_lock() {
    let (db, folder) = (Database::new(), Folder::four());
    db.set_row(3, false);
    let mut holder = db.client();
    holder
        .execute(
            "SELECT pg_advisory_lock($1), pg_advisory_lock($2)",
            &[&db.cli_lock(), &db.library_lock()],
        )
        .expect("take both locks");
    Run::dbm().db(&db).path(&folder).arg("version").stderr("3\n").check();
}

/// A waiting dbm holds no snapshot, so an index that is built concurrently gets finished.
#[test]
fn a_waiting_dbm_does_not_hold_up_an_index() {
    let (db, folder) = (Database::new(), Folder::four());
    let mut holder = db.client();
    let pid: i32 = holder
        .query_one("SELECT pg_backend_pid(), pg_advisory_lock($1)", &[&db.cli_lock()])
        .expect("take the lock")
        .get(0);
    let mut run = Run::dbm().db(&db).path(&folder).arg("up").spawn();
    run.wait_for(&pid.to_string());
    holder
        .batch_execute("SET statement_timeout = '30s'; CREATE TABLE t (id int)")
        .expect("prepare");
    holder
        .batch_execute("CREATE INDEX CONCURRENTLY t_id ON t (id)")
        .expect("an index while dbm waits");
    drop(holder);
    run.finish().assert_status(0);
}

#[test]
fn the_reference_holds_while_dbm_starts() {
    let Some(reference) = reference::find("the_reference_holds_while_dbm_starts") else {
        return;
    };
    let (db, folder) = (Database::new(), slow());
    let mut gate = Gate::close(db.client());
    let theirs = Run::program(&reference).db(&db).path(&folder).arg("up").spawn();
    let pid = gate.waiting();

    Run::dbm()
        .db(&db)
        .path(&folder)
        .args(["-lock-timeout", "1", "up"])
        .status(1)
        .stderr("error: timeout: can't acquire database lock\n")
        .check_essence();
    let mut ours = Run::dbm().db(&db).path(&folder).arg("up").spawn();
    ours.wait_for(&pid.to_string());
    assert!(ours.is_running());
    gate.open();
    theirs.finish().assert_status(0).assert_essence(SLOW_UP);
    ours.finish().assert_status(0).assert_essence("no change\n");
    assert_eq!(db.number("SELECT count(*) FROM ran"), 3);
    assert_eq!(db.row(), Some((3, false)));
}

#[test]
fn dbm_holds_while_the_reference_starts() {
    let Some(reference) = reference::find("dbm_holds_while_the_reference_starts") else {
        return;
    };
    let (db, folder) = (Database::new(), slow());
    let mut gate = Gate::close(db.client());
    let ours = Run::dbm().db(&db).path(&folder).arg("up").spawn();
    gate.waiting();
    assert_held(&db, &[db.cli_lock(), db.library_lock()]);
    let mut theirs = Run::program(&reference).db(&db).path(&folder).arg("up").spawn();
    wait_for_lock(&db, db.cli_lock(), &mut gate);
    assert!(theirs.is_running());
    gate.open();
    ours.finish().assert_status(0).assert_essence(SLOW_UP);
    theirs.finish().assert_status(0).assert_essence("no change\n");
    assert_eq!(db.number("SELECT count(*) FROM ran"), 3);
    assert!(db.advisory_locks().is_empty());
}

/// A program that embeds golang-migrate takes the other name.
#[test]
fn dbm_holds_the_name_of_the_library_too() {
    let (db, folder) = (Database::new(), slow());
    let mut gate = Gate::close(db.client());
    let ours = Run::dbm().db(&db).path(&folder).arg("up").spawn();
    gate.waiting();
    let mut other = db.client();
    let free: bool = other
        .query_one("SELECT pg_try_advisory_lock($1)", &[&db.library_lock()])
        .expect("try the lock")
        .get(0);
    assert!(!free, "the library's lock must be held as well");
    gate.open();
    ours.finish().assert_status(0).assert_essence(SLOW_UP);
}

/// Where the version table has another name, so have the locks.
#[test]
fn the_lock_goes_with_the_table() {
    let (db, folder) = (Database::new(), slow());
    let mut gate = Gate::close(db.client());
    let ours =
        Run::dbm().url(db.url_with("x-migrations-table=mine")).path(&folder).arg("up").spawn();
    gate.waiting();
    let path = format!("/{}", db.name());
    assert_held(
        &db,
        &[
            crate::support::locks::id(&path, "public", "mine"),
            crate::support::locks::id(db.name(), "public", "mine"),
        ],
    );
    gate.open();
    ours.finish().assert_status(0);
}

/// Both at once, and dbm twice at once, over and over: each file exactly once, every run exits 0.
#[test]
fn both_at_once() {
    let Some(reference) = reference::find("both_at_once") else {
        return;
    };
    let run = |ours: bool| if ours { Run::dbm() } else { Run::program(&reference) };
    let pairings = [(true, false), (false, true), (true, true)];
    let db = Database::new();
    let folder = Folder::new()
        .pair(
            "1_ran",
            "CREATE TABLE ran (version int); INSERT INTO ran VALUES (1)",
            "DROP TABLE ran",
        )
        .pair(
            "2_b",
            "BEGIN; INSERT INTO ran VALUES (2); COMMIT;",
            "DELETE FROM ran WHERE version = 2",
        )
        .pair("3_c", "INSERT INTO ran VALUES (3)", "DELETE FROM ran WHERE version = 3");
    for round in 0..24 {
        db.clear();
        let (first, second) = pairings[round % pairings.len()];
        let first = run(first).db(&db).path(&folder).arg("up").spawn();
        let second = run(second).db(&db).path(&folder).arg("up").spawn();
        for output in [first.finish(), second.finish()] {
            output.assert_status(0);
        }
        assert_eq!(db.number("SELECT count(*) FROM ran"), 3, "round {round}");
        assert_eq!(db.number("SELECT sum(version) FROM ran"), 6, "round {round}");
        assert_eq!(db.row(), Some((3, false)), "round {round}");
        assert!(db.advisory_locks().is_empty(), "round {round}");
    }
}

/// Eight at once on one database.
#[test]
fn eight_at_once() {
    let reference: Option<PathBuf> = reference::find("eight_at_once (with four of dbm only)");
    let reference = reference.as_deref();
    let program = |index: usize| match (index % 2, reference) {
        (0, Some(path)) => Run::program(Path::new(path)),
        _ => Run::dbm(),
    };
    let db = Database::new();
    let folder = Folder::four();
    let runs: Vec<_> =
        (0..8).map(|index| program(index).db(&db).path(&folder).arg("up").spawn()).collect();
    let outputs: Vec<_> = runs.into_iter().map(|run| run.finish()).collect();
    for output in &outputs {
        output.assert_status(0);
    }
    let said: String = outputs.iter().map(|output| output.essence()).collect();
    for line in ["1/u a", "2/u b", "3/u c", "4/u d"] {
        let line = format!("{line} (TIME)\n");
        assert_eq!(said.matches(&line).count(), 1, "{said}");
    }
    assert_eq!(db.row(), Some((4, false)));
}

/// The reference builds an index concurrently while dbm waits for its lock: no deadlock.
#[test]
fn the_reference_builds_an_index_while_dbm_waits() {
    let Some(reference) = reference::find("the_reference_builds_an_index_while_dbm_waits") else {
        return;
    };
    let (db, folder) = (Database::new(), indexed());
    let mut gate = Gate::close(db.client());
    let theirs = Run::program(&reference).db(&db).path(&folder).arg("up").spawn();
    let pid = gate.waiting();
    let mut ours = Run::dbm().db(&db).path(&folder).arg("up").spawn();
    ours.wait_for(&pid.to_string());
    gate.open();
    theirs.finish().assert_status(0);
    ours.finish().assert_status(0).assert_essence("no change\n");
    assert_index(&db);
}

/// dbm builds an index concurrently while the reference waits inside the server for its lock, with
/// the snapshot that the index waits for.
#[test]
fn dbm_builds_an_index_while_the_reference_waits() {
    let Some(reference) = reference::find("dbm_builds_an_index_while_the_reference_waits") else {
        return;
    };
    let (db, folder) = (Database::new(), indexed());
    let mut gate = Gate::close(db.client());
    let ours = Run::dbm().db(&db).path(&folder).arg("up").spawn();
    gate.waiting();
    let theirs = Run::program(&reference).db(&db).path(&folder).arg("up").spawn();
    wait_for_lock(&db, db.cli_lock(), &mut gate);
    gate.open();
    let (ours, theirs) = (ours.finish(), theirs.finish());
    // The server ends such a circle by refusing one of the two; it must not be dbm that fails, and
    // what it leaves must be whole.
    ours.assert_status(0);
    if theirs.status != Some(0) {
        theirs.assert_says("deadlock detected");
    }
    assert_index(&db);
    assert_eq!(db.row(), Some((2, false)));
}

fn indexed() -> Folder {
    Folder::new()
        .pair("1_t", &format!("CREATE TABLE t (id int); {}", Gate::SQL), "DROP TABLE t")
        .pair("2_i", "CREATE INDEX CONCURRENTLY t_id ON t (id)", "DROP INDEX CONCURRENTLY t_id")
}

/// The index is there, once, and valid.
#[track_caller]
fn assert_index(db: &Database) {
    assert_eq!(
        db.number("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass AND indisvalid"),
        1
    );
    assert_eq!(
        db.number(
            "SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass AND NOT indisvalid"
        ),
        0
    );
}

#[track_caller]
fn assert_held(db: &Database, ids: &[i64]) {
    let held = db.advisory_locks();
    for id in ids {
        assert!(held.iter().any(|(found, _)| found == id), "lock {id} is not among {held:?}");
    }
}

/// Until a session waits for this lock.
fn wait_for_lock(db: &Database, id: i64, gate: &mut Gate) {
    let waiting = format!(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
         AND classid::bigint << 32 | objid::bigint = {id}
         AND database = (SELECT oid FROM pg_database WHERE datname = '{}')",
        db.name()
    );
    wait::until_true("a session that waits for the lock", || {
        let count: i64 = gate.client().query_one(&waiting, &[]).expect("read pg_locks").get(0);
        count > 0
    });
}
