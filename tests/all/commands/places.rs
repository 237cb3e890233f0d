//! Where the database and the folder come from, and what beats what. An explicitly empty flag is an
//! error: it must never reach some other database.

use crate::support::{Database, Folder, Output, Run};

const ONE: &str = "1/u a (TIME)\n";
const NO_DATABASE: &str = "error: failed to parse scheme from database URL: URL cannot be empty\n";
const NO_SOURCE: &str = "error: failed to parse scheme from source URL: URL cannot be empty\n";

/// A working folder with `migrations/1_a`, and other folders to be told apart by their table.
fn place() -> Folder {
    let mut folder = Folder::new();
    for (name, table) in [("migrations", "a"), ("elsewhere", "e"), ("third", "t")] {
        folder = folder
            .file(&format!("{name}/1_{table}.up.sql"), format!("CREATE TABLE {table} (id int)"));
    }
    folder
}

fn dbm(place: &Folder) -> Run {
    Run::dbm().cwd(place.path())
}

/// The database that was reached: its table is there, and in no other.
#[track_caller]
fn assert_reached(reached: &Database, others: &[&Database]) {
    assert_eq!(reached.row(), Some((1, false)), "not reached");
    for other in others {
        assert!(other.tables().is_empty(), "another database was reached");
    }
}

#[test]
fn the_environment() {
    let (db, place) = (Database::new(), place());
    dbm(&place).env("DATABASE_URL", db.url()).arg("up").stderr(ONE).check();
    assert_reached(&db, &[]);
}

#[test]
fn the_dot_env_file() {
    for form in [
        "DATABASE_URL=<url>\n",
        "DATABASE_URL=\"<url>\"\n",
        "DATABASE_URL='<url>'",
        "# the database\nexport DATABASE_URL=<url>\nOTHER=1\n",
        "OTHER=${NOT_SET}\r\nDATABASE_URL=<url>\r\n",
        "a line that is none\nDATABASE_URL=<url>\n",
    ] {
        let (db, place) = (Database::new(), place());
        place.write(".env", form.replace("<url>", &db.url()));
        dbm(&place).arg("up").stderr(ONE).check_essence();
        assert_reached(&db, &[]);
    }
}

#[test]
fn the_flag_beats_the_environment_and_that_beats_the_file() {
    let (flag, environment, file) = (Database::new(), Database::new(), Database::new());
    let place = place().file(".env", format!("DATABASE_URL={}\n", file.url()));
    dbm(&place).env("DATABASE_URL", environment.url()).db(&flag).arg("up").stderr(ONE).check();
    assert_reached(&flag, &[&environment, &file]);
    dbm(&place).env("DATABASE_URL", environment.url()).arg("up").stderr(ONE).check();
    assert_reached(&environment, &[&file]);
    dbm(&place).arg("up").stderr(ONE).check();
    assert_reached(&file, &[]);
}

#[test]
fn another_variable() {
    let (neon, usual) = (Database::new(), Database::new());
    let place = place();
    for flag in [&["--database-env", "NEON_DB_URL"][..], &["-database-env=NEON_DB_URL"]] {
        neon.clear();
        dbm(&place)
            .env("DATABASE_URL", usual.url())
            .env("NEON_DB_URL", neon.url())
            .args(flag.iter().copied())
            .arg("up")
            .stderr(ONE)
            .check();
        assert_reached(&neon, &[&usual]);
    }
    // From the file as well; and the flag that gives the URL itself still comes first.
    neon.clear();
    place.write(".env", format!("NEON_DB_URL={}\n", neon.url()));
    dbm(&place)
        .env("DATABASE_URL", usual.url())
        .args(["--database-env", "NEON_DB_URL", "up"])
        .stderr(ONE)
        .check();
    assert_reached(&neon, &[&usual]);
    neon.clear();
    dbm(&place)
        .env("NEON_DB_URL", neon.url())
        .args(["--database-env", "NEON_DB_URL"])
        .db(&usual)
        .arg("up")
        .stderr(ONE)
        .check();
    assert_reached(&usual, &[&neon]);
}

/// A named variable that is not set is an error, and no reason to look at another.
#[test]
fn another_variable_that_is_not_set() {
    let (usual, place) = (Database::new(), place());
    let output = dbm(&place)
        .env("DATABASE_URL", usual.url())
        .args(["--database-env", "NEON_DB_URL", "up"])
        .status(1)
        .stderr(NO_DATABASE)
        .check_essence();
    output.assert_line("hint: ", "NEON_DB_URL");
    assert!(usual.tables().is_empty());
}

#[test]
fn an_empty_flag_is_an_error() {
    let (db, place) = (Database::new(), place());
    place.write(".env", format!("DATABASE_URL={}\n", db.url()));
    for flag in [&["-database", ""][..], &["-database="], &["--database="]] {
        for command in [&["up"][..], &["drop", "-f"], &["version"], &["force", "1"]] {
            dbm(&place)
                .env("DATABASE_URL", db.url())
                .args(flag.iter().copied())
                .args(command.iter().copied())
                .status(1)
                .stderr(NO_DATABASE)
                .check_essence();
        }
    }
    // Behind the command as well, and after a good one: the last one wins.
    dbm(&place).db(&db).args(["up", "-database="]).status(1).stderr(NO_DATABASE).check_essence();
    dbm(&place)
        .env("DATABASE_URL", db.url())
        .env("DBM_PATH", "elsewhere")
        .args(["-path", "", "up"])
        .status(1)
        .stderr(NO_SOURCE)
        .check_essence();
    dbm(&place)
        .env("DATABASE_URL", db.url())
        .args(["-source=", "up"])
        .status(1)
        .stderr(NO_SOURCE)
        .check_essence();
    assert!(db.tables().is_empty());
}

/// A variable that is there and empty is a mistake too, and not a reason to look further.
#[test]
fn an_empty_variable_is_an_error() {
    let (db, place) = (Database::new(), place());
    place.write(".env", format!("DATABASE_URL={}\n", db.url()));
    dbm(&place).env("DATABASE_URL", "").arg("up").status(1).stderr(NO_DATABASE).check_essence();
    dbm(&place).db(&db).env("DBM_PATH", "").arg("up").status(1).stderr(NO_SOURCE).check_essence();
    assert!(db.tables().is_empty());
}

#[test]
fn nothing_said_of_the_database() {
    let output = dbm(&place()).arg("up").status(1).stderr(NO_DATABASE).check_essence();
    output.assert_line("hint: ", "DATABASE_URL");
}

#[test]
fn the_folder() {
    let (db, place) = (Database::new(), place());
    let run = |arrange: &dyn Fn(Run) -> Run| -> Output {
        db.clear();
        arrange(dbm(&place).db(&db)).arg("up").output()
    };
    let cases: [(&dyn Fn(Run) -> Run, &str); 6] = [
        (&|run| run, "1/u a (TIME)\n"),
        (&|run| run.env("DBM_PATH", "elsewhere"), "1/u e (TIME)\n"),
        (&|run| run.env("DBM_PATH", "elsewhere").args(["-path", "third"]), "1/u t (TIME)\n"),
        (
            &|run| run.env("DBM_PATH", "elsewhere").args(["-source", "file://third"]),
            "1/u t (TIME)\n",
        ),
        (&|run| run.args(["-path", "third"]), "1/u t (TIME)\n"),
        (&|run| run.args(["-path", "elsewhere", "-source", "file://third"]), "1/u t (TIME)\n"),
    ];
    for (arrange, expected) in cases {
        let output = run(arrange);
        output.assert_status(0);
        assert_eq!(output.masked(), expected, "{output}");
    }
}

#[test]
fn no_folder_at_all() {
    let (db, empty) = (Database::new(), Folder::new());
    dbm(&empty)
        .db(&db)
        .arg("up")
        .status(1)
        .stderr("error: failed to open source, \"file://migrations\": open .: no such file or directory\n")
        .check_essence();
}

#[test]
fn the_help_says_all_this() {
    let output = Run::dbm().arg("--help").output();
    output.assert_status(0);
    for word in [
        "DATABASE_URL",
        ".env",
        "database-env",
        "DBM_PATH",
        "migrations",
        "-path",
        "-source",
        "-database",
        "-lock-timeout",
        "-prefetch",
        "-verbose",
        "all-objects",
        "create",
        "drop",
        "force",
        "goto",
        "version",
        "up",
        "down",
    ] {
        output.assert_says(word);
    }
}
