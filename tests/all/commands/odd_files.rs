//! Files that are none: FIFOs, devices, folders, and what cannot be read. None is waited for, and each
//! is named.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::support::{Database, Folder, Output, Run, reference};

fn fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("run mkfifo");
    assert!(made.success(), "mkfifo {}", path.display());
}

#[test]
fn a_fifo_among_the_migrations_is_refused() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]);
    fifo(&folder.join("2_b.up.sql"));
    let up = Run::dbm().db(&db).path(&folder).arg("up").output();
    up.assert_status(1).assert_line("error: ", "2_b.up.sql: is a FIFO, not a regular file");
    assert_eq!(db.row(), Some((1, false)), "{up}");
    let status = Run::dbm().db(&db).path(&folder).arg("status").output();
    status.assert_status(0);
    let verify = Run::dbm().path(&folder).arg("verify").output();
    verify.assert_status(1);
    assert!(verify.stdout.contains("2_b.up.sql: is a FIFO"), "{verify}");
}

/// A link counts as what it points to, and the null device as an empty file, as with golang-migrate.
#[test]
fn links_to_files_and_to_devices() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).file("elsewhere", "CREATE TABLE b (id int)");
    symlink("elsewhere", folder.join("2_b.up.sql")).expect("a link");
    symlink("/dev/null", folder.join("3_c.up.sql")).expect("a link");
    Run::dbm()
        .db(&db)
        .path(&folder)
        .arg("up")
        .stderr("1/u a (TIME)\n2/u b (TIME)\n3/u c (TIME)\n")
        .check_essence();
    symlink("/dev/zero", folder.join("4_d.up.sql")).expect("a link");
    let up = Run::dbm().db(&db).path(&folder).arg("up").output();
    up.assert_status(1).assert_line("error: ", "4_d.up.sql: is a device, not a regular file");
    assert_eq!(db.row(), Some((3, false)), "{up}");
}

/// golang-migrate passes over a folder with a migration's name, too.
#[test]
fn a_folder_with_a_migrations_name_is_no_migration() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]).file("2_b.up.sql/seed", "");
    let reference = reference::find("a_folder_with_a_migrations_name_is_no_migration");
    for run in [Some(Run::dbm()), reference.map(Run::program)].into_iter().flatten() {
        db.clear();
        let output = run.db(&db).path(&folder).arg("up").output();
        output.assert_status(0).assert_essence("1/u a (TIME)\n");
    }
}

/// `dbm version` in this folder, with no other word on the database.
fn version_in(folder: &Folder) -> Output {
    Run::dbm().cwd(folder.path()).path(folder).arg("version").output()
}

/// The files that libpq reads beside a URL.
#[test]
fn fifos_beside_the_url() {
    let folder = Folder::tables(&["a"]);
    let file = folder.join("odd");
    fifo(&file);
    let shown = file.display();
    for (parameters, said) in [
        (format!("service=s&servicefile={shown}"), "service file"),
        (format!("sslmode=verify-full&sslrootcert={shown}"), "sslrootcert"),
        (format!("sslmode=require&sslcert={shown}&sslkey={shown}"), "sslkey"),
    ] {
        let url = format!("postgres://u@127.0.0.1:1/d?{parameters}");
        let output = Run::dbm().url(url).path(&folder).arg("version").output();
        output.assert_status(1).assert_line("error: ", said);
    }
    let url = format!("postgres://u@127.0.0.1:1/d?passfile={shown}");
    let output = Run::dbm().url(url).path(&folder).arg("version").output();
    output.assert_line("warning: ", "is not a plain file, and is not used");
}

#[test]
fn variables_that_are_not_utf_8() {
    let folder = Folder::tables(&["a"]);
    let bytes = || OsString::from_vec(b"127.0.0.1\xff".to_vec());
    for name in ["PGHOST", "PGPASSWORD", "PGSERVICE"] {
        let run = Run::dbm().url("postgres:///d").path(&folder).env(name, bytes());
        let output = run.arg("version").output();
        output.assert_status(1).assert_line("error: ", &format!("{name} is not valid UTF-8"));
    }
    let run = Run::dbm().path(&folder).env("DATABASE_URL", bytes());
    let output = run.arg("version").output();
    output.assert_status(1).assert_line("error: ", "DATABASE_URL is not valid UTF-8");
}

#[test]
fn an_env_file_that_cannot_be_read() {
    let folder = Folder::tables(&["a"]);
    let file = folder.join(".env");
    let hint = "give -database URL, or set DATABASE_URL in the environment";
    let refused = |reason: &str| {
        let output = version_in(&folder);
        output.assert_status(1).assert_line("error: ", reason).assert_line("hint: ", hint);
        output.assert_silent_about("URL cannot be empty");
    };
    fifo(&file);
    refused("cannot read .env: is a FIFO, not a regular file");
    fs::remove_file(&file).expect("remove the FIFO");
    fs::create_dir(&file).expect("a folder");
    refused("cannot read .env: is a directory");
    // Without a database `verify` needs none: a Python environment is called so, too.
    let verify = Run::dbm().cwd(folder.path()).path(&folder).arg("verify").output();
    verify.assert_status(0);
    fs::remove_dir(&file).expect("remove the folder");
    symlink(".env", &file).expect("a link to itself");
    refused("cannot read .env: too many levels of symbolic links");
    fs::remove_file(&file).expect("remove the link");
    fs::write(&file, b"DATABASE_URL=postgres://\xff\n").expect("write");
    refused("DATABASE_URL in .env is not valid UTF-8");
    fs::write(&file, b"\xff\xfeD\0").expect("write");
    refused("cannot read .env: is UTF-16: save it as UTF-8");
    // Not one word of it is about us.
    fs::write(&file, b"# caf\xe9\n").expect("write");
    version_in(&folder).assert_says("URL cannot be empty");
}
