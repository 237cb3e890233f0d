//! The grammar: cuts a URL into its parts, and decodes them.
//!
//! The one hard question is where the user and password end, because people paste passwords as they
//! are. A reading of the text is *sound* when what follows its `@` looks like hosts and no other
//! `@` follows where none belongs. The text is read as a URL should be (user and password end
//! before the first `/`, `?` or `#`) unless that is not sound and could not have been meant.

use std::collections::BTreeMap;

use crate::text::{percent_decoded, percent_decoded_leniently};
use crate::url::hosts::{self, Host};

/// The parts of a URL.
pub struct UrlParts {
    /// Before the `:` of the user info; none where it is empty.
    pub user: Option<String>,
    /// After it; none where it is empty.
    pub password: Option<String>,
    /// The hosts of the authority; with empty names where it has none.
    pub hosts: Vec<Host>,
    /// The path, decoded, with its slash.
    pub path: String,
    /// The parameters that are not empty. The first of each name counts, as with Go's
    /// `Query().Get`.
    pub parameters: BTreeMap<String, String>,
}

/// Parameters in whose values an `@` may stand as it is.
const FREE_TEXT: &str = "\
    application_name database dbname fallback_application_name host options passfile \
    password role search_path service sslcert sslkey user x-migrations-table";

impl UrlParts {
    /// Reads what follows `scheme:`.
    ///
    /// # Errors
    ///
    /// What is wrong, without a piece of what may be the password.
    pub fn parse(text: &str) -> Result<UrlParts, String> {
        let text = text.strip_prefix("//").unwrap_or(text);
        let (user_info, rest) = cut(text)?;
        let user_info = user_info.unwrap_or_default();
        let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
        let (user, password) = (personal("user", user)?, personal("password", password)?);
        let (rest, _fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = place.split_at(place.find('/').unwrap_or(place.len()));
        let path =
            percent_decoded(path).ok_or("the database's name holds a raw '%': write it as %25")?;
        let hosts = hosts::split(authority)
            .map(|host| Some(Host { name: percent_decoded(&host.name)?, ..host }))
            .collect::<Option<Vec<Host>>>()
            .ok_or("the host holds a raw '%': write it as %25")?;
        Ok(UrlParts { user, password, hosts, path, parameters: parameters(query)? })
    }
}

/// Decodes the user or the password. `+` stays `+`: this is not a form.
fn personal(what: &str, text: &str) -> Result<Option<String>, String> {
    let decoded = percent_decoded_leniently(text).ok_or_else(|| {
        format!("the {what} is not text once decoded: write a '%' that is part of it as %25")
    })?;
    Ok(Some(decoded).filter(|text| !text.is_empty()))
}

/// The user info, if there is one, and what follows it.
///
/// # Errors
///
/// Where the text can be read in several ways.
pub fn cut(text: &str) -> Result<(Option<&str>, &str), String> {
    let at = |at: Option<usize>| match at {
        Some(at) => (Some(&text[..at]), &text[at + 1..]),
        None => (None, text),
    };
    let end = end_of_authority(text);
    let regular = at(text[..end].rfind('@'));
    if !text[end..].contains('@') || is_sound(regular.1) {
        return Ok(regular);
    }
    let mut later = text.match_indices('@').map(|(at, _)| at).filter(|at| *at > end);
    match later.find(|at| is_sound(&text[at + 1..])) {
        Some(later) if !are_hosts(regular.1) => Ok(at(Some(later))),
        // Either the password goes on, or an `@` stands behind the host: to guess would be to send
        // half a password to some host.
        _ => {
            let (raw, encoded) = match text[end..].chars().next() {
                Some('?') => ('?', "%3F"),
                Some('#') => ('#', "%23"),
                _ => ('/', "%2F"),
            };
            Err(format!(
                "a raw '{raw}' stands before an '@', and either could be part of the password: \
                 in the user and the password write '{raw}' as {encoded} and '@' as %40, \
                 and so an '@' after the host"
            ))
        }
    }
}

/// Where the authority ends.
fn end_of_authority(text: &str) -> usize {
    text.find(['/', '?', '#']).unwrap_or(text.len())
}

/// Whether this, behind the user info, begins with hosts and has no `@` where none belongs.
fn is_sound(text: &str) -> bool {
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (place, query) = text.split_once('?').unwrap_or((text, ""));
    let query_is_sound = query.split('&').all(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match value.rsplit_once('@') {
            _ if name.contains('@') => false,
            Some((_, after)) => {
                FREE_TEXT.split(' ').any(|word| word == name) && !after.contains('/')
            }
            None => true,
        }
    });
    are_hosts(place) && ![place, fragment].iter().any(|t| t.contains('@')) && query_is_sound
}

/// Whether this may begin with a list of `host[:port]`. The empty one is: `postgres:///db`.
fn are_hosts(text: &str) -> bool {
    hosts::split(&text[..end_of_authority(text)]).all(|Host { name, port }| {
        let is_address = name.contains(':');
        (port.is_empty() || port.parse::<u16>().is_ok())
            && name.chars().all(|c| match c {
                ':' | '%' | '.' => true,
                _ if is_address => c.is_ascii_hexdigit(),
                _ => c.is_alphanumeric() || matches!(c, '-' | '_' | '~'),
            })
    })
}

fn parameters(query: &str) -> Result<BTreeMap<String, String>, String> {
    let mut map = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = |text: &str| percent_decoded(&text.replace('+', " "));
        let (Some(name), Some(value)) = (decoded(name), decoded(value)) else {
            return Err("a parameter holds a raw '%': write it as %25".to_string());
        };
        map.entry(name).or_insert(value);
    }
    map.retain(|_, value| !value.is_empty());
    Ok(map)
}
