//! `.env`: which one, what it may say, and lines in it that cannot be read.

use std::fs;

use crate::support::{Database, Folder, Output, Run};

const ONE: &str = "1/u a (TIME)\n";

/// A repository with migrations in `db/m`, and a folder `a/b`.
fn repository() -> Folder {
    Folder::new()
        .file("db/m/1_a.up.sql", "CREATE TABLE a (id int)")
        .file("a/b/file", "")
        .file(".git/HEAD", "ref: refs/heads/main\n")
}

fn up_in(place: &Folder, folder: &str) -> Output {
    Run::dbm().cwd(&place.join(folder)).arg("up").output()
}

#[test]
fn it_names_the_folder_too() {
    let db = Database::new();
    let place = repository();
    place.write(".env", format!("DATABASE_URL={}\nDBM_PATH=db/m\n", db.url()));
    for folder in [".", "a", "a/b", "db/m"] {
        db.clear();
        let output = up_in(&place, folder);
        output.assert_status(0);
        assert_eq!(output.masked(), ONE, "{folder}: {output}");
    }
    // What is said nearer by counts more.
    db.clear();
    fs::create_dir(place.join("other")).expect("make a folder");
    place.write("other/1_o.up.sql", "CREATE TABLE o (id int)");
    let dbm = || Run::dbm().cwd(&place.join("a"));
    dbm().args(["-path", "../other", "up"]).stderr("1/u o (TIME)\n").check();
    db.clear();
    dbm().env("DBM_PATH", "../other").arg("up").stderr("1/u o (TIME)\n").check();
    place.write(".env", format!("DATABASE_URL={}\nDBM_PATH=\n", db.url()));
    let output = up_in(&place, "a");
    output.assert_status(1).assert_line("hint: DBM_PATH is set in ../.env, but empty", "");
}

/// The nearest one counts; what is above the repository, or above a folder of none, is somebody
/// else's.
#[test]
fn the_nearest_of_the_repository() {
    let (near, far) = (Database::new(), Database::new());
    let place =
        Folder::new().file("m/1_a.up.sql", "CREATE TABLE a (id int)").file("repo/a/b/x", "");
    let say = |file: &str, db: &Database| {
        let path = place.join("m");
        place.write(file, format!("DATABASE_URL={}\nDBM_PATH={}\n", db.url(), path.display()));
    };
    say(".env", &far);
    let unset = |folder: &str| {
        up_in(&place, folder).assert_status(1).assert_says("URL cannot be empty");
    };
    unset("repo/a");
    // A worktree and a submodule have a file of that name.
    place.write("repo/.git", "gitdir: elsewhere\n");
    unset("repo/a");
    say("repo/.env", &far);
    say("repo/a/.env", &near);
    up_in(&place, "repo/a/b").assert_status(0);
    assert_eq!((near.row(), far.row()), (Some((1, false)), None));
    // A Python environment has the name, too.
    fs::remove_file(place.join("repo/a/.env")).expect("remove a file");
    fs::create_dir(place.join("repo/a/.env")).expect("make a folder");
    up_in(&place, "repo/a/b").assert_status(0);
    assert_eq!(far.row(), Some((1, false)));
}

/// The number of the line, and not what stands there: it may be a password.
#[test]
fn a_line_that_cannot_be_read() {
    let (db, place) = (Database::new(), repository());
    let text = format!(
        "DATABASE_URL: postgres://app:s3cr3t@h/d\nDATABASE_URL={}\nDBM_PATH=db/m\n",
        db.url()
    );
    place.write(".env", &text);
    let warning = ".env: line 1 is ignored: it is not NAME=VALUE\n";
    Run::dbm()
        .cwd(place.path())
        .arg("up")
        .stderr(&format!("warning: {warning}{ONE}"))
        .check()
        .assert_silent_about("s3cr3t");
    let status = Run::dbm().cwd(&place.join("a")).arg("version").output();
    assert_eq!(status.stderr, format!("warning: ../{warning}1\n"), "once");
    place.write(".env", "DATABASE_URL: postgres://h/d\n\n# c\nexport A=1\nB\nK=\"1\n2\"\n?\n");
    Run::dbm()
        .cwd(place.path())
        .arg("version")
        .status(1)
        .stderr(
            "warning: .env: lines 1, 5 and 8 are ignored: they are not NAME=VALUE\n\
             error: failed to parse scheme from database URL: URL cannot be empty\n\
             hint: give -database URL, or set DATABASE_URL in the environment or in .env\n",
        )
        .check();
}
