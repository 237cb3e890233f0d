//! Folders with something wrong, and what is said of them.

mod contents;
mod names;
mod numbers;

use std::fs;
use std::path::Path;
use std::time::Instant;

use tempfile::TempDir;

use crate::error::Error;
use crate::verify::{Finding, FindingKind, Rename, verify_folder};

const CODE: &[u8] = b"select 1;";

/// A folder of these files and texts.
fn folder<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// What is found in a folder of these files and texts.
fn texts(files: &[(&str, &str)]) -> Vec<Finding> {
    let folder = folder(files.iter().map(|(name, text)| (*name, text.as_bytes())));
    verify_folder(folder.path(), "file://m").unwrap()
}

/// What is found in a folder of these files, each with a statement.
fn names(files: &[&str]) -> Vec<Finding> {
    let folder = folder(files.iter().map(|name| (*name, CODE)));
    verify_folder(folder.path(), "file://m").unwrap()
}

/// The pairs of these names.
fn pairs(names: &[&str]) -> Vec<String> {
    names.iter().flat_map(|name| ["up", "down"].map(|half| format!("{name}.{half}.sql"))).collect()
}

/// What is found among the pairs of these names and some other files.
fn among(pair_names: &[&str], others: &[&str]) -> Vec<Finding> {
    let pairs = pairs(pair_names);
    let files: Vec<&str> = pairs.iter().map(String::as_str).chain(others.iter().copied()).collect();
    names(&files)
}

/// Kind and file of each.
fn short(findings: &[Finding]) -> Vec<(FindingKind, &str)> {
    findings.iter().map(|f| (f.kind, f.file.as_deref().unwrap_or(""))).collect()
}

/// A line for each, as a person may read it.
fn shown(findings: &[Finding]) -> String {
    let line = |f: &Finding| {
        let note = if f.is_note { " (note)" } else { "" };
        let at = f.line.map_or(String::new(), |line| format!(":{line}"));
        let file = f.file.as_deref().unwrap_or("");
        format!("{}{note} {file}{at}: {}\n  -> {:?}\n", f.kind, f.message, f.remedy)
    };
    findings.iter().map(line).collect()
}

/// To rename the one file to the other.
fn rename(from: &str, to: &str) -> Rename {
    Rename { from: from.to_string(), to: to.to_string() }
}

#[track_caller]
fn assert_clean(findings: &[Finding]) {
    assert!(findings.is_empty(), "{}", shown(findings));
}

/// One finding, of this kind, in this file.
#[track_caller]
fn assert_one<'a>(findings: &'a [Finding], kind: FindingKind, file: &str) -> &'a Finding {
    assert_eq!(short(findings), [(kind, file)], "{}", shown(findings));
    &findings[0]
}

#[test]
fn words_stand_for_kinds() {
    for kind in FindingKind::ALL {
        assert_eq!(FindingKind::from_word(kind.word()), Some(*kind));
    }
    assert_eq!(FindingKind::from_word("loose"), Some(FindingKind::NonTransactional));
    assert_eq!(FindingKind::from_word("No-Down"), None);
    assert_eq!(FindingKind::ALL.len(), FindingKind::Log as usize + 1);
}

#[test]
fn a_folder_that_cannot_be_read_is_an_error() {
    let error = verify_folder(Path::new("/nope"), "file://nope").unwrap_err();
    assert!(matches!(&error, Error::Source { .. }));
    assert_eq!(
        error.to_string(),
        "failed to open source, \"file://nope\": open .: no such file or directory"
    );
}

#[test]
fn clean_folders_are_clean() {
    assert_clean(&names(&[]));
    assert_clean(&among(&["1_a"], &["README.md", ".gitkeep", "schema.sql", "seed.sql"]));
    assert_clean(&among(&["1_a", "20240101000000_b"], &[]));
    assert_clean(&among(&["001_a", "002_b", "010_c", "999_d", "1000_e"], &[]));
    assert_clean(&among(&["0_a", "9_b", "10_c", "100_d"], &[]));
    assert_clean(&among(&["20240101000000_a", "20240229235999_b", "20251231240000_c"], &[]));
    assert_clean(&among(&["1700000000_a", "1700000001_b", "1700000002_c"], &[]));
    // Any extension will do.
    assert_clean(&names(&["1_a.up.SQL", "1_a.down.pgsql"]));
}

#[test]
fn the_folder_of_the_project_is_clean() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    assert_clean(&verify_folder(&path, "file://migrations").unwrap());
}

/// Folders within are not looked into, and what has no version comes last.
#[test]
fn findings_are_in_the_order_of_versions() {
    let folder = folder([
        ("10_a.up.sql", CODE),
        ("9_b.up.sql", CODE),
        ("create_users.up.sql", CODE),
        ("9223372036854775808_c.up.sql", CODE),
        ("12_x.up", CODE),
    ]);
    fs::create_dir(folder.path().join("8_d.up.sql")).unwrap();
    let findings = verify_folder(folder.path(), "file://m").unwrap();
    assert_eq!(
        short(&findings),
        [
            (FindingKind::NoDown, "9_b.up.sql"),
            (FindingKind::NoDown, "10_a.up.sql"),
            (FindingKind::Name, "12_x.up"),
            (FindingKind::TooLarge, "9223372036854775808_c.up.sql"),
            (FindingKind::Name, "create_users.up.sql"),
        ]
    );
    let versions: Vec<_> = findings.iter().map(|f| f.version).collect();
    assert_eq!(versions, [Some(9), Some(10), Some(12), None, None]);
}

/// Ten thousand files of each sort of trouble. The bound is wide: tests are not optimised and share
/// their machine, but what grows with the square would take minutes.
#[test]
fn many_files_take_no_time() {
    let many: Vec<String> = (1..=5000)
        .flat_map(|n| [format!("{n}_a.up.sql"), format!("{n:06}_b.up.sql"), format!("V{n}__c.sql")])
        .collect();
    let folder = folder(many.iter().map(|name| (name.as_str(), CODE)));
    let begun = Instant::now();
    let findings = verify_folder(folder.path(), "file://m").unwrap();
    let took = begun.elapsed();
    assert_eq!(findings.len(), 15000);
    println!("{took:?}");
    assert!(took.as_secs() < 10, "{took:?}");
}
