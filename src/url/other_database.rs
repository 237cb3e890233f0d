//! A URL as it was typed, with another database, for programs that are to open that.

use crate::text::percent_decoded_leniently;
use crate::url::database_url::DatabaseUrl;
use crate::url::grammar::cut;

/// Parameters that name the database.
const NAMES: [&str; 2] = ["dbname", "database"];

impl DatabaseUrl {
    /// A URL as it is written, with another database: its user, password, hosts and parameters stay.
    /// What programs other than ours do not understand is taken out or written so that they do: the
    /// schemes of pgx, `x-` parameters, and characters of a password that are not encoded. `None` for
    /// a text of which it cannot be told where the password ends.
    pub fn text_with_database(url: &str, name: &str) -> Option<String> {
        let (scheme, rest) = url.split_at(url.find(':')?);
        let scheme = if scheme == "postgresql" { scheme } else { "postgres" };
        let rest = &rest[1..];
        let (user_info, place) = cut(rest.strip_prefix("//").unwrap_or(rest)).ok()?;
        let user = user_info.map(|text| match text.split_once(':') {
            Some((user, password)) => format!("{}:{}@", encoded(user), encoded(password)),
            None => format!("{}@", encoded(text)),
        });
        let (place, _fragment) = place.split_once('#').unwrap_or((place, ""));
        let (place, query) = place.split_once('?').unwrap_or((place, ""));
        let hosts = &place[..place.find('/').unwrap_or(place.len())];
        let is_kept = |pair: &&str| {
            let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
            let name = percent_decoded_leniently(name).unwrap_or_default();
            !name.is_empty() && !NAMES.contains(&name.as_str()) && !name.starts_with("x-")
        };
        let query = query.split('&').filter(is_kept).collect::<Vec<_>>().join("&");
        let query = if query.is_empty() { query } else { format!("?{query}") };
        Some(format!("{scheme}://{}{hosts}/{name}{query}", user.unwrap_or_default()))
    }
}

/// A user or a password whose raw characters do not end it for any other program.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        let is_escape = || {
            let digits = text.as_bytes().get(at + 1..at + 3);
            digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        };
        match letter {
            '%' if is_escape() => encoded.push('%'),
            '%' | '/' | '?' | '#' | '@' | '[' | ']' | ':' | ' ' => {
                encoded.push_str(&format!("%{:02X}", u32::from(letter)));
            }
            letter => encoded.push(letter),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_replaced_and_the_rest_stays() {
        for (url, expected) in [
            ("postgres://u:p@h:5432/d?sslmode=disable", "postgres://u:p@h:5432/n?sslmode=disable"),
            ("postgresql://h", "postgresql://h/n"),
            ("postgres://u:p%40q@h1,h2:7/d", "postgres://u:p%40q@h1,h2:7/n"),
            ("postgres://u@/d?host=/run/pg&dbname=e", "postgres://u@/n?host=/run/pg"),
            (
                "postgres://h/d?x-log=off&search_path=a&d%61tabase=e#f",
                "postgres://h/n?search_path=a",
            ),
            ("pgx5://u:100%@h/d?x-migrations-table=t", "postgres://u:100%25@h/n"),
            ("postgres://u:a@b:c/d@h/d", "postgres://u:a%40b%3Ac%2Fd@h/n"),
            ("postgres:u:p@h/d", "postgres://u:p@h/n"),
            ("pgx5://:", "postgres://:/n"),
            ("postgres://u@[::1]:5/d", "postgres://u@[::1]:5/n"),
        ] {
            let changed = DatabaseUrl::text_with_database(url, "n");
            assert_eq!(changed.as_deref(), Some(expected), "{url}");
            let read = |url: &str| DatabaseUrl::parse(url, |_| None).unwrap();
            let (before, after) = (read(url), read(expected));
            assert_eq!(after.database.as_deref(), Some("n"), "{url}");
            assert_eq!(
                (before.hosts, before.user, before.password),
                (after.hosts, after.user, after.password),
                "{url}"
            );
        }
        for url in ["", "no url", "postgres://u:1/b@h/d"] {
            assert_eq!(DatabaseUrl::text_with_database(url, "n"), None, "{url}");
        }
    }
}
