//! What is mistyped gets two lines: what is wrong, and what to type. The help is printed where it is
//! asked for.

use crate::support::Run;

#[track_caller]
fn check(args: &[&str], stderr: &str) {
    Run::dbm().args(args.iter().copied()).status(2).stderr(stderr).check();
}

#[test]
fn a_command() {
    for (typed, meant) in [
        ("upp", "up"),
        ("UP", "up"),
        ("Status", "status"),
        ("statsu", "status"),
        ("veirfy", "verify"),
        // What other tools call it.
        ("undo", "rollback"),
        ("migrate", "up"),
        ("generate", "new"),
        ("history", "log"),
    ] {
        let said = format!("error: unknown command {typed:?}\nhint: did you mean: {meant}?\n");
        check(&[typed], &said);
        check(&["-path", "m", "-verbose", typed, "1"], &said);
        check(&["help", typed], &said);
    }
    let said =
        "error: unknown command \"xyzzy\"\nhint: to list the commands and options: dbm help\n";
    check(&["xyzzy"], said);
    check(&["-path", "m"], "error: no command\nhint: to list the commands and options: dbm help\n");
}

#[test]
fn a_flag() {
    for (args, hint) in [
        (&["up", "-lock-timout"][..], "did you mean: -lock-timeout?"),
        (&["-lock-timout", "up"], "did you mean: -lock-timeout?"),
        (&["-xyzzy", "up"], "to list the commands and options: dbm help"),
        (&["up", "-xyzzy"], "to list the options of up: dbm help up"),
        (&["up", "-url", "x"], "did you mean: -database?"),
        (&["up", "-dir", "x"], "did you mean: -path?"),
        (&["up", "-all"], "-all is an option of down, and not of up"),
        (&["-allow-late", "up"], "-allow-late stands after the command: up -allow-late"),
        // Nothing that was not typed is run.
        (&["-f", "up"], "to list the commands and options: dbm help"),
    ] {
        let flag = args.iter().find(|arg| arg.starts_with('-')).expect("a flag");
        check(args, &format!("flag provided but not defined: {flag}\nhint: {hint}\n"));
    }
    for (args, said, hint) in [
        (
            &["-prefetch", "x", "up"][..],
            "invalid value \"x\" for flag -prefetch: parse error",
            "-prefetch N: read N files ahead of the one that runs (10)",
        ),
        (
            &["up", "-retries"],
            "flag needs an argument: -retries",
            "-retries N: with -lock-wait, retry a file up to N times (5)",
        ),
        (
            &["down", "-all=maybe"],
            "invalid boolean value \"maybe\" for -all: parse error",
            "-all: without N, do not ask",
        ),
    ] {
        let output = Run::dbm().args(args.iter().copied()).output();
        output.assert_status(2);
        assert_eq!(output.first_line(), said, "{output}");
        assert_eq!(output.stderr.lines().count(), 2, "{output}");
        if !args.contains(&"down") {
            output.assert_line("hint: ", hint);
        }
    }
}

/// As golang-migrate does: on standard error, with exit code 2.
#[test]
fn nothing_at_all() {
    let output = Run::dbm().output();
    output.assert_status(2).assert_says("Usage: dbm OPTIONS COMMAND").assert_says("\n  up [N] ");
    assert_eq!(output.stdout, "");
}
