//! Types and domains.

use crate::quote::literal;
use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::column;
use crate::snapshot::statements::model::{Model, id};
use crate::snapshot::statements::text::{bare, last, list, qualified, quoted, without_arguments};
use crate::snapshot::statements::words::{column_name, table_of, target};

/// CREATE TYPE, CREATE DOMAIN.
pub fn create(own: &Id, object: &Object, model: &Model) -> String {
    let name = &own.name;
    match object.get("typtype") {
        "d" => create_domain(own, object, model),
        "e" => format!("CREATE TYPE {name} AS ENUM ({})", object.get("labels")),
        "c" => {
            let columns = model.columns.get(name).map(Vec::as_slice).unwrap_or_default();
            let column = |column: &String| {
                let object = model.get(&id("column", &format!("{name}.{column}")))?;
                Some(format!("{column} {}", column::typed(object, model)))
            };
            let columns: Vec<String> = columns.iter().filter_map(column).collect();
            match columns.is_empty() {
                true => format!("CREATE TYPE {name} AS ()"),
                false => format!("CREATE TYPE {name} AS (\n    {}\n)", columns.join(",\n    ")),
            }
        }
        "r" => create_range(own, object),
        "p" => format!("CREATE TYPE {name}"),
        _ => create_base(own, object),
    }
}

fn create_domain(own: &Id, domain: &Object, model: &Model) -> String {
    let mut sql = format!("CREATE DOMAIN {} AS {}", own.name, domain.get("base type"));
    if !matches!(domain.get("typcollation"), "-" | "" | "\"default\"") {
        sql.push_str(&format!(" COLLATE {}", qualified(domain.get("typcollation"))));
    }
    if domain.has("typdefault") {
        sql.push_str(&format!(" DEFAULT {}", domain.get("typdefault")));
    }
    if domain.has("not null") {
        sql.push_str(&format!(" {}", domain.get("not null")));
    } else if domain.is("typnotnull") {
        sql.push_str(" NOT NULL");
    }
    for (_, constraint) in model.members_of(own, "constraint").filter(|(_, c)| c.is("convalidated"))
    {
        let (name, definition) = (constraint.get("conname"), constraint.get("definition"));
        sql.push_str(&format!("\n    CONSTRAINT {name} {definition}"));
    }
    sql
}

fn create_range(own: &Id, range: &Object) -> String {
    let value = |name: &str| range.get(&format!("pg_range.{name}"));
    let mut options = vec![format!("SUBTYPE = {}", value("subtype"))];
    let class = value("rngsubopc").split(" on ").next().unwrap_or_default();
    if class.contains('.') {
        options.push(format!("SUBTYPE_OPCLASS = {class}"));
    }
    if !matches!(value("rngcollation"), "-" | "" | "\"default\"") {
        options.push(format!("COLLATION = {}", qualified(value("rngcollation"))));
    }
    for (key, word) in [("rngcanonical", "CANONICAL"), ("rngsubdiff", "SUBTYPE_DIFF")] {
        if !matches!(value(key), "-" | "") {
            options.push(format!("{word} = {}", qualified(without_arguments(value(key)))));
        }
    }
    let multirange = value("rngmultitypid");
    if !multirange.is_empty() && bare(last(multirange)) != automatic_multirange(&own.name) {
        options.push(format!("MULTIRANGE_TYPE_NAME = {multirange}"));
    }
    format!("CREATE TYPE {} AS RANGE ({})", own.name, options.join(", "))
}

fn automatic_multirange(range: &str) -> String {
    let name = bare(last(range));
    match name.contains("range") {
        true => name.replacen("range", "multirange", 1),
        false => format!("{name}_multirange"),
    }
}

fn create_base(own: &Id, object: &Object) -> String {
    let mut options = Vec::new();
    for (key, word) in [
        ("typinput", "INPUT"),
        ("typoutput", "OUTPUT"),
        ("typreceive", "RECEIVE"),
        ("typsend", "SEND"),
        ("typmodin", "TYPMOD_IN"),
        ("typmodout", "TYPMOD_OUT"),
        ("typanalyze", "ANALYZE"),
        ("typsubscript", "SUBSCRIPT"),
    ] {
        if object.has(key) {
            options.push(format!("{word} = {}", qualified(without_arguments(object.get(key)))));
        }
    }
    options.push(match object.get("typlen") {
        "-1" => "INTERNALLENGTH = VARIABLE".to_string(),
        length => format!("INTERNALLENGTH = {length}"),
    });
    if object.is("typbyval") {
        options.push("PASSEDBYVALUE".to_string());
    }
    let align = match object.get("typalign") {
        "c" => "char",
        "s" => "int2",
        "d" => "double",
        _ => "int4",
    };
    options.push(format!("ALIGNMENT = {align}"));
    let storage = match object.get("typstorage") {
        "e" => "external",
        "x" => "extended",
        "m" => "main",
        _ => "plain",
    };
    options.push(format!("STORAGE = {storage}"));
    options.push(format!("CATEGORY = '{}'", object.get("typcategory")));
    if object.is("typispreferred") {
        options.push("PREFERRED = true".to_string());
    }
    if object.has("typelem") {
        options.push(format!("ELEMENT = {}", qualified(object.get("typelem"))));
    }
    if let Some(default) = object.values.get("typdefault") {
        options.push(format!("DEFAULT = {}", literal(default).trim_start()));
    }
    if object.has("typcollation") {
        options.push("COLLATABLE = true".to_string());
    }
    format!("CREATE TYPE {} ({})", own.name, options.join(", "))
}

/// What comes of a change to a type.
pub enum Change {
    /// Statements that leave the type there.
    Altered(Vec<String>),
    /// The type must be made anew.
    Replaced,
}

/// From one to the other.
pub fn alter(own: &Id, before: &Object, after: &Object, is_used: bool) -> Change {
    let differs = |name: &str| before.get(name) != after.get(name);
    match after.get("typtype") {
        kind if kind != before.get("typtype") => Change::Replaced,
        "e" if differs("labels") => {
            match (new_labels(own, before, after), renamed_labels(own, before, after)) {
                // A label cannot be used in the transaction that adds it.
                (Some(statements), _) if !is_used => Change::Altered(statements),
                (_, Some(statements)) => Change::Altered(statements),
                _ => Change::Replaced,
            }
        }
        "d" => {
            if ["base type", "typcollation"].into_iter().any(differs) {
                return Change::Replaced;
            }
            let alter = format!("ALTER DOMAIN {}", own.name);
            let mut statements = Vec::new();
            if differs("typdefault") {
                statements.push(match after.has("typdefault") {
                    true => format!("{alter} SET DEFAULT {}", after.get("typdefault")),
                    false => format!("{alter} DROP DEFAULT"),
                });
            }
            if differs("typnotnull") || differs("not null") {
                if before.is("typnotnull") {
                    statements.push(format!("{alter} DROP NOT NULL"));
                }
                if after.has("not null") {
                    statements.push(format!("{alter} ADD {}", after.get("not null")));
                } else if after.is("typnotnull") {
                    statements.push(format!("{alter} SET NOT NULL"));
                }
            }
            Change::Altered(statements)
        }
        "r" | "b" => {
            let is_own = |name: &&String| !crate::snapshot::statements::extras::is_extra(name);
            let names = before.values.keys().chain(after.values.keys()).filter(is_own);
            match names.into_iter().any(|name| differs(name)) {
                true => Change::Replaced,
                false => Change::Altered(Vec::new()),
            }
        }
        _ => Change::Altered(Vec::new()),
    }
}

/// The labels that are called otherwise, if that is all.
fn renamed_labels(own: &Id, before: &Object, after: &Object) -> Option<Vec<String>> {
    let (old, new) = (list(before.get("labels")), list(after.get("labels")));
    let pairs = || old.iter().zip(&new).filter(|(old, new)| old != new);
    let is_renamed = old.len() == new.len()
        && pairs().all(|(label, other)| !new.contains(label) && !old.contains(other));
    let rename = |(label, other): (&&str, &&str)| {
        format!("ALTER TYPE {} RENAME VALUE {label} TO {other}", own.name)
    };
    is_renamed.then(|| pairs().map(rename).collect())
}

/// The labels that must be added, if that is all.
fn new_labels(own: &Id, before: &Object, after: &Object) -> Option<Vec<String>> {
    let (old, new) = (list(before.get("labels")), list(after.get("labels")));
    let kept: Vec<&str> = new.iter().copied().filter(|label| old.contains(label)).collect();
    if kept != old {
        return None;
    }
    let mut statements = Vec::new();
    for (place, label) in new.iter().enumerate().filter(|(_, label)| !old.contains(label)) {
        let place = match (place.checked_sub(1).and_then(|place| new.get(place)), old.first()) {
            (Some(before), _) => format!(" AFTER {before}"),
            (None, Some(first)) => format!(" BEFORE {first}"),
            (None, None) => String::new(),
        };
        statements.push(format!("ALTER TYPE {} ADD VALUE {label}{place}", own.name));
    }
    Some(statements)
}

/// Makes a type anew, and moves the columns.
pub fn replace(own: &Id, from: &Model, to: &Model) -> Vec<String> {
    let (Some(before), Some(after)) = (from.get(own), to.get(own)) else { return Vec::new() };
    let old = quoted(&format!("{}_old", bare(last(&own.name))));
    // What a range brings with it would be in the way.
    let is_beside = matches!(before.get("typtype"), "e" | "d" | "c");
    let mut statements = Vec::new();
    if before.get("typtype") == "e" && after.get("typtype") == "e" {
        statements.push(format!(
            "-- {} is made anew: PostgreSQL does not take labels from an enum type or move them. \
             This fails if a row holds a label that is not there any more.",
            own.name
        ));
    }
    let moves = |column: &&Id| {
        column.kind == "column"
            && from.get(column).is_some()
            && from.depends.get(column).is_some_and(|needed| needed.contains(own))
            && from.originals(column).is_empty()
            && from.relation(table_of(column)).is_some_and(|(id, _)| id.kind.ends_with("table"))
    };
    let columns: Vec<&Id> = to.objects.keys().filter(moves).collect();
    let alter = |column: &Id| {
        format!("ALTER TABLE {} ALTER COLUMN {}", table_of(column), column_name(column))
    };
    if is_beside {
        statements.push(format!("ALTER {} RENAME TO {old}", target(own, before)));
    } else {
        for column in &columns {
            let name = column_name(column);
            statements.push(format!("{} TYPE text USING {name}::text", alter(column)));
        }
        statements.push(format!("DROP {}", target(own, before)));
    }
    statements.push(create(own, after, to));
    for column in columns {
        let Some(object) = to.get(column) else { continue };
        let (kind, name) = (object.get("type"), column_name(column));
        let typed = column::typed(object, to);
        statements.push(format!("{} TYPE {typed} USING {name}::text::{kind}", alter(column)));
    }
    statements
}

/// Drops what a type that was made anew was before, when nothing is of it any more.
pub fn drop_old(own: &Id, from: &Model) -> Option<String> {
    let before = from.get(own)?;
    let old = quoted(&format!("{}_old", bare(last(&own.name))));
    let is_beside = matches!(before.get("typtype"), "e" | "d" | "c");
    is_beside.then(|| format!("DROP {} {}.{old}", own.kind.to_uppercase(), Model::schema(own)))
}
