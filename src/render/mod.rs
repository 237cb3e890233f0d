//! Turns events, results and errors into lines for people.
//!
//! Lines that golang-migrate has too are printed as it prints them. What is ours begins with
//! `hint: ` or `warning: ` or is indented by two spaces, so that whoever reads the output with
//! a program can tell the two apart.

pub mod connecting;
pub mod difference;
pub mod error;
mod excerpt;
pub mod findings;
pub mod json;
mod log_events;
pub mod table;

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::Local;
use dbm::{Event, Holder, Leftovers};

pub use difference::print as difference;

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

    /// An error's line.
    pub fn error(&self, text: &str) {
        self.line(&format!("{} {text}", self.painted("error:", "1;31")));
    }

    /// A line of ours: something that may be wrong.
    pub fn warning(&self, text: &str) {
        self.keep(|said| said.warnings.push(text.to_string()));
        self.warned(text);
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

/// Prints what happens in a run.
pub fn event(printer: &Printer, event: &Event) {
    match event {
        Event::Waiting { holders, waited } => waiting(printer, holders, *waited),
        Event::Buffered(file) if printer.is_verbose() => {
            printer.line(&format!("Start buffering {}", file));
        }
        Event::Scheduled(file) if printer.is_verbose() => {
            printer.line(&format!("Scheduled {}", file));
        }
        Event::Started(file) if printer.is_verbose() => {
            printer.line(&format!("Read and execute {}", file));
        }
        Event::FellBack(file, reason) => printer.warning(&format!(
            "{} cannot run in one transaction ({reason}): it now runs statement by statement",
            file
        )),
        Event::Retrying { file, tries, of, pause, blockers } => {
            printer.warning(&format!(
                "{} waited in vain for a lock and was rolled back; try {tries} of {of} in {}",
                file,
                duration(*pause)
            ));
            for blocker in blockers {
                printer.detail(&format!("in its way: {}", described(blocker)));
            }
        }
        Event::GaveWay { file, waiters } => {
            printer.warning(&format!(
                "{} would wait for sessions that wait for our lock: they go first",
                file
            ));
            for waiter in waiters {
                printer.detail(&described(waiter));
            }
        }
        Event::Finished { file, read, ran } => printer.line(&match printer.is_verbose() {
            true => format!("Finished {} (read {}, ran {})", file, duration(*read), duration(*ran)),
            false => format!("{} ({})", file, duration(*read + *ran)),
        }),
        Event::Notice(notice) => {
            let text = match (&notice.detail, &notice.hint) {
                (Some(more), _) | (None, Some(more)) => format!("{} ({more})", notice.message),
                (None, None) => notice.message.clone(),
            };
            match notice.severity.as_str() {
                "WARNING" => printer.warning(&one_line(&text)),
                severity if printer.is_verbose() => {
                    printer.detail(&format!("{}: {text}", severity.to_lowercase()));
                }
                _ => {}
            }
        }
        Event::Stopped { left } => {
            let files = if *left == 1 { "file is" } else { "files are" };
            printer.hint(&format!(
                "stopped: {left} {files} left to run; the same command goes on from here"
            ));
        }
        event => log_events::print(printer, event),
    }
}

/// Says what `drop` has left in the schema.
pub fn leftovers(printer: &Printer, left: &Leftovers, all_objects: bool) {
    if let Some(table) = &left.version_table {
        printer.hint(&format!(
            "the version table {table} is in another schema and stands: {} force -1 empties it",
            printer.program()
        ));
    }
    if left.objects.is_empty() {
        return;
    }
    const MOST: usize = 20;
    let mut named: Vec<String> =
        left.objects.iter().take(MOST).map(|(kind, name)| format!("{kind} {name}")).collect();
    if left.objects.len() > MOST {
        named.push(format!("and {} more", left.objects.len() - MOST));
    }
    let advice = match all_objects {
        true => String::new(),
        false => format!(
            ": an up that creates them again fails; {} drop -all-objects takes them too",
            printer.program()
        ),
    };
    printer.hint(&format!("still in schema {}: {}{advice}", left.schema, named.join(", ")));
}

fn waiting(printer: &Printer, holders: &[Holder], waited: Duration) {
    let waited = duration(Duration::from_secs(waited.as_secs().max(1)));
    match holders {
        [] => printer.warning(&format!("waiting for the migration lock ({waited})")),
        holders => {
            let lines: Vec<String> = holders.iter().map(described).collect();
            let text = format!("waiting for the migration lock ({waited}), held by:");
            printer.keep(|said| said.warnings.push(format!("{text} {}", lines.join("; "))));
            printer.warned(&text);
            lines.iter().for_each(|line| printer.detail(line));
        }
    }
}

/// A session, in one line.
pub fn described(holder: &Holder) -> String {
    let application = match holder.application.as_str() {
        "" => String::new(),
        name => format!(" ({name})"),
    };
    let client = match holder.client.as_str() {
        "" => String::new(),
        address => format!(" from {address}"),
    };
    one_line(&format!(
        "pid {}{application}, user {}{client}, since {}: {}",
        holder.pid, holder.user, holder.since, holder.query
    ))
}

fn one_line(text: &str) -> String {
    text.split('\n').map(str::trim_end).collect::<Vec<_>>().join(" ")
}

/// A time as Go writes it, to a tenth of its unit: `850.1µs`, `5.3ms`, `1m2.5s`.
pub fn duration(time: Duration) -> String {
    let nanos = time.as_nanos();
    let tenths = |unit: u128| {
        let tenths = (nanos + unit / 20) / (unit / 10);
        match tenths % 10 {
            0 => (tenths / 10).to_string(),
            tenth => format!("{}.{tenth}", tenths / 10),
        }
    };
    match nanos {
        0 => "0s".to_string(),
        1..1_000 => format!("{nanos}ns"),
        1_000..999_950 => format!("{}µs", tenths(1_000)),
        999_950..999_950_000 => format!("{}ms", tenths(1_000_000)),
        999_950_000..59_950_000_000 => format!("{}s", tenths(1_000_000_000)),
        _ => {
            let seconds = (nanos + 500_000_000) / 1_000_000_000;
            let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
            match hours {
                0 => format!("{minutes}m{}s", seconds % 60),
                _ => format!("{hours}h{minutes}m{}s", seconds % 60),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_go_writes_them() {
        for (nanos, expected) in [
            (0, "0s"),
            (12, "12ns"),
            (850_120, "850.1µs"),
            (999_949, "999.9µs"),
            (999_951, "1ms"),
            (5_321_000, "5.3ms"),
            (23_000_000, "23ms"),
            (1_250_000_000, "1.3s"),
            (59_940_000_000, "59.9s"),
            (59_960_000_000, "1m0s"),
            (62_400_000_000, "1m2s"),
            (3_723_000_000_000, "1h2m3s"),
        ] {
            assert_eq!(duration(Duration::from_nanos(nanos)), expected);
        }
    }
}
