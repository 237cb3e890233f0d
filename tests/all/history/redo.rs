//! `redo`: the last version down and up again; in one transaction where both files are plain.
//! `rollback`: one version down.

use crate::history::book::{assert_explained, dbm, last, lines, ok, says};
use crate::support::{Database, Folder};

const UP: &str = "CREATE TABLE b (id int DEFAULT 1);\nINSERT INTO b DEFAULT VALUES;\n";
const DOWN: &str = "DROP TABLE b;\n";

fn at_two(up: &str, down: &str) -> (Database, Folder) {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).pair("2_b", up, down);
    ok(&db, &folder, &["up"]);
    (db, folder)
}

#[test]
fn down_and_up_in_one_transaction() {
    let (db, folder) = at_two(UP, DOWN);
    db.execute("INSERT INTO b VALUES (7)");
    says(&db, &folder, &["redo"], "2/d b (TIME)\n2/u b (TIME)\n");
    assert_eq!(db.number("SELECT sum(id) FROM b"), 1, "what was there before is gone");
    assert_eq!(db.row(), Some((2, false)));
    assert_eq!(lines(&db)[2..], ["run down 2: 2 -> 1", "run up 2: 1 -> 2"]);
    assert!(is_one_transaction(&db), "both rows of the log and the version row");
    says(&db, &folder, &["up"], "no change\n");
}

/// The fixed up file is what runs: that is what `redo` is for.
#[test]
fn with_an_edited_file() {
    let (db, folder) = at_two(UP, DOWN);
    folder.write("2_b.up.sql", "CREATE TABLE b (id bigint, name text);\n");
    says(&db, &folder, &["redo"], "2/d b (TIME)\n2/u b (TIME)\n");
    assert_eq!(last(&db).up_text.as_deref(), Some("CREATE TABLE b (id bigint, name text);\n"));
    assert_eq!(db.number("SELECT count(*) FROM b WHERE name IS NULL"), 0);
    says(&db, &folder, &["up"], "no change\n");
}

/// The up fails: the down has not happened either, and the rows are those that were there.
#[test]
fn a_failing_up_leaves_everything() {
    for failing in [
        "CREATE TABLE b (id int);\nSELECT 1/0;\n",
        "SELEC;",
        "CREATE TABLE b (id int); CREATE TABLE x (",
    ] {
        let (db, folder) = at_two(UP, DOWN);
        db.execute("INSERT INTO b VALUES (7)");
        let before = db.dump();
        folder.write("2_b.up.sql", failing);
        let output = dbm(&db, &folder, &["redo"]);
        assert_eq!(output.status, Some(1), "{failing}\n{output}");
        output.assert_says("2_b.up.sql").assert_line("hint: ", "at version 2, as before");
        output.assert_silent_about("2/d b").assert_silent_about("2/u b");
        assert_eq!(db.dump(), before, "{failing}");
        assert_eq!(db.row(), Some((2, false)), "{failing}");
        let book = lines(&db);
        assert_eq!(book.len(), 3, "{book:#?}");
        assert!(book[2].ends_with(" failed"), "{book:#?}");
        // The failure says nothing of where the row is.
        folder.write("2_b.up.sql", UP);
        says(&db, &folder, &["up"], "no change\n");
    }
}

#[test]
fn a_failing_down_leaves_everything() {
    let (db, folder) = at_two(UP, "DROP TABLE b; SELECT 1/0;");
    let before = db.dump();
    let output = dbm(&db, &folder, &["redo"]);
    output.assert_status(1).assert_says("2_b.down.sql").assert_line("hint: ", "as before");
    assert_eq!(db.dump(), before);
    assert_eq!(db.row(), Some((2, false)));
    assert_eq!(last(&db).line(), "run down 2: 2 -> 2 failed");
}

/// What only the commit finds fails both.
#[test]
fn a_deferred_constraint() {
    let up = "CREATE TABLE p (id int PRIMARY KEY);\n\
              CREATE TABLE b (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);\n";
    let (db, folder) = at_two(up, "DROP TABLE b, p;");
    let before = db.dump();
    folder.write("2_b.up.sql", format!("{up}INSERT INTO b VALUES (9);\n"));
    let output = dbm(&db, &folder, &["redo"]);
    output.assert_status(1).assert_line("error: migration failed: ", "violates foreign key");
    assert_eq!(db.dump(), before);
    assert_eq!(db.row(), Some((2, false)));
}

/// Nobody sees the database without the version: a look that waits for the transaction sees both
/// sides of it at once.
#[test]
fn nobody_sees_it_in_between() {
    let (db, folder) = at_two(UP, DOWN);
    folder.write("2_b.up.sql", format!("{UP}SELECT pg_sleep(1.5);\n"));
    let run = crate::support::Run::dbm().db(&db).path(&folder).arg("redo").spawn();
    // The row is deleted and written in the transaction: all that others see is the old one.
    let mut client = db.client();
    let mut looks = 0;
    crate::support::wait::until("the up file's sleep", || {
        let sleeps: i64 = client
            .query_one(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                 AND wait_event = 'PgSleep'",
                &[],
            )
            .expect("look at the sessions")
            .get(0);
        (sleeps == 1).then_some(())
    });
    for _ in 0..5 {
        let row = client.query_one("SELECT version, dirty FROM schema_migrations", &[]);
        let row = row.expect("the row, in the middle of it");
        assert_eq!((row.get::<_, i64>(0), row.get::<_, bool>(1)), (2, false));
        let logged: i64 = client
            .query_one("SELECT count(*) FROM schema_migrations_log", &[])
            .expect("look at the log")
            .get(0);
        assert_eq!(logged, 2);
        looks += 1;
    }
    run.finish().assert_status(0);
    assert_eq!(looks, 5);
    assert_eq!(lines(&db).len(), 4);
}

/// Wrapped and loose files go one after the other, each in its own way.
#[test]
fn files_with_transactions_of_their_own() {
    for (up, down) in [
        ("BEGIN; CREATE TABLE b (id int); COMMIT;", DOWN),
        ("CREATE TABLE b (id int);", "BEGIN; DROP TABLE b; COMMIT;"),
        ("CREATE TABLE b (id int);\nCREATE INDEX CONCURRENTLY b_id ON b (id);\n", DOWN),
        ("CREATE TABLE b (id int);\nVACUUM b;\n", "DROP TABLE b;\nCOMMIT;\n"),
        ("CREATE TABLE b (id int);", "DO $$ BEGIN EXECUTE 'DROP TABLE b'; COMMIT; END $$;"),
        ("", ""),
    ] {
        let (db, folder) = at_two(up, down);
        let output = dbm(&db, &folder, &["redo"]);
        assert_eq!(output.status, Some(0), "{up} {down}\n{output}");
        assert_eq!(output.essence().lines().count(), 2, "{output}");
        assert_eq!(db.row(), Some((2, false)), "{up} {down}");
        assert_eq!(lines(&db)[2..], ["run down 2: 2 -> 1", "run up 2: 1 -> 2"], "{up} {down}");
    }
}

/// Files with one BEGIN … COMMIT share a transaction, too: a failing up takes the down back.
#[test]
fn a_failing_up_with_its_own_transaction() {
    let down = "BEGIN;\nDROP TABLE b;\nCOMMIT;\n";
    let (db, folder) = at_two("BEGIN; CREATE TABLE b (id int); COMMIT;", down);
    folder.write("2_b.up.sql", "BEGIN; CREATE TABLE b (id int); SELECT 1/0; COMMIT;");
    let output = dbm(&db, &folder, &["redo"]);
    output.assert_status(1).assert_line("hint: ", "at version 2, as before");
    output.assert_silent_about("2/d b").assert_says("2_b.up.sql:1:33");
    assert_eq!(db.row(), Some((2, false)));
    assert_eq!(lines(&db)[2..], ["run up 2: 2 -> 2 failed"]);
}

/// Where the two files cannot share a transaction, a failing up leaves the version down: said, and
/// logged.
#[test]
fn a_failing_up_that_cannot_share() {
    let (db, folder) =
        at_two("CREATE TABLE b (id int);", "SET LOCAL work_mem = '8MB';DROP TABLE b;");
    folder.write("2_b.up.sql", "CREATE TABLE b (id int); SELECT 1/0;");
    let output = dbm(&db, &folder, &["redo"]);
    output.assert_status(1).assert_says("2/d b").assert_line("hint: ", "at version 1");
    assert_eq!(db.row(), Some((1, false)));
    assert_eq!(lines(&db)[2..], ["run down 2: 2 -> 1", "run up 2: 1 -> 1 failed"]);
    assert_explained(&db, "a failing up that cannot share");
}

/// What a redo did was one transaction: its entries and the version row have one writer.
fn is_one_transaction(db: &Database) -> bool {
    db.number(
        "SELECT count(DISTINCT xmin::text) FROM (SELECT xmin FROM schema_migrations UNION ALL \
         SELECT xmin FROM schema_migrations_log WHERE id > 2) AS written",
    ) == 1
}

/// A word in a comment, a string or a name does not keep two files apart; a statement does.
#[test]
fn which_files_share_a_transaction() {
    for (up, down, is_shared) in [
        ("CREATE TABLE b (locale text);", "-- remove constraints\nDROP TABLE b;", true),
        ("BEGIN; CREATE TABLE b (id int); COMMIT;", "BEGIN; DROP TABLE b; COMMIT;", true),
        ("BEGIN;\nCREATE TABLE b (id int);\nEND;", "DROP TABLE b;", true),
        ("CREATE TABLE b (id int);", "DROP TABLE b; SELECT 'SET LOCAL x';", true),
        ("CREATE TABLE b (id int);", "SET LOCAL work_mem = '8MB'; DROP TABLE b;", false),
        ("CREATE TABLE b (id int);", "DROP TABLE b; SET CONSTRAINTS ALL DEFERRED;", false),
        (
            "CREATE TABLE b (id int);",
            "BEGIN ISOLATION LEVEL SERIALIZABLE; DROP TABLE b; COMMIT;",
            false,
        ),
    ] {
        let (db, folder) = at_two(up, down);
        says(&db, &folder, &["redo"], "2/d b (TIME)\n2/u b (TIME)\n");
        assert_eq!(is_one_transaction(&db), is_shared, "{up}\n{down}");
        assert_eq!(lines(&db)[2..], ["run down 2: 2 -> 1", "run up 2: 1 -> 2"], "{up} {down}");
    }
}

/// The up file gives the lock away: the redo ends all the same, and leaves nothing locked.
#[test]
fn an_up_file_that_gives_the_lock_away() {
    let (db, folder) = at_two("create table u(i int); discard all;", "drop table u;");
    let output = dbm(&db, &folder, &["redo"]);
    output.assert_status(0);
    assert_eq!(output.essence(), "2/d b (TIME)\n2/u b (TIME)\n");
    assert_eq!(db.row(), Some((2, false)));
    assert_eq!(db.advisory_locks(), []);
}

#[test]
fn where_there_is_nothing_to_redo() {
    let (db, folder) = (Database::new(), Folder::four());
    dbm(&db, &folder, &["redo"]).assert_status(1).assert_essence("error: file does not exist\n");
    dbm(&db, &folder, &["rollback"])
        .assert_status(1)
        .assert_essence("error: file does not exist\n");
    db.set_row(2, true);
    dbm(&db, &folder, &["redo"]).assert_status(1).assert_line("error: Dirty database", "");
}

/// The first version: down to nothing and up again.
#[test]
fn the_first_version() {
    let (db, folder) = (Database::new(), Folder::tables(&["a"]));
    ok(&db, &folder, &["up"]);
    says(&db, &folder, &["redo"], "1/d a (TIME)\n1/u a (TIME)\n");
    assert_eq!(lines(&db)[1..], ["run down 1: 1 -> -1", "run up 1: -1 -> 1"]);
    assert_explained(&db, "the first version");
}

/// What the two files set on the session, and where they look.
#[test]
fn files_that_change_the_session() {
    let (db, folder) = at_two(
        "CREATE TABLE b (id int);\nSELECT pg_catalog.set_config('search_path', '', false);\n",
        "SET search_path = public;\nDROP TABLE b;\nSET search_path = '';\nSET ROLE NONE;\n",
    );
    // The up file alone does not find its schema behind this down file, and so nothing happens.
    let before = db.dump();
    dbm(&db, &folder, &["redo"]).assert_status(1);
    assert_eq!(db.dump(), before);
    folder.write("2_b.up.sql", "CREATE TABLE public.b (id int);\n");
    says(&db, &folder, &["redo"], "2/d b (TIME)\n2/u b (TIME)\n");
    assert_eq!(lines(&db).last().map(String::as_str), Some("run up 2: 1 -> 2"));
}

#[test]
fn rollback_is_down_by_one() {
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up"]);
    says(&db, &folder, &["rollback"], "4/d d (TIME)\n");
    says(&db, &folder, &["rollback"], "3/d c (TIME)\n");
    assert_eq!(db.row(), Some((2, false)));
    assert_eq!(lines(&db)[4..], ["run down 4: 4 -> 3", "run down 3: 3 -> 2"]);
}

/// Without the down file, by the log's text.
#[test]
fn the_down_file_is_missing() {
    let (db, folder) = at_two(UP, DOWN);
    std::fs::remove_file(folder.join("2_b.down.sql")).expect("remove a file");
    let output = dbm(&db, &folder, &["redo"]);
    output.assert_status(0).assert_line("hint: ", "running the text kept in the log");
    assert_eq!(db.number("SELECT count(*) FROM b"), 1);
    assert_eq!(lines(&db).len(), 4);
}
