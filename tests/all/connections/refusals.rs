//! No connection: the cause, the remedy, and never the password.

use std::net::TcpListener;

use crate::connections::asking::ask;
use crate::support::doorkeeper::{Answer, Doorkeeper};
use crate::support::tls::{PASSWORD, servers};
use crate::support::{Database, Folder, Run, servant};

#[test]
fn a_wrong_password() {
    let plain = &servers().plain;
    let url = plain.url("scram:wr0ng-8890", "app");
    ask(&url)
        .secret("wr0ng-8890")
        .refused(&["password authentication failed", "scram"], &["password"]);
    ask(plain.url("scram", "app"))
        .env("PGPASSWORD", "wr0ng-8890")
        .secret("wr0ng-8890")
        .refused(&["password authentication failed"], &["password"]);
}

#[test]
fn no_password() {
    ask(servers().plain.url("scram", "app")).refused(&["password"], &["PGPASSWORD", ".pgpass"]);
}

#[test]
fn no_such_database() {
    ask(servers().plain.url("trusted", "no_such_database"))
        .refused(&["no_such_database", "does not exist"], &["createdb", "CREATE DATABASE"]);
}

#[test]
fn no_such_role() {
    ask(servers().plain.url("no_such_role", "app")).refused(
        &["no_such_role", "does not exist"],
        &["CREATE ROLE", "createuser", "user in the URL"],
    );
}

#[test]
fn no_entry_in_pg_hba() {
    ask(servers().plain.url("nobody_here", "app")).refused(&["pg_hba.conf"], &["pg_hba.conf"]);
}

#[test]
fn nobody_listens() {
    let port = servant::port();
    for mode in ["disable", "prefer", "verify-full"] {
        ask(format!("postgres://scram:{PASSWORD}@127.0.0.1:{port}/app?sslmode={mode}"))
            .refused(&["refused"], &[&format!("127.0.0.1:{port}")]);
    }
}

#[test]
fn an_unknown_host() {
    let output = ask(format!("postgres://scram:{PASSWORD}@no-such-host.invalid/app"))
        .refused(&[], &["no-such-host.invalid"]);
    assert!(!output.stderr.contains("is it running"), "the host is the cause\n{output}");
}

/// It takes the connection, and that is all it ever does.
#[test]
fn nobody_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
    let port = listener.local_addr().expect("an address").port();
    for mode in ["disable", "prefer", "require"] {
        ask(format!(
            "postgres://scram:{PASSWORD}@127.0.0.1:{port}/app?sslmode={mode}&connect_timeout=1"
        ))
        .refused(&["connect_timeout|timeout|timed out"], &[]);
    }
    ask(format!("postgres://scram@127.0.0.1:{port}/app"))
        .env("PGCONNECT_TIMEOUT", "1")
        .refused(&["connect_timeout|timeout|timed out"], &[]);
}

/// Something listens there, and it is no PostgreSQL.
#[test]
fn the_line_goes_dead() {
    for answer in [Answer::Close, Answer::Reset] {
        let keeper = Doorkeeper::new(&[answer], None);
        let place = format!("127.0.0.1:{}", keeper.port());
        for mode in ["disable", "require"] {
            ask(format!("postgres://scram:{PASSWORD}@{place}/app?sslmode={mode}"))
                .refused(&[], &[&place]);
        }
    }
}

#[test]
fn a_server_that_is_not_ready() {
    for message in [
        "the database system is starting up",
        "the database system is in recovery mode",
        "the database system is shutting down",
    ] {
        let keeper = Doorkeeper::new(&[Answer::Error("57P03", message)], None);
        let url =
            format!("postgres://scram:{PASSWORD}@127.0.0.1:{}/app?sslmode=disable", keeper.port());
        ask(url).refused(&[message], &["wait", "again"]);
    }
}

#[test]
fn all_connections_are_in_use() {
    let message = "sorry, too many clients already";
    let keeper = Doorkeeper::new(&[Answer::Error("53300", message)], None);
    ask(format!("postgres://scram:{PASSWORD}@127.0.0.1:{}/app?sslmode=disable", keeper.port()))
        .refused(&[message], &["in use", "connections"]);
}

/// A replica, or a role that may only read.
#[test]
fn a_server_that_is_read_only() {
    let (db, folder) = (Database::new(), Folder::four());
    db.execute(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", db.name()));
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output.assert_status(1).assert_says("read-only");
    output.assert_line("hint: ", "default_transaction_read_only");
    assert!(db.tables().is_empty(), "{output}");
    Run::dbm()
        .db(&db)
        .path(&folder)
        .arg("version")
        .status(1)
        .stderr("error: no migration\n")
        .check_essence();
}

/// The process shows its name to everyone who may look at the server, and never its password.
#[test]
fn the_application_has_a_name() {
    for (parameters, name) in [("", "dbm"), ("&application_name=release_42", "release_42")] {
        let db = Database::new();
        let folder = Folder::new().pair(
            "1_seen",
            "CREATE TABLE seen AS SELECT current_setting('application_name') AS name",
            "DROP TABLE seen",
        );
        let url = format!("{}{parameters}", db.url_with("x-ignored=1"));
        Run::dbm().url(url).path(&folder).arg("up").stderr("1/u seen (TIME)\n").check();
        assert_eq!(db.number(&format!("SELECT count(*) FROM seen WHERE name = '{name}'")), 1);
    }
}
