//! What belongs to a table: indexes, constraints, triggers, rules, policies, statistics.

use std::collections::BTreeMap;

use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::model::Model;
use crate::snapshot::statements::text::{bare, last, list, parameter_changes, quoted};
use crate::snapshot::statements::words::relation_word;

/// Whether a constraint can stand in CREATE TABLE.
pub fn is_inline(constraint: &Object) -> bool {
    let kind = constraint.get("contype");
    matches!(kind, "c" | "p" | "u" | "x") && constraint.is("convalidated")
}

/// ALTER TABLE … ADD CONSTRAINT.
pub fn create_constraint(constraint: &Object, model: &Model) -> String {
    let (name, definition) = (constraint.get("conname"), constraint.get("definition"));
    let (word, of) = match constraint.has("contypid") {
        true => ("DOMAIN".to_string(), constraint.get("contypid")),
        false => {
            let table = constraint.get("conrelid");
            (relation_word(model, table), table)
        }
    };
    format!("ALTER {word} {of} ADD CONSTRAINT {name} {definition}")
}

/// ALTER TABLE … DROP CONSTRAINT.
pub fn drop_constraint(constraint: &Object, model: &Model) -> String {
    let name = constraint.get("conname");
    match constraint.has("contypid") {
        true => format!("ALTER DOMAIN {} DROP CONSTRAINT {name}", constraint.get("contypid")),
        false => {
            let table = constraint.get("conrelid");
            format!("ALTER {} {table} DROP CONSTRAINT {name}", relation_word(model, table))
        }
    }
}

/// CREATE INDEX; on a partitioned table with those of the partitions.
pub fn create_index(index: &Object) -> String {
    let table = index.get("pg_index.indrelid");
    let definition = index.get("pg_index.definition");
    // One that lacks an index of a partition is made without them.
    if index.get("pg_index.indisvalid") == "false" {
        return definition.to_string();
    }
    definition.replacen(&format!(" ON ONLY {table} "), &format!(" ON {table} "), 1)
}

/// What an index of a partition must be called instead of what the server calls it when it comes
/// with the index of the partitioned table.
pub fn rename_inherited(own: &Id, index: &Object, model: &Model) -> Option<String> {
    let schema = Model::schema(own);
    let automatic = automatic_name(own, index, model);
    (bare(last(&own.name)) != automatic).then(|| {
        format!("ALTER INDEX {schema}.{} RENAME TO {}", quoted(&automatic), last(&own.name))
    })
}

fn automatic_name(own: &Id, index: &Object, model: &Model) -> String {
    let table = bare(last(index.get("pg_index.indrelid")));
    if index.is("pg_index.indisprimary") {
        return format!("{table}_pkey");
    }
    let of_constraint = index.parent.as_ref().is_some_and(|parent| parent.kind == "constraint");
    let suffix = match of_constraint {
        true if index.is("pg_index.indisexclusion") => "excl",
        true => "key",
        false => "idx",
    };
    let columns = |index: &Object| -> String {
        let names = list(index.get("pg_index.indkey")).into_iter();
        let names = names.map(|name| if name == "0" { "expr".to_string() } else { bare(name) });
        names.collect::<Vec<_>>().join("_")
    };
    let name = format!("{table}_{}_{suffix}", columns(index));
    // The second index on the same columns is called so with a number.
    let same = |other: &&Id| {
        let of =
            |o: &Object| (o.get("pg_index.indrelid").to_string(), columns(o), o.has("inherits"));
        other.kind == "index"
            && model.get(other).is_some_and(|object| of(object) == of(index))
            && model.get(other).map(|o| o.parent.as_ref().map(|p| p.kind == "constraint"))
                == Some(index.parent.as_ref().map(|p| p.kind == "constraint"))
    };
    let before = model.objects.keys().filter(same).take_while(|other| *other != own).count();
    match before {
        0 => name,
        number => format!("{name}{number}"),
    }
}

/// What an index says beyond its definition.
pub fn index_marks(own: &Id, before: &Object, after: &Object, model: &Model) -> Vec<String> {
    let table = after.get("pg_index.indrelid");
    let word = relation_word(model, table);
    let mut statements = Vec::new();
    let turned = |name: &str| before.is(name) != after.is(name);
    if turned("pg_index.indisclustered") {
        let other = model.objects.values().any(|object| {
            object.get("pg_index.indrelid") == table && object.is("pg_index.indisclustered")
        });
        match after.is("pg_index.indisclustered") {
            true => statements.push(format!("ALTER {word} {table} CLUSTER ON {}", last(&own.name))),
            false if !other => statements.push(format!("ALTER {word} {table} SET WITHOUT CLUSTER")),
            false => {}
        }
    }
    if turned("pg_index.indisreplident") && after.is("pg_index.indisreplident") {
        let index = last(&own.name);
        statements.push(format!("ALTER TABLE {table} REPLICA IDENTITY USING INDEX {index}"));
    }
    if before.get("reltablespace") != after.get("reltablespace")
        && (before.has("reltablespace") || after.has("reltablespace"))
    {
        let space =
            if after.has("reltablespace") { after.get("reltablespace") } else { "pg_default" };
        statements.push(format!("ALTER INDEX {} SET TABLESPACE {space}", own.name));
    }
    // CREATE INDEX has them, what a constraint is defined by has not.
    let is_of_constraint = after.parent.as_ref().is_some_and(|parent| parent.kind == "constraint");
    if is_of_constraint || !before.values.is_empty() {
        let (set, reset) = parameter_changes(before.get("reloptions"), after.get("reloptions"));
        statements.extend(set.map(|set| format!("ALTER INDEX {} SET ({set})", own.name)));
        statements.extend(reset.map(|reset| format!("ALTER INDEX {} RESET ({reset})", own.name)));
    }
    let (old, new) = (column_statistics(before), column_statistics(after));
    let gone = old.keys().filter(|column| !new.contains_key(*column)).map(|column| (column, &"-1"));
    for (column, target) in gone.chain(new.iter().filter(|(c, target)| old.get(*c) != Some(target)))
    {
        let index = &own.name;
        statements
            .push(format!("ALTER INDEX {index} ALTER COLUMN {column} SET STATISTICS {target}"));
    }
    statements
}

/// The statistics targets of an index's columns, by their numbers.
fn column_statistics(index: &Object) -> BTreeMap<&str, &str> {
    list(index.get("column statistics"))
        .into_iter()
        .filter_map(|column| column.split_once(' '))
        .collect()
}

/// Whether two indexes differ in no more than what ALTER INDEX can change.
pub fn is_same_index(before: &Object, after: &Object) -> bool {
    let plain = |index: &Object| {
        let definition = index.get("pg_index.definition");
        let options = definition.split_once(" WITH (").filter(|_| index.has("reloptions"));
        match options.and_then(|(start, rest)| Some((start, rest.split_once(')')?.1))) {
            Some((start, end)) => format!("{start}{end}"),
            None => definition.to_string(),
        }
    };
    plain(before) == plain(after)
}

/// The table on which a trigger or a rule stands, and whether it fires.
pub fn enabled(own: &Id, before: &str, object: &Object, model: &Model) -> Option<String> {
    let (value, table, word) = match own.kind.as_str() {
        "rule" => ("ev_enabled", "ev_class", "RULE"),
        _ => ("tgenabled", "tgrelid", "TRIGGER"),
    };
    let what = match object.get(value) {
        same if same == before => return None,
        "D" => "DISABLE",
        "R" => "ENABLE REPLICA",
        "A" => "ENABLE ALWAYS",
        _ => "ENABLE",
    };
    let name = object.get(if word == "RULE" { "rulename" } else { "tgname" });
    let table = object.get(table);
    Some(format!("ALTER {} {table} {what} {word} {name}", relation_word(model, table)))
}

/// CREATE POLICY.
pub fn create_policy(policy: &Object) -> String {
    let mut sql = format!("CREATE POLICY {} ON {}", policy.get("polname"), policy.get("polrelid"));
    if !policy.is("polpermissive") {
        sql.push_str(" AS RESTRICTIVE");
    }
    match policy.get("polcmd") {
        "r" => sql.push_str(" FOR SELECT"),
        "a" => sql.push_str(" FOR INSERT"),
        "w" => sql.push_str(" FOR UPDATE"),
        "d" => sql.push_str(" FOR DELETE"),
        _ => {}
    }
    if policy.has("polroles") {
        sql.push_str(&format!(" TO {}", policy.get("polroles")));
    }
    for (name, words) in [("polqual", "USING"), ("polwithcheck", "WITH CHECK")] {
        match policy.get(name) {
            "" => {}
            text if text.starts_with('(') && text.ends_with(')') => {
                sql.push_str(&format!(" {words} {text}"));
            }
            text => sql.push_str(&format!(" {words} ({text})")),
        }
    }
    sql
}

/// The statistics target of extended statistics.
pub fn statistics_target(own: &Id, before: &Object, after: &Object) -> Option<String> {
    let target = |object: &Object| match object.get("stxstattarget") {
        "" => "-1".to_string(),
        target => target.to_string(),
    };
    (target(before) != target(after))
        .then(|| format!("ALTER STATISTICS {} SET STATISTICS {}", own.name, target(after)))
}

/// The column that owns a sequence.
pub fn owner_of_sequence(own: &Id, object: &Object) -> String {
    let owner = if object.has("owned by") { object.get("owned by") } else { "NONE" };
    format!("ALTER SEQUENCE {} OWNED BY {owner}", own.name)
}

/// SET DEFAULT and DROP DEFAULT.
pub fn default(own: &Id, object: Option<&Object>, model: &Model) -> String {
    let table = crate::snapshot::statements::words::table_of(own);
    let column = crate::snapshot::statements::words::column_name(own);
    let what = match object {
        Some(object) => format!("SET DEFAULT {}", object.get("default")),
        None => "DROP DEFAULT".to_string(),
    };
    let word = relation_word(model, table);
    // The children have defaults of their own.
    let is_parent = |object: &Object| list(object.get("inherits")).contains(&table);
    let only = if model.objects.values().any(is_parent) { "ONLY " } else { "" };
    format!("ALTER {word} {only}{table} ALTER COLUMN {column} {what}")
}
