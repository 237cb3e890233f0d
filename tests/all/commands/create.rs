//! `create` where it goes beyond golang-migrate's; what is equal is compared in the interop tests.

use crate::support::{Folder, Run};

fn create(folder: &Folder, args: &[&str]) -> Run {
    Run::dbm().cwd(folder.path()).arg("create").args(args.iter().copied())
}

/// The two paths that are printed, absolute, one a line.
fn paths(folder: &Folder, stem: &str) -> String {
    let root = folder.path().canonicalize().expect("a real folder");
    format!("{0}/{stem}.up.sql\n{0}/{stem}.down.sql\n", root.display())
}

#[test]
fn it_needs_no_database_and_no_folder() {
    let folder = Folder::new();
    create(&folder, &["-ext", "sql", "-dir", "new/deep", "-seq", "users"])
        .stderr(&paths(&folder, "new/deep/000001_users"))
        .check();
    for side in ["up", "down"] {
        let file = folder.join(&format!("new/deep/000001_users.{side}.sql"));
        assert_eq!(std::fs::read(&file).expect("the file"), b"", "{}", file.display());
    }
}

/// The last *number*, and not the last name: 10 comes after 9.
#[test]
fn it_numbers_from_the_highest() {
    let folder =
        Folder::new().file("8_h.up.sql", "").file("9_i.up.sql", "").file("10_j.up.sql", "");
    create(&folder, &["-ext", "sql", "-seq", "-digits", "2", "next"])
        .stderr(&paths(&folder, "11_next"))
        .check_essence();
    let folder = Folder::new().file("000009_i.up.sql", "").file("10_j.down.sql", "");
    create(&folder, &["-ext", "sql", "-seq", "next"])
        .stderr(&paths(&folder, "11_next"))
        .check_essence();
}

/// A name that would make a file which no run ever picks up, or one somewhere else.
#[test]
fn it_refuses_what_would_be_ignored() {
    for (args, what) in [
        (&["-ext", "sql", "-seq", "a/b"][..], "a/b"),
        (&["-ext", "sql", "-seq", "../b"], "../b"),
        (&["-ext", "sql", "-seq", "two\nlines"], "lines"),
        (&["-ext", "sql", "-format", "Jan_2006", "x"], "Jan_2006"),
        (&["-ext", "sql", "-format", "2006-01-02", "x"], "2006-01-02"),
        (&["-ext", "up.sql", "-seq", "x"], "up.sql"),
    ] {
        let folder = Folder::new();
        let output = create(&folder, args).output();
        output.assert_status(1).assert_line("error: ", "").assert_says(what);
        assert!(folder.names().is_empty(), "{args:?} left {:?}", folder.names());
    }
}

/// The same number written otherwise is the same version. (A layout of 7, 8, 9 and 0 alone says
/// nothing of the time, in Go.)
#[test]
fn it_refuses_a_version_that_is_there() {
    let folder = Folder::new().file("0007890_x.up.sql", "");
    let output = create(&folder, &["-ext", "sql", "-format", "7890", "again"]).output();
    output.assert_status(1).assert_line("error: duplicate migration version: 7890", "");
    assert_eq!(folder.names(), ["0007890_x.up.sql"]);
}

/// The default stays golang-migrate's timestamp; where the folder is numbered in sequence, that is
/// most likely a mistake, and is said.
#[test]
fn a_timestamp_in_a_numbered_folder_gets_a_hint() {
    let folder = Folder::new().file("001_a.up.sql", "").file("002_b.up.sql", "");
    let output = create(&folder, &["-ext", "sql", "next"]).output();
    output.assert_status(0).assert_line("hint: ", "-seq");
    assert_eq!(output.essence().lines().count(), 2, "{output}");

    let folder = Folder::new().file("20240101120000_a.up.sql", "");
    let output = create(&folder, &["-ext", "sql", "next"]).output();
    output.assert_status(0);
    assert_eq!(output.essence(), output.masked(), "no hint\n{output}");
}

/// What it made, it can run.
#[test]
fn what_it_makes_runs() {
    let db = crate::support::Database::new();
    let folder = Folder::new();
    for name in ["first", "second thing", "dritte_ä"] {
        create(&folder, &["-ext", "sql", "-seq", name]).output().assert_status(0);
    }
    Run::dbm()
        .db(&db)
        .path(&folder)
        .arg("up")
        .stderr("1/u first (TIME)\n2/u second thing (TIME)\n3/u dritte_ä (TIME)\n")
        .check_essence();
}
