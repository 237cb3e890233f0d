//! Unix sockets, in every spelling.

use crate::connections::asking::{PLAIN, ask};
use crate::support::servant;
use crate::support::tls::{PASSWORD, servers};

#[test]
fn every_spelling() {
    let tls = &servers().tls;
    let (folder, port) = (tls.home().display().to_string(), tls.port());
    let encoded = folder.replace('/', "%2F");
    for url in [
        format!("postgres:///app?host={folder}&port={port}&user=trusted"),
        format!("postgres:///app?host={encoded}&port={port}&user=trusted"),
        format!("postgres://trusted@/app?host={folder}&port={port}"),
        format!("postgres://trusted@:{port}/app?host={folder}"),
        format!("postgres://trusted@{encoded}:{port}/app"),
        format!("postgres://trusted@{encoded}/app?port={port}"),
        format!("postgres://?host={folder}&port={port}&user=trusted&dbname=app"),
        format!("pgx5://trusted@localhost:{port}/app?host={folder}"),
        // TLS is for the network; libpq does without on a socket, whatever was asked for.
        format!("postgres://trusted@/app?host={folder}&port={port}&sslmode=require"),
        format!("postgres://trusted@/app?host={folder}&port={port}&sslmode=disable"),
    ] {
        ask(url).connects(PLAIN);
    }
}

#[test]
fn from_variables() {
    let tls = &servers().tls;
    let port = tls.port().to_string();
    ask("postgres://trusted@/app")
        .env("PGHOST", tls.home().as_os_str())
        .env("PGPORT", port.as_str())
        .connects(PLAIN);
    ask("postgres:///app?user=trusted")
        .env("PGHOST", tls.home().as_os_str())
        .env("PGPORT", port.as_str())
        .connects(PLAIN);
}

#[test]
fn with_a_password() {
    let tls = &servers().tls;
    let place = format!("/app?host={}&port={}", tls.home().display(), tls.port());
    ask(format!("postgres://secure:{PASSWORD}@{place}")).connects(PLAIN);
    ask(format!("postgres://secure:wr0ng-7781@{place}"))
        .secret("wr0ng-7781")
        .refused(&["password authentication failed"], &["password"]);
}

/// The error names the socket.
#[test]
fn nobody_listens() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = servant::port();
    let url = format!("postgres://trusted@/app?host={}&port={port}", folder.path().display());
    let output = ask(url).refused(&["no such file"], &["run"]);
    output.assert_says(&folder.path().display().to_string()).assert_says(&port.to_string());
}
