//! `init`: what it writes into a project, what it leaves alone, and that `make` runs it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::support::run::binary;
use crate::support::{Database, Folder, Output, Run};

const ALL: &str = "Makefile\n.env.example\nmigrations/001_create_users.up.sql\n\
                   migrations/001_create_users.down.sql\n";

fn init(place: &Folder, args: &[&str]) -> Output {
    Run::dbm().cwd(place.path()).args(args.iter().copied()).arg("init").output()
}

fn read(place: &Folder, name: &str) -> String {
    fs::read_to_string(place.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A folder with `dbm` in it, for the `PATH`.
fn with_dbm() -> Folder {
    let folder = Folder::new();
    symlink(binary(), folder.join("dbm")).expect("a link");
    folder
}

fn make(place: &Folder, bin: &Folder, words: &[&str]) -> Run {
    let path = std::env::var("PATH").expect("a PATH");
    let line = format!("make {}", words.join(" "));
    let run = Run::program("sh").cwd(place.path()).args(["-c", &line]);
    run.env("PATH", format!("{}:{path}", bin.arg()))
}

#[test]
fn a_fresh_folder() {
    let (db, place, bin) = (Database::new(), Folder::new(), with_dbm());
    let path = std::env::var("PATH").expect("a PATH");
    let typed = Run::program("sh").args(["-c", "dbm init"]).cwd(place.path());
    let made = typed.env("PATH", format!("{}:{path}", bin.arg())).output();
    made.assert_status(0);
    assert_eq!(made.stdout, ALL, "{made}");
    assert_eq!(
        made.stderr,
        "hint: copy the example, and put your database's URL in it: cp .env.example .env\n\
         hint: then create the tables: make migrate-up\n\
         hint: for a whole schema in place of the example, remove it, and see: dbm templates\n"
    );
    // As the hints say.
    let example = read(&place, ".env.example");
    let (_, url) = example.split_once("\nDATABASE_URL=").expect("a line for the URL");
    place.write(".env", example.replace(url.trim(), &db.url()));
    let up = make(&place, &bin, &["migrate-up"]).output();
    up.assert_status(0).assert_line("1/u create_users (", "");
    db.execute("INSERT INTO users (email) VALUES ('ann@example.org')");
    let status = make(&place, &bin, &["-s", "migrate-status"]).output();
    status.assert_status(0);
    assert!(status.stdout.contains("create_users") && status.stdout.contains("up to date"));
    let new = make(&place, &bin, &["-s", "migrate-new", "NAME='add orders'"]).output();
    new.assert_status(0);
    assert!(new.stdout.starts_with("migrations/002_add_orders.up.sql\n"), "{new}");
    make(&place, &bin, &["migrate-down"]).output().assert_status(0);
    assert_eq!(db.row(), None);
    let verify = Run::dbm().cwd(place.path()).args(["-path", "migrations", "verify", "-offline"]);
    let found = verify.args(["-allow", "empty"]).output();
    assert_eq!(found.status, Some(0), "{found}");
    let listed = make(&place, &bin, &["-s", "migrate-new"]).output();
    listed.assert_status(2).assert_says("please specify name");
}

/// All is there already, and is as it was.
#[test]
fn a_second_time() {
    let place = Folder::new();
    assert_eq!(init(&place, &[]).stdout, ALL);
    place.write("Makefile", format!("# mine\n{}", read(&place, "Makefile")));
    place.write(".env.example", "MINE=1\n");
    let again = init(&place, &[]);
    again.assert_status(0);
    assert_eq!(again.stdout, "", "{again}");
    assert_eq!(
        again.stderr,
        "  Makefile is there: kept\n  .env.example is there: kept\n  \
         migrations has files already: no example was written\n"
    );
    assert!(read(&place, "Makefile").starts_with("# mine\n"));
    assert_eq!(read(&place, ".env.example"), "MINE=1\n");
    assert_eq!(place.names(), [".env.example", "Makefile", "migrations"]);
    // What is missing is written.
    fs::remove_file(place.join(".env.example")).expect("remove a file");
    assert_eq!(init(&place, &[]).stdout, ".env.example\n");
}

#[test]
fn beside_a_makefile() {
    for name in ["Makefile", "GNUmakefile", "makefile"] {
        let (db, place, bin) = (Database::new(), Folder::new(), with_dbm());
        place.write(name, "all:\n\t@echo all of it");
        let made = init(&place, &[]);
        made.assert_status(0);
        assert_eq!(made.stdout, ALL.replace("Makefile", "dbm.mk"), "{made}");
        let hint = made.stderr.lines().find_map(|line| line.split_once(&format!("to {name}: ")));
        let (_, command) = hint.unwrap_or_else(|| panic!("{made}"));
        let pasted = Run::program("sh").args(["-c", command]).cwd(place.path()).output();
        pasted.assert_status(0);
        // What stood first is still what make does alone.
        assert_eq!(make(&place, &bin, &[]).output().stdout, "all of it\n");
        let run = make(&place, &bin, &["migrate-up"]).env("DATABASE_URL", db.url()).output();
        run.assert_status(0);
        assert_eq!(db.row(), Some((1, false)));
        let again = init(&place, &[]);
        again.assert_status(0).assert_silent_about("printf").assert_line("  dbm.mk is there", "");
    }
    // A team's own targets stay alone.
    let place = Folder::new().file("Makefile", "migrate-up:\n\tmigrate -path m up\n");
    let made = init(&place, &[]);
    made.assert_status(0).assert_line("  Makefile is there: kept", "");
    assert!(!place.join("dbm.mk").exists(), "{made}");
}

#[test]
fn migrations_that_are_there() {
    for name in ["20240101000000_a.up.sql", "001_create_users.sql"] {
        let place = Folder::new().file(&format!("migrations/{name}"), "SELECT 1");
        let made = init(&place, &[]);
        made.assert_status(0).assert_line("  migrations has files already", "");
        assert_eq!(made.stdout, "Makefile\n.env.example\n", "{made}");
        assert_eq!(Folder::names_in(&place.join("migrations")), [name]);
    }
    let place = Folder::new().file("1_a.up.sql", "SELECT 1");
    let refused = init(&place, &[]);
    refused.assert_status(1).assert_line("hint: ", "has migrations itself");
    assert_eq!(place.names(), ["1_a.up.sql"]);
}

/// The files name the folder and the variable that dbm was called with, or that `.env` has.
#[test]
fn another_folder_and_another_variable() {
    let (db, bin) = (Database::new(), with_dbm());
    for (args, env, shown) in [
        (&["-path", "db/it's", "-database-env", "NEON_DB_URL"][..], "", "db/it's/001_create_users"),
        (&["-path", "db/it's"], "NEON_DB_URL=<url>\n", "db/it's/001_create_users"),
        (&[], "DBM_PATH=sql\nNEON_DB_URL='<url>'\r\n", "sql/001_create_users"),
    ] {
        db.clear();
        let place = Folder::new();
        if !env.is_empty() {
            place.write(".env", env.replace("<url>", &db.url()));
        }
        let made = init(&place, args);
        made.assert_status(0);
        assert!(made.raw.contains(" -database-env NEON_DB_URL up\n"), "{}", made.raw);
        assert!(made.stdout.contains(shown), "{made}");
        assert!(read(&place, ".env.example").contains("\nNEON_DB_URL=postgres://"), "{made}");
        let run = make(&place, &bin, &["migrate-up"]).env("NEON_DB_URL", db.url()).output();
        run.assert_status(0);
        assert_eq!(db.row(), Some((1, false)), "{run}");
        let copies = made.stderr.contains("cp .env.example");
        assert_eq!(copies, env.is_empty(), "a .env that is there is not overwritten: {made}");
        let goes_on = made.stderr.contains("hint: then create the tables: ");
        assert_eq!(goes_on, env.is_empty(), "nothing comes before it: {made}");
    }
}

/// `.env` holds a password.
#[test]
fn what_git_ignores() {
    for (ignored, told) in [(None, true), (Some("/target"), true), (Some("*.log\n.env\n"), false)] {
        let place = Folder::new().file(".git/HEAD", "ref: refs/heads/main\n");
        if let Some(text) = ignored {
            place.write(".gitignore", text);
        }
        let made = init(&place, &[]);
        let command = made.stderr.lines().find_map(|line| line.split_once("a password: "));
        assert_eq!(command.is_some(), told, "{made}");
        if let Some((_, command)) = command {
            let pasted = Run::program("sh").args(["-c", command]).cwd(place.path()).output();
            pasted.assert_status(0);
            let before = ignored.map(|text| format!("{text}\n")).unwrap_or_default();
            assert_eq!(read(&place, ".gitignore"), format!("{before}.env\n"));
        }
    }
}

#[test]
fn what_cannot_be_written() {
    let place = Folder::new().file("migrations", "a file");
    let refused = init(&place, &[]);
    refused.assert_status(1).assert_line("error: ", "not a directory");
    let place = Folder::new().file("m/x", "");
    // Not even root may write there.
    let refused = Run::dbm().cwd(Path::new("/proc")).arg("init").output();
    refused.assert_status(1).assert_line("error: open Makefile: ", "");
    let refused = init(&place, &["-path", ""]);
    refused.assert_status(1).assert_says("-path was given, but is empty");
    let refused = init(&place, &["-database-env", ""]);
    refused.assert_status(1).assert_says("-database-env names no variable");
    let refused = Run::dbm().cwd(place.path()).args(["init", "now"]).output();
    refused.assert_status(1).assert_says("too many arguments");
    assert_eq!(place.names(), ["m"]);
    // Nobody writes into it, and nothing waits for that.
    let place = Folder::new();
    Run::program("mkfifo").arg("Makefile").cwd(place.path()).check();
    init(&place, &[]).assert_status(1).assert_line("error: open Makefile: ", "");
}
