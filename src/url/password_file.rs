//! The password file's text: `host:port:database:user:password`, a line each.
//!
//! The format is libpq's: `\:` and `\\` in a field, `*` for any, `#` begins a comment line, and
//! the first line that fits counts.

/// The password of the first line that fits the key: the host's name or its socket's folder, the
/// port, the database, and who connects.
pub fn find(text: &str, key: [&str; 4]) -> Option<String> {
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| password(line, key))
}

fn password(line: &str, key: [&str; 4]) -> Option<String> {
    let mut rest = line;
    for (i, wanted) in key.into_iter().enumerate() {
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
        let key = ["h", "5432", "db", "u"];
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
            assert_eq!(find(text, key).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_escaped_in_fields() {
        let key = ["fe80::1", "1", r"a\b:c", "*"];
        assert_eq!(find(r"fe80\:\:1:1:a\\b\:c:\*:p", key).as_deref(), Some("p"));
        assert_eq!(find(r"fe80::1:1:a\\b\:c:\*:p", key), None);
    }

    #[test]
    fn sockets() {
        let key = ["/run/postgresql", "1", "d", "u"];
        assert_eq!(find("localhost:1:d:u:p", key).as_deref(), Some("p"));
        assert_eq!(find("/run/postgresql:1:d:u:p", key).as_deref(), Some("p"));
        assert_eq!(find("/tmp:1:d:u:p", key), None);
        assert_eq!(find("*:1:localhost:u:p", key), None);
    }
}
