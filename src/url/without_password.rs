//! A URL without its passwords, for commands that are printed.

use crate::text::percent_decoded_leniently;
use crate::url::database_url::DatabaseUrl;
use crate::url::grammar::cut;

impl DatabaseUrl {
    /// A URL as it is written, but for the passwords in it: after the user, and the parameters whose
    /// names speak of one. `None` for a text of which it cannot be told where the password ends.
    pub fn without_password(url: &str) -> Option<String> {
        let (scheme, rest) = url.split_at(url.find(':')? + 1);
        let (slashes, rest) = rest.split_at(if rest.starts_with("//") { 2 } else { 0 });
        let (user_info, place) = cut(rest).ok()?;
        let user = user_info.map(|text| text.split_once(':').map_or(text, |(user, _)| user));
        let user = user.map_or(String::new(), |user| format!("{user}@"));
        let (place, fragment) = match place.find('#') {
            Some(at) => place.split_at(at),
            None => (place, ""),
        };
        let Some((place, query)) = place.split_once('?') else {
            return Some(format!("{scheme}{slashes}{user}{place}{fragment}"));
        };
        let is_kept = |pair: &&str| {
            let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
            let name = percent_decoded_leniently(name).unwrap_or_default();
            !name.to_ascii_lowercase().contains("password")
        };
        let query = query.split('&').filter(is_kept).collect::<Vec<_>>().join("&");
        let query = if query.is_empty() { query } else { format!("?{query}") };
        Some(format!("{scheme}{slashes}{user}{place}{query}{fragment}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_left_out_and_the_rest_stays() {
        for (url, expected) in [
            ("postgres://u:p@h:5432/d?sslmode=disable", "postgres://u@h:5432/d?sslmode=disable"),
            ("postgres://u:p@h/d", "postgres://u@h/d"),
            ("postgres://u:a@b:c/d@h/d", "postgres://u@h/d"),
            ("postgres://:p@h/d", "postgres://@h/d"),
            ("postgres://u@h/d?x-log=off", "postgres://u@h/d?x-log=off"),
            ("postgres://h/d?user=u&password=p", "postgres://h/d?user=u"),
            ("postgres://h/d?pass%77ord=p#f", "postgres://h/d#f"),
            ("postgres:///d?sslpassword=p&host=/run", "postgres:///d?host=/run"),
            ("pgx5://:", "pgx5://:"),
            ("postgres:u:p@h/d", "postgres:u@h/d"),
        ] {
            assert_eq!(DatabaseUrl::without_password(url).as_deref(), Some(expected), "{url}");
        }
        for url in ["", "no url", "postgres://u:1/b@h/d"] {
            assert_eq!(DatabaseUrl::without_password(url), None, "{url}");
        }
    }
}
