//! What `verify` found, as a GitHub workflow reads it: `::error file=…,line=…,title=…::message`.
//!
//! The format is that of GitHub's "Workflow commands". What a database has is no line of a file, and
//! is annotated without one.

use std::path::{Component, Path, PathBuf};

use dbm::Finding;

use crate::render::findings::{Place, remedy, summary};
use crate::render::printer::Printer;

/// Prints a line for each finding, and how many there are.
pub fn print(findings: &[Finding], printer: &Printer, place: &Place, with_database: bool) {
    let folder = within(place.folder, &here());
    let mut text = String::new();
    for finding in findings {
        let Finding { file, line, kind, message, is_note, .. } = finding;
        let severity = if *is_note { "notice" } else { "error" };
        let file = file.as_ref().map(|file| folder.join(file).to_string_lossy().into_owned());
        let title = Some(format!("dbm verify ({kind})"));
        let properties = [("file", file), ("line", line.map(|n| n.to_string())), ("title", title)];
        let message = format!("{message}\n{}", remedy(finding, place));
        text.push_str(&command(severity, &properties, &message));
        text.push('\n');
    }
    text.push_str(&summary(findings, with_database));
    printer.answer(&text);
}

/// An annotation for a file, at a line of it, as one line of output.
pub fn annotation(
    severity: &str,
    file: Option<&Path>,
    line: Option<usize>,
    title: &str,
    text: &str,
) -> String {
    let file = file.map(|file| within(file, &here()).to_string_lossy().into_owned());
    let line = line.map(|line| line.to_string());
    let properties = [("file", file), ("line", line), ("title", Some(title.to_string()))];
    format!("{}\n", command(severity, &properties, text))
}

fn here() -> PathBuf {
    std::env::current_dir().unwrap_or_default()
}

/// Prints what was not checked.
pub fn warning(printer: &Printer, text: &str) {
    let title = Some("dbm verify".to_string());
    printer.answer(&format!("{}\n", command("warning", &[("title", title)], text)));
}

/// GitHub knows files by their paths within the repository, where a step starts.
fn within(folder: &Path, here: &Path) -> PathBuf {
    let below = folder.strip_prefix(here).unwrap_or(folder);
    below.components().filter(|part| *part != Component::CurDir).collect()
}

/// A workflow command.
fn command(severity: &str, properties: &[(&str, Option<String>)], message: &str) -> String {
    let written = properties.iter().filter_map(|(name, value)| {
        Some(format!("{name}={}", escaped(value.as_ref()?).replace(':', "%3A").replace(',', "%2C")))
    });
    let properties = written.collect::<Vec<_>>().join(",");
    format!("::{severity} {properties}::{}", escaped(message))
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_would_read_is_escaped() {
        let properties = [("file", Some("a,b:c%\n.sql".to_string())), ("line", None)];
        assert_eq!(
            command("error", &properties, "100%: a, b\r\nc"),
            "::error file=a%2Cb%3Ac%25%0A.sql::100%25: a, b%0D%0Ac"
        );
    }

    #[test]
    fn files_are_named_from_where_the_step_starts() {
        for (folder, named) in [
            ("db/migrations", "db/migrations"),
            ("./db", "db"),
            ("/repo/db", "db"),
            ("/other/db", "/other/db"),
            (".", ""),
            ("../db", "../db"),
        ] {
            assert_eq!(within(Path::new(folder), Path::new("/repo")), Path::new(named), "{folder}");
        }
    }
}
