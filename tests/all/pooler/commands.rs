//! The commands, one after the other, as on a direct connection.

use crate::support::pgbouncer::{PgBouncer, shared};
use crate::support::{Database, Folder, Run};

fn run(pooler: &PgBouncer, db: &Database, folder: &Folder, args: &[&str]) -> Run {
    Run::dbm().url(pooler.url(db)).path(folder).args(args.iter().copied())
}

#[track_caller]
fn assert_at(db: &Database, row: Option<(i64, bool)>) {
    assert_eq!(db.row(), row);
    assert_eq!(db.advisory_locks(), [], "no lock is left on a server connection");
}

#[test]
fn one_after_the_other() {
    let Some(pooler) = shared("pooler::commands::one_after_the_other") else { return };
    let (db, folder) = (Database::new(), Folder::four());
    for (args, status, stderr, row) in [
        (&["version"][..], 1, "error: no migration\n", None),
        (&["up", "1"], 0, "1/u a (TIME)\n", Some((1, false))),
        (&["up"], 0, "2/u b (TIME)\n3/u c (TIME)\n4/u d (TIME)\n", Some((4, false))),
        (&["up"], 0, "no change\n", Some((4, false))),
        (&["version"], 0, "4\n", Some((4, false))),
        (&["goto", "2"], 0, "4/d d (TIME)\n3/d c (TIME)\n", Some((2, false))),
        (&["goto", "3"], 0, "3/u c (TIME)\n", Some((3, false))),
        (&["down", "1"], 0, "3/d c (TIME)\n", Some((2, false))),
        (&["force", "4"], 0, "", Some((4, false))),
        (&["force", "2"], 0, "", Some((2, false))),
        (&["down", "-all"], 0, "2/d b (TIME)\n1/d a (TIME)\n", None),
        (&["up", "2"], 0, "1/u a (TIME)\n2/u b (TIME)\n", Some((2, false))),
        (&["drop", "-f"], 0, "", None),
    ] {
        run(pooler, &db, &folder, args).status(status).stderr(stderr).check_essence();
        assert_at(&db, row);
    }
    assert_eq!(db.tables(), [] as [String; 0]);
}

/// A session that holds the migration lock is waited for, and `-lock-timeout` binds.
#[test]
fn the_lock_is_respected() {
    let Some(pooler) = shared("pooler::commands::the_lock_is_respected") else { return };
    for library in [false, true] {
        let (db, folder) = (Database::new(), Folder::four());
        let mut holder = db.client();
        let id = if library { db.library_lock() } else { db.cli_lock() };
        let pid: i32 = holder
            .query_one("SELECT pg_backend_pid(), pg_advisory_lock($1)", &[&id])
            .expect("take the lock")
            .get(0);
        for args in
            [&["up"][..], &["down", "-all"], &["goto", "2"], &["force", "2"], &["drop", "-f"]]
        {
            run(pooler, &db, &folder, &["-lock-timeout", "1"])
                .args(args.iter().copied())
                .status(1)
                .stderr("error: timeout: can't acquire database lock\n")
                .check_essence();
        }
        let mut waiting = run(pooler, &db, &folder, &["up"]).spawn();
        waiting.wait_for(&pid.to_string());
        assert_eq!(db.row(), None);
        drop(holder);
        waiting.finish().assert_status(0);
        assert_at(&db, Some((4, false)));
    }
}

/// While a run is under way through the pooler, both of golang-migrate's locks are taken.
#[test]
fn the_lock_is_held() {
    use crate::support::locks::Gate;
    let Some(pooler) = shared("pooler::commands::the_lock_is_held") else { return };
    let db = Database::new();
    let folder = Folder::tables(&["a"]).pair("2_slow", Gate::SQL, "SELECT 1");
    let mut gate = Gate::close(db.client());
    let running = run(pooler, &db, &folder, &["up"]).spawn();
    gate.waiting();
    let mut other = db.client();
    for id in [db.cli_lock(), db.library_lock()] {
        let free: bool = other
            .query_one("SELECT pg_try_advisory_lock($1)", &[&id])
            .expect("try the lock")
            .get(0);
        assert!(!free, "lock {id} must be held");
    }
    gate.open();
    running.finish().assert_status(0);
    drop(other);
    assert_at(&db, Some((2, false)));
}
