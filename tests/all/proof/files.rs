//! Files that fail, that are not there, and that run in other ways; and which versions are tried.

use std::path::Path;

use crate::proof::{assert_results, test};
use crate::support::{Database, Folder, Run};

/// The project's own migrations.
#[test]
fn our_own_migrations() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let db = Database::new();
    let run = Run::dbm().db(&db).arg("-path").arg(folder.to_str().expect("a UTF-8 path"));
    let output = run.arg("test").output();
    assert_results(
        output.assert_status(0),
        &[(1, "passed"), (2, "passed"), (3, "passed"), (4, "passed")],
    );
}

#[test]
fn a_down_file_that_fails_does_not_end_it() {
    let db = Database::new();
    let folder = Folder::four();
    folder.write("2_b.down.sql", "drop table b;\ndrop table wrong;\n");
    let output = test(&db, &folder).output();
    assert_results(
        output.assert_status(1),
        &[(1, "passed"), (2, "failed"), (3, "passed"), (4, "passed")],
    );
    let path = folder.join("2_b.down.sql");
    assert!(
        output.stdout.starts_with(&format!(
            "failed: 2 b\n  the down file failed: table \"wrong\" does not exist ({}:2:1)\n    \
             2 | drop table wrong;\n      | ^\n    SQLSTATE: 42P01\n",
            path.display()
        )),
        "{output}"
    );
    assert!(output.stdout.contains("\n1 of 4 pairs failed ("), "{output}");
}

#[test]
fn an_up_file_that_fails_is_the_end() {
    let db = Database::new();
    let folder = Folder::four();
    folder.write("2_b.up.sql", "create table b (id wrong);\n");
    let output = test(&db, &folder).output();
    assert_results(
        output.assert_status(1),
        &[(1, "passed"), (2, "failed"), (3, "skipped"), (4, "skipped")],
    );
    assert!(
        output.stdout.contains("  the up file failed: type \"wrong\" does not exist ("),
        "{output}"
    );
    assert!(output.stdout.contains("\n1 of 4 pairs failed, 2 skipped ("), "{output}");
    // Also where it was only to be run on the way.
    let output = test(&db, &folder).args(["-only", "4"]).output();
    assert_results(output.assert_status(1), &[(2, "failed"), (4, "skipped")]);
}

#[test]
fn no_down_file() {
    let db = Database::new();
    let folder = Folder::new().file("1_a.up.sql", "create table a (id int)");
    let output = test(&db, &folder).output();
    assert_results(output.assert_status(1), &[(1, "failed")]);
    assert!(output.stdout.starts_with("failed: 1 a\n  there is no down file\n"), "{output}");
}

#[test]
fn irreversible_on_purpose() {
    let db = Database::new();
    let folder = Folder::new()
        .pair("1_a", "create table a (id int, n int)", "drop table a")
        .pair("2_b", "alter table a drop n", "-- dbm:irreversible the numbers are gone\n")
        .pair("3_c", "create table c (id int)", "drop table c");
    let output = test(&db, &folder).output();
    assert_results(output.assert_status(0), &[(1, "passed"), (2, "irreversible"), (3, "passed")]);
    assert!(output.stdout.starts_with("irreversible: 2 b: the numbers are gone\n"), "{output}");
    assert!(output.stdout.contains("\n2 of 3 pairs passed, 1 irreversible ("), "{output}");
    // A real one refuses it.
    Run::dbm().db(&db).path(&folder).args(["up", "2"]).output().assert_status(0);
    let output = Run::dbm().db(&db).path(&folder).args(["down", "1"]).output();
    let path = folder.join("2_b.down.sql");
    let said = format!("error: {} cannot be undone: the numbers are gone", path.display());
    assert_eq!(output.assert_status(1).first_line(), said);
    output.assert_says("nothing was run; if it is undone by hand, take version 2 off: dbm force 1");
    assert_eq!(db.row(), Some((2, false)));
}

#[test]
fn files_that_no_transaction_takes() {
    let db = Database::new();
    let folder = Folder::new()
        .pair("1_a", "create table a (n int)", "drop table a")
        .pair("2_i", "create index concurrently a_n on a (n)", "drop index concurrently a_n")
        .pair(
            "3_j",
            "create index concurrently a_j on a (n); create index concurrently a_k on a (n)",
            "drop index concurrently a_j; drop index concurrently wrong",
        )
        .pair("4_b", "begin; create table b (id int); commit;", "begin; drop table b; commit;");
    let output = test(&db, &folder).output();
    assert_results(
        output.assert_status(1),
        &[(1, "passed"), (2, "passed"), (3, "failed"), (4, "passed")],
    );
    let run = Run::dbm().url(db.url_with("x-multi-statement=true")).path(&folder);
    let output = run.args(["test", "-only", "2,4"]).output();
    assert_results(output.assert_status(0), &[(2, "passed"), (4, "passed")]);
}

#[test]
fn parameters_of_the_url_count() {
    let db = Database::new();
    let folder = Folder::new().pair("1_a", "create table a (n int)", "drop table a").pair(
        "2_b",
        "create table b (n int)",
        "select 1",
    );
    db.execute("create schema app");
    for parameters in [
        "search_path=app",
        "search_path=app&x-migrations-table=versions",
        "x-migrations-table-quoted=true&x-migrations-table=%22app%22.%22versions%22",
    ] {
        let run = Run::dbm().url(db.url_with(parameters)).path(&folder).arg("test");
        let output = run.output();
        assert_results(output.assert_status(1), &[(1, "passed"), (2, "failed")]);
        let schema = if parameters.starts_with("search_path") { "app" } else { "public" };
        assert!(output.stdout.contains(&format!("left behind: table {schema}.b\n")), "{output}");
        assert!(!output.stdout.contains("versions"), "{output}");
    }
}

#[test]
fn some_versions_only() {
    let (db, folder) = (Database::new(), Folder::four());
    let all = [1, 2, 3, 4];
    for (args, tried) in [
        (&["-from", "3"][..], &all[2..]),
        (&["-to=2"], &all[..2]),
        (&["-from", "2", "-to", "3"], &all[1..3]),
        (&["-only", "2, 04"], &[2, 4]),
        (&["-only", "2,4", "-from", "3"], &[4]),
    ] {
        let output = test(&db, &folder).args(args.iter().copied()).output();
        let expected: Vec<(u64, &str)> = tried.iter().map(|version| (*version, "passed")).collect();
        assert_results(output.assert_status(0), &expected);
    }
    for (args, said) in [
        (&["-only", "9"][..], "error: version 9 has no file here\n"),
        (&["-from", "5"], "error: no version of the folder is among those\n"),
        (&["-fix", "-keep"], "error: -fix cannot be used with -keep\n"),
        (&["-json", "-format", "text"], "error: -json cannot be used with another -format\n"),
    ] {
        let output = test(&db, &folder).args(args.iter().copied()).output();
        assert!(output.assert_status(1).stderr.starts_with(said), "{output}");
    }
    for args in [["-only", "x"], ["-from", "-1"]] {
        test(&db, &folder).args(args).output().assert_status(2).assert_says("is not a version");
    }
}

#[test]
fn an_empty_folder_is_the_wrong_one() {
    let (db, folder) = (Database::new(), Folder::new());
    let output = test(&db, &folder).output();
    assert_eq!(output.assert_status(1).first_line(), "error: first .: file does not exist");
}
