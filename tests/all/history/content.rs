//! `x-log` in the URL: what is kept of the files, which may hold secrets.

use crate::history::book::{LOG, entries, exists, lines, ok};
use crate::history::role::Role;
use crate::support::{Database, Folder, Output, Run, reference};

fn run(db: &Database, log: &str, folder: &Folder, args: &[&str]) -> Output {
    let url = db.url_with(&format!("x-log={log}"));
    Run::dbm().url(url).path(folder).args(args.iter().copied()).output()
}

#[test]
fn texts_unless_said() {
    let (db, folder) = (Database::new(), Folder::tables(&["a"]));
    ok(&db, &folder, &["up"]);
    run(&db, "texts", &folder, &["redo"]).assert_status(0);
    assert!(entries(&db).iter().all(|e| e.up_text.is_some() && e.down_text.is_some()));
    for output in [ok(&db, &folder, &["status"]), run(&db, "texts", &folder, &["status"])] {
        let line = "log: the files' texts and checksums are kept";
        assert!(output.stdout.lines().any(|l| l == line), "{output}");
    }
    let json = ok(&db, &folder, &["status", "-json"]);
    assert!(json.stdout.contains(r#""log":"texts""#), "{json}");
}

/// Also what is adopted, forced and repaired; everything else works.
#[test]
fn checksums_alone() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b", "c"]));
    let run = |args: &[&str]| run(&db, "checksums", &folder, args);
    run(&["up", "2"]).assert_status(0);
    run(&["redo"]).assert_status(0);
    // Another tool.
    db.execute("CREATE TABLE c (id int); UPDATE schema_migrations SET version = 3");
    run(&["up"]).assert_status(0).assert_essence("no change\n");
    folder.write("1_a.up.sql", "-- more\nCREATE TABLE a (id int);\n");
    let edited = run(&["up"]);
    edited.assert_status(1).assert_says("the log has only the checksum of the text that ran");
    run(&["repair", "-f"]).assert_status(0);
    run(&["up"]).assert_status(0);
    run(&["force", "2"]).assert_status(0);
    run(&["force", "3"]).assert_status(0);
    let book = entries(&db);
    assert!(book.len() >= 8, "{:#?}", lines(&db));
    for entry in book {
        assert_eq!((entry.up_text, entry.down_text), (None, None));
        let is_force = entry.action == "force";
        assert_eq!(entry.up_sha256.is_none() && entry.down_sha256.is_none(), is_force);
    }
    let output = run(&["status"]);
    let line = "log: the files' checksums are kept, and not their texts";
    assert!(output.stdout.lines().any(|l| l == line), "{output}");
    assert!(run(&["status", "-json"]).stdout.contains(r#""log":"checksums""#));
}

/// It cannot be undone without its text: said, and not taken for an empty file.
#[test]
fn down_without_a_file_and_without_a_text() {
    let db = Database::new();
    run(&db, "checksums", &Folder::four(), &["up"]).assert_status(0);
    let without = Folder::four();
    std::fs::remove_file(without.join("4_d.down.sql")).expect("remove a file");
    for (folder, args) in [
        (&Folder::tables(&["a", "b"]), &["down", "1"][..]),
        (&Folder::tables(&["a", "b"]), &["goto", "2"]),
        (&without, &["rollback"]),
        (&without, &["down", "2"]),
    ] {
        for log in ["checksums", "texts"] {
            let output = run(&db, log, folder, args);
            let line = "error: the log's down text of version 4 is not run: ";
            output.assert_status(1).assert_line(line, "the log keeps only its checksum");
            output.assert_line("hint: ", "the database is at version 4");
            output.assert_line("hint: ", "check out the release that has the file");
            assert_eq!((db.row(), db.tables().len()), (Some((4, false)), 5), "{output}");
        }
    }
}

/// Nothing is written and nothing is read: as golang-migrate, without a word about it.
#[test]
fn off() {
    let (db, folder) = (Database::new(), Folder::four());
    let run = |folder: &Folder, args: &[&str]| run(&db, "off", folder, args);
    run(&folder, &["up", "3"]).assert_status(0);
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint);\n");
    folder.write("0_z.up.sql", "CREATE TABLE z (id bigint);\n");
    let steps: &[(&[&str], &str)] = &[
        (&["up"], "4/u d (TIME)\n"),
        (&["redo"], "4/d d (TIME)\n4/u d (TIME)\n"),
        (&["force", "3"], ""),
        (&["force", "4"], ""),
        (&["goto", "2"], "4/d d (TIME)\n3/d c (TIME)\n"),
        (&["up"], "3/u c (TIME)\n4/u d (TIME)\n"),
        (&["version"], "4\n"),
        (&["verify"], ""),
        (&["status"], ""),
    ];
    for (args, stderr) in steps {
        let output = run(&folder, args);
        if !["verify", "status"].contains(&args[0]) {
            output.assert_status(0);
            assert_eq!(output.masked(), *stderr, "{output}");
        }
        output.assert_silent_about("warning").assert_silent_about("edited after");
        assert!(!exists(&db, LOG), "{args:?}");
    }
    let status = run(&folder, &["status"]);
    assert!(status.stdout.contains("\nlog: off; "), "{status}");
    assert!(!status.stdout.contains("not in the log"), "{status}");
    assert!(run(&folder, &["status", "-json"]).stdout.contains(r#""log":"off""#));
    for command in [&["log"][..], &["repair", "-f"], &["repair", "-f", "1"]] {
        let output = run(&folder, command);
        output.assert_status(1).assert_line("error: the log ", "the URL says x-log=off");
        output.assert_line("hint: ", "without x-log=off");
    }
    run(&folder, &["drop", "-f"]).assert_status(0);
    assert_eq!(db.tables(), Vec::<String>::new());
}

/// A log that is there is left alone.
#[test]
fn off_where_there_is_a_log() {
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up", "2"]);
    let before = lines(&db);
    run(&db, "off", &folder, &["up"]).assert_status(0);
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint);\n");
    run(&db, "off", &folder, &["up"]).assert_status(0).assert_essence("no change\n");
    run(&db, "off", &folder, &["down", "1"]).assert_status(0).assert_essence("4/d d (TIME)\n");
    assert_eq!(lines(&db), before);
    // The text that it has is not run.
    let Some(reference) = reference::find("history::content::off_where_there_is_a_log") else {
        return;
    };
    let older = Folder::tables(&["a", "b"]);
    let theirs = Run::program(reference).db(&db).path(&older).args(["down", "1"]).output();
    let ours = run(&db, "off", &older, &["down", "1"]);
    ours.assert_status(1);
    // It says it twice on one line.
    assert!(theirs.stderr.starts_with(ours.first_line()), "{theirs}{ours}");
    assert_eq!(db.row(), Some((3, false)));
}

/// A role that may not make the log is not told so on each run.
#[test]
fn off_for_a_role_that_may_not_make_it() {
    let db = Database::new();
    let role = Role::new(&db);
    db.execute(&format!(
        "CREATE TABLE schema_migrations (version bigint not null primary key, dirty boolean not null);
         GRANT ALL ON schema_migrations TO {0}; REVOKE CREATE ON SCHEMA public FROM public;
         CREATE SCHEMA app AUTHORIZATION {0}",
        role.name
    ));
    let folder = Folder::new().pair("1_a", "CREATE TABLE app.a ();", "DROP TABLE app.a;");
    let url = format!("{}&x-log=off", role.url(&db));
    Run::dbm().url(url).path(&folder).arg("up").stderr("1/u a (TIME)\n").check();
}

#[test]
fn an_unknown_word_is_an_error() {
    let (db, folder) = (Database::new(), Folder::four());
    for word in ["none", "OFF", "true", "text"] {
        let output = run(&db, word, &folder, &["up"]);
        output.assert_status(1);
        output.assert_line("error: ", "there are off, checksums and texts");
        assert_eq!(db.tables(), Vec::<String>::new());
    }
}
