//! Texts that are not ours: no escape sequence of a file's name or of a server's message reaches a
//! terminal or a pipe, and no message fills the screen.

use serde_json::Value;

use crate::support::{Database, Folder, Run};

/// Clears a screen, sets a title, and begins a sequence in one byte.
const BAD: &str = "\u{1b}[2Jgone\u{1b}]0;title\u{7}\u{9b}31m";
/// The same inside an E'…' of SQL.
const BAD_SQL: &str = r"\x1b[2Jgone\x1b]0;title\x07\u009b31m";

/// No control characters but line ends, tabs and our own colours.
#[track_caller]
fn assert_clean(text: &str) {
    let mut plain = text.to_owned();
    for colour in ["", "31", "32", "33", "1;31", "1;33", "1;36", "0"] {
        plain = plain.replace(&format!("\u{1b}[{colour}m"), "");
    }
    let found = plain.chars().find(|c| c.is_control() && !"\n\t".contains(*c));
    assert_eq!(found, None, "{text:?}");
}

#[track_caller]
fn assert_all_clean(run: impl Fn() -> Run) -> String {
    let output = run().output();
    assert_clean(&output.stderr);
    assert_clean(&output.stdout);
    assert_clean(&run().on_a_terminal());
    format!("{}{}", output.stdout, output.stderr)
}

#[test]
fn escape_sequences_in_names() {
    let (db, name) = (Database::new(), format!("1_{BAD}"));
    let folder = Folder::new()
        .file(&format!("{name}.up.sql"), "CREATE TABLE a (id int)")
        .file(&format!("2_{BAD}.up.sql"), "SELECT 1;\nSELECT 'x' FROM nowhere;")
        .file(&format!("3-{BAD}.up.sql"), "");
    let failed = assert_all_clean(|| Run::dbm().db(&db).path(&folder).arg("-verbose").arg("up"));
    assert!(failed.contains(r"1/u \u{1b}[2Jgone"), "{failed}");
    assert!(failed.contains(r"2_\u{1b}[2Jgone\u{1b}]0;title\u{7}\u{9b}31m.up.sql:2:"), "{failed}");
    folder.write(&format!("{name}.up.sql"), format!("CREATE TABLE b (id int) -- {BAD}\n{BAD}"));
    for command in [["status", "-json"], ["log", "-json"]] {
        let run = || Run::dbm().db(&db).path(&folder).args(command.iter().copied());
        let said = assert_all_clean(run);
        assert!(
            said.contains(r"\u001b[2Jgone\u001b]0;title\u0007\u009b31m"),
            "{command:?}: {said}"
        );
        let object: Value = serde_json::from_str(&run().output().stdout).expect("JSON");
        assert!(object.to_string().contains("\u{9b}31m"), "{object}");
    }
    for command in [&["status"][..], &["log"], &["verify"], &["up"], &["repair"]] {
        let run = || Run::dbm().db(&db).path(&folder).args(command.iter().copied());
        let said = assert_all_clean(run);
        assert!(said.contains(r"\u{1b}[2Jgone"), "{command:?}: {said}");
    }
    let absent = folder.join(BAD).to_str().expect("a UTF-8 path").to_owned();
    assert_all_clean(|| Run::dbm().db(&db).args(["-path", &absent, "up"]));
    assert_all_clean(|| Run::dbm().db(&db).path(&folder).arg(format!("-{BAD}")).arg("up"));
    assert_all_clean(|| {
        Run::dbm()
            .url(format!("postgres://{BAD}@127.0.0.1:1/{BAD}"))
            .arg("wait")
            .args(["-timeout", "0"])
    });
}

#[test]
fn escape_sequences_in_messages() {
    let db = Database::new();
    let raise = |level: &str| {
        format!(
            "DO $$ BEGIN RAISE {level} '%', E'm{BAD_SQL}\\nsecond\\r\\n\\tthird' \
             USING DETAIL = E'd{BAD_SQL}', HINT = E'h{BAD_SQL}'; END $$;"
        )
    };
    let text = format!("{}{}{}", raise("NOTICE"), raise("WARNING"), raise("EXCEPTION"));
    let folder = Folder::new().file("1_a.up.sql", text);
    let run = || Run::dbm().db(&db).path(&folder).arg("-verbose").arg("up");
    let said = assert_all_clean(run);
    let coloured = format!("\u{1b}[1;31merror:\u{1b}[0m migration failed: {}", r"m\u{1b}[2Jgone");
    let seen = run().arg("-verbose=false").on_a_terminal();
    assert!(seen.contains(&coloured), "{seen}");
    // Lines stay lines.
    let line = r"m\u{1b}[2Jgone\u{1b}]0;title\u{7}\u{9b}31m";
    assert!(said.contains(&format!("migration failed: {line}\nsecond\n\tthird, d")), "{said}");
    assert!(said.contains(&format!("  notice: {line}\n  second\n  \tthird")), "{said}");
    assert!(said.contains(r"HINT: h\u{1b}[2Jgone"), "{said}");
    assert_all_clean(|| Run::dbm().db(&db).path(&folder).arg("log"));
}

#[test]
fn a_megabyte_of_a_message() {
    let db = Database::new();
    let folder = Folder::new().file(
        "1_a.up.sql",
        "DO $$ BEGIN RAISE WARNING '%', repeat('w', 1048576);\n\
         RAISE EXCEPTION '%', repeat('e', 1048576) USING HINT = repeat('h' || chr(10), 5000); END $$;",
    );
    let run = || Run::dbm().db(&db).path(&folder).arg("up");
    let output = run().output();
    output
        .assert_status(1)
        .assert_line("warning: www", "www … (1,048,576 characters) … www")
        .assert_line("error: migration failed: eee", "1_a.up.sql:1:1")
        .assert_line("hint: nothing of 1_a.up.sql", "at no version");
    assert!(output.stderr.len() < 10_000, "{} bytes", output.stderr.len());
    let log = Run::dbm().db(&db).path(&folder).arg("log").output();
    assert!(log.stdout.len() < 10_000, "{} bytes", log.stdout.len());
    // For programs it is whole.
    let output = run().arg("-json").output();
    let object: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let message = object["error"]["message"].as_str().expect("a message");
    assert!(message.contains(&"e".repeat(1_048_576)), "{} bytes", message.len());
    assert_eq!(object["warnings"][0].as_str().map(str::len), Some(1_048_576));
}
