//! `-since-git`: the pairs that a branch adds or changes.

use std::process::Command;

use crate::proof::{assert_results, test};
use crate::support::{Database, Folder};

#[track_caller]
fn git(folder: &Folder, words: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@localhost",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(words)
        .current_dir(folder.path())
        .output()
        .expect("run git");
    assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_differs_is_tried() {
    let (db, folder) = (Database::new(), Folder::four());
    git(&folder, &["init", "-q"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-q", "-m", "four"]);
    git(&folder, &["tag", "v1"]);
    git(&folder, &["checkout", "-q", "-b", "work"]);
    let none = test(&db, &folder).args(["-since-git", "main"]).output();
    assert_eq!(none.assert_status(0).stdout, "no pair differs from main\n");
    // Committed, changed, deleted, new, ignored, and beside a pair.
    folder.write("5_größe.up.sql", "create table e (id int)");
    folder.write("5_größe.down.sql", "drop table e");
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-q", "-m", "five"]);
    folder.write("2_b.down.sql", "select 1");
    std::fs::remove_file(folder.join("3_c.down.sql")).unwrap();
    folder.write("6_f.up.sql", "create table f (id int)");
    folder.write("6_f.down.sql", "drop table f");
    let output = test(&db, &folder).args(["-since-git", "v1"]).output();
    assert_results(
        output.assert_status(1),
        &[(2, "failed"), (3, "failed"), (5, "passed"), (6, "passed")],
    );
    let output = test(&db, &folder).args(["-since-git=HEAD", "-from", "3"]).output();
    assert_results(output.assert_status(1), &[(3, "failed"), (6, "passed")]);
    git(&folder, &["checkout", "-q", "--", "."]);
    std::fs::remove_file(folder.join("6_f.up.sql")).unwrap();
    std::fs::remove_file(folder.join("6_f.down.sql")).unwrap();
    folder.write("4_d.seed.sql", "select 1");
    let output = test(&db, &folder).args(["-since-git", "HEAD"]).output();
    assert_results(output.assert_status(0), &[(4, "passed")]);
    // A hook's variables name another place.
    let run = test(&db, &folder).args(["-since-git", "HEAD"]);
    let output = run.env("GIT_DIR", ".git").env("GIT_INDEX_FILE", ".git/index").output();
    assert_results(output.assert_status(0), &[(4, "passed")]);
}

#[test]
fn what_git_does_not_know() {
    let (db, folder) = (Database::new(), Folder::four());
    let since = |revision: &str| test(&db, &folder).args(["-since-git", revision]);
    let output = since("main").output();
    output.assert_status(1).assert_line("error: ", "is in no git repository");
    let output = since("main").env("PATH", "/nowhere").output();
    output.assert_status(1).assert_line("error: git is not installed, or not on the PATH", "");
    git(&folder, &["init", "-q"]);
    for revision in ["origin/main", "-wrong", ""] {
        let output = since(revision).output();
        output.assert_status(1).assert_line("error: git knows no revision ", revision);
        output.assert_line("hint: in CI, fetch it first", "fetch-depth: 0");
    }
}
