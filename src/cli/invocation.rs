//! Puts together the [`Invocation`] from what was typed: the flags that say which folder and which
//! database, as they were typed, and never a password.

use std::env;
use std::ffi::{OsStr, OsString};

use dbm::DatabaseUrl;

use crate::cli::config::{Config, Flags};
use crate::cli::env_file::DATABASE_VARIABLE;
use crate::cli::env_file::{self, EnvFile};
use crate::render::invocation::Invocation;
use crate::render::shell::word;

/// How to call the program again for the same folder and database.
pub fn invocation(config: &Config) -> Invocation {
    let Config { program, command, flags, words, .. } = config;
    let (database, mut lacks) = database(flags, |url| variable(env::vars_os(), url));
    let words: Vec<(String, bool)> =
        words.iter().map(|text| without_password(&text.to_string_lossy())).collect();
    if words.iter().any(|(_, had_one)| *had_one) {
        lacks = lacks.or(Some("PGPASSWORD"));
    }
    let mut start = vec![word(&program.typed)];
    match (&flags.source, &flags.path) {
        // -source is the one that counts.
        (Some(source), _) if !source.is_empty() => start.extend(["-source".into(), word(source)]),
        (_, Some(path)) => start.extend(["-path".into(), word(&path.to_string_lossy())]),
        _ => {}
    }
    start.extend(database);
    Invocation {
        name: program.name.clone(),
        start: start.join(" "),
        command: command.clone(),
        words: words.iter().map(|(text, _)| word(text)).collect(),
        lacks,
    }
}

/// The flags that say which database, and the variable that is to be set for them. `named` gives the
/// variable that holds a URL.
fn database(
    flags: &Flags,
    named: impl Fn(&str) -> Option<String>,
) -> (Vec<String>, Option<&'static str>) {
    let flag = |flag: &str, value: String| vec![format!("-{flag}"), value];
    let Some(url) = &flags.database else {
        let name = flags.database_env.as_deref();
        return (name.map_or(Vec::new(), |name| flag("database-env", word(name))), None);
    };
    match (named(url), DatabaseUrl::without_password(url)) {
        // It is looked for there without a flag.
        (Some(name), _) if name == DATABASE_VARIABLE => (Vec::new(), None),
        (Some(name), _) => (flag("database-env", name), None),
        (None, Some(shown)) if shown == *url => (flag("database", word(url)), None),
        // A variable in the URL's place could hold another database's.
        (None, Some(shown)) => (flag("database", word(&shown)), Some("PGPASSWORD")),
        (None, None) => (Vec::new(), Some(DATABASE_VARIABLE)),
    }
}

/// A word or a flag with its value, without the password of a URL in it; whether there was one.
fn without_password(text: &str) -> (String, bool) {
    let start = match text.split_once('=') {
        Some((flag, _)) if flag.starts_with('-') => flag.len() + 1,
        _ => 0,
    };
    let (flag, value) = text.split_at(start);
    if !value.contains("://") {
        return (text.to_string(), false);
    }
    let shown = DatabaseUrl::without_password(value).unwrap_or_else(|| "URL".to_string());
    let had_one = shown != value;
    (format!("{flag}{shown}"), had_one)
}

/// The variable that holds this URL, `DATABASE_URL` before others.
fn variable(all: impl Iterator<Item = (OsString, OsString)>, url: &str) -> Option<String> {
    let all: Vec<(OsString, OsString)> = all.collect();
    let holds = |(name, value): &(OsString, OsString)| {
        let name = name.to_str().filter(|name| is_name(name) && value == OsStr::new(url))?;
        Some(name.to_string())
    };
    let names: Vec<String> = all.iter().filter_map(holds).collect();
    if names.iter().any(|name| name == DATABASE_VARIABLE) || names.is_empty() && in_file(url) {
        return Some(DATABASE_VARIABLE.to_string());
    }
    names.into_iter().min()
}

/// Whether it is in `.env`, and counts there.
fn in_file(url: &str) -> bool {
    let value = || EnvFile::read(env_file::nearest()?).ok()?.variable(DATABASE_VARIABLE).ok()?;
    env::var_os(DATABASE_VARIABLE).is_none() && value().as_deref() == Some(url)
}

/// `_` is a shell's own.
fn is_name(name: &str) -> bool {
    name != "_"
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shown_without_passwords() {
        for (text, shown) in [
            ("-scratch=postgres://u:x@h/d?a=b", "-scratch=postgres://u@h/d?a=b"),
            ("postgres://u:x@h/d", "postgres://u@h/d"),
            ("-junit=a=b", "-junit=a=b"),
            ("a:b@c", "a:b@c"),
        ] {
            assert_eq!(without_password(text), (shown.to_string(), shown != text), "{text}");
        }
    }

    #[test]
    fn the_variable_that_holds_a_url() {
        let variable = |all: &[(&str, &str)], url| {
            let all = all.iter().map(|(name, value)| (name.into(), value.into()));
            variable(all, url)
        };
        let all = [("_", "x"), ("B", "x"), ("A", "x"), ("1", "x"), ("A-B", "x"), ("C", "y")];
        assert_eq!(variable(&all, "x").as_deref(), Some("A"));
        assert_eq!(variable(&all, "z"), None);
        let all = [("A", "x"), ("DATABASE_URL", "x")];
        assert_eq!(variable(&all, "x").as_deref(), Some("DATABASE_URL"));
    }
}
