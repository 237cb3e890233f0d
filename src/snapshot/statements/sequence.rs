//! Sequences.

use crate::snapshot::object::Object;

/// What CREATE SEQUENCE says of a sequence, without what is the default.
pub fn options(sequence: &Object) -> Vec<String> {
    let value = |name: &str| sequence.get(&format!("pg_sequence.{name}")).to_string();
    let kind = value("seqtypid");
    let increment = value("seqincrement");
    let (least, greatest) = bounds(&kind, increment.starts_with('-'));
    let start = match increment.starts_with('-') {
        true => value("seqmax"),
        false => value("seqmin"),
    };
    let mut options = Vec::new();
    let mut add = |differs: bool, text: String| {
        if differs {
            options.push(text);
        }
    };
    add(kind != "int8", format!("AS {}", type_name(&kind)));
    add(increment != "1", format!("INCREMENT BY {increment}"));
    add(value("seqmin") != least, format!("MINVALUE {}", value("seqmin")));
    add(value("seqmax") != greatest, format!("MAXVALUE {}", value("seqmax")));
    add(value("seqstart") != start, format!("START WITH {}", value("seqstart")));
    add(value("seqcache") != "1", format!("CACHE {}", value("seqcache")));
    add(sequence.is("pg_sequence.seqcycle"), "CYCLE".to_string());
    options
}

/// What ALTER SEQUENCE says to come from one to the other.
pub fn changes(before: &Object, after: &Object) -> Vec<String> {
    let old = |name: &str| before.get(&format!("pg_sequence.{name}"));
    let new = |name: &str| after.get(&format!("pg_sequence.{name}"));
    // The bounds follow the type.
    let is_retyped = old("seqtypid") != new("seqtypid");
    let mut changes = Vec::new();
    if is_retyped {
        changes.push(format!("AS {}", type_name(new("seqtypid"))));
    }
    for (name, words) in [
        ("seqincrement", "INCREMENT BY"),
        ("seqmin", "MINVALUE"),
        ("seqmax", "MAXVALUE"),
        ("seqstart", "START WITH"),
        ("seqcache", "CACHE"),
    ] {
        if old(name) != new(name) || is_retyped && matches!(name, "seqmin" | "seqmax") {
            changes.push(format!("{words} {}", new(name)));
        }
    }
    if old("seqcycle") != new("seqcycle") {
        changes
            .push(if new("seqcycle").starts_with('t') { "CYCLE" } else { "NO CYCLE" }.to_string());
    }
    changes
}

fn type_name(kind: &str) -> &'static str {
    match kind {
        "int2" => "smallint",
        "int4" => "integer",
        _ => "bigint",
    }
}

/// The bounds that a sequence has unless it says others.
fn bounds(kind: &str, is_descending: bool) -> (String, String) {
    let (least, greatest) = match kind {
        "int2" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "int4" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    match is_descending {
        true => (least.to_string(), "-1".to_string()),
        false => ("1".to_string(), greatest.to_string()),
    }
}
