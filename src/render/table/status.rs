//! How the versions stand, a line a version, and a summary below.

use std::fmt::Display;
use std::time::{Duration, SystemTime};

use chrono::TimeZone;
use dbm::text::printable;
use dbm::{Edit, Standing, State, Status, StatusRow, Version};

use crate::render::table::clock::Clock;
use crate::render::table::layout::{
    Cells, Columns, Look, Paint, UNKNOWN, duration, known, least, lines, painted,
};

const COLUMNS: Columns<'_> = Columns {
    heads: &["version", "name", "state", "applied", "took", "checksum"],
    right: 0,
    name: 1,
    painted: 2,
};

/// What is told of a version.
#[derive(Clone, Debug)]
pub(super) struct StatusLine {
    pub version: Version,
    pub name: Option<String>,
    pub facts: VersionFacts,
    pub at: Option<SystemTime>,
    pub took: Option<Duration>,
    pub checksum: Option<String>,
}

/// How a version stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct VersionFacts {
    pub standing: Standing,
    pub edit: Option<Edit>,
    pub is_down_edited: bool,
    pub is_missing: bool,
    pub has_no_down: bool,
}

impl From<&StatusRow> for VersionFacts {
    fn from(row: &StatusRow) -> VersionFacts {
        VersionFacts {
            standing: row.standing,
            edit: row.edit,
            is_down_edited: row.is_down_edited,
            is_missing: row.is_missing,
            has_no_down: row.has_no_down,
        }
    }
}

impl From<&StatusRow> for StatusLine {
    fn from(row: &StatusRow) -> StatusLine {
        StatusLine {
            version: row.version,
            name: row.name.clone(),
            facts: row.into(),
            at: row.at,
            took: row.took,
            checksum: row.checksum.map(|checksum| checksum.short()),
        }
    }
}

/// How many versions are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub pending: usize,
    pub late: usize,
    pub edited: usize,
    pub missing: usize,
    /// Applied, and the log has no entry.
    pub unlogged: usize,
}

impl Tally {
    /// Counts rows: how each stands, and whether the log tells when it ran.
    pub(super) fn of(rows: impl IntoIterator<Item = (VersionFacts, bool)>) -> Tally {
        let mut tally = Tally::default();
        for (facts, is_logged) in rows {
            tally.pending += usize::from(facts.standing == Standing::Pending);
            tally.late += usize::from(facts.standing == Standing::Late);
            tally.edited += usize::from(facts.edit == Some(Edit::Substance));
            tally.missing += usize::from(facts.is_missing);
            tally.unlogged += usize::from(facts.standing == Standing::Applied && !is_logged);
        }
        tally
    }

    fn of_status(status: &Status) -> Tally {
        Tally::of(status.rows.iter().map(|row| (row.into(), row.at.is_some())))
    }
}

/// One line on all versions: `at version 3: 1 pending, 1 late, 1 edited`.
pub(super) fn sentence(state: State, tally: &Tally) -> String {
    let place = match state.version {
        Some(version) => format!("at version {version}"),
        None => "at no version".to_string(),
    };
    let counts = [
        (tally.pending, "pending"),
        (tally.late, "late"),
        (tally.edited, "edited"),
        (tally.missing, "missing here"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    match (state.dirty, counts.as_slice()) {
        (true, []) => format!("dirty {place}: nothing pending"),
        (true, counts) => format!("dirty {place}: {}", counts.join(", ")),
        (false, []) => format!("{place}: nothing to do"),
        (false, counts) => format!("{place}: {}", counts.join(", ")),
    }
}

/// What there is to say of the log.
pub(super) fn remark(trouble: Option<&str>, tally: &Tally) -> Option<String> {
    if let Some(trouble) = trouble {
        return Some(format!(
            "the log cannot be read: {}; what was edited, late or adopted is not known",
            printable(trouble)
        ));
    }
    match tally.unlogged {
        0 => None,
        1 => Some(
            "1 applied version is not in the log: another tool ran it, or there was no log; \
             the next up, down, goto or force adopts it"
                .to_string(),
        ),
        count => Some(format!(
            "{count} applied versions are not in the log: another tool ran them, or there was no log; \
             the next up, down, goto or force adopts them"
        )),
    }
}

/// The words for a state, and their colours.
pub(super) fn words(facts: VersionFacts) -> Vec<(&'static str, Option<Paint>)> {
    let mut words = vec![match facts.standing {
        Standing::Applied => ("applied", Some(Paint::Green)),
        Standing::Adopted => ("adopted", Some(Paint::Green)),
        Standing::Pending => ("pending", Some(Paint::Yellow)),
        Standing::Late => ("late", Some(Paint::Red)),
        Standing::Dirty => ("dirty", Some(Paint::Red)),
        _ => ("unknown", None),
    }];
    match facts.edit {
        Some(Edit::Substance) => words.push(("edited", Some(Paint::Red))),
        Some(Edit::Cosmetic) => words.push(("edited (comments only)", None)),
        _ => {}
    }
    if facts.is_down_edited {
        words.push(("down edited", None));
    }
    if facts.is_missing {
        words.push(("missing here", Some(Paint::Red)));
    }
    if facts.has_no_down {
        words.push(("no down", None));
    }
    words
}

/// The table and what stands below it.
pub(super) fn text<Z: TimeZone>(
    status: &Status,
    rows: &[&StatusRow],
    look: &Look,
    clock: &Clock<Z>,
) -> String
where
    Z::Offset: Display,
{
    let rows: Vec<StatusLine> = rows.iter().map(|row| StatusLine::from(*row)).collect();
    let tally = Tally::of_status(status);
    let below =
        [Some(sentence(status.state, &tally)), remark(status.log_trouble.as_deref(), &tally)];
    whole(&rows, below.into_iter().flatten(), look, clock)
}

/// The lines, the table first.
pub(super) fn whole<Z: TimeZone>(
    rows: &[StatusLine],
    below: impl IntoIterator<Item = String>,
    look: &Look,
    clock: &Clock<Z>,
) -> String
where
    Z::Offset: Display,
{
    let cells = |tells_ago| rows.iter().map(|row| cells(row, clock, tells_ago)).collect();
    let mut rows: Vec<Cells> = cells(true);
    if look.width.is_some_and(|width| least(&COLUMNS, &rows) > usize::from(width)) {
        rows = cells(false);
    }
    let mut text = match rows.is_empty() {
        true => Vec::new(),
        false => lines(&COLUMNS, &rows, look),
    };
    if !rows.is_empty() {
        text.push(String::new());
    }
    text.extend(below);
    text.push(String::new());
    text.join("\n")
}

fn cells<Z: TimeZone>(row: &StatusLine, clock: &Clock<Z>, tells_ago: bool) -> Cells
where
    Z::Offset: Display,
{
    let words = words(row.facts);
    let plain: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let coloured: Vec<String> = words.iter().map(|(word, paint)| painted(word, *paint)).collect();
    let applied =
        row.at.and_then(|at| match (clock.local(at), clock.ago(at).filter(|_| tells_ago)) {
            (Some(local), Some(ago)) => Some(format!("{local} ({ago})")),
            (local, _) => local,
        });
    Cells {
        plain: vec![
            row.version.to_string(),
            known(row.name.as_deref()),
            plain.join(", "),
            applied.unwrap_or_else(|| UNKNOWN.to_string()),
            duration(row.took),
            known(row.checksum.as_deref()),
        ],
        painted: coloured.join(", "),
    }
}
