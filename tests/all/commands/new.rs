//! `new`: a pair of files as the folder's others are; and what `create` has of it.

use std::fs;

use crate::support::{Database, Folder, Run};

fn new(place: &Folder, args: &[&str]) -> Vec<String> {
    let output = Run::dbm().cwd(place.path()).arg("new").args(args.iter().copied()).output();
    output.assert_status(0);
    assert_eq!(output.stderr, "", "{output}");
    output.stdout.lines().map(str::to_owned).collect()
}

fn names(stem: &str) -> Vec<String> {
    ["up", "down"].map(|side| format!("{stem}.{side}.sql")).to_vec()
}

#[test]
fn it_counts_on_as_the_folder_does() {
    for (files, expected) in [
        (&["001_a", "002_b"][..], "003_x"),
        (&["1_a", "2_b"], "3_x"),
        (&["000009_a", "000010_b"], "000011_x"),
        (&["998_a", "999_b"], "1000_x"),
        // The clock is behind: the next second, also over the end of a year.
        (&["20981231235959_a"], "20990101000000_x"),
        (&["4102444799_a"], "4102444800_x"),
    ] {
        let mut place = Folder::new();
        for file in files {
            place = place.file(&format!("migrations/{file}.up.sql"), "");
        }
        assert_eq!(new(&place, &["x"]), names(&format!("migrations/{expected}")), "{files:?}");
        for path in names(&format!("migrations/{expected}")) {
            assert_eq!(fs::read(place.join(&path)).expect("the file"), b"");
        }
    }
}

/// In an empty folder, which is made, it is the time; and each of several at once has its own.
#[test]
fn each_has_a_number_of_its_own() {
    let place = Folder::new();
    let runs: Vec<_> = ["a", "b", "c", "d", "e", "f"]
        .map(|name| Run::dbm().cwd(place.path()).args(["new", name]).spawn())
        .into_iter()
        .collect();
    for run in runs {
        run.finish().assert_status(0);
    }
    new(&place, &["g"]);
    let folder = fs::read_dir(place.join("migrations")).expect("the folder");
    let mut numbers: Vec<String> = folder
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .filter_map(|name| name.strip_suffix(".up.sql").map(|stem| stem[..14].to_owned()))
        .collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 7, "{numbers:?}");
    assert!(numbers.iter().all(|number| number.starts_with('2')), "{numbers:?}");
}

#[test]
fn where_and_how_it_is_called() {
    let place = Folder::new().file("m/01_a.up.sql", "").file("sub/x", "");
    assert_eq!(new(&place, &["-path", "m", "add", "users"]), names("m/02_add_users"));
    let absolute = place.join("m").to_str().expect("UTF-8").to_owned();
    let real = place.path().canonicalize().expect("a real folder");
    let real = real.join("m").to_str().expect("UTF-8").to_owned();
    assert_eq!(new(&place, &["-path", &real, " two  words "]), names("m/03_two_words"));
    assert_eq!(new(&place, &["-source", "file://./m", "c"]), names("m/04_c"));
    let run = Run::dbm().cwd(&place.join("sub")).env("DBM_PATH", "../m").args(["new", "d"]);
    assert_eq!(run.output().stdout, names("../m/05_d").join("\n") + "\n");
    let elsewhere = Run::dbm().args(["-path", &absolute, "new", "e"]).output();
    assert_eq!(elsewhere.stdout, names(&format!("{absolute}/06_e")).join("\n") + "\n");

    let db = Database::new();
    let run = Run::dbm().cwd(place.path()).db(&db).args(["-path", "m", "up"]).output();
    run.assert_status(0);
    assert_eq!(db.row(), Some((6, false)));
}

#[test]
fn what_is_refused() {
    let place = Folder::new();
    let dbm = |args: &[&str]| Run::dbm().cwd(place.path()).args(args.iter().copied()).output();
    dbm(&["new"])
        .assert_status(1)
        .assert_line("error: please specify name", "")
        .assert_line("hint: ", "dbm new add_users");
    dbm(&["new", "a/b"]).assert_status(1).assert_line("error: name \"a/b\" may not", "'/'");
    assert!(place.names().is_empty());
}

/// golang-migrate's `create` wants an extension.
#[test]
fn a_refused_create_hints_at_it() {
    let place = Folder::new();
    for (args, expected) in [
        (&["create", "add users"][..], "migrations/"),
        (&["create", "-dir", "db/m", "add users"], "db/m/"),
    ] {
        let output = Run::dbm().cwd(place.path()).args(args.iter().copied()).output();
        output.assert_status(1).assert_line("error: -ext flag must be specified", "");
        let hint = output.raw.lines().find_map(|line| line.split_once(".sql files: "));
        let command = hint.expect("a command").1;
        let made = Run::program("sh").cwd(place.path()).args(["-c", command]).output();
        made.assert_status(0);
        assert!(made.stdout.starts_with(expected) && made.stdout.contains("_add_users."), "{made}");
    }
}

/// golang-migrate ignores it before the command, and refuses it behind.
#[test]
fn create_takes_the_path() {
    let place = Folder::new().file("m/007_a.up.sql", "");
    for (args, made) in [
        (&["-path", "m", "create", "-ext", "sql", "-seq", "b"][..], "m/008_b.up.sql"),
        (&["create", "-ext", "sql", "-seq", "-path", "m", "c"], "m/009_c.up.sql"),
        (&["-source", "file://m", "create", "-ext", "sql", "-seq", "d"], "m/010_d.up.sql"),
        // Its own flag says more.
        (&["-path", "m", "create", "-ext", "sql", "-dir", "n", "-seq", "e"], "n/000001_e.up.sql"),
        (&["create", "-ext", "sql", "-seq", "f"], "000001_f.up.sql"),
    ] {
        let output = Run::dbm().cwd(place.path()).args(args.iter().copied()).output();
        output.assert_status(0);
        assert!(place.join(made).exists(), "{made}: {output}");
    }
}
