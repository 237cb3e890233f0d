//! How each kind of object is made, dropped, and changed into another of its name.

use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::model::Model;
use crate::snapshot::statements::text::{bare, last};
use crate::snapshot::statements::words::{column_name, relation_word, table_of, target};
use crate::snapshot::statements::{
    column, extras, foreign, others, relation, routine, search, sequence, table, types, view,
};

/// How an object becomes what it is to be.
pub enum Way {
    /// By statements that leave it there.
    Alter(Vec<String>),
    /// By statements that leave it there, but not while something depends on it.
    Disturb(Vec<String>),
    /// It must be dropped and made again.
    Remake,
}

/// The statements that make an object, without owner, privileges, and comment.
pub fn create(own: &Id, model: &Model) -> Vec<String> {
    let Some(object) = model.get(own) else { return Vec::new() };
    if !model.originals(own).is_empty() {
        return inherited(own, object, model);
    }
    let name = &own.name;
    let one = |sql: String| vec![sql];
    match own.kind.as_str() {
        "table" | "foreign table" => table::create(own, object, model),
        "column" => create_column(own, object, model),
        "default" => one(relation::default(own, Some(object), model)),
        "sequence" => {
            let options = sequence::options(object);
            let options: Vec<String> = options.iter().map(|option| format!(" {option}")).collect();
            let unlogged = if object.get("relpersistence") == "u" { "UNLOGGED " } else { "" };
            one(format!("CREATE {unlogged}SEQUENCE {name}{}", options.join("")))
        }
        "owner of sequence" => one(relation::owner_of_sequence(own, object)),
        "constraint" => {
            let mut statements = one(relation::create_constraint(object, model));
            for (id, index) in model.members_of(own, "index") {
                statements.extend(relation::index_marks(id, &Object::default(), index, model));
            }
            statements
        }
        "index" => {
            let mut statements = one(relation::create_index(object));
            statements.extend(relation::index_marks(own, &Object::default(), object, model));
            statements
        }
        "trigger" | "rule" => {
            let mut statements = one(object.get("definition").trim_end_matches(';').to_string());
            statements.extend(relation::enabled(own, "O", object, model));
            statements
        }
        "policy" => one(relation::create_policy(object)),
        "statistics" => {
            let mut statements = one(object.get("definition").to_string());
            statements.extend(relation::statistics_target(own, &Object::default(), object));
            statements
        }
        "view" | "materialized view" => one(view::create(own, object, false)),
        "function" | "procedure" => one(routine::create(object)),
        "aggregate" => one(routine::create_aggregate(own, object)),
        "operator" => one(routine::create_operator(own, object)),
        "operator class" => one(routine::create_class(own, object, model)),
        "operator family" => one(format!("CREATE {}", target(own, object))),
        "operator of family" | "function of family" => one(routine::family_member(object, true)),
        "cast" => one(routine::create_cast(object)),
        "type" | "domain" => one(types::create(own, object, model)),
        "schema" => one(format!("CREATE SCHEMA {name}")),
        "extension" => one(others::create_extension(own, object)),
        "event trigger" => others::create_event_trigger(own, object),
        "language" => one(others::create_language(own, object)),
        "access method" => one(others::create_access_method(own, object)),
        "collation" => one(others::create_collation(own, object)),
        "conversion" => one(others::create_conversion(own, object)),
        "transform" => one(others::create_transform(own, object)),
        "setting" => others::settings(None, Some(object)),
        "default privileges" => others::default_privileges(None, Some(object), model),
        "foreign data wrapper" => one(foreign::create_wrapper(own, object)),
        "server" => one(foreign::create_server(own, object)),
        "user mapping" => one(foreign::create_mapping(own, object)),
        "publication" => one(foreign::create_publication(own, object)),
        "table of publication" | "schema of publication" => {
            one(foreign::publication_member(object, true))
        }
        "subscription" => foreign::create_subscription(own, object),
        "text search dictionary" => one(search::create_dictionary(own, object)),
        "text search configuration" => search::create_configuration(own, object),
        "text search template" | "text search parser" => one(search::create_functions(own, object)),
        // What is granted is told as that of any object.
        "privileges" => Vec::new(),
        kind => one(unknown("CREATE", kind, name)),
    }
}

/// What came with the object that it is inherited from, and is only called otherwise.
fn inherited(own: &Id, object: &Object, model: &Model) -> Vec<String> {
    match own.kind.as_str() {
        "column" => {
            let table = model.relation(table_of(own)).map(|(_, table)| table.clone());
            let predicted = table::predicted(own, object, &table.unwrap_or_default(), model);
            predicted.map(|p| table::differences(own, &p, object, model)).unwrap_or_default()
        }
        "constraint" => {
            let indexes = model.members_of(own, "index");
            indexes.filter_map(|(id, index)| relation::rename_inherited(id, index, model)).collect()
        }
        "index" => relation::rename_inherited(own, object, model).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn create_column(own: &Id, column: &Object, model: &Model) -> Vec<String> {
    let table = table_of(own);
    match relation_word(model, table).as_str() {
        "TYPE" => {
            let typed = column::typed(column, model);
            vec![format!("ALTER TYPE {table} ADD ATTRIBUTE {} {typed}", column_name(own))]
        }
        "VIEW" | "MATERIALIZED VIEW" => column::more(own, column, model),
        word => {
            let clause = column::clause(own, column, model);
            let mut statements = vec![format!("ALTER {word} {table} ADD COLUMN {clause}")];
            statements.extend(column::more(own, column, model));
            statements
        }
    }
}

/// The statements that drop an object.
pub fn drop(own: &Id, model: &Model) -> Vec<String> {
    let Some(object) = model.get(own) else { return Vec::new() };
    let name = &own.name;
    let one = |sql: String| vec![sql];
    match own.kind.as_str() {
        "column" => {
            let (table, column) = (table_of(own), column_name(own));
            match relation_word(model, table).as_str() {
                "TYPE" => one(format!("ALTER TYPE {table} DROP ATTRIBUTE {column}")),
                "VIEW" | "MATERIALIZED VIEW" => Vec::new(),
                word => one(format!("ALTER {word} {table} DROP COLUMN {column}")),
            }
        }
        "default" => one(relation::default(own, None, model)),
        "owner of sequence" => one(relation::owner_of_sequence(own, &Object::default())),
        "constraint" => one(relation::drop_constraint(object, model)),
        "operator of family" | "function of family" => one(routine::family_member(object, false)),
        "setting" => others::settings(Some(object), None),
        "default privileges" => others::default_privileges(Some(object), None, model),
        "table of publication" | "schema of publication" => {
            one(foreign::publication_member(object, false))
        }
        "subscription" => foreign::drop_subscription(own, object),
        "privileges" => extras::of_gone(own, object, model),
        _ if target(own, object).is_empty() => one(unknown("DROP", &own.kind, name)),
        _ => one(format!("DROP {}", target(own, object))),
    }
}

/// From one to the other. `is_used`: something that is made or changed too needs the object.
pub fn alter(own: &Id, from: &Model, to: &Model, is_used: bool) -> Way {
    let (Some(before), Some(after)) = (from.get(own), to.get(own)) else { return Way::Remake };
    let way = own_way(own, before, after, from, to, is_used);
    if matches!(own.kind.as_str(), "type" | "domain") && matches!(way, Way::Disturb(_)) {
        return way;
    }
    let extras = extras::of_changed(own, before, after, to);
    match way {
        Way::Alter(statements) => Way::Alter([statements, extras].concat()),
        Way::Disturb(statements) => Way::Disturb([statements, extras].concat()),
        Way::Remake => Way::Remake,
    }
}

fn own_way(
    own: &Id,
    before: &Object,
    after: &Object,
    from: &Model,
    to: &Model,
    is_used: bool,
) -> Way {
    let same = |names: &[&str]| names.iter().all(|name| before.get(name) == after.get(name));
    // Owners, privileges, comments are told by themselves.
    let is_same_but = |names: &[&str]| {
        let names: Vec<&str> = names.to_vec();
        let mut keys = before.values.keys().chain(after.values.keys());
        keys.all(|name| names.contains(&name.as_str()) || extras::is_extra(name) || same(&[name]))
    };
    let remake_unless = |is_same: bool, statements: Vec<String>| match is_same {
        true => Way::Alter(statements),
        false => Way::Remake,
    };
    let all = |statements: Option<Vec<String>>| statements.map_or(Way::Remake, Way::Alter);
    match own.kind.as_str() {
        "table" | "foreign table" if table::is_remade(before, after) => Way::Remake,
        "table" | "foreign table" => Way::Alter(table::alter(own, before, after)),
        "column" => alter_column(own, before, after, from, to),
        "default" if after.get("inherited") == "true" && same(&["default"]) => {
            Way::Alter(Vec::new())
        }
        "default" => Way::Alter(vec![relation::default(own, Some(after), to)]),
        "sequence" => {
            let mut statements = Vec::new();
            let changes = sequence::changes(before, after);
            if !changes.is_empty() {
                statements.push(format!("ALTER SEQUENCE {} {}", own.name, changes.join(" ")));
            }
            if !same(&["relpersistence"]) {
                let what = if after.get("relpersistence") == "u" { "UNLOGGED" } else { "LOGGED" };
                statements.push(format!("ALTER SEQUENCE {} SET {what}", own.name));
            }
            Way::Alter(statements)
        }
        "owner of sequence" => Way::Alter(vec![relation::owner_of_sequence(own, after)]),
        "constraint"
            if !same(&["definition"]) && !before.is("convalidated") && after.is("convalidated") =>
        {
            let plain = before.get("definition").trim_end_matches(" NOT VALID");
            let word = if after.has("contypid") { "DOMAIN" } else { "TABLE" };
            let of =
                if after.has("contypid") { after.get("contypid") } else { after.get("conrelid") };
            let sql = format!("ALTER {word} {of} VALIDATE CONSTRAINT {}", after.get("conname"));
            remake_unless(plain == after.get("definition"), vec![sql])
        }
        "constraint" => remake_unless(same(&["definition"]), Vec::new()),
        "index" => {
            let is_same = relation::is_same_index(before, after) && before.parent == after.parent;
            let is_broken =
                before.get("pg_index.indisvalid") == "false" && after.is("pg_index.indisvalid");
            remake_unless(is_same && !is_broken, relation::index_marks(own, before, after, to))
        }
        "trigger" => {
            let statements = relation::enabled(own, before.get("tgenabled"), after, to);
            remake_unless(same(&["definition"]), statements.into_iter().collect())
        }
        "rule" => {
            let statements = relation::enabled(own, before.get("ev_enabled"), after, to);
            remake_unless(same(&["definition"]), statements.into_iter().collect())
        }
        "statistics" => {
            let statements = relation::statistics_target(own, before, after);
            remake_unless(same(&["definition"]), statements.into_iter().collect())
        }
        "view" | "materialized view" => {
            let is_same = same(&["query"]) || view::is_replaceable(own, from, to);
            remake_unless(is_same, view::alter(own, before, after))
        }
        "function" | "procedure" if same(&["definition"]) => Way::Alter(Vec::new()),
        "function" | "procedure" => {
            remake_unless(routine::is_replaceable(before, after), vec![routine::create(after)])
        }
        "type" | "domain" => match types::alter(own, before, after, is_used) {
            types::Change::Altered(statements) => Way::Alter(statements),
            types::Change::Replaced => Way::Disturb(replace_type(own, from, to)),
        },
        "schema" => Way::Alter(Vec::new()),
        "extension" => Way::Alter(others::alter_extension(own, before, after)),
        "event trigger" => {
            let statements = others::event_trigger_enabled(own, before.get("evtenabled"), after);
            remake_unless(is_same_but(&["evtenabled"]), statements.into_iter().collect())
        }
        "setting" => Way::Alter(others::settings(Some(before), Some(after))),
        "default privileges" => {
            Way::Alter(others::default_privileges(Some(before), Some(after), to))
        }
        "foreign data wrapper" => Way::Alter(foreign::alter_wrapper(own, before, after)),
        "server" => all(foreign::alter_server(own, before, after)),
        "user mapping" => Way::Alter(vec![foreign::alter_mapping(own, before, after)]),
        "publication" if !same(&["puballtables"]) => Way::Remake,
        "publication" if is_same_but(&[]) => Way::Alter(Vec::new()),
        "publication" => Way::Alter(vec![foreign::alter_publication(own, after)]),
        "subscription" => Way::Alter(foreign::alter_subscription(own, before, after)),
        "text search dictionary" if same(&["dictinitoption", "dicttemplate"]) => {
            Way::Alter(Vec::new())
        }
        "text search dictionary" => {
            all(search::alter_dictionary(own, before, after).map(|statement| vec![statement]))
        }
        "text search configuration" => all(search::alter_configuration(own, before, after)),
        _ => remake_unless(is_same_but(&[]), Vec::new()),
    }
}

/// Makes a type anew, with its owner, privileges, and comment.
pub fn replace_type(own: &Id, from: &Model, to: &Model) -> Vec<String> {
    let mut statements = types::replace(own, from, to);
    statements
        .extend(to.get(own).map(|object| extras::of_new(own, object, from)).into_iter().flatten());
    statements
}

fn alter_column(own: &Id, before: &Object, after: &Object, from: &Model, to: &Model) -> Way {
    let table = table_of(own);
    let is_retyped = column::is_retyped(before, after);
    match relation_word(to, table).as_str() {
        "TYPE" if is_retyped => {
            let (name, typed) = (column_name(own), column::typed(after, to));
            Way::Disturb(vec![format!("ALTER TYPE {table} ALTER ATTRIBUTE {name} TYPE {typed}")])
        }
        "TYPE" => Way::Alter(Vec::new()),
        _ if column::is_remade(before, after) => Way::Remake,
        "VIEW" | "MATERIALIZED VIEW" if is_retyped => Way::Alter(Vec::new()),
        _ => {
            let originals = to.originals(own);
            let mut before = before.clone();
            // NOT NULL goes with the parent's.
            let follows = originals.iter().any(|original| {
                let of = |model: &Model| model.get(original).map(|column| column.is("attnotnull"));
                of(from) != of(to) && of(to) == Some(after.is("attnotnull"))
            });
            for name in ["attnotnull", "not null", "not null name"].iter().filter(|_| follows) {
                before.values.remove(*name);
                before
                    .values
                    .extend(after.values.get_key_value(*name).map(|(k, v)| (k.clone(), v.clone())));
            }
            let statements = column::alter(own, &before, after, to, !originals.is_empty());
            match is_retyped {
                true => Way::Disturb(statements),
                false => Way::Alter(statements),
            }
        }
    }
}

/// A comment for what has no statement here.
fn unknown(verb: &str, kind: &str, name: &str) -> String {
    format!("-- {verb} {} {}: write this statement by hand.", kind.to_uppercase(), bare(last(name)))
}
