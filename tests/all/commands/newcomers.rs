//! What newcomers meet, and what they are told to do.

use crate::support::{Database, Folder, Output, Run};

fn up(db: &Database, folder: &Folder) -> Output {
    Run::dbm().db(db).path(folder).arg("up").output()
}

fn verify(folder: &Folder) -> Output {
    Run::dbm().path(folder).arg("verify").output()
}

#[test]
fn an_up_file_without_a_statement() {
    let folder = Folder::new().pair("1_a", "-- to do\n", "").pair("2_b", "SELECT 1", "");
    let output = up(&Database::new(), &folder);
    output.assert_status(0).assert_line("warning: ", "1/u a has no statement");
    assert_eq!(output.stderr.matches("has no statement").count(), 1, "{output}");
    let found = verify(&folder);
    found.assert_status(1);
    assert!(found.stdout.contains("1_a.up.sql: has no statement"), "{found}");
    assert!(found.stdout.contains("[empty]"), "{found}");
    // Nothing is said of golang-migrate's folders with a down that does nothing on purpose.
    let output = Run::dbm().db(&Database::new()).path(&folder).args(["down", "-all"]).output();
    output.assert_silent_about("has no statement");
}

#[test]
fn commands_of_psql() {
    let text = "\\restrict abc\nCREATE TABLE t (id int);\n\\unrestrict abc\n";
    let folder = Folder::new().pair("1_a", text, "DROP TABLE t");
    let output = up(&Database::new(), &folder);
    output.assert_status(1).assert_line("hint: ", "command of psql").assert_says(":1:1");
    let found = verify(&folder);
    assert!(
        found.stdout.contains("1_a.up.sql:1: \\restrict is a command of psql (pg_dump writes it)")
    );
    assert!(found.stdout.contains("[psql]"), "{found}");
}

#[test]
fn tables_that_are_there_already() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    db.execute("CREATE TABLE a (id int)");
    up(&db, &folder).assert_status(1).assert_line("hint: ", "dbm force 1");
    // At a version it is another matter.
    let db = Database::new();
    Run::dbm().db(&db).path(&folder).args(["up", "1"]).output().assert_status(0);
    db.execute("CREATE TABLE b (id int)");
    up(&db, &folder).assert_status(1).assert_silent_about("force");
}

#[test]
fn settings_that_stay_on_the_session() {
    let text = "SELECT 1;\nSELECT pg_catalog.set_config('search_path', '', false);\n";
    let folder = Folder::new().pair("1_a", text, "SELECT 1");
    let found = verify(&folder);
    found.assert_status(0);
    assert!(
        found.stdout.contains("note: 1_a.up.sql:2: what SELECT sets stays on the session"),
        "{found}"
    );
    assert!(found.stdout.contains("[session]"), "{found}");
}

#[test]
fn the_newest_file_edited() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b", "c"]));
    Run::dbm().db(&db).path(&folder).args(["up", "2"]).output().assert_status(0);
    folder.write("2_b.up.sql", "CREATE TABLE b (id bigint)");
    up(&db, &folder).assert_status(1).assert_line("hint: ", "dbm redo");
    Run::dbm().db(&db).path(&folder).arg("redo").output().assert_status(0);
    up(&db, &folder).assert_status(0);
    // One that is older cannot be run again by itself.
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint)");
    up(&db, &folder).assert_status(1).assert_silent_about("redo");
}

/// What the log knows of the failure that left a dirty row.
#[test]
fn a_dirty_row() {
    let text = "CREATE TABLE b (id int);\nCREATE INDEX CONCURRENTLY i ON b (id);\nSELECT 1/0;\n";
    let (db, folder) = (Database::new(), Folder::tables(&["a"]).pair("2_b", text, "DROP TABLE b"));
    up(&db, &folder).assert_status(1);
    let output = up(&db, &folder);
    output
        .assert_status(1)
        .assert_line("error: ", "Dirty database version 2. Fix and force version.")
        .assert_line("  ", "2_b.up.sql failed at ")
        .assert_says("division by zero (statement 3 of 3 failed; 2 of the 2 before it stand)")
        .assert_line("  run by ", " with dbm ")
        .assert_line("hint: ", "dbm force 1")
        .assert_line("hint: ", "dbm force 2");
    // Without an entry it says so.
    db.execute("TRUNCATE schema_migrations_log");
    let output = up(&db, &folder);
    output.assert_line("  ", "the log has no failure").assert_line("hint: ", "dbm force 2");
}
