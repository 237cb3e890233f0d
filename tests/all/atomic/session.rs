//! What a file leaves on the session. golang-migrate keeps it for the files that follow, and so does
//! dbm; dbm's own statements work all the same.

use crate::support::locks::Gate;
use crate::support::{Database, Folder, Run};

/// Runs these three files: `first`, then two that must work after it.
#[track_caller]
fn assert_goes_on_after(first: &str, second: &str) {
    let db = Database::new();
    let folder = Folder::new()
        .pair("1_first", first, "SELECT 1")
        .pair("2_second", second, "SELECT 1")
        .pair("3_index", "CREATE INDEX CONCURRENTLY s_id ON public.s (id)", "SELECT 1");
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output
        .assert_status(0)
        .assert_essence("1/u first (TIME)\n2/u second (TIME)\n3/u index (TIME)\n");
    assert_eq!(db.row(), Some((3, false)), "{first}");
    assert_eq!(db.tables(), ["public.s", "public.schema_migrations"], "{first}");
    assert!(db.advisory_locks().is_empty(), "{first}");
}

const TABLE: &str = "CREATE TABLE public.s (id int);";

#[test]
fn an_empty_search_path_as_pg_dump_writes_it() {
    assert_goes_on_after("SELECT pg_catalog.set_config('search_path', '', false);", TABLE);
}

#[test]
fn another_search_path() {
    assert_goes_on_after("CREATE SCHEMA other; SET search_path = other;", TABLE);
}

#[test]
fn a_role_that_may_nothing() {
    assert_goes_on_after("SET ROLE pg_monitor;", &format!("RESET ROLE; {TABLE}"));
}

#[test]
fn another_session_authorization() {
    assert_goes_on_after(
        "SET SESSION AUTHORIZATION pg_monitor;",
        &format!("RESET SESSION AUTHORIZATION; {TABLE}"),
    );
}

#[test]
fn locks_taken_away() {
    assert_goes_on_after("SELECT pg_advisory_unlock_all();", TABLE);
}

#[test]
fn everything_discarded() {
    assert_goes_on_after("DISCARD ALL;", TABLE);
}

/// A file that gives the migration lock away does so for nobody: while the next one runs, both of
/// the lock's names are held again.
#[test]
fn the_lock_is_taken_back() {
    for first in ["DISCARD ALL;", "SELECT pg_advisory_unlock_all();"] {
        let db = Database::new();
        let folder =
            Folder::new().pair("1_first", first, "SELECT 1").pair("2_slow", Gate::SQL, "SELECT 1");
        let mut gate = Gate::close(db.client());
        let run = Run::dbm().db(&db).path(&folder).arg("up").spawn();
        gate.waiting();
        let mut other = db.client();
        for id in [db.cli_lock(), db.library_lock()] {
            let free: bool = other
                .query_one("SELECT pg_try_advisory_lock($1)", &[&id])
                .expect("try the lock")
                .get(0);
            assert!(!free, "lock {id} must be held after {first}");
        }
        gate.open();
        run.finish().assert_status(0);
    }
}

#[test]
fn strings_read_in_the_old_way() {
    assert_goes_on_after(
        "SET standard_conforming_strings = off; SET escape_string_warning = off;",
        &format!("SELECT 'it\\'s;'; {TABLE}"),
    );
}

#[test]
fn messages_in_another_encoding() {
    assert_goes_on_after("SET client_min_messages = error; SET datestyle = 'German';", TABLE);
}

#[test]
fn tables_that_shadow_the_catalog() {
    assert_goes_on_after(
        "CREATE SCHEMA evil; CREATE TABLE evil.pg_class (oid int); CREATE TABLE evil.pg_locks (x int);
         SET search_path = evil, pg_catalog;",
        &format!("DROP SCHEMA evil CASCADE; {TABLE}"),
    );
}

/// The session goes on from file to file, with what an earlier one has set.
#[test]
fn a_setting_lasts_for_the_run() {
    let db = Database::new();
    let folder = Folder::new()
        .file("1_a.up.sql", "CREATE SCHEMA app; SET search_path = app;")
        .file("2_b.up.sql", "CREATE TABLE here (id int);")
        .file("3_c.up.sql", "BEGIN; CREATE TABLE there (id int); COMMIT;");
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    assert_eq!(db.tables(), ["app.here", "app.there", "public.schema_migrations"]);
    assert_eq!(db.row(), Some((3, false)));
}

/// Temporary tables and prepared statements are there for the next file.
#[test]
fn what_belongs_to_the_session_lasts_for_the_run() {
    let db = Database::new();
    let folder = Folder::new()
        .file("1_a.up.sql", "CREATE TEMP TABLE scratch AS SELECT 7 AS id; PREPARE p AS SELECT 1;")
        .file("2_b.up.sql", "CREATE TABLE kept AS SELECT id FROM scratch; EXECUTE p;")
        .file(
            "3_c.up.sql",
            "BEGIN; INSERT INTO kept SELECT id FROM scratch; DEALLOCATE p; COMMIT;",
        );
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    assert_eq!(db.number("SELECT sum(id) FROM kept"), 14);
}

/// A file that starts over from nothing takes the version table with it; dbm still knows.
#[test]
fn a_file_that_drops_the_whole_schema() {
    for text in [
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE s (id int);",
        "BEGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE s (id int); COMMIT;",
    ] {
        let db = Database::new();
        let folder =
            Folder::tables(&["a"]).file("2_over.up.sql", text).file("3_c.up.sql", "SELECT 1");
        Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
        assert_eq!(db.row(), Some((3, false)), "{text}");
        assert_eq!(db.tables(), ["public.s", "public.schema_migrations"], "{text}");
    }
}

/// `SET LOCAL` and deferred constraints end with their own file.
#[test]
fn a_local_setting_does_not_reach_the_row() {
    let db = Database::new();
    let folder = Folder::new()
        .file(
            "1_a.up.sql",
            "CREATE SCHEMA app; SET LOCAL search_path = app; CREATE TABLE here (id int);",
        )
        .file("2_b.up.sql", "BEGIN; SET LOCAL ROLE pg_monitor; SELECT 1; COMMIT;")
        .file("3_c.up.sql", "CREATE TABLE there (id int);");
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    assert_eq!(db.tables(), ["app.here", "public.schema_migrations", "public.there"]);
    assert_eq!(db.row(), Some((3, false)));
}
