//! Certificates: whether the server's is looked at, and the client's is shown.

use std::fs;
use std::path::Path;

use crate::connections::asking::{CERTIFIED, PLAIN, TLS, ask};
use crate::support::cluster::Cluster;
use crate::support::tls::servers;

fn at(cluster: &Cluster, host: &str, mode: &str, root: &Path) -> String {
    format!(
        "postgres://trusted@{host}:{}/app?sslmode={mode}&sslrootcert={}",
        cluster.port(),
        root.display()
    )
}

/// The certificate is `localhost`'s; `verify-ca` does not ask for whom it is.
#[test]
fn the_host_name() {
    let servers = servers();
    for mode in ["verify-ca", "verify-full"] {
        ask(at(&servers.tls, "localhost", mode, &servers.root)).connects(TLS);
    }
    ask(at(&servers.tls, "127.0.0.1", "verify-ca", &servers.root)).connects(TLS);
    ask(at(&servers.tls, "127.0.0.1", "verify-full", &servers.root))
        .refused(&["certificate", "name|127.0.0.1"], &["localhost", "name", "verify-ca"]);
}

/// `require` with a root certificate is `verify-ca`, as in libpq.
#[test]
fn another_authority() {
    let servers = servers();
    for mode in ["require", "verify-ca", "verify-full"] {
        ask(at(&servers.tls, "localhost", mode, &servers.other_root))
            .refused(&["certificate", "authority|issuer"], &["sslrootcert"]);
    }
    ask(at(&servers.tls, "localhost", "require", &servers.root)).connects(TLS);
    // These do not look at it.
    ask(at(&servers.tls, "localhost", "prefer", &servers.other_root)).connects(TLS);
    ask(at(&servers.tls, "localhost", "disable", &servers.other_root)).connects(PLAIN);
}

#[test]
fn the_authorities_of_the_system() {
    let servers = servers();
    // No system knows the tests' authority, whether they are asked for or left to be.
    ask(at(&servers.tls, "localhost", "verify-full", Path::new("system")))
        .refused(&["certificate", "authority|authorities|issuer"], &["sslrootcert"]);
    for mode in ["verify-ca", "verify-full"] {
        ask(format!("postgres://trusted@localhost:{}/app?sslmode={mode}", servers.tls.port()))
            .refused(&["certificate", "authority|authorities|issuer"], &["sslrootcert"]);
    }
}

#[test]
fn a_root_that_cannot_be_read() {
    let servers = servers();
    let missing = servers.tls.home().join("no-such-root.crt");
    ask(at(&servers.tls, "localhost", "verify-full", &missing))
        .refused(&["no-such-root.crt", "no such file"], &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("not-a-certificate.pem");
    fs::write(&empty, "this is no certificate\n").expect("write a file");
    ask(at(&servers.tls, "localhost", "verify-full", &empty))
        .refused(&["not-a-certificate.pem"], &[]);
}

#[test]
fn an_expired_certificate() {
    let servers = servers();
    for mode in ["verify-ca", "verify-full"] {
        ask(at(&servers.expired, "localhost", mode, &servers.root))
            .refused(&["certificate", "expired"], &["renew", "expired", "certificate"]);
    }
    ask(servers.expired.url("trusted", "app?sslmode=require")).connects(TLS);
}

#[test]
fn a_client_certificate() {
    let servers = servers();
    let url = |parameters: &str| {
        format!(
            "postgres://certified@localhost:{}/app?sslmode=verify-full&sslrootcert={}{parameters}",
            servers.tls.port(),
            servers.root.display()
        )
    };
    let shown = |(certificate, key): &(std::path::PathBuf, std::path::PathBuf)| {
        format!("&sslcert={}&sslkey={}", certificate.display(), key.display())
    };
    ask(url(&shown(&servers.client))).connects(CERTIFIED);
    // By variables.
    ask(url(""))
        .env("PGSSLCERT", servers.client.0.as_os_str())
        .env("PGSSLKEY", servers.client.1.as_os_str())
        .connects(CERTIFIED);
    ask(url("")).refused(&["certificate"], &["sslcert"]);
    // The server says no to the other authority's only after it has been shown.
    ask(url(&shown(&servers.other_client))).refused(&["certificate|unknown"], &["sslcert"]);
    let (certificate, key) = &servers.client;
    ask(url(&format!("&sslcert={}", certificate.display()))).refused(&["sslkey"], &[]);
    ask(url(&format!("&sslcert=/no/such.crt&sslkey={}", key.display())))
        .refused(&["/no/such.crt"], &[]);
    ask(url(&format!("&sslcert={}&sslkey=/no/such.key", certificate.display())))
        .refused(&["/no/such.key"], &[]);
    // Of another pair.
    ask(url(&format!(
        "&sslcert={}&sslkey={}",
        certificate.display(),
        servers.other_client.1.display()
    )))
    .refused(&["sslcert|sslkey|key"], &[]);
}
