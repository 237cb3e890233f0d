//! How SQL calls an object behind `ALTER`, `DROP` and `COMMENT ON`.

use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::model::Model;
use crate::snapshot::statements::text::{last, operator_name, qualified, without_arguments};

/// `TABLE app.t`, `TRIGGER t ON app.t`, `FUNCTION app.f(integer)`.
pub fn target(id: &Id, object: &Object) -> String {
    let (kind, name) = (id.kind.to_uppercase(), &id.name);
    match id.kind.as_str() {
        "constraint" if object.has("contypid") => {
            format!("CONSTRAINT {} ON DOMAIN {}", object.get("conname"), object.get("contypid"))
        }
        "constraint" => {
            format!("CONSTRAINT {} ON {}", object.get("conname"), object.get("conrelid"))
        }
        "trigger" => format!("TRIGGER {} ON {}", object.get("tgname"), object.get("tgrelid")),
        "rule" => format!("RULE {} ON {}", object.get("rulename"), object.get("ev_class")),
        "policy" => format!("POLICY {} ON {}", object.get("polname"), object.get("polrelid")),
        "function" | "procedure" => {
            format!("{kind} {}({})", without_arguments(name), object.get("arguments"))
        }
        "aggregate" => {
            let arguments = match object.get("arguments") {
                "" => "*",
                arguments => arguments,
            };
            format!("AGGREGATE {}({arguments})", without_arguments(name))
        }
        "operator" => {
            let side = |name| match object.get(name) {
                "-" | "" => "NONE".to_string(),
                side => qualified(side),
            };
            format!("OPERATOR {} ({}, {})", operator_name(name), side("oprleft"), side("oprright"))
        }
        "operator class" => method(id, object, "opcmethod"),
        "operator family" => method(id, object, "opfmethod"),
        "cast" => format!("CAST ({} AS {})", object.get("source"), object.get("target")),
        "transform" => {
            format!("TRANSFORM FOR {} LANGUAGE {}", object.get("trftype"), object.get("trflang"))
        }
        "user mapping" => {
            let user = match object.get("umuser") {
                "-" | "" => "PUBLIC",
                user => user,
            };
            format!("USER MAPPING FOR {user} SERVER {}", object.get("umserver"))
        }
        _ => format!("{kind} {name}"),
    }
}

/// `OPERATOR CLASS app.c USING btree`: the name ends in ` on btree`.
fn method(id: &Id, object: &Object, method: &str) -> String {
    let method = object.get(method);
    let name = id.name.strip_suffix(&format!(" on {method}")).unwrap_or(&id.name);
    format!("{} {name} USING {method}", id.kind.to_uppercase())
}

/// `TABLE`, or what else ALTER calls the relation that something belongs to.
pub fn relation_word(model: &Model, relation: &str) -> String {
    match model.relation(relation) {
        Some((id, _)) => id.kind.to_uppercase(),
        None => "TABLE".to_string(),
    }
}

/// The name of a column without its table's.
pub fn column_name(id: &Id) -> &str {
    last(&id.name)
}

/// The table of a column.
pub fn table_of(column: &Id) -> &str {
    let name = column.name.as_str();
    name.strip_suffix(last(name)).and_then(|table| table.strip_suffix('.')).unwrap_or(name)
}
