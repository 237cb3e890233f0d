//! Flags where golang-migrate would not take them, and the name by which the program is called.

use std::os::unix::fs::symlink;

use crate::support::{Database, Folder, Run};

const FOUR: &str = "1/u a (TIME)\n2/u b (TIME)\n3/u c (TIME)\n4/u d (TIME)\n";

/// Global flags after the command, in every order with its own words.
#[test]
fn after_the_command() {
    let (db, folder) = (Database::new(), Folder::four());
    let (url, path) = (db.url(), folder.arg());
    let forms: &[(&[&str], &str)] = &[
        (&["up", "-path", &path, "-database", &url], FOUR),
        (&["version", "-path", &path, "-database", &url], "4\n"),
        (&["down", "1", "-path", &path, "-database", &url], "4/d d (TIME)\n"),
        (&["down", "-path", &path, "1", "-database", &url], "3/d c (TIME)\n"),
        (&["-path", &path, "up", "-database", &url, "1"], "3/u c (TIME)\n"),
        (
            &["down", "-all", "-path", &path, "-database", &url],
            "3/d c (TIME)\n2/d b (TIME)\n1/d a (TIME)\n",
        ),
        (&["goto", "-database", &url, "2", "--path", &path], "1/u a (TIME)\n2/u b (TIME)\n"),
        (&["force", "-path", &path, "-database", &url, "-1"], ""),
        (&["force", "3", "-path", &path, "-database", &url], ""),
        (&["drop", "-path", &path, "-f", "-database", &url], ""),
    ];
    for (args, stderr) in forms {
        Run::dbm().args(args.iter().copied()).stderr(stderr).check();
    }
}

#[test]
fn verbose_after_the_command() {
    let (db, folder) = (Database::new(), Folder::tables(&["a"]));
    Run::dbm()
        .args(["up", "-verbose"])
        .db(&db)
        .path(&folder)
        .stderr(
            "STAMP Start buffering 1/u a\n\
             STAMP Read and execute 1/u a\n\
             STAMP Finished 1/u a (read TIME, ran TIME)\n\
             STAMP Finished after TIME\n\
             STAMP Closing source and database\n",
        )
        .check();
}

/// golang-migrate takes `-1` for a flag; everybody types it.
#[test]
fn force_minus_one() {
    let (db, folder) = (Database::new(), Folder::four());
    for args in [&["force", "-1"][..], &["force", "--", "-1"]] {
        db.set_row(1, true);
        Run::dbm().db(&db).path(&folder).args(args.iter().copied()).check();
        assert_eq!(db.row(), None, "{args:?}");
        assert!(db.tables().contains(&"public.schema_migrations".to_owned()));
    }
    Run::dbm().db(&db).path(&folder).arg("up").stderr(FOUR).check();
}

/// A flag that a command does not have is refused, wherever it stands.
#[test]
fn of_another_command() {
    let (db, folder) = (Database::new(), Folder::four());
    for args in [&["up", "-all"][..], &["version", "-f"], &["goto", "-seq", "1"], &["drop", "-all"]]
    {
        let output = Run::dbm().db(&db).path(&folder).args(args.iter().copied()).output();
        output.assert_status(2);
        assert!(output.first_line().starts_with("flag provided but not defined: -"), "{output}");
    }
    assert!(db.tables().is_empty());
}

/// Called by golang-migrate's name, it speaks of itself by that name.
#[test]
fn called_migrate() {
    let bin = Folder::new();
    let link = bin.join("migrate");
    symlink(env!("CARGO_BIN_EXE_dbm"), &link).expect("a link");
    let usage = Run::program(&link).output();
    usage.assert_status(2).assert_says("Usage: migrate ").assert_silent_about("dbm");
    Run::dbm().output().assert_status(2).assert_says("Usage: dbm ");

    // The next command to type is one that can be typed.
    let db = Database::new();
    let folder = Folder::new().file("1_a.up.sql", "COMMIT; SELECT nothing;");
    let output = Run::program(&link).db(&db).path(&folder).arg("up").output();
    output.assert_status(1).assert_line("hint: ", "migrate force").assert_silent_about("dbm force");
}
