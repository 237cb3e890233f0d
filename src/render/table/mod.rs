//! Tables for people, on standard output: `status`, `log` and `test`.

mod clock;
mod layout;
mod log;
mod pairs;
mod status;
#[cfg(test)]
mod tests;

use dbm::{LogEntry, PairProof, Status, StatusRow};

use crate::render::printer::Printer;
pub use clock::Clock;
pub use layout::Look;
pub use log::who;
pub use pairs::result;

/// Prints how the versions stand: the rows that a filter has left, and a summary of all.
pub fn status(printer: &Printer, status: &Status, rows: &[&StatusRow], look: &Look) {
    printer.answer(&status::text(status, rows, look, &Clock::here()));
}

/// Prints the log. The entries come as [`dbm::Migrator::log`] gives them: the newest first.
pub fn log(printer: &Printer, entries: &[LogEntry], look: &Look) {
    let lines: Vec<log::LogLine> = entries.iter().map(log::LogLine::from).collect();
    printer.answer(&log::whole(&lines, look, &Clock::here()));
}

/// Prints what came of pairs.
pub fn pairs(printer: &Printer, tried: &[&PairProof], look: &Look) {
    printer.answer(&pairs::whole(tried, look));
}
