//! A container with a limit on processes may have no thread to give.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::support::run::{binary, copy_program};
use crate::support::{Database, Folder, Run};

/// Runs as somebody whose one process is all there may be.
const ALONE: &str = "ulimit -u 1 && exec \"$@\"";

/// Neither the name's resolution nor the signals need one.
#[test]
fn none_to_be_had() {
    let (db, folder) = (Database::new(), Folder::four());
    let home = tempfile::tempdir().expect("a folder");
    let program = home.path().join("dbm");
    copy_program(binary().as_ref(), &program);
    for path in [home.path(), &program, folder.path()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("let others in");
    }
    let url = db.url().replace("127.0.0.1", "localhost");
    // The limit binds nobody who is root.
    let is_root = Command::new("id").arg("-u").output().expect("run id").stdout == b"0\n";
    let (outer, args): (&str, &[&str]) = match is_root {
        true => ("setpriv", &["--reuid", "64321", "--regid", "64321", "--clear-groups", "bash"]),
        false => ("bash", &[]),
    };
    let run = |command: &[&str]| {
        Run::program(outer)
            .args(args.iter().copied())
            .args(["-c", ALONE, "bash", &program.display().to_string()])
            .args(["-path", &folder.path().display().to_string(), "-database", &url])
            .args(command.iter().copied())
            .cwd(home.path())
            .output()
    };
    run(&["up"]).assert_status(0).assert_silent_about("panicked");
    assert_eq!(db.row(), Some((4, false)));
    run(&["-wait", "9", "down", "1"]).assert_status(0).assert_silent_about("panicked");
    assert_eq!(db.row(), Some((3, false)));
}
