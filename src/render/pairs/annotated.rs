//! What was found of pairs, as a GitHub workflow reads it.

use std::path::Path;

use dbm::{PairFinding, PairOutcome};

use crate::render::annotations::annotation;
use crate::render::pairs::findings;
use crate::render::pairs::tried::Tried;

/// A file, and a line of it.
type Place<'a> = (&'a Path, Option<usize>);

/// A line for each thing that was found.
pub fn annotations(tried: &Tried) -> String {
    let pair = &tried.pair;
    let title = |kind: &str| format!("dbm test {} {} ({kind})", pair.version, pair.name);
    let mut text = String::new();
    // One for each file and line: GitHub shows ten of a step.
    let mut groups: Vec<(Place<'_>, Vec<&PairFinding>)> = Vec::new();
    for finding in &pair.findings {
        let place = findings::file(finding, tried);
        match groups.iter_mut().find(|(other, _)| *other == place) {
            Some((_, same)) => same.push(finding),
            None => groups.push((place, vec![finding])),
        }
    }
    for ((file, line), same) in groups {
        let is_note = same.iter().all(|finding| finding.is_note());
        let severity = if is_note { "notice" } else { "error" };
        let kinds: Vec<&str> = same.iter().map(|finding| findings::kind(finding)).collect();
        let kind = kinds.first().copied().unwrap_or_default();
        let mut message: Vec<String> = same.iter().map(|finding| findings::text(finding)).collect();
        if !pair.statements.is_empty() && file == tried.down {
            message.push("statements for the down file:".to_string());
            message.extend(tried.statements());
        }
        // A file that is not there has no lines.
        let line = line.or_else(|| file.exists().then_some(1));
        text.push_str(&annotation(severity, Some(file), line, &title(kind), &message.join("\n")));
    }
    if let PairOutcome::Irreversible(why) = &pair.outcome {
        let why = if why.is_empty() { "marked irreversible" } else { why };
        text.push_str(&annotation(
            "notice",
            Some(&tried.down),
            Some(1),
            &title("irreversible"),
            why,
        ));
    }
    text
}
