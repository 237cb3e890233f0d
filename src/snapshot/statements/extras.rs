//! What any object may have: an owner, privileges, a comment, labels.

use crate::quote::literal;
use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::model::Model;
use crate::snapshot::statements::privileges::{
    self, Change, Privileges, acl, changes, given, initial, letter, owner,
};
use crate::snapshot::statements::text::{bare, list, quoted, without_arguments};
use crate::snapshot::statements::words::{column_name, table_of, target};

/// The statements that give an object that has just been made its owner, privileges, comment and
/// labels. `from` tells the default privileges by which it was made.
pub fn of_new(own: &Id, object: &Object, from: &Model) -> Vec<String> {
    let mut statements = Vec::new();
    let mut privileges = match own.kind.as_str() {
        "privileges" => privileges::read(object.get("initial acl")),
        _ => initial(own, from),
    };
    if let Some(owner) = owner(object)
        && owner != from.role
        && has_owner(own)
    {
        statements.push(format!("ALTER {} OWNER TO {owner}", target(own, object)));
        privileges = given(&privileges, &from.role, owner);
    }
    statements.extend(grants(own, object, &privileges, from));
    // An extension brings its comment with it.
    if own.kind != "extension" {
        statements.extend(remarks(own, &Object::default(), object));
    }
    statements
}

/// The statements that take privileges back on what is not ours.
pub fn of_gone(own: &Id, object: &Object, from: &Model) -> Vec<String> {
    let mut initial = object.clone();
    initial.values.insert("acl".to_string(), object.get("initial acl").to_string());
    grants(own, &initial, &privileges::of(own, object, from), from)
}

/// The same for an object that is there.
pub fn of_changed(own: &Id, before: &Object, after: &Object, model: &Model) -> Vec<String> {
    let mut statements = Vec::new();
    let mut privileges = privileges::of(own, before, model);
    if let (Some(old), Some(new)) = (owner(before), owner(after))
        && old != new
        && has_owner(own)
    {
        // A sequence that belongs to a column goes with the table.
        if own.kind != "sequence" || before.parent.is_none() || before.parent != after.parent {
            statements.push(format!("ALTER {} OWNER TO {new}", target(own, after)));
        }
        privileges = given(&privileges, old, new);
    }
    if acl(before) != acl(after) || owner(before) != owner(after) {
        statements.extend(grants(own, after, &privileges, model));
    }
    statements.extend(remarks(own, before, after));
    statements
}

/// Whether a value is one of those that are told here.
pub fn is_extra(name: &str) -> bool {
    matches!(name, "comment" | "extensions")
        || name.starts_with("label of ")
        || name.ends_with("owner")
        || name.ends_with("acl") && name != "defaclacl"
}

fn has_owner(own: &Id) -> bool {
    !matches!(own.kind.as_str(), "extension" | "index" | "privileges")
}

fn grants(own: &Id, object: &Object, before: &Privileges, model: &Model) -> Vec<String> {
    let after = match own.kind.as_str() {
        "column" => privileges::read(object.get("attacl")),
        _ => privileges::of(own, object, model),
    };
    let (columns, on) = match own.kind.as_str() {
        "column" => (format!(" ({})", column_name(own)), format!("TABLE {}", table_of(own))),
        "privileges" if object.has("column") => {
            (format!(" ({})", object.get("column")), object.get("on").to_string())
        }
        "privileges" => (String::new(), object.get("on").to_string()),
        "table" | "view" | "materialized view" | "foreign table" => {
            (String::new(), format!("TABLE {}", own.name))
        }
        "aggregate" => {
            let name = without_arguments(&own.name);
            (String::new(), format!("FUNCTION {name}({})", object.get("arguments")))
        }
        "server" => (String::new(), format!("FOREIGN SERVER {}", own.name)),
        _ => (String::new(), target(own, object)),
    };
    let owner = bare(owner(object).unwrap_or_default());
    let statement = |change: Change<'_>| {
        let sql = change.sql(&columns, &on);
        match change.grantor == owner || own.kind == "column" {
            true => sql,
            false => format!("SET ROLE {};\n{sql};\nRESET ROLE", quoted(change.grantor)),
        }
    };
    changes(before, &after, letter(&own.kind), &statement)
}

fn remarks(own: &Id, before: &Object, after: &Object) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> =
        before.values.keys().chain(after.values.keys()).collect();
    let mut statements = Vec::new();
    for name in names {
        let (old, new) = (before.values.get(name), after.values.get(name));
        if old == new {
            continue;
        }
        let text = match new {
            Some(text) => literal(text).trim_start().to_string(),
            None => "NULL".to_string(),
        };
        let object = if new.is_some() { after } else { before };
        if name == "extensions" {
            let (old, new) = (list(before.get(name)), list(after.get(name)));
            let gone = old.iter().filter(|name| !new.contains(name)).map(|name| ("NO ", name));
            let come = new.iter().filter(|name| !old.contains(name)).map(|name| ("", name));
            let target = target(own, object);
            statements.extend(gone.chain(come).map(|(no, extension)| {
                format!("ALTER {target} {no}DEPENDS ON EXTENSION {extension}")
            }));
            continue;
        }
        if name == "comment" {
            statements.push(format!("COMMENT ON {} IS {text}", target(own, object)));
        } else if let Some(provider) = name.strip_prefix("label of ") {
            let provider = quoted(provider);
            let target = target(own, object);
            statements.push(format!("SECURITY LABEL FOR {provider} ON {target} IS {text}"));
        }
    }
    statements
}
