//! One thing that was found of a pair, in lines for people, and in a word for programs.

use std::path::Path;

use dbm::snapshot::Change;
use dbm::text::printable_path;
use dbm::{Cause, Error, LostData, PairFinding, PairOutcome, PairProof, ServerError};

use crate::render::differences::{self, Heads, Line};
use crate::render::excerpt::excerpt;
use crate::render::format::one_line;
use crate::render::message::message;
use crate::render::pairs::tried::Tried;
use crate::render::shown::shown;

/// After the down file, beside what was there before the up file.
const AFTER_DOWN: Heads = Heads { added: "left behind", missing: "missing", changed: "changed" };

/// After the second up file, beside the first.
const UP_AGAIN: Heads = Heads {
    added: "new after the second up",
    missing: "missing after the second up",
    changed: "changed by the second up",
};

/// A word for it, which stays.
pub fn kind(finding: &PairFinding) -> &'static str {
    match finding {
        PairFinding::UpFailed(_) => "up-failed",
        PairFinding::NoDown => "no-down",
        PairFinding::SeedFailed { .. } => "seed-failed",
        PairFinding::CheckFailed { .. } => "check-failed",
        PairFinding::DataLost(_) => "data-lost",
        PairFinding::DownFailed(_) => "down-failed",
        PairFinding::UpAgainFailed(_) => "up-again-failed",
        PairFinding::NotUndone(difference) | PairFinding::UpAgainDiffers(difference)
            if matches!(difference.change, Change::Order { .. }) =>
        {
            "column-order"
        }
        PairFinding::NotUndone(difference) => match difference.change {
            Change::Added(_) => "left-behind",
            Change::Missing(_) => "missing",
            _ => "changed",
        },
        PairFinding::UpAgainDiffers(_) => "up-again-differs",
        _ => "other",
    }
}

/// The lines of it, the first one without indentation; `width` is the terminal's.
pub fn lines(finding: &PairFinding, width: Option<usize>) -> Vec<Line> {
    match finding {
        PairFinding::UpFailed(error) => failure("the up file failed", error, width),
        PairFinding::NoDown => vec![(None, "there is no down file".to_string())],
        PairFinding::SeedFailed { file, cause } => {
            vec![(
                None,
                shown(&format!("the seed file failed: {cause} ({})", printable_path(file))),
            )]
        }
        PairFinding::CheckFailed { file, line, sql, said } => {
            let place = format!("{}:{line}", printable_path(file));
            let mut lines = vec![(None, shown(&format!("check failed: it {said} ({place})")))];
            lines.extend(shown(sql).lines().map(|line| (None, format!("  {line}"))));
            lines
        }
        PairFinding::DataLost(lost) => data_lost(lost),
        PairFinding::DownFailed(error) => failure("the down file failed", error, width),
        PairFinding::NotUndone(difference) => differences::lines(difference, &AFTER_DOWN),
        PairFinding::UpAgainFailed(error) => {
            failure("the up file failed when it ran again, after the down file", error, width)
        }
        PairFinding::UpAgainDiffers(difference) => differences::lines(difference, &UP_AGAIN),
        _ => Vec::new(),
    }
}

/// The same as one text without colours.
pub fn text(finding: &PairFinding) -> String {
    let lines: Vec<String> = lines(finding, None).into_iter().map(|(_, line)| line).collect();
    lines.join("\n")
}

fn data_lost(lost: &LostData) -> Vec<Line> {
    let LostData { table, rows_before, rows_after, columns, .. } = lost;
    let mut lines = vec![(None, shown(&format!("data: table {table}")))];
    if rows_before != rows_after {
        lines.push((None, format!("  rows: {rows_before} -> {rows_after}")));
    }
    for (column, rows) in columns {
        let rows = match rows {
            1 => "1 row".to_string(),
            rows => format!("{rows} rows"),
        };
        lines.push((None, shown(&format!("  column {column}: other values in {rows}"))));
    }
    lines
}

/// Why a down file failed, on one line; nothing where it did not.
pub fn why_down_failed(pair: &PairProof) -> Option<String> {
    pair.findings.iter().find_map(|finding| match finding {
        PairFinding::DownFailed(Error::Failed(failure)) => {
            Some(one_line(&failure.cause.to_string()))
        }
        PairFinding::DownFailed(error) => Some(one_line(&error.to_string())),
        _ => None,
    })
}

/// A file that failed: what the server said, and where.
fn failure(head: &str, error: &Error, width: Option<usize>) -> Vec<Line> {
    let said = message(error, true);
    let said = said.strip_prefix("migration failed: ").unwrap_or(&said);
    let mut lines = vec![shown(&format!("{head}: {said}"))];
    if let Error::Failed(failure) = error {
        let in_body = failure.in_body.as_ref();
        let in_body =
            in_body.filter(|body| failure.at.as_ref().is_none_or(|at| at.line != body.line));
        for at in failure.at.iter().chain(in_body) {
            lines.extend(
                excerpt(at, width.map(|width| width.saturating_sub(2))).map(|l| format!("  {l}")),
            );
        }
        if let Cause::Server(error) = &failure.cause {
            lines.extend(extras(error).iter().flat_map(|text| {
                let lines = shown(text);
                lines.lines().map(|line| format!("  {line}")).collect::<Vec<_>>()
            }));
        }
    }
    lines.into_iter().map(|line| (None, line)).collect()
}

fn extras(error: &ServerError) -> Vec<String> {
    let hint = error.hint.as_ref().map(|hint| format!("HINT: {hint}"));
    let context = error.context.as_ref().map(|context| format!("CONTEXT: {context}"));
    hint.into_iter().chain(context).chain([format!("SQLSTATE: {}", error.code)]).collect()
}

/// In which file, and in which line of it.
pub fn file<'a>(finding: &'a PairFinding, tried: &'a Tried) -> (&'a Path, Option<usize>) {
    let at = |error: &Error| match error {
        Error::Failed(failure) => failure.at.as_ref().map(|at| at.line),
        _ => None,
    };
    match finding {
        PairFinding::UpFailed(error) | PairFinding::UpAgainFailed(error) => (&tried.up, at(error)),
        PairFinding::NoDown | PairFinding::UpAgainDiffers(_) => (&tried.up, None),
        PairFinding::SeedFailed { file, .. } => (file, None),
        PairFinding::CheckFailed { file, line, .. } => (file, Some(*line)),
        PairFinding::DownFailed(error) => (&tried.down, at(error)),
        _ => (&tried.down, None),
    }
}

/// What was found of a pair, in a few words: `2 left behind, 1 missing`.
pub fn summary(pair: &PairProof) -> String {
    match &pair.outcome {
        PairOutcome::Irreversible(why) => return why.clone(),
        PairOutcome::Skipped => return "an up file below it fails".to_string(),
        _ => {}
    }
    let count = |words: &str| pair.findings.iter().filter(|finding| kind(finding) == words).count();
    let mut parts = Vec::new();
    for (words, said) in [
        ("up-failed", "the up file fails"),
        ("seed-failed", "the seed file fails"),
        ("no-down", "no down file"),
        ("down-failed", "the down file fails"),
        ("up-again-failed", "the up file fails the second time"),
    ] {
        if count(words) > 0 {
            parts.push(said.to_string());
        }
    }
    for (words, one, many) in [
        ("left-behind", "left behind", "left behind"),
        ("missing", "missing", "missing"),
        ("changed", "changed", "changed"),
        ("up-again-differs", "differs the second time", "differ the second time"),
        ("check-failed", "failed check", "failed checks"),
        ("data-lost", "table with other data", "tables with other data"),
        (
            "column-order",
            "table with another order of columns",
            "tables with another order of columns",
        ),
    ] {
        match count(words) {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            count => parts.push(format!("{count} {many}")),
        }
    }
    parts.join(", ")
}
