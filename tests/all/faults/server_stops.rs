//! The server goes down while a file runs: `immediate` as in a crash, `fast` as in a restart.

use postgres::Client;

use crate::faults::outcome::report;
use crate::support::cluster::{Cluster, TRUSTING};
use crate::support::locks::Gate;
use crate::support::{Folder, Output, Run};

/// Four files, one of them at the gate.
fn folder(at_the_gate: usize, wrapped: bool) -> Folder {
    let (begin, commit) = if wrapped { ("BEGIN; ", " COMMIT;") } else { ("", "") };
    (1..=4).fold(Folder::new(), |folder, version| {
        let gate = if version == at_the_gate { Gate::SQL } else { "" };
        folder.pair(
            &format!("{version}_t"),
            &format!(
                "{begin}CREATE TABLE t{version} (id int); {gate} INSERT INTO t{version} VALUES (1);{commit}"
            ),
            &format!("DROP TABLE t{version};"),
        )
    })
}

/// Version, and how many of the files' tables there are.
fn state(client: &mut Client) -> (i64, i64) {
    let version = client
        .query("SELECT version, dirty FROM schema_migrations", &[])
        .expect("read the version table")
        .first()
        .map_or(0, |row| {
            assert!(!row.get::<_, bool>(1), "the row must be clean");
            row.get(0)
        });
    let tables = client
        .query_one("SELECT count(*) FROM pg_class WHERE relname ~ '^t[1-4]$'", &[])
        .expect("count the tables")
        .get(0);
    (version, tables)
}

fn up(cluster: &Cluster, folder: &Folder) -> Run {
    Run::dbm().url(cluster.url("postgres", "app?sslmode=disable")).path(folder).arg("up")
}

/// The server goes down with file `version` at the gate; afterwards `up` finishes.
fn go_down(cluster: &Cluster, mode: &str, version: usize, wrapped: bool) -> Output {
    cluster.execute("postgres", "DROP DATABASE IF EXISTS app");
    cluster.execute("postgres", "CREATE DATABASE app TEMPLATE template0");
    let folder = folder(version, wrapped);
    let mut gate = Gate::close(cluster.client("app"));
    let run = up(cluster, &folder).spawn();
    gate.waiting();
    cluster.stop(mode);
    drop(gate);
    // While dbm asks what became of the file.
    cluster.start();
    let output = run.finish();
    output.assert_status(1).assert_silent_about("panicked").assert_silent_about("was committed");
    output.assert_says(&format!("{version}_t.up.sql"));
    let before = i64::try_from(version).expect("few") - 1;
    assert_eq!(state(&mut cluster.client("app")), (before, before), "{output}");
    up(cluster, &folder).output().assert_status(0);
    assert_eq!(state(&mut cluster.client("app")), (4, 4), "{output}");
    output
}

#[test]
fn while_a_file_runs() {
    let cluster = Cluster::started(&[], TRUSTING);
    let mut faults = 0;
    for mode in ["immediate", "fast"] {
        for wrapped in [false, true] {
            for version in 1..=4 {
                go_down(&cluster, mode, version, wrapped);
                faults += 1;
            }
        }
    }
    report("server_stops::while_a_file_runs", &format!("{faults} times the server went down"));
}

/// `-wait` before the command that finishes: no loop in a script is needed around a restart.
#[test]
fn and_the_next_run_waits_for_it() {
    let cluster = Cluster::started(&[], TRUSTING);
    cluster.execute("postgres", "CREATE DATABASE app TEMPLATE template0");
    let folder = folder(2, false);
    let mut gate = Gate::close(cluster.client("app"));
    let run = up(&cluster, &folder).spawn();
    gate.waiting();
    cluster.stop("immediate");
    run.finish().assert_status(1);
    drop(gate);
    let next = up(&cluster, &folder).args(["-wait", "600"]).spawn();
    cluster.start();
    next.finish().assert_status(0);
    assert_eq!(state(&mut cluster.client("app")), (4, 4));
}
