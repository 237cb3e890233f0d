//! Asking a person before something that cannot be undone.

use std::io::BufRead;

use crate::render::printer::Printer;

/// Asks, and takes one word: only `y` or `Y` is yes.
pub fn confirmed(printer: &Printer, question: &str) -> bool {
    printer.line(question);
    let mut answer = String::new();
    // What cannot be read is no yes.
    let _ = std::io::stdin().lock().read_line(&mut answer);
    answer.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("y"))
}
