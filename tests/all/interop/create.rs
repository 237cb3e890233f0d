//! `create` beside golang-migrate's, in twin folders.

use std::sync::LazyLock;

use regex::Regex;

use crate::support::{Folder, Output, Run, reference};

/// What stands in the folder before, and what is typed after `create`.
const CASES: &[(&[&str], &[&str])] = &[
    (&[], &["-ext", "sql", "users"]),
    (&[], &["-ext", ".sql", "users"]),
    (&[], &["-ext=sql", "-dir=m", "users"]),
    (&[], &["--ext", "sql", "--dir", "./m/../n/deep", "users"]),
    (&[], &["-ext", "sql", "-seq", "users"]),
    (&[], &["-ext", "sql", "-seq=true", "-digits", "3", "users"]),
    (&[], &["-ext", "sql", "-seq", "-digits", "1", "users"]),
    (&["000001_a.up.sql"], &["-ext", "sql", "-seq", "b"]),
    (&["000001_a.up.sql", "000001_a.down.sql", "000007_x.up.sql"], &["-ext", "sql", "-seq", "b"]),
    (&["9_a.up.sql"], &["-ext", "sql", "-seq", "-digits", "1", "b"]),
    (&["999999_a.up.sql"], &["-ext", "sql", "-seq", "b"]),
    (&[], &["-ext", "sql", "-format", "unix", "users"]),
    (&[], &["-ext", "sql", "-format", "unixNano", "users"]),
    (&[], &["-ext", "sql", "-format", "20060102", "users"]),
    (&[], &["-ext", "sql", "-format", "2006", "users"]),
    (&[], &["-ext", "sql", "-format", "20060102150405", "-seq", "users"]),
    (&[], &["-ext", "sql", "-tz", "Europe/Berlin", "users"]),
    (&[], &["-ext", "sql", "-tz", "UTC", "users"]),
    (&[], &["-ext", "sql", "-tz", "", "users"]),
    (&[], &["-ext", "sql", "-tz", "Mars/Olympus", "users"]),
    (&[], &["-ext", "sql", "-format", "", "users"]),
    (&[], &["-ext", "sql", "-seq", "-digits", "0", "users"]),
    (&[], &["-ext", "sql", "-seq", "-digits", "-1", "users"]),
    (&[], &["-ext", "sql", "-seq", "-format", "unix", "users"]),
    (&[], &["-ext", "sql"]),
    (&[], &["users"]),
    (&[], &[]),
    (&[], &["-ext", "", "users"]),
    (&[], &["-ext", "sql", "users", "and", "more"]),
    (&[], &["-ext", "sql", "with space"]),
    (&[], &["-ext", "psql", "-seq", "other"]),
    (&["000001_a.up.sql"], &["-ext", "psql", "other"]),
    // What must not be there twice.
    (&["2021_a.up.sql"], &["-ext", "sql", "-format", "2021", "b"]),
];

/// Mistakes in its flags.
const MISTAKES: &[&[&str]] = &[
    &["-ext", "sql", "-digits", "x", "users"],
    &["-ext", "sql", "-seq=maybe", "users"],
    &["-ext", "sql", "-nonsense", "users"],
    &["-ext"],
];

#[test]
fn create() {
    let Some(reference) = reference::find("create") else {
        return;
    };
    let mut differences = Vec::new();
    for (before, args) in CASES {
        let (ours, theirs) = (folder(before), folder(before));
        let our_output = run(Run::dbm(), &ours, args);
        let their_output = run(Run::program(&reference), &theirs, args);
        let (got, expected) = (
            told(&our_output, &ours, our_output.essence()),
            told(&their_output, &theirs, their_output.masked()),
        );
        if got != expected {
            differences.push(format!("{args:?} in {before:?}\nexpected {expected}\ngot {got}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

#[test]
fn mistakes() {
    let Some(reference) = reference::find("mistakes of create") else {
        return;
    };
    for args in MISTAKES {
        let folder = Folder::new();
        let ours = run(Run::dbm(), &folder, args);
        let theirs = run(Run::program(&reference), &folder, args);
        assert_eq!(ours.status, theirs.status, "{theirs}{ours}");
        assert_eq!(ours.first_line(), theirs.first_line(), "{theirs}{ours}");
        assert!(folder.names().is_empty());
    }
}

fn folder(names: &[&str]) -> Folder {
    names.iter().fold(Folder::new(), |folder, name| folder.file(name, ""))
}

fn run(run: Run, folder: &Folder, args: &[&str]) -> Output {
    run.cwd(folder.path()).arg("create").args(args.iter().copied()).output()
}

/// Everything that can be seen of it: exit, streams, and all files in the folder; the time replaced
/// by the number of its digits, the folder by a word.
fn told(output: &Output, folder: &Folder, stderr: String) -> String {
    static TIME: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("[0-9]{8,}_").expect("a valid pattern"));
    let mut files = files(folder.path());
    files.sort();
    let text = format!(
        "exit {:?}\nstdout {:?}\nstderr {stderr}\nfiles {files:?}",
        output.status, output.stdout
    );
    let text = text.replace(&folder.arg(), "FOLDER");
    TIME.replace_all(&text, |found: &regex::Captures| format!("<{} digits>_", found[0].len() - 1))
        .into_owned()
}

fn files(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("read a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path.display().to_string());
        }
    }
    found
}
