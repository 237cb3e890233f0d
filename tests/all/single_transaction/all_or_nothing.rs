//! All files or none, and what is told of it.

use dbm::{DatabaseUrl, Event, Interrupt, Migrator, Source, State};

use crate::history::book::{assert_explained, entries, lines, migrate};
use crate::single_transaction::{SINGLE, is_one_transaction, single};
use crate::support::locks::Gate;
use crate::support::{Database, Folder, Run, reference};

/// Five migrations, plain ones and such with a transaction of their own.
pub fn five() -> Folder {
    Folder::tables(&["a", "b", "c", "d", "e"])
        .pair(
            "2_b",
            "-- wrapped\nBEGIN;\nCREATE TABLE b (id int);\nCOMMIT;\n",
            "BEGIN; DROP TABLE b; END;",
        )
        .pair("4_d", "START TRANSACTION;CREATE TABLE d (id int);COMMIT", "DROP TABLE d")
}

#[test]
fn all_files_in_one_transaction() {
    let (db, folder) = (Database::new(), five());
    let output = single(&db, &folder, "up", &[]);
    output
        .assert_status(0)
        .assert_essence("1/u a (TIME)\n2/u b (TIME)\n3/u c (TIME)\n4/u d (TIME)\n5/u e (TIME)\n");
    assert_eq!(db.row(), Some((5, false)));
    assert!(is_one_transaction(&db, 0));
    let book = entries(&db);
    let expected: Vec<String> = ["-1 -> 1", "1 -> 2", "2 -> 3", "3 -> 4", "4 -> 5"]
        .iter()
        .enumerate()
        .map(|(i, row)| format!("run up {}: {row}", i + 1))
        .collect();
    assert_eq!(lines(&db), expected);
    assert!(book.iter().all(|entry| entry.duration_ms.is_some_and(|took| took > 0.0)), "{book:#?}");
    assert!(book.iter().all(|entry| entry.up_text.is_some() && entry.down_text.is_some()));
    assert_explained(&db, "all in one");
    assert_eq!(db.advisory_locks(), []);
    single(&db, &folder, "up", &[]).assert_status(0).assert_essence("no change\n");
    let Some(reference) = reference::find("single_transaction::all_files") else { return };
    migrate(&reference, &db, &folder, &["up"]).assert_status(0).assert_essence("no change\n");
    migrate(&reference, &db, &folder, &["down", "1"]).assert_status(0);
    assert_eq!(db.row(), Some((4, false)));
}

#[test]
fn by_number_to_a_version_and_back() {
    let (db, folder) = (Database::new(), five());
    single(&db, &folder, "up", &["2"])
        .assert_status(0)
        .assert_essence("1/u a (TIME)\n2/u b (TIME)\n");
    single(&db, &folder, "goto", &["4"])
        .assert_status(0)
        .assert_essence("3/u c (TIME)\n4/u d (TIME)\n");
    assert!(is_one_transaction(&db, 2));
    single(&db, &folder, "goto", &["1"])
        .assert_status(0)
        .assert_essence("4/d d (TIME)\n3/d c (TIME)\n2/d b (TIME)\n");
    assert!(is_one_transaction(&db, 4));
    assert_eq!(lines(&db)[4..], ["run down 4: 4 -> 3", "run down 3: 3 -> 2", "run down 2: 2 -> 1"]);
    assert_eq!((db.row(), db.tables().len()), (Some((1, false)), 2));
    single(&db, &folder, "up", &["9"]).assert_status(1).assert_line("error: limit 5 short", "");
    assert_eq!(db.row(), Some((5, false)), "as without the flag");
    single(&db, &folder, "down", &["-all"]).assert_status(0);
    assert_eq!((db.row(), db.tables()), (None, vec!["public.schema_migrations".to_string()]));
    assert_explained(&db, "to a version and back");
}

/// The third of five fails, in every way: as if nothing had been run.
#[test]
fn a_file_that_fails() {
    for (text, place) in [
        ("CREATE TABLE c (id int);\nSELECT 1/0;\n", "3_c.up.sql:2:1"),
        ("CREATE TABLE c (id int);\nSELEC;\n", "3_c.up.sql:2:1"),
        (
            "/* é */ BEGIN; CREATE TABLE c (id int);\n  SELECT * FROM nowhere; COMMIT;",
            "3_c.up.sql:2:17",
        ),
        ("DO $$ BEGIN RAISE EXCEPTION 'no'; END $$;", "3_c.up.sql:1:1"),
        ("CREATE TABLE c (", "3_c.up.sql:1:17"),
        ("SELECT pg_sleep(600);", "3_c.up.sql:1:1"),
    ] {
        let (db, folder) = (Database::new(), five());
        let before = db.dump();
        folder.write("3_c.up.sql", text);
        let url = db.url_with("x-statement-timeout=300");
        let run = Run::dbm().url(url).path(&folder).args(["up", SINGLE]);
        let output = run.output();
        output.assert_status(1).assert_line("error: migration failed: ", place);
        output.assert_line("hint: ", "nothing was applied: the database is at no version");
        output.assert_silent_about("1/u a").assert_silent_about("own: ");
        assert_eq!(output.essence().lines().count(), 1, "{output}");
        assert_eq!((db.row(), db.dump()), (None, before), "{text}");
        assert_eq!(lines(&db), ["run up 3: -1 -> -1 failed"], "{text}");
        assert_eq!(db.advisory_locks(), []);
        folder.write("3_c.up.sql", "CREATE TABLE c (id int);");
        single(&db, &folder, "up", &[]).assert_status(0);
        assert_eq!(db.row(), Some((5, false)));
    }
}

/// On the way down, and from a version.
#[test]
fn a_down_file_that_fails() {
    let (db, folder) = (Database::new(), five());
    single(&db, &folder, "up", &[]).assert_status(0);
    folder.write("3_c.down.sql", "DROP TABLE c; DROP TABLE nowhere;");
    let before = db.dump();
    let output = single(&db, &folder, "goto", &["1"]);
    output.assert_status(1).assert_says("3_c.down.sql:1:15");
    output.assert_line("hint: ", "nothing was applied: the database is at version 5, as before");
    assert_eq!((db.row(), db.dump()), (Some((5, false)), before));
    assert_eq!(lines(&db)[5..], ["run down 3: 5 -> 5 failed"]);
}

/// Only the commit finds it, and it does not say whose it was.
#[test]
fn a_deferred_constraint() {
    let (db, folder) = (Database::new(), five());
    let before = db.dump();
    folder.write(
        "3_c.up.sql",
        "CREATE TABLE c (id int PRIMARY KEY, a int REFERENCES c DEFERRABLE INITIALLY DEFERRED);\n\
         INSERT INTO c VALUES (1, 2);\n",
    );
    let output = single(&db, &folder, "up", &[]);
    output.assert_status(1).assert_line("error: migration failed: ", "violates foreign key");
    output
        .assert_line("  at the commit", "of one of the files")
        .assert_line("hint: ", "at no version");
    assert_eq!((db.row(), db.dump()), (None, before));
    // A later file may put it right, as in one file.
    folder.write("5_e.up.sql", "CREATE TABLE e (id int); UPDATE c SET a = 1;");
    single(&db, &folder, "up", &[]).assert_status(0);
    assert_eq!(db.row(), Some((5, false)));
}

/// One waits for the lock, and then has nothing to do.
#[test]
fn two_at_once() {
    let (db, folder) = (Database::new(), five());
    folder.write("3_c.up.sql", format!("CREATE TABLE c (id int); {}", Gate::SQL));
    let mut gate = Gate::close(db.client());
    let start = || Run::dbm().db(&db).path(&folder).args(["up", SINGLE]).spawn();
    let first = start();
    gate.waiting();
    let mut second = start();
    second.wait_for("waiting for the migration lock");
    assert_eq!(db.row(), None, "nobody sees it in the middle");
    gate.open();
    assert_eq!(first.finish().assert_status(0).essence().lines().count(), 5);
    let second = second.finish();
    second.assert_status(0);
    assert!(second.essence().ends_with("no change\n"), "{second}");
    assert_eq!(lines(&db).len(), 5);
}

/// The row is moved by somebody who knows of no lock: nothing is run.
#[test]
fn a_row_that_was_moved() {
    let (db, folder) = (Database::new(), five());
    single(&db, &folder, "up", &["1"]).assert_status(0);
    let mut other = db.client();
    let mut moving = other.transaction().expect("begin");
    moving.execute("UPDATE schema_migrations SET version = 3", &[]).expect("move the row");
    let run = Run::dbm().db(&db).path(&folder).args(["up", SINGLE]).spawn();
    crate::support::wait::until_true("a run that waits for the row", || {
        db.number(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND wait_event_type = 'Lock'",
        ) > 0
    });
    moving.commit().expect("commit");
    let output = run.finish();
    output.assert_status(1).assert_says("was changed by somebody else");
    assert_eq!(db.tables(), ["public.a", "public.schema_migrations"]);
}

/// The first signal takes all of it back.
#[test]
fn a_signal() {
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        let (db, folder) = (Database::new(), five());
        folder.write("3_c.up.sql", format!("CREATE TABLE c (id int); {}", Gate::SQL));
        let mut gate = Gate::close(db.client());
        let mut run = Run::dbm().db(&db).path(&folder).args(["up", SINGLE]).spawn();
        gate.waiting();
        run.signal(signal);
        run.wait_for("Stopping: nothing of this run will be applied ...");
        let output = run.finish();
        output.assert_status(status).assert_line("hint: ", "5 files are left to run");
        output.assert_silent_about("1/u a").assert_silent_about("error");
        gate.open();
        assert_eq!((db.row(), db.tables().len()), (None, 1), "{output}");
        single(&db, &folder, "up", &[]).assert_status(0);
    }
}

/// In a program, too, however many files are under way, and whichever way it stops.
#[test]
fn a_stop_in_a_program() {
    for stop in [Interrupt::stop, Interrupt::cancel] {
        let db = Database::new();
        let file = |n: usize| match n {
            3 => "SELECT pg_sleep(600)".to_string(),
            n => format!("CREATE TABLE t{n} (id int)"),
        };
        let files = (1..=50).map(|n| (format!("{n}_t.up.sql"), file(n)));
        let source = Source::texts(files.collect::<Vec<_>>()).expect("fifty files");
        let url = DatabaseUrl::parse(&db.url(), |_| None).expect("the database's URL");
        let interrupt = Interrupt::new();
        let asks = interrupt.clone();
        let mut migrator = Migrator::new(url, source)
            .single_transaction(true)
            .interrupt(interrupt)
            .on_event(move |event| match event {
                Event::Uncommitted(file) if file.version == 1 => stop(&asks),
                _ => {}
            });
        let report = migrator.up().expect("an orderly end");
        assert_eq!((report.ran, report.left, report.state), (0, 50, State::default()));
        assert_eq!((db.row(), db.tables().len()), (None, 1));
    }
}

/// The JSON object has the files when they are committed, and not before.
#[test]
fn in_json() {
    let (db, folder) = (Database::new(), five());
    let output = single(&db, &folder, "up", &["-json"]);
    let object: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(object["files"].as_array().map(Vec::len), Some(5), "{output}");
    folder.write("6_f.up.sql", "CREATE TABLE f (id int);");
    folder.write("7_g.up.sql", "SELECT 1/0;");
    let output = single(&db, &folder, "up", &["-json"]);
    let object: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(object["files"].as_array().map(Vec::len), Some(0), "{output}");
    assert_eq!((&object["error"]["outcome"], &object["version"]), (&"unchanged".into(), &5.into()));
}

/// `-lock-wait`: all of them are rolled back and tried again.
#[test]
fn a_table_that_is_locked() {
    let (db, folder) = (Database::new(), five());
    single(&db, &folder, "up", &["1"]).assert_status(0);
    db.execute("CREATE SEQUENCE tries");
    folder.write("2_b.up.sql", "SELECT nextval('tries'); CREATE TABLE b (id int);");
    folder.write("4_d.up.sql", "ALTER TABLE a ADD COLUMN note text; CREATE TABLE d (id int);");
    let mut blocker = db.client();
    blocker.batch_execute("BEGIN; LOCK TABLE a IN ACCESS SHARE MODE").expect("stand in the way");
    let flags = ["-lock-wait", "50", "-retries", "1000", "up", SINGLE];
    let run = Run::dbm().db(&db).path(&folder).args(flags).spawn();
    crate::support::wait::until_true("three tries", || {
        db.number("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM tries") >= 3
    });
    drop(blocker);
    let output = run.finish();
    output.assert_status(0).assert_line("warning: ", "4/u d could not get a lock");
    assert_eq!(db.row(), Some((5, false)));
    assert_eq!(lines(&db).len(), 5);
}
