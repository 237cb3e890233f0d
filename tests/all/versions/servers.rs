//! Servers of other versions, from `target/tools/postgres-VERSION`.

use std::io::{self, Write};
use std::path::Path;
use std::process::Stdio;

use postgres::{Client, NoTls};

use crate::support::cluster::{Cluster, TRUSTING};
use crate::support::{Folder, Run, servant};

/// A server of one of these versions, the first that is there, and its version; `None` where there is
/// none. The caller then returns, and it has been said in capitals that the test did not run.
///
/// No failure, not even under `CI`: they are fetched from a registry, which may be down for a minute.
pub fn server(versions: &[u32], test: &str) -> Option<(Server, u32)> {
    let found = versions.iter().find_map(|version| {
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools");
        let bin = tools.join(format!("postgres-{version}/bin"));
        // As the servers' user, who may not be allowed to go there.
        let mut asking = servant::command(bin.join("postgres"));
        asking.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        asking.status().is_ok_and(|status| status.success()).then_some((bin, *version))
    });
    let Some((bin, version)) = found else {
        // Not `eprintln!`: the test harness would capture it, and nobody would read it.
        writeln!(
            io::stderr(),
            "\nVERSION TEST DID NOT RUN: {test}: NO POSTGRESQL {versions:?} IN target/tools"
        )
        .expect("write to stderr");
        return None;
    };
    let cluster = Cluster::made_with(&bin, &[], TRUSTING);
    cluster.start();
    cluster.execute("postgres", "CREATE DATABASE app");
    Some((Server { cluster }, version))
}

pub struct Server {
    pub cluster: Cluster,
}

impl Server {
    pub fn url(&self) -> String {
        format!("{}?sslmode=disable", self.cluster.url("postgres", "app"))
    }

    pub fn dbm(&self, folder: &Folder, args: &[&str]) -> Run {
        Run::dbm().url(self.url()).path(folder).args(args.iter().copied())
    }

    pub fn client(&self) -> Client {
        Client::connect(&self.url(), NoTls).expect("connect to the server")
    }

    pub fn number(&self, sql: &str) -> i64 {
        self.client().query_one(sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0)
    }

    /// The version row.
    pub fn row(&self) -> Option<(i64, bool)> {
        let sql = "SELECT version, dirty FROM schema_migrations";
        let row = self.client().query_opt(sql, &[]).expect("read the row");
        row.map(|row| (row.get(0), row.get(1)))
    }
}
