//! What was probably meant by a text that is not the URL of a PostgreSQL database: a bare name, a
//! libpq string (`host=… dbname=…`), another program's scheme.
//!
//! It is only suggested, never used. A password is left out of it.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::url::grammar::UrlParts;
use crate::url::hosts::Host;

/// What was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Likely {
    /// This URL, with the word `PASSWORD` where a password was given.
    Url(String),
    /// The database of another product.
    OtherDatabase,
    /// It cannot be told.
    Unclear,
}

/// What must be encoded in the parts of a URL.
const ENCODED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same of a parameter's value, where more may stand as it is.
const ENCODED_VALUE: AsciiSet = ENCODED.remove(b'/').remove(b',').remove(b':');

/// Parameters that are not repeated.
const SECRETS: [&str; 2] = ["password", "sslpassword"];

/// What stands for a password.
const PASSWORD: &str = "PASSWORD";

/// PostgreSQL's longest name.
const LONGEST_NAME: usize = 63;

/// Tells what `text` was probably meant to be.
pub fn likely(text: &str) -> Likely {
    let text = text.trim();
    let url = match text.split_once("://") {
        _ if is_keywords(text) => keywords(text).and_then(of_keywords),
        Some((scheme, rest)) if is_like_postgres(scheme) => of_url(rest),
        Some(_) => return Likely::OtherDatabase,
        None if is_name(text) => Some(format!("postgres:///{text}")),
        None if begins_with_host(text) => of_url(text),
        None => None,
    };
    url.map_or(Likely::Unclear, Likely::Url)
}

/// `jdbc:postgresql`, `postgresql+psycopg2`, `psql`, `Postgres`.
fn is_like_postgres(scheme: &str) -> bool {
    let lower = scheme.to_ascii_lowercase();
    ["postgre", "psql", "pgsql", "pgx"].iter().any(|name| lower.contains(name)) || lower == "pg"
}

fn is_name(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    !text.is_empty() && text.len() <= LONGEST_NAME && text.chars().all(is_plain)
}

/// `localhost:5432/app`, `app@db/app`, `db.internal/app`: a URL without its scheme.
fn begins_with_host(text: &str) -> bool {
    let (place, _) = text.split_once('?').unwrap_or((text, ""));
    let (authority, path) = place.split_once('/').unwrap_or((place, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    let is_host = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let is_port = port.chars().all(|c| c.is_ascii_digit());
    is_host && is_port && (authority.contains(['@', ':']) || !path.is_empty())
}

/// A URL, from what follows its `scheme://`.
fn of_url(rest: &str) -> Option<String> {
    let UrlParts { user, password, hosts, path, parameters } = UrlParts::parse(rest).ok()?;
    let hosts = hosts.iter().map(host).collect::<Vec<_>>().join(",");
    let path = path.strip_prefix('/').unwrap_or(&path);
    let user = authority(user.as_deref(), password.is_some());
    Some(format!("postgres://{user}{hosts}/{}{}", encoded(path), query(&parameters)))
}

fn of_keywords(mut pairs: BTreeMap<String, String>) -> Option<String> {
    let user = authority(pairs.remove("user").as_deref(), pairs.remove("password").is_some());
    let name = pairs.remove("dbname").unwrap_or_default();
    if name.contains("://") {
        return None;
    }
    let is_single = |text: &&String| !text.starts_with('/') && !text.contains(',');
    let mut place = String::new();
    if let Some(name) = pairs.get("host").filter(is_single).cloned() {
        let port = pairs.get("port").cloned().unwrap_or_default();
        place = host(&Host { name, port });
        pairs.retain(|key, _| key != "host" && key != "port");
    }
    Some(format!("postgres://{user}{place}/{}{}", encoded(&name), query(&pairs)))
}

fn authority(user: Option<&str>, has_password: bool) -> String {
    match (user, has_password) {
        (None, false) => String::new(),
        (user, false) => format!("{}@", encoded(user.unwrap_or_default())),
        (user, true) => format!("{}:{PASSWORD}@", encoded(user.unwrap_or_default())),
    }
}

fn host(Host { name, port }: &Host) -> String {
    let name = if name.contains(':') { format!("[{name}]") } else { encoded(name) };
    if port.is_empty() { name } else { format!("{name}:{port}") }
}

fn query(parameters: &BTreeMap<String, String>) -> String {
    let pair = |(name, value): (&String, &String)| match SECRETS.contains(&name.as_str()) {
        true => format!("{name}={PASSWORD}"),
        false => format!("{}={}", encoded(name), utf8_percent_encode(value, &ENCODED_VALUE)),
    };
    let pairs: Vec<String> = parameters.iter().map(pair).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, &ENCODED).to_string()
}

/// Whether a text begins as a libpq string does: `host=`. Such a text is no URL, whatever follows.
pub fn is_keywords(text: &str) -> bool {
    let key = text.trim_start().split('=').next().filter(|key| key.len() < text.len());
    key.is_some_and(|key| is_key(key.trim_end()))
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Takes a libpq string apart: `key = value`, quoted as `'it\'s'`. `None` where it is none.
fn keywords(text: &str) -> Option<BTreeMap<String, String>> {
    let mut pairs = BTreeMap::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (key, value) = rest.split_once('=')?;
        let key = Some(key.trim_end()).filter(|key| is_key(key))?;
        let value = value.trim_start();
        let quoted = value.strip_prefix('\'');
        let (mut read, mut end) = (String::new(), None);
        let mut letters = quoted.unwrap_or(value).char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => read.push(letters.next()?.1),
                '\'' if quoted.is_some() => {
                    end = Some(at + 1);
                    break;
                }
                letter if quoted.is_none() && letter.is_whitespace() => {
                    end = Some(at);
                    break;
                }
                letter => read.push(letter),
            }
        }
        if quoted.is_some() && end.is_none() {
            return None;
        }
        rest = end.map_or("", |end| quoted.unwrap_or(value)[end..].trim_start());
        if !read.is_empty() {
            pairs.insert(key.to_string(), read);
        }
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_spelled_out() {
        for (text, url) in [
            ("mydb", "postgres:///mydb"),
            ("localhost:5432/app", "postgres://localhost:5432/app"),
            ("db.internal/app?sslmode=require", "postgres://db.internal/app?sslmode=require"),
            ("app:s3cr3t@db:1/app", "postgres://app:PASSWORD@db:1/app"),
            (
                "jdbc:postgresql://h:1/d?user=u&password=p",
                "postgres://h:1/d?password=PASSWORD&user=u",
            ),
            ("postgresql+psycopg2://u:p%40@h/d", "postgres://u:PASSWORD@h/d"),
            ("psql://[::1]:7/d", "postgres://[::1]:7/d"),
            ("POSTGRES://h/d", "postgres://h/d"),
            (
                "host=db port=6432 user=app password='it\\'s : a b' dbname = app sslmode=disable",
                "postgres://app:PASSWORD@db:6432/app?sslmode=disable",
            ),
            ("host=/run/postgresql dbname=a/b", "postgres:///a%2Fb?host=/run/postgresql"),
            ("host=a,b port=1,2 dbname=d", "postgres:///d?host=a,b&port=1,2"),
            ("dbname=mydb", "postgres:///mydb"),
        ] {
            assert_eq!(likely(text), Likely::Url(url.to_string()), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_not_spelled_out() {
        for text in ["mysql://u:p@h/d", "sqlite3://f.db", "mongodb://h"] {
            assert_eq!(likely(text), Likely::OtherDatabase, "{text}");
        }
        for text in
            ["", ":", "./m", "/m", "a b", "host='x", "dbname=postgres://u:p@h/d", "x:y", "=a"]
        {
            assert_eq!(likely(text), Likely::Unclear, "{text}");
        }
    }
}
