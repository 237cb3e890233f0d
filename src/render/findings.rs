//! What `verify` found, for people.

use std::io::Write;

use dbm::Finding;

use crate::render::Printer;

/// Prints each finding with its remedy, and how many there are, on standard output.
pub fn print(findings: &[Finding], printer: &Printer, with_database: bool) {
    let mut out = std::io::stdout().lock();
    // A reader that has gone away is no reason to fail.
    let _ = out.write_all(text(findings, printer.program(), with_database).as_bytes());
}

fn text(findings: &[Finding], program: &str, with_database: bool) -> String {
    let mut text = String::new();
    for finding in findings {
        let place = match (&finding.file, finding.line) {
            (Some(file), Some(line)) => format!("{file}:{line}: "),
            (Some(file), None) => format!("{file}: "),
            _ => String::new(),
        };
        let note = if finding.is_note { "note: " } else { "" };
        text.push_str(&format!("{note}{place}{} [{}]\n", finding.message, finding.kind));
        text.push_str(&format!("  {}\n", remedy(&finding.remedy, program)));
    }
    let wrong = findings.iter().filter(|finding| !finding.is_note).count();
    let place = match with_database {
        true => "the folder and the database",
        false => "the folder (no database was looked at)",
    };
    text.push_str(&match wrong {
        0 => format!("nothing is wrong in {place}\n"),
        1 => format!("1 problem found in {place}\n"),
        count => format!("{count} problems found in {place}\n"),
    });
    text
}

/// Remedies call the program by its name; it may go by another.
fn remedy(remedy: &str, program: &str) -> String {
    match program {
        "dbm" => remedy.to_string(),
        program => remedy.replace("dbm ", &format!("{program} ")),
    }
}
