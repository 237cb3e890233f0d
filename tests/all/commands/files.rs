//! Files that need a word: a byte-order mark, near misses, numbers too large.

use crate::support::{Database, Folder, Run};

#[test]
fn a_byte_order_mark_is_not_sent() {
    let db = Database::new();
    let folder = Folder::new()
        .file("1_a.up.sql", "\u{feff}CREATE TABLE a (id int);")
        .file("2_b.up.sql", "\u{feff}BEGIN;\nCREATE TABLE b (id int);\nCOMMIT;\n")
        .file("3_c.up.sql", "\u{feff}CREATE INDEX CONCURRENTLY a_id ON a (id);")
        .file("4_d.up.sql", "\u{feff}")
        .file("5_e.up.sql", "\u{feff}-- nothing\n");
    Run::dbm()
        .db(&db)
        .path(&folder)
        .arg("up")
        .stderr("1/u a (TIME)\n2/u b (TIME)\n3/u c (TIME)\n4/u d (TIME)\n5/u e (TIME)\n")
        .check_essence();
}

/// Names that look like a migration and are none get a warning each; other files none.
#[test]
fn near_misses_are_warned_of() {
    let db = Database::new();
    for near_miss in ["2_b.UP.sql", "2_b.Up.sql", "2-b.up.sql", "2_b.up", "V2__b.sql", "2_b.sql"] {
        db.clear();
        let folder = Folder::tables(&["a"]).file(near_miss, "CREATE TABLE b (id int)");
        let output =
            Run::dbm().db(&db).path(&folder).arg("up").stderr("1/u a (TIME)\n").check_essence();
        output.assert_line("warning: ", near_miss);
    }
}

#[test]
fn what_is_no_near_miss_is_left_alone() {
    let db = Database::new();
    let folder = Folder::tables(&["a"])
        .file("README.md", "about")
        .file(".gitkeep", "")
        .file("Makefile", "up:")
        .file("seeds/1_seed.sql", "SELECT 1");
    Run::dbm().db(&db).path(&folder).arg("up").stderr("1/u a (TIME)\n").check();
}

/// `5_x.up.sql.bak` matches and runs, as in golang-migrate; but not without a word.
#[test]
fn a_backup_that_matches_is_warned_of() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).file("5_x.up.sql.bak", "CREATE TABLE x (id int)");
    let output = Run::dbm()
        .db(&db)
        .path(&folder)
        .arg("up")
        .stderr("1/u a (TIME)\n5/u x (TIME)\n")
        .check_essence();
    output.assert_line("warning: ", "5_x.up.sql.bak");
}

/// The reference panics at these.
#[test]
fn a_version_too_large_is_refused() {
    let db = Database::new();
    for name in ["9223372036854775808_big.up.sql", "18446744073709551615_big.up.sql"] {
        let folder = Folder::tables(&["a"]).file(name, "SELECT 1");
        for command in ["up", "version"] {
            let output = Run::dbm().db(&db).path(&folder).arg(command).output();
            output.assert_status(1).assert_line("error: ", name);
        }
    }
    assert!(db.tables().is_empty(), "nothing was run");
}

/// Over 2^64 no tool can read the number, and golang-migrate passes the file over.
#[test]
fn a_number_that_is_no_number_is_not_run() {
    let db = Database::new();
    let name = "99999999999999999999_huge.up.sql";
    let folder = Folder::tables(&["a"]).file(name, "CREATE TABLE huge (id int)");
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output.assert_says(name);
    assert!(!db.tables().contains(&"public.huge".to_owned()));
}

/// Bytes that are no UTF-8 are the server's to refuse, or dbm's; either way in words.
#[test]
fn bytes_that_are_no_text() {
    let db = Database::new();
    for bytes in [&b"SELECT '\xff\xfe';"[..], b"SELECT 'a\0b';"] {
        let folder = Folder::new().file("1_bytes.up.sql", bytes);
        let output = Run::dbm().db(&db).path(&folder).arg("up").output();
        output
            .assert_status(1)
            .assert_line("error: ", "")
            .assert_says("1_bytes.up.sql")
            .assert_silent_about("panicked");
        assert_eq!(db.row(), None);
    }
}

/// A file that cannot be read is named, and what came before it stays done.
#[test]
fn a_file_that_is_gone() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]);
    std::os::unix::fs::symlink("/no/such/file", folder.join("2_b.up.sql")).expect("a link");
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output.assert_status(1).assert_line("error: ", "2_b.up.sql");
    assert!(matches!(db.row(), None | Some((1, false))), "clean, whichever way");
}
