//! Text search: dictionaries, configurations, templates, parsers.

use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::text::{list, qualified, without_arguments};

/// CREATE TEXT SEARCH DICTIONARY.
pub fn create_dictionary(own: &Id, object: &Object) -> String {
    let mut options = vec![format!("TEMPLATE = {}", qualified(object.get("dicttemplate")))];
    if object.has("dictinitoption") {
        options.push(object.get("dictinitoption").to_string());
    }
    format!("CREATE TEXT SEARCH DICTIONARY {} ({})", own.name, options.join(", "))
}

/// From one to the other, where the dictionary stays.
pub fn alter_dictionary(own: &Id, before: &Object, after: &Object) -> Option<String> {
    if before.get("dicttemplate") != after.get("dicttemplate") {
        return None;
    }
    let (old, new) = (list(before.get("dictinitoption")), list(after.get("dictinitoption")));
    let name = |option: &str| option.split('=').next().unwrap_or_default().trim().to_string();
    let mut options: Vec<String> =
        new.iter().filter(|option| !old.contains(option)).map(ToString::to_string).collect();
    options.extend(
        old.iter().map(|option| name(option)).filter(|n| !new.iter().any(|o| name(o) == *n)),
    );
    Some(format!("ALTER TEXT SEARCH DICTIONARY {} ({})", own.name, options.join(", ")))
}

/// CREATE TEXT SEARCH CONFIGURATION with its mappings.
pub fn create_configuration(own: &Id, object: &Object) -> Vec<String> {
    let parser = qualified(object.get("cfgparser"));
    let name = &own.name;
    let mut statements =
        vec![format!("CREATE TEXT SEARCH CONFIGURATION {name} (PARSER = {parser})")];
    statements.extend(mapping_changes(own, "", object.get("mappings")));
    statements
}

/// From one to the other, where the configuration stays.
pub fn alter_configuration(own: &Id, before: &Object, after: &Object) -> Option<Vec<String>> {
    (before.get("cfgparser") == after.get("cfgparser"))
        .then(|| mapping_changes(own, before.get("mappings"), after.get("mappings")))
}

/// `token dictionary, dictionary; …`, as pairs.
fn mappings(text: &str) -> Vec<(&str, &str)> {
    text.split("; ").filter_map(|mapping| mapping.split_once(' ')).collect()
}

/// Tokens with the same dictionaries go together.
fn mapping_changes(own: &Id, before: &str, after: &str) -> Vec<String> {
    let (old, new) = (mappings(before), mappings(after));
    let has = |list: &[(&str, &str)], token: &str| list.iter().any(|(name, _)| *name == token);
    let alter = format!("ALTER TEXT SEARCH CONFIGURATION {}", own.name);
    let gone: Vec<&str> =
        old.iter().map(|(token, _)| *token).filter(|token| !has(&new, token)).collect();
    let mut statements = Vec::new();
    if !gone.is_empty() {
        statements.push(format!("{alter} DROP MAPPING FOR {}", gone.join(", ")));
    }
    let mut groups: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for (token, dictionaries) in new.iter().filter(|mapping| !old.contains(mapping)) {
        let verb = if has(&old, token) { "ALTER" } else { "ADD" };
        match groups.iter_mut().find(|(v, d, _)| *v == verb && d == dictionaries) {
            Some((_, _, tokens)) => tokens.push(token),
            None => groups.push((verb, dictionaries, vec![token])),
        }
    }
    for (verb, dictionaries, tokens) in groups {
        let dictionaries: Vec<String> = list(dictionaries).into_iter().map(qualified).collect();
        let (tokens, dictionaries) = (tokens.join(", "), dictionaries.join(", "));
        statements.push(format!("{alter} {verb} MAPPING FOR {tokens} WITH {dictionaries}"));
    }
    statements
}

/// CREATE TEXT SEARCH TEMPLATE, CREATE TEXT SEARCH PARSER.
pub fn create_functions(own: &Id, object: &Object) -> String {
    let keys: &[(&str, &str)] = match own.kind.as_str() {
        "text search template" => &[("tmplinit", "INIT"), ("tmpllexize", "LEXIZE")],
        _ => &[
            ("prsstart", "START"),
            ("prstoken", "GETTOKEN"),
            ("prsend", "END"),
            ("prsheadline", "HEADLINE"),
            ("prslextype", "LEXTYPES"),
        ],
    };
    let option = |(key, word): &(&str, &str)| {
        let function = qualified(without_arguments(object.get(key)));
        object.has(key).then(|| format!("{word} = {function}"))
    };
    let options: Vec<String> = keys.iter().filter_map(option).collect();
    format!("CREATE {} {} ({})", own.kind.to_uppercase(), own.name, options.join(", "))
}
