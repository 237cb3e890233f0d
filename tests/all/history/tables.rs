//! Where the log is: beside its version table and named after it; what drops it, and what comes
//! after that.

use crate::history::book::Entry;
use crate::history::book::{LOG, dbm, entries_of, exists, lines, ok, says};
use crate::support::{Database, Folder, Run};

fn lines_of(db: &Database, log: &str) -> Vec<String> {
    entries_of(db, log).iter().map(Entry::line).collect()
}

/// Two services in one database, each with its own table and its own log.
#[test]
fn each_service_has_its_own() {
    let db = Database::new();
    let (ours, theirs) = (Folder::tables(&["a", "b"]), Folder::tables(&["c"]));
    let run = |folder: &Folder, table: &str, args: &[&str]| {
        let url = db.url_with(&format!("x-migrations-table={table}"));
        Run::dbm().url(url).path(folder).args(args.iter().copied())
    };
    run(&ours, "ours", &["up"]).stderr("1/u a (TIME)\n2/u b (TIME)\n").check();
    run(&theirs, "theirs", &["up"]).stderr("1/u c (TIME)\n").check();
    run(&ours, "ours", &["down", "1"]).stderr("2/d b (TIME)\n").check();
    assert_eq!(
        lines_of(&db, "ours_log"),
        ["run up 1: -1 -> 1", "run up 2: 1 -> 2", "run down 2: 2 -> 1"]
    );
    assert_eq!(lines_of(&db, "theirs_log"), ["run up 1: -1 -> 1"]);
    assert!(!exists(&db, LOG));
    // An edit in the one is nothing to the other.
    theirs.write("1_c.up.sql", "CREATE TABLE c (id bigint);");
    run(&ours, "ours", &["up"]).stderr("2/u b (TIME)\n").check();
    run(&theirs, "theirs", &["up"]).output().assert_status(1);
}

#[test]
fn names_that_need_quotes() {
    let db = Database::new();
    db.execute("CREATE SCHEMA \"My Schema\"");
    let folder = Folder::four();
    let quoted = "x-migrations-table-quoted=true&\
                  x-migrations-table=%22My%20Schema%22.%22my%20%27table%22";
    let run = || Run::dbm().url(db.url_with(quoted)).path(&folder);
    run().arg("up").output().assert_status(0);
    run().args(["down", "1"]).stderr("4/d d (TIME)\n").check();
    assert_eq!(lines_of(&db, "\"My Schema\".\"my 'table_log\"").len(), 5);
}

/// PostgreSQL cuts names at 63 bytes: two long ones that differ at the end share no log.
#[test]
fn the_longest_names() {
    let db = Database::new();
    let long = "x".repeat(62);
    for end in ["a", "b"] {
        let url = db.url_with(&format!("x-migrations-table={long}{end}"));
        let folder = Folder::new().pair("1_x", &format!("CREATE TABLE t_{end} ();"), "");
        let run = || Run::dbm().url(url.clone()).path(&folder);
        run().arg("up").stderr("1/u x (TIME)\n").check();
        run().arg("up").stderr("no change\n").check();
    }
    let logs = db.number("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'xxx%\\_log'");
    assert_eq!(logs, 2);
    // 59 bytes and `_log` fit as they are.
    let fits = "y".repeat(59);
    let url = db.url_with(&format!("x-migrations-table={fits}"));
    Run::dbm().url(url).path(&Folder::four()).arg("up").output().assert_status(0);
    assert_eq!(lines_of(&db, &format!("{fits}_log")).len(), 4);
}

/// The schema is the version table's.
#[test]
fn the_search_paths_first_schema() {
    let db = Database::new();
    db.execute("CREATE SCHEMA app");
    let folder = Folder::four();
    let url = db.url_with("search_path=app,public");
    Run::dbm().url(&url).path(&folder).arg("up").output().assert_status(0);
    assert_eq!(lines_of(&db, "app.schema_migrations_log").len(), 4);
    assert!(!exists(&db, LOG));
}

#[test]
fn drop_takes_it_along() {
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up"]);
    ok(&db, &folder, &["drop", "-f"]);
    assert!(!exists(&db, LOG) && !exists(&db, "schema_migrations"));
    ok(&db, &folder, &["up"]);
    assert_eq!(lines(&db).len(), 4);
}

/// `drop` empties `current_schema()`; what is elsewhere is the log of a version table whose files'
/// tables are gone.
#[test]
fn drop_takes_it_along_from_another_schema() {
    let db = Database::new();
    db.execute("CREATE SCHEMA book");
    let folder = Folder::four();
    let url =
        db.url_with("x-migrations-table-quoted=true&x-migrations-table=%22book%22.%22versions%22");
    let run = || Run::dbm().url(&url).path(&folder);
    run().arg("up").output().assert_status(0);
    assert_eq!(lines_of(&db, "book.versions_log").len(), 4);
    run().args(["drop", "-f"]).output().assert_status(0);
    assert!(!exists(&db, "book.versions_log"));
    assert!(!exists(&db, "public.a"));
}

/// A file that drops the log: the run goes on, and logs what it did.
#[test]
fn a_file_that_drops_the_log() {
    for drop in [
        "DROP TABLE schema_migrations_log;",
        "BEGIN; DROP TABLE schema_migrations_log; COMMIT;",
        "DROP TABLE schema_migrations_log;\nCOMMIT;\nSELECT 1;",
        "DROP TABLE schema_migrations, schema_migrations_log;",
        "DO $$ BEGIN EXECUTE 'DROP TABLE schema_' || 'migrations_log'; END $$;",
    ] {
        let db = Database::new();
        let folder = Folder::tables(&["a"]).pair("2_drops", drop, "SELECT 1;").pair(
            "3_c",
            "CREATE TABLE c ();",
            "DROP TABLE c;",
        );
        let output = dbm(&db, &folder, &["up"]);
        assert_eq!(output.status, Some(0), "{drop}\n{output}");
        assert_eq!(output.essence(), "1/u a (TIME)\n2/u drops (TIME)\n3/u c (TIME)\n", "{drop}");
        output.assert_silent_about("nothing is logged");
        assert_eq!(db.row(), Some((3, false)), "{drop}");
        // Whatever became of the log, the next commands work.
        let output = ok(&db, &folder, &["up"]);
        output.assert_essence("no change\n");
        ok(&db, &folder, &["down", "1"]).assert_essence("3/d c (TIME)\n");
        ok(&db, &folder, &["up"]).assert_essence("3/u c (TIME)\n");
        says(&db, &folder, &["up"], "no change\n");
    }
}

/// The whole schema goes, and the row with it.
#[test]
fn a_file_that_drops_the_schema() {
    for drop in [
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE b ();",
        "BEGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE b (); COMMIT;",
    ] {
        let db = Database::new();
        let folder = Folder::tables(&["a"]).pair("2_drops", drop, "DROP TABLE b;").pair(
            "3_c",
            "CREATE TABLE c ();",
            "DROP TABLE c;",
        );
        let output = dbm(&db, &folder, &["up"]);
        assert_eq!(output.status, Some(0), "{drop}\n{output}");
        assert_eq!(db.row(), Some((3, false)), "{drop}");
        assert_eq!(db.tables(), ["public.b", "public.c", "public.schema_migrations"]);
        let book = lines(&db);
        assert_eq!(book, ["run up 2: 1 -> 2", "run up 3: 2 -> 3"], "{drop}");
        // Of version 1 the log knows nothing any more: that is no reason to stop.
        ok(&db, &folder, &["up"]).assert_essence("no change\n");
        folder.write("1_a.down.sql", "SELECT 1;");
        ok(&db, &folder, &["down", "-all"]);
        assert_eq!(db.row(), None);
    }
}

/// Dropped by hand, it is made again, and the row is adopted.
#[test]
fn dropped_by_hand() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    ok(&db, &folder, &["up"]);
    db.execute("DROP TABLE schema_migrations_log");
    ok(&db, &folder, &["up"]).assert_essence("no change\n");
    assert_eq!(lines(&db), ["adopt up 1: -1 -> 1", "adopt up 2: 1 -> 2"]);
    says(&db, &folder, &["up"], "no change\n");
}

/// The version table dropped by hand, the log not: nothing is applied, and so it is run again.
#[test]
fn the_version_table_dropped_by_hand() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    ok(&db, &folder, &["up"]);
    db.execute("DROP TABLE schema_migrations, a, b");
    ok(&db, &folder, &["up"]).assert_essence("1/u a (TIME)\n2/u b (TIME)\n");
    crate::history::book::assert_explained(&db, "after the version table was dropped");
    says(&db, &folder, &["up"], "no change\n");
}
