//! Foreign data wrappers, servers, user mappings; publications and subscriptions.

use crate::quote::literal;
use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::text::{
    array, bare, foreign_changes, foreign_options, quoted, without_arguments,
};
use crate::snapshot::statements::words::target;

/// CREATE FOREIGN DATA WRAPPER.
pub fn create_wrapper(own: &Id, object: &Object) -> String {
    let function = |key: &str| without_arguments(object.get(key)).to_string();
    let mut sql = format!("CREATE FOREIGN DATA WRAPPER {}", own.name);
    for (key, word) in [("fdwhandler", "HANDLER"), ("fdwvalidator", "VALIDATOR")] {
        if object.has(key) {
            sql.push_str(&format!(" {word} {}", function(key)));
        }
    }
    sql.push_str(&foreign_options(object.get("fdwoptions")));
    sql
}

/// From one to the other.
pub fn alter_wrapper(own: &Id, before: &Object, after: &Object) -> Vec<String> {
    let mut changes = Vec::new();
    for (key, word) in [("fdwhandler", "HANDLER"), ("fdwvalidator", "VALIDATOR")] {
        if before.get(key) != after.get(key) {
            changes.push(match after.has(key) {
                true => format!("{word} {}", without_arguments(after.get(key))),
                false => format!("NO {word}"),
            });
        }
    }
    if before.get("fdwoptions") != after.get("fdwoptions") {
        changes.push(foreign_changes(before.get("fdwoptions"), after.get("fdwoptions")));
    }
    let alter = |change| format!("ALTER FOREIGN DATA WRAPPER {} {change}", own.name);
    changes.into_iter().map(alter).collect()
}

/// CREATE SERVER.
pub fn create_server(own: &Id, object: &Object) -> String {
    let mut sql = format!("CREATE SERVER {}", own.name);
    for (key, word) in [("srvtype", "TYPE"), ("srvversion", "VERSION")] {
        if object.has(key) {
            sql.push_str(&format!(" {word} {}", literal(object.get(key)).trim_start()));
        }
    }
    sql.push_str(&format!(" FOREIGN DATA WRAPPER {}", object.get("srvfdw")));
    sql.push_str(&foreign_options(object.get("srvoptions")));
    sql
}

/// From one to the other, where the server stays.
pub fn alter_server(own: &Id, before: &Object, after: &Object) -> Option<Vec<String>> {
    let differs = |key: &str| before.get(key) != after.get(key);
    if differs("srvtype") || differs("srvfdw") {
        return None;
    }
    let mut statements = Vec::new();
    let alter = format!("ALTER SERVER {}", own.name);
    if differs("srvversion") {
        let version = match after.has("srvversion") {
            true => literal(after.get("srvversion")).trim_start().to_string(),
            false => "NULL".to_string(),
        };
        statements.push(format!("{alter} VERSION {version}"));
    }
    if differs("srvoptions") {
        let changes = foreign_changes(before.get("srvoptions"), after.get("srvoptions"));
        statements.push(format!("{alter} {changes}"));
    }
    Some(statements)
}

/// CREATE USER MAPPING.
pub fn create_mapping(own: &Id, object: &Object) -> String {
    format!("CREATE {}{}", target(own, object), foreign_options(object.get("umoptions")))
}

/// From one to the other.
pub fn alter_mapping(own: &Id, before: &Object, after: &Object) -> String {
    let changes = foreign_changes(before.get("umoptions"), after.get("umoptions"));
    format!("ALTER {} {changes}", target(own, after))
}

/// CREATE PUBLICATION, without its tables.
pub fn create_publication(own: &Id, object: &Object) -> String {
    let all = if object.is("puballtables") { " FOR ALL TABLES" } else { "" };
    format!("CREATE PUBLICATION {}{all} WITH ({})", own.name, publication_options(object))
}

/// ALTER PUBLICATION … SET.
pub fn alter_publication(own: &Id, after: &Object) -> String {
    format!("ALTER PUBLICATION {} SET ({})", own.name, publication_options(after))
}

fn publication_options(object: &Object) -> String {
    let kinds = [
        ("pubinsert", "insert"),
        ("pubupdate", "update"),
        ("pubdelete", "delete"),
        ("pubtruncate", "truncate"),
    ];
    let published: Vec<&str> =
        kinds.iter().filter(|(key, _)| object.is(key)).map(|(_, word)| *word).collect();
    let mut options = vec![format!("publish = '{}'", published.join(", "))];
    if object.values.contains_key("pubviaroot") {
        options.push(format!("publish_via_partition_root = {}", object.get("pubviaroot")));
    }
    match object.get("pubgencols") {
        "s" => options.push("publish_generated_columns = stored".to_string()),
        "n" => options.push("publish_generated_columns = none".to_string()),
        _ => {}
    }
    options.join(", ")
}

/// ALTER PUBLICATION … ADD TABLE, DROP TABLE, and the same of schemas.
pub fn publication_member(object: &Object, add: bool) -> String {
    let verb = if add { "ADD" } else { "DROP" };
    if object.has("pnnspid") {
        let (publication, schema) = (object.get("pnpubid"), object.get("pnnspid"));
        return format!("ALTER PUBLICATION {publication} {verb} TABLES IN SCHEMA {schema}");
    }
    let mut table = object.get("prrelid").to_string();
    if add && object.has("prattrs") {
        table.push_str(&format!(" ({})", object.get("prattrs")));
    }
    if add && object.has("prqual") {
        table.push_str(&format!(" WHERE ({})", object.get("prqual")));
    }
    format!("ALTER PUBLICATION {} {verb} TABLE {table}", object.get("prpubid"))
}

/// CREATE SUBSCRIPTION, which neither connects nor is enabled.
pub fn create_subscription(own: &Id, object: &Object) -> Vec<String> {
    let connection = literal(object.get("subconninfo"));
    let publications: Vec<String> =
        array(object.get("subpublications")).iter().map(|name| quoted(name)).collect();
    let mut options = vec!["connect = false".to_string()];
    match object.has("subslotname") {
        true => {
            let slot = literal(&bare(object.get("subslotname")));
            options.push(format!("slot_name = {}", slot.trim_start()));
        }
        false => options.push("slot_name = NONE".to_string()),
    }
    options.extend(subscription_options(&Object::default(), object));
    let mut statements = vec![
        "-- The server of the publication is not asked: make the replication slot there, then \
         refresh the subscription."
            .to_string(),
        format!(
            "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {} WITH ({})",
            own.name,
            connection.trim_start(),
            publications.join(", "),
            options.join(", ")
        ),
    ];
    if object.is("subenabled") {
        statements.push(format!("ALTER SUBSCRIPTION {} ENABLE", own.name));
    }
    statements
}

fn subscription_options(before: &Object, after: &Object) -> Vec<String> {
    let mut options = Vec::new();
    for (key, word, usual) in [
        ("subbinary", "binary", "false"),
        ("subsynccommit", "synchronous_commit", "off"),
        ("subdisableonerr", "disable_on_error", "false"),
        ("suborigin", "origin", "any"),
        ("subpasswordrequired", "password_required", "true"),
        ("subrunasowner", "run_as_owner", "false"),
    ] {
        let old = if before.values.is_empty() { usual } else { before.get(key) };
        if after.values.contains_key(key) && after.get(key) != old {
            options.push(format!("{word} = {}", after.get(key)));
        }
    }
    let streaming = |object: &Object| match object.get("substream") {
        "t" | "true" => "on",
        "p" => "parallel",
        _ => "off",
    };
    let old = if before.values.is_empty() { "off" } else { streaming(before) };
    if streaming(after) != old {
        options.push(format!("streaming = {}", streaming(after)));
    }
    options
}

/// From one to the other.
pub fn alter_subscription(own: &Id, before: &Object, after: &Object) -> Vec<String> {
    let alter = format!("ALTER SUBSCRIPTION {}", own.name);
    let differs = |key: &str| before.get(key) != after.get(key);
    let mut statements = Vec::new();
    if differs("subenabled") && !after.is("subenabled") {
        statements.push(format!("{alter} DISABLE"));
    }
    if differs("subconninfo") {
        let connection = literal(after.get("subconninfo"));
        statements.push(format!("{alter} CONNECTION {}", connection.trim_start()));
    }
    if differs("subpublications") {
        let names: Vec<String> =
            array(after.get("subpublications")).iter().map(|name| quoted(name)).collect();
        let names = names.join(", ");
        statements.push(format!("{alter} SET PUBLICATION {names} WITH (refresh = false)"));
    }
    let mut options = subscription_options(before, after);
    if differs("subslotname") {
        options.push(match after.has("subslotname") {
            true => {
                format!("slot_name = {}", literal(&bare(after.get("subslotname"))).trim_start())
            }
            false => "slot_name = NONE".to_string(),
        });
    }
    if !options.is_empty() {
        statements.push(format!("{alter} SET ({})", options.join(", ")));
    }
    if differs("subenabled") && after.is("subenabled") {
        statements.push(format!("{alter} ENABLE"));
    }
    statements
}

/// DROP SUBSCRIPTION; the slot stays on the other server, which is not asked.
pub fn drop_subscription(own: &Id, object: &Object) -> Vec<String> {
    let mut statements = Vec::new();
    if object.is("subenabled") {
        statements.push(format!("ALTER SUBSCRIPTION {} DISABLE", own.name));
    }
    if object.has("subslotname") {
        statements.push(format!(
            "-- The replication slot {} stays on the server of the publication: drop it there.",
            object.get("subslotname")
        ));
        statements.push(format!("ALTER SUBSCRIPTION {} SET (slot_name = NONE)", own.name));
    }
    statements.push(format!("DROP SUBSCRIPTION {}", own.name));
    statements
}
