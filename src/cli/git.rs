//! Which files a branch changes, as git tells.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Output};

use dbm::text::{go_reason, printable, printable_path};

use crate::render::error::Complaint;

/// What a hook of git sets: it would be taken for another folder's.
const OF_HOOKS: [&str; 4] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"];

/// The names of the files in a folder that are not as they are in `revision`: those that git does not
/// know, too, and those that are gone.
pub fn changed_since(folder: &Path, revision: &str) -> Result<BTreeSet<String>, Complaint> {
    let inside = git(folder, &["rev-parse", "--is-inside-work-tree"])?;
    if !inside.status.success() {
        let said = said(&inside);
        let message = match said.contains("not a git repository") {
            true => format!("{} is in no git repository", printable_path(folder)),
            false => said,
        };
        return Err(Complaint::new(message));
    }
    let commit = format!("{revision}^{{commit}}");
    let known = git(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
    if !known.status.success() {
        let message = format!("git knows no revision {:?}", printable(revision));
        let hint = "in CI, fetch it first: a checkout has the newest commit alone, as a rule \
                    (actions/checkout: fetch-depth: 0)";
        return Err(Complaint::new(message).hint(hint));
    }
    let hash = String::from_utf8_lossy(&known.stdout).trim().to_string();
    let mut names = BTreeSet::new();
    for words in [
        &[
            "diff",
            "--name-only",
            "--no-renames",
            "--no-ext-diff",
            "--relative",
            "-z",
            &hash,
            "--",
            ".",
        ][..],
        // What is ignored runs all the same.
        &["ls-files", "--others", "-z"],
    ] {
        let output = git(folder, words)?;
        if !output.status.success() {
            return Err(Complaint::new(said(&output)));
        }
        let all = output.stdout.split(|byte| *byte == 0).map(OsStr::from_bytes);
        names.extend(all.map(|name| name.to_string_lossy().into_owned()));
    }
    Ok(names)
}

fn git(folder: &Path, words: &[&str]) -> Result<Output, Complaint> {
    let mut command = Command::new("git");
    for name in OF_HOOKS {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C").current_dir(folder).args(words).output().map_err(|error| match error
        .kind()
    {
        ErrorKind::NotFound if folder.is_dir() => {
            Complaint::new("git is not installed, or not on the PATH: -since-git needs it")
        }
        _ => Complaint::new(format!("git cannot be run: {}", go_reason(&error))),
    })
}

/// The first line of what it complains of.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().next().unwrap_or("it does not say why").trim_start_matches("fatal: ");
    format!("git failed: {}", printable(line))
}
