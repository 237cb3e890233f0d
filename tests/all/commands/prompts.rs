//! What is said before and after a question, and who may answer it.

use crate::support::{Database, Folder, Run};

const DROP: &str = "Are you sure you want to drop the entire database schema? [y/N]\n";
const DOWN: &str = "Are you sure you want to apply all down migrations? [y/N]\n";

/// Three tables, with the version table and the log five; a thousand rows that the server knows of.
fn filled() -> (Database, Folder) {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b", "c"]));
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    db.execute("INSERT INTO a SELECT generate_series(1, 2000); ANALYZE a");
    (db, folder)
}

/// Stands before the question.
fn named(db: &Database) -> String {
    let url = db.url();
    let server = url.split_once('@').and_then(|(_, rest)| rest.split_once('/')).expect("a host").0;
    format!("  database {} on {server}, schema public\n  5 tables, about 2,", db.name())
}

const APPLIED: &str = "  3 versions applied; the database is at version 3\n";

#[test]
fn drop_names_what_it_takes_and_lists_what_it_took() {
    for answer in ["y\n", "Y\n", "yes\n", "YES please"] {
        let (db, folder) = filled();
        let output = Run::dbm().db(&db).path(&folder).arg("drop").stdin(answer).output();
        output.assert_status(0);
        assert!(output.stderr.starts_with(&named(&db)), "{output}");
        output.assert_says(&format!("{APPLIED}{DROP}Dropping the entire database schema\n"));
        assert!(
            output.stderr.ends_with(
                "  dropped from schema \"public\": table a, table b, table c, \
                 table schema_migrations, table schema_migrations_log\n"
            ),
            "{output}"
        );
        assert!(db.tables().is_empty());
    }
}

#[test]
fn down_names_what_it_takes_and_says_what_it_did() {
    let (db, folder) = filled();
    let output = Run::dbm().db(&db).path(&folder).arg("down").stdin("yes\n").output();
    output.assert_status(0);
    assert!(output.stderr.starts_with(&named(&db)), "{output}");
    output.assert_says(&format!("{APPLIED}{DOWN}Applying all down migrations\n3/d c"));
    assert!(output.stderr.ends_with("  3 down files run; the database is at no version\n"));
    assert_eq!(db.row(), None);
}

#[test]
fn repair_names_the_database() {
    let (db, folder) = filled();
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint)");
    let output = Run::dbm().db(&db).path(&folder).arg("repair").stdin("yes\n").output();
    output.assert_status(0).assert_says("recorded 1 a\n");
    assert!(output.stderr.starts_with(&named(&db)), "{output}");
}

/// Where nobody can answer, nothing is done, and the flag that answers is named.
#[test]
fn at_the_end_of_the_input() {
    let (db, folder) = filled();
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint)");
    let before = db.dump();
    for (command, flag) in [("drop", "drop -f"), ("down", "down -all"), ("repair", "repair -f")] {
        let output = Run::dbm().db(&db).path(&folder).arg(command).output();
        output.assert_status(1).assert_line("hint: standard input is at its end", flag);
        assert_eq!(db.dump(), before);
        for no in ["\n", "n\n", "yo\n", "nope y\n"] {
            let output = Run::dbm().db(&db).path(&folder).arg(command).stdin(no).output();
            output.assert_status(1).assert_silent_about("standard input");
            assert_eq!(db.dump(), before);
        }
    }
    assert_eq!(db.row(), Some((3, false)));
}

/// golang-migrate asks before it says that it cannot connect.
#[test]
fn without_a_server() {
    let run = || Run::dbm().url("postgres://u@127.0.0.1:1/d").args(["-path", ".", "drop"]);
    let essence = format!("{DROP}Aborted dropping the entire database schema\n");
    run().status(1).stderr(&essence).check_essence();
    let output = run().stdin("y\n").output();
    output.assert_status(1).assert_says("Dropping the entire database schema\nerror: failed to ");
}

/// It never asks, as golang-migrate's does not; on a terminal it tells where it is.
#[test]
fn force() {
    let (db, folder) = filled();
    let run = || Run::dbm().db(&db).path(&folder).args(["force", "2"]);
    run().check();
    let seen = run().on_a_terminal();
    assert!(seen.starts_with(&named(&db)), "{seen}");
    assert!(seen.ends_with("  forced: the database is at version 2\n"), "{seen}");
    assert_eq!(db.row(), Some((2, false)));
}
