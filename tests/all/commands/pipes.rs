//! Streams that are not what a program is used to: closed, or read by somebody who goes away; and
//! files that want to talk over the connection themselves.

use crate::support::{Database, Folder, Run};

/// `dbm … 2>&1 | true`, dbm with its streams closed, and on a full disk: what is done is done whole,
/// and the exit code tells of what could not be written.
#[test]
fn nobody_listens() {
    for (script, status) in [
        ("\"$@\" 2>&1 | true", 0),
        ("\"$@\" >&- 2>&-", 0),
        ("\"$@\" >/dev/full", 0),
        ("\"$@\" 2>/dev/full", 1),
        ("\"$@\" <&- >/dev/full 2>/dev/full", 1),
    ] {
        let db = Database::new();
        let names: Vec<String> = (1..=30).map(|number| format!("t{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let folder = Folder::tables(&names);
        let output = Run::dbm_in_shell(script).db(&db).path(&folder).arg("up").output();
        assert_eq!(db.row(), Some((30, false)), "{script}");
        assert_eq!(output.status, Some(status), "{script}\n{output}");
    }
}

/// Nobody should take half an answer for a whole one.
#[test]
fn an_answer_that_cannot_be_written() {
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    let run = |script: &str, words: &[&str]| {
        Run::dbm_in_shell(script).db(&db).path(&folder).args(words.iter().copied()).output()
    };
    let said = "error: cannot write to standard output: no space left on device\n";
    for command in ["status", "log", "verify", "version"] {
        let output = run("\"$@\" >/dev/full", &[command, "-json"]);
        output.assert_status(1);
        assert!(output.stderr.ends_with(said), "{output}");
    }
    for command in ["status", "log", "verify"] {
        let output = run("\"$@\" >/dev/full", &[command]);
        output.assert_status(1);
        assert_eq!(output.stderr, said, "{output}");
    }
    // The exit code of an answer counts for nothing without the answer.
    run("\"$@\" >/dev/full", &["goto", "2"]).assert_status(0);
    run("\"$@\" >/dev/full", &["status", "-exit-code"]).assert_status(1);
    for words in [&["version"][..], &["status", "-help"], &["-help"], &["-version"]] {
        run("\"$@\" 2>/dev/full", words).assert_status(1);
    }
    let schema = Run::dbm_in_shell("\"$@\" >/dev/full").arg("-json-schema").status(1).stderr(said);
    schema.check();
}

/// `dbm status | head -1`: who has read enough goes away, and nothing is wrong.
#[test]
fn a_reader_that_goes_away() {
    let db = Database::new();
    let names: Vec<String> = (1..=500).map(|number| format!("t{number}")).collect();
    let folder = Folder::tables(&names.iter().map(String::as_str).collect::<Vec<_>>());
    // Some 100 kB, more than a pipe holds, and only then does the reader go.
    let script = "{ \"$@\"; echo \"exit $?\" >&2; } | head -c 1 >/dev/null";
    for words in [&["status"][..], &["status", "-json"]] {
        let run = Run::dbm_in_shell(script).db(&db).path(&folder).args(words.iter().copied());
        assert_eq!(run.output().stderr, "exit 0\n", "{words:?}");
    }
}

/// `COPY … FROM STDIN` has no data to read here. It must not wait for any.
#[test]
fn a_copy_from_stdin() {
    for text in [
        "COPY a FROM STDIN;\n1\n2\n\\.\n",
        "CREATE TABLE b (id int); COPY a FROM STDIN; SELECT 1;",
        "BEGIN; COPY a FROM STDIN; COMMIT;",
    ] {
        let db = Database::new();
        let folder = Folder::tables(&["a"]).file("2_copy.up.sql", text);
        let output = Run::dbm().db(&db).path(&folder).arg("up").output();
        output
            .assert_status(1)
            .assert_line("error: ", "")
            .assert_says("2_copy.up.sql")
            .assert_silent_about("panicked");
        assert_eq!(db.row(), Some((1, false)), "{output}");
        assert_eq!(db.tables(), ["public.a", "public.schema_migrations"], "{output}");
        assert!(db.advisory_locks().is_empty(), "{output}");
    }
}

/// `COPY … TO STDOUT` sends data that nobody asked for.
#[test]
fn a_copy_to_stdout() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).file(
        "2_copy.up.sql",
        "INSERT INTO a VALUES (1); COPY a TO STDOUT; CREATE TABLE b (id int);",
    );
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output.assert_silent_about("panicked");
    // All of it or nothing; and no data among what dbm says.
    assert_eq!(output.stdout, "", "{output}");
    match db.row() {
        Some((1, false)) => {
            output.assert_status(1);
            assert_eq!(db.number("SELECT count(*) FROM a"), 0);
        }
        Some((2, false)) => {
            assert_eq!(db.number("SELECT count(*) FROM b"), 0);
            if output.status != Some(0) {
                // The answer was not understood, but how things stand is.
                output.assert_status(1).assert_line("hint: ", "version 2");
            }
        }
        row => panic!("the row must be clean, and is {row:?}\n{output}"),
    }
}

/// A session that listens gets notifications in between.
#[test]
fn notifications() {
    let db = Database::new();
    let folder = Folder::new()
        .file("1_a.up.sql", "LISTEN talk; NOTIFY talk, 'one'; CREATE TABLE a (id int);")
        .file("2_b.up.sql", "BEGIN; NOTIFY talk, 'two'; COMMIT;")
        .file("3_c.up.sql", "COMMIT; NOTIFY talk, 'three'; SELECT 1;");
    Run::dbm()
        .db(&db)
        .path(&folder)
        .arg("up")
        .stderr("1/u a (TIME)\n2/u b (TIME)\n3/u c (TIME)\n")
        .check_essence();
}

/// A file of several megabytes, and one that answers with many rows.
#[test]
fn much_data() {
    let db = Database::new();
    let row = format!("INSERT INTO big VALUES ('{}');\n", "x".repeat(1000));
    let folder = Folder::new()
        .file("1_big.up.sql", format!("CREATE TABLE big (t text);\n{}", row.repeat(4000)))
        .file("2_rows.up.sql", "SELECT repeat('y', 100) FROM generate_series(1, 200000);");
    Run::dbm().db(&db).path(&folder).arg("up").stderr("1/u big (TIME)\n2/u rows (TIME)\n").check();
    assert_eq!(db.number("SELECT count(*) FROM big"), 4000);
}
