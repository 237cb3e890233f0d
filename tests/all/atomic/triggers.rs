//! A trigger or a rule on the version table that swallows or alters what is written to it: then nothing
//! is committed, for a file must not run without its row.

use crate::support::{Database, Folder, Run};

/// What is done to `schema_migrations`, and which columns a table like it has to have for it.
const SWALLOWED: &str = "CREATE FUNCTION hook() RETURNS trigger LANGUAGE plpgsql AS \
    'BEGIN RETURN NULL; END'; \
    CREATE TRIGGER hook BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE PROCEDURE hook()";
const ALTERED: &str = "CREATE FUNCTION hook() RETURNS trigger LANGUAGE plpgsql AS \
    'BEGIN NEW.version = NEW.version + 1; RETURN NEW; END'; \
    CREATE TRIGGER hook BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE PROCEDURE hook()";
const DIRTIED: &str = "CREATE FUNCTION hook() RETURNS trigger LANGUAGE plpgsql AS \
    'BEGIN NEW.dirty = NOT NEW.dirty; RETURN NEW; END'; \
    CREATE TRIGGER hook BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE PROCEDURE hook()";
const RULE: &str = "CREATE RULE hook AS ON INSERT TO schema_migrations DO INSTEAD NOTHING";
const UNDONE: &str = "CREATE FUNCTION hook() RETURNS trigger LANGUAGE plpgsql AS \
    'BEGIN DELETE FROM schema_migrations; RETURN NULL; END'; \
    CREATE TRIGGER hook AFTER INSERT ON schema_migrations FOR EACH ROW EXECUTE PROCEDURE hook()";
const KEPT: &str = "CREATE FUNCTION hook() RETURNS trigger LANGUAGE plpgsql AS \
    'BEGIN RETURN NULL; END'; \
    CREATE TRIGGER hook BEFORE DELETE ON schema_migrations FOR EACH ROW EXECUTE PROCEDURE hook()";
const LEFT: &str = "CREATE FUNCTION hook() RETURNS trigger LANGUAGE plpgsql AS \
    'BEGIN INSERT INTO schema_migrations VALUES (99, false); RETURN NULL; END'; \
    CREATE TRIGGER hook AFTER DELETE ON schema_migrations FOR EACH ROW EXECUTE PROCEDURE hook()";

const NAME: &str = "\"public\".\"schema_migrations\"";

/// Version 1 of a folder with this second file, and this done to the version table.
fn prepared(up: &str, hook: &str) -> (Database, Folder) {
    let db = Database::new();
    let folder = Folder::new().pair("1_a", "CREATE TABLE a (id int)", "DROP TABLE a").pair(
        "2_b",
        up,
        "DROP TABLE b",
    );
    Run::dbm().db(&db).path(&folder).args(["up", "1"]).output().assert_status(0);
    db.execute(hook);
    (db, folder)
}

#[track_caller]
fn assert_refused(db: &Database, folder: &Folder, args: &[&str]) {
    let (before, row) = (db.dump(), db.row());
    let output = Run::dbm().db(db).path(folder).args(args.iter().copied()).output();
    output
        .assert_status(1)
        .assert_line("error: ", &format!("the version table {NAME} does not keep the row"))
        .assert_line("hint: ", "nothing of it was committed");
    assert_eq!((db.dump(), db.row()), (before, row), "{output}");
}

#[test]
fn on_the_way_up() {
    for up in [
        "CREATE TABLE b (id int)",
        "BEGIN; CREATE TABLE b (id int); COMMIT;",
        "CREATE TABLE b (id int); COMMIT; SELECT 1",
        "CREATE INDEX CONCURRENTLY b ON a (id)",
        // The file names the version table, so the row is made again behind it.
        "CREATE TABLE b (id int); SELECT count(*) FROM schema_migrations",
    ] {
        for hook in [SWALLOWED, ALTERED, DIRTIED, RULE, UNDONE, KEPT] {
            let (db, folder) = prepared(up, hook);
            assert_refused(&db, &folder, &["up"]);
        }
    }
}

#[test]
fn on_the_way_down_and_by_force() {
    for hook in [KEPT, LEFT] {
        let (db, folder) = prepared("CREATE TABLE b (id int)", hook);
        assert_refused(&db, &folder, &["down", "1"]);
        assert_refused(&db, &folder, &["redo"]);
    }
    for hook in [SWALLOWED, ALTERED, RULE, UNDONE, LEFT] {
        let (db, folder) = prepared("CREATE TABLE b (id int)", hook);
        assert_refused(&db, &folder, &["force", "2"]);
    }
}

/// One that only looks, or writes elsewhere, is nobody's business.
#[test]
fn one_that_looks_on() {
    let hook = "CREATE TABLE seen (version bigint); \
        CREATE FUNCTION hook() RETURNS trigger LANGUAGE plpgsql AS \
        'BEGIN INSERT INTO seen VALUES (NEW.version); RETURN NEW; END'; \
        CREATE TRIGGER hook BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE PROCEDURE hook()";
    let (db, folder) = prepared("CREATE TABLE b (id int)", hook);
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    Run::dbm().db(&db).path(&folder).args(["down", "-all"]).output().assert_status(0);
    assert_eq!(db.number("SELECT sum(version) FROM seen"), 3);
    assert_eq!(db.row(), None);
}
