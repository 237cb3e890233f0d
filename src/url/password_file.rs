//! The password file's text: `host:port:database:user:password`, a line each.
//!
//! The format is libpq's: `\:` and `\\` in a field, `*` for any, `#` begins a comment line, and
//! the first line that fits counts.

/// What a line must match.
pub struct PasswordKey<'a> {
    /// The first host's name, or its socket's folder.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// The database; the user's name where the URL names none.
    pub database: &'a str,
    /// Who connects.
    pub user: &'a str,
}

/// The password of the first line that fits.
pub fn find(text: &str, key: &PasswordKey<'_>) -> Option<String> {
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| password(line, key))
}

fn password(line: &str, key: &PasswordKey<'_>) -> Option<String> {
    let port = key.port.to_string();
    let mut rest = line;
    for (i, wanted) in [key.host, &port, key.database, key.user].into_iter().enumerate() {
        let (field, after) = field(rest)?;
        let local = i == 0 && wanted.starts_with('/') && field == "localhost";
        if field != "*" && !local && unescaped(field) != wanted {
            return None;
        }
        rest = after;
    }
    Some(unescaped(rest))
}

/// What stands before the first `:` that has no backslash, and what follows it.
fn field(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let end = text.find(|letter| {
        let ends = letter == ':' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    })?;
    Some((&text[..end], &text[end + 1..]))
}

/// A backslash gives the letter behind it; the last one of a line stands for itself.
fn unescaped(text: &str) -> String {
    let mut letters = text.chars();
    let mut plain = String::new();
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => letters.next().unwrap_or('\\'),
            other => other,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_fit_and_lines_that_do_not() {
        let key = PasswordKey { host: "h", port: 5432, database: "db", user: "u" };
        for (text, expected) in [
            ("", None),
            ("h:5432:db:u:p", Some("p")),
            ("h:5432:db:u:p\r\n", Some("p")),
            ("*:*:*:*:p", Some("p")),
            ("h:5432:db:u:", Some("")),
            ("h:5432:db:u", None),
            ("h:5433:db:u:p", None),
            ("x:5432:db:u:p", None),
            ("h:5432:x:u:p", None),
            ("h:5432:db:x:p", None),
            ("h:5432:db:u:a:b", Some("a:b")),
            (r"h:5432:db:u:a\:b\\c\", Some(r"a:b\c\")),
            ("#h:5432:db:u:no\n\nh:5432:db:u:p", Some("p")),
            ("*:*:x:*:no\n*:*:db:*:first\n*:*:*:*:second", Some("first")),
            ("#*:*:*:*:no", None),
            (r"\*:*:*:*:no", None),
            ("localhost:*:*:*:no", None),
            ("h:5432:db:u:pä ss ", Some("pä ss ")),
        ] {
            assert_eq!(find(text, &key).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_escaped_in_fields() {
        let key = PasswordKey { host: "fe80::1", port: 1, database: r"a\b:c", user: "*" };
        assert_eq!(find(r"fe80\:\:1:1:a\\b\:c:\*:p", &key).as_deref(), Some("p"));
        assert_eq!(find(r"fe80::1:1:a\\b\:c:\*:p", &key), None);
    }

    #[test]
    fn sockets() {
        let key = PasswordKey { host: "/run/postgresql", port: 1, database: "d", user: "u" };
        assert_eq!(find("localhost:1:d:u:p", &key).as_deref(), Some("p"));
        assert_eq!(find("/run/postgresql:1:d:u:p", &key).as_deref(), Some("p"));
        assert_eq!(find("/tmp:1:d:u:p", &key), None);
        assert_eq!(find("*:1:localhost:u:p", &key), None);
    }
}
