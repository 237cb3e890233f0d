//! Every kind of failure in every kind of atomic file: schema, data and row are as before, and the
//! mended file runs with no `force`.

use crate::support::{Database, Folder, Output, Run};

/// What goes wrong, and what the server says to it.
struct Failure {
    name: &'static str,
    sql: &'static str,
    message: &'static str,
    parameters: &'static str,
}

const FAILURES: &[Failure] = &[
    Failure {
        name: "syntax error",
        sql: "SELEC 1;",
        message: "syntax error at or near \"SELEC\" (column 1) in line ",
        parameters: "",
    },
    Failure {
        name: "missing table",
        sql: "SELECT * FROM nowhere;",
        message: "relation \"nowhere\" does not exist (column 15) in line ",
        parameters: "",
    },
    Failure {
        name: "constraint violation",
        sql: "INSERT INTO parent VALUES (1);",
        message: "duplicate key value violates unique constraint \"parent_pkey\", \
                  Key (id)=(1) already exists. in line ",
        parameters: "",
    },
    Failure {
        name: "deferred constraint at commit",
        sql: "INSERT INTO child VALUES (99);",
        message: "insert or update on table \"child\" violates foreign key constraint \
                  \"child_parent_fkey\", Key (parent)=(99) is not present in table \"parent\". in line ",
        parameters: "",
    },
    Failure {
        name: "x-statement-timeout",
        sql: "SELECT pg_sleep(600);",
        message: "canceling statement due to ",
        parameters: "x-statement-timeout=200",
    },
    Failure {
        name: "statement_timeout of the session",
        sql: "SELECT pg_sleep(600);",
        message: "canceling statement due to statement timeout",
        parameters: "statement_timeout=200",
    },
    Failure {
        name: "RAISE",
        sql: "DO $$ BEGIN RAISE EXCEPTION 'not like this'; END $$;",
        message: "not like this in line ",
        parameters: "",
    },
    Failure {
        name: "division by zero",
        sql: "SELECT 1/0;",
        message: "division by zero in line ",
        parameters: "",
    },
];

/// How the statements are held together.
const SHAPES: &[(&str, &str, &str)] = &[
    ("plain", "", ""),
    ("wrapped", "BEGIN;\n", "COMMIT;\n"),
    (
        "wrapped in other words",
        "-- first a word\nSTART TRANSACTION ISOLATION LEVEL SERIALIZABLE;\n",
        "END TRANSACTION; -- done\n",
    ),
    ("wrapped, without a last semicolon", "begin work;\n", "commit work"),
];

/// At version 1, with something to violate.
fn folder() -> Folder {
    Folder::new().pair(
        "1_base",
        "CREATE TABLE parent (id int PRIMARY KEY);
         CREATE TABLE child (parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
         INSERT INTO parent VALUES (1);",
        "DROP TABLE child, parent;",
    )
}

/// Statements that work, with the failing one among them: something before it to roll back,
/// something after it that must not run.
fn text(shape: &(&str, &str, &str), failing: &str) -> String {
    let (_, begin, commit) = shape;
    format!(
        "{begin}CREATE TABLE made (id int);\n\
         INSERT INTO parent VALUES (2);\n\
         ALTER TABLE child ADD COLUMN note text;\n\
         {failing}\n\
         CREATE TABLE made_after (id int);\n{commit}"
    )
}

/// The whole table of failures for one shape, up and down.
fn each(shape: &(&str, &str, &str)) {
    let db = Database::new();
    for failure in FAILURES {
        let name = format!("{}, {}", failure.name, shape.0);
        db.clear();
        up(&db, shape, failure, &name);
        db.clear();
        down(&db, shape, failure, &name);
        db.clear();
        on_a_fresh_database(&db, shape, failure, &name);
    }
}

fn up(db: &Database, shape: &(&str, &str, &str), failure: &Failure, name: &str) {
    let folder = folder();
    Run::dbm().db(db).path(&folder).arg("up").output().assert_status(0);
    let before = db.dump();

    folder.write("2_next.up.sql", text(shape, failure.sql));
    let output = run(db, failure, &folder, &["up"]);
    assert_failed(&output, failure, "2_next.up.sql", name);
    assert_eq!(db.row(), Some((1, false)), "{name}\n{output}");
    assert_eq!(db.dump(), before, "{name}\n{output}");

    folder.write("2_next.up.sql", text(shape, "SELECT 1;"));
    run(db, failure, &folder, &["up"]).assert_status(0).assert_essence("2/u next (TIME)\n");
    assert_eq!(db.row(), Some((2, false)), "{name}");
    assert_eq!(
        db.tables(),
        [
            "public.child",
            "public.made",
            "public.made_after",
            "public.parent",
            "public.schema_migrations"
        ],
        "{name}"
    );
}

fn down(db: &Database, shape: &(&str, &str, &str), failure: &Failure, name: &str) {
    let folder = folder().pair("2_next", "SELECT 1", &text(shape, failure.sql));
    Run::dbm().db(db).path(&folder).arg("up").output().assert_status(0);
    let before = db.dump();

    let output = run(db, failure, &folder, &["down", "1"]);
    assert_failed(&output, failure, "2_next.down.sql", name);
    assert_eq!(db.row(), Some((2, false)), "{name}\n{output}");
    assert_eq!(db.dump(), before, "{name}\n{output}");

    folder.write("2_next.down.sql", text(shape, "SELECT 1;"));
    run(db, failure, &folder, &["down", "1"]).assert_status(0).assert_essence("2/d next (TIME)\n");
    assert_eq!(db.row(), Some((1, false)), "{name}");
}

/// The very first file fails: the database is as empty as it was, but for the version table.
fn on_a_fresh_database(db: &Database, shape: &(&str, &str, &str), failure: &Failure, name: &str) {
    db.execute(
        "CREATE TABLE parent (id int PRIMARY KEY);
         CREATE TABLE child (parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
         INSERT INTO parent VALUES (1);",
    );
    let before = db.dump();
    let folder = Folder::new().file("1_first.up.sql", text(shape, failure.sql));
    let output = run(db, failure, &folder, &["up"]);
    assert_failed(&output, failure, "1_first.up.sql", name);
    assert_eq!(db.row(), None, "{name}\n{output}");
    assert_eq!(db.dump(), before, "{name}\n{output}");
}

fn run(db: &Database, failure: &Failure, folder: &Folder, command: &[&str]) -> Output {
    let url = match failure.parameters {
        "" => db.url(),
        parameters => db.url_with(parameters),
    };
    Run::dbm().url(url).path(folder).args(command.iter().copied()).output()
}

#[track_caller]
fn assert_failed(output: &Output, failure: &Failure, file: &str, name: &str) {
    let start = format!("error: migration failed: {}", failure.message);
    assert!(output.first_line().starts_with(&start), "{name}: expected {start:?}\n{output}");
    output.assert_status(1).assert_says(file);
    assert_eq!(output.stdout, "", "{name}");
    assert_eq!(
        output.essence().lines().count(),
        1,
        "one line, and all else is dbm's own: {name}\n{output}"
    );
    assert!(
        !output.stderr.contains("CREATE TABLE made (id int)"),
        "an excerpt, not the whole file: {name}\n{output}"
    );
}

#[test]
fn in_a_plain_file() {
    each(&SHAPES[0]);
}

#[test]
fn in_a_wrapped_file() {
    each(&SHAPES[1]);
}

#[test]
fn in_a_file_that_is_wrapped_in_other_words() {
    each(&SHAPES[2]);
}

#[test]
fn in_a_wrapped_file_without_a_last_semicolon() {
    each(&SHAPES[3]);
}

/// Files before the failing one are done and stay; those after it are not begun.
#[test]
fn a_failure_among_other_files() {
    let db = Database::new();
    let folder = Folder::tables(&["a", "b"])
        .file("3_c.up.sql", "CREATE TABLE c (id int); SELEC;")
        .file("4_d.up.sql", "CREATE TABLE d (id int);");
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output.assert_status(1);
    let essence = output.essence();
    assert!(
        essence.starts_with(
            "1/u a (TIME)\n2/u b (TIME)\nerror: migration failed: syntax error at or near \"SELEC\""
        ),
        "{output}"
    );
    assert_eq!(db.row(), Some((2, false)));
    assert_eq!(db.tables(), ["public.a", "public.b", "public.schema_migrations"]);
}

/// What fails at the commit is no fault of the last statement, which is not to be shown as if.
#[test]
fn a_failure_at_the_commit_blames_no_statement() {
    for (name, begin, commit) in SHAPES {
        let (db, folder) = (Database::new(), folder());
        folder.write(
            "2_next.up.sql",
            format!("{begin}INSERT INTO child VALUES (99);\nSELECT 'innocent';\n{commit}"),
        );
        let output = Run::dbm().db(&db).path(&folder).arg("up").output();
        assert_eq!(output.status, Some(1), "{name}\n{output}");
        assert!(!output.stderr.contains("innocent"), "{name}\n{output}");
    }
}

/// The output says how the database stands, so that nobody has to look.
#[test]
fn the_state_is_told() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).file("2_b.up.sql", "SELEC;");
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    let told = output
        .stderr
        .lines()
        .filter(|line| line.starts_with("hint: ") || line.starts_with("  "))
        .any(|line| line.contains("version 1"));
    assert!(told, "expected an added line that names version 1\n{output}");
    output.assert_silent_about("force");
}
