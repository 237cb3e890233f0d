//! The statements that go with a file are prepared where several files run. Whatever a file does to them
//! or to what they write to, the files run, or fail, as each would alone.

use std::collections::BTreeSet;

use crate::support::proxy::{Proxy, Trouble};
use crate::support::{Database, Folder, Run, address};

/// What the log says, but for when and how long.
const LOG: &str = "SELECT string_agg(l::text, E'\\n' ORDER BY id) FROM (
     SELECT id, action, direction, version, name, error, from_version, from_dirty, to_version, to_dirty,
            up_sha256, down_sha256, up_text, down_text, db_role, os_user, os_host, program,
            duration_ms > 0 FROM schema_migrations_log) l";

fn log(db: &Database) -> String {
    db.client().query_one(LOG, &[]).expect("read the log").get(0)
}

/// Six files, of which this is the third.
fn six(third: &str) -> Folder {
    Folder::tables(&["a", "b", "c", "d", "e", "f"]).file("3_c.up.sql", third)
}

const PLAIN: &str = "CREATE TABLE c (id int, note text DEFAULT '$1 \\ '';')";

#[test]
fn once_and_then_with_each_file() {
    let (db, folder) = (Database::new(), six(PLAIN));
    let proxy = Proxy::before(address::of_server(), Trouble::Nothing);
    let url = address::through(proxy.port(), &db.url());
    Run::dbm().url(url).path(&folder).arg("up").output().assert_status(0);
    let sent = proxy.queries();
    let with = |text: &str| sent.iter().filter(|sql| sql.contains(text)).count();
    assert_eq!((with("PREPARE dbm_row"), with("PREPARE dbm_log")), (1, 1), "{sent:#?}");
    assert_eq!((with("EXECUTE dbm_row("), with("EXECUTE dbm_log(")), (6, 6), "{sent:#?}");

    let one_by_one = Database::new();
    for _ in 0..6 {
        let args = ["up", "1"];
        Run::dbm().db(&one_by_one).path(&folder).args(args).output().assert_status(0);
    }
    assert_eq!(log(&db), log(&one_by_one));
    assert_eq!(db.dump(), one_by_one.dump());

    Run::dbm().db(&db).path(&folder).args(["down", "-all"]).output().assert_status(0);
    for _ in 0..6 {
        let args = ["down", "1"];
        Run::dbm().db(&one_by_one).path(&folder).args(args).output().assert_status(0);
    }
    assert_eq!(log(&db), log(&one_by_one));
}

#[test]
fn a_file_that_throws_them_away() {
    for third in [
        "DEALLOCATE ALL",
        "DEALLOCATE dbm_row",
        "DISCARD PLANS",
        "PREPARE x AS SELECT 1; DEALLOCATE ALL; CREATE TABLE c (id int)",
        "DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$",
        "DISCARD ALL",
    ] {
        let (db, folder) = (Database::new(), six(third));
        let output = Run::dbm().db(&db).path(&folder).arg("up").output();
        output.assert_status(0);
        assert_eq!(db.row(), Some((6, false)), "{output}");
        let entries = "SELECT count(*) FROM schema_migrations_log WHERE error IS NULL";
        assert_eq!(db.number(entries), 6, "{output}");
    }
}

#[test]
fn a_file_that_changes_what_they_write_to() {
    for (third, entries) in [
        ("DROP TABLE schema_migrations_log", 4),
        ("DROP TABLE schema_migrations, schema_migrations_log", 4),
        ("DROP TABLE schema_migrations", 6),
        ("TRUNCATE schema_migrations", 6),
        (
            "ALTER TABLE schema_migrations ADD note text; ALTER TABLE schema_migrations_log ADD note text",
            6,
        ),
        ("ALTER TABLE schema_migrations_log RENAME TO other", 4),
        ("CREATE RULE seen AS ON INSERT TO schema_migrations DO ALSO NOTIFY x", 6),
        ("GRANT CREATE ON SCHEMA public TO pg_monitor; SET ROLE pg_monitor", 6),
        ("SET client_encoding = latin1", 6),
    ] {
        let (db, folder) = (Database::new(), six(third));
        let output = Run::dbm().db(&db).path(&folder).arg("up").output();
        output.assert_status(0);
        assert_eq!(db.row(), Some((6, false)), "{third}: {output}");
        let kept: BTreeSet<i64> = db
            .client()
            .query("SELECT version FROM schema_migrations_log WHERE error IS NULL", &[])
            .expect("read the log")
            .iter()
            .map(|row| row.get(0))
            .collect();
        assert_eq!(kept.len(), entries, "{third}: {kept:?}: {output}");
    }
}

#[test]
fn a_file_that_fails_is_told_as_ever() {
    for (third, position) in [
        ("CREATE TABLE c (id int);\nSELECT nothing FROM c", "3_c.up.sql:2:8"),
        ("CREATE TABLE c (id int);\nSELEC 1", "3_c.up.sql:2:1"),
        ("CREATE TABLE c (id int REFERENCES a (nope))", "3_c.up.sql:1:1"),
        ("CREATE TABLE c (id int); INSERT INTO c VALUES (1 / 0)", "3_c.up.sql:1:26"),
    ] {
        let (db, folder) = (Database::new(), six(third));
        let output = Run::dbm().db(&db).path(&folder).arg("up").output();
        output.assert_status(1).assert_line("error: ", position);
        assert_eq!(db.row(), Some((2, false)), "{output}");
        let failures = "SELECT count(*) FROM schema_migrations_log WHERE error IS NOT NULL";
        assert_eq!(db.number(failures), 1, "{output}");
        folder.write("3_c.up.sql", PLAIN);
        Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    }
}

/// The file's own constraint fails at the commit: the file is sent once, and is to blame.
#[test]
fn what_fails_at_the_commit() {
    let third = "SELECT nextval('kept'); INSERT INTO d0 VALUES (1)";
    let (db, folder) = (Database::new(), six(third));
    db.execute(
        "CREATE SEQUENCE kept; CREATE TABLE there (id int PRIMARY KEY); \
         CREATE TABLE d0 (id int REFERENCES there DEFERRABLE INITIALLY DEFERRED)",
    );
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output.assert_status(1).assert_line("error: ", "d0_id_fkey");
    assert_eq!(db.row(), Some((2, false)), "{output}");
    assert_eq!(db.number("SELECT last_value FROM kept"), 1, "the file was sent once\n{output}");
}

/// The log's own trigger fails at the commit: the files run, and nothing is logged.
#[test]
fn a_log_that_refuses() {
    for (when, kind) in [("BEFORE INSERT", "TRIGGER"), ("AFTER INSERT", "CONSTRAINT TRIGGER")] {
        for deferred in ["", "DEFERRABLE INITIALLY DEFERRED"] {
            if kind == "TRIGGER" && !deferred.is_empty() {
                continue;
            }
            let (db, folder) = (Database::new(), six(PLAIN));
            Run::dbm().db(&db).path(&folder).args(["up", "1"]).output().assert_status(0);
            db.execute(&format!(
                "CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS \
                 'BEGIN RAISE EXCEPTION ''no more''; END'; \
                 CREATE {kind} full_up {when} ON schema_migrations_log {deferred} \
                 FOR EACH ROW EXECUTE PROCEDURE full_up()"
            ));
            let output = Run::dbm().db(&db).path(&folder).arg("up").output();
            output.assert_status(0).assert_line("warning: ", "no more");
            assert_eq!(db.row(), Some((6, false)), "{output}");
            assert_eq!(db.number("SELECT count(*) FROM schema_migrations_log"), 1, "{output}");
        }
    }
}
