//! What is only called otherwise: the same object of the same database under another name. It is
//! renamed, which keeps its rows, and not dropped and made again.

use std::collections::{BTreeMap, BTreeSet};

use crate::snapshot::object::{Id, Object, Snapshot};
use crate::snapshot::statements::text::{last, without_arguments};
use crate::snapshot::statements::words::{column_name, table_of, target};

/// What can be renamed, in the order in which it is.
const KINDS: [&str; 19] = [
    "schema",
    "type",
    "domain",
    "table",
    "foreign table",
    "materialized view",
    "view",
    "sequence",
    "column",
    "constraint",
    "index",
    "function",
    "procedure",
    "aggregate",
    "trigger",
    "policy",
    "rule",
    "statistics",
    "publication",
];

/// The statements that rename, and what the first snapshot is like after them.
pub fn renames(from: &Snapshot, to: &Snapshot) -> (Vec<String>, Snapshot) {
    let mut now = from.clone();
    let mut statements = Vec::new();
    if from.database != to.database || from.database.is_empty() {
        return (statements, now);
    }
    let numbers: BTreeMap<(&str, (u32, i32)), &Id> =
        to.numbers.iter().map(|(id, number)| ((id.kind.as_str(), *number), id)).collect();
    let mut seen = BTreeSet::new();
    loop {
        let renamed = |own: &&Id| {
            let number = now.numbers.get(own)?;
            let new = numbers.get(&(own.kind.as_str(), *number))?;
            let is_free = !to.objects.contains_key(own) && !now.objects.contains_key(new);
            let is_known = to.objects.contains_key(new) && !seen.contains(*own);
            (is_free && is_known).then_some(*new)
        };
        let rank = |own: &Id| KINDS.iter().position(|kind| *kind == own.kind);
        let found = now.objects.keys().filter(|own| rank(own).is_some());
        let found = found.filter_map(|own| Some((own.clone(), renamed(&own)?.clone())));
        let Some((old, new)) = found.min_by_key(|(own, _)| rank(own)) else { break };
        seen.insert(old.clone());
        let Some(statement) = now.objects.get(&old).and_then(|o| rename(&old, &new, o)) else {
            continue;
        };
        statements.extend(statement);
        now = called_otherwise(&now, &old, &new);
    }
    (statements, now)
}

/// The statements; none where it is renamed with what it is inherited from; `None` where it cannot.
fn rename(old: &Id, new: &Id, object: &Object) -> Option<Vec<String>> {
    let counted = |name: &str| !matches!(object.get(name), "" | "0");
    if counted("attinhcount")
        || counted("coninhcount")
        || object.has("inherits") && old.kind == "index"
        || object.has("tgparentid")
    {
        return Some(Vec::new());
    }
    let name = last(without_arguments(&new.name));
    match old.kind.as_str() {
        "column" => {
            let table = table_of(old);
            if table != table_of(new) {
                return None;
            }
            let kind = &object.parent.as_ref()?.kind;
            let (word, what) = match kind.as_str() {
                "type" => ("TYPE", "ATTRIBUTE"),
                "table" | "foreign table" => ("TABLE", "COLUMN"),
                _ => return None,
            };
            let (old, new) = (column_name(old), column_name(new));
            Some(vec![format!("ALTER {word} {table} RENAME {what} {old} TO {new}")])
        }
        "constraint" => {
            let (name, of) = new.name.split_once(" on ")?;
            let (old, old_of) = old.name.split_once(" on ")?;
            let word = if object.has("contypid") { "DOMAIN" } else { "TABLE" };
            (of == old_of)
                .then(|| vec![format!("ALTER {word} {of} RENAME CONSTRAINT {old} TO {name}")])
        }
        "trigger" | "policy" | "rule" => {
            let (name, of) = new.name.split_once(" on ")?;
            let is_same = old.name.ends_with(&format!(" on {of}"));
            is_same.then(|| vec![format!("ALTER {} RENAME TO {name}", target(old, object))])
        }
        "index" if object.parent.as_ref().is_some_and(|parent| parent.kind == "constraint") => {
            // It goes with its constraint to another schema.
            (last(&old.name) == name).then(Vec::new)
        }
        _ => {
            let target_of = target;
            let target = target(old, object);
            let schema = |id: &Id| {
                let name = without_arguments(&id.name);
                name.strip_suffix(last(name)).unwrap_or_default().trim_end_matches('.').to_string()
            };
            let arguments = |id: &Id| id.name[without_arguments(&id.name).len()..].to_string();
            if arguments(old) != arguments(new) {
                return None;
            }
            let mut statements = Vec::new();
            let mut moved = old.clone();
            if schema(old) != schema(new) {
                // What belongs to a table goes with it.
                if old.kind == "index" || old.kind == "sequence" && object.parent.is_some() {
                    return Some(Vec::new());
                }
                statements.push(format!("ALTER {target} SET SCHEMA {}", schema(new)));
                moved.name = moved.name.replacen(
                    &format!("{}.", schema(old)),
                    &format!("{}.", schema(new)),
                    1,
                );
            }
            if last(without_arguments(&moved.name)) != name {
                let target = target_of(&moved, object);
                statements.push(format!("ALTER {target} RENAME TO {name}"));
            }
            Some(statements)
        }
    }
}

/// The snapshot with another name of one object, wherever the server writes it.
fn called_otherwise(snapshot: &Snapshot, old: &Id, new: &Id) -> Snapshot {
    let (full, full_new) = (without_arguments(&old.name), without_arguments(&new.name));
    let (bare, bare_new) = match old.name.split_once(" on ") {
        Some((name, _)) => (name, new.name.split_once(" on ").map_or("", |(name, _)| name)),
        None => (last(full), last(full_new)),
    };
    let is_schema = old.kind == "schema";
    let everywhere = |text: &str| match old.kind.as_str() {
        "schema" => replace(text, &format!("{full}."), &format!("{full_new}.")),
        "constraint" | "trigger" | "policy" | "rule" => text.replace(&*old.name, &new.name),
        _ => replace(text, full, full_new),
    };
    let id = |id: &Id| match is_schema && id == old {
        true => new.clone(),
        false => Id { kind: id.kind.clone(), name: everywhere(&id.name) },
    };
    let part = format!("{full}.");
    let needs = |own: &Id| {
        // What a default or a constraint needs, its column or its index needs.
        let default = Id { kind: "default".to_string(), name: own.name.clone() };
        let parent = snapshot.objects.get(own).and_then(|object| object.parent.as_ref());
        let parent = parent.filter(|parent| parent.kind == "constraint");
        let all = [Some(own), Some(&default), parent].into_iter().flatten();
        let mut needed = all.filter_map(|own| snapshot.depends.get(own)).flatten();
        needed.any(|needed| needed == old || needed.name.starts_with(&part))
    };
    let value = |own: &Id, name: &str, text: &str| {
        if own == old && name.ends_with("name") && text == bare {
            return bare_new.to_string();
        }
        if is_schema && (name.ends_with("namespace") || name == "pnnspid") && text == full {
            return full_new.to_string();
        }
        let is_body = matches!(own.kind.as_str(), "function" | "procedure");
        match name {
            "prosrc" | "comment" => text.to_string(),
            // What the function does is left as it is.
            "definition" if is_body => match text.split_once("\nAS $") {
                Some((head, body)) => format!("{}\nAS ${body}", everywhere(head)),
                None => text.to_string(),
            },
            _ if old.kind == "column" && (needs(own) || own == old) => {
                replace(&everywhere(text), bare, bare_new)
            }
            "query" if needs(own) => {
                replace(&everywhere(text), &format!("{bare}."), &format!("{bare_new}."))
            }
            "definition" | "pg_index.definition" if own == old => {
                replace(&everywhere(text), bare, bare_new)
            }
            _ => everywhere(text),
        }
    };
    let mut now = snapshot.clone();
    now.objects = snapshot
        .objects
        .iter()
        .map(|(own, object)| {
            let values =
                object.values.iter().map(|(name, text)| (name.clone(), value(own, name, text)));
            let parent = object.parent.as_ref().map(id);
            (id(own), Object { parent, values: values.collect() })
        })
        .collect();
    now.depends = snapshot
        .depends
        .iter()
        .map(|(own, needed)| (id(own), needed.iter().map(id).collect()))
        .collect();
    now.numbers = snapshot.numbers.iter().map(|(own, number)| (id(own), *number)).collect();
    now.columns = snapshot
        .columns
        .iter()
        .map(|(table, columns)| {
            let is_its = old.kind == "column" && table_of(old) == table;
            let name = |name: &String| match is_its && name == bare {
                true => bare_new.to_string(),
                false => name.clone(),
            };
            (everywhere(table), columns.iter().map(name).collect())
        })
        .collect();
    // The index of a constraint is called like it.
    if old.kind == "constraint" {
        let schema =
            snapshot.objects.get(old).map(|object| object.get("connamespace")).unwrap_or_default();
        let index = |name: &str| Id { kind: "index".to_string(), name: format!("{schema}.{name}") };
        if snapshot.objects.contains_key(&index(bare)) {
            return called_otherwise(&now, &index(bare), &index(bare_new));
        }
    }
    now
}

/// Replaces a name where it stands by itself: not as a part of a longer one, nor in a text.
fn replace(text: &str, old: &str, new: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '"');
    let mut replaced = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(old) {
        let (before, behind) = (&rest[..at], &rest[at + old.len()..]);
        let is_start = !replaced.chars().chain(before.chars()).next_back().is_some_and(is_part);
        let is_end = old.ends_with('.') || !behind.chars().next().is_some_and(is_part);
        replaced.push_str(before);
        replaced.push_str(if is_start && is_end { new } else { old });
        rest = behind;
    }
    replaced.push_str(rest);
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_where_they_stand_alone() {
        assert_eq!(replace("a.b ba.b a.bc (a.b)", "a.b", "x"), "x ba.b a.bc (x)");
        assert_eq!(replace("nextval('a.b'::regclass)", "a.b", "a.c"), "nextval('a.c'::regclass)");
        assert_eq!(replace("b.id, ab.id", "b.", "c."), "c.id, ab.id");
    }
}
