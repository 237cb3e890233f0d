//! Every kind of file: plain, wrapped, loose; and each when it fails.

use crate::support::pgbouncer::shared;
use crate::support::{Database, Folder, Run};

#[test]
fn of_every_kind() {
    let Some(pooler) = shared("pooler::files::of_every_kind") else { return };
    let db = Database::new();
    let folder = Folder::new()
        .pair("1_plain", "CREATE TABLE t (id int); INSERT INTO t VALUES (1);", "DROP TABLE t;")
        .pair(
            "2_wrapped",
            "BEGIN;\nCREATE TABLE w (id int);\nINSERT INTO w VALUES (1);\nCOMMIT;\n",
            "BEGIN;\nDROP TABLE w;\nCOMMIT;\n",
        )
        .pair(
            "3_index",
            "CREATE INDEX CONCURRENTLY t_id ON t (id);",
            "DROP INDEX CONCURRENTLY t_id;",
        )
        .pair(
            "4_loose",
            "CREATE TABLE l (id int);\nCREATE INDEX CONCURRENTLY l_id ON l (id);\nVACUUM l;\n\
             INSERT INTO l VALUES (1);\n",
            "DROP TABLE l;",
        )
        .pair(
            "5_commits",
            "CREATE TABLE c (id int);\nCOMMIT;\nINSERT INTO c VALUES (1);\n",
            "DROP TABLE c;",
        )
        .pair(
            "6_function",
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;",
            "DROP FUNCTION f();",
        )
        .pair("7_empty", "", "");
    let through = || Run::dbm().url(pooler.url(&db)).path(&folder);
    for round in 0..3 {
        through().arg("up").output().assert_status(0);
        assert_eq!(db.row(), Some((7, false)), "round {round}");
        for table in ["t", "w", "l", "c"] {
            assert_eq!(db.number(&format!("SELECT count(*) FROM {table}")), 1, "{table}");
        }
        assert_eq!(db.number("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), 0);
        assert_eq!(db.number("SELECT count(*) FROM pg_class WHERE relname IN ('t_id', 'l_id')"), 2);
        assert_eq!(db.advisory_locks(), [], "round {round}");
        through().args(["down", "-all"]).output().assert_status(0);
        assert_eq!(db.row(), None, "round {round}");
        assert_eq!(db.tables(), ["public.schema_migrations"], "round {round}");
        assert_eq!(db.advisory_locks(), [], "round {round}");
    }
}

/// Statement by statement, because the URL says so.
#[test]
fn multi_statement() {
    let Some(pooler) = shared("pooler::files::multi_statement") else { return };
    let db = Database::new();
    let folder = Folder::new().pair(
        "1_two",
        "CREATE TABLE t (id int);\nCREATE INDEX CONCURRENTLY t_id ON t (id);\n",
        "DROP TABLE t;",
    );
    let url = format!("{}&x-multi-statement=true", pooler.url(&db));
    Run::dbm().url(url).path(&folder).arg("up").stderr("1/u two (TIME)\n").check_essence();
    assert_eq!(db.row(), Some((1, false)));
    assert_eq!(db.advisory_locks(), []);
}

/// A file that fails has not happened, and leaves no transaction open on a server connection.
#[test]
fn that_fail() {
    let Some(pooler) = shared("pooler::files::that_fail") else { return };
    for (begin, commit) in [("", ""), ("BEGIN;\n", "COMMIT;\n")] {
        let db = Database::new();
        let folder = Folder::tables(&["a"]).pair(
            "2_fails",
            &format!("{begin}CREATE TABLE gone (id int);\nSELECT 1/0;\n{commit}"),
            "SELECT 1;",
        );
        let through = || Run::dbm().url(pooler.url(&db)).path(&folder);
        through().args(["up", "1"]).output().assert_status(0);
        let before = db.dump();
        let output = through().arg("up").output();
        output.assert_status(1).assert_says("division by zero");
        assert_eq!(db.row(), Some((1, false)), "{output}");
        assert_eq!(db.dump(), before, "{output}");
        assert_eq!(db.advisory_locks(), [], "{output}");
        let open = format!(
            "SELECT count(*) FROM pg_stat_activity
             WHERE datname = '{}' AND state LIKE 'idle in transaction%'",
            db.name()
        );
        assert_eq!(db.number(&open), 0, "{output}");
        folder.write("2_fails.up.sql", "CREATE TABLE mended (id int);");
        through().arg("up").stderr("2/u fails (TIME)\n").check_essence();
    }
}

/// A loose file that fails is dirty, and which statement it was is said.
#[test]
fn that_fail_half_way() {
    let Some(pooler) = shared("pooler::files::that_fail_half_way") else { return };
    let db = Database::new();
    let folder = Folder::new().file(
        "1_loose.up.sql",
        "CREATE TABLE l (id int);\nCREATE INDEX CONCURRENTLY l_id ON l (id);\nSELECT 1/0;\n",
    );
    let through = || Run::dbm().url(pooler.url(&db)).path(&folder);
    through().arg("up").output().assert_status(1).assert_says("statement 3 of 3");
    assert_eq!(db.row(), Some((1, true)));
    assert_eq!(db.advisory_locks(), []);
    through().args(["force", "1"]).check_essence();
    through().arg("up").stderr("no change\n").check_essence();
}
