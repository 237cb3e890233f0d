//! Tables for people, on standard output: `status` and `log`.

mod clock;
mod layout;
mod log;
mod status;
#[cfg(test)]
mod tests;

use dbm::{LogEntry, Status, StatusRow};

use crate::render::printer::Printer;
pub use clock::Clock;
pub use layout::Look;
pub use log::who;

/// Prints how the versions stand: the rows that a filter has left, and a summary of all.
pub fn status(printer: &Printer, status: &Status, rows: &[&StatusRow], look: &Look) {
    printer.answer(&status::text(status, rows, look, &Clock::here()));
}

/// Prints the log. The entries come as [`dbm::Migrator::log`] gives them: the newest first.
pub fn log(printer: &Printer, entries: &[LogEntry], look: &Look) {
    let lines: Vec<log::LogLine> = entries.iter().map(log::LogLine::from).collect();
    printer.answer(&log::whole(&lines, look, &Clock::here()));
}
