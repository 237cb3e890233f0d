//! Folders of plain files (`001_create_users.sql`) that another program ran, and `.env` files whose
//! variable has another name.

use crate::support::{Database, Folder, Run};

const NO_URL: &str = "error: failed to parse scheme from database URL: URL cannot be empty\n";

fn plain() -> Folder {
    Folder::new()
        .file("my m/001_create_users.sql", "CREATE TABLE users (id int)")
        .file("my m/002_create_sessions.sql", "CREATE TABLE sessions (id int)")
        .file("my m/README.md", "about")
}

/// The hint's loop, pasted, makes them run.
#[test]
fn what_they_are_to_be_called() {
    let (db, place) = (Database::new(), plain());
    let dbm = || Run::dbm().cwd(place.path()).db(&db).args(["-path", "my m"]);
    let status = dbm().arg("status").output();
    status.assert_status(0).assert_line("hint: if these files are to run, ", "for f in ");
    assert!(status.stdout.starts_with("at no version: the folder has no migrations\n"), "{status}");
    let up = dbm().arg("up").output();
    up.assert_status(1).assert_line("error: first .: file does not exist", "");
    let hint = up.stderr.lines().find_map(|line| line.split_once("names of up files: "));
    let (_, command) = hint.unwrap_or_else(|| panic!("{up}"));
    let pasted = Run::program("sh").args(["-c", command]).cwd(place.path()).output();
    pasted.assert_status(0);
    dbm().arg("up").stderr("1/u create_users (TIME)\n2/u create_sessions (TIME)\n").check();
    let found = dbm().arg("verify").output();
    assert!(found.stdout.contains("version 1 has no down file"), "{found}");
    assert!(place.join("my m/README.md").exists());
}

/// Where a loop would do harm, each is told by itself.
#[test]
fn what_a_loop_cannot_rename() {
    let db = Database::new();
    for other in ["002_create_users_down.sql", "2_x.up", "V2__x.sql", "001.sql"] {
        let place = plain().file(&format!("my m/{other}"), "SELECT 1");
        let run = Run::dbm().cwd(place.path()).db(&db).args(["-path", "my m", "up"]);
        let up = run.output();
        up.assert_status(1).assert_silent_about("for f in");
        up.assert_line("hint: what each of them should be called: ", "dbm verify -offline");
    }
    // Among migrations it is a stray file, and a warning is enough.
    let place = plain().file("my m/003_x.up.sql", "SELECT 1");
    let run = Run::dbm().cwd(place.path()).db(&db).args(["-path", "my m", "up"]);
    run.output().assert_status(0).assert_silent_about("hint:");
}

#[test]
fn a_variable_of_another_name() {
    let (db, place) = (Database::new(), Folder::tables(&["a"]));
    for (text, name) in [
        ("NEON_DB_URL='<url>'\r\n", "NEON_DB_URL"),
        ("# Neon\nexport NEON_DATABASE_URL=<url>\nREDIS_URL=redis://h\n", "NEON_DATABASE_URL"),
        ("SECRET=x\nPOSTGRES_URL=\"<url>\"\nPOSTGRES_URL_2=<url>\n", "POSTGRES_URL"),
    ] {
        db.clear();
        place.write(".env", text.replace("<url>", &db.url()));
        let dbm = || Run::dbm().cwd(place.path()).args(["-path", "."]);
        let output = dbm().arg("up").status(1).stderr(NO_URL).check_essence();
        output.assert_line("hint: DATABASE_URL is not set; a PostgreSQL URL is in ", name);
        assert!(output.raw.contains(&format!(" -database-env {name} up\n")), "{}", output.raw);
        output.assert_silent_about(&db.url());
        let (_, command) = output.raw.rsplit_once(": ").expect("a command");
        let pasted = Run::program("sh").args(["-c", command.trim()]).cwd(place.path()).output();
        pasted.assert_status(0);
        assert_eq!(db.row(), Some((1, false)));
    }
    // It says nothing where somebody named a variable, or the usual one is set and empty.
    let named = Run::dbm().cwd(place.path()).args(["-path", ".", "-database-env", "NEON", "up"]);
    named.output().assert_status(1).assert_silent_about("POSTGRES_URL");
    let empty = Run::dbm().cwd(place.path()).args(["-path", ".", "up"]).env("DATABASE_URL", "");
    empty.output().assert_status(1).assert_silent_about("POSTGRES_URL");
    // In the environment, too.
    let other = Folder::tables(&["a"]);
    let run = Run::dbm().cwd(other.path()).args(["-path", ".", "status"]);
    let output = run.env("NEON_DB_URL", db.url()).env("CACHE_URL", "redis://h").output();
    output.assert_status(1);
    assert!(output.raw.contains(" -path . -database-env NEON_DB_URL status\n"), "{}", output.raw);
}
