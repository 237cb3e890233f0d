//! Columns.

use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::model::{Model, id};
use crate::snapshot::statements::sequence;
use crate::snapshot::statements::text::{
    foreign_changes, foreign_options, last, options, parameter_changes, parameters, qualified,
};
use crate::snapshot::statements::words::{column_name, relation_word, table_of};

/// What stands in CREATE TABLE: `name type DEFAULT … NOT NULL`.
pub fn clause(own: &Id, column: &Object, model: &Model) -> String {
    let mut text = format!("{} {}", column_name(own), typed(column, model));
    text.push_str(&foreign_options(column.get("attfdwoptions")));
    match column.get("attcompression") {
        "p" => text.push_str(" COMPRESSION pglz"),
        "l" => text.push_str(" COMPRESSION lz4"),
        _ => {}
    }
    if let Some(default) = model.get(&id("default", &own.name)) {
        text.push_str(&format!(" DEFAULT {}", default.get("default")));
    }
    match column.get("attgenerated") {
        "s" => text.push_str(&format!(" GENERATED ALWAYS AS {} STORED", expression(column))),
        "v" => text.push_str(&format!(" GENERATED ALWAYS AS {} VIRTUAL", expression(column))),
        _ => {}
    }
    if let Some((name, sequence)) = model.identity(own) {
        text.push_str(&identity(own, column, name, sequence));
    }
    if column.is("attnotnull") && !column.has("not null") {
        text.push_str(" NOT NULL");
    }
    text
}

fn expression(column: &Object) -> String {
    match column.get("default") {
        text if text.starts_with('(') && text.ends_with(')') => text.to_string(),
        text => format!("({text})"),
    }
}

fn identity(own: &Id, column: &Object, name: &Id, sequence: &Object) -> String {
    let always = if column.get("attidentity") == "a" { "ALWAYS" } else { "BY DEFAULT" };
    let mut options = sequence::options(sequence);
    let bare = |name: &str| crate::snapshot::statements::text::bare(name);
    let automatic = format!("{}_{}_seq", bare(last(table_of(own))), bare(column_name(own)));
    if bare(last(&name.name)) != automatic {
        options.insert(0, format!("SEQUENCE NAME {}", name.name));
    }
    // Its type is the column's.
    options.retain(|option| !option.starts_with("AS "));
    match options.is_empty() {
        true => format!(" GENERATED {always} AS IDENTITY"),
        false => format!(" GENERATED {always} AS IDENTITY ({})", options.join(" ")),
    }
}

/// A column's type with its collation where that is not the type's.
pub fn typed(column: &Object, model: &Model) -> String {
    let (kind, collation) = (column.get("type"), column.get("attcollation"));
    let domain = model.get(&id("domain", column.get("atttypid")));
    let usual = domain.map_or("\"default\"", |domain| domain.get("typcollation"));
    let is_name = column.get("atttypid") == "name";
    match collation {
        "-" | "" => kind.to_string(),
        other if other == usual || is_name && other == "\"C\"" => kind.to_string(),
        other => format!("{kind} COLLATE {}", qualified(other)),
    }
}

/// What a new column needs besides its clause.
pub fn more(own: &Id, column: &Object, model: &Model) -> Vec<String> {
    let alter = alter_prefix(own, model);
    let mut statements = Vec::new();
    if column.has("storage") {
        statements.push(format!("{alter} SET STORAGE {}", storage(column.get("storage"))));
    }
    if column.has("attstattarget") && column.get("attstattarget") != "-1" {
        statements.push(format!("{alter} SET STATISTICS {}", column.get("attstattarget")));
    }
    if column.has("attoptions") {
        statements.push(format!("{alter} SET ({})", parameters(column.get("attoptions"))));
    }
    if column.has("not null") {
        let table = table_of(own);
        let word = relation_word(model, table);
        statements.push(format!("ALTER {word} {table} ADD {}", column.get("not null")));
    }
    statements
}

fn alter_prefix(own: &Id, model: &Model) -> String {
    let table = table_of(own);
    format!("ALTER {} {table} ALTER COLUMN {}", relation_word(model, table), column_name(own))
}

fn storage(letter: &str) -> &'static str {
    match letter {
        "p" => "PLAIN",
        "e" => "EXTERNAL",
        "m" => "MAIN",
        _ => "EXTENDED",
    }
}

/// Whether a column must be dropped and added again.
pub fn is_remade(before: &Object, after: &Object) -> bool {
    let generated = |object: &Object| {
        (object.get("attgenerated").to_string(), object.get("default").to_string())
    };
    let (old, new) = (generated(before), generated(after));
    old != new && !(old.0 == "s" && new.0.is_empty())
        || (!old.0.is_empty() && before.get("type") != after.get("type"))
}

/// Whether the type changes.
pub fn is_retyped(before: &Object, after: &Object) -> bool {
    ["type", "attcollation"].iter().any(|name| before.get(name) != after.get(name))
}

/// Whether the old values become those of another type, and the default must go meanwhile.
pub fn needs_cast(before: &Object, after: &Object) -> bool {
    before.get("atttypid") != after.get("atttypid")
}

/// From one to the other. `is_inherited`: the type comes from the parent's column.
pub fn alter(
    own: &Id,
    before: &Object,
    after: &Object,
    to: &Model,
    is_inherited: bool,
) -> Vec<String> {
    let alter = alter_prefix(own, to);
    let mut statements = Vec::new();
    let is_retyped = is_retyped(before, after);
    if is_retyped && !is_inherited {
        let using = match needs_cast(before, after) {
            true => format!(" USING {}", cast(own, before, after)),
            false => String::new(),
        };
        statements.push(format!("{alter} TYPE {}{using}", typed(after, to)));
    }
    if before.get("attgenerated") == "s" && !after.has("attgenerated") {
        statements.push(format!("{alter} DROP EXPRESSION"));
    }
    match (before.get("attidentity"), after.get("attidentity")) {
        (old, new) if old == new => {}
        (_, "") => statements.push(format!("{alter} DROP IDENTITY")),
        ("", _) => {
            // It must be NOT NULL by then.
            if !before.is("attnotnull") {
                statements.push(format!("{alter} SET NOT NULL"));
            }
            if let Some((name, sequence)) = to.identity(own) {
                statements.push(format!("{alter} ADD{}", identity(own, after, name, sequence)));
            }
        }
        (_, "a") => statements.push(format!("{alter} SET GENERATED ALWAYS")),
        _ => statements.push(format!("{alter} SET GENERATED BY DEFAULT")),
    }
    statements.extend(nullness(own, before, after, to));
    let new_storage =
        after.has("storage") && (is_retyped || before.get("attstorage") != after.get("attstorage"));
    if new_storage || !is_retyped && before.get("attstorage") != after.get("attstorage") {
        statements.push(format!("{alter} SET STORAGE {}", storage(after.get("attstorage"))));
    }
    if before.get("attcompression") != after.get("attcompression") {
        let method = match after.get("attcompression") {
            "p" => "pglz",
            "l" => "lz4",
            _ => "default",
        };
        statements.push(format!("{alter} SET COMPRESSION {method}"));
    }
    if statistics(before) != statistics(after) {
        statements.push(format!("{alter} SET STATISTICS {}", statistics(after)));
    }
    let (set, reset) = parameter_changes(before.get("attoptions"), after.get("attoptions"));
    statements.extend(set.map(|set| format!("{alter} SET ({set})")));
    statements.extend(reset.map(|reset| format!("{alter} RESET ({reset})")));
    if options(before.get("attfdwoptions")) != options(after.get("attfdwoptions")) {
        let changes = foreign_changes(before.get("attfdwoptions"), after.get("attfdwoptions"));
        statements.push(format!("{alter} {changes}"));
    }
    statements
}

/// NOT NULL, set or dropped; by its name where that is not the automatic one.
fn nullness(own: &Id, before: &Object, after: &Object, to: &Model) -> Vec<String> {
    let alter = alter_prefix(own, to);
    let (old, new) = (before.get("not null"), after.get("not null"));
    let table = table_of(own);
    let word = relation_word(to, table);
    let name = |object: &Object| object.get("not null name").to_string();
    let is_renamed = name(before) != name(after)
        && !name(before).is_empty()
        && !name(after).is_empty()
        && to.originals(own).is_empty();
    let was_identity = !before.has("attidentity") && after.has("attidentity");
    let mut statements = Vec::new();
    match (before.is("attnotnull"), after.is("attnotnull")) {
        (true, false) => statements.push(format!("{alter} DROP NOT NULL")),
        (false, true) if was_identity => {}
        (false, true) if new.is_empty() => statements.push(format!("{alter} SET NOT NULL")),
        (true, true) if is_renamed => {
            let (old, new) = (before.get("not null name"), after.get("not null name"));
            statements.push(format!("ALTER {word} {table} RENAME CONSTRAINT {old} TO {new}"));
        }
        (old_set, true) if old != new => {
            if old_set {
                statements.push(format!("{alter} DROP NOT NULL"));
            }
            statements.push(match new {
                "" => format!("{alter} SET NOT NULL"),
                text => format!("ALTER {word} {table} ADD {text}"),
            });
        }
        _ => {}
    }
    statements
}

fn statistics(column: &Object) -> &str {
    match column.get("attstattarget") {
        "" => "-1",
        target => target,
    }
}

/// The old value as the new type.
fn cast(own: &Id, before: &Object, after: &Object) -> String {
    const LIKE_NUMBERS: [&str; 6] = ["int2", "int4", "int8", "numeric", "float4", "float8"];
    const LIKE_TIMES: [&str; 3] = ["date", "timestamp", "timestamptz"];
    const LIKE_TEXTS: [&str; 4] = ["text", "varchar", "bpchar", "name"];
    let (name, old, new) = (column_name(own), before.get("atttypid"), after.get("atttypid"));
    let both = |family: &[&str]| family.contains(&old) && family.contains(&new);
    let is_direct = both(&LIKE_NUMBERS)
        || both(&LIKE_TIMES)
        || LIKE_TEXTS.contains(&old)
        || LIKE_TEXTS.contains(&new);
    match is_direct {
        true => format!("{name}::{}", after.get("type")),
        false => format!("{name}::text::{}", after.get("type")),
    }
}
