//! Flags where golang-migrate would not take them, and the name by which the program is called.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Command;

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
        Run::dbm().args(args.iter().copied()).stderr(stderr).check_essence();
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

/// A flag that nobody has is refused wherever it stands, and nothing is run.
#[test]
fn a_misspelt_flag() {
    let (db, folder) = (Database::new(), Folder::four());
    for args in [
        &["-lock-timout", "5", "up", "1"][..],
        &["up", "-lock-timout", "5", "1"],
        &["up", "1", "-lock-timout", "5"],
        &["up", "1", "--lock-timout=5"],
        &["down", "1", "-lock-timout", "5"],
        &["create", "-ext", "sql", "x", "-lock-timout", "5"],
    ] {
        let output = Run::dbm().db(&db).path(&folder).args(args.iter().copied()).output();
        output.assert_status(2);
        assert_eq!(output.first_line(), "flag provided but not defined: -lock-timout");
        output.assert_line("hint: ", "did you mean: -lock-timeout?");
    }
    assert!(db.tables().is_empty());
}

/// golang-migrate ignores words too many. So does dbm, but it says so.
#[test]
fn words_too_many() {
    let (db, folder) = (Database::new(), Folder::four());
    let run = |args: &[&str]| Run::dbm().db(&db).path(&folder).args(args.iter().copied());
    run(&["up", "1", "2", "-verbose=false", "x y"])
        .stderr(
            "warning: ignored: unexpected argument \"2\"\n\
             warning: ignored: unexpected argument \"x y\"\n\
             1/u a (TIME)\n",
        )
        .check();
    // Its own flags end at the first word, as there.
    run(&["down", "1", "-all"]).status(1).stderr("error: too many arguments\n").check();
    let output = run(&["create", "x", "-ext", "sql"]).output();
    output.assert_status(1).assert_line("error: ", "-ext flag must be specified");
    output.assert_line("warning: ", "unexpected argument \"-ext\"");
    // Commands that it does not have have nothing to be lenient for.
    for args in [&["redo", "1"][..], &["status", "x"], &["log", "5"], &["wait", "5"]] {
        run(args).status(1).stderr("error: too many arguments\n").check();
    }
    let output = run(&["rollback", "2"]).status(1).output();
    output
        .assert_line("error: ", "too many arguments")
        .assert_line("hint: ", "versions down: dbm down 2");
}

/// The last one wins, wherever they stand.
#[test]
fn before_and_behind_the_command() {
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm()
        .args(["-path", "nope", "-verbose", "up", "1", "-verbose=false"])
        .db(&db)
        .path(&folder)
        .stderr("1/u a (TIME)\n")
        .check();
}

/// A path is bytes, and need not be UTF-8.
#[test]
fn a_path_that_is_not_utf8() {
    let (db, place) = (Database::new(), Folder::new());
    let name = OsStr::from_bytes(b"m\xff");
    let folder = place.path().join(name);
    fs::create_dir(&folder).expect("make a folder");
    fs::write(folder.join("1_a.up.sql"), "CREATE TABLE a (id int)").expect("write a file");
    let equals = OsStr::from_bytes(b"-path=m\xff");
    for args in [vec![OsStr::new("-path"), name], vec![equals]] {
        db.clear();
        let output = Command::new(env!("CARGO_BIN_EXE_dbm"))
            .args(["-database", &db.url(), "up"])
            .args(args)
            .current_dir(place.path())
            .output()
            .expect("run dbm");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(db.row(), Some((1, false)));
    }
    db.clear();
    Run::dbm().cwd(place.path()).env("DBM_PATH", name).db(&db).arg("up").output().assert_status(0);
    assert_eq!(db.row(), Some((1, false)));
    // A URL is text.
    let output = Command::new(env!("CARGO_BIN_EXE_dbm"))
        .args([OsStr::new("up"), OsStr::new("-database"), name])
        .output()
        .expect("run dbm");
    assert_eq!(output.status.code(), Some(2));
}

/// golang-migrate's line without a line break is not imitated.
#[test]
fn an_error_is_said_once() {
    let (db, folder) = (Database::new(), Folder::four());
    let error = "error: no migration found for version 99: read down for version 99 .: file does \
                 not exist\n";
    for (flags, before) in [(&[][..], ""), (&["-verbose"][..], "STAMP ")] {
        let output =
            Run::dbm().db(&db).path(&folder).args(["goto", "99"]).args(flags.to_vec()).output();
        output.assert_status(1).assert_essence(&format!("{before}{error}"));
    }
}
