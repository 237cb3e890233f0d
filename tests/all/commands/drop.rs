//! `drop` takes what golang-migrate's takes, and says what it leaves; `--all-objects` takes it all.

use crate::support::{Database, Folder, Run};

/// A schema with something of every kind.
const EVERYTHING: &str = "
    CREATE TYPE mood AS ENUM ('good', 'bad');
    CREATE DOMAIN age AS int CHECK (VALUE > 0);
    CREATE TYPE pair AS (a int, b int);
    CREATE SEQUENCE counter;
    CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION one(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE PROCEDURE act() LANGUAGE sql AS 'SELECT 1';
    CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int);
    CREATE TABLE people (id bigserial PRIMARY KEY, feeling mood, years age);
    CREATE TABLE friends (a bigint REFERENCES people, b bigint REFERENCES people);
    CREATE TABLE calls (at timestamptz) PARTITION BY RANGE (at);
    CREATE TABLE calls_rest PARTITION OF calls DEFAULT;
    CREATE VIEW constant AS SELECT 1 AS one;
    CREATE MATERIALIZED VIEW frozen AS SELECT 2 AS two;
    CREATE TABLE \"Odd \"\"name\"\"\" (id int);
";

fn folder() -> Folder {
    Folder::new().pair("1_everything", EVERYTHING, "SELECT 1")
}

fn up(db: &Database, folder: &Folder) {
    Run::dbm().db(db).path(folder).arg("up").stderr("1/u everything (TIME)\n").check_essence();
}

#[test]
fn it_says_what_it_leaves() {
    let db = Database::new();
    let folder = Folder::new().pair(
        "1_some",
        "CREATE TYPE mood AS ENUM ('good', 'bad');
         CREATE SEQUENCE counter;
         CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
         CREATE VIEW constant AS SELECT 1 AS one;
         CREATE TABLE people (id bigserial PRIMARY KEY, feeling mood);
         CREATE VIEW of_people AS SELECT id FROM people;",
        "SELECT 1",
    );
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    let output = Run::dbm().db(&db).path(&folder).args(["drop", "-f"]).check_essence();
    assert_eq!(db.number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 0);
    for left in ["mood", "counter", "one", "constant"] {
        output.assert_line("hint: ", left);
    }
    // What belongs to a table goes with it.
    output.assert_says("all-objects");
    let hints = output.stderr.lines().filter(|line| line.starts_with("hint: "));
    assert!(!hints.collect::<String>().contains("people"), "{output}");
    // And indeed, `up` fails after it.
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(1);
}

/// Of very many it names some, in a line that can be read.
#[test]
fn it_says_so_in_few_words() {
    let (db, folder) = (Database::new(), folder());
    up(&db, &folder);
    let types: String = (0..500).map(|n| format!("CREATE DOMAIN d{n} AS int; ")).collect();
    db.execute(&types);
    let output = Run::dbm().db(&db).path(&folder).args(["drop", "-f"]).check_essence();
    output.assert_line("hint: ", "all-objects");
    assert!(output.stderr.len() < 2000, "{output}");
}

#[test]
fn nothing_to_say_where_nothing_is_left() {
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    let output = Run::dbm().db(&db).path(&folder).args(["drop", "-f"]).check_essence();
    output.assert_silent_about("hint: ");
    assert!(db.tables().is_empty());
    assert_eq!(db.number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 0);
}

#[test]
fn all_objects() {
    for flag in ["--all-objects", "-all-objects"] {
        let (db, folder) = (Database::new(), folder());
        let empty = db.dump();
        up(&db, &folder);
        Run::dbm().db(&db).path(&folder).args(["drop", "-f", flag]).check_essence();
        assert_eq!(db.dump(), empty);
        assert_eq!(db.number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 0);
        up(&db, &folder);
    }
}

/// It asks like `drop`, and only a yes is a yes.
#[test]
fn all_objects_asks() {
    let (db, folder) = (Database::new(), folder());
    up(&db, &folder);
    let before = db.dump();
    Run::dbm()
        .db(&db)
        .path(&folder)
        .args(["drop", "--all-objects"])
        .stdin("n\n")
        .status(1)
        .stderr(
            "Are you sure you want to drop the entire database schema? [y/N]\n\
             Aborted dropping the entire database schema\n",
        )
        .check_essence();
    assert_eq!(db.dump(), before);
    Run::dbm()
        .db(&db)
        .path(&folder)
        .args(["drop", "--all-objects"])
        .stdin("y\n")
        .stderr(
            "Are you sure you want to drop the entire database schema? [y/N]\n\
             Dropping the entire database schema\n",
        )
        .check_essence();
    up(&db, &folder);
}

/// Other schemas, and what belongs to an extension, are none of its business.
#[test]
fn only_the_current_schema() {
    let (db, folder) = (Database::new(), folder());
    db.execute(
        "CREATE SCHEMA other; CREATE TABLE other.kept (id int); CREATE TYPE other.kept_too AS ENUM ('a');
         CREATE FUNCTION other.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    );
    let before = db.dump();
    up(&db, &folder);
    Run::dbm().db(&db).path(&folder).args(["drop", "-f", "--all-objects"]).check_essence();
    assert_eq!(db.dump(), before);
}

/// Tables that other tables, views and functions hang on to.
#[test]
fn what_hangs_together() {
    let db = Database::new();
    let folder = Folder::new().pair(
        "1_knot",
        "CREATE TABLE a (id int PRIMARY KEY);
         CREATE TABLE b (a int REFERENCES a, id int PRIMARY KEY);
         ALTER TABLE a ADD COLUMN b int REFERENCES b;
         CREATE VIEW v AS SELECT a.id FROM a JOIN b ON b.a = a.id;
         CREATE FUNCTION f(a) RETURNS int LANGUAGE sql AS 'SELECT $1.id';
         CREATE TABLE child () INHERITS (a);",
        "SELECT 1",
    );
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    Run::dbm().db(&db).path(&folder).args(["drop", "-f"]).check_essence();
    assert!(db.tables().is_empty());
}

/// On a dirty row as well: `drop` is how people start over.
#[test]
fn on_a_dirty_row() {
    let (db, folder) = (Database::new(), Folder::four());
    db.set_row(3, true);
    Run::dbm().db(&db).path(&folder).args(["drop", "-f"]).check_essence();
    assert!(db.tables().is_empty());
}
