//! `repair`: the present texts are accepted, and nothing else changes.

use crate::history::book::{dbm, entries, last, lines, ok, says};
use crate::support::{Database, Folder, Run};

const OLD: &str = "CREATE TABLE b (id int);\n";
const NEW: &str = "CREATE TABLE b (id bigint);\n";

fn edited() -> (Database, Folder) {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b", "c"]));
    ok(&db, &folder, &["up", "2"]);
    folder.write("2_b.up.sql", NEW);
    (db, folder)
}

#[test]
fn it_records_and_changes_nothing_else() {
    let (db, folder) = edited();
    let version = "SELECT version * 10 + dirty::int FROM schema_migrations";
    let (dump, row) = (db.dump(), db.number(version));
    says(&db, &folder, &["repair", "-f"], "recorded 2 b\n");
    assert_eq!((db.dump(), db.number(version)), (dump, row));
    let entry = last(&db);
    assert_eq!(entry.line(), "repair 2: 2 -> 2");
    assert_eq!(entry.up_text.as_deref(), Some(NEW));
    assert_eq!(entry.name.as_deref(), Some("b"));
    says(&db, &folder, &["up"], "3/u c (TIME)\n");
    says(&db, &folder, &["repair", "-f"], "nothing to repair\n");
    assert_eq!(lines(&db).len(), 4);
}

/// An older release has the text from before the repair, and is right to have it.
#[test]
fn the_old_text_is_still_right() {
    let (db, folder) = edited();
    ok(&db, &folder, &["repair", "-f"]);
    folder.write("2_b.up.sql", OLD);
    says(&db, &folder, &["up"], "3/u c (TIME)\n");
    folder.write("2_b.up.sql", NEW);
    says(&db, &folder, &["up"], "no change\n");
    // A third text is not; it is shown beside the repaired one.
    folder.write("2_b.up.sql", "CREATE TABLE b (id text);\n");
    let output = dbm(&db, &folder, &["up"]);
    output.assert_status(1).assert_says("-CREATE TABLE b (id bigint);");
}

/// Down and up again: only what ran then is right.
#[test]
fn a_repair_ends_with_the_version() {
    let (db, folder) = edited();
    ok(&db, &folder, &["repair", "-f"]);
    ok(&db, &folder, &["redo"]);
    folder.write("2_b.up.sql", OLD);
    dbm(&db, &folder, &["up"]).assert_status(1);
}

#[test]
fn it_asks() {
    for (answer, yes) in
        [("y\n", true), ("Y\n", true), ("n\n", false), ("", false), ("yes\n", true), ("\n", false)]
    {
        let (db, folder) = edited();
        let output = Run::dbm().db(&db).path(&folder).arg("repair").stdin(answer).output();
        assert_eq!(output.status, Some(if yes { 0 } else { 1 }), "{answer:?}\n{output}");
        output.assert_says("-CREATE TABLE b (id int);");
        output.assert_says("Accept these files as they are now? [y/N]");
        assert_eq!(lines(&db).len(), if yes { 3 } else { 2 }, "{answer:?}");
        match yes {
            true => output.assert_says("recorded 2 b"),
            false => output.assert_says("Nothing recorded"),
        };
    }
}

/// Nothing to ask where there is nothing to record.
#[test]
fn nothing_to_repair() {
    let (db, folder) = (Database::new(), Folder::four());
    says(&db, &folder, &["repair"], "nothing to repair\n");
    ok(&db, &folder, &["up"]);
    says(&db, &folder, &["repair"], "nothing to repair\n");
    says(&db, &folder, &["repair", "-f", "3"], "nothing to repair\n");
    assert_eq!(lines(&db).len(), 4);
}

#[test]
fn only_what_is_named() {
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up", "3"]);
    for (version, name) in [(1, "a"), (2, "b"), (3, "c")] {
        let text = format!("CREATE TABLE {name} (id bigint);");
        folder.write(&format!("{version}_{name}.up.sql"), text);
    }
    says(&db, &folder, &["repair", "-f", "3", "1"], "recorded 1 a\nrecorded 3 c\n");
    let output = dbm(&db, &folder, &["up"]);
    output.assert_status(1).assert_line("error: edited", "2_b.up.sql");
    output.assert_silent_about("1_a.up.sql").assert_silent_about("3_c.up.sql");
    says(&db, &folder, &["repair", "-f"], "recorded 2 b\n");
    says(&db, &folder, &["up"], "4/u d (TIME)\n");
}

#[test]
fn what_is_not_applied_cannot_be_repaired() {
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up", "2"]);
    for version in ["3", "99"] {
        let output = dbm(&db, &folder, &["repair", "-f", version]);
        output.assert_status(1).assert_line("error: ", &format!("version {version} "));
    }
    dbm(&db, &folder, &["repair", "-f", "x"]).assert_status(1);
    assert_eq!(lines(&db).len(), 2);
}

/// An edited down file alone: recorded too, and `down` without the file has the new text.
#[test]
fn a_down_file_alone() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    ok(&db, &folder, &["up"]);
    folder.write("2_b.down.sql", "DROP TABLE b; CREATE TABLE new_text ();");
    says(&db, &folder, &["repair", "-f"], "recorded 2 b (the down file alone)\n");
    let older = Folder::tables(&["a"]);
    ok(&db, &older, &["down", "1"]).assert_essence("2/d b (TIME)\n");
    assert_eq!(db.tables(), ["public.a", "public.new_text", "public.schema_migrations"]);
}

#[test]
fn both_files_with_their_checksums() {
    let (db, folder) = edited();
    folder.write("2_b.down.sql", "DROP TABLE IF EXISTS b;");
    ok(&db, &folder, &["repair", "-f"]);
    let entry = last(&db);
    assert_eq!(entry.down_text.as_deref(), Some("DROP TABLE IF EXISTS b;"));
    let ran = &entries(&db)[1];
    assert_ne!(entry.up_sha256, ran.up_sha256);
    assert_ne!(entry.down_sha256, ran.down_sha256);
}
