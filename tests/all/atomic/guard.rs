//! The guard: should the lock be lost, and another run move the version, then the file that was
//! planned from the old version does not run.

use crate::support::{Database, Folder, Run, wait};

/// The version moves between dbm's look at it and dbm's file. No lock keeps it from that here: the
/// test writes the row as a run would whose lock was lost.
#[track_caller]
fn assert_refused_when_moved(text: &str, row: &str) {
    for names in [&["a", "b"][..], &["a", "b", "c", "d"]] {
        refused_when_moved(row, &Folder::tables(names).file("2_b.up.sql", text));
    }
}

#[track_caller]
fn refused_when_moved(row: &str, folder: &Folder) {
    let db = Database::new();
    Run::dbm().db(&db).path(folder).args(["up", "1"]).output().assert_status(0);

    // Readers pass this lock, writers wait.
    let mut other = db.client();
    let mut transaction = other.transaction().expect("begin");
    transaction
        .batch_execute("LOCK TABLE schema_migrations IN SHARE ROW EXCLUSIVE MODE")
        .expect("lock the version table");
    let run = Run::dbm().db(&db).path(folder).arg("up").spawn();
    wait::until_true("dbm at the version table", || {
        transaction
            .query_one(
                "SELECT count(*) > 0 FROM pg_locks
                 WHERE relation = 'schema_migrations'::regclass AND NOT granted",
                &[],
            )
            .expect("read pg_locks")
            .get(0)
    });
    transaction.batch_execute(row).expect("move the version");
    transaction.commit().expect("commit");

    let output = run.finish();
    output.assert_status(1).assert_line("error: ", "");
    assert!(!db.tables().contains(&"public.b".to_owned()), "the file must not have run\n{output}");
    assert_ne!(db.row(), Some((2, false)), "{output}");
    assert_ne!(db.row(), Some((2, true)), "{output}");
}

const PLAIN: &str = "CREATE TABLE b (id int);";
const WRAPPED: &str = "BEGIN; CREATE TABLE b (id int); COMMIT;";
const LOOSE: &str = "COMMIT; CREATE TABLE b (id int);";

#[test]
fn moved_on() {
    for text in [PLAIN, WRAPPED, LOOSE] {
        assert_refused_when_moved(text, "UPDATE schema_migrations SET version = 77");
    }
}

#[test]
fn taken_away() {
    for text in [PLAIN, WRAPPED, LOOSE] {
        assert_refused_when_moved(text, "DELETE FROM schema_migrations");
    }
}

#[test]
fn made_dirty() {
    for text in [PLAIN, WRAPPED, LOOSE] {
        assert_refused_when_moved(text, "UPDATE schema_migrations SET dirty = true");
    }
}

/// As golang-migrate writes it: everything away, and a new row.
#[test]
fn written_anew() {
    for text in [PLAIN, WRAPPED, LOOSE] {
        assert_refused_when_moved(
            text,
            "TRUNCATE schema_migrations; INSERT INTO schema_migrations VALUES (3, false)",
        );
    }
}
