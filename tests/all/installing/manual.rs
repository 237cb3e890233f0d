//! The manual page: what roffs say to it, and how it reads.

use std::fs;

use crate::installing::programs::find;
use crate::support::Run;

fn page() -> String {
    let page = Run::dbm().arg("man").output();
    page.assert_status(0);
    assert_eq!(page.stderr, "");
    page.stdout
}

#[test]
fn no_roff_warns_of_it() {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("dbm.1"), page()).expect("write the page");
    let checks: [(&str, &[&str]); 2] = [
        ("mandoc", &["-T", "lint", "-W", "style"]),
        ("groff", &["-man", "-ww", "-b", "-z", "-Tutf8"]),
    ];
    for (program, args) in checks {
        let Some(program) = find(program, "the manual page") else { continue };
        let output = Run::program(program).args(args.iter().copied()).arg("dbm.1");
        output.cwd(home.path()).check();
    }
}

#[test]
fn it_has_commands_flags_and_exit_codes() {
    let Some(man) = find("man", "the manual page as it is read") else { return };
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("dbm.1"), page()).expect("write the page");
    let read = Run::program(man).args(["--warnings", "-l", "./dbm.1"]).env("MANWIDTH", "80");
    let read = read.env("LC_ALL", "C.UTF-8").cwd(home.path()).output();
    read.assert_status(0);
    assert_eq!(read.stderr, "", "{read}");
    let lines: Vec<&str> = read.stdout.lines().map(str::trim).collect();
    for line in [
        "dbm - run golang-migrate's migration files on PostgreSQL",
        "dbm OPTIONS COMMAND [arg...]",
        "-database-env NAME",
        "up [N] run all up files that have not run, or the next N",
        "completions SHELL",
        "2      a command line that cannot be read",
    ] {
        assert!(lines.contains(&line), "{line:?}\n{}", read.stdout);
    }
    assert!(
        !read.stdout.contains("__complete") && !read.stdout.contains("--path"),
        "{}",
        read.stdout
    );
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{}", read.stdout);
}
