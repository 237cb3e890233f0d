//! Writes lines for people to standard error, as golang-migrate does.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::Local;

/// Writes to standard error, which is where golang-migrate writes everything.
#[derive(Clone)]
pub struct Printer {
    program: String,
    verbose: bool,
    colour: bool,
    json: bool,
    /// What the JSON object repeats.
    said: Arc<Mutex<Said>>,
}

/// What was said beside golang-migrate's lines.
#[derive(Clone, Default)]
pub struct Said {
    /// Each without `warning: `.
    pub warnings: Vec<String>,
    /// Each without `hint: `.
    pub hints: Vec<String>,
}

impl Printer {
    /// For a program of this name; `json` for one that answers with a JSON object at the end.
    pub fn new(program: &str, verbose: bool, json: bool) -> Printer {
        let colour = std::io::stderr().is_terminal() && !is_plain();
        Printer { program: program.to_string(), verbose, colour, json, said: Arc::default() }
    }

    /// What we are called.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// Whether `-verbose` was given.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether there is to be a JSON object.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Hints and warnings so far.
    pub fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line that golang-migrate has too: with `-verbose`, behind the time.
    pub fn line(&self, text: &str) {
        match self.verbose {
            true => say(&format!("{} {text}", Local::now().format("%Y/%m/%d %H:%M:%S"))),
            false => say(text),
        }
    }

    /// A line that golang-migrate has with `-verbose` only.
    pub fn step(&self, text: &str) {
        if self.verbose {
            self.line(text);
        }
    }

    /// An error's line.
    pub fn error(&self, text: &str) {
        self.line(&format!("{} {text}", self.painted("error:", "1;31")));
    }

    /// A line of ours: something that may be wrong.
    pub fn warning(&self, text: &str) {
        self.warning_with(text, &[]);
    }

    /// The same with lines that explain it; all on one line in the JSON object.
    pub fn warning_with(&self, text: &str, details: &[String]) {
        self.said().warnings.push(match details {
            [] => text.to_string(),
            details => format!("{text} {}", details.join("; ")),
        });
        say(&format!("{} {text}", self.painted("warning:", "1;33")));
        details.iter().for_each(|line| self.detail(line));
    }

    /// A line of ours: what to know or to type.
    pub fn hint(&self, text: &str) {
        self.said().hints.push(text.to_string());
        say(&format!("{} {text}", self.painted("hint:", "1;36")));
    }

    /// Lines of ours that explain the one above.
    pub fn detail(&self, text: &str) {
        for line in text.lines() {
            say(&format!("  {line}"));
        }
    }

    /// Text in a colour, where colours are wanted.
    pub fn painted(&self, text: &str, colour: Colour) -> String {
        painted(text, self.colour.then_some(colour))
    }
}

/// A colour, as an SGR code.
pub type Colour = &'static str;
pub const RED: Colour = "31";
pub const GREEN: Colour = "32";
pub const YELLOW: Colour = "33";

/// Text in a colour.
pub fn painted(text: &str, colour: Option<Colour>) -> String {
    colour.map_or(text.to_string(), |code| format!("\x1b[{code}m{text}\x1b[0m"))
}

/// Whether no colours are wanted, terminal or not.
pub fn is_plain() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Prints a text as it is. A reader that has gone away is no reason to stop migrating.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
