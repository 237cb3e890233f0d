//! A trigger or a rule on the version table that swallows or alters what is written to it: then nothing
//! is committed, for a file must not run without its row.

use crate::support::{Database, Folder, Run};

/// A trigger on the version table: when it fires, and what it does.
type Trigger = (&'static str, &'static str);

const SWALLOWED: Trigger = ("BEFORE INSERT", "RETURN NULL");
const ALTERED: Trigger = ("BEFORE INSERT", "NEW.version = NEW.version + 1; RETURN NEW");
const DIRTIED: Trigger = ("BEFORE INSERT", "NEW.dirty = NOT NEW.dirty; RETURN NEW");
const UNDONE: Trigger = ("AFTER INSERT", "DELETE FROM schema_migrations; RETURN NULL");
const KEPT: Trigger = ("BEFORE DELETE", "RETURN NULL");
const LEFT: Trigger =
    ("AFTER DELETE", "INSERT INTO schema_migrations VALUES (99, false); RETURN NULL");
const LOOKS_ON: Trigger = ("BEFORE INSERT", "INSERT INTO seen VALUES (NEW.version); RETURN NEW");

fn trigger((when, body): Trigger) -> String {
    format!(
        "CREATE FUNCTION hook() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {body}; END'; \
         CREATE TRIGGER hook {when} ON schema_migrations FOR EACH ROW EXECUTE PROCEDURE hook()"
    )
}

const RULE: &str = "CREATE RULE hook AS ON INSERT TO schema_migrations DO INSTEAD NOTHING";

const NAME: &str = "\"public\".\"schema_migrations\"";

/// Version 1 of a folder with this second file, and this done to the version table. With `more` files
/// the statements that go with each are prepared.
fn prepared(up: &str, hook: &str, more: bool) -> (Database, Folder) {
    let db = Database::new();
    let folder = Folder::new().pair("1_a", "CREATE TABLE a (id int)", "DROP TABLE a").pair(
        "2_b",
        up,
        "DROP TABLE b",
    );
    let folder = match more {
        true => folder.file("3_c.up.sql", "SELECT 3").file("4_d.up.sql", "SELECT 4"),
        false => folder,
    };
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
        let hooks = [SWALLOWED, ALTERED, DIRTIED, UNDONE, KEPT].map(trigger);
        for hook in hooks.iter().map(String::as_str).chain([RULE]) {
            // What is prepared does not depend on the file.
            for more in [false, true].into_iter().filter(|more| !more || up.len() < 30) {
                let (db, folder) = prepared(up, hook, more);
                assert_refused(&db, &folder, &["up"]);
            }
        }
    }
}

#[test]
fn on_the_way_down_and_by_force() {
    for hook in [KEPT, LEFT].map(trigger) {
        let (db, folder) = prepared("CREATE TABLE b (id int)", &hook, false);
        assert_refused(&db, &folder, &["down", "1"]);
        assert_refused(&db, &folder, &["redo"]);
    }
    let hooks = [SWALLOWED, ALTERED, UNDONE, LEFT].map(trigger);
    for hook in hooks.iter().map(String::as_str).chain([RULE]) {
        let (db, folder) = prepared("CREATE TABLE b (id int)", hook, false);
        assert_refused(&db, &folder, &["force", "2"]);
    }
}

/// One that only looks, or writes elsewhere, is nobody's business.
#[test]
fn one_that_looks_on() {
    let hook = format!("CREATE TABLE seen (version bigint); {}", trigger(LOOKS_ON));
    let (db, folder) = prepared("CREATE TABLE b (id int)", &hook, false);
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    Run::dbm().db(&db).path(&folder).args(["down", "-all"]).output().assert_status(0);
    assert_eq!(db.number("SELECT sum(version) FROM seen"), 3);
    assert_eq!(db.row(), None);
}
