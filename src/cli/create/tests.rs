//! What `create` makes, says and refuses, in folders of each test's own.

use std::ffi::OsStr;
use std::fs;

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::{CreateRequest, DEFAULT_FORMAT, create};
use crate::render::error::Complaint;

/// A folder of its own for a test, removed after it.
struct Scratch(TempDir);

impl Scratch {
    fn new(files: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            fs::write(dir.path().join(file), "").unwrap();
        }
        Self(dir)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn request(&self) -> CreateRequest {
        CreateRequest {
            program: "dbm".to_owned(),
            name: "x".to_owned(),
            ext: "sql".to_owned(),
            dir: self.0.path().to_owned(),
            sequential: false,
            digits: None,
            format: None,
            zone: "UTC".to_owned(),
        }
    }

    fn seq(&self, digits: i64) -> CreateRequest {
        CreateRequest { sequential: true, digits: Some(digits), ..self.request() }
    }

    fn format(&self, format: &str) -> CreateRequest {
        CreateRequest { format: Some(format.to_owned()), ..self.request() }
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_198_110, 12_345_678).unwrap()
}

/// The version that is made.
fn version(request: &CreateRequest) -> String {
    let created = create(request, now()).unwrap();
    let names = created.paths.iter().filter_map(|path| path.file_name());
    let names: Vec<_> = names.filter_map(OsStr::to_str).collect();
    let (version, _) = names[0].split_once('_').unwrap();
    assert_eq!(names[0], format!("{version}_x.up.sql"));
    assert_eq!(names[1], format!("{version}_x.down.sql"));
    version.to_owned()
}

fn error(request: &CreateRequest) -> Complaint {
    create(request, now()).unwrap_err()
}

fn refusal(request: &CreateRequest) -> String {
    error(request).to_string()
}

#[test]
fn versions_from_the_time() {
    let cases = [
        (None, "", "20261120180830"),
        (None, "UTC", "20261120180830"),
        (None, "Europe/Paris", "20261120190830"),
        (None, "America/St_Johns", "20261120143830"),
        (Some("20060102"), "Asia/Tokyo", "20261121"),
        (Some("unix"), "Asia/Tokyo", "1795198110"),
        (Some("unixNano"), "UTC", "1795198110012345678"),
        (Some("1"), "UTC", "11"),
    ];
    for (format, zone, expected) in cases {
        let scratch = Scratch::new(&[]);
        let request = CreateRequest {
            format: format.map(str::to_owned),
            zone: zone.to_owned(),
            ..scratch.request()
        };
        assert_eq!(version(&request), expected, "{format:?} {zone}");
    }
    let scratch = Scratch::new(&[]);
    let local = CreateRequest { zone: "Local".to_owned(), ..scratch.request() };
    assert_eq!(version(&local).len(), 14);
}

#[test]
fn zones_by_their_short_names() {
    for (zone, written) in [
        ("UTC", "UTC"),
        ("Europe/Paris", "CET"),
        ("Asia/Tokyo", "JST"),
        ("America/Sao_Paulo", "-03"),
    ] {
        let scratch = Scratch::new(&[]);
        let request = CreateRequest { zone: zone.to_owned(), ..scratch.format("MST") };
        assert_eq!(
            refusal(&request),
            format!(
                "-format \"MST\" makes the version {written:?}, which is not a number: \
                 the files would be ignored"
            )
        );
    }
}

#[test]
fn sequences_continue_from_the_highest_number() {
    let cases: &[(&[&str], i64, &str)] = &[
        (&[], 6, "000001"),
        (&[], 1, "1"),
        (&["9_a.up.sql", "10_b.up.sql"], 2, "11"),
        (&["0003_a.up.sql", "4_b.down.sql"], 4, "0005"),
        (&["000007_a.up.md"], 6, "000008"),
        (&["3_three.sql", "4_four.sql"], 4, "0005"),
        (&["bad.sql", "bad_bad.sql", "-5_x.up.sql", "5-x.up.sql", "_x.up.sql"], 3, "001"),
        (&["7_notes.txt", "1_a.up.sql"], 1, "2"),
        (&["0_a.up.sql"], 1, "1"),
        (&["99999999999999999999_a.up.sql"], 1, "1"),
        (&["20260101000000_a.up.sql"], 14, "20260101000001"),
    ];
    for (files, digits, expected) in cases {
        let scratch = Scratch::new(files);
        assert_eq!(version(&scratch.seq(*digits)), *expected, "{files:?}");
    }
}

#[test]
fn sequences_keep_the_folders_width() {
    for (files, expected) in [
        (&[][..], "000001"),
        (&["001_a.up.sql", "002_b.up.sql"], "003"),
        (&["1_a.up.sql", "2_b.up.sql"], "3"),
        (&["999_a.up.sql"], "1000"),
        (&["00000001_a.up.sql"], "00000002"),
        (&["000009_a.up.sql", "000010_b.up.sql"], "000011"),
    ] {
        let scratch = Scratch::new(files);
        let request = CreateRequest { sequential: true, ..scratch.request() };
        assert_eq!(version(&request), expected, "{files:?}");
    }
    let scratch = Scratch::new(&["999999_a.up.sql"]);
    let request = CreateRequest { sequential: true, ..scratch.request() };
    assert!(refusal(&request).starts_with("Next sequence number 1000000 too large"));
}

#[test]
fn a_point_before_the_extension_makes_no_difference() {
    let scratch = Scratch::new(&["1_a.up.sql"]);
    let request = CreateRequest { ext: ".sql".to_owned(), name: String::new(), ..scratch.seq(1) };
    create(&request, now()).unwrap();
    assert_eq!(scratch.names(), ["1_a.up.sql", "2_.down.sql", "2_.up.sql"]);
}

#[test]
fn refusals_in_the_references_words() {
    let scratch = Scratch::new(&["9_a.up.sql"]);
    let both = CreateRequest { format: Some("unix".to_owned()), ..scratch.seq(0) };
    assert_eq!(refusal(&both), "The seq and format options are mutually exclusive");
    assert_eq!(refusal(&scratch.seq(0)), "Digits must be positive");
    assert_eq!(refusal(&scratch.seq(-3)), "Digits must be positive");
    assert_eq!(refusal(&scratch.format("")), "Time format may not be empty");
    assert_eq!(
        refusal(&scratch.seq(1)),
        "Next sequence number 10 too large. At most 1 digits are allowed"
    );
    assert_eq!(scratch.names(), ["9_a.up.sql"]);
    let default = CreateRequest { format: Some(DEFAULT_FORMAT.to_owned()), ..scratch.seq(2) };
    assert_eq!(version(&default), "10");
}

#[test]
fn zones_that_are_none() {
    let scratch = Scratch::new(&[]);
    for (zone, expected) in [
        ("Mars/Phobos", "unknown time zone Mars/Phobos"),
        ("utc", "unknown time zone utc"),
        ("../UTC", "time: invalid location name"),
        ("/etc/localtime", "time: invalid location name"),
    ] {
        let request = CreateRequest { zone: zone.to_owned(), ..scratch.seq(0) };
        let error = error(&request);
        assert_eq!(error.to_string(), expected);
        assert!(error.bare);
    }
    assert!(!error(&scratch.seq(0)).bare);
}

#[test]
fn the_same_number_is_a_duplicate_however_it_is_written() {
    for (file, format, version) in [
        ("11_a.up.sql", "1", "11"),
        ("0011_a.down.md", "01", "11"),
        ("11_notes.sql", "001", "011"),
        ("20261120180830_x.up.sql", DEFAULT_FORMAT, "20261120180830"),
    ] {
        let scratch = Scratch::new(&[file]);
        let error = error(&scratch.format(format));
        assert_eq!(error.to_string(), format!("duplicate migration version: {version}"));
        assert_eq!(error.hint.unwrap(), format!("{file:?} has this version"));
        assert_eq!(scratch.names(), [file]);
    }
}

#[test]
fn files_that_no_run_would_take_are_refused() {
    let scratch = Scratch::new(&[]);
    assert_eq!(
        refusal(&scratch.format("2006-01-02")),
        "-format \"2006-01-02\" makes the version \"2026-11-20\", which is not a number: \
         the files would be ignored"
    );
    assert_eq!(
        refusal(&scratch.format("999999999999999999999999")),
        "version 999999999999999999999999 too large. At most 9223372036854775807 is allowed"
    );
    for (name, shown) in [
        ("a/b", "name \"a/b\" may not contain '/'"),
        ("..\\b", "name \"..\\\\b\" may not contain '\\\\'"),
        ("a\nb", "name \"a\\nb\" may not contain '\\n'"),
        ("a\0", "name \"a\\0\" may not contain '\\0'"),
    ] {
        let request = CreateRequest { name: name.to_owned(), ..scratch.request() };
        assert_eq!(refusal(&request), shown);
    }
    for (ext, shown) in [
        ("up.sql", "extension \"up.sql\" would make both files the same direction"),
        ("sql/x", "extension \"sql/x\" may not contain '/'"),
    ] {
        let request = CreateRequest { ext: ext.to_owned(), ..scratch.request() };
        assert_eq!(refusal(&request), shown);
    }
    assert_eq!(scratch.names(), [""; 0]);
}

#[test]
fn names_as_long_as_a_file_system_takes() {
    let scratch = Scratch::new(&[]);
    let of = |letters: usize| CreateRequest { name: "é".repeat(letters), ..scratch.seq(4) };
    // 0001_ and .down.sql are 14 bytes.
    assert_eq!(
        refusal(&of(121)),
        "name too long: the file name would have 256 bytes. At most 255 are allowed"
    );
    create(&of(120), now()).unwrap();
    let wide = scratch.seq(i64::MAX);
    assert!(refusal(&wide).starts_with("name too long: "), "{}", refusal(&wide));
}

#[test]
fn sequences_end_with_bigint() {
    let scratch = Scratch::new(&["9223372036854775806_a.up.sql"]);
    assert_eq!(version(&scratch.seq(19)), "9223372036854775807");
    assert_eq!(
        refusal(&scratch.seq(19)),
        "version 9223372036854775808 too large. At most 9223372036854775807 is allowed"
    );
    let scratch = Scratch::new(&["18446744073709551615_a.up.sql"]);
    assert!(refusal(&scratch.seq(20)).starts_with("version 18446744073709551616 too large"));
}

#[test]
fn hints() {
    let hint = |files: &[&str], request: fn(&Scratch) -> CreateRequest| {
        let scratch = Scratch::new(files);
        let created = create(&request(&scratch), now()).unwrap();
        let [up, down] = created.paths.map(|path| path.to_str().unwrap().to_owned());
        let hint = created.hint.unwrap_or_default().replace(&up, "UP").replace(&down, "DOWN");
        hint.replace(scratch.0.path().to_str().unwrap(), "m")
    };
    let sequence = |last: &str| {
        format!(
            "this folder is numbered in sequence (last: {last}); to continue that: rm UP DOWN && dbm \
             create -ext sql -dir m -seq x"
        )
    };
    let times = Scratch::request;
    assert_eq!(hint(&["003_a.up.sql", "004_b.up.sql"], times), sequence("004"));
    assert_eq!(hint(&["004_b.up.sql"], |s| s.format("unix")), sequence("004"));
    assert!(hint(&["004_b.up.sql"], |s| s.format("060102")).is_empty());
    assert!(hint(&[], times).is_empty());
    assert!(hint(&["1_a.up.sql", "20260101000000_b.up.sql"], times).is_empty());

    assert_eq!(
        hint(&["004_b.up.sql"], |s| s.seq(6)),
        "numbers in this folder have 3 digits (last: 004); to keep to that: rm UP DOWN && dbm \
         create -ext sql -dir m -seq x"
    );
    assert!(hint(&["004_b.up.sql"], |s| s.seq(3)).is_empty());
    assert!(hint(&["4_b.up.sql"], |s| s.seq(6)).is_empty());
    assert!(hint(&["001_a.up.sql", "999_b.up.sql"], |s| s.seq(6)).is_empty());

    let scratch = Scratch::new(&["20260101000000_b.up.sql"]);
    let said = |scratch: &Scratch, digits| {
        let hint = error(&scratch.seq(digits)).hint.unwrap();
        hint.replace(scratch.0.path().to_str().unwrap(), "m")
    };
    assert_eq!(
        said(&scratch, 6),
        "this folder is numbered by time (last: 20260101000000); to continue that: dbm create -ext \
         sql -dir m x"
    );
    let scratch = Scratch::new(&["9_b.up.sql"]);
    assert_eq!(said(&scratch, 1), "to allow it: dbm create -ext sql -dir m -seq -digits 2 x");
}

#[test]
fn folders_are_made_and_paths_are_clean() {
    let scratch = Scratch::new(&["file"]);
    let request = CreateRequest { dir: scratch.0.path().join("no/../a//./b/"), ..scratch.seq(1) };
    let created = create(&request, now()).unwrap();
    let expected = ["a/b/1_x.up.sql", "a/b/1_x.down.sql"].map(|file| scratch.0.path().join(file));
    assert_eq!(created.paths, expected);
    for path in created.paths {
        assert_eq!(fs::read(path).unwrap(), b"");
    }
    assert_eq!(scratch.names(), ["a", "file"]);

    let file = scratch.0.path().join("file");
    for dir in [file.clone(), file.join("sub")] {
        let request = CreateRequest { dir, ..scratch.seq(1) };
        assert_eq!(refusal(&request), format!("mkdir {}: not a directory", file.display()));
    }
}
