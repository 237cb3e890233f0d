//! Asking a person before something that cannot be undone.

use std::io::BufRead;

use crate::render::error::Complaint;
use crate::render::printer::Printer;

/// Asks, and takes one word: `y` is yes, and `yes`. Everything else is an error that says `declined`,
/// and is not called one. Where nobody can answer, a hint tells that `flag` does.
pub fn confirm(
    printer: &Printer,
    question: &str,
    declined: &str,
    flag: &str,
) -> Result<(), Complaint> {
    printer.line(question);
    let mut answer = String::new();
    // What cannot be read is no yes.
    let read = std::io::stdin().lock().read_line(&mut answer).unwrap_or_default();
    let word = answer.split_whitespace().next().unwrap_or_default();
    if ["y", "yes"].iter().any(|yes| word.eq_ignore_ascii_case(yes)) {
        return Ok(());
    }
    let complaint = Complaint::new(declined).bare();
    Err(match read {
        0 => complaint.hint(format!(
            "standard input is at its end, and nobody can answer; not to be asked: {}",
            printer.again(flag)
        )),
        _ => complaint,
    })
}
