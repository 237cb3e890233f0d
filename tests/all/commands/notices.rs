//! What the server says while a file runs: warnings always, notices with `-verbose`.

use crate::support::{Database, Folder, Run};

fn folder() -> Folder {
    Folder::new()
        .file(
            "1_talk.up.sql",
            "DO $$ BEGIN
               RAISE DEBUG 'a debug line';
               RAISE NOTICE 'a notice';
               RAISE INFO 'an information';
               RAISE WARNING 'a warning' USING HINT = 'with a hint';
             END $$;",
        )
        .file(
            "2_wrapped.up.sql",
            "BEGIN; DO $$ BEGIN RAISE WARNING 'of the wrapped'; END $$; COMMIT;",
        )
        .file(
            "3_loose.up.sql",
            "COMMIT; DO $$ BEGIN RAISE WARNING 'of the loose'; RAISE NOTICE 'told'; END $$;",
        )
}

#[test]
fn warnings_always() {
    let (db, folder) = (Database::new(), folder());
    let output = Run::dbm()
        .db(&db)
        .path(&folder)
        .arg("up")
        .stderr("1/u talk (TIME)\n2/u wrapped (TIME)\n3/u loose (TIME)\n")
        .check_essence();
    output
        .assert_line("warning: ", "a warning")
        .assert_line("warning: ", "of the wrapped")
        .assert_line("warning: ", "of the loose")
        .assert_silent_about("a notice")
        .assert_silent_about("a debug line")
        .assert_silent_about("told");
}

#[test]
fn notices_with_verbose() {
    let (db, folder) = (Database::new(), folder());
    let output = Run::dbm().arg("-verbose").db(&db).path(&folder).arg("up").output();
    output
        .assert_status(0)
        .assert_line("warning: ", "a warning")
        .assert_says("a notice")
        .assert_says("told")
        .assert_silent_about("a debug line");
    // They are dbm's own lines: what golang-migrate prints is all there, and nothing between it.
    let mut expected = String::new();
    for name in ["1/u talk", "2/u wrapped", "3/u loose"] {
        expected.push_str(&format!("STAMP Start buffering {name}\n"));
    }
    for name in ["1/u talk", "2/u wrapped", "3/u loose"] {
        expected.push_str(&format!(
            "STAMP Read and execute {name}\nSTAMP Finished {name} (read TIME, ran TIME)\n"
        ));
    }
    expected.push_str("STAMP Finished after TIME\nSTAMP Closing source and database\n");
    output.assert_essence(&expected);
}

/// A warning of a file that then fails is worth reading all the more.
#[test]
fn a_warning_before_a_failure() {
    let db = Database::new();
    let folder =
        Folder::new().file("1_a.up.sql", "DO $$ BEGIN RAISE WARNING 'beware'; END $$; SELECT 1/0;");
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output.assert_status(1).assert_line("warning: ", "beware");
}

/// dbm's own statements make no notices (`relation already exists, skipping`).
#[test]
fn none_of_its_own() {
    let (db, folder) = (Database::new(), Folder::tables(&["a"]));
    for _ in 0..2 {
        let output = Run::dbm().arg("-verbose").db(&db).path(&folder).arg("up").output();
        output.assert_status(0).assert_silent_about("already exists");
        assert_eq!(output.masked(), output.essence(), "{output}");
    }
}
