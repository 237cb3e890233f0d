//! Files that cannot run in one transaction: they run statement by statement, and a failing one says
//! exactly how things stand.

use crate::support::{Database, Folder, Output, Run};

/// Texts that the server refuses in one message, or that end a transaction of their own. All of
/// them leave a table `t`.
const LOOSE: &[(&str, &str)] = &[
    ("an index alone", "CREATE INDEX CONCURRENTLY t_a ON t (a)"),
    (
        "an index among others",
        "ALTER TABLE t ADD COLUMN b int;\nCREATE INDEX CONCURRENTLY t_b ON t (b);\nCOMMENT ON INDEX t_b IS 'b; c';\n",
    ),
    (
        "several indexes and comments",
        "-- first\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_a ON t (a); -- second;\n\
         /* third; */ CREATE INDEX CONCURRENTLY t_b ON t ((a + 1));\nDROP INDEX CONCURRENTLY t_b;",
    ),
    ("a reindex", "REINDEX TABLE CONCURRENTLY t; SELECT 1"),
    ("a vacuum", "VACUUM t; ANALYZE t; VACUUM (ANALYZE) t;"),
    ("a commit in the middle", "CREATE TABLE u (a int);\nCOMMIT;\nCREATE TABLE v (a int);\n"),
    (
        "two transactions",
        "BEGIN; CREATE TABLE u (a int); COMMIT;\nBEGIN; CREATE TABLE v (a int); COMMIT;\n",
    ),
    (
        "an index after a transaction",
        "BEGIN; ALTER TABLE t ADD COLUMN b int; COMMIT;\nCREATE INDEX CONCURRENTLY t_b ON t (b);",
    ),
    (
        "a block that commits",
        "DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); END $$;",
    ),
    (
        "a procedure that commits",
        "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$;\nCALL p();\n",
    ),
    (
        "functions with semicolons in them",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC; SELECT 1; SELECT CASE WHEN true THEN 2 END; END;\n\
         CREATE INDEX CONCURRENTLY t_a ON t (a);\nCREATE FUNCTION g() RETURNS int LANGUAGE sql AS $x$ SELECT 1; SELECT 2; $x$;",
    ),
];

fn at_one() -> Folder {
    Folder::new().pair("1_t", "CREATE TABLE t (a int);", "DROP TABLE t;")
}

#[track_caller]
fn up(db: &Database, folder: &Folder) -> Output {
    Run::dbm().db(db).path(folder).arg("up").output()
}

#[test]
fn they_run() {
    let db = Database::new();
    for (name, text) in LOOSE {
        db.clear();
        let folder = at_one().file("2_loose.up.sql", text);
        let output = up(&db, &folder);
        assert_eq!(output.status, Some(0), "{name}\n{output}");
        output.assert_essence("1/u t (TIME)\n2/u loose (TIME)\n");
        assert_eq!(db.row(), Some((2, false)), "{name}");
        assert_eq!(db.number("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), 0, "{name}");
    }
}

/// With `x-multi-statement` every file is run that way, and by the scanner's statements and not by
/// cutting at each semicolon.
#[test]
fn multi_statement_minds_quotes() {
    let db = Database::new();
    let folder = at_one().file(
        "2_loose.up.sql",
        "INSERT INTO t VALUES (1);\nCREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'a;b'; $$;\n\
         CREATE INDEX CONCURRENTLY t_a ON t (a);",
    );
    let output =
        Run::dbm().url(db.url_with("x-multi-statement=true")).path(&folder).arg("up").output();
    output.assert_status(0).assert_essence("1/u t (TIME)\n2/u loose (TIME)\n");
    assert_eq!(db.number("SELECT count(*) FROM pg_proc WHERE proname = 'f'"), 1);
}

#[test]
fn a_failing_one_says_what_stands() {
    let db = Database::new();
    let folder = at_one().file(
        "2_loose.up.sql",
        "CREATE INDEX CONCURRENTLY t_a ON t (a);\nSELECT nothing;\nCREATE TABLE never (id int);\n",
    );
    let output = up(&db, &folder);
    output
        .assert_status(1)
        .assert_line("error: migration failed: column \"nothing\" does not exist", "in line 2: ")
        .assert_says("2_loose.up.sql:2:8")
        .assert_says("statement 2 of 3")
        .assert_says("dbm")
        .assert_line("hint: ", "force");
    assert_eq!(db.row(), Some((2, true)));
    assert_eq!(db.number("SELECT count(*) FROM pg_class WHERE relname = 't_a'"), 1);
    assert_eq!(db.tables(), ["public.schema_migrations", "public.t"]);

    // And the way out that was named.
    Run::dbm().db(&db).path(&folder).args(["force", "1"]).check_essence();
    folder.write("2_loose.up.sql", "CREATE TABLE never (id int);");
    Run::dbm().db(&db).path(&folder).arg("up").stderr("2/u loose (TIME)\n").check_essence();
}

#[test]
fn a_failing_down_is_dirty_at_its_target() {
    let db = Database::new();
    let folder = at_one().pair(
        "2_loose",
        "CREATE INDEX CONCURRENTLY t_a ON t (a);",
        "DROP INDEX CONCURRENTLY t_a;\nDROP INDEX CONCURRENTLY nowhere;",
    );
    up(&db, &folder).assert_status(0);
    let output = Run::dbm().db(&db).path(&folder).args(["down", "1"]).output();
    output
        .assert_status(1)
        .assert_line("error: migration failed: index \"nowhere\" does not exist", "")
        .assert_says("statement 2 of 2")
        .assert_line("hint: ", "force");
    assert_eq!(db.row(), Some((1, true)));
}

#[test]
fn a_failing_first_down_is_dirty_at_none() {
    let db = Database::new();
    let folder = Folder::new().pair(
        "1_t",
        "CREATE TABLE t (a int);",
        "DROP TABLE t;\nCOMMIT;\nDROP TABLE nowhere;",
    );
    up(&db, &folder).assert_status(0);
    let output = Run::dbm().db(&db).path(&folder).args(["down", "1"]).output();
    output.assert_status(1).assert_says("statement 3 of 3");
    assert_eq!(db.row(), Some((-1, true)));
}

/// An index that could not be built stays behind, marked as not valid: it is named.
#[test]
fn an_invalid_index_is_named() {
    let db = Database::new();
    let folder = at_one().file(
        "2_unique.up.sql",
        "INSERT INTO t VALUES (1), (1);\nCREATE UNIQUE INDEX CONCURRENTLY t_a_unique ON t (a);\n",
    );
    let output = up(&db, &folder);
    output
        .assert_status(1)
        .assert_line("error: migration failed: could not create unique index \"t_a_unique\"", "")
        .assert_says("statement 2 of 2")
        .assert_says("Key (a)=(1) is duplicated.")
        .assert_line("hint: ", "force");
    let named = output
        .stderr
        .lines()
        .skip(1)
        .any(|line| line.contains("t_a_unique") && line.to_lowercase().contains("invalid"));
    assert!(named, "expected a line that says the index is INVALID\n{output}");
    assert_eq!(db.row(), Some((2, true)));
    assert_eq!(
        db.number("SELECT count(*) FROM pg_index WHERE NOT indisvalid"),
        1,
        "it is there, for the person who reads this"
    );
}

/// An index that was invalid before this file is not this file's.
#[test]
fn an_older_invalid_index_is_not_blamed() {
    let db = Database::new();
    db.execute("CREATE TABLE old (a int); INSERT INTO old VALUES (1), (1)");
    let mut client = db.client();
    assert!(
        client.batch_execute("CREATE UNIQUE INDEX CONCURRENTLY old_index ON old (a)").is_err(),
        "the index is meant to fail"
    );
    let folder = at_one().file("2_loose.up.sql", "COMMIT;\nSELECT nothing;\n");
    up(&db, &folder).assert_status(1).assert_silent_about("old_index");
}

/// A transaction that the file opened is rolled back as a whole when it fails inside.
#[test]
fn a_failing_second_transaction_is_rolled_back() {
    let db = Database::new();
    let folder = at_one().file(
        "2_two.up.sql",
        "BEGIN; CREATE TABLE u (a int); COMMIT;\nBEGIN; CREATE TABLE v (a int); SELECT 1/0; COMMIT;\n",
    );
    let output = up(&db, &folder);
    output.assert_status(1).assert_says("statement 6 of 7");
    assert_eq!(db.row(), Some((2, true)));
    assert_eq!(db.tables(), ["public.schema_migrations", "public.t", "public.u"]);
}

/// The first statement fails and leaves nothing behind: the row goes back.
#[test]
fn a_first_statement_that_fails() {
    for file in [
        "CREATE INDEX CONCURRENTLY t_b ON t (b);",
        "VACUUM nope; CREATE TABLE u (i int);",
        "BEGIN; CREATE TABLE u (i int); SELECT nope; COMMIT; BEGIN; SELECT 1; COMMIT;",
        "BEGIN; CREATE TABLE u (i int); ROLLBACK; SELECT nope;",
        "do $$ begin raise exception 'rollback of 1_x is not possible'; end $$; vacuum;",
    ] {
        let db = Database::new();
        let folder = at_one().file("2_i.up.sql", file);
        let output = up(&db, &folder);
        output.assert_status(1).assert_says("2_i.up.sql");
        output.assert_line("hint: ", "nothing of 2_i.up.sql was applied");
        assert_eq!(db.row(), Some((1, false)), "{file}\n{output}");
        assert_eq!(db.tables(), ["public.schema_migrations", "public.t"], "{file}");
    }
}

/// Something of the file stands, or may: the row stays dirty.
#[test]
fn a_statement_that_leaves_something() {
    for file in [
        "BEGIN; CREATE TABLE u (i int); COMMIT; BEGIN; SELECT nope; COMMIT;",
        "INSERT INTO t VALUES (1), (1); COMMIT; CREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a);",
        "DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; RAISE EXCEPTION 'x'; END $$;",
    ] {
        let db = Database::new();
        let folder = at_one().file("2_i.up.sql", file);
        let output = up(&db, &folder);
        output.assert_status(1).assert_line("hint: ", "the database is dirty at version 2");
        assert_eq!(db.row(), Some((2, true)), "{file}\n{output}");
    }
}

/// A file that the server refuses although the scanner took it for plain is run the other way, and
/// fails as such a file.
#[test]
fn a_file_that_turns_out_non_transactional_and_fails() {
    let db = Database::new();
    let folder = at_one().file(
        "2_do.up.sql",
        "INSERT INTO t VALUES (1);\nDO $$ BEGIN INSERT INTO t VALUES (2); COMMIT; END $$;\nSELECT 1/0;\n",
    );
    let output = up(&db, &folder);
    output
        .assert_status(1)
        .assert_line("error: migration failed: division by zero", "")
        .assert_says("statement 3 of 3");
    assert_eq!(db.row(), Some((2, true)));
    assert_eq!(db.number("SELECT count(*) FROM t"), 2, "each statement ran once");
}
