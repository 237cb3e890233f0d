//! A runner that dies while it holds the lock.

use crate::support::locks::Gate;
use crate::support::sessions::Sessions;
use crate::support::{Database, Folder, Process, Run, reference};

fn counted() -> Folder {
    Folder::new()
        .pair(
            "1_ran",
            "CREATE TABLE ran (version int); INSERT INTO ran VALUES (1)",
            "DROP TABLE ran",
        )
        .pair("2_slow", &format!("INSERT INTO ran VALUES (2); {}", Gate::SQL), "SELECT 1")
        .pair("3_c", "INSERT INTO ran VALUES (3)", "SELECT 1")
}

#[track_caller]
fn assert_each_once(db: &Database) {
    assert_eq!(db.number("SELECT count(*) FROM ran"), 3);
    assert_eq!(db.number("SELECT count(DISTINCT version) FROM ran"), 3);
    assert_eq!(db.row(), Some((3, false)));
    assert_eq!(db.advisory_locks(), []);
}

/// A dbm at the gate, and others that wait for it.
fn a_queue(db: &Database, folder: &Folder) -> (Process, Gate, i32, Vec<Process>) {
    let mut gate = Gate::close(db.client());
    let first = Run::dbm().db(db).path(folder).arg("up").spawn();
    let pid = gate.waiting();
    let waiting = (0..3)
        .map(|_| {
            let mut run = Run::dbm().db(db).path(folder).arg("up").spawn();
            run.wait_for(&pid.to_string());
            run
        })
        .collect();
    (first, gate, pid, waiting)
}

/// Killed, and the server finds out when it has finished the message: the others go on from there.
#[test]
fn killed_while_others_wait() {
    let (db, folder) = (Database::new(), counted());
    let (mut first, gate, _, waiting) = a_queue(&db, &folder);
    first.kill();
    first.finish();
    gate.open();
    for run in waiting {
        run.finish().assert_status(0);
    }
    assert_each_once(&db);
}

/// Its session ended by an administrator: the file has not happened, and the next one runs it.
#[test]
fn terminated_while_others_wait() {
    let (db, folder) = (Database::new(), counted());
    let (first, gate, pid, waiting) = a_queue(&db, &folder);
    Sessions::of(&db).terminate(pid);
    first.finish();
    gate.open();
    for run in waiting {
        run.finish().assert_status(0);
    }
    assert_each_once(&db);
}

/// One that waits dies: nobody minds.
#[test]
fn a_waiter_dies() {
    let (db, folder) = (Database::new(), counted());
    let (first, gate, _, mut waiting) = a_queue(&db, &folder);
    let mut dying = waiting.remove(1);
    dying.kill();
    dying.finish();
    gate.open();
    first.finish().assert_status(0);
    for run in waiting {
        run.finish().assert_status(0).assert_essence("no change\n");
    }
    assert_each_once(&db);
}

/// golang-migrate dies in the middle of a file and leaves a dirty row: dbm says so, each of them.
#[test]
fn the_reference_dies() {
    let Some(reference) = reference::find("crowd::dying::the_reference_dies") else { return };
    let (db, folder) = (Database::new(), counted());
    let mut gate = Gate::close(db.client());
    let mut theirs = Run::program(&reference).db(&db).path(&folder).arg("up").spawn();
    let pid = gate.waiting();
    let mut ours = Run::dbm().db(&db).path(&folder).arg("up").spawn();
    ours.wait_for(&pid.to_string());
    theirs.kill();
    theirs.finish();
    Sessions::of(&db).terminate(pid);
    gate.open();
    ours.finish()
        .assert_status(1)
        .assert_essence("error: Dirty database version 2. Fix and force version.\n");
    assert_eq!(db.row(), Some((2, true)));
    assert_eq!(db.advisory_locks(), []);
}
