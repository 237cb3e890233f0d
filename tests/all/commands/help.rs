//! `help`, `-help`, and how they look.

use std::path::Path;

use crate::support::Run;

#[test]
fn of_the_program_and_of_a_command() {
    let all = Run::dbm().arg("help").output();
    all.assert_status(0);
    assert_eq!(all.stderr, "");
    let flag = Run::dbm().arg("-help").output();
    assert_eq!((flag.stdout.as_str(), &flag.stderr), ("", &all.stdout), "the same, as Go does it");
    let headings = [
        "Run migrations",
        "See what is applied, and check",
        "Test, on databases of their own",
        "Repair",
        "Create",
        "Other",
    ];
    let at = headings.map(|heading| all.stdout.find(&format!("\n\n{heading}:\n  ")));
    assert!(at.iter().all(Option::is_some) && at.is_sorted(), "{all}");
    assert!(all.stdout.lines().all(|line| line.chars().count() <= 80), "{all}");

    let up = Run::dbm().args(["help", "up"]).output();
    up.assert_status(0);
    assert!(
        up.stdout.starts_with("Usage: dbm up [N]\n") && up.stdout.contains("-allow-late"),
        "{up}"
    );
    let flag = Run::dbm().args(["up", "-help"]).output();
    assert_eq!((flag.status, flag.stderr), (Some(0), up.stdout));
    let help = Run::dbm().args(["help", "help"]).output();
    assert!(help.stdout.starts_with("Usage: dbm help [COMMAND]\n"), "{help}");
    Run::dbm()
        .args(["help", "up", "down"])
        .status(2)
        .stderr("error: too many arguments\nhint: to list the commands and options: dbm help\n")
        .check();
}

#[test]
fn in_colour_on_a_terminal_alone() {
    let plain = Run::dbm().arg("help").output().stdout;
    assert!(!plain.contains('\u{1b}'), "{plain}");
    for args in [&["help"][..], &["-help"], &["help", "up"]] {
        let run = || Run::dbm().args(args.iter().copied());
        let seen = run().env("TERM", "xterm").on_a_terminal();
        assert!(seen.starts_with("\u{1b}[1mUsage:\u{1b}[0m dbm"), "{seen:?}");
        for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
            let seen = run().env(name, value).on_a_terminal();
            assert!(seen.starts_with("Usage: dbm"), "{seen:?}");
        }
    }
}

/// It says which flags there are to a reader that has seen enough, and needs no place to stand.
#[test]
fn needs_nothing() {
    let output = Run::dbm_in_shell("\"$@\" help | head -1").cwd(Path::new("/")).output();
    output.assert_status(0);
    assert_eq!(
        (output.stdout.as_str(), output.stderr.as_str()),
        ("Usage: dbm OPTIONS COMMAND [arg...]\n", "")
    );
    let json = Run::dbm().args(["-json", "help"]).output();
    json.assert_status(2).assert_line("help has no -json", "");
}
