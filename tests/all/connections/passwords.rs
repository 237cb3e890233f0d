//! Passwords with awkward characters: percent-encoded, as they should be, and raw, as people paste
//! them.

use std::fmt::Write;
use std::sync::OnceLock;

use crate::connections::asking::{PLAIN, ask};
use crate::support::cluster::Cluster;
use crate::support::tls::servers;

/// Raw they mean one thing only, so they must be taken.
const CLEAR: &[&str] = &[
    "one@two-611",
    "one:two-611",
    "one+two-611",
    "one$two-611",
    "one,two-611",
    "one;two-611",
    "one!two-611",
    "one'two-611",
    "one\"two-611",
    "one\\two-611",
    "one(two)-611",
    "one*two-611",
    "one=two-611",
    "one&two-611",
    "one~two-611",
    "one|two-611",
    "one^two-611",
    "one{two}-611",
    "one<two>-611",
    "one`two-611",
    "one two-611",
    "über-€-611",
    "100%-sure-611",
    "one%zz-611",
    "a@b@c@d-611",
];

/// Raw they may be taken or refused; refused, it is said which character and how to write it.
const UNCLEAR: &[(&str, char)] = &[
    ("one/two-612", '/'),
    ("one#two-612", '#'),
    ("one?two-612", '?'),
    ("one[two]-612", '['),
    ("/@one-612", '/'),
    ("one@two/three-612", '/'),
];

/// Raw it means something else, and that cannot be known: `%41` is an `A`.
const OTHERWISE: &str = "one%41two-613";

fn role(index: usize) -> String {
    format!("awkward_{index}")
}

/// The server, with a role for each of the passwords.
fn server() -> &'static Cluster {
    static READY: OnceLock<()> = OnceLock::new();
    let plain = &servers().plain;
    READY.get_or_init(|| {
        let mut client = plain.client("postgres");
        for (index, password) in all().enumerate() {
            let sql = format!(
                "CREATE ROLE {} LOGIN IN ROLE awkward PASSWORD '{}'",
                role(index),
                password.replace('\'', "''")
            );
            client.batch_execute(&sql).expect("make a role");
        }
    });
    plain
}

fn all() -> impl Iterator<Item = &'static str> {
    CLEAR.iter().copied().chain(UNCLEAR.iter().map(|(password, _)| *password)).chain([OTHERWISE])
}

/// Every character but letters and digits.
fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte.is_ascii_alphanumeric() {
            true => encoded.push(char::from(byte)),
            false => write!(encoded, "%{byte:02X}").expect("write to a string"),
        }
        encoded
    })
}

fn url(index: usize, password: &str) -> String {
    server().url(&format!("{}:{password}", role(index)), "app?sslmode=disable")
}

#[test]
fn percent_encoded() {
    for (index, password) in all().enumerate() {
        ask(url(index, &encode(password))).connects(PLAIN);
        // As a parameter.
        let base = server().url(&role(index), "app?sslmode=disable");
        ask(format!("{base}&password={}", encode(password))).connects(PLAIN);
    }
}

#[test]
fn raw() {
    for (index, password) in CLEAR.iter().enumerate() {
        ask(url(index, password)).connects(PLAIN);
    }
}

#[test]
fn raw_where_it_is_unclear() {
    for (index, (password, character)) in UNCLEAR.iter().enumerate() {
        let ask = ask(url(CLEAR.len() + index, password)).secret(password).secret("two");
        let output = ask.output(false);
        if output.status == Some(0) {
            ask.connects(PLAIN);
            continue;
        }
        ask.output(true).assert_status(1);
        output.assert_status(1);
        let encoded = encode(&character.to_string());
        assert!(
            output.stderr.contains(*character) && output.stderr.contains(&encoded),
            "which character of {password} and how to write it\n{output}"
        );
    }
}

/// A wrong guess would be a wrong password; that it is one is all that can be said.
#[test]
fn raw_where_it_means_something_else() {
    let index = CLEAR.len() + UNCLEAR.len();
    ask(url(index, OTHERWISE))
        .secret(OTHERWISE)
        .secret("oneAtwo-613")
        .refused(&["password authentication failed"], &["password"]);
}

/// From a variable a password is what it is.
#[test]
fn in_a_variable() {
    for (index, password) in all().enumerate() {
        ask(server().url(&role(index), "app?sslmode=disable"))
            .env("PGPASSWORD", password)
            .connects(PLAIN);
    }
}

/// Whatever the password, a failure does not print it.
#[test]
fn never_in_an_error() {
    for (index, password) in all().enumerate() {
        for broken in [
            url(index, &encode(password)).replace("/app", "/no_such_database"),
            url(index, password).replace("sslmode=disable", "sslmode=none"),
            format!("postgres://u:{password}@127.0.0.1:1/app"),
            format!("postgres://u:{password}@no-such-host.invalid/app"),
            format!("postgres://u:{password}@127.0.0.1:notaport/app"),
        ] {
            for verbose in [false, true] {
                ask(&broken)
                    .secret(password)
                    .secret(&encode(password))
                    .output(verbose)
                    .assert_status(1);
            }
        }
    }
}
