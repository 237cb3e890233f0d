//! Rows that are there before a version, what must be true after it, and what a down file loses.

use crate::proof::{assert_results, test};
use crate::support::{Database, Folder, Run, reference};

#[test]
fn rows_find_what_empty_tables_hide() {
    let db = Database::new();
    let folder = Folder::new()
        .pair("1_a", "create table a (id int primary key, n int)", "drop table a")
        .pair("2_b", "alter table a alter n set not null", "alter table a alter n drop not null");
    test(&db, &folder).output().assert_status(0);
    folder.write("2_b.seed.sql", "insert into a values (1, 2), (2, null)");
    let output = test(&db, &folder).output();
    assert_results(output.assert_status(1), &[(1, "passed"), (2, "failed")]);
    assert!(
        output
            .stdout
            .contains("  the up file failed: column \"n\" of relation \"a\" contains null"),
        "{output}"
    );
    folder.write("2_b.seed.sql", "insert into wrong values (1)");
    let output = test(&db, &folder).output();
    assert_results(output.assert_status(1), &[(1, "passed"), (2, "failed")]);
    let path = folder.join("2_b.seed.sql");
    let said =
        format!("  the seed file failed: relation \"wrong\" does not exist ({})", path.display());
    assert!(output.stdout.contains(&said), "{output}");
}

#[test]
fn a_down_file_that_loses_values() {
    let db = Database::new();
    let folder = Folder::new()
        .pair("1_a", "create table a (id int primary key, n int, t text)", "drop table a")
        .pair("2_drop", "alter table a drop n", "alter table a add n int")
        .pair("3_cut", "delete from a where id = 1", "select 1")
        .file("2_drop.seed.sql", "insert into a values (1, 2, 'x'), (2, null, 'y'), (3, 4, 'z')");
    let output = test(&db, &folder).output();
    assert_results(output.assert_status(1), &[(1, "passed"), (2, "failed"), (3, "failed")]);
    assert!(
        output.stdout.contains("  data: table public.a\n    column n: other values in 2 rows\n"),
        "{output}"
    );
    assert!(output.stdout.contains("  data: table public.a\n    rows: 3 -> 2\n"), "{output}");
    assert!(output.stdout.contains("1 table with other data"), "{output}");
    let json = test(&db, &folder).arg("-json").output();
    let object: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    let found = object["pairs"][1]["findings"].as_array().expect("findings");
    let lost = found.iter().find(|it| it["kind"] == "data-lost").expect("the loss");
    assert_eq!((&lost["rows"]["before"], &lost["rows"]["columns"]["n"]), (&3.into(), &2.into()));
}

#[test]
fn what_must_be_true() {
    let db = Database::new();
    let folder = Folder::new()
        .pair("1_a", "create table a (id int); insert into a values (1)", "drop table a")
        .file("1_a.check.sql", "select count(*) = 1 from a;\nselect true;\n");
    test(&db, &folder).output().assert_status(0);
    folder.write(
        "1_a.check.sql",
        "select true;\nselect count(*) = 2 from a;\nselect wrong from a;\nselect 1;\n",
    );
    let output = test(&db, &folder).output();
    assert_results(output.assert_status(1), &[(1, "failed")]);
    let path = folder.join("1_a.check.sql");
    for (line, said) in [
        (2, "it is false"),
        (3, "it failed: column \"wrong\" does not exist"),
        (4, "it does not return a boolean"),
    ] {
        let said = format!("  check failed: {said} ({}:{line})\n", path.display());
        assert!(output.stdout.contains(&said), "{said}\n{output}");
    }
    assert!(output.stdout.contains("3 failed checks"), "{output}");
}

/// golang-migrate passes such names over.
#[test]
fn they_are_run_by_the_test_alone() {
    let folder = Folder::four().file("2_b.seed.sql", "wrong").file("3_c.check.sql", "wrong");
    let migrate = reference::find("proof::data::they_are_run_by_the_test_alone");
    for run in [Some(Run::dbm()), migrate.map(Run::program)].into_iter().flatten() {
        let db = Database::new();
        run.db(&db).path(&folder).arg("up").output().assert_status(0);
        assert_eq!((db.row(), db.tables().len()), (Some((4, false)), 5));
    }
    Run::dbm().path(&folder).arg("verify").output().assert_status(0);
}
