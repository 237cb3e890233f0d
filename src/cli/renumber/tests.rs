//! Which numbers files get, what is refused, and that none is lost, in folders of each test's own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use dbm::Version;
use tempfile::TempDir;

use super::rename::{move_file, rename_all};
use super::{RenumberRequest, Renumbered, renumber};
use crate::render::error::Complaint;

/// A folder of its own for a test, removed after it. Each file holds its first name.
struct Scratch(TempDir);

impl Scratch {
    fn new(files: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            fs::write(dir.path().join(file), file).unwrap();
        }
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn run(&self, request: &RenumberRequest) -> Result<Renumbered, Complaint> {
        renumber(self.0.path(), request, now())
    }

    /// The new names, the up file first.
    fn renamed(&self, request: &RenumberRequest) -> Vec<String> {
        let moved = self.run(request).unwrap().renamed;
        let name = |path: &Path| path.strip_prefix(self.0.path()).unwrap().display().to_string();
        moved.iter().map(|(_, new)| name(new)).collect()
    }

    /// What is said, message and hint; and nothing has changed.
    fn refusal(&self, request: &RenumberRequest) -> (String, String) {
        let before = self.names();
        let error = self.run(request).unwrap_err();
        assert_eq!(self.names(), before);
        (error.to_string(), error.hint.unwrap_or_default())
    }
}

/// 2026-11-20 18:08:30 UTC
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_198_110, 12_345_678).unwrap()
}

fn last(version: Version) -> RenumberRequest {
    RenumberRequest { version, to: None, above: None }
}

fn to(version: Version, to: Version) -> RenumberRequest {
    RenumberRequest { to: Some(to), ..last(version) }
}

fn said(message: &str, hint: &str) -> (String, String) {
    (message.to_owned(), hint.to_owned())
}

#[test]
fn seed_and_check_files_go_along() {
    let folder = Scratch::new(&[
        "1_a.up.sql",
        "1_a.seed.sql",
        "1_b.check.sql",
        "2_b.up.sql",
        "2_b.seed.sql",
    ]);
    assert_eq!(folder.renamed(&last(1)), ["3_a.up.sql", "3_a.seed.sql", "3_b.check.sql"]);
    assert_eq!(folder.names().len(), 5);
}

#[test]
fn both_files_get_the_number_at_the_end() {
    let files = ["001_a.up.sql", "002_b c.é.down.sql", "002_b.up.sql.bak", "003_c.up.sql", "x.md"];
    let scratch = Scratch::new(&files);
    let done = scratch.run(&last(2)).unwrap();
    assert_eq!(done.version, 4);
    let moved =
        [("002_b.up.sql.bak", "004_b.up.sql.bak"), ("002_b c.é.down.sql", "004_b c.é.down.sql")]
            .map(|(old, new)| (scratch.path(old), scratch.path(new)));
    assert_eq!(done.renamed, moved);
    let names = ["001_a.up.sql", "003_c.up.sql", "004_b c.é.down.sql", "004_b.up.sql.bak", "x.md"];
    assert_eq!(scratch.names(), names);
    assert_eq!(fs::read_to_string(scratch.path(names[3])).unwrap(), "002_b.up.sql.bak");
}

#[test]
fn numbers_are_written_as_the_folder_writes_them() {
    let cases: &[(&[&str], &str)] = &[
        (&["9_z.up.sql"], "10"),
        (&["099_z.up.sql"], "100"),
        (&["998_y.up.sql", "999_z.up.sql"], "1000"),
        (&["000009_z.down.sql"], "000010"),
        (&["0003_y.up.sql", "004_z.up.sql"], "005"),
        (&["001_y.up.sql", "3_z.up.sql"], "4"),
        (&["20_z.up.sql"], "21"),
        // By the time, in seconds or written out.
        (&["20260101000000_z.up.sql"], "20261120180830"),
        (&["20261120180829_z.up.sql"], "20261120180830"),
        (&["20261120180830_z.up.sql"], "20261120180831"),
        (&["20981231235959_z.up.sql"], "20990101000000"),
        (&["1700000000_z.up.sql"], "1795198110"),
        (&["1795198110_z.up.sql"], "1795198111"),
        (&["1700000000000_z.up.sql"], "1795198110012"),
        (&["1700000000000000000_z.up.sql"], "1795198110012345678"),
        (&["202611201808_z.up.sql"], "202611201809"),
        (&["20251120_z.up.sql"], "20261120"),
        (&["2026112001_z.up.sql"], "2026112002"),
        // These are just counted on.
        (&["00000000000009_z.up.sql"], "00000000000010"),
        (&["20261120_z.up.sql"], "20261121"),
        // The highest number tells, wherever it stands.
        (&["004_y.up.sql", "20260101000000_z.up.sql"], "20261120180830"),
    ];
    for (others, expected) in cases {
        let files = [&["2_x.up.sql", "002_x.down.sql"], *others].concat();
        let renamed = Scratch::new(&files).renamed(&last(2));
        let wanted = ["up", "down"].map(|way| format!("{expected}_x.{way}.sql"));
        assert_eq!(renamed, wanted, "{others:?}");
    }
}

#[test]
fn one_file_is_enough() {
    for way in ["up", "down"] {
        let scratch = Scratch::new(&[&format!("1_x.{way}.sql"), "2_a.up.sql"]);
        assert_eq!(scratch.renamed(&last(1)), [format!("3_x.{way}.sql")]);
    }
}

#[test]
fn zero_is_a_version() {
    let scratch = Scratch::new(&["000_x.up.sql", "001_a.up.sql"]);
    assert_eq!(scratch.renamed(&last(0)), ["002_x.up.sql"]);
    assert_eq!(scratch.renamed(&to(2, 0)), ["000_x.up.sql"]);
}

#[test]
fn what_is_no_migration_does_not_count() {
    let scratch = Scratch::new(&["1_x.up.sql", "2_a.up.sql", "8_notes.sql", "1_notes.sql"]);
    fs::create_dir(scratch.path("9_folder.up.sql")).unwrap();
    fs::create_dir(scratch.path("1_folder.up.sql")).unwrap();
    assert_eq!(scratch.renamed(&last(1)), ["3_x.up.sql"]);
    assert!(scratch.path("1_notes.sql").exists() && scratch.path("1_folder.up.sql").exists());
}

#[test]
fn the_last_stays_the_last() {
    let message = said("version 3 is already the last", "-to N gives it the number N");
    for others in [&[][..], &["2_a.up.sql"], &["2_a.up.sql", "9_notes.sql"]] {
        let scratch = Scratch::new(&[&["3_x.up.sql"], others].concat());
        assert_eq!(scratch.refusal(&last(3)), message);
        assert_eq!(scratch.refusal(&RenumberRequest { above: Some(2), ..last(3) }), message);
    }
}

/// A colleague's files may be applied and not be here yet.
#[test]
fn the_last_in_the_folder_may_be_late_in_the_database() {
    let late = |version| RenumberRequest { above: Some(12), ..last(version) };
    let scratch = Scratch::new(&["009_a.up.sql", "010_x.up.sql"]);
    assert_eq!(scratch.renamed(&late(10)), ["013_x.up.sql"]);
    assert_eq!(Scratch::new(&["010_x.up.sql"]).renamed(&late(10)), ["013_x.up.sql"]);
    // And so what is not the last.
    let scratch = Scratch::new(&["003_x.up.sql", "004_a.up.sql"]);
    assert_eq!(scratch.renamed(&late(3)), ["013_x.up.sql"]);
    let scratch = Scratch::new(&["20260101000000_x.up.sql"]);
    let request = RenumberRequest { above: Some(20_260_202_000_000), ..last(20_260_101_000_000) };
    assert_eq!(scratch.renamed(&request), ["20261120180830_x.up.sql"]);
}

#[test]
fn a_chosen_number_is_written_in_the_folders_style() {
    let cases: &[(&[&str], Version, &str)] = &[
        (&["001_a.up.sql"], 7, "007"),
        (&["099_a.up.sql", "100_b.up.sql"], 7, "007"),
        (&["999_a.up.sql"], 7, "7"),
        (&["001_a.up.sql"], 1234, "1234"),
        (&["1_a.up.sql", "10_b.up.sql"], 7, "7"),
        (&["001_a.up.sql", "20260101000000_b.up.sql"], 7, "007"),
        (&["20260101000000_b.up.sql"], 7, "7"),
        (&[], 7, "007"),
        (&["1_a.up.sql"], 9_223_372_036_854_775_807, "9223372036854775807"),
    ];
    for (others, number, expected) in cases {
        let scratch = Scratch::new(&[&["002_x.up.sql"], *others].concat());
        let request = RenumberRequest { above: Some(1), ..to(2, *number) };
        assert_eq!(scratch.renamed(&request), [format!("{expected}_x.up.sql")], "{others:?}");
    }
}

#[test]
fn chosen_numbers_that_are_not_to_be_had() {
    let scratch = Scratch::new(&["3_x.up.sql", "05_a.down.sql"]);
    assert_eq!(
        scratch.refusal(&to(3, 3)),
        said("version 3 has this number already", "without -to it gets the number at the end")
    );
    assert_eq!(
        scratch.refusal(&to(3, 5)),
        said("duplicate migration version: 5", "\"05_a.down.sql\" has this version")
    );
    for number in [1, 2] {
        assert_eq!(
            scratch.refusal(&RenumberRequest { above: Some(2), ..to(3, number) }),
            said(
                &format!("version {number} would be late: the database is at 2"),
                "give a number above 2, or leave out -to for the one at the end"
            )
        );
    }
    assert_eq!(
        scratch.refusal(&to(3, 9_223_372_036_854_775_808)),
        said("version 9223372036854775808 too large. At most 9223372036854775807 is allowed", "")
    );
}

#[test]
fn numbers_end_with_bigint() {
    let hint = "-to N gives it the number N";
    for (highest, next) in [
        ("9223372036854775807", "9223372036854775808"),
        ("18446744073709551615", "18446744073709551616"),
    ] {
        let scratch = Scratch::new(&["3_x.up.sql", &format!("{highest}_a.up.sql")]);
        let message = format!("version {next} too large. At most 9223372036854775807 is allowed");
        assert_eq!(scratch.refusal(&last(3)), said(&message, hint));
    }
    let scratch = Scratch::new(&["3_x.up.sql", "9223372036854775806_a.up.sql"]);
    assert_eq!(scratch.renamed(&last(3)), ["9223372036854775807_x.up.sql"]);
}

#[test]
fn files_that_are_not_there_or_there_twice() {
    let scratch = Scratch::new(&["3_x.up.sql", "5_a.up.sql", "7_notes.sql"]);
    assert_eq!(
        scratch.refusal(&last(7)),
        said("no migration found for version 7", "the last version in this folder is 5")
    );
    assert_eq!(
        Scratch::new(&["README.md"]).refusal(&last(7)),
        said("no migration found for version 7", "this folder has no migrations")
    );
    let scratch = Scratch::new(&["03_b.down.sql", "3_a.up.sql", "3_c.down.md", "9_z.up.sql"]);
    assert_eq!(
        scratch.refusal(&last(3)),
        said(
            "duplicate migration file: 3_c.down.md",
            "\"03_b.down.sql\" and \"3_c.down.md\" are both the down file of version 3"
        )
    );
    let nowhere = scratch.path("nowhere");
    let error = renumber(&nowhere, &last(3), now()).unwrap_err();
    assert_eq!(error.to_string(), format!("open {}: no such file or directory", nowhere.display()));
}

/// Only a folder can be in the way: a file of that name would have the number.
#[test]
fn a_name_that_is_taken_is_never_overwritten() {
    for way in ["up", "down"] {
        let scratch = Scratch::new(&["3_x.up.sql", "3_x.down.sql", "5_a.up.sql"]);
        let in_the_way = scratch.path(&format!("6_x.{way}.sql"));
        fs::create_dir(&in_the_way).unwrap();
        let old = scratch.path(&format!("3_x.{way}.sql"));
        let message = format!("rename {} {}: file exists", old.display(), in_the_way.display());
        assert_eq!(scratch.refusal(&last(3)), said(&message, "no file has been renamed"));
    }
}

#[test]
fn moving_takes_no_name_from_another() {
    let scratch = Scratch::new(&["a", "b"]);
    std::os::unix::fs::symlink("nowhere", scratch.path("link")).unwrap();
    for taken in ["b", "link"] {
        let error = move_file(&scratch.path("a"), &scratch.path(taken)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    }
    assert_eq!(fs::read_to_string(scratch.path("b")).unwrap(), "b");
    // A link is moved itself, and not what it points to.
    move_file(&scratch.path("link"), &scratch.path("moved")).unwrap();
    assert_eq!(fs::read_link(scratch.path("moved")).unwrap(), Path::new("nowhere"));
    assert_eq!(scratch.names(), ["a", "b", "moved"]);
    let error = move_file(&scratch.path("no"), &scratch.path("c")).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

#[test]
fn the_first_file_goes_back_when_the_second_cannot_be_renamed() {
    let scratch = Scratch::new(&["3_x.up.sql", "3_x.down.sql"]);
    let moves = ["up", "down"]
        .map(|way| [3, 9].map(|n| scratch.path(&format!("{n}_x.{way}.sql"))))
        .map(|[old, new]| (old, new));
    let [(old_up, new_up), (old_down, new_down)] = &moves;
    let refuse = || Err(io::ErrorKind::PermissionDenied.into());
    let message =
        format!("rename {} {}: permission denied", old_down.display(), new_down.display());

    let second =
        |old: &Path, new: &Path| if old == old_down { refuse() } else { move_file(old, new) };
    let error = rename_all(&moves, second).unwrap_err();
    assert_eq!(error.to_string(), message);
    assert_eq!(error.hint.unwrap(), "no file has been renamed");
    assert_eq!(scratch.names(), ["3_x.down.sql", "3_x.up.sql"]);

    let nor_back =
        |old: &Path, new: &Path| if old == old_up { move_file(old, new) } else { refuse() };
    let error = rename_all(&moves, nor_back).unwrap_err();
    assert_eq!(error.to_string(), message);
    assert_eq!(
        error.hint.unwrap(),
        format!("{} is now {}: rename it back by hand", old_up.display(), new_up.display())
    );
    assert_eq!(scratch.names(), ["3_x.down.sql", "9_x.up.sql"]);
    assert_eq!(fs::read_to_string(new_up).unwrap(), "3_x.up.sql");
}

/// Linux takes any bytes for a name; macOS wants UTF-8.
#[cfg(target_os = "linux")]
#[test]
fn names_are_kept_byte_for_byte() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let scratch = Scratch::new(&["5_a.up.sql"]);
    let name = |digits: &[u8]| {
        scratch.0.path().join(OsStr::from_bytes(&[digits, b"_\xff\x1b.up.sql"].concat()))
    };
    fs::write(name(b"0003"), "x").unwrap();
    let done = scratch.run(&last(3)).unwrap();
    assert_eq!(done.renamed, [(name(b"0003"), name(b"6"))]);
    assert_eq!(fs::read_to_string(name(b"6")).unwrap(), "x");
}
