//! Several hosts: the first one that will do.

use crate::connections::asking::{PLAIN, TLS, ask};
use crate::support::doorkeeper::{Answer, Doorkeeper};
use crate::support::servant;
use crate::support::tls::servers;

#[test]
fn the_first_one_dead() {
    let (dead, live) = (servant::port(), servers().plain.port());
    for url in [
        format!("postgres://trusted@127.0.0.1:{dead},127.0.0.1:{live}/app"),
        format!("postgres://trusted@/app?host=127.0.0.1,127.0.0.1&port={dead},{live}"),
        format!("postgres://trusted@no-such-host.invalid:{dead},127.0.0.1:{live}/app"),
        // One port for all.
        format!("postgres://trusted@/app?host=no-such-host.invalid,127.0.0.1&port={live}"),
        format!("postgres://trusted@/app?host=/no/such/folder,127.0.0.1&port={live}"),
        format!("postgres://trusted@127.0.0.1:{live},127.0.0.1:{dead}/app"),
    ] {
        ask(url).connects(PLAIN);
    }
    ask("postgres://trusted@/app")
        .env("PGHOST", "127.0.0.1,127.0.0.1")
        .env("PGPORT", format!("{dead},{live}"))
        .connects(PLAIN);
}

/// It answers, and is not ready: the next one is.
#[test]
fn the_first_one_starting_up() {
    let live = servers().plain.port();
    for answer in [Answer::Error("57P03", "the database system is starting up"), Answer::Close] {
        let keeper = Doorkeeper::new(&[answer], None);
        ask(format!(
            "postgres://trusted@127.0.0.1:{},127.0.0.1:{live}/app?sslmode=disable",
            keeper.port()
        ))
        .connects(PLAIN);
    }
}

/// `connect_timeout` is for each host.
#[test]
fn the_first_one_silent() {
    let live = servers().plain.port();
    let keeper = Doorkeeper::new(&[Answer::Silence], None);
    for mode in ["disable", "prefer"] {
        ask(format!(
            "postgres://trusted@127.0.0.1:{},127.0.0.1:{live}/app?connect_timeout=2&sslmode={mode}",
            keeper.port()
        ))
        .connects(PLAIN);
    }
}

#[test]
fn all_of_them_dead() {
    let (one, two) = (servant::port(), servant::port());
    ask(format!("postgres://trusted@127.0.0.1:{one},127.0.0.1:{two}/app"))
        .refused(&["refused"], &[&format!("127.0.0.1:{one},127.0.0.1:{two}")]);
}

/// The server with TLS plays the replica: for `reader` it is read only.
#[test]
fn read_write() {
    let servers = servers();
    servers.tls.execute("postgres", "ALTER ROLE reader SET default_transaction_read_only = on");
    let (replica, primary) = (servers.tls.port(), servers.plain.port());
    let both = format!("postgres://reader@127.0.0.1:{replica},127.0.0.1:{primary}/app");
    ask(&both).connects(TLS);
    ask(format!("{both}?target_session_attrs=any")).connects(TLS);
    ask(format!("{both}?target_session_attrs=read-write")).connects(PLAIN);
    ask(&both).env("PGTARGETSESSIONATTRS", "read-write").connects(PLAIN);
    ask(format!("postgres://reader@127.0.0.1:{replica}/app?target_session_attrs=read-write"))
        .refused(
            &["read-only|read only|read-write|writes"],
            &["target_session_attrs", "read-write"],
        );
    ask(format!("{both}?target_session_attrs=whatever")).refused(&["target_session_attrs"], &[]);
}
