//! Which `pg_dump` is called, and how it reaches the database.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::drift::roles::role;
use crate::dump::schemas::Case;
use crate::support::tls::{self, PASSWORD};
use crate::support::{Database, Run, server};

/// A script that is called pg_dump, in a folder of its own.
fn script(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pg_dump");
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("write a script");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("make it executable");
    (folder, path)
}

/// One that says which version it is, and is the real one otherwise.
fn of_version(version: &str) -> (TempDir, PathBuf) {
    let real = server::pg_dump().display();
    script(&format!(
        "case $1 in --version) echo 'pg_dump (PostgreSQL) {version}';; *) echo called {version} >&2; exec {real} \"$@\";; esac"
    ))
}

fn shown(path: &Path) -> String {
    path.to_str().expect("a UTF-8 path").to_owned()
}

#[test]
fn one_that_is_too_old_is_not_used() {
    let case = Case::new();
    let (folder, old) = of_version("9.6.24");
    let run = |name: &str, value: &str| case.run(&case.db, &["dump"]).env(name, value).output();
    // Where packages put one there may be the right one; a name in the variable is a decision.
    let said = run("PG_DUMP", &shown(&old));
    said.assert_status(1)
        .assert_line("error: no pg_dump for PostgreSQL ", "pg_dump is of version 9")
        .assert_line("hint: install PostgreSQL's client programs in version ", "")
        .assert_line("  Debian, Ubuntu: apt-get install postgresql-client-", "");
    let (newer, _) = of_version("99.1");
    let path = format!("{}:{}", shown(folder.path()), shown(newer.path()));
    let output = run("PATH", &path);
    output.assert_status(0);
    assert!(
        output.stderr.is_empty() || output.stderr == "warning: pg_dump: called 99.1\n",
        "{output}"
    );
    for (value, reason) in
        [("/no/such/pg_dump", "no such file or directory"), ("/bin/true", "is no pg_dump")]
    {
        let said = run("PG_DUMP", value);
        said.assert_status(1).assert_line(&format!("error: {value}: {reason}"), "");
    }
}

#[test]
fn what_it_says_is_passed_on() {
    let case = Case::new();
    let (_folder, failing) = script(
        "case $1 in --version) echo 'pg_dump (PostgreSQL) 99.1';; \
         *) echo 'pg_dump: error: permission denied for table t' >&2; exit 1;; esac",
    );
    let output = case.run(&case.db, &["dump"]).env("PG_DUMP", shown(&failing)).output();
    output.assert_status(1).assert_line("error: ", "pg_dump failed: permission denied for table t");
    assert_eq!(output.stdout, "");
}

/// Everybody on the machine sees the words of a process.
#[test]
fn a_password_is_in_no_list_of_processes() {
    let tls = &tls::servers().tls;
    let (_folder, spy) = script(&format!(
        "printf '%s\\n' \"$@\" >> \"$0.words\"; exec {} \"$@\"",
        server::pg_dump().display()
    ));
    let root = tls::servers().root.display().to_string();
    for url in [
        // By the host's name with all that is to be proved, and without.
        format!(
            "postgres://secure:{PASSWORD}@localhost:{}/app?sslmode=verify-full&sslrootcert={root}",
            tls.port()
        ),
        format!("postgres://secure:{PASSWORD}@127.0.0.1:{}/app?sslmode=require", tls.port()),
        format!("postgres://scram:{PASSWORD}@127.0.0.1:{}/app?sslmode=disable", tls.port()),
        // Over the socket.
        format!("postgres://trusted@/app?host={}&port={}", tls.home().display(), tls.port()),
    ] {
        // What surrounds it is not taken for what the URL says.
        let run = Run::dbm().url(&url).arg("dump").env("PG_DUMP", shown(&spy));
        let output = run.env("PGSSLMODE", "disable").env("PGSSLNEGOTIATION", "direct").output();
        // Its version table is a view.
        output.assert_status(0).assert_silent_about(PASSWORD);
        assert!(output.stdout.contains("CREATE VIEW public.schema_migrations"), "{output}");
        let words = fs::read_to_string(format!("{}.words", spy.display())).expect("read the words");
        assert!(!words.contains(PASSWORD) && words.contains("--schema-only"), "{words}");
    }
}

#[test]
fn a_role_without_rights_is_told_which() {
    let case = Case::new();
    let reader = role("dbm_drift_reader", "NOCREATEDB", &case.db);
    case.db.execute("GRANT SELECT ON schema_migrations TO dbm_drift_reader");
    let output = Run::dbm().url(&reader).arg("dump").output();
    output
        .assert_status(1)
        .assert_line("error: ", "pg_dump failed: ")
        .assert_line("hint: pg_dump takes a lock on every table: ", "");
    case.db.execute(
        "GRANT USAGE ON SCHEMA \"Other One\" TO dbm_drift_reader; \
         GRANT SELECT ON ALL TABLES IN SCHEMA public, \"Other One\" TO dbm_drift_reader",
    );
    let output = Run::dbm().url(&reader).arg("dump").output();
    output.assert_status(0);
    assert_eq!(output.stdout, case.dump(&case.db, &[]));
}

/// It would lend another connection for each transaction, and keep what is set on one.
#[test]
fn a_pooler_is_refused() {
    use crate::support::pgbouncer;
    let Some(pooler) = pgbouncer::shared("dump through a pooler") else { return };
    let case = Case::new();
    let empty = Database::new();
    for args in [&["dump"][..], &["drift"], &["drift", "-scratch", &empty.url()]] {
        let run = Run::dbm().url(pooler.url(&case.db)).path(&case.folder);
        let output = run.args(args.iter().copied()).output();
        output
            .assert_status(1)
            .assert_line("error: the schema cannot be read through the pooler at ", "")
            .assert_line("hint: connect to the server itself", "");
    }
    // One message goes through.
    case.folder.write("schema.sql", case.dump(&case.db, &[]));
    let (db, file) = (Database::new(), case.file("schema.sql"));
    let output = Run::dbm().url(pooler.url(&db)).args(["load", &file]).output();
    output.assert_status(0);
    assert_eq!(db.row(), Some((12, false)));
}
