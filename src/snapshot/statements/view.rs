//! Views and materialized views.

use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::model::{Model, id};
use crate::snapshot::statements::text::{all_parameters, parameter_changes, parameters};

/// CREATE VIEW, CREATE MATERIALIZED VIEW.
pub fn create(own: &Id, view: &Object, replace: bool) -> String {
    let replace = if replace { "OR REPLACE " } else { "" };
    let mut sql = format!("CREATE {replace}{} {}", own.kind.to_uppercase(), own.name);
    if view.has("relam") && view.get("relam") != "heap" {
        sql.push_str(&format!(" USING {}", view.get("relam")));
    }
    let options = all_parameters(view);
    if !options.is_empty() {
        sql.push_str(&format!(" WITH ({})", parameters(&options)));
    }
    if view.has("reltablespace") {
        sql.push_str(&format!(" TABLESPACE {}", view.get("reltablespace")));
    }
    let query = view.get("query").trim_end().trim_end_matches(';');
    sql.push_str(&format!(" AS\n{query}"));
    if own.kind == "materialized view" && !view.is("relispopulated") {
        sql.push_str("\nWITH NO DATA");
    }
    sql
}

/// Whether CREATE OR REPLACE VIEW can make one of the other: it only adds columns at the end.
pub fn is_replaceable(own: &Id, from: &Model, to: &Model) -> bool {
    let columns = |model: &Model| -> Vec<(String, String, String)> {
        let names = model.columns.get(&own.name).cloned().unwrap_or_default();
        let of = |name: String| {
            let column = model.get(&id("column", &format!("{}.{name}", own.name)));
            let value = |key| column.map(|column| column.get(key).to_string()).unwrap_or_default();
            (value("type"), value("attcollation"), name)
        };
        names.into_iter().map(of).collect()
    };
    own.kind == "view" && columns(to).starts_with(&columns(from))
}

/// From one to the other, where that needs no new view.
pub fn alter(own: &Id, before: &Object, after: &Object) -> Vec<String> {
    if before.get("query") != after.get("query") {
        return vec![create(own, after, true)];
    }
    let alter = format!("ALTER {} {}", own.kind.to_uppercase(), own.name);
    let (set, reset) = parameter_changes(&all_parameters(before), &all_parameters(after));
    let mut statements: Vec<String> =
        set.map(|set| format!("{alter} SET ({set})")).into_iter().collect();
    statements.extend(reset.map(|reset| format!("{alter} RESET ({reset})")));
    if before.get("relam") != after.get("relam") && after.has("relam") {
        statements.push(format!("{alter} SET ACCESS METHOD {}", after.get("relam")));
    }
    if before.get("reltablespace") != after.get("reltablespace") {
        let space =
            if after.has("reltablespace") { after.get("reltablespace") } else { "pg_default" };
        statements.push(format!("{alter} SET TABLESPACE {space}"));
    }
    if own.kind == "materialized view" && before.is("relispopulated") != after.is("relispopulated")
    {
        let rest = if after.is("relispopulated") { "" } else { " WITH NO DATA" };
        statements.push(format!("REFRESH MATERIALIZED VIEW {}{rest}", own.name));
    }
    statements
}
