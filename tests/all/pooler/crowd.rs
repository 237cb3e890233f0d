//! Many at once through the pooler, and mixed with others on direct connections.

use crate::support::locks::Gate;
use crate::support::pgbouncer::shared;
use crate::support::{Database, Folder, Process, Run, reference, wait};

/// Each file leaves a mark, so that none runs twice; the first waits at the gate.
fn counted() -> Folder {
    Folder::new()
        .pair(
            "1_ran",
            &format!("CREATE TABLE ran (version int); INSERT INTO ran VALUES (1); {}", Gate::SQL),
            "DROP TABLE ran",
        )
        .pair("2_b", "BEGIN; INSERT INTO ran VALUES (2); COMMIT;", "SELECT 1")
        .pair("3_c", "INSERT INTO ran VALUES (3)", "SELECT 1")
        .pair("4_d", "INSERT INTO ran VALUES (4);\nCOMMIT;\nSELECT 1;\n", "SELECT 1")
        .pair("5_e", "BEGIN; INSERT INTO ran VALUES (5); COMMIT;", "SELECT 1")
}

const FILES: i64 = 5;

#[track_caller]
fn assert_each_once(db: &Database, said: &str) {
    assert_eq!(db.number("SELECT count(*) FROM ran"), FILES, "{said}");
    assert_eq!(db.number("SELECT count(DISTINCT version) FROM ran"), FILES, "{said}");
    assert_eq!(db.row(), Some((FILES, false)), "{said}");
    assert_eq!(db.advisory_locks(), [], "{said}");
}

/// Lets all of them end, and joins what they said.
#[track_caller]
fn all_succeed(runs: Vec<Process>) -> String {
    let outputs: Vec<_> = runs.into_iter().map(Process::finish).collect();
    for output in &outputs {
        output.assert_status(0);
    }
    outputs.iter().map(ToString::to_string).collect()
}

/// Eight, and seven of them wait for the one: nobody is let in before all have asked.
#[test]
fn eight_with_one_at_the_gate() {
    let Some(pooler) = shared("pooler::crowd::eight_with_one_at_the_gate") else { return };
    let (db, folder) = (Database::new(), counted());
    let mut gate = Gate::close(db.client());
    let runs: Vec<_> =
        (0..8).map(|_| Run::dbm().url(pooler.url(&db)).path(&folder).arg("up").spawn()).collect();
    gate.waiting();
    // Who waits says so.
    wait::until_true("seven that wait", || {
        runs.iter().filter(|run| !run.stderr().is_empty()).count() == 7
    });
    gate.open();
    let said = all_succeed(runs);
    assert_each_once(&db, &said);
    assert_eq!(said.matches("no change").count(), 7, "{said}");
}

/// Eight, as it comes; again and again.
#[test]
fn eight_at_once() {
    let Some(pooler) = shared("pooler::crowd::eight_at_once") else { return };
    let (db, folder) = (Database::new(), counted());
    for _ in 0..6 {
        db.clear();
        let runs: Vec<_> = (0..8)
            .map(|_| Run::dbm().url(pooler.url(&db)).path(&folder).arg("up").spawn())
            .collect();
        let said = all_succeed(runs);
        assert_each_once(&db, &said);
    }
}

/// Each of them goes down and up again as well.
#[test]
fn up_and_down_at_once() {
    let Some(pooler) = shared("pooler::crowd::up_and_down_at_once") else { return };
    let (db, folder) = (Database::new(), Folder::four());
    for _ in 0..4 {
        let runs: Vec<_> = (0..8)
            .map(|index| {
                let command = if index % 2 == 0 { &["up"][..] } else { &["down", "-all"] };
                let args = command.iter().copied();
                Run::dbm().url(pooler.url(&db)).path(&folder).args(args).spawn()
            })
            .collect();
        let said = all_succeed(runs);
        let (row, tables) = (db.row(), db.tables().len());
        assert!(
            (row.is_none() && tables == 1) || (row == Some((4, false)) && tables == 5),
            "{row:?} with {tables} tables\n{said}"
        );
        assert_eq!(db.advisory_locks(), [], "{said}");
    }
}

/// dbm through the pooler, dbm directly, and golang-migrate directly.
#[test]
fn mixed_with_direct_connections() {
    let test = "pooler::crowd::mixed_with_direct_connections";
    let (Some(pooler), Some(reference)) = (shared(test), reference::find(test)) else { return };
    let (db, folder) = (Database::new(), counted());
    for round in 0..6 {
        db.clear();
        let runs: Vec<_> = (0..9)
            .map(|index| {
                let run = match (index + round) % 3 {
                    0 => Run::dbm().url(pooler.url(&db)),
                    1 => Run::dbm().db(&db),
                    _ => Run::program(&reference).db(&db),
                };
                run.path(&folder).arg("up").spawn()
            })
            .collect();
        let said = all_succeed(runs);
        assert_each_once(&db, &said);
    }
}

/// golang-migrate waits inside the server, with a snapshot, for a dbm that builds an index through
/// the pooler: the server cannot see that circle. It ends all the same, and the index is whole.
#[test]
fn an_index_while_the_reference_waits() {
    let test = "pooler::crowd::an_index_while_the_reference_waits";
    let (Some(pooler), Some(reference)) = (shared(test), reference::find(test)) else { return };
    let db = Database::new();
    let folder = Folder::new()
        .pair("1_t", &format!("CREATE TABLE t (id int); {}", Gate::SQL), "DROP TABLE t")
        .pair("2_i", "CREATE INDEX CONCURRENTLY t_id ON t (id)", "DROP INDEX CONCURRENTLY t_id")
        .pair("3_n", "CREATE TABLE n (id int)", "DROP TABLE n");
    let mut gate = Gate::close(db.client());
    let ours = Run::dbm().url(pooler.url(&db)).path(&folder).arg("up").spawn();
    gate.waiting();
    let theirs = Run::program(&reference).db(&db).path(&folder).arg("up").spawn();
    let waiting = format!(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
         AND classid::bigint << 32 | objid::bigint = {}",
        db.cli_lock()
    );
    wait::until_true("golang-migrate at the lock", || db.number(&waiting) > 0);
    gate.open();
    let (ours, theirs) = (ours.finish(), theirs.finish());
    ours.assert_status(0);
    theirs.assert_status(0);
    assert_eq!(db.row(), Some((3, false)), "{ours}{theirs}");
    let index = "SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass AND indisvalid";
    assert_eq!(db.number(index), 1, "{ours}{theirs}");
    assert_eq!(db.number("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), 0);
    assert_eq!(db.advisory_locks(), []);
}

/// A runner that dies holds nothing for long: its client connection ends, the pooler lets go.
#[test]
fn a_runner_that_dies() {
    let Some(pooler) = shared("pooler::crowd::a_runner_that_dies") else { return };
    let (db, folder) = (Database::new(), counted());
    let mut gate = Gate::close(db.client());
    let mut dying = Run::dbm().url(pooler.url(&db)).path(&folder).arg("up").spawn();
    gate.waiting();
    dying.kill();
    dying.finish();
    gate.open();
    Run::dbm().url(pooler.url(&db)).path(&folder).arg("up").output().assert_status(0);
    assert_each_once(&db, "after the death of one");
}
