//! `-lock-wait MS` and `-retries N`: a file that needs a lock which somebody holds is rolled back
//! and tried again as a whole, so that nobody queues behind it for long.
//!
//! A sequence counts the tries: `nextval` is not rolled back.

use postgres::Client;

use crate::support::{Database, Folder, Run, wait};

/// A busy table, and a file that changes it.
fn folder(begin: &str, commit: &str) -> Folder {
    Folder::new()
        .pair(
            "1_busy",
            "CREATE TABLE busy (id int); CREATE SEQUENCE tries;",
            "DROP TABLE busy; DROP SEQUENCE tries;",
        )
        .pair(
            "2_change",
            &format!(
                "{begin}SELECT nextval('tries');\nCREATE TABLE half (id int);\n\
                 ALTER TABLE busy ADD COLUMN note text;\n{commit}"
            ),
            "DROP TABLE half; ALTER TABLE busy DROP COLUMN note;",
        )
}

const SHAPES: [(&str, &str); 2] = [("", ""), ("BEGIN;\n", "COMMIT;\n")];

/// A session in the way, and its pid.
fn in_the_way(db: &Database) -> (Client, i32) {
    let mut client = db.client();
    client
        .batch_execute(
            "SET application_name = 'a_long_report'; BEGIN; LOCK TABLE busy IN ACCESS SHARE MODE",
        )
        .expect("stand in the way");
    let pid = client.query_one("SELECT pg_backend_pid()", &[]).expect("its pid").get(0);
    (client, pid)
}

fn tries(db: &Database) -> i64 {
    db.number("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM tries")
}

#[test]
fn tried_again_until_the_lock_is_free() {
    for (begin, commit) in SHAPES {
        let (db, folder) = (Database::new(), folder(begin, commit));
        Run::dbm().db(&db).path(&folder).args(["up", "1"]).output().assert_status(0);
        let (blocker, _) = in_the_way(&db);
        let run = Run::dbm()
            .db(&db)
            .path(&folder)
            .args(["-lock-wait", "50", "-retries", "1000", "up"])
            .spawn();
        wait::until_true("three tries", || tries(&db) >= 3);
        drop(blocker);
        let output = run.finish();
        output.assert_status(0).assert_essence("2/u change (TIME)\n");
        assert_eq!(db.row(), Some((2, false)), "{output}");
        assert_eq!(db.number("SELECT count(*) FROM half"), 0, "made once\n{output}");
        assert_eq!(db.advisory_locks(), [], "{output}");
    }
}

/// When the retries run out, the error names who was in the way, and nothing has happened.
#[test]
fn until_the_retries_run_out() {
    for (begin, commit) in SHAPES {
        for retries in [0, 2] {
            let (db, folder) = (Database::new(), folder(begin, commit));
            Run::dbm().db(&db).path(&folder).args(["up", "1"]).output().assert_status(0);
            let before = db.tables();
            let (blocker, pid) = in_the_way(&db);
            let output = Run::dbm()
                .db(&db)
                .path(&folder)
                .args(["-lock-wait", "200", &format!("-retries={retries}"), "up"])
                .output();
            output.assert_status(1).assert_line("error: migration failed: ", "lock timeout");
            output.assert_says(&pid.to_string()).assert_says("a_long_report");
            assert_eq!(tries(&db), retries + 1, "{output}");
            assert_eq!(db.row(), Some((1, false)), "{output}");
            assert_eq!(db.tables(), before, "{output}");
            assert_eq!(db.advisory_locks(), [], "{output}");
            drop(blocker);
            Run::dbm().db(&db).path(&folder).arg("up").stderr("2/u change (TIME)\n").check();
        }
    }
}

/// Those who come behind the file wait no longer than it does: a reader gets through between two
/// tries while the first reader still reads.
#[test]
fn readers_get_through() {
    let (db, folder) = (Database::new(), folder("", ""));
    Run::dbm().db(&db).path(&folder).args(["up", "1"]).output().assert_status(0);
    let (blocker, _) = in_the_way(&db);
    let run =
        Run::dbm().db(&db).path(&folder).args(["--lock-wait=50", "--retries=1000", "up"]).spawn();
    wait::until_true("two tries", || tries(&db) >= 2);
    assert_eq!(db.number("SELECT count(*) FROM busy"), 0, "a reader");
    drop(blocker);
    run.finish().assert_status(0);
}

/// On the way down as well.
#[test]
fn on_the_way_down() {
    let (db, folder) = (Database::new(), folder("", ""));
    folder.write(
        "2_change.down.sql",
        "SELECT nextval('tries'); DROP TABLE half; ALTER TABLE busy DROP COLUMN note;",
    );
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    let before = tries(&db);
    let (blocker, _) = in_the_way(&db);
    let run = Run::dbm()
        .db(&db)
        .path(&folder)
        .args(["-lock-wait", "50", "-retries", "1000", "down", "1"])
        .spawn();
    wait::until_true("two tries", || tries(&db) >= before + 2);
    drop(blocker);
    run.finish().assert_status(0).assert_essence("2/d change (TIME)\n");
    assert_eq!(db.row(), Some((1, false)));
}

/// The setting is for the files alone, and ends with them.
#[test]
fn a_file_may_set_its_own() {
    let db = Database::new();
    let folder = Folder::new().pair(
        "1_own",
        "CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS before;",
        "DROP TABLE seen",
    );
    Run::dbm()
        .db(&db)
        .path(&folder)
        .args(["-lock-wait", "1234", "up"])
        .stderr("1/u own (TIME)\n")
        .check();
    assert_eq!(db.number("SELECT count(*) FROM seen WHERE before = '1234ms'"), 1);
}

#[test]
fn values_that_are_none() {
    let (db, folder) = (Database::new(), Folder::four());
    for args in [["-lock-wait", "soon"], ["-retries", "often"], ["-lock-wait", "-1"]] {
        Run::dbm().db(&db).path(&folder).args(args).arg("up").output().assert_status(2);
    }
    assert_eq!(db.row(), None);
}
