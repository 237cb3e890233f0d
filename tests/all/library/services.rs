//! The examples, as processes: programs that migrate when they start, or refuse to.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::support::database::Database;
use crate::support::{Output, Process, Run, locks};

/// An example's program. `cargo test` has built it already, unless it was told which target to test.
fn example(name: &str) -> Run {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let tests = std::env::current_exe().expect("the path of the tests");
        let built = tests.ancestors().nth(2).expect("the folder of the profile");
        let profile = match built.file_name() {
            Some(name) if name == "debug" => "dev".into(),
            name => name.expect("the profile's name").to_string_lossy(),
        };
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--locked", "--offline", "--examples", "--profile", &profile]);
        cargo.arg("--target-dir").arg(built.parent().expect("the folder of what is built"));
        cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
        // What cargo tells the tests would be news to build scripts, and all were built again.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            let told = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
            if told.iter().any(|told| name.starts_with(told)) {
                cargo.env_remove(&*name);
            }
        }
        let output = cargo.output().expect("run cargo");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        built.join("examples")
    });
    Run::program(folder.join(name))
}

fn on(database: &Database, name: &str) -> Run {
    example(name).env("DATABASE_URL", database.url()).env("LISTEN", "127.0.0.1:0")
}

/// The answer of a service that listens.
#[track_caller]
fn get(service: &mut Process, path: &str) -> String {
    let said = service.wait_for("listening on http://").stderr();
    let (_, address) = said.split_once("listening on http://").expect("the address");
    let address = address.split_whitespace().next().expect("the address");
    let mut stream = TcpStream::connect(address).expect("connect to the service");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("ask");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("read the answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
}

/// Somebody else migrates, for as long as the client lives.
fn hold_the_lock(database: &Database) -> postgres::Client {
    let mut holder = database.client();
    let id = locks::id(&format!("/{}", database.name()), "public", "schema_migrations");
    holder.execute("SELECT pg_advisory_lock($1)", &[&id]).expect("hold the lock");
    holder
}

fn files_run(database: &Database) -> i64 {
    database.number("SELECT count(*) FROM schema_migrations_log WHERE action = 'run'")
}

const WAITING: &str = "waiting for the migration lock";

#[test]
fn a_program_migrates_when_it_starts() {
    let database = Database::new();
    let ran = on(&database, "embedded").output();
    ran.assert_status(0);
    assert_eq!(ran.stdout.matches("migrated ").count(), 4, "{ran}");
    assert!(ran.stdout.contains("migrated 2/u create_api_keys_table in "), "{ran}");
    assert!(ran.stdout.ends_with("the schema is at version 4; here the program begins\n"), "{ran}");
    assert_eq!(database.row(), Some((4, false)));
    let again = on(&database, "embedded").output();
    again.assert_status(0);
    assert_eq!(again.stdout, "the schema is at version 4; here the program begins\n", "{again}");
}

#[test]
fn two_replicas_start_at_once_on_a_fresh_database() {
    let database = Database::new();
    let holder = hold_the_lock(&database);
    let mut replicas = [(); 2].map(|()| on(&database, "web_service").spawn());
    for replica in &mut replicas {
        let said = replica.wait_for(WAITING).stderr();
        let line = said.lines().find(|line| line.contains(WAITING));
        assert!(line.is_some_and(|line| line.contains(" WARN migrate{")), "{said}");
    }
    drop(holder);
    for replica in &mut replicas {
        assert_eq!(get(replica, "/health"), "ok");
        assert_eq!(get(replica, "/version"), "4");
    }
    assert_eq!(files_run(&database), 4);
    for replica in replicas {
        replica.signal("TERM");
        replica.finish().assert_status(0);
    }
}

#[test]
fn a_failing_migration_ends_the_program() {
    let database = Database::new();
    database.execute("CREATE TABLE api_keys ()");
    let failed = "migration failed: relation \"api_keys\" already exists \
                  (002_create_api_keys_table.up.sql:4:1)\n";
    let plain = on(&database, "embedded").output();
    plain.assert_status(1).assert_says(&format!("error: {failed}"));
    assert_eq!(plain.stdout.lines().count(), 1, "{plain}");
    let service = on(&database, "web_service").output();
    service.assert_status(1).assert_says(&format!("ERROR web_service: not started: {failed}"));
    service.assert_says("}: dbm: at 1: 3 files to run").assert_says("sqlstate=\"42P07\"");
    assert_eq!(database.row(), Some((1, false)));
}

/// A release that is rolled back, or replicas of the old one that start again during a roll-out.
#[test]
fn an_older_release_refuses_to_start() {
    let database = Database::new();
    on(&database, "embedded").output().assert_status(0);
    database.set_row(9, false);
    let refused = "the database is at version 9, which is newer than all migrations here \
                   (the newest is 4)\n";
    for name in ["embedded", "web_service", "require_current"] {
        let output = on(&database, name).output();
        output.assert_status(1).assert_says(refused);
    }
    assert_eq!(database.row(), Some((9, false)));
}

#[test]
fn a_program_that_does_not_migrate_waits_to_be_started_on_its_schema() {
    let database = Database::new();
    let behind = on(&database, "require_current").output();
    behind.assert_status(1);
    assert_eq!(
        behind.stderr,
        "error: migrations are pending: 1, 2, 3, 4 (none has been applied)\n\
         run the migrations first\n"
    );
    assert_eq!(database.tables(), [""; 0]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let path = path.to_str().expect("a UTF-8 path");
    Run::dbm().db(&database).args(["-path", path, "up"]).output().assert_status(0);
    let current = on(&database, "require_current").output();
    current.assert_status(0);
    assert_eq!(current.stdout, "the schema is at version 4; here the program begins\n");
}

#[test]
fn a_program_without_a_database_says_so() {
    for name in ["embedded", "web_service", "require_current"] {
        let output: Output = example(name).output();
        output.assert_status(1).assert_says("DATABASE_URL: environment variable not found");
    }
}

/// SIGTERM while it waits for another replica: there is nothing to finish.
#[test]
fn a_service_that_waits_for_the_lock_ends_when_it_is_asked_to() {
    let database = Database::new();
    let holder = hold_the_lock(&database);
    let mut service = on(&database, "web_service").spawn();
    service.wait_for(WAITING).signal("TERM");
    service.finish().assert_status(0);
    drop(holder);
    assert_eq!(database.row(), None);
}

/// SIGTERM while a file runs: that file is finished, and the next one is left.
#[test]
fn a_service_that_migrates_finishes_the_file_that_runs() {
    let database = Database::new();
    let mut other = database.client();
    let mut transaction = other.transaction().expect("a transaction");
    // Whoever makes another table of this name waits for the end of this one.
    transaction.batch_execute("CREATE TABLE users ()").expect("a table");
    let mut service = on(&database, "web_service").spawn();
    service.wait_for("1/u create_users_table has run for").signal("TERM");
    transaction.rollback().expect("make way");
    let output = service.finish();
    output.assert_status(0).assert_says("stopped: 3 files left");
    assert_eq!(database.row(), Some((1, false)));
}
