//! Passwords of all letters, encoded and as they are.

use super::super::*;
use super::{error, parse};

#[test]
fn as_they_were_pasted() {
    for (info, user, password) in [
        ("u:a+b", "u", "a+b"),
        ("u+v:p", "u+v", "p"),
        ("u:100%", "u", "100%"),
        ("u:50%off%4", "u", "50%off%4"),
        ("u:a%40%zz", "u", "a@%zz"),
        ("u:a:b@c", "u", "a:b@c"),
        ("u:a/b", "u", "a/b"),
        ("u:a?b", "u", "a?b"),
        ("u:a#b", "u", "a#b"),
        ("u:a/b?c#d@e", "u", "a/b?c#d@e"),
        ("u:a/b@c/d", "u", "a/b@c/d"),
        ("u:99999/b", "u", "99999/b"),
        ("u:a!@$b/c", "u", "a!@$b/c"),
        ("u:pä ss\"'\\", "u", "pä ss\"'\\"),
    ] {
        for rest in ["h:1/db", "h:1/db?user=me@corp", "h:1/db?sslmode=disable#f"] {
            let read = parse(&format!("postgres://{info}@{rest}"));
            assert_eq!(read.place(), "h:1/db", "{info}");
            assert_eq!(read.password.as_ref().map(Secret::reveal), Some(password), "{info}");
            if !rest.contains("user") {
                assert_eq!(read.user.as_deref(), Some(user), "{info}");
            }
        }
    }
}

#[test]
fn what_could_be_either_is_an_error_that_says_what_to_type() {
    for (url, expected) in [
        ("postgres://u:123/x@h/db", "write '/' as %2F"),
        ("postgres://u:123?x@h/db", "write '?' as %3F"),
        ("postgres://u:123#x@h/db", "write '#' as %23"),
        ("postgres://u/x:p@h/db", "write '/' as %2F"),
        ("postgres://u:/x@h/db", "write '/' as %2F"),
        ("postgres://u:p@ss/word@h/db", "'@' as %40"),
        ("postgres://u:p@ss?word@h/db", "'@' as %40"),
        ("postgres://u:p@h/d?my.setting=a@b", "an '@' after the host"),
        ("postgres://u:p@h/d@b", "an '@' after the host"),
        ("postgres://u:%ff@h/db", "the password is not text once decoded"),
        ("postgres://%00:p@h/db", "the user is not text once decoded"),
    ] {
        let said = error(url);
        assert!(said.starts_with("failed to open database: "), "{said}");
        assert!(said.contains(expected), "{url}: {said}");
    }
}

/// An `@` in a parameter where it belongs says nothing about the password.
#[test]
fn an_at_sign_in_a_parameter() {
    for (url, user, password) in [
        ("postgres://h/db?user=me@corp", Some("me@corp"), None),
        ("postgres://h:5432/db?password=p@w&user=u", Some("u"), Some("p@w")),
        ("postgres://u:p@h/db?application_name=x@y", Some("u"), Some("p")),
        ("postgres://u:p@h?x-migrations-table=x@y&options=a@b", Some("u"), Some("p")),
    ] {
        let read = parse(url);
        assert_eq!(read.hosts[0].0, "h", "{url}");
        assert_eq!(read.user.as_deref(), user, "{url}");
        assert_eq!(read.password.as_ref().map(Secret::reveal), password, "{url}");
    }
}

#[test]
fn no_error_shows_a_password() {
    let secret = "s3cr3t";
    for url in [
        "postgres://u:s3cr3t%ff@h/db",
        "postgres://u:1/s3cr3t@h/db",
        "postgres://u:1?s3cr3t@h/db",
        "postgres://u:s3cr3t",
        "postgres://u:s3cr3t/db",
        "postgres://u:p@h:s3cr3t/db",
        "postgres://u:p@s3cr3t/x@h/db",
        "postgres://h/db?password=s3cr3t%z",
    ] {
        let said = error(url);
        assert!(!said.contains(secret), "{url}: {said}");
    }
    let shown = format!("{:?}", parse("postgres://u:s3cr3t@h/db"));
    assert_eq!(shown, "DatabaseUrl(h:5432/db)");
}

/// Xorshift: the same passwords in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn password(&mut self) -> String {
        // Half of them of the letters that are hard to place.
        let all: Vec<char> = match self.below(2) {
            0 => (' '..='~').chain("äßé日🔑\u{a0}".chars()).collect(),
            _ => "@@@//??##%::=&,[]+a1.x".chars().collect(),
        };
        (0..=self.below(12)).map(|_| all[self.below(all.len())]).collect()
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte.is_ascii_alphanumeric() {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

fn holds_an_escape(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(3).any(|w| w[0] == b'%' && w[1].is_ascii_hexdigit() && w[2].is_ascii_hexdigit())
}

#[test]
fn any_password_is_read_as_it_is_or_refused() {
    const TRIES: usize = 50_000;
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (mut raw, mut refused) = (0, 0);
    let rests =
        ["h:1/db", "h.example.com/db?sslmode=disable", "[::1]:1", "a:1,b/db", "/db?host=/s"];
    for _ in 0..TRIES {
        let password = random.password();
        let rest = rests[random.below(rests.len())];
        let plain = parse(&format!("postgres://u@{rest}"));
        let read = parse(&format!("postgres://u:{}@{rest}", encoded(&password)));
        assert_eq!(read.password.as_ref().map(Secret::reveal), Some(&*password), "{rest}");
        assert_eq!(read.place(), plain.place(), "{password}");

        if holds_an_escape(&password) {
            continue;
        }
        raw += 1;
        match DatabaseUrl::parse(&format!("postgres://u:{password}@{rest}"), |_| None) {
            Ok(read) => {
                let found = read.password.as_ref().map(Secret::reveal);
                assert_eq!(found, Some(&*password), "{rest}");
                assert_eq!(read.place(), plain.place(), "{password}");
                assert_eq!(read.user.as_deref(), Some("u"), "{password}");
            }
            Err(error) => {
                refused += 1;
                let said = error.to_string();
                assert!(password.chars().count() <= 3 || !said.contains(&password), "{said}");
            }
        }
    }
    assert!(refused * 4 < raw, "{refused} of {raw} were refused");
}
