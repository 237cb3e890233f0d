//! What a command found out, for those who want it as one JSON object.

use std::time::Duration;

use dbm::{Event, Finding, LogEntry, Repair, State, Status, StatusRow};

use crate::render::json::{self, Envelope, RanFile};
use crate::render::{Printer, Said, findings};

/// What a command found out.
#[derive(Default)]
pub struct Answer {
    /// Where the row stands when it ends.
    pub state: Option<State>,
    /// What it was asked for.
    pub body: Body,
    /// The exit code where it is not that of the error.
    pub code: Option<u8>,
}

/// What a command was asked for.
#[derive(Default)]
pub enum Body {
    /// The row alone, or nothing came of it.
    #[default]
    Nothing,
    /// Files were to be run.
    Run(Ran),
    /// How things stand; and the rows to show.
    Status(Box<Status>, Vec<StatusRow>),
    /// What is wrong.
    Verify(Vec<Finding>),
    /// What happened.
    Log(Vec<LogEntry>),
    /// What was recorded.
    Repair(Vec<Repair>),
}

/// What became of a run.
#[derive(Default)]
pub struct Ran {
    /// Files that were run.
    pub files: Vec<RanFile>,
    /// How many are left, because it was stopped.
    pub left: usize,
    /// The database is newer than the folder.
    pub ahead: bool,
}

impl Ran {
    /// Hears what happens.
    pub fn hear(&mut self, event: &Event) {
        match event {
            Event::FromLog(file) => self.files.push(RanFile {
                version: file.version,
                direction: file.direction,
                name: file.name.clone(),
                took: Duration::ZERO,
                is_from_log: true,
            }),
            Event::Finished { file, read, ran } => {
                let took = *read + *ran;
                match self.files.last_mut() {
                    Some(last) if last.is_from_log && last.took.is_zero() => last.took = took,
                    _ => self.files.push(RanFile {
                        version: file.version,
                        direction: file.direction,
                        name: file.name.clone(),
                        took,
                        is_from_log: false,
                    }),
                }
            }
            Event::Ahead { .. } => self.ahead = true,
            _ => {}
        }
    }

    /// Takes out what was begun and did not finish.
    pub fn finished(mut self) -> Ran {
        self.files.retain(|file| !file.took.is_zero());
        self
    }
}

impl Answer {
    /// Prints it as one JSON object.
    pub fn print(
        &self,
        command: &str,
        exit_code: u8,
        printer: &Printer,
        error: Option<&anyhow::Error>,
    ) {
        let (rows, found): (Vec<&StatusRow>, Vec<json::Finding>) = match &self.body {
            Body::Status(_, rows) => (rows.iter().collect(), Vec::new()),
            Body::Verify(found) => {
                (Vec::new(), found.iter().map(|found| finding(found, printer.program())).collect())
            }
            _ => (Vec::new(), Vec::new()),
        };
        let body = match &self.body {
            Body::Nothing => json::Body::Nothing,
            Body::Run(ran) => {
                json::Body::Run { files: &ran.files, left: ran.left, ahead: ran.ahead }
            }
            Body::Status(status, _) => json::Body::Status(status, &rows),
            Body::Verify(_) => json::Body::Verify(&found),
            Body::Log(entries) => json::Body::Log(entries),
            Body::Repair(repairs) => json::Body::Repair(repairs),
        };
        let Said { warnings, hints } = printer.said();
        let state = self.state;
        json::print(&Envelope { command, exit_code, state, warnings, hints, error, body });
    }
}

/// A command line that means nothing, as one JSON object.
pub fn print_misuse(said: &str) {
    let first = said.lines().next().unwrap_or_default();
    let line = match (first.starts_with("Usage"), said.lines().last()) {
        (true, Some(last)) if last.starts_with("hint: ") => &last["hint: ".len()..],
        (true, _) => "no command",
        _ => first,
    };
    let error = anyhow::Error::msg(line.to_string());
    json::print(&Envelope {
        command: "",
        exit_code: 2,
        state: None,
        warnings: Vec::new(),
        hints: Vec::new(),
        error: Some(&error),
        body: json::Body::Nothing,
    });
}

fn finding(finding: &Finding, program: &str) -> json::Finding {
    json::Finding {
        kind: finding.kind.word().to_string(),
        version: finding.version,
        file: finding.file.clone(),
        line: finding.line,
        message: finding.message.clone(),
        remedy: findings::remedy(finding, program),
        is_note: finding.is_note,
    }
}
