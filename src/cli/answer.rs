//! What a command found out, for those who want it as one JSON object.

use std::time::Duration;

use crate::render::Printer;
use dbm::{Direction, Event, Finding, LogEntry, Repair, State, Status, StatusRow, Version};

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

/// A file that was run.
pub struct RanFile {
    /// Its version.
    pub version: Version,
    /// Up or down.
    pub direction: Direction,
    /// Its name; `None` where there is no such file.
    pub name: Option<String>,
    /// How long it took, with reading it.
    pub took: Duration,
    /// Its text was the log's.
    pub is_from_log: bool,
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
        let _ = (command, exit_code, printer, error);
    }
}
