//! What is written, and what is loaded from it.

use crate::support::{Database, Folder, Output, Run, reference};

/// A little of everything.
const UP: &str = "\
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE SCHEMA \"Other One\";
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN name AS text CHECK (VALUE <> '');
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name name NOT NULL, mood mood DEFAULT 'good',
    low text GENERATED ALWAYS AS (lower(name)) STORED, UNIQUE (name, mood)
);
CREATE TABLE \"Other One\".\"Logs\" (at timestamptz NOT NULL, user_id bigint REFERENCES users)
    PARTITION BY RANGE (at);
CREATE TABLE \"Other One\".first PARTITION OF \"Other One\".\"Logs\"
    FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');
CREATE INDEX ON users USING hash (low) WHERE mood = 'good';
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN /*
\\restrict
-- Name: not an object


*/ RETURN NEW;
END $$;
CREATE TRIGGER told BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION tell();
CREATE VIEW active AS SELECT * FROM users WHERE mood = 'good';
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM users WITH NO DATA;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON users USING (name = current_user);
COMMENT ON TABLE users IS 'people; \\connect them';
";

pub struct Case {
    pub db: Database,
    pub folder: Folder,
}

impl Case {
    pub fn new() -> Self {
        let db = Database::new();
        let folder = Folder::new().pair("3_all", UP, "SELECT 1;").pair(
            "12_more",
            "CREATE TABLE more (id serial);",
            "DROP TABLE more;",
        );
        Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
        Self { db, folder }
    }

    pub fn run(&self, db: &Database, args: &[&str]) -> Run {
        Run::dbm().db(db).path(&self.folder).args(args.iter().copied())
    }

    #[track_caller]
    pub fn dump(&self, db: &Database, args: &[&str]) -> String {
        let output = self.run(db, &["dump"]).args(args.iter().copied()).output();
        output.assert_status(0);
        assert_eq!(output.stderr, "", "{output}");
        output.stdout
    }

    /// The schema in a file of the folder.
    pub fn file(&self, name: &str) -> String {
        self.folder.join(name).to_str().expect("a UTF-8 path").to_owned()
    }
}

#[track_caller]
fn loaded(output: &Output, file: &str, at: &str) {
    output.assert_status(0);
    assert_eq!(output.stderr, format!("{file} loaded: the database is {at}\n"), "{output}");
    assert_eq!(output.stdout, "");
}

#[test]
fn the_same_schema_gives_the_same_text() {
    let case = Case::new();
    let text = case.dump(&case.db, &[]);
    assert_eq!(case.dump(&case.db, &[]), text, "twice");
    let other = Database::new();
    case.run(&other, &["up"]).output().assert_status(0);
    // Its own settings do not count.
    other.execute(&format!(
        "ALTER DATABASE {0} SET timezone = 'Asia/Tokyo'; ALTER DATABASE {0} SET quote_all_identifiers = on",
        other.name()
    ));
    assert_eq!(case.dump(&other, &[]), text, "of another database");
    assert_eq!(case.dump(&other, &["-fresh"]), text, "of the migrations");
    for gone in
        ["pg_dump version", "database version", "schema_migrations_log", "OWNER TO", "GRANT"]
    {
        assert!(!text.contains(gone), "{gone} in\n{text}");
    }
    let end = "\nINSERT INTO public.schema_migrations (version, dirty) VALUES (12, false);\n";
    assert!(
        text.starts_with("--\n-- PostgreSQL database dump\n--\n\nSET ") && text.ends_with(end),
        "{text}"
    );
    assert!(
        text.contains("BEGIN /*\n\\restrict\n-- Name: not an object\n\n\n*/ RETURN NEW;"),
        "{text}"
    );
}

#[test]
fn a_database_that_is_loaded_is_like_one_that_was_migrated() {
    let case = Case::new();
    let text = case.dump(&case.db, &[]);
    let file = case.file("schema.sql");
    case.folder.write("schema.sql", &text);
    let db = Database::new();
    loaded(&case.run(&db, &["load", &file]).output(), &file, "at version 12");
    assert_eq!(db.row(), Some((12, false)));
    assert_eq!(case.dump(&db, &[]), text);
    // dbm's own eyes, and golang-migrate's.
    let drift = case.run(&db, &["drift"]).output();
    drift.assert_status(0);
    assert_eq!(drift.stdout, "no drift: the database is like its migrations up to version 12\n");
    if let Some(program) = reference::find("a loaded database") {
        let theirs = Run::program(program).db(&db).path(&case.folder).arg("version").output();
        assert_eq!(theirs.stderr, "12\n", "{theirs}");
    }
    // And on it goes.
    case.folder.write("13_last.up.sql", "ALTER TABLE more ADD n int;");
    case.run(&db, &["up"]).output().assert_status(0);
    let status = case.run(&db, &["status"]).output();
    assert!(status.stdout.contains("adopted") && !status.stdout.contains("late"), "{status}");
    case.run(&db, &["load", &file]).output().assert_status(1);
}

#[test]
fn privileges_are_written_where_they_are_wanted() {
    let (db, folder) = (
        Database::new(),
        Folder::new().file("1_a.up.sql", "CREATE TABLE a (id int); GRANT SELECT ON a TO PUBLIC;"),
    );
    let case = Case { db, folder };
    case.run(&case.db, &["up"]).output().assert_status(0);
    assert!(!case.dump(&case.db, &[]).contains("GRANT"));
    let text = case.dump(&case.db, &["-privileges"]);
    assert!(text.contains("GRANT SELECT ON TABLE public.a TO PUBLIC;"), "{text}");
    case.folder.write("schema.sql", &text);
    let (db, file) = (Database::new(), case.file("schema.sql"));
    loaded(&case.run(&db, &["load", &file]).output(), &file, "at version 1");
    case.run(&db, &["drift"]).output().assert_status(0);
}

#[test]
fn of_a_database_without_migrations() {
    let case = Case::new();
    let empty = Database::new();
    let text = case.dump(&empty, &[]);
    assert!(!text.contains("INSERT") && !text.contains("schema_migrations"), "{text}");
    case.folder.write("schema.sql", format!("{text}CREATE TABLE public.x (id int);"));
    let file = case.file("schema.sql");
    let output = case.run(&empty, &["load", &file]).output();
    output.assert_status(0).assert_line("hint: the file names no version", "");
    assert_eq!(empty.tables(), ["public.x"]);
    case.db.set_row(12, true);
    case.run(&case.db, &["dump"])
        .output()
        .assert_status(1)
        .assert_says("Dirty database version 12");
}

/// The version table elsewhere, with another name; and a schema that is only there once it is loaded.
#[test]
fn names_of_all_sorts() {
    for (parameters, schema, table) in [
        ("search_path=%22Other%20One%22", "Other One", "schema_migrations"),
        (
            "x-migrations-table=%22track%22.%22It%27s%22&x-migrations-table-quoted=true",
            "track",
            "It's",
        ),
    ] {
        let folder = Folder::new().file("1_a.up.sql", "CREATE TABLE a (id int)");
        let (db, other) = (Database::new(), Database::new());
        db.execute(&format!("CREATE SCHEMA \"{schema}\""));
        let run = |db: &Database, args: &[&str]| {
            let url = db.url_with(parameters);
            Run::dbm().url(url).path(&folder).args(args.iter().copied()).output()
        };
        run(&db, &["up"]).assert_status(0);
        let dumped = run(&db, &["dump"]);
        dumped.assert_status(0);
        assert!(!dumped.stdout.contains("_log"), "{dumped}");
        folder.write("schema.sql", &dumped.stdout);
        let file = folder.join("schema.sql").to_str().expect("a UTF-8 path").to_owned();
        loaded(&run(&other, &["load", &file]), &file, "at version 1");
        assert_eq!(other.row_of(&format!("\"{schema}\".\"{table}\"")), Some((1, false)));
        assert_eq!(run(&other, &["version"]).stderr, "1\n");
    }
}

#[test]
fn a_database_that_is_not_empty_is_refused() {
    let case = Case::new();
    case.folder.write("schema.sql", "CREATE TABLE x (id int);");
    let file = case.file("schema.sql");
    let output = case.run(&case.db, &["load", &file]).output();
    output
        .assert_status(1)
        .assert_line(
            "error: the database ",
            " is not empty: it has 6 tables (Logs, first, more, …), 2 views (active, counted), ",
        )
        .assert_line("hint: a schema is loaded into an empty database", "");
    assert!(!case.db.tables().contains(&"public.x".to_owned()));
    // What an extension brings does not count.
    let db = Database::new();
    db.execute("CREATE EXTENSION pgcrypto");
    case.run(&db, &["load", &file]).output().assert_status(0);
}

#[test]
fn a_file_that_fails_leaves_nothing() {
    let case = Case::new();
    let db = Database::new();
    let load = |text: &str| {
        case.folder.write("schema.sql", text);
        case.run(&db, &["load", &case.file("schema.sql")]).output()
    };
    let output = load("CREATE TABLE x (id int);\nCREATE TABLE y (id integr);\n");
    output
        .assert_status(1)
        .assert_line("error: ", "schema.sql:2:20: type \"integr\" does not exist")
        .assert_line("  2 | CREATE TABLE y (id integr);", "")
        .assert_line("hint: nothing of it was loaded", "");
    let output = load("CREATE TABLE x (id int);\n\\connect app\n");
    output.assert_status(1).assert_line("hint: this line is a command of psql", "");
    let output = load("CREATE TABLE x (id int);\nCOPY x FROM stdin;\n1\n\\.\n");
    output.assert_status(1).assert_line("error: ", "schema.sql:2:1: COPY … FROM stdin has data");
    let output = load("CREATE TABLE x (id int);\nCOMMIT;\nSELECT 1/0;");
    output.assert_status(1).assert_says("cannot be run in one transaction");
    assert_eq!(db.tables(), [""; 0]);
    // As pg_dump writes it today.
    let key = "\\restrict a1\nCREATE TABLE x (id int);\n\\unrestrict a1\n";
    load(key).assert_status(0);
    assert_eq!(db.tables(), ["public.x"]);
    case.run(&db, &["load"]).output().assert_status(1).assert_line("error: no file given", "");
    let none = case.run(&db, &["load", "none.sql"]).output();
    none.assert_status(1).assert_line("error: open none.sql: no such file or directory", "");
}
