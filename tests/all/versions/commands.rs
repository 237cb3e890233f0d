//! The commands.

use crate::support::{Folder, Run, locks, reference};
use crate::versions::servers::{Server, server};

#[test]
fn on_the_oldest_that_works() {
    if let Some((server, version)) = server(&[10], "versions::commands::on_the_oldest_that_works") {
        all(&server, version, "versions::commands::on_the_oldest_that_works");
    }
}

#[test]
fn on_the_oldest_supported() {
    if let Some((server, version)) = server(&[12], "versions::commands::on_the_oldest_supported") {
        all(&server, version, "versions::commands::on_the_oldest_supported");
    }
}

#[test]
fn on_the_newest() {
    if let Some((server, version)) = server(&[18, 17], "versions::commands::on_the_newest") {
        all(&server, version, "versions::commands::on_the_newest");
    }
}

/// Each leaves the database as the next one wants it.
fn all(server: &Server, version: u32, test: &str) {
    let folder = Folder::new()
        .pair("1_a", "CREATE TABLE a (id int)", "DROP TABLE a")
        .pair("2_b", "BEGIN;\nCREATE TABLE b (id int);\nCOMMIT;\n", "DROP TABLE b")
        .pair("3_i", "CREATE INDEX CONCURRENTLY a_id ON a (id)", "DROP INDEX CONCURRENTLY a_id")
        .pair("4_d", "CREATE TABLE d (id int)", "DROP TABLE d");
    walk(server, &folder);
    in_turn(server, &folder, test);
    edited(server, &folder);
    by_the_log(server, &folder);
    failures(server, &folder);
    broken_index(server, &folder);
    somebody_in_the_way(server, &folder);
    the_lock(server, &folder);
    everything_dropped(server, &folder, version);
}

fn walk(server: &Server, folder: &Folder) {
    let all = "1/u a (TIME)\n2/u b (TIME)\n3/u i (TIME)\n4/u d (TIME)\n";
    server.dbm(folder, &["version"]).status(1).stderr("error: no migration\n").check();
    server.dbm(folder, &["up"]).stderr(all).check();
    server.dbm(folder, &["version"]).stderr("4\n").check();
    server.dbm(folder, &["goto", "2"]).stderr("4/d d (TIME)\n3/d i (TIME)\n").check();
    server.dbm(folder, &["redo"]).stderr("2/d b (TIME)\n2/u b (TIME)\n").check();
    server.dbm(folder, &["up"]).stderr("3/u i (TIME)\n4/u d (TIME)\n").check();
    server.dbm(folder, &["force", "4"]).check();
    let status = server.dbm(folder, &["status"]).output();
    status.assert_status(0).assert_silent_about("warning");
    assert!(status.stdout.contains("at version 4: up to date"), "{status}");
    let log = server.dbm(folder, &["log"]).output();
    log.assert_status(0);
    assert!(log.stdout.contains("force"), "{log}");
    let found = server.dbm(folder, &["verify", "-allow", "non-transactional"]).output();
    found.assert_status(0);
    server.dbm(folder, &["down", "-all"]).output().assert_status(0);
    assert_eq!(server.row(), None);
}

/// golang-migrate and dbm on one database.
fn in_turn(server: &Server, folder: &Folder, test: &str) {
    if let Some(reference) = reference::find(test) {
        let theirs = |args: &[&str]| {
            let run = Run::program(&reference).url(server.url()).path(folder);
            run.args(args.iter().copied()).output().assert_status(0);
        };
        theirs(&["up", "2"]);
        server.dbm(folder, &["up", "1"]).output().assert_status(0);
        theirs(&["down", "2"]);
        assert_eq!(server.row(), Some((1, false)));
    }
    server.dbm(folder, &["up"]).output().assert_status(0);
    server.dbm(folder, &["status", "-exit-code"]).output().assert_status(0);
    assert_eq!(server.row(), Some((4, false)));
}

fn edited(server: &Server, folder: &Folder) {
    folder.write("4_d.up.sql", "CREATE TABLE d (id bigint)");
    let output = server.dbm(folder, &["up"]).output();
    output.assert_status(1).assert_line("hint: ", "repair");
    server.dbm(folder, &["repair", "-f", "4"]).output().assert_status(0);
    server.dbm(folder, &["up"]).stderr("no change\n").check();
}

/// The files are gone, and the log has their texts.
fn by_the_log(server: &Server, folder: &Folder) {
    let older = Folder::new();
    for name in folder.names().iter().filter(|name| !name.starts_with("4_")) {
        older.write(name, std::fs::read(folder.join(name)).expect("a file of the folder"));
    }
    server
        .client()
        .batch_execute("GRANT INSERT ON schema_migrations_log TO PUBLIC")
        .expect("grant");
    let output = server.dbm(&older, &["down", "1"]).output();
    output.assert_status(1).assert_says("PUBLIC may write to the log");
    server
        .client()
        .batch_execute("REVOKE ALL ON schema_migrations_log FROM PUBLIC")
        .expect("revoke");
    server.dbm(&older, &["down", "1"]).output().assert_status(0);
    server.dbm(folder, &["up"]).stderr("4/u d (TIME)\n").check();
}

/// What the server refuses is shown in its place, and nothing has happened.
fn failures(server: &Server, folder: &Folder) {
    let folder = copy(folder).pair(
        "5_fails",
        "CREATE TABLE e (id int);\nSELECT no_such_column FROM e;\n",
        "SELECT 1",
    );
    let output = server.dbm(&folder, &["up"]).output();
    output.assert_status(1).assert_says("5_fails.up.sql:2:8").assert_says("no_such_column");
    output.assert_silent_about("another tool");
    assert_eq!(server.row(), Some((4, false)));
}

/// An index that could not be built is named, by the run and by `verify`.
fn broken_index(server: &Server, folder: &Folder) {
    server.client().batch_execute("INSERT INTO a VALUES (7), (7)").expect("fill the table");
    let folder = copy(folder).pair(
        "5_unique",
        "CREATE UNIQUE INDEX CONCURRENTLY a_unique ON a (id)",
        "DROP INDEX a_unique",
    );
    let output = server.dbm(&folder, &["up"]).output();
    output.assert_status(1).assert_says("a_unique").assert_says("INVALID");
    let output = server.dbm(&folder, &["verify", "-allow", "non-transactional"]).output();
    output.assert_status(1);
    assert!(output.stdout.contains("public.a_unique is INVALID"), "{output}");
    server.client().batch_execute("DROP INDEX a_unique").expect("drop the index");
    server.dbm(&folder, &["force", "4"]).output().assert_status(0);
    assert_eq!(server.row(), Some((4, false)));
}

/// `-lock-wait` names who is in the way.
fn somebody_in_the_way(server: &Server, folder: &Folder) {
    let mut blocker = server.client();
    let lock = "SET application_name = 'a_long_report'; BEGIN; LOCK TABLE a IN ACCESS SHARE MODE";
    blocker.batch_execute(lock).expect("stand in the way");
    let folder = copy(folder).pair("5_change", "ALTER TABLE a ADD COLUMN note text", "SELECT 1");
    let output = server.dbm(&folder, &["-lock-wait", "1000", "-retries", "0", "up"]).output();
    output.assert_status(1).assert_says("a_long_report");
    assert_eq!(server.row(), Some((4, false)));
}

/// Who waits for the migration lock says for whom.
fn the_lock(server: &Server, folder: &Folder) {
    let mut holder = server.client();
    let id = locks::id("/app", "public", "schema_migrations");
    let pid: i32 = holder
        .query_one("SELECT pg_backend_pid(), pg_advisory_lock($1)", &[&id])
        .expect("take the lock")
        .get(0);
    let mut waiting = server.dbm(folder, &["down", "1"]).spawn();
    waiting.wait_for(&pid.to_string());
    drop(holder);
    waiting.finish().assert_status(0);
    assert_eq!(server.row(), Some((3, false)));
}

/// `drop -all-objects` takes what the version knows.
fn everything_dropped(server: &Server, folder: &Folder, version: u32) {
    let mut objects = "CREATE TYPE mood AS ENUM ('ok'); CREATE DOMAIN year AS int;
        CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE AGGREGATE total (int) (sfunc = int4pl, stype = int);
        CREATE VIEW v AS SELECT 1 AS one;"
        .to_owned();
    if version >= 11 {
        objects.push_str("CREATE PROCEDURE nothing() LANGUAGE sql AS 'SELECT 1';");
    }
    server.client().batch_execute(&objects).expect("make objects");
    let output = server.dbm(folder, &["drop", "-f"]).output();
    output.assert_status(0).assert_says("total").assert_says("aggregate");
    server.dbm(folder, &["drop", "-f", "-all-objects"]).output().assert_status(0);
    let left = "SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
        + (SELECT count(*) FROM pg_type WHERE typnamespace = 'public'::regnamespace)";
    assert_eq!(server.number(left), 0, "nothing is left");
}

/// The folder as it is now, to add to.
fn copy(folder: &Folder) -> Folder {
    folder.names().iter().fold(Folder::new(), |copy, name| {
        copy.file(name, std::fs::read(folder.join(name)).expect("a file of the folder"))
    })
}
