//! Three servers for the connection tests, started once for the whole run: one with TLS, one
//! without, and one whose certificate has expired.
//!
//! All have a database `app` in which the version table is a view that says how one is connected,
//! so `dbm version` prints it:
//!
//! * 1 without TLS, 2 with TLS, 3 with TLS and a client certificate.
//!
//! The roles say how `pg_hba.conf` lets them in over TCP:
//!
//! * `trusted` and `reader` anyhow; `secure` over TLS only, with [`PASSWORD`]; `bare` without TLS only; `scram`
//!   anyhow, with [`PASSWORD`]; `certified` over TLS with a client certificate; `nobody_here` not
//!   at all. On the socket everyone is trusted but `secure`.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::support::authority::{Authority, Certified};
use crate::support::cluster::Cluster;
use crate::support::servant;

/// Of `secure` and `scram`. Recognisable, so that it can be looked for where it must not be.
pub const PASSWORD: &str = "open-sesame-7141";

const HBA: &str = "\
local     all secure                 scram-sha-256
local     all all                    trust
host      all trusted    127.0.0.1/32 trust
hostssl   all secure     127.0.0.1/32 scram-sha-256
hostnossl all bare       127.0.0.1/32 trust
host      all scram      127.0.0.1/32 scram-sha-256
hostssl   all certified  127.0.0.1/32 cert
host      all +awkward   127.0.0.1/32 scram-sha-256
host      all reader     127.0.0.1/32 trust
host      all no_such_role 127.0.0.1/32 trust
";

const SETUP: &str = "
    CREATE ROLE trusted LOGIN;
    CREATE ROLE secure LOGIN PASSWORD 'open-sesame-7141';
    CREATE ROLE bare LOGIN;
    CREATE ROLE scram LOGIN PASSWORD 'open-sesame-7141';
    CREATE ROLE certified LOGIN;
    CREATE ROLE nobody_here LOGIN;
    CREATE ROLE reader LOGIN;
    CREATE ROLE awkward;
";

const VERSION: &str = "
    CREATE VIEW schema_migrations AS
        SELECT CASE WHEN client_dn IS NOT NULL THEN 3 WHEN ssl THEN 2 ELSE 1 END::bigint AS version,
               false AS dirty
        FROM pg_stat_ssl WHERE pid = pg_backend_pid();
    GRANT SELECT ON schema_migrations TO public;
";

pub struct Servers {
    pub tls: Cluster,
    pub plain: Cluster,
    pub expired: Cluster,
    /// Root of the servers' certificates, which are for `localhost` and no other name.
    pub root: PathBuf,
    /// An authority that signed none of them.
    pub other_root: PathBuf,
    /// Certificate and key of `certified`, by the servers' authority.
    pub client: (PathBuf, PathBuf),
    /// The same role, by the other authority.
    pub other_client: (PathBuf, PathBuf),
}

pub fn servers() -> &'static Servers {
    static SERVERS: OnceLock<Servers> = OnceLock::new();
    SERVERS.get_or_init(start)
}

fn start() -> Servers {
    let (authority, stranger) = (Authority::new("dbm test CA"), Authority::new("another CA"));
    let tls = with_tls(&authority, authority.server("localhost"));
    let expired = with_tls(&authority, authority.expired_server("localhost"));
    let plain = Cluster::started(&[], HBA);
    for cluster in [&tls, &expired, &plain] {
        cluster.execute("postgres", SETUP);
        cluster.execute("postgres", "CREATE DATABASE app TEMPLATE template0");
        cluster.execute("app", VERSION);
    }
    let home = tls.home();
    let file = |name: &str, text: &str| {
        let path = home.join(name);
        servant::write(&path, text);
        path
    };
    let pair = |name: &str, made: &Certified| {
        (file(&format!("{name}.crt"), &made.certificate), file(&format!("{name}.key"), &made.key))
    };
    Servers {
        root: file("root.crt", &authority.pem()),
        other_root: file("other-root.crt", &stranger.pem()),
        client: pair("client", &authority.client("certified")),
        other_client: pair("other-client", &stranger.client("certified")),
        tls,
        plain,
        expired,
    }
}

fn with_tls(authority: &Authority, server: Certified) -> Cluster {
    let cluster = Cluster::make(
        &[
            ("ssl", "on"),
            ("ssl_cert_file", "server.crt"),
            ("ssl_key_file", "server.key"),
            ("ssl_ca_file", "clients.crt"),
        ],
        HBA,
    );
    let data = cluster.home().join("data");
    servant::write(&data.join("server.crt"), &server.certificate);
    servant::write(&data.join("server.key"), &server.key);
    servant::write(&data.join("clients.crt"), &authority.pem());
    cluster.start();
    cluster
}
