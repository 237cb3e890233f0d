//! One object, on one line, on standard output: what a command found or did, for programs.
//!
//! `json.schema.json` beside this folder is its documentation. Names and kinds in it are kept: what
//! is new comes in new fields. The fields that are a command's own stand in that command's file.

mod error;
#[cfg(test)]
mod tests;
mod values;

use dbm::text::is_unprintable;
use dbm::{State, Version};
use serde::Serialize;

use crate::render::printer::{Printer, Said};
use error::ErrorFields;

pub use values::{RowItem, direction, millis, utc};

/// What the object looks like: JSON Schema, draft 2020-12.
pub const SCHEMA: &str = include_str!("../json.schema.json");

/// What a command has to tell.
pub struct Document<'a, Body> {
    /// Its name; `None` where what was typed cannot be read.
    pub command: Option<&'a str>,
    /// The exit code that follows.
    pub exit_code: u8,
    /// Where the row stands now; `None` where that is not known.
    pub state: Option<State>,
    /// What the command is for: a struct, whose fields become the object's.
    pub body: &'a Body,
    /// Warnings and hints.
    pub said: Said,
    /// What ended the command.
    pub error: Option<&'a anyhow::Error>,
}

/// Of a command that has nothing of its own to tell.
#[derive(Default, Serialize)]
pub struct NoBody {}

/// The object.
#[derive(Serialize)]
struct Fields<'a, Body> {
    dbm: &'static str,
    command: Option<&'a str>,
    exit_code: u8,
    version: Option<Version>,
    dirty: Option<bool>,
    #[serde(flatten)]
    body: &'a Body,
    warnings: &'a [String],
    hints: &'a [String],
    error: Option<ErrorFields>,
}

/// Prints the object.
pub fn print<Body: Serialize>(printer: &Printer, document: &Document<'_, Body>) {
    printer.answer(&format!("{}\n", text(document)));
}

/// The object, on one line, without a line end.
pub fn text<Body: Serialize>(document: &Document<'_, Body>) -> String {
    let fields = Fields {
        dbm: env!("CARGO_PKG_VERSION"),
        command: document.command,
        exit_code: document.exit_code,
        version: document.state.and_then(|state| state.version),
        dirty: document.state.map(|state| state.dirty),
        body: document.body,
        warnings: &document.said.warnings,
        hints: &document.said.hints,
        error: document.error.map(|error| ErrorFields::of(error, document.exit_code)),
    };
    // Strings and numbers can always be written.
    escaped(serde_json::to_string(&fields).unwrap_or_default())
}

/// JSON escapes the control characters up to a blank alone; a terminal obeys others, too. Here they can
/// stand within strings only, where `\u009b` is the same character.
fn escaped(json: String) -> String {
    if !json.contains(is_unprintable) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        match is_unprintable(c) {
            true => escaped.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => escaped.push(c),
        }
    }
    escaped
}
