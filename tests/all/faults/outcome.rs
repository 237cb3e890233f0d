//! The migrations that are run under fire, and what must be true of the database afterwards.

use std::io::{self, Write};
use std::sync::LazyLock;

use regex::Regex;

use crate::support::sessions::Sessions;
use crate::support::{Database, Folder, Output, Run};

pub const FILES: i64 = 6;

/// Plain and wrapped files, small and not so small. Each makes a table of its name and leaves a
/// mark in `ran`, so that none can run twice or by half and not be noticed.
pub fn folder() -> Folder {
    with("")
}

/// The same, with some work in each file: enough to be caught at it.
pub fn busy_folder() -> Folder {
    with(" SELECT count(*) FROM generate_series(1, 300000);")
}

fn with(work: &str) -> Folder {
    let remark: String = (0..40).map(|n| format!("-- a remark in line {n}\n")).collect();
    let function =
        "CREATE FUNCTION f5() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 5; END $$;";
    (1..=FILES).fold(Folder::new(), |folder, version| {
        let before = match version {
            1 => "CREATE TABLE ran (version int);",
            3 | 4 => remark.as_str(),
            5 => function,
            _ => "",
        };
        let (begin, commit) = if version % 2 == 0 { ("BEGIN;\n", "\nCOMMIT;\n") } else { ("", "") };
        let after = match version {
            1 => "DROP TABLE ran;".to_owned(),
            5 => "DROP FUNCTION f5; DELETE FROM ran WHERE version = 5;".to_owned(),
            _ => format!("DELETE FROM ran WHERE version = {version};"),
        };
        folder.pair(
            &format!("{version}_file"),
            &format!(
                "{begin}{before}CREATE TABLE t{version} (id int);\n{}{work}{commit}",
                mark(version)
            ),
            &format!("{begin}DROP TABLE t{version}; {after}{work}{commit}"),
        )
    })
}

/// The statement of a file that stands in no other one.
pub fn mark(version: i64) -> String {
    format!("INSERT INTO ran VALUES ({version});")
}

/// The dump of a database in which all of them ran undisturbed.
pub fn expected(folder: &Folder) -> String {
    let db = Database::new();
    // As the database of each fault: what is made by hand differs from the template.
    db.clear();
    Run::dbm().db(&db).path(folder).arg("up").output().assert_status(0);
    db.dump()
}

/// After a fault: the row is clean, the database is what it says, and what dbm said is true.
/// Gives the version.
#[track_caller]
pub fn assert_whole(db: &Database, output: &Output) -> i64 {
    let version = match db.row() {
        None => 0,
        Some((version, false)) => version,
        row => panic!("the row must be clean, and is {row:?}\n{output}"),
    };
    let tables: Vec<String> = {
        let mut tables = db.tables();
        tables.retain(|name| name != "public.schema_migrations");
        tables
    };
    let mut made: Vec<String> = (1..=version).map(|number| format!("public.t{number}")).collect();
    if version > 0 {
        made.insert(0, "public.ran".to_owned());
        let marks = db.number("SELECT count(*) FROM ran");
        assert_eq!(marks, version, "one mark a file\n{output}");
    }
    assert_eq!(tables, made, "the tables of version {version}\n{output}");
    assert_true(version, output);
    version
}

/// Where it said what stands, it stands.
#[track_caller]
fn assert_true(version: i64, output: &Output) {
    static SAID: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("the database is at (?:no version|version ([0-9]+))").expect("a pattern")
    });
    for said in SAID.captures_iter(&output.stderr) {
        let said = said.get(1).map_or(0, |number| number.as_str().parse().expect("a number"));
        assert_eq!(said, version, "what it said of the database\n{output}");
    }
    for line in output.stderr.lines() {
        // A file that was reported as run has been committed.
        let reported = |mark| line.split_once(mark).and_then(|(number, _)| number.parse().ok());
        let up: Option<i64> = reported("/u ");
        let down: Option<i64> = reported("/d ");
        assert!(up.is_none_or(|number| number <= version), "{line}\n{output}");
        assert!(down.is_none_or(|number| number > version), "{line}\n{output}");
    }
    let is_up = [" up", " up -single-transaction"].iter().any(|end| output.command.ends_with(end));
    let finished = if is_up { FILES } else { 0 };
    if output.status == Some(0) {
        assert_eq!(version, finished, "exit 0 with files left\n{output}");
    }
    output.assert_silent_about("panicked");
}

/// `up` again, directly: it finishes, and everything is as if nothing had happened.
#[track_caller]
pub fn assert_mended(db: &Database, folder: &Folder, expected: &str, fault: &Output) {
    let again = Run::dbm().db(db).path(folder).arg("up").output();
    assert_eq!(again.status, Some(0), "up again\n{again}\nafter\n{fault}");
    assert_eq!(db.row(), Some((FILES, false)), "{again}\nafter\n{fault}");
    assert_eq!(db.dump(), expected, "{again}\nafter\n{fault}");
    assert_eq!(db.advisory_locks(), [], "{again}\nafter\n{fault}");
}

/// All three: wait until the server has done with it, look, run again.
#[track_caller]
pub fn assert_survived(db: &Database, folder: &Folder, expected: &str, fault: &Output) -> i64 {
    Sessions::of(db).wait_until_gone();
    let version = assert_whole(db, fault);
    assert_mended(db, folder, expected, fault);
    version
}

/// Says how many faults were tried. Not `eprintln!`: the harness would capture it.
pub fn report(test: &str, text: &str) {
    writeln!(io::stderr(), "\nfaults: {test}: {text}").expect("write to stderr");
}
