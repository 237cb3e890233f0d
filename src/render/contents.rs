//! What a database holds, before a person is asked about it.

use dbm::Contents;

use crate::render::format::{counted, place};
use crate::render::printer::Printer;

/// Names the database, the schema and how much is in it.
pub fn print(printer: &Printer, contents: &Contents) {
    let Contents { database, server, schema, tables, rows, applied, .. } = contents;
    printer.detail(&format!("database {database} on {server}, schema {schema}"));
    let rows = match rows {
        0 => "no rows known to the server".to_string(),
        rows => format!("about {}", several(*rows, "row")),
    };
    printer.detail(&format!("{}, {rows}", several(*tables, "table")));
    if let Some((state, count)) = applied {
        let dirty = if state.dirty { ", dirty" } else { "" };
        let versions = several(*count as u64, "version");
        printer.detail(&format!("{versions} applied; the database is {}{dirty}", place(*state)));
    }
}

/// A number and what it counts.
pub fn several(count: u64, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {what}{s}", counted(count))
}
