//! Writes lines for people to standard error, as golang-migrate does.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::Local;

/// Writes to standard error, which is where golang-migrate writes everything.
#[derive(Clone)]
pub struct Printer {
    program: String,
    verbose: bool,
    colour: bool,
    /// Where hints and warnings are kept for the JSON object, if there is to be one.
    said: Option<Arc<Mutex<Said>>>,
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
        let terminal = std::io::stderr().is_terminal();
        let said = json.then(Arc::default);
        let program = program.to_string();
        Printer { program, verbose, colour: terminal && !is_plain(), said }
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
        self.said.is_some()
    }

    /// Hints and warnings so far, where there is to be a JSON object.
    pub fn said(&self) -> Said {
        let said = self.said.as_ref();
        said.map(|said| said.lock().unwrap_or_else(PoisonError::into_inner).clone())
            .unwrap_or_default()
    }

    fn keep(&self, keep: impl FnOnce(&mut Said)) {
        if let Some(said) = &self.said {
            keep(&mut said.lock().unwrap_or_else(PoisonError::into_inner));
        }
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
        self.keep(|said| said.warnings.push(text.to_string()));
        self.warned(text);
    }

    /// The same with lines that explain it; all on one line in the JSON object.
    pub fn warning_with(&self, text: &str, details: &[String]) {
        let one_line = format!("{text} {}", details.join("; "));
        self.keep(|said| said.warnings.push(one_line.trim_end().to_string()));
        self.warned(text);
        details.iter().for_each(|line| self.detail(line));
    }

    fn warned(&self, text: &str) {
        say(&format!("{} {text}", self.painted("warning:", "1;33")));
    }

    /// A line of ours: what to know or to type.
    pub fn hint(&self, text: &str) {
        self.keep(|said| said.hints.push(text.to_string()));
        say(&format!("{} {text}", self.painted("hint:", "1;36")));
    }

    /// Lines of ours that explain the one above.
    pub fn detail(&self, text: &str) {
        for line in text.lines() {
            say(&format!("  {line}"));
        }
    }

    /// Text in a colour (an SGR code), where colours are wanted.
    pub fn painted(&self, text: &str, code: &str) -> String {
        match self.colour {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_string(),
        }
    }
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
