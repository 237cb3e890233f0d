//! Tables, foreign tables, and what ALTER TABLE says of them.

use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::model::{Model, id};
use crate::snapshot::statements::text::{
    all_parameters, foreign_changes, foreign_options, list, parameter_changes, parameters,
};
use crate::snapshot::statements::words::column_name;
use crate::snapshot::statements::{column, relation};

/// CREATE TABLE with its columns and constraints, and what cannot be said in it.
pub fn create(own: &Id, table: &Object, model: &Model) -> Vec<String> {
    let parents = table.get("inherits");
    let is_partition = table.is("relispartition") && !parents.is_empty();
    let mut parts = Vec::new();
    let mut more = Vec::new();
    let is_attached = is_partition && needs_attaching(own, model);
    for (id, object) in columns(own, model) {
        match predicted(id, object, table, model).filter(|_| !is_attached) {
            Some(predicted) => more.extend(differences(id, &predicted, object, model)),
            None => {
                parts.push(column::clause(id, object, model));
                more.extend(column::more(id, object, model));
            }
        }
    }
    let mut constraints: Vec<_> = model.members_of(own, "constraint").collect();
    constraints.sort_by_key(|(_, constraint)| constraint.get("contype") != "p");
    for (id, object) in constraints {
        let is_check = object.get("contype") == "c";
        let is_own = model.originals(id).is_empty() || is_attached && is_check;
        if relation::is_inline(object) && is_own {
            parts.push(format!(
                "CONSTRAINT {} {}",
                object.get("conname"),
                object.get("definition")
            ));
        }
    }
    let unlogged = if table.get("relpersistence") == "u" { "UNLOGGED " } else { "" };
    let mut sql = format!("CREATE {unlogged}{} {}", own.kind.to_uppercase(), own.name);
    if is_partition && !is_attached {
        sql.push_str(&format!(" PARTITION OF {parents}"));
    } else if table.has("reloftype") {
        sql.push_str(&format!(" OF {}", table.get("reloftype")));
    }
    match parts.is_empty() {
        true if is_partition && !is_attached || table.has("reloftype") => {}
        true => sql.push_str(" ()"),
        false => sql.push_str(&format!(" (\n    {}\n)", parts.join(",\n    "))),
    }
    if is_partition && !is_attached {
        sql.push_str(&format!(" {}", table.get("relpartbound")));
    } else if !is_partition && !parents.is_empty() {
        sql.push_str(&format!(" INHERITS ({parents})"));
    }
    if table.has("partition key") {
        sql.push_str(&format!(" PARTITION BY {}", table.get("partition key")));
    }
    if table.has("pg_foreign_table.ftserver") {
        let options = foreign_options(table.get("pg_foreign_table.ftoptions"));
        sql.push_str(&format!(" SERVER {}{options}", table.get("pg_foreign_table.ftserver")));
    }
    if table.has("relam") && table.get("relam") != "heap" {
        sql.push_str(&format!(" USING {}", table.get("relam")));
    }
    let options = all_parameters(table);
    if !options.is_empty() {
        sql.push_str(&format!(" WITH ({})", parameters(&options)));
    }
    if table.has("reltablespace") {
        sql.push_str(&format!(" TABLESPACE {}", table.get("reltablespace")));
    }
    let mut statements = vec![sql];
    if is_attached {
        let (name, bound) = (&own.name, table.get("relpartbound"));
        statements.push(format!("ALTER TABLE {parents} ATTACH PARTITION {name} {bound}"));
    }
    statements.extend(more);
    statements.extend(row_security(own, &Object::default(), table));
    statements.extend(replica_identity(own, "d", table));
    statements
}

/// A partition whose constraints have names of their own was a table before.
fn needs_attaching(own: &Id, model: &Model) -> bool {
    columns(own, model).into_iter().any(|(id, column)| {
        let name = |column: &Object| column.get("not null name").to_string();
        let mut originals = model.originals(id).into_iter();
        originals.any(|original| model.get(&original).is_some_and(|o| name(o) != name(column)))
    })
}

/// The columns in their order.
fn columns<'m>(own: &Id, model: &'m Model) -> Vec<(&'m Id, &'m Object)> {
    let names = model.columns.get(&own.name).map(Vec::as_slice).unwrap_or_default();
    let key = |name: &String| id("column", &format!("{}.{name}", own.name));
    names.iter().filter_map(|name| model.objects.get_key_value(&key(name))).collect()
}

/// The column that a table has from its parent or its type, as it is at first.
pub fn predicted(own: &Id, column: &Object, table: &Object, model: &Model) -> Option<Object> {
    let of_type = || {
        let kind = table.has("reloftype").then(|| table.get("reloftype"))?;
        Some(id("column", &format!("{kind}.{}", column_name(own))))
    };
    let original = model.originals(own).into_iter().next().or_else(of_type)?;
    let mut predicted = model.get(&original)?.clone();
    let default = model.get(&id("default", &original.name)).map(|object| object.get("default"));
    for name in [
        "attidentity",
        "attgenerated",
        "type",
        "atttypid",
        "attcollation",
        "not null",
        "not null name",
    ] {
        predicted.values.remove(name);
        predicted
            .values
            .extend(column.values.get_key_value(name).map(|(k, v)| (k.clone(), v.clone())));
    }
    for name in ["attstattarget", "attoptions", "attfdwoptions", "attacl", "comment"] {
        predicted.values.remove(name);
    }
    predicted.values.remove("default");
    predicted.values.extend(default.map(|text| ("default".to_string(), text.to_string())));
    Some(predicted)
}

/// What makes a column that came from elsewhere what it is.
pub fn differences(own: &Id, predicted: &Object, column: &Object, model: &Model) -> Vec<String> {
    let mut statements = column::alter(own, predicted, column, model, true);
    if column.has("attgenerated") {
        return statements;
    }
    let own_default = model.get(&id("default", &own.name)).map(|object| object.get("default"));
    let default = predicted.values.get("default").map(String::as_str);
    if own_default != default {
        let table = crate::snapshot::statements::words::table_of(own);
        let what = match own_default {
            Some(text) => format!("SET DEFAULT {text}"),
            None => "DROP DEFAULT".to_string(),
        };
        statements.push(format!("ALTER TABLE {table} ALTER COLUMN {} {what}", column_name(own)));
    }
    statements
}

fn row_security(own: &Id, before: &Object, after: &Object) -> Vec<String> {
    let mut statements = Vec::new();
    for (name, on, off) in [
        ("relrowsecurity", "ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"),
        ("relforcerowsecurity", "FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"),
    ] {
        if before.is(name) != after.is(name) {
            let what = if after.is(name) { on } else { off };
            statements.push(format!("ALTER TABLE {} {what}", own.name));
        }
    }
    statements
}

fn replica_identity(own: &Id, before: &str, after: &Object) -> Option<String> {
    let what = match after.get("relreplident") {
        same if same == before => return None,
        "f" => "FULL",
        "d" => "DEFAULT",
        "n" if own.kind == "table" => "NOTHING",
        // An index says so.
        _ => return None,
    };
    Some(format!("ALTER TABLE {} REPLICA IDENTITY {what}", own.name))
}

/// Whether a table must be made anew.
pub fn is_remade(before: &Object, after: &Object) -> bool {
    ["relkind", "partition key", "pg_foreign_table.ftserver"]
        .iter()
        .any(|name| before.get(name) != after.get(name))
}

/// From one to the other.
pub fn alter(own: &Id, before: &Object, after: &Object) -> Vec<String> {
    let alter = format!("ALTER {} {}", own.kind.to_uppercase(), own.name);
    let differs = |name: &str| before.get(name) != after.get(name);
    let mut statements = Vec::new();
    statements.extend(inheritance(own, before, after));
    if differs("relpersistence") {
        let what = if after.get("relpersistence") == "u" { "UNLOGGED" } else { "LOGGED" };
        statements.push(format!("{alter} SET {what}"));
    }
    if differs("relam") && after.has("relam") {
        statements.push(format!("{alter} SET ACCESS METHOD {}", after.get("relam")));
    }
    if differs("reltablespace") {
        let name =
            if after.has("reltablespace") { after.get("reltablespace") } else { "pg_default" };
        statements.push(format!("{alter} SET TABLESPACE {name}"));
    }
    if differs("reloftype") {
        statements.push(match after.has("reloftype") {
            true => format!("{alter} OF {}", after.get("reloftype")),
            false => format!("{alter} NOT OF"),
        });
    }
    let (set, reset) = parameter_changes(&all_parameters(before), &all_parameters(after));
    statements.extend(set.map(|set| format!("{alter} SET ({set})")));
    statements.extend(reset.map(|reset| format!("{alter} RESET ({reset})")));
    let options = "pg_foreign_table.ftoptions";
    if differs(options) {
        let changes = foreign_changes(before.get(options), after.get(options));
        statements.push(format!("{alter} {changes}"));
    }
    statements.extend(row_security(own, before, after));
    statements.extend(replica_identity(own, before.get("relreplident"), after));
    statements
}

fn inheritance(own: &Id, before: &Object, after: &Object) -> Vec<String> {
    let (old, new) = (before.get("inherits"), after.get("inherits"));
    let bound = |object: &Object| object.get("relpartbound").to_string();
    if old == new && bound(before) == bound(after) {
        return Vec::new();
    }
    let (name, mut statements) = (&own.name, Vec::new());
    let word = own.kind.to_uppercase();
    if before.is("relispartition") {
        statements.push(format!("ALTER TABLE {old} DETACH PARTITION {name}"));
    }
    if !before.is("relispartition") {
        for parent in
            list(old).iter().filter(|p| !list(new).contains(p) || after.is("relispartition"))
        {
            statements.push(format!("ALTER {word} {name} NO INHERIT {parent}"));
        }
    }
    if after.is("relispartition") {
        statements.push(format!("ALTER TABLE {new} ATTACH PARTITION {name} {}", bound(after)));
    } else {
        for parent in
            list(new).iter().filter(|p| !list(old).contains(p) || before.is("relispartition"))
        {
            statements.push(format!("ALTER {word} {name} INHERIT {parent}"));
        }
    }
    statements
}
