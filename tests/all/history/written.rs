//! What is written in the log, when, and in which transaction.

use crate::history::book::{LOG, dbm, entries, exists, last, lines, ok, says};
use crate::support::{Database, Folder, Run};

/// Whether the version row and the log's last row were written by one transaction.
#[track_caller]
fn assert_together(db: &Database) {
    let together = db.number(
        "SELECT count(*) FROM schema_migrations v, schema_migrations_log l WHERE v.xmin = l.xmin \
         AND l.id = (SELECT max(id) FROM schema_migrations_log)",
    );
    assert_eq!(together, 1, "the version row and the log's last row: {:#?}", lines(db));
}

#[test]
fn commands_that_change_nothing_make_no_log() {
    let (db, folder) = (Database::new(), Folder::four());
    dbm(&db, &folder, &["version"]).assert_status(1);
    dbm(&db, &folder, &["verify"]);
    dbm(&db, &folder, &["status"]);
    dbm(&db, &folder, &["log"]);
    assert!(!exists(&db, LOG) && !exists(&db, "schema_migrations"));
}

#[test]
fn the_first_command_that_changes_something_makes_it() {
    for command in [&["up"][..], &["up", "1"], &["goto", "2"], &["force", "2"]] {
        let (db, folder) = (Database::new(), Folder::four());
        ok(&db, &folder, command);
        assert!(exists(&db, LOG), "{command:?}");
        assert!(!entries(&db).is_empty(), "{command:?}");
    }
}

/// golang-migrate's own table is left as golang-migrate makes it.
#[test]
fn the_version_table_has_nothing_more() {
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up"]);
    let columns = db.number(
        "SELECT count(*) FROM pg_attribute WHERE attrelid = 'schema_migrations'::regclass \
         AND attnum > 0",
    );
    let tied = db.number(
        "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND \
         'schema_migrations'::regclass IN (conrelid, confrelid)",
    );
    assert_eq!((columns, tied), (2, 0));
}

/// Each way of running a file, up and down: one row a file, in the transaction of the version row.
#[test]
fn one_row_a_file_with_the_row() {
    let db = Database::new();
    let folder = Folder::new()
        .pair("1_plain", "CREATE TABLE t (id int);", "DROP TABLE t;")
        .pair("2_wrapped", "BEGIN;\nCREATE TABLE w ();\nCOMMIT;\n", "BEGIN; DROP TABLE w; COMMIT")
        .pair(
            "3_loose",
            "CREATE INDEX CONCURRENTLY t_id ON t (id);",
            "DROP INDEX CONCURRENTLY t_id;",
        )
        .pair("4_mixed", "CREATE TABLE m (id int);\nVACUUM m;\n", "DROP TABLE m;")
        .pair("5_nothing", "", "-- nothing\n")
        .file("6_up_alone.up.sql", "SELECT 1;")
        .file("7_down_alone.down.sql", "SELECT 1;");
    for _ in 0..7 {
        ok(&db, &folder, &["up", "1"]);
        assert_together(&db);
    }
    let up: Vec<String> = (1..=7)
        .map(|version| {
            let before = if version == 1 { -1 } else { version - 1 };
            format!("run up {version}: {before} -> {version}")
        })
        .collect();
    assert_eq!(lines(&db), up);
    for _ in 0..6 {
        ok(&db, &folder, &["down", "1"]);
        assert_together(&db);
    }
    ok(&db, &folder, &["down", "1"]);
    assert_eq!(db.row(), None);
    let down = (1..=7).rev().map(|version| {
        let after = if version == 1 { -1 } else { version - 1 };
        format!("run down {version}: {version} -> {after}")
    });
    let all: Vec<String> = up.iter().cloned().chain(down).collect();
    assert_eq!(lines(&db), all);
}

/// The whole run in one go writes the same rows as one by one.
#[test]
fn one_run_writes_a_row_for_each_file() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    says(&db, &folder, &["up"], "1/u a (TIME)\n2/u b (TIME)\n");
    assert_eq!(lines(&db), ["run up 1: -1 -> 1", "run up 2: 1 -> 2"]);
    says(&db, &folder, &["down", "-all"], "2/d b (TIME)\n1/d a (TIME)\n");
    assert_eq!(lines(&db)[2..], ["run down 2: 2 -> 1", "run down 1: 1 -> -1"]);
    says(&db, &folder, &["down", "-all"], "no change\n");
    assert_eq!(lines(&db).len(), 4, "nothing happened, nothing is logged");
}

#[test]
fn who_did_it_and_for_how_long() {
    let db = Database::new();
    let folder = Folder::new()
        .pair("1_slow", "SELECT pg_sleep(0.15);", "SELECT 1;")
        .pair("2_wrapped", "BEGIN; SELECT pg_sleep(0.15); COMMIT;", "")
        .pair("3_loose", "CREATE TABLE x ();\nCOMMIT;\nSELECT pg_sleep(0.15);\n", "")
        .pair("4_empty", "", "");
    ok(&db, &folder, &["up"]);
    let book = entries(&db);
    assert_eq!(book.len(), 4);
    for entry in &book {
        assert_eq!(
            entry.name.as_deref(),
            Some(
                ["slow", "wrapped", "loose", "empty"]
                    [usize::try_from(entry.version.expect("a version")).expect("small") - 1]
            )
        );
        assert!(!entry.db_role.is_empty(), "{entry:?}");
        assert!(entry.os_user.as_ref().is_some_and(|user| !user.is_empty()), "{entry:?}");
        assert!(entry.os_host.as_ref().is_some_and(|host| !host.is_empty()), "{entry:?}");
        assert_eq!(entry.program, format!("dbm {}", env!("CARGO_PKG_VERSION")));
        // Of a file without a statement nothing is measured.
        let took = entry.duration_ms;
        let is_right = took.map_or(entry.version == Some(4), |took| {
            (entry.version == Some(4) || took >= 150.0) && took < 60_000.0
        });
        assert!(is_right, "{took:?}: {entry:?}");
    }
    let role = db.number("SELECT count(*) FROM schema_migrations_log WHERE db_role = session_user");
    assert_eq!(role, 4);
    let fresh = db.number(
        "SELECT count(*) FROM schema_migrations_log WHERE at > now() - interval '1 minute'",
    );
    assert_eq!(fresh, 4);
}

/// Failed files of each kind: a row that says so, without texts, and nothing else.
#[test]
fn a_failure_leaves_its_row_and_nothing_else() {
    for (begin, commit) in [("", ""), ("BEGIN;\n", "COMMIT;\n")] {
        let db = Database::new();
        let text = format!("{begin}CREATE TABLE gone (id int);\nSELECT 1/0;\n{commit}");
        let folder = Folder::tables(&["a"]).pair("2_fails", &text, "SELECT 1;");
        dbm(&db, &folder, &["up"]).assert_status(1);
        assert_eq!(lines(&db), ["run up 1: -1 -> 1", "run up 2: 1 -> 1 failed"]);
        let failed = last(&db);
        assert_eq!(failed.error.as_deref(), Some("division by zero"));
        assert_eq!((failed.up_text, failed.down_text), (None, None));
        assert_eq!(failed.name.as_deref(), Some("fails"));
        assert_eq!(db.row(), Some((1, false)));
        assert!(!exists(&db, "gone"));

        // Fixed, it runs: what failed is ignored, and is no version that ran.
        folder.write("2_fails.up.sql", "SELECT 1;");
        says(&db, &folder, &["up"], "2/u fails (TIME)\n");
        assert_eq!(lines(&db)[2..], ["run up 2: 1 -> 2"]);
        says(&db, &folder, &["up"], "no change\n");
    }
}

#[test]
fn a_failure_on_a_fresh_database_leaves_its_row() {
    let db = Database::new();
    let folder = Folder::new().pair("1_a", "SELECT 1/0;", "");
    dbm(&db, &folder, &["up"]).assert_status(1);
    assert_eq!(lines(&db), ["run up 1: -1 -> -1 failed"]);
    folder.write("1_a.up.sql", "SELECT 1;");
    says(&db, &folder, &["up"], "1/u a (TIME)\n");
}

#[test]
fn a_failed_down_leaves_its_row() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).file("1_a.down.sql", "DROP TABLE nowhere;");
    ok(&db, &folder, &["up"]);
    dbm(&db, &folder, &["down", "1"]).assert_status(1);
    assert_eq!(lines(&db), ["run up 1: -1 -> 1", "run down 1: 1 -> 1 failed"]);
    says(&db, &folder, &["up"], "no change\n");
}

/// A loose file that fails leaves the row dirty; the log says where it was, and `force` after it.
#[test]
fn a_failed_loose_file_and_the_way_out() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).pair(
        "2_loose",
        "CREATE TABLE b (id int);\nCREATE INDEX CONCURRENTLY b_id ON b (id);\nSELECT 1/0;\n",
        "DROP TABLE b;",
    );
    dbm(&db, &folder, &["up"]).assert_status(1);
    assert_eq!(db.row(), Some((2, true)));
    assert_eq!(lines(&db), ["run up 1: -1 -> 1", "run up 2: 1 -> 2! failed"]);
    ok(&db, &folder, &["force", "2"]);
    assert_eq!(lines(&db)[2..], ["force 2: 2! -> 2", "adopt up 2: 2 -> 2"]);
    says(&db, &folder, &["up"], "no change\n");
    says(&db, &folder, &["down", "1"], "2/d loose (TIME)\n");
    assert_eq!(lines(&db).last().map(String::as_str), Some("run down 2: 2 -> 1"));

    // The other way out.
    dbm(&db, &folder, &["up"]).assert_status(1);
    db.execute("DROP TABLE b");
    ok(&db, &folder, &["force", "1"]);
    folder.write("2_loose.up.sql", "CREATE TABLE b (id int);");
    says(&db, &folder, &["up"], "2/u loose (TIME)\n");
    says(&db, &folder, &["up"], "no change\n");
}

#[test]
fn force_is_logged_with_where_it_was() {
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up", "2"]);
    Run::dbm().db(&db).path(&folder).args(["force", "1"]).check();
    Run::dbm().db(&db).path(&folder).args(["force", "--", "-1"]).check();
    Run::dbm().db(&db).path(&folder).args(["force", "77"]).check();
    let forced: Vec<String> =
        lines(&db).into_iter().filter(|line| line.starts_with("force")).collect();
    assert_eq!(forced, ["force 1: 2 -> 1", "force: 1 -> -1", "force 77: -1 -> 77"]);
}

/// What the commit alone finds is logged as any failure.
#[test]
fn a_failure_at_the_commit_leaves_its_row() {
    for (begin, commit) in [("", ""), ("BEGIN;\n", "COMMIT;\n")] {
        let db = Database::new();
        let text = format!(
            "{begin}CREATE TABLE p (id int PRIMARY KEY);\n\
             CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);\n\
             INSERT INTO c VALUES (9);\n{commit}"
        );
        let folder = Folder::tables(&["a"]).pair("2_c", &text, "");
        dbm(&db, &folder, &["up"]).assert_status(1);
        assert_eq!(lines(&db), ["run up 1: -1 -> 1", "run up 2: 1 -> 1 failed"]);
        assert!(last(&db).error.is_some_and(|error| error.contains("violates foreign key")));
    }
}

/// Statement by statement because the URL says so.
#[test]
fn multi_statement_files_are_logged() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    let run = |args: &[&str]| {
        let url = db.url_with("x-multi-statement=true");
        Run::dbm().url(url).path(&folder).args(args.iter().copied()).output()
    };
    run(&["up"]).assert_status(0).assert_silent_about("warning");
    run(&["redo"]).assert_status(0);
    run(&["down", "1"]).assert_status(0);
    assert_eq!(
        lines(&db),
        [
            "run up 1: -1 -> 1",
            "run up 2: 1 -> 2",
            "run down 2: 2 -> 1",
            "run up 2: 1 -> 2",
            "run down 2: 2 -> 1"
        ]
    );
    assert_together(&db);
}
