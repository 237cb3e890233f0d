//! What a process left behind: its exit, its stdout, its stderr, and assertions on them.

use std::fmt;

use crate::support::mask;

/// The streams as they came, but for what commands in them begin with: there stands the program's name
/// alone. [`Output::masked`] has durations and timestamps replaced.
#[derive(Clone)]
pub struct Output {
    /// The command line, for messages.
    pub command: String,
    /// `None` when a signal ended it.
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// Both streams, with commands as they were printed.
    pub raw: String,
}

impl Output {
    /// stderr with durations and timestamps masked.
    pub fn masked(&self) -> String {
        mask::mask(&self.stderr)
    }

    /// [`Output::masked`] without the lines that are dbm's own.
    pub fn essence(&self) -> String {
        mask::without_additions(&self.masked())
    }

    /// The first line of stderr, empty when there is none.
    pub fn first_line(&self) -> &str {
        self.stderr.lines().next().unwrap_or_default()
    }

    #[track_caller]
    pub fn assert_status(&self, status: i32) -> &Self {
        assert_eq!(self.status, Some(status), "exit code\n{self}");
        self
    }

    /// stderr is this, but for dbm's own lines.
    #[track_caller]
    pub fn assert_essence(&self, expected: &str) -> &Self {
        assert_eq!(self.essence(), expected, "stderr without dbm's own lines\n{self}");
        self
    }

    /// The text stands somewhere in stderr.
    #[track_caller]
    pub fn assert_says(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "expected {text:?} in stderr\n{self}");
        self
    }

    /// The text stands in neither stream.
    #[track_caller]
    pub fn assert_silent_about(&self, text: &str) -> &Self {
        assert!(
            ![&self.stderr, &self.stdout, &self.raw].iter().any(|said| said.contains(text)),
            "expected no {text:?}\n{self}"
        );
        self
    }

    /// Some one line of stderr begins with `start` and contains `part`.
    #[track_caller]
    pub fn assert_line(&self, start: &str, part: &str) -> &Self {
        assert!(
            self.stderr.lines().any(|line| line.starts_with(start) && line.contains(part)),
            "expected a line {start:?}… with {part:?}\n{self}"
        );
        self
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "$ {}", self.command)?;
        match self.status {
            Some(status) => writeln!(f, "exit {status}")?,
            None => writeln!(f, "ended by a signal")?,
        }
        writeln!(f, "--- stdout\n{}--- stderr\n{}---", self.stdout, self.stderr)
    }
}
