//! The server goes away behind its pooler, which stays and says so as an error of its own.

use crate::support::cluster::{Cluster, TRUSTING};
use crate::support::locks::Gate;
use crate::support::pgbouncer::{PgBouncer, before};
use crate::support::{Folder, Output, Run};

fn folder() -> Folder {
    Folder::new()
        .pair("1_a", "CREATE TABLE a (id int)", "DROP TABLE a")
        .pair("2_slow", &format!("CREATE TABLE b (id int); {}", Gate::SQL), "DROP TABLE b")
        .pair("3_c", "CREATE TABLE c (id int)", "DROP TABLE c")
}

/// `up` with these flags, and a restart in its second file.
fn through_a_restart(cluster: &Cluster, pooler: &PgBouncer, mode: &str, flags: &[&str]) -> Output {
    cluster.execute("postgres", "DROP DATABASE IF EXISTS app WITH (FORCE)");
    cluster.execute("postgres", "CREATE DATABASE app TEMPLATE template0");
    let folder = folder();
    let mut gate = Gate::close(cluster.client("app"));
    let url = format!("postgres://postgres@127.0.0.1:{}/app?sslmode=disable", pooler.port());
    let run = Run::dbm().url(url).path(&folder).args(flags.iter().copied()).arg("up").spawn();
    gate.waiting();
    cluster.stop(mode);
    drop(gate);
    cluster.start();
    let output = run.finish();
    drop(folder);
    output
}

fn version(cluster: &Cluster) -> i64 {
    let row = cluster.client("app").query_one("SELECT version, dirty FROM schema_migrations", &[]);
    let row = row.expect("read the version table");
    assert!(!row.get::<_, bool>(1), "the row must be clean");
    row.get(0)
}

#[test]
fn in_the_middle_of_a_file() {
    let cluster = Cluster::started(&[], TRUSTING);
    let test = "pooler::restarts::in_the_middle_of_a_file";
    let Some(pooler) = before(cluster.port(), "postgres", test) else { return };
    for mode in ["immediate", "fast"] {
        let output = through_a_restart(&cluster, &pooler, mode, &["-wait", "600"]);
        output.assert_status(0).assert_line("warning: ", "connection lost while 2/u slow ran");
        assert_eq!(version(&cluster), 3, "{output}");
        // Nobody blames the file, and nothing is claimed that was not asked for.
        let output = through_a_restart(&cluster, &pooler, mode, &[]);
        output.assert_status(1).assert_silent_about("fix the file");
        output.assert_line("error: ", "connection lost");
        assert_eq!(version(&cluster), 1, "{output}");
    }
}

/// A statement that fails to reach another server fails like any other.
#[test]
fn another_connection_that_fails() {
    let db = crate::support::Database::new();
    let text = "DO $$ BEGIN RAISE 'no such place' USING ERRCODE = '08001'; END $$";
    let folder = Folder::new().pair("1_a", text, "");
    let output = Run::dbm().db(&db).path(&folder).args(["-wait", "9", "up"]).output();
    output.assert_status(1).assert_says("SQLSTATE: 08001").assert_line("hint: ", "fix the file");
}
