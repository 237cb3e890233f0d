//! Asking a person before something that cannot be undone.

use std::io::BufRead;

use crate::render::error::Complaint;
use crate::render::printer::Printer;

/// Asks, and takes one word: only `y` or `Y` is yes. Everything else is an error that says
/// `declined`, and is not called one.
pub fn confirm(printer: &Printer, question: &str, declined: &str) -> Result<(), Complaint> {
    printer.line(question);
    let mut answer = String::new();
    // What cannot be read is no yes.
    let _ = std::io::stdin().lock().read_line(&mut answer);
    match answer.split_whitespace().next() {
        Some("y" | "Y") => Ok(()),
        _ => Err(Complaint::new(declined).bare()),
    }
}
