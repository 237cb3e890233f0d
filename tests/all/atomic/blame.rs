//! Whose fault an error is: the file's, the log's, or somebody's who moved the row.

use crate::history::role::Role;
use crate::support::{Database, Folder, Run, wait};

fn one(up: &str) -> Folder {
    Folder::new().pair("1_x", up, "select 1;")
}

/// A trigger on the log that raises with this SQLSTATE; deferred to the commit or not.
fn break_the_log(db: &Database, state: &str, is_deferred: bool) {
    let (constraint, when) = match is_deferred {
        true => ("CONSTRAINT ", "DEFERRABLE INITIALLY DEFERRED"),
        false => ("", ""),
    };
    db.execute(&format!(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         RAISE EXCEPTION 'no entries here' USING ERRCODE = '{state}'; END $$;\
         CREATE {constraint}TRIGGER refuse AFTER INSERT ON schema_migrations_log {when} \
         FOR EACH ROW EXECUTE FUNCTION refuse()"
    ));
}

const SHAPES: [&str; 4] = [
    "CREATE TABLE t (i int);",
    "CREATE TABLE t (i int)",
    "BEGIN; CREATE TABLE t (i int); COMMIT;",
    "COMMIT; CREATE TABLE t (i int);",
];

#[test]
fn a_log_that_raises() {
    for is_deferred in [false, true] {
        for state in ["42601", "P0001", "42P01"] {
            for shape in SHAPES {
                let db = Database::new();
                // What `force` declares applied is in the log then, and nothing is adopted later.
                let folder = Folder::new().file("0_a.up.sql", "");
                Run::dbm().db(&db).path(&folder).args(["force", "0"]).output().assert_status(0);
                break_the_log(&db, state, is_deferred);
                folder.write("1_x.up.sql", shape);
                let output = Run::dbm().db(&db).path(&folder).arg("up").output();
                let case = format!("{state} {is_deferred} {shape}\n{output}");
                assert_eq!(output.status, Some(0), "{case}");
                output.assert_line("warning: nothing is logged in ", "no entries here");
                assert_eq!(db.row(), Some((1, false)), "{case}");
                assert!(db.tables().contains(&"public.t".to_string()), "{case}");
            }
        }
    }
}

#[test]
fn a_log_that_raises_at_a_redo() {
    for is_deferred in [false, true] {
        let db = Database::new();
        let folder = Folder::new().pair("1_x", "CREATE TABLE t (i int);", "DROP TABLE t;");
        Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
        break_the_log(&db, "42601", is_deferred);
        let output = Run::dbm().db(&db).path(&folder).arg("redo").output();
        output.assert_status(0).assert_essence("1/d x (TIME)\n1/u x (TIME)\n");
        output.assert_line("warning: nothing is logged in ", "no entries here");
    }
}

/// What the file has deferred fails the file, with a log and without, and the log is not blamed.
#[test]
fn a_file_that_fails_at_the_commit() {
    let deferred = "CREATE TABLE p (id int PRIMARY KEY);\
        CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED); INSERT INTO c VALUES (9);";
    let trigger = "CREATE TABLE c (i int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql \
        AS $$ BEGIN RAISE EXCEPTION 'too late'; END $$; CREATE CONSTRAINT TRIGGER f AFTER INSERT \
        ON c DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f(); INSERT INTO c VALUES (1);";
    for (text, said) in [(deferred, "violates foreign key"), (trigger, "too late")] {
        for text in [text.to_string(), format!("BEGIN;{text}COMMIT;")] {
            let db = Database::new();
            let output = Run::dbm().db(&db).path(&one(&text)).arg("up").output();
            output.assert_status(1).assert_line("error: migration failed: ", said);
            output.assert_silent_about("nothing is logged");
            assert_eq!(db.row(), None, "{output}");
            let failures = "SELECT count(*) FROM schema_migrations_log WHERE error IS NOT NULL";
            assert_eq!(db.number(failures), 1, "{output}");
        }
    }
}

/// A table of the same name in another schema is somebody else's.
#[test]
fn a_duplicate_key_in_another_schema_migrations() {
    let db = Database::new();
    let file = "CREATE SCHEMA rails; CREATE TABLE rails.schema_migrations (version bigint PRIMARY KEY);\
        INSERT INTO rails.schema_migrations VALUES (1); INSERT INTO rails.schema_migrations VALUES (1);";
    let output = Run::dbm().db(&db).path(&one(file)).arg("up").output();
    output.assert_status(1).assert_line("error: migration failed: duplicate key", "1_x.up.sql");
    assert_eq!(db.row(), None);
}

/// A role that may not create tables beside the version table can run what golang-migrate runs.
#[test]
fn a_role_that_may_not_create() {
    for file in [
        "drop schema old cascade;",
        "-- schema_migrations stays as it is\nSELECT 1;",
        "SELECT 'schema_migrations' AS \"schema_migrations x\";",
        "COMMENT ON TABLE schema_migrations IS NULL;",
        "COMMIT; DROP SCHEMA old CASCADE;",
    ] {
        let (db, folder) = (Database::new(), Folder::new().pair("1_a", "", ""));
        Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
        let role = Role::new(&db);
        db.execute(&format!(
            "CREATE SCHEMA old AUTHORIZATION {0}; CREATE TABLE old.t (i int); \
             ALTER TABLE old.t OWNER TO {0}; ALTER TABLE schema_migrations OWNER TO {0}; \
             ALTER TABLE schema_migrations_log OWNER TO {0}; REVOKE CREATE ON SCHEMA public FROM public",
            role.name
        ));
        folder.write("2_x.up.sql", file);
        let output = Run::dbm().url(role.url(&db)).path(&folder).arg("up").output();
        assert_eq!(output.status, Some(0), "{file}\n{output}");
        assert_eq!(output.essence(), "2/u x (TIME)\n", "{file}");
        assert_eq!(db.row(), Some((2, false)), "{file}\n{output}");
        db.execute(&format!("REASSIGN OWNED BY {} TO CURRENT_USER", role.name));
    }
}

/// A word in a string does not make a file one that ends transactions, and a comment does not hide
/// one that does.
#[test]
fn what_a_do_block_does() {
    let (db, folder) = (Database::new(), Folder::new());
    folder.write("1_x.up.sql", "CREATE TABLE a (i int); CREATE SEQUENCE s;");
    folder.write(
        "1_x.down.sql",
        "do $$ begin raise exception 'rollback of 1_x is not possible'; end $$;",
    );
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    let output = Run::dbm().db(&db).path(&folder).args(["down", "1"]).output();
    output.assert_status(1).assert_line("error: migration failed: rollback of 1_x", "");
    assert_eq!(db.row(), Some((1, false)), "{output}");

    folder.write(
        "2_y.up.sql",
        "-- ends its transaction\nDO $$ BEGIN PERFORM nextval('s'); COMMIT; END $$;",
    );
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    assert_eq!(db.number("SELECT last_value FROM s"), 1, "it ran once");
}

/// An index of somebody else that becomes invalid while ours waits for a lock is not ours to drop.
#[test]
fn an_invalid_index_of_somebody_else() {
    let db = Database::new();
    db.execute("CREATE TABLE t (a int); CREATE INDEX other_t_a ON t (a)");
    let folder = one("CREATE INDEX CONCURRENTLY t_a ON t (a);");
    // The build waits for this snapshot, with its own index made and not valid yet.
    let mut report = db.client();
    report.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").expect("a snapshot");
    let mut run = Run::dbm()
        .db(&db)
        .path(&folder)
        .args(["-lock-wait", "2000", "-retries", "50", "up"])
        .spawn();
    wait::until_true("the build to wait", || {
        db.number(&format!(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
             WHERE a.datname = '{}' AND locktype = 'virtualxid' AND NOT granted",
            db.name()
        )) > 0
    });
    db.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'other_t_a'::regclass");
    run.wait_for(" 1 of 50");
    report.batch_execute("COMMIT").expect("the end of it");
    let output = run.finish();
    output.assert_status(0).assert_essence("1/u x (TIME)\n");
    let indexes = "SELECT count(*) FROM pg_class WHERE relname IN ('t_a', 'other_t_a')";
    assert_eq!(db.number(indexes), 2, "{output}");
}

/// An index that the statement does not name may be anybody's: it is named, and not dropped.
#[test]
fn an_invalid_index_without_a_name() {
    let db = Database::new();
    db.execute("CREATE TABLE t (a int)");
    let mut report = db.client();
    report.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").expect("a snapshot");
    let output = Run::dbm()
        .db(&db)
        .path(&one("CREATE INDEX CONCURRENTLY ON t (a);"))
        .args(["-lock-wait", "500", "up"])
        .output();
    output.assert_status(1).assert_says("index public.t_a_idx is INVALID");
    output.assert_line("hint: ", "the database is dirty at version 1");
    assert_eq!(db.row(), Some((1, true)), "{output}");
    report.batch_execute("COMMIT").expect("the end of it");
}

/// A function that the file calls sets a role, which the file does not tell: our own tables are
/// written as the role that connected all the same.
#[test]
fn a_role_that_a_function_sets() {
    let db = Database::new();
    let role = Role::new(&db);
    let function = format!(
        "CREATE FUNCTION become() RETURNS text LANGUAGE sql AS $$ SELECT set_config('role', '{}', false) $$",
        role.name
    );
    for file in ["SELECT become();", "BEGIN; SELECT become(); COMMIT;", "SELECT become(); VACUUM;"]
    {
        db.clear();
        let folder = Folder::new().pair("1_f", &function, "").pair("2_x", file, "");
        let output = Run::dbm().db(&db).path(&folder).arg("up").output();
        assert_eq!(output.status, Some(0), "{file}\n{output}");
        assert_eq!(output.essence(), "1/u f (TIME)\n2/u x (TIME)\n", "{file}");
        output.assert_silent_about("nothing is logged");
        assert_eq!(db.row(), Some((2, false)), "{file}");
    }
}

/// A quote that is not closed reaches into our statements behind the file, and is the file's error.
#[test]
fn a_quote_that_is_not_closed() {
    for file in ["SELECT 1;\nSELECT 'abc", "SELECT 1;\nSELECT \"abc", "SELECT $x$ abc"] {
        let db = Database::new();
        let output = Run::dbm().db(&db).path(&one(file)).arg("up").output();
        output.assert_status(1).assert_line("error: migration failed: unterminated", "");
        output.assert_silent_about("nothing is logged");
        let failures = "SELECT count(*) FROM schema_migrations_log WHERE error LIKE 'unterm%'";
        assert_eq!(db.number(failures), 1, "{file}\n{output}");
    }
}

/// What a file does to the version table fails the file.
#[test]
fn a_trigger_on_the_version_table() {
    let file = "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; \
        END $$; CREATE TRIGGER no BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION no();";
    let (db, folder) = (Database::new(), Folder::new().pair("1_a", "", "").pair("2_x", file, ""));
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output.assert_status(1).assert_line("error: migration failed: no", "2_x.up.sql");
    output.assert_line("hint: ", "nothing of 2_x.up.sql was applied");
    assert_eq!(db.row(), Some((1, false)), "{output}");
}

/// A file that ends read only runs in one transaction; only the log's entry cannot go with it.
#[test]
fn a_file_that_ends_read_only() {
    let db = Database::new();
    let file = "CREATE TABLE a (i int);\nSET TRANSACTION READ ONLY;\n";
    let output = Run::dbm().db(&db).path(&one(file)).arg("up").output();
    output.assert_status(0).assert_silent_about("cannot run in one transaction");
    output.assert_line("warning: nothing is logged in ", "read-only transaction");
    assert_eq!(db.row(), Some((1, false)), "{output}");
}

/// A redo whose file drops the log makes it again.
#[test]
fn a_redo_without_a_log() {
    let db = Database::new();
    let folder = Folder::new().pair("1_x", "DROP TABLE schema_migrations_log;", "SELECT 1;");
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    let output = Run::dbm().db(&db).path(&folder).arg("redo").output();
    output.assert_status(0).assert_silent_about("nothing is logged");
    assert_eq!(db.number("SELECT count(*) FROM schema_migrations_log WHERE action = 'run'"), 2);
}
