//! Writes lines for people to standard error, as golang-migrate does, and answers to standard output.
//!
//! Texts that are not ours, of files, of servers, of people, reach a terminal by [`shown`] alone: no
//! caller has to see to that. Colours are put around them afterwards.
//!
//! What could not be written is no reason to stop migrating; the exit code tells of it at the end. A
//! reader that has gone away (`dbm status | head -1`) wants no more, and that is no error.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use chrono::Local;
use dbm::text::go_reason;

use crate::render::invocation::Invocation;
use crate::render::progress::Progress;
use crate::render::shown::shown;

/// The exit code for a command line that cannot be read.
pub const USAGE: u8 = 2;

/// Writes to standard error, which is where golang-migrate writes everything, and to standard output.
#[derive(Clone)]
pub struct Printer {
    invocation: Arc<Invocation>,
    verbose: bool,
    colour: bool,
    json: bool,
    is_terminal: bool,
    progress: Progress,
    /// What the JSON object repeats.
    said: Arc<Mutex<Said>>,
    /// Whether a command was printed that is to be pasted.
    has_commands: Arc<AtomicBool>,
    /// What could not be written first, and why.
    unwritten: Arc<OnceLock<String>>,
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
    /// For a program that was called so; `json` where it answers with a JSON object at the end.
    pub fn new(invocation: Invocation, verbose: bool, json: bool) -> Printer {
        let is_terminal = std::io::stderr().is_terminal();
        let colour = is_terminal && !is_plain();
        Printer {
            invocation: Arc::new(invocation),
            verbose,
            colour,
            json,
            is_terminal,
            progress: Progress::default(),
            said: Arc::default(),
            has_commands: Arc::default(),
            unwritten: Arc::default(),
        }
    }

    /// What commands that can be pasted begin with: the program, and the flags that say which folder
    /// and database. Such a command stands at the end of its line, behind `: `.
    pub fn program(&self) -> &str {
        &self.invocation.start
    }

    /// The same command with one more flag, to be pasted.
    pub fn again(&self, flag: &str) -> String {
        self.invocation.again(flag)
    }

    /// The same command without a flag, to be pasted.
    pub fn without(&self, flag: &str) -> String {
        self.invocation.without(flag)
    }

    /// The same command with flags that say which folder or database, to be pasted.
    pub fn with_flags(&self, flags: &str) -> String {
        self.invocation.with_flags(flags)
    }

    /// What we are called, in a sentence.
    pub fn name(&self) -> &str {
        &self.invocation.name
    }

    /// Says behind all hints what commands among them leave out, if they do.
    pub fn hint_at_password(&self) {
        if let Some(variable) = self.invocation.lacks.filter(|_| self.has_commands.load(Relaxed)) {
            self.hint(&format!("commands are shown without the password: export {variable} first"));
        }
    }

    fn look_for_commands(&self, text: &str) {
        if text.contains(self.program()) {
            self.has_commands.store(true, Relaxed);
        }
    }

    /// Whether `-verbose` was given.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether there is to be a JSON object.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether standard error is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Columns of the terminal that standard error is; `None` where it is none, or does not say.
    pub fn width(&self) -> Option<usize> {
        let size = terminal_size::terminal_size_of(io::stderr()).filter(|_| self.is_terminal);
        size.map(|(terminal_size::Width(width), _)| usize::from(width))
    }

    /// How far a run is.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Hints and warnings so far.
    pub fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line that golang-migrate has too: with `-verbose`, behind the time.
    pub fn line(&self, text: &str) {
        self.line_with("", text);
    }

    fn line_with(&self, head: &str, text: &str) {
        match self.verbose {
            true => {
                self.ours(&format!("{} {head}", Local::now().format("%Y/%m/%d %H:%M:%S")), text)
            }
            false => self.ours(head, text),
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
        self.line_with(&self.painted("error: ", "1;31"), text);
    }

    /// A line of ours: something that may be wrong.
    pub fn warning(&self, text: &str) {
        self.warning_with(text, &[]);
    }

    /// The same with lines that explain it; all on one line in the JSON object.
    pub fn warning_with(&self, text: &str, details: &[String]) {
        self.look_for_commands(text);
        self.said().warnings.push(match details {
            [] => text.to_string(),
            details => format!("{text} {}", details.join("; ")),
        });
        self.ours(&self.painted("warning: ", "1;33"), text);
        details.iter().for_each(|line| self.detail(line));
    }

    /// A line of ours: what to know or to type.
    pub fn hint(&self, text: &str) {
        self.look_for_commands(text);
        self.said().hints.push(text.to_string());
        self.ours(&self.painted("hint: ", "1;36"), text);
    }

    /// Lines of ours that explain the one above.
    pub fn detail(&self, text: &str) {
        self.painted_detail(text, None);
    }

    /// The same in a colour, where colours are wanted.
    pub fn painted_detail(&self, text: &str, colour: Option<Colour>) {
        for line in shown(text).lines() {
            let colour = colour.filter(|_| self.colour);
            self.say(&format!("  {}", painted(line, colour)));
        }
    }

    /// A text behind our own head.
    fn ours(&self, head: &str, text: &str) {
        self.say(&format!("{head}{}", shown(text)));
    }

    /// A text as it is, on standard error: one that is our own, or has been made fit for it.
    pub fn say(&self, text: &str) {
        self.note("error", self.progress.above(|| writeln!(io::stderr(), "{text}")));
    }

    /// The same on standard output.
    pub fn answer(&self, text: &str) {
        self.look_for_commands(text);
        self.note(
            "output",
            self.progress.above(|| {
                let mut out = io::stdout().lock();
                out.write_all(text.as_bytes()).and_then(|()| out.flush())
            }),
        );
    }

    fn note(&self, stream: &str, written: io::Result<()>) {
        if let Err(error) = written
            && error.kind() != ErrorKind::BrokenPipe
        {
            let reason = format!("cannot write to standard {stream}: {}", go_reason(&error));
            self.unwritten.get_or_init(|| reason);
        }
    }

    /// What becomes of an exit code where something could not be written so far. That a signal came,
    /// and that the command line cannot be read, counts for more.
    pub fn exit_code(&self, code: u8) -> u8 {
        if self.unwritten.get().is_some() && code < 128 && code != USAGE { 1 } else { code }
    }

    /// Says at the end what could not be written, where that can be said, and gives the exit code.
    pub fn close(&self, code: u8) -> u8 {
        if let Some(reason) = self.unwritten.get() {
            self.error(reason);
        }
        self.exit_code(code)
    }

    /// A word and the space behind it, in a colour where colours are wanted.
    fn painted(&self, head: &str, colour: Colour) -> String {
        format!("{} ", painted(head.trim_end(), self.colour.then_some(colour)))
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
