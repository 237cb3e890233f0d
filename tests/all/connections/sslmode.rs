//! Every `sslmode` against a server with TLS, one without, and one that insists on either.

use crate::connections::asking::{PLAIN, TLS, ask};
use crate::support::tls::{PASSWORD, servers};

const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// A server with TLS, by the one name that its certificate has.
fn url(user: &str, mode: &str) -> String {
    let servers = servers();
    format!(
        "postgres://{user}@localhost:{}/app?sslmode={mode}&sslrootcert={}",
        servers.tls.port(),
        servers.root.display()
    )
}

#[test]
fn a_server_that_has_tls() {
    for mode in MODES {
        let way = if ["disable", "allow"].contains(&mode) { PLAIN } else { TLS };
        ask(url("trusted", mode)).connects(way);
    }
    // Without a word it is libpq's `prefer`, and not golang-migrate's `require`.
    ask(servers().tls.url("trusted", "app")).connects(TLS);
}

#[test]
fn a_server_that_has_none() {
    let servers = servers();
    let bare = servers.plain.url("trusted", "app");
    ask(&bare).connects(PLAIN);
    for mode in MODES {
        let ask = ask(format!("{bare}?sslmode={mode}&sslrootcert={}", servers.root.display()));
        match mode {
            "disable" | "allow" | "prefer" => ask.connects(PLAIN),
            _ => {
                ask.refused(&["TLS|SSL"], &["sslmode"]);
            }
        }
    }
}

/// `hostssl` alone in `pg_hba.conf`: `allow` tries again with TLS.
#[test]
fn a_server_that_insists_on_tls() {
    let secure = format!("secure:{PASSWORD}");
    ask(url(&secure, "disable")).refused(&["pg_hba.conf", "no encryption"], &["sslmode"]);
    for mode in &MODES[1..] {
        ask(url(&secure, mode)).connects(TLS);
    }
}

/// `hostnossl` alone: `prefer` tries again without.
#[test]
fn a_server_that_insists_on_none() {
    for mode in &MODES[..3] {
        ask(url("bare", mode)).connects(PLAIN);
    }
    for mode in &MODES[3..] {
        ask(url("bare", mode)).refused(&["pg_hba.conf"], &["sslmode"]);
    }
}

/// The second try of `prefer` and `allow` must not hide what the first one said.
#[test]
fn a_wrong_password_is_one_in_every_mode() {
    for mode in MODES {
        ask(url("scram:not-it-5523", mode))
            .secret("not-it-5523")
            .refused(&["password authentication failed"], &["password"]);
    }
    for mode in &MODES[1..] {
        ask(url("secure:not-it-5523", mode))
            .secret("not-it-5523")
            .refused(&["password authentication failed"], &["password"]);
    }
}

#[test]
fn a_mode_that_there_is_not() {
    ask(servers().tls.url("trusted", "app?sslmode=requires")).refused(&["sslmode"], &[]);
}

/// Neon's and others' strings have it.
#[test]
fn channel_binding() {
    let servers = servers();
    let tls = servers.tls.url(&format!("scram:{PASSWORD}"), "app");
    ask(format!("{tls}?sslmode=require&channel_binding=require")).connects(TLS);
    ask(format!("{tls}?channel_binding=require")).connects(TLS);
    ask(format!("{tls}?sslmode=require&channel_binding=prefer")).connects(TLS);
    ask(format!("{tls}?sslmode=require&channel_binding=disable")).connects(TLS);
    ask(format!("{tls}?sslmode=disable&channel_binding=prefer")).connects(PLAIN);
    // Without TLS there is no channel to bind to, and a server that asks for nothing binds nothing.
    ask(format!("{tls}?sslmode=disable&channel_binding=require"))
        .refused(&["channel binding|channel_binding"], &["sslmode", "channel_binding"]);
    let plain = servers.plain.url(&format!("scram:{PASSWORD}"), "app");
    ask(format!("{plain}?channel_binding=require"))
        .refused(&["channel binding|channel_binding|TLS|SSL"], &["sslmode", "channel_binding"]);
    let trusted = servers.tls.url("trusted", "app");
    ask(format!("{trusted}?sslmode=require&channel_binding=require"))
        .refused(&["channel binding|channel_binding"], &["channel_binding"]);
}
