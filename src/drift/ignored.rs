//! What is not compared because somebody says so: objects by their names, and some properties of all.

use std::collections::BTreeSet;

use regex::Regex;

use crate::snapshot::{Id, Snapshot};

/// Takes what the patterns fit out of both.
pub fn leave_out(patterns: &[String], actual: &mut Snapshot, built: &mut Snapshot) {
    for pattern in patterns {
        if let Some(is_ignored) = property(pattern) {
            for object in actual.objects.values_mut().chain(built.objects.values_mut()) {
                object.values.retain(|name, _| !is_ignored(name));
            }
        }
    }
    if patterns.iter().any(|pattern| pattern == "privileges") {
        for snapshot in [&mut *actual, &mut *built] {
            snapshot.objects.retain(|id, _| id.kind != "default privileges");
        }
    }
    let names = patterns.iter().filter(|pattern| property(pattern).is_none());
    let patterns: Vec<Regex> = names.filter_map(|pattern| glob(pattern)).collect();
    if patterns.is_empty() {
        return;
    }
    for snapshot in [actual, built] {
        let gone: BTreeSet<Id> = snapshot
            .objects
            .keys()
            .filter(|id| belongs(snapshot, id, &patterns))
            .cloned()
            .collect();
        snapshot.objects.retain(|id, _| !gone.contains(id));
        let is_gone = |table: &String| gone.iter().any(|id| id.name == *table);
        snapshot.columns.retain(|table, _| !is_gone(table));
    }
}

/// Whether a pattern fits an object, or what it belongs to.
fn belongs(snapshot: &Snapshot, id: &Id, patterns: &[Regex]) -> bool {
    let mut open = Some(id);
    // A circle would be a fault of the catalogs; it must not keep us here.
    for _ in 0..16 {
        let Some(id) = open else { return false };
        if patterns.iter().any(|pattern| fits(pattern, id)) {
            return true;
        }
        open = snapshot.objects.get(id).and_then(|object| object.parent.as_ref());
    }
    false
}

/// Whether a pattern fits an object's name, or its kind and name. `auth.*` fits the schema, too.
fn fits(pattern: &Regex, id: &Id) -> bool {
    let Id { kind, name } = id;
    pattern.is_match(name)
        || pattern.is_match(&format!("{kind} {name}"))
        || kind == "schema" && pattern.is_match(&format!("{name}."))
}

/// What one of the words stands for: properties, by the names of the catalogs' columns.
fn property(word: &str) -> Option<fn(&str) -> bool> {
    match word {
        "owner" => Some(|name| name.ends_with("owner")),
        "privileges" => Some(|name| name.ends_with("acl")),
        "comment" => Some(|name| name == "comment"),
        _ => None,
    }
}

/// What a text must be like, for a pattern in which `*` stands for any text. `None` for one that is too
/// long to be a pattern.
fn glob(pattern: &str) -> Option<Regex> {
    let parts: Vec<String> = pattern.split('*').map(regex::escape).collect();
    Regex::new(&format!("(?s)^{}$", parts.join(".*"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Object;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "a", true),
            ("*", "", true),
            ("*a", "ba", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "acb", false),
            ("ab*ba", "aba", false),
            ("a*c", "a\nc", true),
            ("a.c", "abc", false),
            ("public.é*", "public.éx", true),
        ] {
            let fits = glob(pattern).unwrap().is_match(text);
            assert_eq!(fits, expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_belongs_to_an_object_goes_with_it() {
        let id = |kind: &str, name: &str| Id { kind: kind.to_string(), name: name.to_string() };
        let snapshot = || {
            let mut snapshot = Snapshot::default();
            let table = id("table", "auth.users");
            let column = id("column", "auth.users.id");
            let index = id("index", "public.odd");
            let of = |parent: Option<&Id>| Object { parent: parent.cloned(), ..Object::default() };
            snapshot.objects.insert(id("schema", "auth"), of(None));
            snapshot.objects.insert(table.clone(), of(None));
            snapshot.objects.insert(column.clone(), of(Some(&table)));
            snapshot.objects.insert(index, of(Some(&column)));
            snapshot.objects.insert(id("schema", "author"), of(None));
            snapshot.columns.insert("auth.users".to_string(), vec!["id".to_string()]);
            snapshot
        };
        let left = |pattern: &str| {
            let (mut a, mut b) = (snapshot(), snapshot());
            leave_out(&[pattern.to_string()], &mut a, &mut b);
            assert_eq!(a, b);
            a.objects.keys().map(|id| id.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(left("auth.*"), ["author"]);
        assert_eq!(left("table *"), ["auth", "author"]);
        assert_eq!(left("schema auth"), ["auth.users.id", "public.odd", "author", "auth.users"]);
    }
}
