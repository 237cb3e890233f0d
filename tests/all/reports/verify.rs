//! `verify`: what is found, with and without a database, and the exit code that CI goes by.

use crate::support::{Database, Folder, Run};

fn offline(folder: &Folder) -> Run {
    Run::dbm().path(folder).arg("verify")
}

/// Kinds that are found, in brackets, as they stand in the output.
fn kinds(stdout: &str) -> Vec<&str> {
    let found = stdout.lines().filter(|line| !line.starts_with(' '));
    found.filter_map(|line| line.strip_suffix(']')?.rsplit_once('[').map(|(_, k)| k)).collect()
}

#[test]
fn a_good_folder_is_good_and_needs_no_database() {
    let output = offline(&Folder::four()).output();
    output.assert_status(0);
    assert_eq!(output.stdout, "no problems found in the folder (no database was looked at)\n");
    assert_eq!(output.stderr, "");
}

#[test]
fn each_fault_of_a_folder_is_found() {
    let cases: &[(&str, &str, &str)] = &[
        ("12_x.up", "select 1", "name"),
        ("5_x.UP.sql", "select 1", "name"),
        ("5_x.up.sql.bak", "select 1", "name"),
        ("V4__x.sql", "select 1", "name"),
        ("1_other.up.sql", "select 1", "duplicate"),
        ("5_x.up.sql", "select 1", "no-down"),
        ("5_x.down.sql", "select 1", "no-up"),
        ("4_d.down.sql", "-- nothing\n", "empty-down"),
        ("4_d.down.sql", "BEGIN;\n-- nothing\nCOMMIT;\n", "empty-down"),
        ("4_d.down.sql", "START TRANSACTION; SET TRANSACTION READ ONLY; END;", "empty-down"),
        ("5_x.up.go", "select 1", "name"),
        ("5_x.up.md", "select 1", "name"),
        ("0005_x.up.sql", "select 1", "style"),
        ("4_d.up.sql", "begin; select 1;", "open-transaction"),
        ("4_d.up.sql", "select 1; vacuum;", "non-transactional"),
        ("4_d.up.sql", "copy a from stdin;", "copy"),
        ("4_d.up.sql", "\u{0}", "unreadable"),
        ("9223372036854775808_x.up.sql", "select 1", "too-large"),
    ];
    for (name, text, kind) in cases {
        let folder = Folder::four().file(name, text);
        let output = offline(&folder).output();
        output.assert_status(1);
        assert!(kinds(&output.stdout).contains(kind), "{name}: {kind}\n{output}");
        let stem = name.split('.').next().unwrap();
        assert!(output.stdout.contains(stem), "{name}\n{output}");
        let allowed = offline(&folder).args(["-allow", kind]).output();
        assert!(!kinds(&allowed.stdout).contains(kind), "{name}\n{allowed}");
    }
}

/// The same of 175 files is said once; not of ten.
#[test]
fn many_of_a_kind_are_told_together() {
    let names: Vec<String> = (1..=175).map(|number| format!("t{number}")).collect();
    let folder = Folder::tables(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for number in 1..=175 {
        folder.write(&format!("{number}_t{number}.down.sql"), "BEGIN; COMMIT;");
    }
    folder.write("7_t7.up.sql", "SELECT 1; VACUUM;");
    let output = offline(&folder).output();
    output.assert_status(1);
    let expected = "175 findings: 1_t1.down.sql, 2_t2.down.sql, 3_t3.down.sql, 4_t4.down.sql, \
                    5_t5.down.sql and 170 more [empty-down]\n  the first: does nothing, ";
    assert!(output.stdout.starts_with(expected), "{output}");
    assert_eq!(output.stdout.lines().count(), 7, "{output}");
    assert!(output.stdout.contains("\n  -verbose shows each\n7_t7.up.sql:1: VACUUM"), "{output}");
    assert!(
        output.stdout.ends_with("176 problems found in the folder (no database was looked at)\n")
    );
    let output = offline(&folder).arg("-verbose").output();
    assert_eq!(output.stdout.lines().count(), 2 * 176 + 1, "{output}");
    let output = offline(&folder).arg("-json").output();
    assert_eq!(output.stdout.matches(r#""kind":"empty-down""#).count(), 175);
    let ten = Folder::tables(&names[..10].iter().map(String::as_str).collect::<Vec<_>>());
    for number in 1..=10 {
        ten.write(&format!("{number}_t{number}.down.sql"), "");
    }
    assert_eq!(offline(&ten).output().stdout.lines().count(), 21);
}

/// An index that is built concurrently cannot stand in a better place.
#[test]
fn a_statement_that_stands_alone_is_a_note() {
    let folder = Folder::four().pair(
        "5_e",
        "create index concurrently i on a (id);",
        "drop index concurrently i;",
    );
    let output = offline(&folder).output();
    output.assert_status(0);
    assert_eq!(kinds(&output.stdout), ["non-transactional", "non-transactional"], "{output}");
    assert!(output.stdout.lines().next().is_some_and(|line| line.starts_with("note: ")));
}

#[test]
fn each_fault_between_folder_and_database_is_found() {
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    let verify = || Run::dbm().db(&db).path(&folder).arg("verify");
    let output = verify().output();
    output.assert_status(0);
    assert_eq!(output.stdout, "no problems found in the folder and the database\n");
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint);\n");
    folder.write("0_z.up.sql", "SELECT 1;\n");
    folder.write("0_z.down.sql", "SELECT 1;\n");
    for name in ["3_c.up.sql", "3_c.down.sql"] {
        std::fs::remove_file(folder.join(name)).unwrap();
    }
    db.execute("INSERT INTO b VALUES (1), (1)");
    let mut client = db.client();
    client.batch_execute("CREATE UNIQUE INDEX CONCURRENTLY twice ON b (id)").unwrap_err();
    db.execute("UPDATE schema_migrations SET dirty = true");
    let output = verify().output();
    output.assert_status(1);
    let mut found = kinds(&output.stdout);
    found.sort_unstable();
    assert_eq!(found, ["dirty", "edited", "invalid-index", "late", "missing"], "{output}");
    assert!(output.stdout.contains("5 problems found"), "{output}");
    // The folder alone is in order.
    verify().arg("-offline").output().assert_status(0);
}

#[test]
fn verifying_changes_nothing() {
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm().db(&db).path(&folder).arg("verify").output().assert_status(0);
    assert_eq!(db.number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 0);
}

/// Nearly always it is the wrong folder.
#[test]
fn an_empty_folder_is_no_good_folder() {
    let output = offline(&Folder::new()).output();
    output.assert_status(1).assert_says("error: first .: file does not exist");
}

/// The word that earlier releases had.
#[test]
fn loose_is_still_understood() {
    let folder = Folder::four().file("4_d.up.sql", "select 1; vacuum;");
    offline(&folder).output().assert_status(1);
    offline(&folder).args(["-allow", "loose"]).output().assert_status(0);
}

#[test]
fn an_unknown_kind_is_a_slip_of_the_pen() {
    let output = offline(&Folder::four()).args(["-allow", "no-donw"]).output();
    output.assert_status(2).assert_says("no-down");
}

#[test]
fn an_empty_url_is_an_error_and_not_no_database() {
    let output = Run::dbm().path(&Folder::four()).args(["-database", "", "verify"]).output();
    output.assert_status(1).assert_says("URL cannot be empty");
}

/// GitHub shows them beside the lines of a pull request.
#[test]
fn findings_as_annotations_of_github() {
    let repository = Folder::new()
        .file("db/migrations/1_a.up.sql", "SELECT 1;\nVACUUM;\n")
        .file("db/migrations/1_a.down.sql", "SELECT 1;\n")
        .file("db/migrations/2_100%,b.up.sql", "SELECT 1;\n")
        .file("db/migrations/3_c.up.sql", "VACUUM;\n")
        .file("db/migrations/3_c.down.sql", "SELECT 1;\n");
    let verify = || {
        let run = Run::dbm().cwd(repository.path());
        run.args(["-path", "./db/migrations", "verify", "-format"])
    };
    let output = verify().arg("github").output();
    output.assert_status(1);
    assert_eq!(output.stderr, "");
    let lines: Vec<&str> = output.stdout.lines().collect();
    let begins = [
        "::error file=db/migrations/1_a.up.sql,line=2,title=dbm verify (non-transactional)::",
        "::error file=db/migrations/2_100%25%2Cb.up.sql,title=dbm verify (no-down)::",
        "::notice file=db/migrations/3_c.up.sql,line=1,title=dbm verify (non-transactional)::",
        "2 problems found in the folder (no database was looked at)",
    ];
    assert_eq!(lines.len(), begins.len(), "{output}");
    for (line, begin) in lines.iter().zip(begins) {
        assert!(line.starts_with(begin), "{begin}\n{output}");
    }
    // What to do stands in the second line of the message.
    assert!(lines[1].contains("%0Awrite 2_100%25,b.down.sql"), "{output}");
    // A whole path in the same folder is shortened.
    let whole = repository.join("db/migrations").to_str().expect("a UTF-8 path").to_owned();
    let run = Run::dbm().cwd(repository.path()).args(["-path", &whole, "verify", "-format=github"]);
    assert_eq!(run.output().stdout, output.stdout);

    let text = verify().arg("text").output();
    let plain = Run::dbm().cwd(repository.path()).args(["-path", "./db/migrations", "verify"]);
    assert_eq!(text.stdout, plain.output().stdout);
    let json = verify().arg("json").output();
    assert!(json.stdout.starts_with(r#"{"dbm":"#) && json.stdout.contains(r#""exit_code":1"#));
    let both = verify().args(["github", "-json"]).output();
    both.assert_status(1);
    assert!(both.stdout.contains("-json cannot be used with another -format"), "{both}");
    verify().arg("xml").output().assert_status(2).assert_says("xml");
}

/// Two files of one version: the database is not looked at, and that is said there, too.
#[test]
fn what_was_not_checked_is_annotated() {
    let folder = Folder::four().file("1_other.up.sql", "select 1");
    let db = Database::new();
    let output = Run::dbm().db(&db).path(&folder).args(["verify", "-format", "github"]).output();
    output.assert_status(1);
    let said = "\n::warning title=dbm verify::the database was not checked: fix the folder first\n";
    assert!(output.stdout.contains(said), "{output}");
    assert_eq!(output.stderr, "");
}
