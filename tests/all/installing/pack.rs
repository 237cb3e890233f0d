//! The archive of `make dist`, made of the program that the tests have; the check of what glibc a program
//! needs; and what the .deb has in it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::installing::make::{INSTALLED, files};
use crate::installing::programs::root;
use crate::support::Run;
use crate::support::run::binary;

const NAME: &str = "dbm-0.1.0-test";

/// Of a program that calls dbm: what the tests have is large, and slow to pack.
fn packed() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a folder");
    let program = home.path().join("program");
    fs::write(&program, format!("#!/bin/sh\nexec '{}' \"$@\"\n", binary().display()))
        .expect("write a program");
    fs::set_permissions(&program, Permissions::from_mode(0o755)).expect("make it one");
    let pack = Run::program(root().join("tests/packaging/pack.sh"))
        .args(["./program", NAME, "out"])
        .cwd(home.path())
        .output();
    pack.assert_status(0);
    assert_eq!(pack.stdout, format!("out/{NAME}.tar.gz\n"), "{pack}");
    let archive = home.path().join("out").join(format!("{NAME}.tar.gz"));
    (home, archive)
}

/// As docs/install.md says it.
#[test]
fn an_archive_unpacks_into_an_empty_root() {
    let (home, archive) = packed();
    let local = home.path().join("root/usr/local");
    fs::create_dir_all(&local).expect("make the root");
    Run::program("tar")
        .args(["-xzf", &archive.display().to_string(), "-C", &local.display().to_string()])
        .arg("--strip-components=1")
        .check();
    let mut found = files(&local);
    found.retain(|name| !name.starts_with("share/doc/dbm/docs/"));
    assert_eq!(found, INSTALLED);
    Run::program(local.join("bin/dbm")).arg("-version").stderr("dbm 0.1.0\n").check();
}

/// Whoever packs it, whenever, has the same bytes.
#[test]
fn the_same_files_give_the_same_archive() {
    let ((_one, first), (_other, second)) = (packed(), packed());
    let read = |path| fs::read(path).expect("read an archive");
    assert!(read(first) == read(second.clone()), "two archives differ");
    let list = Command::new("tar").arg("-tvzf").arg(&second).output().expect("run tar");
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    let mut names = Vec::new();
    for line in list.lines() {
        assert!(line.contains(" root/root "), "{line}");
        names.push(line.split_whitespace().last().unwrap_or_default());
    }
    assert!(names.is_sorted() && names.len() > INSTALLED.len(), "{names:?}");
}

/// The program of the tests is linked with this machine's glibc.
#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn a_program_that_needs_a_newer_glibc_is_refused() {
    let program = binary().display().to_string();
    let check = |newest: &str| {
        let check = Run::program(root().join("tests/packaging/glibc.sh")).args([&program, newest]);
        check.output()
    };
    let taken = check("2.99");
    taken.assert_status(0);
    let needs = taken.stdout.strip_prefix(&format!("{program} runs with glibc "));
    let needs = needs.and_then(|rest| rest.strip_suffix(" and later\n"));
    let needs = needs.unwrap_or_else(|| panic!("{taken}"));
    let minor: u32 = needs.strip_prefix("2.").and_then(|n| n.parse().ok()).expect("a version");
    assert!(minor >= 14, "2.9, which is in it, is no newer than 2.14: {taken}");
    check(needs).assert_status(0);
    let refused = check("2.13");
    refused.assert_status(1);
    assert_eq!(
        (refused.stdout.as_str(), refused.stderr),
        ("", format!("glibc.sh: {program} needs glibc {needs}, which is newer than 2.13\n"))
    );
    let text = root().join("Cargo.toml").display().to_string();
    let none = Run::program(root().join("tests/packaging/glibc.sh")).args([&text, "2.17"]).output();
    assert_ne!(none.status, Some(0), "{none}");
}

/// All that `make install` brings is in the .deb, too.
#[test]
fn the_deb_has_all_of_it() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("read Cargo.toml");
    for file in INSTALLED {
        let name = file.rsplit('/').next().unwrap_or_default();
        let listed = match name {
            // cargo-deb makes the file `copyright` of it.
            "LICENSE" => continue,
            "README.md" | "CHANGELOG.md" => "share/doc/dbm/*.md",
            _ => file,
        };
        assert!(manifest.contains(&format!("[\"target/deb/{listed}\", ")), "{file}");
    }
}
