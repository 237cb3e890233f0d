//! Files that were edited after they had run: what stops, what is only said, and what is nobody's
//! concern.

use crate::history::book::{dbm, lines, migrate, ok, says};
use crate::support::{Database, Folder, Output, reference};

const EDITED: &str = "CREATE TABLE b (id bigint);\n";

/// At version 2 of 3, the second file edited since.
fn edited() -> (Database, Folder) {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b", "c"]));
    ok(&db, &folder, &["up", "2"]);
    folder.write("2_b.up.sql", EDITED);
    (db, folder)
}

/// It stops before anything has happened.
#[track_caller]
fn refused(db: &Database, folder: &Folder, args: &[&str]) -> Output {
    let (row, tables, book) = (db.row(), db.tables(), lines(db));
    let output = dbm(db, folder, args);
    output.assert_status(1).assert_line("error: edited after it was applied: ", ".up.sql");
    assert_eq!(output.stdout, "");
    assert_eq!((db.row(), db.tables(), lines(db)), (row, tables, book), "{output}");
    output
}

#[test]
fn it_stops_and_shows_the_difference() {
    let (db, folder) = edited();
    let output = refused(&db, &folder, &["up"]);
    let path = folder.join("2_b.up.sql");
    let path = path.display();
    let expected = format!(
        "error: edited after it was applied: {path}\n\
         \x20 --- {path} as it ran\n\
         \x20 +++ {path} as it is\n\
         \x20 @@ -1 +1 @@\n\
         \x20 -CREATE TABLE b (id int);\n\
         \x20 +CREATE TABLE b (id bigint);\n"
    );
    assert!(output.stderr.starts_with(&expected), "{output}");
    output
        .assert_line("hint: ", "put back the text that ran")
        .assert_line("hint: ", "repair")
        .assert_line("hint: ", "-allow-edited")
        .assert_silent_about("2_b.down.sql");
}

/// Every way up refuses; no way down does.
#[test]
fn up_refuses_and_down_does_not() {
    for up in [&["up"][..], &["up", "1"], &["goto", "3"]] {
        let (db, folder) = edited();
        refused(&db, &folder, up);
    }
    for (down, version) in [
        (&["down", "1"][..], Some(1)),
        (&["goto", "1"], Some(1)),
        (&["down", "-all"], None),
        (&["rollback"], Some(1)),
        (&["up", "0"], Some(2)),
        (&["goto", "2"], Some(2)),
        (&["force", "2"], Some(2)),
    ] {
        let (db, folder) = edited();
        let output = dbm(&db, &folder, down);
        assert_eq!(output.status, Some(0), "{down:?}\n{output}");
        assert_eq!(db.row(), version.map(|version| (version, false)), "{down:?}");
    }
}

/// `up` at the top has nothing to run, and yet the difference is found: that is what CI is for.
#[test]
fn nothing_to_do_is_no_excuse() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    ok(&db, &folder, &["up"]);
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint);");
    refused(&db, &folder, &["up"]);
}

#[test]
fn all_of_them_are_named() {
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up", "3"]);
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint);");
    folder.write("3_c.up.sql", "CREATE TABLE c (id bigint);");
    let output = refused(&db, &folder, &["up"]);
    output.assert_line("error: ", "1_a.up.sql").assert_line("error: ", "3_c.up.sql");
    output.assert_says("-CREATE TABLE a (id int);").assert_says("+CREATE TABLE c (id bigint);");
}

#[test]
fn the_old_text_put_back_is_fine() {
    let (db, folder) = edited();
    refused(&db, &folder, &["up"]);
    folder.write("2_b.up.sql", "CREATE TABLE b (id int);\n");
    says(&db, &folder, &["up"], "3/u c (TIME)\n");
}

#[test]
fn it_can_be_allowed_this_once() {
    let (db, folder) = edited();
    let path = folder.join("2_b.up.sql");
    let warning = format!(
        "warning: {} was edited after it was applied: what ran stays in the database\n",
        path.display()
    );
    says(&db, &folder, &["up", "-allow-edited"], &format!("{warning}3/u c (TIME)\n"));
    // Once.
    refused(&db, &folder, &["up"]);
    says(&db, &folder, &["up", "--allow-edited"], &format!("{warning}no change\n"));
    let (db, folder) = edited();
    ok(&db, &folder, &["goto", "3", "-allow-edited"]).assert_essence("3/u c (TIME)\n");
    assert_eq!(db.row(), Some((3, false)));
}

/// By tokens: what the server would not see is said and does not stop.
#[test]
fn comments_and_white_space() {
    let ran = "CREATE TABLE b (id int);\nSELECT 'a  b';\n";
    for now in [
        "-- the b's\nCREATE TABLE b (id int);\nSELECT 'a  b';\n",
        "CREATE TABLE b (\n  id int /* the key; /* nested */ */\n);\n\nSELECT\t'a  b';",
        "CREATE TABLE b (id int);SELECT 'a  b'; -- done",
        "\n\nCREATE TABLE b (id int);\nSELECT 'a  b';\n",
    ] {
        let db = Database::new();
        let folder = Folder::tables(&["a", "b", "c"]).file("2_b.up.sql", ran);
        ok(&db, &folder, &["up", "2"]);
        folder.write("2_b.up.sql", now);
        let output = dbm(&db, &folder, &["up"]);
        assert_eq!(output.status, Some(0), "{now}\n{output}");
        output.assert_essence("3/u c (TIME)\n");
        output.assert_line("warning: ", "only in comments and white space");
        // Until somebody records it, it is said again.
        ok(&db, &folder, &["up"]).assert_line("warning: ", "2_b.up.sql");
        ok(&db, &folder, &["repair", "-f"]);
        says(&db, &folder, &["up"], "no change\n");
    }
    for now in [
        "CREATE TABLE b (id int);\nSELECT 'a b';\n",
        "CREATE TABLE b (id int);\n-- SELECT 'a  b';\n",
        "CREATE TABLE b (id int);\nSELECT 'a  b', 1;\n",
        "CREATE TABLE \"B\" (id int);\nSELECT 'a  b';\n",
        "CREATE TABLE b (id int);\nSELECT 'A  b';\n",
        "CREATE TABLE b (id int);\nSELECT '-- a  b';\n",
        "",
    ] {
        let db = Database::new();
        let folder = Folder::tables(&["a", "b", "c"]).file("2_b.up.sql", ran);
        ok(&db, &folder, &["up", "2"]);
        folder.write("2_b.up.sql", now);
        let output = dbm(&db, &folder, &["up"]);
        assert_eq!(output.status, Some(1), "{now}\n{output}");
    }
}

/// A function's body is text: white space in it is in the database.
#[test]
fn a_body_is_no_white_space() {
    let body = |body: &str| {
        format!("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS $${body}$$;")
    };
    let db = Database::new();
    let folder = Folder::new().pair("1_f", &body("SELECT 1"), "DROP FUNCTION f();");
    ok(&db, &folder, &["up"]);
    folder.write("1_f.up.sql", body("SELECT  1"));
    refused(&db, &folder, &["up"]);
}

#[test]
fn what_is_not_applied_may_be_edited() {
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up", "3"]);
    ok(&db, &folder, &["down", "1"]);
    // One that never ran, one that ran and was taken down.
    folder.write("4_d.up.sql", "CREATE TABLE d (id bigint);");
    folder.write("3_c.up.sql", "CREATE TABLE c (id bigint);");
    says(&db, &folder, &["up"], "3/u c (TIME)\n4/u d (TIME)\n");
    says(&db, &folder, &["up"], "no change\n");
    // The text before is forgotten.
    folder.write("3_c.up.sql", "CREATE TABLE c (id int);\n");
    refused(&db, &folder, &["up"]);
}

/// A failed text is no text that ran.
#[test]
fn what_failed_may_be_edited() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).pair("2_b", "SELEC;", "SELECT 1;");
    dbm(&db, &folder, &["up"]).assert_status(1);
    folder.write("2_b.up.sql", "SELECT 1;");
    says(&db, &folder, &["up"], "2/u b (TIME)\n");
}

/// A down file is to be fixed whenever that is needed, and it is the file that runs.
#[test]
fn an_edited_down_file_is_used() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    ok(&db, &folder, &["up"]);
    folder.write("2_b.down.sql", "DROP TABLE b; CREATE TABLE left_by_the_new_text ();");
    says(&db, &folder, &["up"], "no change\n");
    says(&db, &folder, &["down", "1"], "2/d b (TIME)\n");
    assert_eq!(
        db.tables(),
        ["public.a", "public.left_by_the_new_text", "public.schema_migrations"]
    );
    let text = crate::history::book::last(&db).down_text;
    assert_eq!(text.as_deref(), Some("DROP TABLE b; CREATE TABLE left_by_the_new_text ();"));
}

#[test]
fn the_renamed_file_of_a_version_is_no_edit() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    ok(&db, &folder, &["up", "1"]);
    for side in ["up", "down"] {
        let (old, new) = (format!("1_a.{side}.sql"), format!("0001_other.{side}.sql"));
        std::fs::rename(folder.join(&old), folder.join(&new)).expect("rename a file");
    }
    says(&db, &folder, &["up"], "2/u b (TIME)\n");
}

/// Taken down and up again by golang-migrate: the log did not see it, so `up` stops. `repair` records
/// the text of now.
#[test]
fn golang_migrate_ran_the_edited_file() {
    let Some(tool) = reference::find("history::golang_migrate_ran_the_edited_file") else { return };
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b", "c"]));
    ok(&db, &folder, &["up", "2"]);
    migrate(&tool, &db, &folder, &["down", "1"]);
    folder.write("2_b.up.sql", EDITED);
    migrate(&tool, &db, &folder, &["up", "1"]);
    refused(&db, &folder, &["up"]).assert_line("hint: ", "repair");
    says(&db, &folder, &["repair", "-f"], "recorded 2 b\n");
    says(&db, &folder, &["up"], "3/u c (TIME)\n");
    // Either text is right then; a third one is not.
    folder.write("2_b.up.sql", "CREATE TABLE b (id int);\n");
    says(&db, &folder, &["up"], "no change\n");
    folder.write("2_b.up.sql", "CREATE TABLE b (id text);\n");
    refused(&db, &folder, &["up"]);
}

/// Whoever writes the row by hand runs no file: an edited file is none that ran.
#[test]
fn the_row_is_written_by_hand() {
    let db = Database::new();
    let folder = Folder::tables(&["a", "b", "c"]).file("3_c.up.sql", "COMMIT;\nSELECT 1/0;\n");
    ok(&db, &folder, &["up", "2"]);
    folder.write("2_b.up.sql", EDITED);
    let clean = "UPDATE schema_migrations SET dirty = false";
    // The row was clean.
    db.execute(clean);
    refused(&db, &folder, &["up"]);
    ok(&db, &folder, &["force", "2"]);
    refused(&db, &folder, &["up"]);
    // It was dirty: version 3 is adopted, and what the log knows is not.
    dbm(&db, &folder, &["up", "-allow-edited"]).assert_status(1);
    assert_eq!(db.row(), Some((3, true)));
    db.execute(clean);
    dbm(&db, &folder, &["up"]).assert_status(1).assert_line("error: edited", "2_b.up.sql");
    assert_eq!(lines(&db).last().map(String::as_str), Some("adopt up 3: 2 -> 3"));
    // It was dirty, and at the version where it was before: a late file failed.
    folder.write("0_z.up.sql", "COMMIT;\nSELECT 1/0;\n");
    ok(&db, &folder, &["force", "3"]);
    dbm(&db, &folder, &["up", "-allow-edited", "-allow-late"]).assert_status(1);
    assert_eq!(db.row(), Some((3, true)));
    db.execute(clean);
    refused(&db, &folder, &["up"]);
    refused(&db, &folder, &["up", "-allow-late"]);
}

/// The same with dbm in between: it knows then, and there is nothing to warn of.
#[test]
fn seen_in_between() {
    let Some(tool) = reference::find("history::seen_in_between") else { return };
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    ok(&db, &folder, &["up"]);
    migrate(&tool, &db, &folder, &["down", "1"]);
    folder.write("2_b.up.sql", EDITED);
    says(
        &db,
        &folder,
        &["up"],
        "hint: run by another tool, and recorded in the log: 2/d\n2/u b (TIME)\n",
    );
    says(&db, &folder, &["up"], "no change\n");
}

/// What was adopted is compared as what ran is.
#[test]
fn an_adopted_file_is_edited() {
    let Some(tool) = reference::find("history::an_adopted_file_is_edited") else { return };
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    migrate(&tool, &db, &folder, &["up"]);
    ok(&db, &folder, &["up"]);
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint);");
    refused(&db, &folder, &["up"]).assert_says("-CREATE TABLE a (id int);");
}
