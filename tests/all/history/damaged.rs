//! Logs that are not as this version of `dbm` left them: another program's table, a newer or an
//! older dbm's log, a long one, one that was copied; and one that is written through PgBouncer.

use crate::history::book::{assert_explained, dbm, entries, lines, migrate, ok, says};
use crate::support::pgbouncer::shared;
use crate::support::{Database, Folder, Output, Run, reference};

fn warnings(output: &Output) -> usize {
    output.stderr.lines().filter(|line| line.starts_with("warning: nothing is logged in ")).count()
}

/// A table of somebody else's by that name is left alone, and everything works without a log.
#[test]
fn another_programs_table() {
    for table in [
        "CREATE TABLE schema_migrations_log (line text)",
        "CREATE TABLE schema_migrations_log (id int, at date, action int NOT NULL)",
        "CREATE VIEW schema_migrations_log AS SELECT 1 AS id",
        "CREATE SEQUENCE schema_migrations_log",
        "CREATE TYPE schema_migrations_log AS (id int)",
        "CREATE MATERIALIZED VIEW schema_migrations_log AS SELECT 'x' AS action",
    ] {
        let (db, folder) = (Database::new(), Folder::four());
        db.execute(table);
        for (command, expected) in [
            (&["up", "3"][..], "1/u a (TIME)\n2/u b (TIME)\n3/u c (TIME)\n"),
            (&["up"], "4/u d (TIME)\n"),
            (&["up"], "no change\n"),
            (&["redo"], "4/d d (TIME)\n4/u d (TIME)\n"),
            (&["down", "1"], "4/d d (TIME)\n"),
            (&["force", "3"], ""),
            (&["goto", "1"], "3/d c (TIME)\n2/d b (TIME)\n"),
        ] {
            let output = dbm(&db, &folder, command);
            assert_eq!(output.status, Some(0), "{table}: {command:?}\n{output}");
            assert_eq!(output.essence(), expected, "{table}: {command:?}");
            assert_eq!(warnings(&output), 1, "{table}: {command:?}\n{output}");
        }
        assert_eq!(db.row(), Some((1, false)), "{table}");
        dbm(&db, &folder, &["version"]).assert_status(0).assert_essence("1\n");
        db.execute("SELECT 'schema_migrations_log'::regclass::oid WHERE true");
    }
}

/// It stays what it was, row for row.
#[test]
fn another_programs_rows() {
    let (db, folder) = (Database::new(), Folder::four());
    db.execute("CREATE TABLE schema_migrations_log (line text); INSERT INTO schema_migrations_log VALUES ('x')");
    ok(&db, &folder, &["up"]);
    ok(&db, &folder, &["down", "-all"]);
    assert_eq!(db.number("SELECT count(*) FROM schema_migrations_log WHERE line = 'x'"), 1);
    assert_eq!(db.number("SELECT count(*) FROM schema_migrations_log"), 1);
}

/// Columns that may be null, and one with a default: as a later version may add them.
#[test]
fn a_newer_log() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b", "c"]));
    ok(&db, &folder, &["up", "1"]);
    db.execute(
        "ALTER TABLE schema_migrations_log ADD COLUMN ticket text,
           ADD COLUMN weight int NOT NULL DEFAULT 3;
         CREATE INDEX ON schema_migrations_log (version)",
    );
    says(&db, &folder, &["up"], "2/u b (TIME)\n3/u c (TIME)\n");
    assert_eq!(lines(&db).len(), 3);
    folder.write("2_b.up.sql", "CREATE TABLE b (id bigint);");
    dbm(&db, &folder, &["up"]).assert_status(1).assert_line("error: edited", "2_b.up.sql");
}

/// One that must not be null: no entry goes in, and the files run all the same.
#[test]
fn a_newer_log_that_wants_more() {
    let folder = Folder::tables(&["a"])
        .pair("2_b", "CREATE TABLE b (id int);", "DROP TABLE b;")
        .pair("3_c", "BEGIN; CREATE TABLE c (id int); COMMIT;", "BEGIN; DROP TABLE c; COMMIT;")
        .pair("4_d", "CREATE INDEX CONCURRENTLY c_id ON c (id);", "DROP INDEX CONCURRENTLY c_id;")
        .pair("5_e", "", "");
    for one_by_one in [false, true] {
        let db = Database::new();
        ok(&db, &folder, &["up", "1"]);
        db.execute("ALTER TABLE schema_migrations_log ADD COLUMN ticket text CHECK (ticket <> '')");
        db.execute("UPDATE schema_migrations_log SET ticket = 'X'");
        db.execute("ALTER TABLE schema_migrations_log ALTER ticket SET NOT NULL");
        let commands: &[&[&str]] = match one_by_one {
            true => &[&["up", "1"], &["up", "1"], &["up", "1"], &["up", "1"]],
            false => &[&["up"]],
        };
        let ran: String = commands
            .iter()
            .map(|command| {
                let output = dbm(&db, &folder, command);
                assert_eq!(output.status, Some(0), "{output}");
                assert_eq!(warnings(&output), 1, "{output}");
                output.essence()
            })
            .collect();
        assert_eq!(ran, "2/u b (TIME)\n3/u c (TIME)\n4/u d (TIME)\n5/u e (TIME)\n");
        assert_eq!(db.row(), Some((5, false)));
        let output = dbm(&db, &folder, &["redo"]);
        assert_eq!((output.status, warnings(&output)), (Some(0), 1), "{output}");
        let output = dbm(&db, &folder, &["down", "4"]);
        assert_eq!((output.status, warnings(&output)), (Some(0), 1), "{output}");
        let output = dbm(&db, &folder, &["force", "5"]);
        assert_eq!((output.status, warnings(&output)), (Some(0), 1), "{output}");
        assert_eq!(db.row(), Some((5, false)));
        assert_eq!(lines(&db), ["run up 1: -1 -> 1"]);
    }
}

/// `redo` of plain files where the log takes nothing: both files in one transaction all the same.
#[test]
fn redo_with_a_log_that_takes_nothing() {
    let (db, folder) = (Database::new(), Folder::tables(&["a"]));
    ok(&db, &folder, &["up"]);
    db.execute("ALTER TABLE schema_migrations_log ADD CHECK (direction <> 'down')");
    let output = dbm(&db, &folder, &["redo"]);
    output.assert_status(0).assert_essence("1/d a (TIME)\n1/u a (TIME)\n");
    assert_eq!(db.row(), Some((1, false)));
    assert_eq!(warnings(&output), 1, "{output}");
}

/// A file that fails by itself is not excused by the log's failing.
#[test]
fn a_failing_file_and_a_failing_log() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).pair("2_b", "CREATE TABLE b (); SELECT 1/0;", "");
    ok(&db, &folder, &["up", "1"]);
    db.execute("ALTER TABLE schema_migrations_log ADD CHECK (version = 1)");
    let output = dbm(&db, &folder, &["up"]);
    output.assert_status(1).assert_line("error: migration failed: division by zero", "");
    assert_eq!(db.row(), Some((1, false)));
    assert_eq!(db.tables(), ["public.a", "public.schema_migrations"]);
}

/// Actions that this version does not know move the row, if they say so.
#[test]
fn actions_of_a_newer_dbm() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b", "c"]));
    ok(&db, &folder, &["up", "2"]);
    db.execute(
        "INSERT INTO schema_migrations_log (action, from_version, from_dirty, to_version, to_dirty,
           program) VALUES ('baseline', 2, false, 2, false, 'dbm 99.0'),
         ('snapshot', 2, false, 2, false, 'dbm 99.0')",
    );
    says(&db, &folder, &["up"], "3/u c (TIME)\n");
    // One that moved the row and left its files unnamed: what it ran nobody knows.
    db.execute(
        "INSERT INTO schema_migrations_log (action, from_version, from_dirty, to_version, to_dirty,
           program) VALUES ('restore', 3, false, 2, false, 'dbm 99.0');
         DELETE FROM schema_migrations; INSERT INTO schema_migrations VALUES (2, false);
         DROP TABLE c",
    );
    let output = ok(&db, &folder, &["up"]);
    output.assert_essence("3/u c (TIME)\n");
    says(&db, &folder, &["up"], "no change\n");
    says(&db, &folder, &["down", "-all"], "3/d c (TIME)\n2/d b (TIME)\n1/d a (TIME)\n");
}

/// An older dbm's log has a column more, with a default: it is read and written all the same.
#[test]
fn an_older_dbms_log() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b", "c"]));
    ok(&db, &folder, &["up", "2"]);
    db.execute(
        "UPDATE schema_migrations_log SET program = 'dbm 0.0.1';
         ALTER TABLE schema_migrations_log
           ADD COLUMN xid bigint NOT NULL DEFAULT pg_catalog.txid_current()",
    );
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint);");
    dbm(&db, &folder, &["up"]).assert_status(1).assert_line("error: edited", "1_a.up.sql");
    ok(&db, &folder, &["up", "-allow-edited"]).assert_essence("3/u c (TIME)\n");
    assert_eq!(lines(&db)[2..], ["run up 3: 2 -> 3"]);
}

/// A column of the log is gone: it cannot be read, so there is none.
#[test]
fn a_mutilated_log() {
    for column in ["up_sha256", "from_version", "program"] {
        let (db, folder) = (Database::new(), Folder::four());
        ok(&db, &folder, &["up", "2"]);
        db.execute(&format!("ALTER TABLE schema_migrations_log DROP COLUMN {column}"));
        let output = dbm(&db, &folder, &["up"]);
        assert_eq!(output.status, Some(0), "{column}\n{output}");
        output.assert_essence("3/u c (TIME)\n4/u d (TIME)\n");
        assert_eq!(warnings(&output), 1, "{column}\n{output}");
        dbm(&db, &folder, &["down", "-all"]).assert_status(0);
    }
}

/// Rows that make no sense stop nothing.
#[test]
fn rows_without_sense() {
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up", "2"]);
    db.execute(
        "INSERT INTO schema_migrations_log (action, direction, version, from_version, from_dirty,
           to_version, to_dirty, up_sha256, duration_ms, program, at) VALUES
         ('run', 'sideways', -5, -9, true, -9, true, 'no checksum', 'NaN', '', 'infinity'),
         ('run', 'up', NULL, 2, false, 2, false, NULL, '-Infinity', '', '-infinity'),
         ('', '', 1, 2, false, 2, false, '', -1, '', '0001-01-01 BC')",
    );
    let output = dbm(&db, &folder, &["up"]);
    output.assert_status(0).assert_essence("3/u c (TIME)\n4/u d (TIME)\n");
    dbm(&db, &folder, &["down", "-all"]).assert_status(0);
    assert_eq!(db.row(), None);
}

/// Emptied by hand: adopted again from what is there.
#[test]
fn an_emptied_log() {
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up", "3"]);
    db.execute("TRUNCATE schema_migrations_log");
    ok(&db, &folder, &["up"]).assert_essence("4/u d (TIME)\n");
    assert_explained(&db, "after TRUNCATE");
    assert_eq!(lines(&db).len(), 4);
}

/// What a dump and its restore do to the transactions that wrote the rows.
const COPY: &str =
    "BEGIN; CREATE TABLE copy AS TABLE schema_migrations_log; TRUNCATE schema_migrations_log;
     INSERT INTO schema_migrations_log OVERRIDING SYSTEM VALUE TABLE copy; DROP TABLE copy;
     COMMIT; UPDATE schema_migrations SET dirty = false";

/// Restored from a dump: which transaction wrote the rows means nothing.
#[test]
fn a_restored_database() {
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up", "3"]);
    db.execute(COPY);
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint);");
    dbm(&db, &folder, &["up"]).assert_status(1).assert_line("error: edited", "1_a.up.sql");
    folder.write("1_a.up.sql", "CREATE TABLE a (id int);\n");
    says(&db, &folder, &["up"], "4/u d (TIME)\n");
    assert_eq!(lines(&db).len(), 4);
}

/// Ten thousand rows of up and down, up and down.
#[test]
fn ten_thousand_rows() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    ok(&db, &folder, &["up"]);
    ok(&db, &folder, &["down", "1"]);
    db.execute(
        "INSERT INTO schema_migrations_log (action, direction, version, name, from_version,
           from_dirty, to_version, to_dirty, up_sha256, down_sha256, up_text, down_text,
           duration_ms, program)
         SELECT l.action, l.direction, l.version, l.name, l.from_version, l.from_dirty,
           l.to_version, l.to_dirty, l.up_sha256, l.down_sha256, l.up_text, l.down_text,
           l.duration_ms, l.program
         FROM generate_series(1, 4999) n, schema_migrations_log l
         WHERE l.id IN (2, 3) ORDER BY n, l.id",
    );
    assert_eq!(db.number("SELECT count(*) FROM schema_migrations_log"), 10_001);
    ok(&db, &folder, &["up"]).assert_essence("2/u b (TIME)\n");
    says(&db, &folder, &["up"], "no change\n");
    assert_explained(&db, "ten thousand rows");
    assert_eq!(db.number("SELECT count(*) FROM schema_migrations_log"), 10_002);
    ok(&db, &Folder::tables(&["a"]), &["down", "1"]).assert_essence("2/d b (TIME)\n");
}

/// Through transaction pooling the log is written all the same, in the row's transaction.
#[test]
fn through_pgbouncer() {
    let Some(pooler) = shared("history::through_pgbouncer") else { return };
    let Some(tool) = reference::find("history::through_pgbouncer") else { return };
    let db = Database::new();
    let folder = Folder::four()
        .pair("5_wrapped", "BEGIN; CREATE TABLE w (id int); COMMIT;", "DROP TABLE w;")
        .pair("6_loose", "CREATE INDEX CONCURRENTLY w_id ON w (id);", "DROP INDEX w_id;");
    let through = |args: &[&str]| {
        let run = Run::dbm().url(pooler.url(&db)).path(&folder).args(args.iter().copied());
        let output = run.output();
        output.assert_status(0);
        output
    };
    migrate(&tool, &db, &folder, &["up", "1"]);
    through(&["up"]).assert_line("hint: run by another tool", "1/u");
    assert_eq!(lines(&db).len(), 6);
    let together = db.number(
        "SELECT count(*) FROM schema_migrations v, schema_migrations_log l WHERE v.xmin = l.xmin \
         AND l.version = 6",
    );
    assert_eq!(together, 1);
    through(&["up"]).assert_essence("no change\n");
    through(&["redo"]).assert_essence("6/d loose (TIME)\n6/u loose (TIME)\n");
    through(&["down", "2"]);
    through(&["redo"]).assert_essence("4/d d (TIME)\n4/u d (TIME)\n");
    through(&["force", "3"]);
    assert_explained(&db, "through PgBouncer");
    folder.write("2_b.up.sql", "CREATE TABLE b (id bigint);");
    let edited = Run::dbm().url(pooler.url(&db)).path(&folder).arg("up").output();
    edited.assert_status(1).assert_line("error: edited", "2_b.up.sql");
    through(&["repair", "-f"]);
    assert_eq!(entries(&db).last().map(|entry| entry.action.clone()).as_deref(), Some("repair"));
    assert_eq!(db.advisory_locks(), []);
}

/// A trigger on the log that raises: the log takes no entry, and the file is not to blame.
#[test]
fn a_trigger_on_the_log() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    ok(&db, &folder, &["up", "1"]);
    db.execute(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'no'; END $$;
         CREATE TRIGGER no BEFORE INSERT ON schema_migrations_log
           FOR EACH ROW EXECUTE FUNCTION no()",
    );
    let output = dbm(&db, &folder, &["up"]);
    output.assert_status(0).assert_essence("2/u b (TIME)\n");
    assert_eq!(warnings(&output), 1, "{output}");
}

/// A newer dbm's action that moved the row up, and does not name its files: they are adopted.
#[test]
fn an_action_of_a_newer_dbm_that_went_up() {
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up", "1"]);
    db.execute(
        "INSERT INTO schema_migrations_log (action, from_version, from_dirty, to_version, to_dirty,
           program) VALUES ('baseline', 1, false, 3, false, 'dbm 99.0');
         UPDATE schema_migrations SET version = 3;
         CREATE TABLE b (id int); CREATE TABLE c (id int)",
    );
    ok(&db, &folder, &["up"]).assert_essence("4/u d (TIME)\n");
    says(&db, &folder, &["up"], "no change\n");
    ok(&db, &folder, &["down", "-all"]);
    assert_eq!(db.tables(), ["public.schema_migrations"]);
}
