//! One object, on one line, on standard output: what a command found or did, for programs.
//!
//! `json.schema.json` beside this folder is its documentation. Names and kinds in it are kept: what
//! is new comes in new fields.

mod body;
mod error;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::time::Duration;

use dbm::{Direction, LogEntry, Repair, State, Status, StatusRow, Version};
use serde::Serialize;

use body::Parts;
use error::Trouble;

/// What the object looks like: JSON Schema, draft 2020-12.
pub const SCHEMA: &str = include_str!("../json.schema.json");

/// What a command has to tell.
pub struct Envelope<'a> {
    /// Its name; empty where what was typed names none.
    pub command: &'a str,
    /// The exit code that follows.
    pub exit_code: u8,
    /// Where the row stands now; `None` where that is not known.
    pub state: Option<State>,
    /// Something that may be wrong, a sentence each.
    pub warnings: Vec<String>,
    /// What to know or to type, a sentence each.
    pub hints: Vec<String>,
    /// What ended the command.
    pub error: Option<&'a anyhow::Error>,
    /// What the command is for.
    pub body: Body<'a>,
}

/// What a command is for.
pub enum Body<'a> {
    /// It has not come so far, or there is nothing to tell (`version`).
    Nothing,
    /// Files were run.
    Run {
        /// Which, in order.
        files: &'a [RanFile],
        /// How many were planned and not run, because the run was asked to stop.
        left: usize,
        /// The row is above all files here, and that is allowed.
        ahead: bool,
    },
    /// `status`: all, and the rows that a filter has left.
    Status(&'a Status, &'a [&'a StatusRow]),
    /// `verify`
    Verify(&'a [Finding]),
    /// `log`, as [`dbm::Migrator::log`] gives it: the newest entry first.
    Log(&'a [LogEntry]),
    /// `repair`
    Repair(&'a [Repair]),
}

/// A file that was run.
pub struct RanFile {
    /// Its version.
    pub version: Version,
    /// Up or down.
    pub direction: Direction,
    /// Its name; `None` where the pair lacks this side, and only the row moved.
    pub name: Option<String>,
    /// How long it took.
    pub took: Duration,
    /// It is not here: the log's text was run.
    pub is_from_log: bool,
}

/// Something that `verify` has found.
#[derive(Serialize)]
pub struct Finding {
    /// A word for it, in kebab case.
    pub kind: String,
    /// Of which version.
    pub version: Option<Version>,
    /// In which file.
    pub file: Option<String>,
    /// In which line, from 1.
    pub line: Option<usize>,
    /// What is the matter.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// It is no fault.
    #[serde(rename = "note")]
    pub is_note: bool,
}

/// The object.
#[derive(Serialize)]
struct Document<'a> {
    dbm: &'static str,
    command: Option<&'a str>,
    exit_code: u8,
    version: Option<Version>,
    dirty: Option<bool>,
    #[serde(flatten)]
    body: Parts<'a>,
    warnings: &'a [String],
    hints: &'a [String],
    error: Option<Trouble>,
}

/// Prints the object. A reader that has gone away is none of our business.
pub fn print(envelope: &Envelope<'_>) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", text(envelope)).and_then(|()| out.flush());
}

/// Prints what the object looks like.
pub fn print_schema() {
    let _ = std::io::stdout().lock().write_all(SCHEMA.as_bytes());
}

/// The object, on one line, without a line end.
pub fn text(envelope: &Envelope<'_>) -> String {
    written(envelope, Parts::of(envelope.command, &envelope.body))
}

fn written(envelope: &Envelope<'_>, body: Parts<'_>) -> String {
    let document = Document {
        dbm: env!("CARGO_PKG_VERSION"),
        command: Some(envelope.command).filter(|command| !command.is_empty()),
        exit_code: envelope.exit_code,
        version: envelope.state.and_then(|state| state.version),
        dirty: envelope.state.map(|state| state.dirty),
        body,
        warnings: &envelope.warnings,
        hints: &envelope.hints,
        error: envelope.error.map(|error| Trouble::of(error, envelope.exit_code)),
    };
    // Strings and numbers can always be written.
    serde_json::to_string(&document).unwrap_or_default()
}
