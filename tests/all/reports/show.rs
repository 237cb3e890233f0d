//! `show`: the text of a version, from the folder or the log, and nothing else on standard output.

use crate::support::{Database, Folder, Run};

fn show(folder: &Folder) -> Run {
    Run::dbm().path(folder).arg("show")
}

#[track_caller]
fn assert_shows(run: Run, text: &str) {
    let output = run.output();
    output.assert_status(0);
    assert_eq!((&*output.stdout, &*output.stderr), (text, ""));
}

#[test]
fn a_file_of_the_folder_needs_no_database() {
    let folder = Folder::four().file("5_e.up.sql", "\u{feff}SELECT 'é',\r\n\t1");
    assert_shows(show(&folder).arg("2"), "CREATE TABLE b (id int);\n");
    assert_shows(show(&folder).args(["2", "-down"]), "DROP TABLE b;\n");
    assert_shows(show(&folder).arg("5"), "SELECT 'é',\r\n\t1");
    let absent = show(&folder).args(["5", "-down"]).output();
    absent.assert_status(1).assert_line("error: version 5 has no down file in this folder", "");
    absent.assert_line("hint: ", "DATABASE_URL");
    show(&folder).output().assert_status(1).assert_says("please specify version argument V");
    show(&folder).arg("x").output().assert_status(1).assert_says("can't read version argument V");
}

#[test]
fn what_is_not_in_the_folder_comes_from_the_log() {
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    folder.write("2_b.up.sql", "CREATE TABLE edited (id int);\n");
    assert_shows(show(&folder).arg("2"), "CREATE TABLE edited (id int);\n");
    let from_log = |words: &[&str]| {
        // No folder is needed for that.
        Run::dbm().db(&db).args(["show", "-from-log"]).args(words.iter().copied())
    };
    assert_shows(from_log(&["2"]), "CREATE TABLE b (id int);\n");
    assert_shows(from_log(&["2", "-down"]), "DROP TABLE b;\n");
    from_log(&["9"]).output().assert_status(1).assert_line("error: version 9", "in the log");
    std::fs::remove_file(folder.join("3_c.up.sql")).unwrap();
    let output = show(&folder).db(&db).arg("3").output();
    output.assert_status(0).assert_line("hint: version 3 has no up file", "in the log");
    assert_eq!(output.stdout, "CREATE TABLE c (id int);\n");
    let absent = show(&folder).db(&db).arg("9").output();
    absent.assert_status(1).assert_line("error: version 9 has no up file in this folder or", "");
    // What was taken down is in the log as well.
    Run::dbm().db(&db).path(&Folder::new()).args(["down", "-all"]).output().assert_status(0);
    assert_shows(from_log(&["4"]), "CREATE TABLE d (id int);\n");
}

#[test]
fn a_text_of_the_log_that_is_not_what_ran_is_refused() {
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    db.execute("UPDATE schema_migrations_log SET up_text = 'DROP DATABASE' WHERE version = 1");
    db.execute("UPDATE schema_migrations_log SET up_text = NULL WHERE version = 2");
    for (version, why) in [("1", "does not match its checksum"), ("2", "keeps only its checksum")] {
        let output = show(&folder).db(&db).args(["-from-log", version]).output();
        output.assert_status(1).assert_line("error: the log's up text of version", why);
        assert_eq!(output.stdout, "");
    }
}

/// A file may hold what a terminal obeys; a pipe gets it as it is.
#[test]
fn on_a_terminal_what_it_would_obey_is_escaped() {
    let folder = Folder::new().file("1_a.up.sql", "SELECT 1; -- \u{1b}[2J\n\tSELECT 2;");
    assert_eq!(show(&folder).arg("1").on_a_terminal(), "SELECT 1; -- \\u{1b}[2J\n\tSELECT 2;\n");
    assert_shows(show(&folder).arg("1"), "SELECT 1; -- \u{1b}[2J\n\tSELECT 2;");
}
