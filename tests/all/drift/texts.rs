//! What ran is what counts: the log's texts, where files are gone or were edited since.

use std::fs;

use serde_json::Value;

use crate::drift::kinds::Case;
use crate::support::{Database, Folder, Run};

fn gone(case: &Case, name: &str) {
    fs::remove_file(case.folder.join(name)).expect("remove a file");
}

#[test]
fn a_file_that_was_edited_is_built_as_it_ran() {
    let case = Case::new();
    case.folder.write("1_users.up.sql", "CREATE TABLE other (id int);");
    let output = case.drift(&[]).output();
    output.assert_status(0).assert_line("hint: version 1 has no file here, or an edited one", "");
    assert_eq!(output.stdout, "no drift: the database is like its migrations up to version 1\n");
    // Its text is accepted now, and then it is drift.
    Run::dbm().db(&case.db).path(&case.folder).args(["repair", "-f"]).output().assert_status(0);
    assert!(case.told(&[]).contains(&"dropped table public.other".to_owned()));
}

#[test]
fn a_file_that_is_gone_is_built_from_the_log() {
    let case = Case::new();
    gone(&case, "1_users.up.sql");
    gone(&case, "1_users.down.sql");
    case.folder.write("2_more.up.sql", "CREATE TABLE more (id int);");
    case.db.execute("CREATE TABLE extra (id int)");
    let output = case.drift(&["-json"]).output();
    output.assert_status(1);
    let object: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(object["from_log"], serde_json::json!([1]));
    assert_eq!(object["differences"][0]["name"], "public.extra");
    assert_eq!(object["differences"][0]["expected"], Value::Null);
}

/// The checksum alone does not tell what ran.
#[test]
fn without_a_text_the_file_is_taken_as_it_is() {
    let db = Database::new();
    let folder = Folder::tables(&["a", "b"]);
    let run = |args: &[&str]| {
        Run::dbm().url(db.url_with("x-log=checksums")).path(&folder).args(args.iter().copied())
    };
    run(&["up"]).output().assert_status(0);
    folder.write("1_a.up.sql", "CREATE TABLE a (id int, name text);");
    let output = run(&["drift"]).output();
    output.assert_status(1).assert_line("warning: version 1 was edited after it was applied", "");
    assert!(output.stdout.starts_with("dropped: column public.a.name\n"), "{output}");
    fs::remove_file(folder.join("1_a.up.sql")).expect("remove a file");
    let output = run(&["drift"]).output();
    output.assert_status(1).assert_line(
        "error: version 1 cannot be built again: it has no file here, ",
        "the log keeps only its checksum",
    );
}

#[test]
fn what_is_not_known_cannot_be_built() {
    let case = Case::new();
    case.db.set_row(7, false);
    let output = case.drift(&[]).output();
    output.assert_status(1).assert_line(
        "error: version 7 cannot be built again: it has no file here, and the log does not know it",
        "",
    );
    case.db.set_row(1, true);
    case.drift(&[]).output().assert_status(1).assert_says("Dirty database version 1.");
    case.db.set_row(1, false);
    // The migrations need what somebody has made by hand.
    let case = Case {
        db: Database::new(),
        folder: Folder::new().file("1_a.up.sql", "CREATE TABLE a (id int REFERENCES b);"),
    };
    case.db.execute("CREATE TABLE b (id int PRIMARY KEY)");
    Run::dbm().db(&case.db).path(&case.folder).arg("up").output().assert_status(0);
    let output = case.drift(&[]).output();
    output
        .assert_status(1)
        .assert_line(
            "error: the migrations do not run on an empty database: ",
            "relation \"b\" does not exist",
        )
        .assert_line("hint: it was run on a scratch database", "");
    let output = case.drift(&["-json"]).output();
    let object: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(object["error"]["kind"], "not-built");
    assert_eq!(object["differences"], Value::Null);
}

/// Somebody else could have written it, and have us run anything.
#[test]
fn a_text_that_others_may_have_written_is_not_run() {
    let case = Case::new();
    case.db.execute("GRANT INSERT ON schema_migrations_log TO public");
    assert_eq!(case.told(&["-ignore", "privileges"]), [""; 0], "the log is not needed");
    gone(&case, "1_users.up.sql");
    gone(&case, "1_users.down.sql");
    case.folder.write("2_more.up.sql", "CREATE TABLE more (id int);");
    let output = case.drift(&[]).output();
    output.assert_status(1).assert_line("error: version 1 cannot be built again: ", "PUBLIC");
    assert_eq!(case.told(&["-from-log"]), [""; 0]);
}

/// golang-migrate keeps no log: the files say what ran. A late file has not run.
#[test]
fn without_a_log_the_files_count() {
    let case = Case::new();
    case.db.execute("DROP TABLE schema_migrations_log");
    assert_eq!(case.told(&[]), [""; 0]);
    let case = Case::new();
    case.folder.write("0_late.up.sql", "CREATE TABLE late (id int);");
    assert_eq!(case.told(&[]), [""; 0], "it never ran");
}

/// The version table and the log may stand anywhere.
#[test]
fn our_own_tables_are_no_drift() {
    let db = Database::new();
    db.execute("CREATE SCHEMA \"My Own\"; CREATE SCHEMA tracking");
    let folder = Folder::new()
        .file("1_a.up.sql", "CREATE TABLE a (id int); CREATE TABLE public.b (id int);");
    for parameters in [
        "search_path=%22My%20Own%22",
        "x-migrations-table=%22tracking%22.%22Table%20of%20versions%22&x-migrations-table-quoted=true",
    ] {
        let run = |args: &[&str]| {
            Run::dbm().url(db.url_with(parameters)).path(&folder).args(args.iter().copied())
        };
        let patterns = "schema tracking,schema \"My Own\"";
        run(&["up"]).output().assert_status(0);
        let output = run(&["drift", "-ignore", patterns]).output();
        output.assert_status(0);
        db.execute("DROP TABLE IF EXISTS \"My Own\".a, a, b; \
                    DROP TABLE IF EXISTS \"My Own\".schema_migrations, \"My Own\".schema_migrations_log");
    }
}
