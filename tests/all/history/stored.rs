//! What the log keeps of the files: both texts, byte for byte, and the checksums that `sha256sum`
//! gives.

use std::path::Path;
use std::process::Command;

use crate::history::book::{dbm, entries, last, lines, ok, says};
use crate::support::{Database, Folder};

/// What the system's own program says of a file.
fn sha256sum(path: &Path) -> String {
    let run = |program: &str, args: &[&str]| Command::new(program).args(args).arg(path).output();
    // macOS has the other one.
    let output = run("sha256sum", &[]).or_else(|_| run("shasum", &["-a", "256"]));
    let text = String::from_utf8(output.expect("run sha256sum").stdout).expect("UTF-8");
    text.trim_start_matches('\\').split_whitespace().next().expect("a checksum").to_owned()
}

/// Texts that are not to be touched by their way through SQL: name, text that runs both ways.
const TEXTS: &[(&str, &str)] = &[
    ("quotes", "SELECT 'o''clock', \"a\".* FROM (SELECT 1 AS \"\"\"\") AS \"a\";\n"),
    ("backslashes", "SELECT 'a\\b', E'a\\\\b\\n\\'', '\\\\', '\\x24';\n"),
    ("a backslash at the end", "SELECT 1; -- \\"),
    ("dollars", "DO $$ BEGIN PERFORM '$1', $x$ ' $x$; END $$;\nSELECT $é$'$é$, 'a$$b';\n"),
    ("no line end", "SELECT 1"),
    ("blanks", "\n\n  \t SELECT 1 ;\t\n\n\n"),
    ("empty", ""),
    ("a comment", "-- nothing; /* \n"),
    ("signs", "SELECT 'äöü €漢字🦀';\n"),
    ("control signs", "SELECT '\u{1}\u{7f}\u{85}\u{2028}\u{feff}';\n"),
    ("carriage returns", "SELECT 1;\r\nSELECT '\r';\r\n"),
    ("wrapped", "BEGIN;\nSELECT '\\a', $$'$$;\nCOMMIT;\n"),
    ("loose", "SELECT '\\a', $$'$$;\nCOMMIT;\nSELECT '\\x24', $a$ $$ $a$;\n"),
    (
        "strings the old way",
        "SET standard_conforming_strings = off;\nSELECT 'a\\b', $$'\\$$, '\\\\';\n",
    ),
    (
        "strings the old way, wrapped",
        "BEGIN;\nSET standard_conforming_strings = off;\nSELECT 'a\\\\', $x$\\'$x$;\nCOMMIT;\n",
    ),
    ("strings the old way, still", "SELECT 'a\\\\b', $$ ' \\ $$;\n"),
    ("no search path", "SELECT pg_catalog.set_config('search_path', '', false);\nSELECT '\\a';\n"),
    ("no search path at all", "SET search_path = '';\nSELECT '$\\$';\n"),
    ("comment with a quote", "/* don't $$ */ SELECT 1; -- it's \\ $a$\n"),
];

/// As an up file with a plain down, and as a down file with a plain up, both with the hostile text
/// beside them: four places for each text.
#[test]
fn both_texts_byte_for_byte() {
    for (name, text) in TEXTS {
        let db = Database::new();
        let folder = Folder::new().pair("1_a", text, text);
        for (command, line) in [("up", "run up 1: -1 -> 1"), ("down", "run down 1: 1 -> -1")] {
            let output = dbm(&db, &folder, &[command, "1"]);
            assert_eq!(output.status, Some(0), "{name}\n{output}");
            let entry = last(&db);
            assert_eq!(entry.line(), line, "{name}");
            assert_eq!(entry.up_text.as_deref(), Some(*text), "{name}, {command}");
            assert_eq!(entry.down_text.as_deref(), Some(*text), "{name}, {command}");
            output.assert_silent_about("logged");
        }
    }
}

/// One after the other on one session, so that what a file sets meets those that follow.
#[test]
fn byte_for_byte_one_after_the_other() {
    let db = Database::new();
    let mut folder = Folder::new();
    for (index, (_, text)) in TEXTS.iter().enumerate() {
        let version = 10 + index;
        folder = folder.pair(&format!("{version}_x"), text, text);
    }
    ok(&db, &folder, &["up"]);
    ok(&db, &folder, &["down", "-all"]);
    let book = entries(&db);
    assert_eq!(book.len(), 2 * TEXTS.len());
    for entry in book {
        let index = usize::try_from(entry.version.expect("a version")).expect("small") - 10;
        let (name, text) = TEXTS[index];
        assert_eq!(entry.up_text.as_deref(), Some(text), "{name}: {}", entry.line());
        assert_eq!(entry.down_text.as_deref(), Some(text), "{name}: {}", entry.line());
    }
}

/// A text that does not run is kept nowhere, and does no harm where it is the other one.
#[test]
fn a_broken_down_text_is_kept_while_going_up() {
    let db = Database::new();
    let broken =
        ["SELEC '", "$$ never ended", "/* never ended", "\\q \\", "E'\\", "BEGIN; SELECT 1"];
    for (index, down) in broken.iter().enumerate() {
        let version = index + 1;
        let folder = Folder::new().pair(&format!("{version}_x"), "SELECT 1;", down);
        db.execute("DROP TABLE IF EXISTS schema_migrations, schema_migrations_log");
        says(&db, &folder, &["up"], &format!("{version}/u x (TIME)\n"));
        assert_eq!(last(&db).down_text.as_deref(), Some(*down));
    }
}

#[test]
fn checksums_are_those_of_sha256sum() {
    for (name, text) in TEXTS.iter().filter(|(_, text)| !text.contains('\r')) {
        let db = Database::new();
        let folder = Folder::new().pair("1_a", text, "SELECT 2;\n");
        ok(&db, &folder, &["up"]);
        let entry = last(&db);
        let sum = |file: &str| Some(sha256sum(&folder.join(file)));
        assert_eq!(entry.up_sha256, sum("1_a.up.sql"), "{name}");
        assert_eq!(entry.down_sha256, sum("1_a.down.sql"), "{name}");
    }
}

/// A side that is not there has no checksum; an empty one has that of nothing.
#[test]
fn a_missing_side_has_no_checksum() {
    let db = Database::new();
    let folder = Folder::new()
        .file("1_up.up.sql", "SELECT 1;")
        .file("2_down.down.sql", "SELECT 1;")
        .pair("3_empty", "", "");
    ok(&db, &folder, &["up"]);
    let has: Vec<(bool, bool, bool, bool)> = entries(&db)
        .iter()
        .map(|e| {
            let some =
                [&e.up_sha256, &e.up_text, &e.down_sha256, &e.down_text].map(|x| x.is_some());
            (some[0], some[1], some[2], some[3])
        })
        .collect();
    assert_eq!(
        has,
        [(true, true, false, false), (false, false, true, true), (true, true, true, true)]
    );
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(last(&db).up_sha256.as_deref(), Some(nothing));
    says(&db, &folder, &["up"], "no change\n");
}

/// A checkout on Windows is no change, in either direction of time.
#[test]
fn line_ends_and_a_mark_are_no_change() {
    let unix = "CREATE TABLE t (id int);\n\n-- done\n";
    let windows = format!("\u{feff}{}", unix.replace('\n', "\r\n"));
    let checkouts = [unix.to_owned(), windows.clone(), unix.replace('\n', "\r\n")];
    for ran in &checkouts {
        let db = Database::new();
        let folder = Folder::new().pair("1_t", ran, "DROP TABLE t;\n");
        says(&db, &folder, &["up"], "1/u t (TIME)\n");
        let reference = Folder::new().file("unix", unix);
        assert_eq!(last(&db).up_sha256, Some(sha256sum(&reference.join("unix"))));
        for there in &checkouts {
            folder.write("1_t.up.sql", there);
            folder.write("1_t.down.sql", "DROP TABLE t;\r\n");
            says(&db, &folder, &["up"], "no change\n");
            says(&db, &folder, &["repair", "-f"], "nothing to repair\n");
        }
        assert_eq!(lines(&db).len(), 1);
    }
}

/// An up text over a MiB is not kept; its checksum is, and so is any down text.
#[test]
fn a_long_up_text_is_not_kept() {
    let mib = 1 << 20;
    let padded = |start: &str, length: usize| {
        format!("{start}-- {}\n", "x".repeat(length - start.len() - 4))
    };
    let db = Database::new();
    let folder =
        Folder::new().pair("1_just", &padded("CREATE TABLE j ();\n", mib), "DROP TABLE j;").pair(
            "2_over",
            &padded("CREATE TABLE o ();\n", mib + 1),
            &padded("DROP TABLE o;\n", mib + 1),
        );
    ok(&db, &folder, &["up"]);
    let book = entries(&db);
    assert_eq!(book[0].up_text.as_ref().map(String::len), Some(mib));
    assert_eq!(book[1].up_text, None);
    assert_eq!(book[1].up_sha256, Some(sha256sum(&folder.join("2_over.up.sql"))));
    assert_eq!(book[1].down_text.as_ref().map(String::len), Some(mib + 1));
    says(&db, &folder, &["up"], "no change\n");

    // Edited, there is nothing to compare with but the checksum: in comments alone or not, it is
    // a difference that stops.
    folder.write("2_over.up.sql", padded("CREATE TABLE o ();\n", mib + 2));
    let output = dbm(&db, &folder, &["up"]);
    output.assert_status(1).assert_line("error: edited after it was applied: ", "2_over.up.sql");
    output.assert_says("the log has only the checksum of the text that ran");
    says(&db, &folder, &["down", "1"], "2/d over (TIME)\n");
}

/// Our rows are written as whom we connected as, whoever the file made us.
#[test]
fn files_that_set_a_role() {
    let db = Database::new();
    let role = crate::history::role::Role::new(&db);
    let name = &role.name;
    db.execute(&format!("GRANT ALL ON SCHEMA public TO {name}"));
    let folder = Folder::new()
        .pair("1_sets", &format!("SET ROLE {name};\nCREATE TABLE r ();\n"), "DROP TABLE r;")
        .pair("2_keeps", "CREATE TABLE k ();\n", "DROP TABLE k;")
        .pair("3_session", &format!("SET SESSION AUTHORIZATION {name};\nCREATE TABLE s ();"), "")
        .pair("4_loose", "CREATE TABLE l (id int);\nVACUUM l;\n", "DROP TABLE l;")
        .pair(
            "5_wrapped",
            &format!("BEGIN; SET LOCAL ROLE {name}; CREATE TABLE w (); COMMIT;"),
            "",
        );
    let output = ok(&db, &folder, &["up"]);
    output.assert_silent_about("warning: ");
    assert_eq!(lines(&db).len(), 5);
    let ours = db.number("SELECT count(*) FROM schema_migrations_log WHERE db_role = session_user");
    let owned = db.number(&format!(
        "SELECT count(*) FROM pg_tables WHERE tableowner = '{name}' AND schemaname = 'public'"
    ));
    // The files' tables are the role's, the log is not; who did it is who connected.
    assert_eq!((ours, owned), (5, 5));
    assert_eq!(
        last(&db).up_text.as_deref(),
        Some(&*format!("BEGIN; SET LOCAL ROLE {name}; CREATE TABLE w (); COMMIT;"))
    );
}
