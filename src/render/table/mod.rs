//! Tables for people, on standard output: `status` and `log`.

mod clock;
mod layout;
mod log;
mod status;
#[cfg(test)]
mod tests;

use std::io::Write;

use dbm::{LogEntry, Status, StatusRow};

use clock::Clock;

pub use layout::Look;

/// Prints how the versions stand: the rows that a filter has left, and a summary of all.
pub fn status(status: &Status, rows: &[&StatusRow], look: &Look) {
    print(&status::text(status, rows, look, &Clock::here()));
}

/// Prints the log. The entries come as [`dbm::Migrator::log`] gives them: the newest first.
pub fn log(entries: &[LogEntry], look: &Look) {
    let lines: Vec<log::LogLine> = entries.iter().map(log::LogLine::from).collect();
    print(&log::whole(&lines, look, &Clock::here()));
}

/// A reader that has gone away is none of our business.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
