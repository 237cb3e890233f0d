//! A pair for people: what was found, and the statements that the down file lacks.

use std::path::Path;
use std::time::Duration;

use dbm::text::printable_path;
use dbm::{PairOutcome, PairProof};

use crate::render::difference::changes;
use crate::render::differences::Line;
use crate::render::format::duration;
use crate::render::pairs::findings;
use crate::render::pairs::tried::Tried;
use crate::render::printer::{GREEN, Printer, RED, YELLOW, painted};
use crate::render::shown::{all_shown, shown};
use crate::render::table::Look;

/// A pair that failed, or that something else is to be said of; nothing for one that passed. Without
/// statements where they are shown otherwise.
pub fn failed(tried: &Tried, with_statements: bool, look: &Look) -> String {
    let Tried { pair, down, .. } = tried;
    let (word, colour) = match &pair.outcome {
        PairOutcome::Failed => ("failed:", RED),
        PairOutcome::Irreversible(_) => ("irreversible:", YELLOW),
        PairOutcome::Passed if !pair.findings.is_empty() => ("passed:", GREEN),
        _ => return String::new(),
    };
    let word = painted(word, look.colour.then_some(colour));
    let mut text = format!("{word} {}", shown(&format!("{} {}", pair.version, pair.name)));
    if let PairOutcome::Irreversible(why) = &pair.outcome
        && !why.is_empty()
    {
        text.push_str(&format!(": {}", shown(why)));
    }
    text.push('\n');
    let width = look.width.map(usize::from);
    for finding in &pair.findings {
        text.push_str(&block(&findings::lines(finding, width), "  ", look));
    }
    let statements = tried.statements();
    if with_statements && !statements.is_empty() {
        let path = printable_path(down);
        text.push_str(&match is_rewritten(pair) {
            true => format!("  what undoes the up file, for {path}:\n\n"),
            false => format!("  what is missing at the end of {path}:\n\n"),
        });
        // To be copied as they are: a line of a function's body must not be moved.
        for statement in statements {
            text.push_str(&format!("{}\n", all_shown(&statement)));
        }
        text.push('\n');
    }
    text
}

/// Whether the statements are all that the down file has to do, and not what it lacks.
pub fn is_rewritten(pair: &PairProof) -> bool {
    pair.findings.iter().any(|finding| matches!(findings::kind(finding), "down-failed" | "no-down"))
}

fn block(lines: &[Line], margin: &str, look: &Look) -> String {
    let line = |(colour, line): &Line| {
        let line = line.trim_end();
        format!("{margin}{}\n", painted(line, colour.filter(|_| look.colour)))
    };
    lines.iter().map(line).collect()
}

/// How many pairs failed, in a line: `30 of 124 pairs failed, 2 irreversible`.
pub fn conclusion(pairs: &[Tried], took: Duration) -> String {
    let count = |is_one: fn(&PairOutcome) -> bool| {
        pairs.iter().filter(|tried| is_one(&tried.pair.outcome)).count()
    };
    let failed = count(|outcome| *outcome == PairOutcome::Failed);
    let irreversible = count(|outcome| matches!(outcome, PairOutcome::Irreversible(_)));
    let skipped = count(|outcome| *outcome == PairOutcome::Skipped);
    let (all, noun) = (pairs.len(), if pairs.len() == 1 { "pair" } else { "pairs" });
    let passed = all - failed - irreversible - skipped;
    let mut text = match failed {
        0 if passed == all => format!("{all} {noun} passed"),
        0 => format!("{passed} of {all} {noun} passed"),
        failed => format!("{failed} of {all} {noun} failed"),
    };
    for (count, word) in [(irreversible, "irreversible"), (skipped, "skipped")] {
        if count > 0 {
            text.push_str(&format!(", {count} {word}"));
        }
    }
    format!("{text} ({})\n", duration(took))
}

/// Prints what changes in a file.
pub fn print_difference(
    printer: &Printer,
    path: &Path,
    (before, after): (&str, &str),
    look: &Look,
) {
    let path = printable_path(path);
    let old = if before.is_empty() { "/dev/null".to_string() } else { path.clone() };
    let mut text = format!("--- {}\n+++ {}\n", shown(&old), shown(&path));
    text.push_str(&block(&changes(before, after), "", look));
    printer.answer(&text);
}
