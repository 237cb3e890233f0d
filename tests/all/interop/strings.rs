//! `standard_conforming_strings = off`, for a role, for a database, or since a file has said so: a
//! backslash in a plain string escapes what follows it, and a file must be read as the server reads
//! it. golang-migrate leaves that to the server.

use crate::history::book::entries;
use crate::history::role::Role;
use crate::interop::twins::{Level, Twins, Typed};
use crate::support::{Database, Folder, Run, pgbouncer};

/// Where every file writes to.
const TABLE: &str = "CREATE TABLE t (x text);\n";

/// Files of each kind: how they run, and whether they run by themselves in golang-migrate.
const FILES: &[&str] = &[
    r"INSERT INTO t VALUES ('it\'s; COMMIT; x'); INSERT INTO t VALUES ('\\');",
    r"INSERT INTO t VALUES ('a\'; COMMIT; --');",
    r"BEGIN; INSERT INTO t VALUES ('a\'b; ROLLBACK;'); COMMIT;",
    r"BEGIN; INSERT INTO t VALUES (N'a\'b; ROLLBACK;'), ('\\'), (E'\'; COMMIT; '); COMMIT;",
    r"INSERT INTO t VALUES ('a\'; BEGIN; '); COMMIT; INSERT INTO t VALUES ('\'; COMMIT');",
    r"CREATE INDEX CONCURRENTLY i ON t (x) WHERE x <> 'a\'; b';",
    r"DO 'BEGIN INSERT INTO t VALUES (\'a; COMMIT;\'); END';",
    r"CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT \'a; COMMIT;\'::text';",
];

const OFF: &str =
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings = off',
    current_database()); END $$";

#[test]
fn files_of_each_kind() {
    let Some(mut twins) = Twins::new("interop::strings::files_of_each_kind") else { return };
    twins.execute(OFF);
    for file in FILES {
        twins.clear();
        let folder = Folder::new().file("1_t.up.sql", TABLE).pair("2_x", file, "");
        if twins.compare(&folder, &Typed::command(&["up"]), Level::Same) {
            assert_eq!(twins.ours.row(), Some((2, false)), "{file}");
        }
        assert_eq!(twins.ours.dump(), twins.theirs.dump(), "{file}");
    }
    twins.finish();
}

/// The session goes on, with what a file has set.
#[test]
fn a_file_that_switches_it_for_the_next() {
    let Some(mut twins) = Twins::new("interop::strings::a_file_that_switches_it_for_the_next")
    else {
        return;
    };
    let by_function = "CREATE FUNCTION s(v text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
        RETURN set_config('standard_conforming' || '_strings', v, false); END $$; SELECT s('off');";
    for (off, on) in [
        ("SET standard_conforming_strings = off;", "RESET standard_conforming_strings;"),
        ("BEGIN; SET standard_conforming_strings TO off; COMMIT;", "RESET ALL;"),
        ("SELECT set_config('standard_conforming_strings', 'off', false);", "DISCARD ALL"),
        (by_function, "SELECT s('on');"),
        (
            "SET standard_conforming_strings = off; SELECT 1; COMMIT;",
            "SET SESSION standard_conforming_strings = on",
        ),
    ] {
        twins.clear();
        let folder = Folder::new()
            .file("1_t.up.sql", TABLE)
            .file("2_off.up.sql", off)
            .file("3_x.up.sql", FILES[2])
            .file("4_x.up.sql", FILES[1])
            .file("5_on.up.sql", on)
            .file("6_x.up.sql", r"BEGIN; INSERT INTO t VALUES ('a\'); COMMIT;")
            .file("7_x.up.sql", r"INSERT INTO t VALUES ('\'), ('b; --\');")
            // What ends with its transaction changes nothing for the next.
            .file("8_local.up.sql", "SET LOCAL standard_conforming_strings = off;")
            .file("9_x.up.sql", r"BEGIN; INSERT INTO t VALUES ('c\'); COMMIT;");
        if twins.compare(&folder, &Typed::command(&["up"]), Level::Same) {
            assert_eq!(twins.ours.row(), Some((9, false)), "{off}");
        }
        assert_eq!(twins.ours.dump(), twins.theirs.dump(), "{off}");
    }
    twins.finish();
}

/// The role's own setting; what is kept of the files is what they say, and they run by the log.
#[test]
fn for_a_role() {
    let db = Database::new();
    let role = Role::new(&db);
    db.execute(&format!(
        "ALTER ROLE {0} SET standard_conforming_strings = off; GRANT ALL ON SCHEMA public TO {0}",
        role.name
    ));
    let mut folder = Folder::new().pair("01_t", TABLE, "DROP TABLE t;");
    for (index, file) in FILES[..5].iter().enumerate() {
        let stem = format!("{:02}_it's \\ a name", index + 2);
        folder =
            folder.pair(&stem, file, r"BEGIN; DELETE FROM t WHERE x = 'a\'; COMMIT;'; COMMIT;");
    }
    let run = |folder: &Folder, args: &[&str]| {
        let run = Run::dbm().url(role.url(&db)).path(folder).args(args.iter().copied());
        run.output().assert_status(0).assert_silent_about("nothing is logged");
    };
    run(&folder, &["up"]);
    run(&folder, &["redo"]);
    run(&folder, &["status"]);
    let empty = Folder::new().pair("01_t", TABLE, "DROP TABLE t;");
    run(&empty, &["goto", "1"]);
    run(&folder, &["up"]);
    for entry in entries(&db) {
        let (Some(version), Some(up)) = (entry.version, &entry.up_text) else { continue };
        match usize::try_from(version).expect("small") {
            1 => assert_eq!(up, TABLE),
            version => assert_eq!(up, FILES[version - 2], "{}", entry.line()),
        }
    }
    // Behind what the session takes for a string, a comment is one.
    let stem = "03_it's \\ a name.up.sql";
    folder.write(stem, format!("{} -- a comment", FILES[1]));
    let output = Run::dbm().url(role.url(&db)).path(&folder).arg("up").output();
    output.assert_status(0).assert_says("differs from what ran only in comments and white space");
    folder.write(stem, FILES[1].replace("COMMIT", "ROLLBACK"));
    let output = Run::dbm().url(role.url(&db)).path(&folder).arg("up").output();
    output.assert_status(1).assert_says("edited after it was applied");
}

/// A failing file leaves nothing behind, whatever its strings say.
#[test]
fn a_file_that_fails() {
    let db = Database::new();
    db.execute(OFF);
    for file in [
        r"BEGIN; INSERT INTO t VALUES ('a\'b; COMMIT;'); SELECT nothing; COMMIT;",
        r"INSERT INTO t VALUES ('a\'b; COMMIT; VACUUM;'); SELECT nothing;",
    ] {
        let folder = Folder::new().file("1_t.up.sql", TABLE).file("2_x.up.sql", file);
        let output = Run::dbm().db(&db).path(&folder).arg("up").output();
        output.assert_status(1).assert_says("nothing of 2_x.up.sql was applied");
        output.assert_says(&format!(":1:{}", file.find("nothing").expect("a place") + 1));
        assert_eq!(db.row(), Some((1, false)), "{output}");
    }
}

/// The two files of a redo are sent apart where the first changes how the second is read.
#[test]
fn redo_of_a_file_that_switches_it() {
    let db = Database::new();
    let up = r"SET standard_conforming_strings = on; BEGIN; CREATE TABLE u (x text DEFAULT 'a\'); COMMIT;";
    let down = "SET standard_conforming_strings = off; DROP TABLE u;";
    let folder = Folder::new().pair("1_u", up, down);
    let run = |args: &[&str]| Run::dbm().db(&db).path(&folder).args(args.iter().copied()).output();
    run(&["up"]).assert_status(0);
    let other = Folder::new().pair("1_u", r"CREATE TABLE u (x text DEFAULT 'a\'; --');", down);
    run(&["down", "1"]).assert_status(0);
    Run::dbm().db(&db).path(&other).arg("up").output().assert_status(1);
    let switched = Folder::new().pair("1_u", "CREATE TABLE u ();", down);
    Run::dbm().db(&db).path(&switched).arg("up").output().assert_status(0);
    switched.write("1_u.up.sql", r"BEGIN; CREATE TABLE u (x text DEFAULT 'a\'; --'); COMMIT;");
    let output = Run::dbm().db(&db).path(&switched).arg("redo").output();
    output.assert_status(0).assert_essence("1/d u (TIME)\n1/u u (TIME)\n");
    assert_eq!(db.row(), Some((1, false)));
}

#[test]
fn through_a_pooler() {
    let Some(pooler) = pgbouncer::shared("interop::strings::through_a_pooler") else { return };
    let db = Database::new();
    db.execute(OFF);
    let folder = Folder::new()
        .file("1_t.up.sql", TABLE)
        .file("2_x.up.sql", FILES[2])
        .file("3_on.up.sql", "SET standard_conforming_strings = on")
        .file("4_x.up.sql", r"BEGIN; INSERT INTO t VALUES ('a\'); COMMIT;");
    let output = Run::dbm().url(pooler.url(&db)).path(&folder).arg("up").output();
    output.assert_status(0);
    assert_eq!(db.number("SELECT count(*) FROM t"), 2, "{output}");
}
