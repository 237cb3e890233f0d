//! The PostgreSQL server of the tests, found or started once for the whole run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use postgres::{Client, NoTls};

/// URL of a database on the test server whose role may create databases.
///
/// `DBM_TEST_DATABASE_URL` where it is set; else `tests/postgres.sh start` is run and prints it.
pub fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| match std::env::var("DBM_TEST_DATABASE_URL") {
        Ok(url) if !url.is_empty() => url,
        _ => start(),
    })
}

/// A connection to that database, for `CREATE DATABASE` and the like.
pub fn admin() -> Client {
    Client::connect(url(), NoTls)
        .unwrap_or_else(|error| panic!("cannot connect to the test server {}: {error}", url()))
}

/// The server's URL with another database in the place of its own. It always says `sslmode`,
/// because golang-migrate's default is `require` and a test server has no certificate.
pub fn url_of(database: &str) -> String {
    let (base, query) = match url().split_once('?') {
        Some((base, query)) if query.contains("sslmode=") => (base, format!("?{query}")),
        Some((base, query)) => (base, format!("?{query}&sslmode=disable")),
        None => (url(), "?sslmode=disable".to_owned()),
    };
    let authority = base.find("://").map_or(0, |at| at + 3);
    let end = base[authority..].find('/').map_or(base.len(), |at| authority + at);
    format!("{}/{database}{query}", &base[..end])
}

/// `pg_dump`: beside the server that `tests/postgres.sh` knows, else on the `PATH`.
pub fn pg_dump() -> &'static Path {
    static PG_DUMP: OnceLock<PathBuf> = OnceLock::new();
    PG_DUMP.get_or_init(|| {
        let beside = script().is_file().then(|| answer("bin")).flatten().map(PathBuf::from);
        let path = std::env::var_os("PATH").unwrap_or_default();
        beside
            .into_iter()
            .chain(std::env::split_paths(&path))
            .map(|folder| folder.join("pg_dump"))
            .find(|file| file.is_file())
            .expect("pg_dump, of PostgreSQL's client programs")
    })
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/postgres.sh")
}

fn start() -> String {
    answer("start").unwrap_or_else(|| {
        panic!(
            "`{} start` gave no URL; set DBM_TEST_DATABASE_URL to use a server of your own",
            script().display()
        )
    })
}

/// The last line that the script prints on stdout for this command.
fn answer(command: &str) -> Option<String> {
    let output = Command::new(script())
        .arg(command)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().last()?.trim();
    (output.status.success() && !line.is_empty()).then(|| line.to_owned())
}
