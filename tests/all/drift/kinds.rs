//! Each kind of drift is told by its object, and can be left out.

use serde_json::Value;

use crate::drift::roles::role;
use crate::support::{Database, Folder, Run};

const UP: &str = "\
CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL, n int DEFAULT 3);
CREATE INDEX users_email ON users (email);
CREATE VIEW active AS SELECT id, email FROM users;
CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE mood AS ENUM ('good', 'bad');
COMMENT ON TABLE users IS 'people';
ALTER TABLE users ADD CONSTRAINT positive CHECK (n > 0);
";

pub struct Case {
    pub db: Database,
    pub folder: Folder,
}

impl Case {
    pub fn new() -> Self {
        let (db, folder) = (Database::new(), Folder::new().pair("1_users", UP, "SELECT 1;"));
        Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
        Self { db, folder }
    }

    pub fn drift(&self, args: &[&str]) -> Run {
        Run::dbm().db(&self.db).path(&self.folder).arg("drift").args(args.iter().copied())
    }

    /// What brings the database back.
    fn statements(&self) -> String {
        let output = self.drift(&["-json"]).output();
        let object: Value = serde_json::from_str(&output.stdout).expect("JSON");
        let statements = object["statements"].as_array().expect("statements");
        statements.iter().map(|sql| format!("{}\n", sql.as_str().expect("SQL"))).collect()
    }

    /// Each difference as `change kind name`.
    #[track_caller]
    pub fn told(&self, args: &[&str]) -> Vec<String> {
        let output = self.drift(args).arg("-json").output();
        let object: Value = serde_json::from_str(&output.stdout).expect("JSON");
        let schema = serde_json::from_str(&Run::dbm().arg("-json-schema").output().stdout);
        let schema = jsonschema::validator_for(&schema.expect("JSON")).expect("a schema");
        let faults: Vec<String> = schema.iter_errors(&object).map(|e| e.to_string()).collect();
        assert!(faults.is_empty(), "{faults:?}\n{output}");
        let differences = object["differences"].as_array().unwrap_or_else(|| panic!("{output}"));
        let text = |it: &Value, field: &str| it[field].as_str().expect("a text").to_owned();
        let line = |it: &Value| ["change", "kind", "name"].map(|field| text(it, field)).join(" ");
        let told: Vec<String> = differences.iter().map(line).collect();
        let drifted = told.iter().any(|line| !line.starts_with("order "));
        output.assert_status(i32::from(drifted));
        told
    }
}

#[test]
fn a_database_as_it_was_migrated_has_none() {
    let case = Case::new();
    let output = case.drift(&[]).output();
    output.assert_status(0);
    assert_eq!(
        output.stdout, "no drift: the database is like its migrations up to version 1\n",
        "{output}"
    );
    assert_eq!(output.stderr, "", "{output}");
    // At an older version, too, and at none.
    case.folder.write("2_more.up.sql", "CREATE TABLE more (id int);");
    assert_eq!(case.told(&[]), [""; 0]);
    let empty = Database::new();
    let output = Run::dbm().db(&empty).path(&case.folder).arg("drift").output();
    output.assert_status(0);
    assert_eq!(
        output.stdout,
        "no drift: the database is like an empty one, and is at no version\n"
    );
    empty.execute("CREATE TABLE there (id int)");
    let output = Run::dbm().db(&empty).path(&case.folder).arg("drift").output();
    output.assert_status(1).assert_line("hint: no migration is applied here: ", "with force");
}

#[test]
fn what_was_done_by_hand_is_told_object_by_object() {
    for (by_hand, expected) in [
        ("CREATE TABLE extra (id int PRIMARY KEY)", "added table public.extra"),
        ("CREATE INDEX extra ON users (n)", "added index public.extra"),
        ("ALTER TABLE users ADD extra int", "added column public.users.extra"),
        ("CREATE SCHEMA extra", "added schema extra"),
        ("DROP INDEX users_email", "dropped index public.users_email"),
        ("DROP VIEW active", "dropped view public.active"),
        ("DROP FUNCTION one", "dropped function public.one()"),
        (
            "CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 2'",
            "changed function public.one()",
        ),
        ("ALTER TABLE users ALTER email DROP NOT NULL", "changed column public.users.email"),
        ("ALTER TABLE users ALTER n SET DEFAULT 4", "changed column public.users.n"),
        ("ALTER TYPE mood ADD VALUE 'fair'", "changed type public.mood"),
        ("COMMENT ON TABLE users IS NULL", "changed table public.users"),
        ("GRANT SELECT ON users TO public", "changed table public.users"),
        ("ALTER TABLE users ENABLE ROW LEVEL SECURITY", "changed table public.users"),
        (
            "ALTER TABLE users DROP CONSTRAINT positive",
            "dropped constraint positive on public.users",
        ),
        (
            "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''8MB''', current_database()); END$$",
            "added setting ",
        ),
    ] {
        let case = Case::new();
        case.db.execute(by_hand);
        let told = case.told(&[]);
        assert!(told.len() == 1 && told[0].starts_with(expected), "{by_hand}: {told:?}");
        case.db.execute(&case.statements());
        assert_eq!(case.told(&[]), [""; 0], "{by_hand}");
    }
}

#[test]
fn an_order_of_columns_is_no_drift() {
    let case = Case::new();
    case.db.execute(
        "DROP VIEW active; ALTER TABLE users DROP n CASCADE; \
         ALTER TABLE users DROP email, ADD n int DEFAULT 3 CONSTRAINT positive CHECK (n > 0), \
         ADD email text NOT NULL; CREATE INDEX users_email ON users (email); \
         CREATE VIEW active AS SELECT id, email FROM users;",
    );
    assert_eq!(case.told(&[]), ["order table public.users"]);
    case.drift(&[]).output().assert_status(0);
}

#[test]
fn both_definitions_are_shown() {
    let case = Case::new();
    case.db.execute("CREATE INDEX extra ON users (n); ALTER TABLE users ALTER n SET DEFAULT 4; DROP VIEW active");
    let output = case.drift(&[]).output();
    output.assert_status(1);
    for line in [
        "changed: column public.users.n\n  default: 3 -> 4\n",
        "added: index public.extra\n  CREATE INDEX extra ON public.users USING btree (n)\n",
        "dropped: view public.active\n",
        "\n3 differences: the database is not like its migrations up to version 1\nto bring it back (this may drop data, so read it first):\n  ",
        "\n  DROP INDEX public.extra;\n",
    ] {
        assert!(output.stdout.contains(line), "{line}{output}");
    }
    assert_eq!(output.stderr, "", "{output}");
}

#[test]
fn patterns_leave_out_what_they_fit() {
    let case = Case::new();
    case.db.execute(
        "CREATE SCHEMA auth; CREATE TABLE auth.sessions (id int PRIMARY KEY); \
         CREATE TABLE extra (id int); COMMENT ON TABLE users IS 'x'; \
         GRANT SELECT ON users TO public;",
    );
    let all = [
        "changed table public.users",
        "added schema auth",
        "added table auth.sessions",
        "added table public.extra",
    ];
    assert_eq!(case.told(&[]), all);
    for (args, expected) in [
        (&["-ignore", "auth.*"][..], &[all[0], all[3]][..]),
        (&["-ignore", "schema auth"], &[all[0], all[2], all[3]]),
        (&["-ignore", "table *"], &[all[1]]),
        (&["-ignore", "comment"], &all),
        (&["-ignore", "comment,privileges"], &all[1..]),
        (&["-ignore", "auth.*", "--ignore=public.ex*", "-ignore", "privileges, comment"], &[]),
        (&["-ignore", "*"], &[]),
        (&["-ignore", "extra"], &all),
    ] {
        assert_eq!(case.told(args), expected, "{args:?}");
    }
    let output = case.drift(&["-ignore", "*"]).output();
    output.assert_status(0);
    let output = case.drift(&["-ignore", " , "]).output();
    output.assert_status(2).assert_says("for flag -ignore: no pattern");
}

#[test]
fn nothing_is_left_behind_and_nothing_is_written() {
    let case = Case::new();
    let rows = case.db.number("SELECT count(*) FROM schema_migrations_log");
    case.db.execute("CREATE TABLE extra (id int)");
    // Databases of a role that nobody else is.
    let url = role("dbm_drift_maker", "SUPERUSER", &case.db);
    let run = Run::dbm().url(url).path(&case.folder).arg("drift");
    run.output().assert_status(1);
    let left = "SELECT count(*) FROM pg_database JOIN pg_roles r ON r.oid = datdba \
                WHERE rolname = 'dbm_drift_maker'";
    assert_eq!(case.db.number(left), 0);
    assert_eq!(case.db.number("SELECT count(*) FROM schema_migrations_log"), rows);
    // A database of one's own is empty again.
    let own = Database::new();
    for _ in 0..2 {
        let output = case.drift(&["-scratch", &own.url()]).output();
        output.assert_status(1);
        assert!(output.stdout.starts_with("added: table public.extra\n"), "{output}");
    }
    assert_eq!(own.number("SELECT count(*) FROM pg_class WHERE oid >= 16384"), 0);
    let output = case.drift(&["-scratch", &case.db.url()]).output();
    output.assert_status(1).assert_says("the target itself");
}
