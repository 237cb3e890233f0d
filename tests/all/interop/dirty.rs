//! A dirty row left by one tool and met by the other.

use crate::support::{Database, Folder, Run, reference};

const DIRTY_TWO: &str = "error: Dirty database version 2. Fix and force version.\n";

/// A second migration that fails in the reference; `fix` fixes it.
fn broken() -> Folder {
    Folder::new().pair("1_a", "CREATE TABLE a (id int);", "DROP TABLE a;").pair(
        "2_b",
        "CREATE TABLE b (id int); SELEC;",
        "DROP TABLE b;",
    )
}

/// A second migration that fails in its third statement under dbm, and cannot be rolled back.
fn broken_loose() -> Folder {
    broken().file(
        "2_b.up.sql",
        "CREATE TABLE b (id int);\nCREATE INDEX CONCURRENTLY b_id ON b (id);\nSELECT 1/0;\n",
    )
}

fn fix(folder: &Folder) {
    folder.write("2_b.up.sql", "CREATE TABLE IF NOT EXISTS b (id int);");
}

#[test]
fn left_by_the_reference_seen_by_dbm() {
    let Some(reference) = reference::find("left_by_the_reference_seen_by_dbm") else {
        return;
    };
    let (db, folder) = (Database::new(), broken());
    let failed = Run::program(&reference).db(&db).path(&folder).arg("up").output();
    failed.assert_status(1).assert_says("migration failed");
    assert_eq!(db.row(), Some((2, true)));

    Run::dbm().db(&db).path(&folder).arg("version").stderr("2 (dirty)\n").check_essence();
    for command in [
        &["up"][..],
        &["up", "1"],
        &["down", "1"],
        &["down", "-all"],
        &["goto", "1"],
        &["goto", "2"],
    ] {
        Run::dbm()
            .db(&db)
            .path(&folder)
            .args(command.iter().copied())
            .status(1)
            .stderr(DIRTY_TWO)
            .check_essence();
        assert_eq!(db.row(), Some((2, true)), "{command:?}");
    }

    // Fixed and forced back by dbm; the reference finds nothing left to do.
    fix(&folder);
    Run::dbm().db(&db).path(&folder).args(["force", "1"]).check_essence();
    assert_eq!(db.row(), Some((1, false)));
    Run::dbm().db(&db).path(&folder).arg("up").stderr("2/u b (TIME)\n").check_essence();
    Run::program(&reference).db(&db).path(&folder).arg("up").stderr("no change\n").check();
}

#[test]
fn left_by_dbm_seen_by_the_reference() {
    let Some(reference) = reference::find("left_by_dbm_seen_by_the_reference") else {
        return;
    };
    let (db, folder) = (Database::new(), broken_loose());
    let failed = Run::dbm().db(&db).path(&folder).arg("up").output();
    failed.assert_status(1).assert_says("migration failed");
    assert_eq!(db.row(), Some((2, true)));

    let theirs = || Run::program(&reference).db(&db).path(&folder);
    theirs().arg("version").stderr("2 (dirty)\n").check();
    theirs().arg("up").status(1).stderr(DIRTY_TWO).check();
    theirs().args(["down", "1"]).status(1).stderr(DIRTY_TWO).check();

    // Fixed and forced by the reference; dbm goes on from there.
    fix(&folder);
    theirs().args(["force", "2"]).check();
    Run::dbm()
        .db(&db)
        .path(&folder)
        .args(["down", "-all"])
        .stderr("2/d b (TIME)\n1/d a (TIME)\n")
        .check_essence();
    theirs().arg("version").status(1).stderr("error: no migration\n").check();
}

/// The first migration's own down, failing in the reference, leaves the row (-1, true).
#[test]
fn a_failed_first_down_of_the_reference() {
    let Some(reference) = reference::find("a_failed_first_down_of_the_reference") else {
        return;
    };
    let db = Database::new();
    let folder = Folder::new().pair("1_a", "CREATE TABLE a (id int)", "DROP TABLE nowhere");
    Run::dbm().db(&db).path(&folder).arg("up").stderr("1/u a (TIME)\n").check_essence();
    Run::program(&reference).db(&db).path(&folder).args(["down", "1"]).output().assert_status(1);
    assert_eq!(db.row(), Some((-1, true)));
    Run::dbm()
        .db(&db)
        .path(&folder)
        .arg("up")
        .status(1)
        .stderr("error: Dirty database version -1. Fix and force version.\n")
        .check_essence();
    Run::dbm().db(&db).path(&folder).args(["force", "1"]).check_essence();
    folder.write("1_a.down.sql", "DROP TABLE a");
    Run::program(&reference)
        .db(&db)
        .path(&folder)
        .args(["down", "1"])
        .stderr("1/d a (TIME)\n")
        .check();
}

/// The same file, plain: dbm leaves nothing dirty, so the reference needs no `force`.
#[test]
fn what_dbm_failed_at_the_reference_goes_on_with() {
    let Some(reference) = reference::find("what_dbm_failed_at_the_reference_goes_on_with") else {
        return;
    };
    let (db, folder) = (Database::new(), broken());
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(1);
    assert_eq!(db.row(), Some((1, false)));
    fix(&folder);
    Run::program(&reference).db(&db).path(&folder).arg("up").stderr("2/u b (TIME)\n").check();
}
