//! What the URL leaves open comes from libpq's variables and from service files.

use std::fs;

use crate::connections::asking::{Ask, PLAIN, TLS, ask};
use crate::support::servant;
use crate::support::tls::{PASSWORD, servers};

/// The variables of the server without TLS.
fn surrounded(url: &str) -> Ask {
    ask(url)
        .env("PGHOST", "127.0.0.1")
        .env("PGPORT", servers().plain.port().to_string())
        .env("PGUSER", "scram")
        .env("PGPASSWORD", PASSWORD)
        .env("PGDATABASE", "app")
}

#[test]
fn everything_from_variables() {
    for url in ["postgres://", "postgresql://", "postgres:///", "pgx5://:", "pgx://", "pgx4:///app"]
    {
        surrounded(url).connects(PLAIN);
    }
}

#[test]
fn what_the_url_says_comes_first() {
    let (plain, tls) = (&servers().plain, &servers().tls);
    surrounded(&format!("postgres://trusted@127.0.0.1:{}/app", tls.port())).connects(TLS);
    surrounded("postgres://trusted@/app").connects(PLAIN);
    surrounded(&format!("postgres://127.0.0.1:{}", plain.port())).connects(PLAIN);
    ask(plain.url("trusted", "app")).env("PGPORT", "1").env("PGHOST", "nowhere").connects(PLAIN);
}

/// An empty variable is one that is not set.
#[test]
fn empty_variables() {
    ask(servers().plain.url("trusted", "app"))
        .env("PGSSLMODE", "")
        .env("PGSSLROOTCERT", "")
        .env("PGPASSWORD", "")
        .env("PGSERVICE", "")
        .env("PGCONNECT_TIMEOUT", "")
        .connects(PLAIN);
}

#[test]
fn tls_from_variables() {
    let servers = servers();
    let url = format!("postgres://trusted@localhost:{}/app", servers.tls.port());
    ask(&url).env("PGSSLMODE", "disable").connects(PLAIN);
    ask(&url).env("PGSSLMODE", "require").connects(TLS);
    ask(&url)
        .env("PGSSLMODE", "verify-full")
        .env("PGSSLROOTCERT", servers.root.as_os_str())
        .connects(TLS);
    ask(&url)
        .env("PGSSLMODE", "verify-full")
        .env("PGSSLROOTCERT", servers.other_root.as_os_str())
        .refused(&["certificate"], &["sslrootcert"]);
    ask(servers.tls.url(&format!("scram:{PASSWORD}"), "app"))
        .env("PGCHANNELBINDING", "require")
        .connects(TLS);
    // The URL comes first.
    ask(format!("{url}?sslmode=disable")).env("PGSSLMODE", "require").connects(PLAIN);
}

fn service() -> String {
    format!(
        "# services\n[other]\nhost=nowhere\n\n[mine]\nhost=127.0.0.1\nport={}\nuser=scram\n\
         dbname=app\npassword={PASSWORD}\n[late]\nport=1\n",
        servers().plain.port()
    )
}

#[test]
fn a_service() {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join(".pg_service.conf"), service()).expect("write the services");
    let other = home.path().join("services.ini");
    fs::write(&other, service()).expect("write the services");
    ask("postgres://").env("HOME", home.path()).env("PGSERVICE", "mine").connects(PLAIN);
    ask("postgres:///?service=mine").env("HOME", home.path()).connects(PLAIN);
    ask("postgres://")
        .env("PGSERVICEFILE", other.as_os_str())
        .env("PGSERVICE", "mine")
        .connects(PLAIN);
    // In its folder it has another name.
    fs::write(home.path().join("pg_service.conf"), service()).expect("write the services");
    ask("postgres://").env("PGSYSCONFDIR", home.path()).env("PGSERVICE", "mine").connects(PLAIN);
    // A service comes before the variables, and the URL before both.
    ask("postgres://")
        .env("HOME", home.path())
        .env("PGSERVICE", "mine")
        .env("PGPORT", "1")
        .connects(PLAIN);
    ask("postgres://trusted@/app")
        .env("HOME", home.path())
        .env("PGSERVICE", "mine")
        .connects(PLAIN);
}

#[test]
fn a_service_that_there_is_not() {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join(".pg_service.conf"), service()).expect("write the services");
    ask("postgres://")
        .env("HOME", home.path())
        .env("PGSERVICE", "no_such_service")
        .refused(&["no_such_service"], &[]);
    ask("postgres://").env("PGSERVICE", "mine").refused(&["mine"], &[]);
    ask("postgres://")
        .env("PGSERVICE", "mine")
        .env("PGSERVICEFILE", "/no/such/file")
        .refused(&["mine|/no/such/file"], &[]);
}

/// `PGOPTIONS` and `PGAPPNAME` reach the session.
#[test]
fn settings_from_variables() {
    use crate::support::{Database, Folder, Run};
    let db = Database::new();
    let folder = Folder::new().pair(
        "1_seen",
        "CREATE TABLE seen AS SELECT current_setting('application_name') AS name,
             current_setting('statement_timeout') AS timeout",
        "DROP TABLE seen",
    );
    Run::dbm()
        .db(&db)
        .path(&folder)
        .env("PGAPPNAME", "from_a_variable")
        .env("PGOPTIONS", "-c statement_timeout=54321")
        .arg("up")
        .stderr("1/u seen (TIME)\n")
        .check();
    assert_eq!(
        db.number(
            "SELECT count(*) FROM seen WHERE name = 'from_a_variable' AND timeout = '54321ms'"
        ),
        1
    );
}

/// A port of which nobody would think is named in the error.
#[test]
fn a_wrong_variable_can_be_found() {
    let port = servant::port();
    ask("postgres://trusted@/app")
        .env("PGHOST", "127.0.0.1")
        .env("PGPORT", port.to_string())
        .refused(&["refused"], &[&port.to_string()]);
}
