//! Versions without a file here: an older checkout on a newer database, and how to get back.

use crate::history::book::{assert_explained, dbm, last, lines, migrate, ok, says};
use crate::support::{Database, Folder, reference};

/// At version 4 by the newer release; the folder is the older one's, which ends at 2.
fn rolled_back() -> (Database, Folder) {
    let db = Database::new();
    ok(&db, &Folder::four(), &["up"]);
    (db, Folder::tables(&["a", "b"]))
}

fn tables(names: &[&str]) -> Vec<String> {
    let mut tables: Vec<String> = names.iter().map(|name| format!("public.{name}")).collect();
    tables.push("public.schema_migrations".to_owned());
    tables
}

const NOT_FOUND: &str =
    "error: no migration found for version 4: read down for version 4 .: file does not exist";

fn from_log(version: u64, name: &str) -> String {
    format!("hint: {version}/d {name} is not in this folder: running the text kept in the log\n")
}

#[test]
fn up_says_what_golang_migrate_says() {
    let (db, folder) = rolled_back();
    for command in [&["up"][..], &["up", "1"]] {
        let output = dbm(&db, &folder, command);
        output.assert_status(1).assert_line(NOT_FOUND, "");
        output.assert_line("hint: ", "-allow-newer").assert_line("hint: ", "older checkout");
    }
    assert_eq!(db.row(), Some((4, false)));
    assert_eq!(lines(&db).len(), 4);
}

#[test]
fn up_is_content_where_it_may_be() {
    let (db, folder) = rolled_back();
    for command in [&["up", "-allow-newer"][..], &["up", "1", "-allow-newer"]] {
        let output = ok(&db, &folder, command);
        output.assert_line("hint: the database is newer", "version 4");
        output.assert_silent_about("error");
    }
    assert_eq!(db.row(), Some((4, false)));
    assert_eq!(lines(&db).len(), 4);
    // In a folder that has newer files without having the row's, it is no older checkout.
    let gap = Folder::tables(&["a", "b"]).pair("5_e", "SELECT 1;", "");
    dbm(&db, &gap, &["up", "-allow-newer"]).assert_status(1).assert_line(NOT_FOUND, "");
}

/// The ways down, by the texts in the log.
#[test]
fn down_by_the_logs_texts() {
    type Case<'a> = (&'a [&'a str], &'a [(u64, &'a str)], &'a [&'a str], Option<(i64, bool)>);
    let cases: &[Case] = &[
        (&["down", "1"], &[(4, "d")], &["a", "b", "c"], Some((3, false))),
        (&["rollback"], &[(4, "d")], &["a", "b", "c"], Some((3, false))),
        (&["down", "2"], &[(4, "d"), (3, "c")], &["a", "b"], Some((2, false))),
        (&["goto", "2"], &[(4, "d"), (3, "c")], &["a", "b"], Some((2, false))),
        (&["goto", "3"], &[(4, "d")], &["a", "b", "c"], Some((3, false))),
    ];
    for (command, gone, left, row) in cases {
        let (db, folder) = rolled_back();
        let expected: String = gone
            .iter()
            .map(|(v, name)| format!("{}{v}/d {name} (TIME)\n", from_log(*v, name)))
            .collect();
        says(&db, &folder, command, &expected);
        assert_eq!(db.tables(), tables(left), "{command:?}");
        assert_eq!(db.row(), *row, "{command:?}");
        assert_eq!(lines(&db).len(), 4 + gone.len(), "{command:?}");
        assert_explained(&db, &format!("{command:?}"));
        assert!(last(&db).down_text.is_some_and(|text| text.starts_with("DROP TABLE ")));
    }
    let (db, folder) = rolled_back();
    ok(&db, &folder, &["down", "-all"])
        .assert_essence("4/d d (TIME)\n3/d c (TIME)\n2/d b (TIME)\n1/d a (TIME)\n");
    assert_eq!(db.row(), None);
    assert_eq!(db.tables(), tables(&[]));
}

/// Then it is at home again, and goes up with what it has.
#[test]
fn down_and_up_again() {
    let (db, folder) = rolled_back();
    ok(&db, &folder, &["goto", "2"]);
    says(&db, &folder, &["up"], "no change\n");
    let newer = Folder::four();
    says(&db, &newer, &["up"], "3/u c (TIME)\n4/u d (TIME)\n");
    assert_explained(&db, "down by the log, up by the files");
}

/// In the middle: the row's version is here, one below it is not.
#[test]
fn one_in_the_middle() {
    let db = Database::new();
    ok(&db, &Folder::four(), &["up"]);
    let without = Folder::new()
        .pair("1_a", "CREATE TABLE a (id int);\n", "DROP TABLE a;\n")
        .pair("2_b", "CREATE TABLE b (id int);\n", "DROP TABLE b;\n")
        .pair("4_d", "CREATE TABLE d (id int);\n", "DROP TABLE d;\n");
    says(&db, &without, &["up"], "no change\n");
    let expected = format!("4/d d (TIME)\n{}3/d c (TIME)\n2/d b (TIME)\n", from_log(3, "c"));
    says(&db, &without, &["goto", "1"], &expected);
    assert_eq!(db.tables(), tables(&["a"]));
}

/// Only the down file of the version is missing: as with golang-migrate it is empty? No: the log
/// has its text, and it is what was meant.
#[test]
fn the_down_file_alone_is_missing() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    ok(&db, &folder, &["up"]);
    std::fs::remove_file(folder.join("2_b.down.sql")).expect("remove a file");
    let output = ok(&db, &folder, &["down", "1"]);
    assert_eq!(db.row(), Some((1, false)));
    assert_eq!(db.tables(), tables(&["a"]), "{output}");
}

/// There never was a down file: nothing could be undone, and the row must not say that it was.
#[test]
fn there_never_was_a_down_file() {
    let db = Database::new();
    let newer = Folder::tables(&["a"]).file("2_b.up.sql", "CREATE TABLE b ();");
    ok(&db, &newer, &["up"]);
    let older = Folder::tables(&["a"]);
    dbm(&db, &older, &["down", "1"]).assert_status(1).assert_says("no migration found");
    assert_eq!(db.row(), Some((2, false)));
    // With its up file here it is golang-migrate's empty down.
    ok(&db, &newer, &["down", "1"]).assert_essence("2/d <empty> (TIME)\n");
    assert_eq!(db.tables(), tables(&["a", "b"]));
}

/// A version that has only a down file is one whose down text is in the log.
#[test]
fn there_never_was_an_up_file() {
    let db = Database::new();
    let newer = Folder::tables(&["a"]).file("2_b.down.sql", "CREATE TABLE the_down_of_b_ran ();");
    ok(&db, &newer, &["up"]);
    let older = Folder::tables(&["a"]);
    ok(&db, &older, &["down", "1"]);
    assert!(db.tables().contains(&"public.the_down_of_b_ran".to_owned()));
}

/// The text of the log fails: the file is named as the log's, and nothing has happened.
#[test]
fn the_logs_text_fails() {
    let db = Database::new();
    let newer = Folder::tables(&["a"]).pair("2_b", "CREATE TABLE b ();", "DROP TABLE nowhere;");
    ok(&db, &newer, &["up"]);
    let older = Folder::tables(&["a"]);
    let output = dbm(&db, &older, &["down", "1"]);
    output.assert_status(1).assert_says("schema_migrations_log/2_b.down.sql");
    output.assert_line("hint: ", "the text is the log's");
    assert_eq!(db.row(), Some((2, false)));
    assert_eq!(last(&db).line(), "run down 2: 2 -> 2 failed");
}

/// Texts of every kind run from the log as they do from a file.
#[test]
fn the_logs_texts_of_every_kind() {
    let downs = [
        "BEGIN;\nDROP TABLE b;\nCOMMIT;\n",
        "DROP INDEX CONCURRENTLY b_id;\nDROP TABLE b;\n",
        "DO $$ BEGIN EXECUTE 'DROP TABLE b'; END $$;\n",
        "\u{feff}DROP TABLE b;\r\n",
    ];
    for down in downs {
        let db = Database::new();
        let up = "CREATE TABLE b (id int);\nCREATE INDEX b_id ON b (id);\n";
        let newer = Folder::tables(&["a"]).pair("2_b", up, down);
        ok(&db, &newer, &["up"]);
        let older = Folder::tables(&["a"]);
        let output = dbm(&db, &older, &["down", "1"]);
        assert_eq!(output.status, Some(0), "{down}\n{output}");
        assert_eq!(db.tables(), tables(&["a"]), "{down}");
        assert_eq!(db.row(), Some((1, false)), "{down}");
    }
}

/// By golang-migrate alone, and never seen by the log: as golang-migrate says.
#[test]
fn never_seen_by_the_log() {
    let Some(tool) = reference::find("history::never_seen_by_the_log") else { return };
    for with_log in [false, true] {
        let (db, older) = (Database::new(), Folder::tables(&["a", "b"]));
        if with_log {
            ok(&db, &older, &["up"]);
        }
        migrate(&tool, &db, &Folder::four(), &["up"]);
        for command in [&["up"][..], &["down", "1"], &["down", "-all"], &["goto", "1"]] {
            let output = dbm(&db, &older, command);
            output.assert_status(1).assert_line(NOT_FOUND, "");
            assert_eq!(db.row(), Some((4, false)), "{command:?}");
        }
        ok(&db, &older, &["up", "-allow-newer"]).assert_line("hint: ", "newer");
        assert_eq!(db.tables(), tables(&["a", "b", "c", "d"]));
    }
}

/// A number that exists nowhere.
#[test]
fn goto_nowhere() {
    let (db, folder) = rolled_back();
    for version in ["9", "77"] {
        let output = dbm(&db, &folder, &["goto", version]);
        output.assert_status(1).assert_line("error: no migration found for version ", "");
        assert_eq!(db.row(), Some((4, false)));
    }
    dbm(&db, &folder, &["redo"]).assert_status(1).assert_line(NOT_FOUND, "");
    assert_eq!(db.tables(), tables(&["a", "b", "c", "d"]));
}

/// Adopted with its files at hand, the texts are there for an older checkout.
#[test]
fn adopted_texts_are_as_good() {
    let Some(tool) = reference::find("history::adopted_texts_are_as_good") else { return };
    let (db, newer) = (Database::new(), Folder::four());
    migrate(&tool, &db, &newer, &["up"]);
    ok(&db, &newer, &["up"]);
    let older = Folder::tables(&["a", "b"]);
    ok(&db, &older, &["goto", "2"]).assert_essence("4/d d (TIME)\n3/d c (TIME)\n");
    assert_eq!(db.tables(), tables(&["a", "b"]));
}

/// Forced onto a version that nobody has: no checkout can go down from it.
#[test]
fn forced_onto_nothing() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    ok(&db, &folder, &["up"]);
    ok(&db, &folder, &["force", "4"]);
    dbm(&db, &folder, &["up"]).assert_status(1).assert_line(NOT_FOUND, "");
    dbm(&db, &folder, &["down", "1"]).assert_status(1).assert_line(NOT_FOUND, "");
    ok(&db, &folder, &["force", "2"]);
    says(&db, &folder, &["down", "1"], "2/d b (TIME)\n");
}

/// The same, adopted: its down text is in the log, and so it can be taken down.
#[test]
fn there_never_was_an_up_file_and_it_was_adopted() {
    let Some(tool) = reference::find("history::there_never_was_an_up_file") else { return };
    let db = Database::new();
    let newer = Folder::tables(&["a"]).file("2_b.down.sql", "CREATE TABLE the_down_of_b_ran ();");
    migrate(&tool, &db, &newer, &["up"]);
    ok(&db, &newer, &["up"]);
    let older = Folder::tables(&["a"]);
    ok(&db, &older, &["down", "1"]);
    assert!(db.tables().contains(&"public.the_down_of_b_ran".to_owned()));
}
