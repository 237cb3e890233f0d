//! A comparison that is stopped leaves nothing behind.

use crate::drift::roles::role;
use crate::support::{Database, Folder, Run, wait};

#[test]
fn the_scratch_database_is_dropped() {
    let db = Database::new();
    let folder = Folder::new().file("1_a.up.sql", "SELECT pg_sleep(120)");
    Run::dbm().db(&db).path(&folder).args(["force", "1"]).output().assert_status(0);
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        // Databases and sessions of a role that nobody else is.
        let url = role("dbm_drift_stopper", "SUPERUSER", &db);
        let drift = Run::dbm().url(url).path(&folder).arg("drift").spawn();
        let sleeps = "SELECT count(*) FROM pg_stat_activity \
                      WHERE usename = 'dbm_drift_stopper' AND wait_event = 'PgSleep'";
        wait::until_true("the file runs", || db.number(sleeps) == 1);
        drift.signal(signal);
        let output = drift.finish();
        output.assert_status(status).assert_line("hint: stopped: nothing was compared", "");
        assert_eq!(output.stdout, "");
        let left = "SELECT count(*) FROM pg_database JOIN pg_roles r ON r.oid = datdba \
                    WHERE rolname = 'dbm_drift_stopper'";
        assert_eq!(db.number(left), 0);
    }
}

#[test]
fn a_dump_of_the_migrations_leaves_nothing_either() {
    let db = Database::new();
    let folder = Folder::new().file("1_a.up.sql", "SELECT pg_sleep(120)");
    let url = role("dbm_drift_dumper", "SUPERUSER", &db);
    let dump = Run::dbm().url(url).path(&folder).args(["dump", "-fresh"]).spawn();
    let sleeps = "SELECT count(*) FROM pg_stat_activity \
                  WHERE usename = 'dbm_drift_dumper' AND wait_event = 'PgSleep'";
    wait::until_true("the file runs", || db.number(sleeps) == 1);
    dump.signal("INT");
    let output = dump.finish();
    output.assert_status(130).assert_line("hint: stopped: nothing was written", "");
    assert_eq!(output.stdout, "");
    let left = "SELECT count(*) FROM pg_database JOIN pg_roles r ON r.oid = datdba \
                WHERE rolname = 'dbm_drift_dumper'";
    assert_eq!(db.number(left), 0);
}
