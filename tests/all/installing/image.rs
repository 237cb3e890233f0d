//! The image of the Dockerfile: that the program needs nothing that the image does not have.

use std::fs;
use std::process::Command;

use crate::installing::programs::root;
use crate::support::Run;
use crate::support::run::{binary, copy_program};

/// Libraries of Debian's smallest image, by the beginnings of their names.
const LIBRARIES: [&str; 7] =
    ["linux-vdso.so", "ld-linux", "libc.so", "libgcc_s.so", "libm.so", "libpthread.so", "libdl.so"];

#[test]
#[cfg(target_os = "linux")]
fn the_program_needs_no_other_libraries() {
    let ldd = Command::new("ldd").arg(binary()).output().expect("run ldd");
    let ldd = String::from_utf8_lossy(&ldd.stdout).into_owned();
    assert!(ldd.contains("libc.so"), "{ldd}");
    for line in ldd.lines() {
        let name = line.split_whitespace().next().unwrap_or_default();
        let name = name.rsplit('/').next().unwrap_or_default();
        assert!(LIBRARIES.iter().any(|start| name.starts_with(start)), "{line}");
    }
}

/// As root, in a folder that has nothing but the program and its libraries: no shell, no /etc, no /proc.
#[test]
#[cfg(target_os = "linux")]
fn the_program_runs_in_an_empty_root() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("NOT RUN: chroot is root's");
        return;
    }
    let home = tempfile::tempdir().expect("a folder");
    let ldd = Command::new("ldd").arg(binary()).output().expect("run ldd");
    let ldd = String::from_utf8_lossy(&ldd.stdout).into_owned();
    let libraries = ldd.split_whitespace().filter(|word| word.starts_with('/'));
    for library in libraries {
        let place = home.path().join(&library[1..]);
        fs::create_dir_all(place.parent().expect("a folder")).expect("make a folder");
        fs::copy(library, &place).expect("copy a library");
    }
    copy_program(binary().as_ref(), &home.path().join("dbm"));
    let migrations = home.path().join("migrations");
    fs::create_dir(&migrations).expect("make a folder");
    fs::write(migrations.join("1_users.up.sql"), "create table users ();\n").expect("write a file");
    let folder = home.path().display().to_string();
    let within = |args: &[&str]| {
        let user = ["--userspec=10001:10001", &folder, "/dbm"];
        Run::program("/usr/sbin/chroot").args(user).args(args.iter().copied()).output()
    };
    let shown = within(&["show", "1"]);
    shown.assert_status(0);
    assert_eq!(shown.stdout, "create table users ();\n", "{shown}");
}

/// Its last stage has the program as its entry, is not root, and finds /migrations.
#[test]
fn what_the_dockerfile_promises() {
    let text = fs::read_to_string(root().join("Dockerfile")).expect("read the Dockerfile");
    let (_, last) = text.rsplit_once("\nFROM ").expect("a stage");
    for line in ["USER 10001:10001", "WORKDIR /", "ENTRYPOINT [\"dbm\"]"] {
        assert!(last.lines().any(|found| found == line), "{line}");
    }
    assert!(last.contains("ca-certificates"));
    let ignored = fs::read_to_string(root().join(".dockerignore")).expect("read .dockerignore");
    for line in ["/target", ".env"] {
        assert!(ignored.lines().any(|found| found == line), "{line}");
    }
}
