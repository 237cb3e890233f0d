//! `-fix`: the statements go into the down files, and those are tried again.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::proof::{assert_results, test};
use crate::support::{Database, Folder};

fn read(folder: &Folder, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn the_next_test_passes() {
    let db = Database::new();
    let folder = Folder::new()
        .pair("1_a", "create table a (id int, n int)", "drop table a;\n")
        .pair("2_i", "create index a_n on a (n); alter table a add x int", "alter table a drop x")
        .pair("3_own", "create table o (); create table p ()", "begin;\ndrop table o;\ncommit;\n")
        .pair("4_fails", "create table f ()", "drop table g;\n")
        .file("5_none.up.sql", "create view v as select n from a")
        .pair("6_crlf", "create table r (); create table s ()", "drop table r;\r\n");
    let mode = |name: &str| fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(folder.join("2_i.down.sql"), fs::Permissions::from_mode(0o640)).unwrap();
    let told = test(&db, &folder).output();
    told.assert_status(1)
        .assert_line("hint: to write the statements into the down files", ": dbm test -fix");
    assert!(
        told.stdout.contains("\n  what is missing at the end of ")
            && told.stdout.contains("\n\nDROP INDEX public.a_n;\n\n"),
        "{told}"
    );
    assert_eq!(read(&folder, "2_i.down.sql"), "alter table a drop x");
    let fixed = test(&db, &folder).arg("-fix").output();
    let passed = [1, 2, 3, 4, 5, 6].map(|version| (version, "passed"));
    assert_results(fixed.assert_status(0), &passed);
    fixed.assert_line(
        "hint: 5 down files written, and 5 of them passed; read them before they are committed; to \
         try them again",
        ": dbm test -only 2,3,4,5,6",
    );
    assert!(fixed.stdout.contains("\n-alter table a drop x\n"), "{fixed}");
    assert!(fixed.stdout.contains("\n+DROP INDEX public.a_n;\n"), "{fixed}");
    assert_eq!(read(&folder, "2_i.down.sql"), "alter table a drop x;\nDROP INDEX public.a_n;\n");
    assert_eq!(mode("2_i.down.sql"), 0o640);
    assert_eq!(
        read(&folder, "3_own.down.sql"),
        "begin;\ndrop table o;\nDROP TABLE public.p;\ncommit;\n"
    );
    assert_eq!(
        read(&folder, "4_fails.down.sql"),
        "DROP TABLE public.f;\n\n-- What was here before failed: table \"g\" does not exist\n\
         -- drop table g;\n"
    );
    assert_eq!(read(&folder, "5_none.down.sql"), "DROP VIEW public.v;\n");
    assert_eq!(read(&folder, "6_crlf.down.sql"), "drop table r;\r\nDROP TABLE public.s;\r\n");
    assert_eq!(
        folder.names().len(),
        12,
        "nothing else is left in the folder: {:?}",
        folder.names()
    );
    let again = test(&db, &folder).arg("-fix").output();
    assert_results(again.assert_status(0), &passed);
    assert_eq!(again.stderr, "");
    // Not the target: nothing ran there.
    assert_eq!(db.tables(), [] as [String; 0]);
}

#[test]
fn a_file_outside_the_folder_is_not_written() {
    let (db, elsewhere) = (Database::new(), Folder::new().file("down.sql", "select 1;\n"));
    let folder = Folder::new().file("1_a.up.sql", "create table a (id int)");
    symlink(elsewhere.join("down.sql"), folder.join("1_a.down.sql")).unwrap();
    let output = test(&db, &folder).arg("-fix").output();
    output.assert_status(1).assert_line("error: ", "outside the folder");
    assert_eq!(read(&elsewhere, "down.sql"), "select 1;\n");
    // A link within it is followed.
    let folder = Folder::new()
        .file("1_a.up.sql", "create table a (id int)")
        .file("shared.txt", "select 1;\n");
    symlink("shared.txt", folder.join("1_a.down.sql")).unwrap();
    test(&db, &folder).arg("-fix").output().assert_status(0);
    assert_eq!(read(&folder, "shared.txt"), "select 1;\nDROP TABLE public.a;\n");
    assert!(fs::symlink_metadata(folder.join("1_a.down.sql")).unwrap().is_symlink());
}

/// What no statement brings back is not written.
#[test]
fn there_may_be_nothing_to_write() {
    let db = Database::new();
    let folder = Folder::new().pair("1_a", "create table a (id wrong)", "drop table a");
    let output = test(&db, &folder).arg("-fix").output();
    assert_results(output.assert_status(1), &[(1, "failed")]);
    assert_eq!(output.stderr, "");
    assert_eq!(read(&folder, "1_a.down.sql"), "drop table a");
}
