//! What a folder may hold: names, gaps, empty files, missing sides.

use crate::interop::twins::{Level, Twins, Typed};
use crate::support::Folder;

/// Up and down and about, with a look at the version now and then.
const WALK: &[&[&str]] = &[
    &["version"],
    &["up", "1"],
    &["version"],
    &["up"],
    &["version"],
    &["down", "1"],
    &["up"],
    &["down", "2"],
    &["version"],
    &["up", "1"],
    &["down", "-all"],
    &["version"],
    &["up"],
    &["up"],
];

/// The walk over this folder, once plain and once with `-verbose`, then a `goto` to each version.
fn walk(test: &str, folder: &Folder, versions: &[&str]) {
    let Some(mut twins) = Twins::new(test) else {
        return;
    };
    'walks: for verbose in [false, true] {
        twins.clear();
        let steps = WALK.iter().map(|step| step.to_vec());
        let there = versions.iter().map(|version| vec!["goto", *version]);
        let back = versions.iter().rev().map(|version| vec!["goto", *version]);
        for step in steps.chain(back).chain(there) {
            let typed = if verbose { Typed::verbose(&step) } else { Typed::command(&step) };
            if !twins.compare(folder, &typed, Level::Same) {
                break 'walks;
            }
        }
    }
    twins.finish();
}

#[test]
fn four_plain_pairs() {
    walk("four_plain_pairs", &Folder::four(), &["1", "2", "3", "4", "5"]);
}

#[test]
fn empty_blank_and_comment_only_files() {
    let folder = Folder::new()
        .pair("1_empty", "", "")
        .pair("2_blank", " \n\t\r\n", "\n")
        .pair("3_comment", "-- nothing\n", "/* nothing /* at all */ */")
        .pair("4_semicolons", ";;\n;", "; -- x\n;")
        .pair("5_table", "CREATE TABLE e (id int)", "DROP TABLE e");
    walk("empty_blank_and_comment_only_files", &folder, &["1", "2", "3", "4", "5"]);
}

/// What dbm sends with a file must neither vanish in a comment of the file nor be glued to its end.
#[test]
fn files_that_end_in_unusual_ways() {
    let folder = Folder::new()
        .pair("1_a", "CREATE TABLE a (id int) -- the end", "DROP TABLE a -- the end; of it")
        .pair("2_b", "CREATE TABLE b (id int); -- the end", "DROP TABLE b; /* the end */")
        .pair("3_c", "BEGIN; CREATE TABLE c (id int); COMMIT; -- the end", "begin;drop table c;end")
        .pair(
            "4_d",
            "BEGIN; CREATE TABLE d (id int); COMMIT -- the end",
            "BEGIN\n;DROP TABLE d\n;COMMIT\n",
        )
        .pair("5_e", "-- BEGIN;\nCREATE TABLE e (id int)", "/* BEGIN; */ DROP TABLE e; -- COMMIT;")
        .pair("6_f", "CREATE TABLE f AS SELECT 'BEGIN;' AS t", "DROP TABLE f")
        .pair("7_g", "\n\n\tCREATE TABLE g (id int)\n\n;\n\n;", ";;DROP TABLE g;;")
        .pair("8_h", "CREATE TABLE h (id int);\r\n-- the end\r", "DROP TABLE h\r\n");
    walk("files_that_end_in_unusual_ways", &folder, &["1", "3", "4", "8"]);
}

/// Statements that want to be the first of their transaction, or to be in one.
#[test]
fn files_that_set_up_their_transaction() {
    let folder = Folder::new()
        .pair(
            "1_a",
            "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; CREATE TABLE a (id int);",
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; DROP TABLE a;",
        )
        .pair(
            "2_b",
            "BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; CREATE TABLE b (id int); COMMIT;",
            "BEGIN ISOLATION LEVEL REPEATABLE READ; DROP TABLE b; COMMIT;",
        )
        .pair(
            "3_c",
            "BEGIN READ WRITE; SET CONSTRAINTS ALL IMMEDIATE; CREATE TABLE c (id int); COMMIT;",
            "BEGIN; SAVEPOINT s; DROP TABLE c; ROLLBACK TO s; DROP TABLE c; RELEASE s; COMMIT;",
        )
        .pair(
            "4_d",
            "BEGIN; LOCK TABLE c IN SHARE MODE; CREATE TABLE d AS TABLE c; COMMIT;",
            "BEGIN READ ONLY; SELECT 1; COMMIT;",
        )
        .pair(
            "5_e",
            "BEGIN; CREATE TABLE never (id int); ROLLBACK;",
            "BEGIN; SET TRANSACTION READ ONLY; SELECT 1; END;",
        )
        .pair(
            "6_f",
            "DROP TABLE IF EXISTS d; SET CONSTRAINTS ALL DEFERRED; CREATE TABLE d (id int);",
            "SET LOCAL lock_timeout = '5s'; SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE; DROP TABLE d;",
        );
    walk("files_that_set_up_their_transaction", &folder, &["1", "2", "3"]);
}

#[test]
fn pairs_with_one_side_missing() {
    let folder = Folder::new()
        .file("1_up_only.up.sql", "CREATE TABLE IF NOT EXISTS a (id int)")
        .file("2_down_only.down.sql", "DROP TABLE IF EXISTS a")
        .pair("3_both", "CREATE TABLE c (id int)", "DROP TABLE c")
        .file("4_down_only_at_the_end.down.sql", "SELECT 1");
    walk("pairs_with_one_side_missing", &folder, &["1", "2", "3", "4"]);
}

#[test]
fn a_first_migration_without_a_down() {
    let folder = Folder::new()
        .file("1_a.up.sql", "CREATE TABLE IF NOT EXISTS a (id int)")
        .file("2_b.up.sql", "CREATE TABLE IF NOT EXISTS b (id int)");
    walk("a_first_migration_without_a_down", &folder, &["1", "2"]);
}

#[test]
fn version_zero() {
    let folder = Folder::new().pair("0_zero", "CREATE TABLE z (id int)", "DROP TABLE z").pair(
        "1_one",
        "CREATE TABLE a (id int)",
        "DROP TABLE a",
    );
    walk("version_zero", &folder, &["0", "1"]);
}

#[test]
fn gaps_and_numeric_order() {
    let folder = Folder::new()
        .pair("2_b", "CREATE TABLE b (id int)", "DROP TABLE b")
        .pair("10_j", "CREATE TABLE j AS TABLE b", "DROP TABLE j")
        .pair("009_i", "CREATE TABLE i AS TABLE b", "DROP TABLE i")
        .pair("100_c", "CREATE TABLE c AS TABLE j", "DROP TABLE c");
    walk("gaps_and_numeric_order", &folder, &["2", "9", "009", "10", "11", "100"]);
}

#[test]
fn timestamps_and_the_largest_version() {
    let folder = Folder::new()
        .pair("20240101120000_t", "CREATE TABLE t (id int)", "DROP TABLE t")
        .pair("9223372036854775807_m", "CREATE TABLE m (id int)", "DROP TABLE m");
    walk("timestamps_and_the_largest_version", &folder, &["20240101120000", "9223372036854775807"]);
}

#[test]
fn unusual_names() {
    let folder = Folder::new()
        .pair("001_", "SELECT 1", "SELECT 1")
        .pair("2_with space", "SELECT 1", "SELECT 1")
        .pair("3_dots.and.more", "SELECT 1", "SELECT 1")
        .pair("4_a.up", "SELECT 1", "SELECT 1")
        .pair("5_ünïcode_名前", "SELECT 1", "SELECT 1")
        .pair("6__under__scores_", "SELECT 1", "SELECT 1")
        .pair("7_5s (1ms)", "SELECT 1", "SELECT 1");
    walk("unusual_names", &folder, &["1", "3", "5", "7"]);
}

#[test]
fn other_extensions() {
    let folder = Folder::new()
        .file("1_a.up.psql", "SELECT 1")
        .file("1_a.down.txt", "SELECT 1")
        .file("2_b.up.", "SELECT 1")
        .file("2_b.down.x.y", "SELECT 1")
        .file("3_c.up.sql.bak", "SELECT 1")
        .file("4_d.up.json", "SELECT 1");
    walk("other_extensions", &folder, &["1", "2", "3", "4"]);
}

#[test]
fn what_is_ignored() {
    let folder = Folder::new()
        .file("1_a.up.sql", "CREATE TABLE IF NOT EXISTS a (id int)")
        .file("2_b.UP.sql", "SELEC")
        .file("2_b.up", "SELEC")
        .file("3-c.up.sql", "SELEC")
        .file("c_4.up.sql", "SELEC")
        .file("V5__e.sql", "SELEC")
        .file("-6_f.up.sql", "SELEC")
        .file(" 7_g.up.sql", "SELEC")
        .file("sub/8_h.up.sql", "SELEC")
        .file("9_i.up.sql/inner.txt", "a folder with the name of a migration")
        .file(".gitkeep", "")
        .file("README.md", "SELEC");
    walk("what_is_ignored", &folder, &["1"]);
}

/// The same version twice, written differently.
#[test]
fn duplicates() {
    let Some(mut twins) = Twins::new("duplicates") else {
        return;
    };
    for (first, second) in [
        ("1_a.up.sql", "1_other.up.sql"),
        ("01_a.up.sql", "1_a.up.sql"),
        ("1_a.down.sql", "001_b.down.sql"),
        ("1_a.up.sql", "1_a.up.txt"),
    ] {
        let folder = Folder::new().file(first, "SELECT 1").file(second, "SELECT 1");
        let args = ["-path", "{path}", "-database", "{db}", "up"];
        twins.compare(&folder, &Typed::raw(&args), Level::Same);
    }
    twins.finish();
}

/// Files that fail: the message is the reference's, with its column and line.
#[test]
fn files_that_fail() {
    let Some(mut twins) = Twins::new("files_that_fail") else {
        return;
    };
    for text in [
        "SELEC 1",
        "CREATE TABLE t (a int);\nSELECT *\n  FROM nowhere;",
        "CREATE TABLE t (a int);\n\n\tSELECT nothing FROM t;",
        "SELECT 'é', 'ü', nothing",
        "-- ünï\nSELECT 'x' || 'ö'; SELEC",
        "SELECT 'unfinished",
        "CREATE TABLE t (",
        "CREATE TABLE t (a int primary key); INSERT INTO t VALUES (1), (1)",
        "SELECT 1/0",
        "DO $$ BEGIN RAISE EXCEPTION 'no, and % no', 7 USING HINT = 'go away'; END $$",
        "BEGIN;\nCREATE TABLE t (a int);\nSELECT nothing;\nCOMMIT;",
        "DROP TABLE nowhere",
        "SAVEPOINT s; CREATE TABLE t (a int);",
        "/* never ends",
        "SELECT $$ never ends",
        "SELECT \"never ends",
        "SELECT 1 +",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETRN 1; END $$;",
        "\\connect other\nSELECT 1;",
        "SELECT (1; SELECT 2",
    ] {
        twins.clear();
        let folder = Folder::new()
            .pair("1_a", "CREATE TABLE a (id int)", "DROP TABLE a")
            .pair("2_b", text, "SELECT 1");
        for typed in [Typed::command(&["up"]), Typed::verbose(&["up"])] {
            twins.clear();
            twins.compare(&folder, &typed, Level::Failure);
            assert_eq!(twins.theirs.row(), Some((2, true)), "{text}");
            assert_eq!(twins.ours.row(), Some((1, false)), "{text}");
            assert_eq!(twins.ours.tables(), ["public.a", "public.schema_migrations"], "{text}");
        }
    }
    twins.finish();
}
