//! `testdb` and `dbm::testing`: fresh databases for tests.
//!
//! On servers of the tests' own: what is counted and pruned here is on the whole server.

mod copies;
mod crowd;
mod leftovers;
mod library;
mod refusals;
mod templates;

use std::process::Command;
use std::sync::OnceLock;

use postgres::{Client, NoTls};

use crate::support::cluster::{Cluster, TRUSTING};
use crate::support::{Folder, Output, Run, server};

/// The server that the tests share which count nothing.
fn shared() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::started(&[], TRUSTING))
}

fn url(cluster: &Cluster) -> String {
    format!("{}?sslmode=disable", cluster.url("postgres", "postgres"))
}

/// `testdb` with these words.
fn testdb(cluster: &Cluster, folder: &Folder, words: &[&str]) -> Run {
    Run::dbm().url(url(cluster)).path(folder).arg("testdb").args(words.iter().copied())
}

/// A new test database's URL.
#[track_caller]
fn fresh(cluster: &Cluster, folder: &Folder) -> String {
    printed(&testdb(cluster, folder, &[]).output())
}

/// The URL on stdout.
#[track_caller]
fn printed(output: &Output) -> String {
    output.assert_status(0);
    assert_eq!(output.stdout.lines().count(), 1, "{output}");
    output.stdout.trim_end().to_string()
}

/// The database in a URL.
fn name(url: &str) -> &str {
    let (place, _) = url.split_once('?').unwrap_or((url, ""));
    place.rsplit_once('/').expect("a path").1
}

fn client(url: &str) -> Client {
    Client::connect(url, NoTls).unwrap_or_else(|error| panic!("{url}: {error}"))
}

#[track_caller]
fn number(url: &str, sql: &str) -> i64 {
    let row = client(url).query_one(&format!("SELECT ({sql})::bigint"), &[]);
    row.unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0)
}

/// The names of databases that begin so.
fn databases(cluster: &Cluster, start: &str) -> Vec<String> {
    let sql = "SELECT datname::text FROM pg_database WHERE starts_with(datname, $1) ORDER BY 1";
    let rows = cluster.client("postgres").query(sql, &[&start]).expect("list the databases");
    rows.iter().map(|row| row.get(0)).collect()
}

/// The schema as `pg_dump` writes it, with settings and privileges of the database itself.
fn dump(url: &str) -> String {
    let output = Command::new(server::pg_dump())
        .args(["--schema-only", "--create", "--dbname", url])
        .output()
        .expect("run pg_dump");
    assert!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8 from pg_dump");
    let is_kept = |line: &&str| {
        // The mark of what is made here.
        let is_mark = line.contains(" CONNECTION LIMIT = ");
        !line.is_empty() && !line.starts_with("\\") && !line.starts_with("--") && !is_mark
    };
    let lines: Vec<&str> = text.lines().filter(is_kept).collect();
    lines.join("\n").replace(name(url), "THIS")
}
