//! Files that play with transactions, with the version table, or with our lock: what golang-migrate
//! runs must run here with the same result, and what it loses must not be lost.

use crate::interop::twins::{Level, Twins, Typed};
use crate::support::{Database, Folder, Run};

/// Each is the second of three files, between tables `a` and `z`; the results of both tools are the
/// same, and nothing needs a word about it.
const SAME: &[(&str, &str)] = &[
    (
        "a setting for a transaction that nobody began",
        "SET LOCAL search_path = s; CREATE TABLE x (i int); COMMIT;",
    ),
    (
        "such a setting behind a block",
        "BEGIN; CREATE TABLE w (i int); COMMIT; SET LOCAL search_path = s; CREATE TABLE x (i int);",
    ),
    ("a rollback", "CREATE TABLE g (x int); ROLLBACK;"),
    (
        "a rollback behind a commit",
        "CREATE TABLE g (x int); COMMIT; CREATE TABLE i (x int); ROLLBACK;",
    ),
    (
        "a lock behind a block",
        "BEGIN; INSERT INTO a (x) VALUES ('1'); COMMIT; LOCK TABLE a; INSERT INTO a (x) VALUES ('2');",
    ),
    (
        "a block that commits as it goes",
        "DO $$ BEGIN FOR i IN 1..5 LOOP INSERT INTO a (x) VALUES (i::text); COMMIT; END LOOP; END $$;",
    ),
    (
        "an isolation level behind a setting, wrapped",
        "BEGIN; SET LOCAL lock_timeout = '5s'; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; INSERT INTO a (x) VALUES ('1'); COMMIT;",
    ),
    (
        "an isolation level behind a setting, plain",
        "SET LOCAL search_path = s; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; CREATE TABLE x (i int);",
    ),
    (
        "a table emptied by a loop",
        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP EXECUTE 'TRUNCATE ' || quote_ident(r.tablename) || ' CASCADE'; END LOOP; END $$;",
    ),
    ("locks given away", "SELECT pg_advisory_unlock_all();"),
    ("a session reset", "DISCARD ALL"),
];

fn folder(second: &str) -> Folder {
    Folder::new()
        .file("1_a.up.sql", "CREATE TABLE a (id serial PRIMARY KEY, x text); CREATE SCHEMA s;")
        .file("2_x.up.sql", second)
        .file("3_z.up.sql", "CREATE TABLE z ();")
}

#[test]
fn the_results_are_the_same() {
    let Some(mut twins) = Twins::new("the_results_are_the_same") else { return };
    for (what, second) in SAME {
        eprintln!("{what}");
        twins.clear();
        if !twins.compare(&folder(second), &Typed::command(&["up"]), Level::Same) {
            break;
        }
    }
    twins.finish();
}

/// golang-migrate fails over these, and leaves a database that it takes for empty.
#[test]
fn a_version_table_that_a_file_drops_is_made_again() {
    for second in [
        "DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'schema_' || 'migrations'; END $$;",
        "DO $$ BEGIN EXECUTE 'DROP SCHEMA ' || 'public CASCADE'; END $$; CREATE SCHEMA public;",
        "ALTER SCHEMA public RENAME TO old; CREATE SCHEMA public",
        "DROP TABLE schema_migrations; COMMIT;",
    ] {
        let database = Database::new();
        let output = Run::dbm().db(&database).path(&folder(second)).args(["up"]).output();
        output.assert_status(0);
        assert_eq!(database.row(), Some((3, false)), "{second}");
    }
}

#[test]
fn a_clean_row_that_says_none_is_none() {
    let database = Database::new();
    database.set_row(-1, false);
    let output = Run::dbm().db(&database).path(&folder("SELECT 1")).args(["up"]).output();
    output.assert_status(0);
    assert_eq!(database.row(), Some((3, false)));
}
