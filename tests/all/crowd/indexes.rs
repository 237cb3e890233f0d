//! `CREATE INDEX CONCURRENTLY` waits for every snapshot; who waits for a lock inside the server has
//! one. No deadlock comes of it among dbm's own, and with golang-migrate it ends in bounded time.

use std::path::Path;

use crate::support::locks::Gate;
use crate::support::{Database, Folder, Output, Process, Run, reference, wait};

/// A table; then two files that build an index, with others around them.
fn indexed() -> Folder {
    Folder::new()
        .pair(
            "1_t",
            &format!("CREATE TABLE t (id int); CREATE TABLE ran (version int); {}", Gate::SQL),
            "DROP TABLE t, ran",
        )
        .pair("2_i", "CREATE INDEX CONCURRENTLY t_id ON t (id)", "DROP INDEX CONCURRENTLY t_id")
        .pair("3_m", "INSERT INTO ran VALUES (3)", "SELECT 1")
        .pair(
            "4_j",
            "CREATE UNIQUE INDEX CONCURRENTLY t_u ON t (id)",
            "DROP INDEX CONCURRENTLY t_u",
        )
        .pair("5_n", "INSERT INTO ran VALUES (5)", "SELECT 1")
}

#[track_caller]
fn assert_whole(db: &Database, said: &str) {
    assert_eq!(db.row(), Some((5, false)), "{said}");
    let indexes = "SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass AND indisvalid";
    assert_eq!(db.number(indexes), 2, "{said}");
    assert_eq!(db.number("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), 0, "{said}");
    assert_eq!(db.number("SELECT count(*) FROM ran"), 2, "{said}");
    assert_eq!(db.number("SELECT count(DISTINCT version) FROM ran"), 2, "{said}");
    assert_eq!(db.advisory_locks(), [], "{said}");
}

/// Until so many sessions wait inside the server for golang-migrate's lock.
fn wait_for_queue(db: &Database, length: i64) {
    let waiting = format!(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
         AND classid::bigint << 32 | objid::bigint = {}",
        db.cli_lock()
    );
    wait::until_true("those that wait for the lock", || db.number(&waiting) >= length);
}

/// Many of dbm: one builds, the others wait for it.
#[test]
fn while_others_of_dbm_wait() {
    let (db, folder) = (Database::new(), indexed());
    let mut gate = Gate::close(db.client());
    let first = Run::dbm().db(&db).path(&folder).arg("up").spawn();
    let pid = gate.waiting();
    let waiting: Vec<_> = (0..5)
        .map(|_| {
            let mut run = Run::dbm().db(&db).path(&folder).arg("up").spawn();
            run.wait_for(&pid.to_string());
            run
        })
        .collect();
    gate.open();
    let first = first.finish();
    first.assert_status(0);
    let said: String = waiting
        .into_iter()
        .map(|run| {
            let output = run.finish();
            output.assert_status(0).assert_essence("no change\n");
            output.to_string()
        })
        .collect();
    assert_whole(&db, &format!("{first}{said}"));
}

/// Another session, no tool at all, builds an index while a dbm waits for the lock that it holds.
#[test]
fn in_another_session_while_dbm_waits() {
    let (db, folder) = (Database::new(), Folder::four());
    db.execute("CREATE TABLE other (id int)");
    let mut holder = db.client();
    let pid: i32 = holder
        .query_one("SELECT pg_backend_pid(), pg_advisory_lock($1)", &[&db.cli_lock()])
        .expect("take the lock")
        .get(0);
    let mut runs: Vec<_> =
        (0..3).map(|_| Run::dbm().db(&db).path(&folder).arg("up").spawn()).collect();
    for run in &mut runs {
        run.wait_for(&pid.to_string());
    }
    holder.batch_execute("SET statement_timeout = '50s'").expect("a deadline");
    holder
        .batch_execute("CREATE INDEX CONCURRENTLY other_id ON other (id)")
        .expect("an index while dbm waits");
    drop(holder);
    for run in runs {
        run.finish().assert_status(0);
    }
    assert_eq!(db.row(), Some((4, false)));
}

/// golang-migrate waits in `pg_advisory_lock`, dbm builds. Both end, nothing is run twice, the
/// indexes are valid; and with `-verbose` or without dbm does not fail.
#[test]
fn while_the_reference_waits() {
    let test = "crowd::indexes::while_the_reference_waits";
    let Some(reference) = reference::find(test) else { return };
    for waiters in [1, 3] {
        // Several of them wait for each other's indexes as well, and where the server ends that by
        // failing the one that builds, it leaves a dirty row: its fault, and not what is tested.
        let tried = (0..5).any(|_| beside(&reference, waiters));
        assert!(tried, "golang-migrate alone broke it off five times");
    }
}

/// Whether it came to what is to be seen: an index that dbm builds beside so many of the reference.
fn beside(reference: &Path, waiters: i64) -> bool {
    let (db, folder) = (Database::new(), indexed());
    let mut gate = Gate::close(db.client());
    let ours = Run::dbm().db(&db).path(&folder).arg("up").spawn();
    gate.waiting();
    let theirs: Vec<_> = (0..waiters)
        .map(|_| Run::program(reference).db(&db).path(&folder).arg("up").spawn())
        .collect();
    wait_for_queue(&db, waiters);
    gate.open();
    let ours = ours.finish();
    let theirs: Vec<_> = theirs.into_iter().map(Process::finish).collect();
    let said: String = theirs.iter().map(ToString::to_string).collect();
    let broke_off = |output: &Output| {
        output.stderr.contains("migration failed") && output.stderr.contains("deadlock detected")
    };
    if waiters > 1 && theirs.iter().any(broke_off) {
        return false;
    }
    ours.assert_status(0);
    for output in &theirs {
        // The server may have ended the circle by refusing one of them.
        assert!(
            output.status == Some(0) || output.stderr.contains("deadlock detected"),
            "{ours}{output}"
        );
    }
    assert_whole(&db, &format!("{ours}{said}"));
    true
}

/// A session that waits for nothing and just keeps its snapshot: the build waits for it, as any
/// build does, and is not broken off.
#[test]
fn while_a_report_runs() {
    let (db, folder) = (Database::new(), indexed());
    let mut gate = Gate::close(db.client());
    let run = Run::dbm().db(&db).path(&folder).arg("up").spawn();
    gate.waiting();
    let mut report = db.client();
    let mut open = report
        .build_transaction()
        .isolation_level(postgres::IsolationLevel::RepeatableRead)
        .start()
        .expect("a report");
    open.query("SELECT 1", &[]).expect("a snapshot");
    gate.open();
    let building = format!(
        "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
         WHERE a.datname = '{}' AND locktype = 'virtualxid' AND NOT granted",
        db.name()
    );
    wait::until_true("an index that waits for the report", || db.number(&building) > 0);
    open.commit().expect("the end of the report");
    let output = run.finish();
    output.assert_status(0);
    assert_whole(&db, &output.to_string());
}

/// A redo lends the lock before it builds, and whoever has it then moves the row elsewhere: the redo
/// says so, and runs no other version.
#[test]
fn a_redo_after_which_the_row_is_elsewhere() {
    let db = Database::new();
    let folder = Folder::new().pair("1_t", "CREATE TABLE t (id int)", "DROP TABLE t").pair(
        "2_i",
        "CREATE INDEX CONCURRENTLY t_id ON t (id)",
        &format!("{} DROP INDEX t_id;", Gate::SQL),
    );
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    let mut gate = Gate::close(db.client());
    let redo = Run::dbm().db(&db).path(&folder).arg("redo").spawn();
    gate.waiting();
    let (lock, mut other) = (db.cli_lock(), db.client());
    let other = std::thread::spawn(move || {
        other.execute("SELECT pg_advisory_lock($1)", &[&lock]).expect("take the lock");
        other.execute("UPDATE schema_migrations SET version = 9", &[]).expect("move the row");
    });
    wait_for_queue(&db, 1);
    gate.open();
    let output = redo.finish();
    other.join().expect("the other session");
    output.assert_status(1).assert_line("error: the version row was changed ", "lock was lent");
    assert_eq!(db.row(), Some((9, false)), "{output}");
    assert_eq!(db.number("SELECT count(*) FROM pg_class WHERE relname = 't_id'"), 0, "{output}");
}
