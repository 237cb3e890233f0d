//! What the log, the row and the files must not do to one another: whose fault an error is, what one
//! file of a redo leaves to the other, and whom a dirty row is laid to.

use crate::history::book::{dbm, entries, last, lines, ok, says};
use crate::support::{Database, Folder};

/// The down file is in the log alone, and the up file has a transaction of its own.
#[test]
fn a_redo_by_the_logs_text_beside_a_wrapped_file() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).pair(
        "2_b",
        "BEGIN; CREATE TABLE b (id int); COMMIT;",
        "DROP TABLE b;",
    );
    ok(&db, &folder, &["up"]);
    db.execute("INSERT INTO b VALUES (7)");
    std::fs::remove_file(folder.join("2_b.down.sql")).expect("remove a file");
    ok(&db, &folder, &["redo"]).assert_essence("2/d b (TIME)\n2/u b (TIME)\n");
    assert_eq!(db.number("SELECT count(*) FROM b"), 0);
}

/// A setting that ends with its transaction does not reach the other file.
#[test]
fn a_local_setting_ends_with_its_file() {
    let db = Database::new();
    db.execute("CREATE SCHEMA other");
    let folder = Folder::tables(&["a"]).pair(
        "2_b",
        "CREATE TABLE b (id int);",
        "DROP TABLE b; SET LOCAL search_path = other;",
    );
    ok(&db, &folder, &["up"]);
    ok(&db, &folder, &["redo"]);
    assert_eq!(db.number("SELECT count(*) FROM pg_tables WHERE schemaname = 'other'"), 0);
    assert_eq!(db.number("SELECT count(*) FROM public.b"), 0);
}

/// Two files that can each run by themselves, and not in one transaction.
#[test]
fn what_is_pending_at_the_commit_does_not_stop_the_other_file() {
    let db = Database::new();
    let folder = Folder::new()
        .pair(
            "1_a",
            "CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED);",
            "DROP TABLE a;",
        )
        .pair("2_b", "ALTER TABLE a ADD COLUMN c int;", "ALTER TABLE a DROP COLUMN c; INSERT INTO a VALUES (1, 1) ON CONFLICT DO NOTHING; DELETE FROM a;");
    ok(&db, &folder, &["up"]);
    ok(&db, &folder, &["redo"]).assert_essence("2/d b (TIME)\n2/u b (TIME)\n");
    assert_eq!(db.row(), Some((2, false)));
}

/// A redo that stops half way says where it stands, and does not send anybody down another step.
#[test]
fn a_redo_that_stops_half_way() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).pair(
        "2_b",
        "CREATE TABLE b (id int);",
        "SET LOCAL work_mem = '8MB'; DROP TABLE b;",
    );
    ok(&db, &folder, &["up"]);
    folder.write("2_b.up.sql", "CREATE TABLE b (id nope);");
    let output = dbm(&db, &folder, &["redo"]);
    output.assert_status(1).assert_line("hint: ", "at version 1, and was at version 2");
    output.assert_line("hint: ", "dbm up 1");
    assert_eq!(db.row(), Some((1, false)));
}

/// The up file is gone: a version without its tables is not left behind.
#[test]
fn a_redo_without_its_up_file() {
    let db = Database::new();
    let folder = Folder::tables(&["a", "b"]);
    ok(&db, &folder, &["up"]);
    std::fs::remove_file(folder.join("2_b.up.sql")).expect("remove a file");
    dbm(&db, &folder, &["redo"]).assert_status(1).assert_says("version 2 has no up file here");
    assert_eq!((db.row(), db.number("SELECT count(*) FROM b")), (Some((2, false)), 0));
}

/// A file of ours that broke off and left a dirty row is no other tool's doing: an edit stays one.
#[test]
fn a_dirty_row_of_our_own_proves_an_edit_all_the_same() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).pair(
        "2_loose",
        "CREATE INDEX CONCURRENTLY i ON a (id);\nSELECT 1/0;\n",
        "DROP INDEX i;",
    );
    dbm(&db, &folder, &["up"]).assert_status(1);
    assert_eq!(db.row(), Some((2, true)));
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint);\n");
    ok(&db, &folder, &["force", "1"]).assert_silent_about("another tool");
    dbm(&db, &folder, &["up"]).assert_status(1).assert_says("edited after it was applied: ");
}

/// The same error code as that of a text which the log cannot hold, and the file's own.
#[test]
fn a_character_that_the_file_makes_is_the_files() {
    let db = Database::new();
    let folder = Folder::new().pair(
        "1_a",
        "SELECT 1;\nSELECT convert_from('\\xff', 'UTF8');\n",
        "SELECT 1;",
    );
    let output = dbm(&db, &folder, &["up"]);
    output.assert_status(1).assert_silent_about("nothing is logged");
    assert_eq!(lines(&db), ["run up 1: -1 -> -1 failed"]);
}

/// What is raised at the commit comes after the log's entry, and is the file's; it does not run twice.
#[test]
fn what_is_raised_at_the_commit_is_the_files_and_is_raised_once() {
    let db = Database::new();
    db.execute(
        "CREATE SEQUENCE runs;
         CREATE TABLE t (id int);
         CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM nextval('runs'); RAISE EXCEPTION 'not so'; END $$;
         CREATE CONSTRAINT TRIGGER no AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION no();",
    );
    let folder = Folder::new().pair("1_a", "INSERT INTO t VALUES (1);", "DELETE FROM t;");
    let output = dbm(&db, &folder, &["up"]);
    output.assert_status(1).assert_says("migration failed: not so");
    output.assert_silent_about("nothing is logged");
    assert_eq!(db.number("SELECT last_value FROM runs"), 1, "it ran once");
    assert_eq!(last(&db).line(), "run up 1: -1 -> -1 failed");
}

/// A folder whose texts do not fit into one message is adopted all the same, at once.
#[test]
fn a_large_folder_is_adopted_in_one_transaction() {
    let db = Database::new();
    let folder = Folder::new();
    // Down texts are kept whole.
    let down = format!("-- {}\nSELECT 1;\n", "x".repeat(5 << 20));
    for version in 1..=5 {
        folder.write(&format!("{version}_t.up.sql"), "SELECT 1;");
        folder.write(&format!("{version}_t.down.sql"), &down);
    }
    db.execute(
        "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
         INSERT INTO schema_migrations VALUES (5, false)",
    );
    ok(&db, &folder, &["up"]).assert_essence("no change\n");
    assert_eq!(entries(&db).len(), 5);
    assert_eq!(db.number("SELECT count(DISTINCT xmin::text) FROM schema_migrations_log"), 1);
    assert_eq!(
        db.number("SELECT count(*) FROM schema_migrations_log WHERE length(down_text) > 5000000"),
        5
    );
    says(&db, &folder, &["up"], "no change\n");
}
