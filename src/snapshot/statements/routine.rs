//! Functions, procedures, aggregates, operators, casts, and operator classes.

use crate::quote::literal;
use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::model::Model;
use crate::snapshot::statements::text::{
    list, operator, operator_name, qualified, without_arguments,
};

/// CREATE FUNCTION, CREATE PROCEDURE.
pub fn create(function: &Object) -> String {
    function.get("definition").trim_end().to_string()
}

/// Whether CREATE OR REPLACE can make one of the other.
pub fn is_replaceable(before: &Object, after: &Object) -> bool {
    let same = |name: &str| before.get(name) == after.get(name);
    let defaults = |object: &Object| list(object.get("proargdefaults")).len();
    ["result", "proallargtypes", "proargmodes", "proargnames", "provariadic", "proretset"]
        .into_iter()
        .all(same)
        && defaults(before) <= defaults(after)
}

/// A function's name where one stands for none.
fn function(name: &str) -> Option<String> {
    match name {
        "-" | "" => None,
        name => Some(qualified(without_arguments(name))),
    }
}

/// CREATE AGGREGATE.
pub fn create_aggregate(own: &Id, aggregate: &Object) -> String {
    let value = |name: &str| aggregate.get(&format!("pg_aggregate.{name}"));
    let name = without_arguments(&own.name);
    let arguments = match aggregate.get("arguments") {
        "" => "*",
        arguments => arguments,
    };
    let mut options = Vec::new();
    for (key, word) in [
        ("aggtransfn", "SFUNC"),
        ("aggfinalfn", "FINALFUNC"),
        ("aggcombinefn", "COMBINEFUNC"),
        ("aggserialfn", "SERIALFUNC"),
        ("aggdeserialfn", "DESERIALFUNC"),
        ("aggmtransfn", "MSFUNC"),
        ("aggminvtransfn", "MINVFUNC"),
        ("aggmfinalfn", "MFINALFUNC"),
    ] {
        options.extend(function(value(key)).map(|name| format!("{word} = {name}")));
    }
    for (key, word) in [("aggtranstype", "STYPE"), ("aggmtranstype", "MSTYPE")] {
        if !matches!(value(key), "-" | "") {
            options.push(format!("{word} = {}", qualified(value(key))));
        }
    }
    for (key, word) in [("aggtransspace", "SSPACE"), ("aggmtransspace", "MSSPACE")] {
        if !matches!(value(key), "0" | "") {
            options.push(format!("{word} = {}", value(key)));
        }
    }
    for (key, word) in [("agginitval", "INITCOND"), ("aggminitval", "MINITCOND")] {
        let key = format!("pg_aggregate.{key}");
        let text = aggregate.values.get(&key);
        options.extend(text.map(|text| format!("{word} = {}", literal(text).trim_start())));
    }
    let is_plain = value("aggkind") == "n";
    for (key, extra, word) in [
        ("aggfinalmodify", "aggfinalextra", "FINALFUNC"),
        ("aggmfinalmodify", "aggmfinalextra", "MFINALFUNC"),
    ] {
        if value(extra) == "true" {
            options.push(format!("{word}_EXTRA"));
        }
        let usual = if is_plain { "r" } else { "w" };
        if value(key) != usual {
            let how = match value(key) {
                "r" => "READ_ONLY",
                "s" => "SHAREABLE",
                _ => "READ_WRITE",
            };
            options.push(format!("{word}_MODIFY = {how}"));
        }
    }
    if !matches!(value("aggsortop"), "-" | "") {
        options.push(format!("SORTOP = {}", operator(value("aggsortop"))));
    }
    match aggregate.get("proparallel") {
        "s" => options.push("PARALLEL = SAFE".to_string()),
        "r" => options.push("PARALLEL = RESTRICTED".to_string()),
        _ => {}
    }
    if value("aggkind") == "h" {
        options.push("HYPOTHETICAL".to_string());
    }
    format!("CREATE AGGREGATE {name}({arguments}) (\n    {}\n)", options.join(",\n    "))
}

/// CREATE OPERATOR.
pub fn create_operator(own: &Id, object: &Object) -> String {
    let mut options = Vec::new();
    options.extend(function(object.get("oprcode")).map(|name| format!("FUNCTION = {name}")));
    for (key, word) in [("oprleft", "LEFTARG"), ("oprright", "RIGHTARG")] {
        if object.has(key) {
            options.push(format!("{word} = {}", qualified(object.get(key))));
        }
    }
    for (key, word) in [("oprcom", "COMMUTATOR"), ("oprnegate", "NEGATOR")] {
        if object.has(key) {
            options.push(format!("{word} = {}", operator(object.get(key))));
        }
    }
    for (key, word) in [("oprrest", "RESTRICT"), ("oprjoin", "JOIN")] {
        options.extend(function(object.get(key)).map(|name| format!("{word} = {name}")));
    }
    for (key, word) in [("oprcanhash", "HASHES"), ("oprcanmerge", "MERGES")] {
        if object.is(key) {
            options.push(word.to_string());
        }
    }
    format!("CREATE OPERATOR {} ({})", operator_name(&own.name), options.join(", "))
}

/// CREATE CAST.
pub fn create_cast(object: &Object) -> String {
    let (source, target) = (object.get("source"), object.get("target"));
    let how = match object.get("castmethod") {
        "f" => format!("WITH FUNCTION {}", object.get("castfunc")),
        "i" => "WITH INOUT".to_string(),
        _ => "WITHOUT FUNCTION".to_string(),
    };
    let when = match object.get("castcontext") {
        "a" => " AS ASSIGNMENT",
        "i" => " AS IMPLICIT",
        _ => "",
    };
    format!("CREATE CAST ({source} AS {target}) {how}{when}")
}

/// CREATE OPERATOR CLASS with its operators and functions.
pub fn create_class(own: &Id, class: &Object, model: &Model) -> String {
    let method = class.get("opcmethod");
    let strip =
        |name: &str| name.strip_suffix(&format!(" on {method}")).unwrap_or(name).to_string();
    let mut items = Vec::new();
    for kind in ["operator of family", "function of family"] {
        items.extend(model.members_of(own, kind).map(|(_, object)| family_item(object)));
    }
    if class.has("opckeytype") {
        items.push(format!("STORAGE {}", qualified(class.get("opckeytype"))));
    }
    if items.is_empty() {
        items.push(format!("STORAGE {}", qualified(class.get("opcintype"))));
    }
    let default = if class.is("opcdefault") { " DEFAULT" } else { "" };
    format!(
        "CREATE OPERATOR CLASS {}{default} FOR TYPE {} USING {method} FAMILY {} AS\n    {}",
        strip(&own.name),
        qualified(class.get("opcintype")),
        strip(class.get("opcfamily")),
        items.join(",\n    ")
    )
}

/// `OPERATOR 1 app.<(a, b)` or `FUNCTION 1 (a, b) app.f(a, b)`.
fn family_item(object: &Object) -> String {
    match object.has("amopopr") {
        true => {
            let name = qualified(operator_name(object.get("amopopr")));
            let sort = match object.has("amopsortfamily") {
                true => {
                    let family = object.get("amopsortfamily");
                    let name = family.split(" on ").next().unwrap_or(family);
                    format!(" FOR ORDER BY {}", qualified(name))
                }
                false => String::new(),
            };
            format!(
                "OPERATOR {} {name} {}{sort}",
                object.get("amopstrategy"),
                types(object, "amop")
            )
        }
        false => format!(
            "FUNCTION {} {} {}",
            object.get("amprocnum"),
            types(object, "amproc"),
            qualified(object.get("amproc"))
        ),
    }
}

fn types(object: &Object, prefix: &str) -> String {
    let side = |side: &str| qualified(object.get(&format!("{prefix}{side}type")));
    format!("({}, {})", side("left"), side("right"))
}

/// ALTER OPERATOR FAMILY … ADD, or DROP.
pub fn family_member(object: &Object, add: bool) -> String {
    let family = match object.has("amopfamily") {
        true => object.get("amopfamily"),
        false => object.get("amprocfamily"),
    };
    let (name, method) = family.rsplit_once(" on ").unwrap_or((family, "btree"));
    let item = match add {
        true => format!("ADD {}", family_item(object)),
        false if object.has("amopopr") => {
            format!("DROP OPERATOR {} {}", object.get("amopstrategy"), types(object, "amop"))
        }
        false => format!("DROP FUNCTION {} {}", object.get("amprocnum"), types(object, "amproc")),
    };
    format!("ALTER OPERATOR FAMILY {name} USING {method} {item}")
}
