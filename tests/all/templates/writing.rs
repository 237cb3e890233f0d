//! `templates`, and `new -template`: names, numbers, and what is refused.

use std::fs;

use super::written;
use crate::support::{Folder, Run};

fn new(place: &Folder, template: &str) -> Vec<String> {
    let output = Run::dbm().cwd(place.path()).args(["new", "-template", template]).output();
    output.assert_status(0);
    assert_eq!(output.stderr, "hint: adapt them where need be, then run them: dbm up\n");
    output.stdout.lines().map(str::to_owned).collect()
}

/// The paths of these pairs, as they are printed.
fn pairs(stems: &[&str]) -> Vec<String> {
    let pair = |stem: &&str| ["up", "down"].map(|way| format!("migrations/{stem}.{way}.sql"));
    stems.iter().flat_map(pair).collect()
}

#[test]
fn the_list_fits_a_terminal() {
    let list = Run::dbm().arg("templates").output();
    list.assert_status(0)
        .assert_line("hint: to see one: ", "dbm templates better-auth")
        .assert_line("hint: to write its files: ", "dbm new -template better-auth");
    let names: Vec<&str> =
        list.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(
        names,
        ["api-service", "better-auth", "better-auth-upgrade", "profile", "rbac-auth"]
    );
    assert!(list.stdout.lines().all(|line| line.len() <= 80), "{list}");
    let seen = Run::dbm().arg("templates").env("NO_COLOR", "1").spawn_on_a_terminal(60);
    let seen = seen.finish();
    assert!(seen.lines().all(|line| line.trim_end().chars().count() <= 60), "{seen}");
}

/// What it shows are the files, in the order in which they run.
#[test]
fn one_is_shown_as_it_is_written() {
    let folder = written("rbac-auth");
    for (args, way) in
        [(&["templates", "rbac-auth"][..], "up"), (&["templates", "rbac-auth", "-down"], "down")]
    {
        let shown = Run::dbm().args(args.iter().copied()).output();
        shown.assert_status(0);
        assert_eq!(shown.stderr, "", "{shown}");
        let mut names = folder.names();
        names.retain(|name| name.ends_with(&format!(".{way}.sql")));
        assert_eq!(names.len(), 11);
        if way == "down" {
            names.reverse();
        }
        let files = names.iter().map(|name| {
            let text = fs::read_to_string(folder.join(name)).expect("a file");
            format!("-- {name}\n\n{text}")
        });
        assert_eq!(shown.stdout, files.collect::<Vec<_>>().join("\n"));
    }
}

#[test]
fn an_empty_folder_gets_the_numbers_of_the_template() {
    let place = Folder::new();
    let stems = [
        "001_create_users",
        "002_create_sessions",
        "003_create_software_background",
        "004_create_hardware_background",
        "005_create_indexes",
        "006_create_triggers",
    ];
    assert_eq!(new(&place, "better-auth"), pairs(&stems));
    // A second one counts on, and so does what comes next.
    assert_eq!(new(&place, "better-auth-upgrade")[..2], pairs(&["007_add_better_auth_columns"]));
    let next = Run::dbm().cwd(place.path()).args(["new", "x"]).output();
    assert_eq!(next.stdout, pairs(&["011_x"]).join("\n") + "\n");
}

#[test]
fn another_folder_is_counted_on_in_its_style() {
    for (file, expected) in [
        ("0007_a.up.sql", ["0008_create_users", "0009_create_sessions"]),
        ("8_notes.sql", ["9_create_users", "10_create_sessions"]),
        (
            "20981231235958_a.up.sql",
            ["20981231235959_create_users", "20990101000000_create_sessions"],
        ),
    ] {
        let place = Folder::new().file(&format!("migrations/{file}"), "SELECT 1");
        assert_eq!(new(&place, "profile"), pairs(&expected), "{file}");
    }
    let place = Folder::new().file("migrations/20200101000000_a.up.sql", "SELECT 1");
    let made = new(&place, "rbac-auth");
    let mut numbers: Vec<&str> =
        made.iter().map(|path| &path["migrations/".len()..][..14]).collect();
    assert!(numbers.is_sorted(), "{numbers:?}");
    numbers.dedup();
    assert_eq!(numbers.len(), 11, "{numbers:?}");
}

#[test]
fn what_is_refused() {
    let place = Folder::new();
    let dbm = |args: &[&str]| Run::dbm().cwd(place.path()).args(args.iter().copied()).output();
    let all = "api-service, better-auth, better-auth-upgrade, profile, rbac-auth";
    dbm(&["new", "-template", "betterauth"])
        .assert_status(2)
        .assert_line("invalid value \"betterauth\" for flag -template: not one of ", all)
        .assert_line("hint: did you mean: better-auth?", "");
    dbm(&["templates", "profil"])
        .assert_status(2)
        .assert_line("error: \"profil\" is not one of ", all)
        .assert_line("hint: did you mean: profile?", "");
    dbm(&["templates", "x"]).assert_status(2).assert_line("error: \"x\" is not one of ", all);
    dbm(&["new", "add_users", "-template", "profile"])
        .assert_status(1)
        .assert_line("error: a template has names of its own: give -template or NAME, not both", "")
        .assert_line("hint: to write the template: dbm new -template profile", "");
    dbm(&["templates", "-down"])
        .assert_status(1)
        .assert_line("error: -down needs the name of a template", "");
    assert!(place.names().is_empty());
    new(&place, "profile");
    dbm(&["new", "-template", "better-auth"]).assert_status(1).assert_line(
        "error: there is a migration create_users already: migrations/001_create_users.",
        ".sql",
    );
    assert_eq!(Folder::names_in(&place.join("migrations")).len(), 4);
}

/// A disk that is full leaves no half of it, and what was there before stays.
#[test]
fn all_or_nothing() {
    let place = Folder::new().file("migrations/001_a.up.sql", "SELECT 1");
    let output = Run::dbm_in_shell(
        "trap '' XFSZ; ulimit -f 4; exec \"$@\" new -template better-auth-upgrade",
    )
    .cwd(place.path())
    .output();
    output.assert_status(1).assert_line("error: write migrations/", "file too large");
    assert_eq!(output.stdout, "");
    assert_eq!(Folder::names_in(&place.join("migrations")), ["001_a.up.sql"]);
}
