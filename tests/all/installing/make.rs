//! `make install` and `make uninstall` in an empty root.

use std::fs;
use std::path::Path;

use crate::installing::programs::root;
use crate::support::Run;
use crate::support::run::binary;

/// `make` of this checkout with a program that is built already, on a machine without cargo.
fn make(target: &str, destdir: &Path) -> Run {
    let dbm = binary().display().to_string();
    Run::program("make")
        .args(["--no-print-directory", "--silent", "--old-file", &dbm, target])
        .arg(format!("DBM={dbm}"))
        .arg(format!("DESTDIR={}", destdir.display()))
        .env("PATH", "/usr/bin:/bin")
        .cwd(root())
}

/// Every file below a folder, sorted.
pub fn files(folder: &Path) -> Vec<String> {
    fn below(folder: &Path, top: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("read a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                below(&path, top, found);
            } else {
                let name = path.strip_prefix(top).expect("a path below");
                found.push(name.display().to_string());
            }
        }
    }
    let mut found = Vec::new();
    below(folder, folder, &mut found);
    found.sort();
    found
}

/// What is installed beside the documents of `docs`.
pub const INSTALLED: [&str; 8] = [
    "bin/dbm",
    "share/bash-completion/completions/dbm",
    "share/doc/dbm/CHANGELOG.md",
    "share/doc/dbm/LICENSE",
    "share/doc/dbm/README.md",
    "share/fish/vendor_completions.d/dbm.fish",
    "share/man/man1/dbm.1",
    "share/zsh/site-functions/_dbm",
];

#[test]
fn install_and_uninstall() {
    let home = tempfile::tempdir().expect("a folder");
    let destdir = home.path().join("a root");
    make("install", &destdir).check();
    let installed = destdir.join("usr/local");
    let found = files(&installed);
    let (docs, found): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|name| name.starts_with("share/doc/dbm/docs/"));
    assert_eq!(found, INSTALLED);
    assert!(docs.contains(&"share/doc/dbm/docs/install.md".to_owned()), "{docs:?}");
    Run::program(installed.join("bin/dbm")).arg("-version").stderr("dbm 0.1.0\n").check();
    for (file, args) in [
        ("share/man/man1/dbm.1", &["man"][..]),
        ("share/zsh/site-functions/_dbm", &["completions", "zsh"]),
        ("share/bash-completion/completions/dbm", &["completions", "bash"]),
        ("share/fish/vendor_completions.d/dbm.fish", &["completions", "fish"]),
    ] {
        let text = fs::read_to_string(installed.join(file)).expect("read it");
        assert_eq!(text, Run::dbm().args(args.iter().copied()).output().stdout, "{file}");
    }
    // Over a program that runs.
    make("install", &destdir).check();
    // What others have there stays.
    fs::write(installed.join("bin/other"), "").expect("write a file");
    make("uninstall", &destdir).check();
    assert_eq!(files(&installed), ["bin/other"]);
}
