//! How the versions stand, a line a version, and a summary below.

use std::time::{Duration, SystemTime};

use dbm::{Edit, Holder, LogContent, Standing, State, Status, StatusRow, Version};

use crate::render::format::{cut, place};
use crate::render::printer::{Colour, GREEN, RED, YELLOW, painted};
use crate::render::shown::shown_on_a_line;
use crate::render::table::clock::Clock;
use crate::render::table::layout::{
    Cells, Columns, Look, Step, UNKNOWN, duration, fit, known, lines,
};

fn columns() -> Columns {
    let heads = vec!["version", "name", "state", "applied", "took", "checksum"];
    Columns { heads, right: 0, name: 1, painted: 2 }
}

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

impl From<&StatusRow> for StatusLine {
    fn from(row: &StatusRow) -> StatusLine {
        StatusLine {
            version: row.version,
            name: row.name.clone(),
            facts: VersionFacts {
                standing: row.standing,
                edit: row.edit,
                is_down_edited: row.is_down_edited,
                is_missing: row.is_missing,
                has_no_down: row.has_no_down,
            },
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
    pub(super) fn of(rows: &[StatusLine]) -> Tally {
        let mut tally = Tally::default();
        for StatusLine { facts, at, .. } in rows {
            tally.pending += usize::from(facts.standing == Standing::Pending);
            tally.late += usize::from(facts.standing == Standing::Late);
            tally.edited += usize::from(facts.edit == Some(Edit::Substance));
            tally.missing += usize::from(facts.is_missing);
            tally.unlogged += usize::from(facts.standing == Standing::Applied && at.is_none());
        }
        tally
    }
}

/// One line on all versions: `at version 3: 1 pending, 1 late, 1 edited`.
pub(super) fn sentence(state: State, tally: &Tally) -> String {
    let place = place(state);
    let counts = [
        (tally.pending, "pending"),
        (tally.late, "late"),
        (tally.edited, "edited"),
        (tally.missing, "missing here"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, what)| format!("{count} {what}")).collect();
    let dirty = if state.dirty { "dirty " } else { "" };
    match (counts.is_empty(), state.dirty) {
        (false, _) => format!("{dirty}{place}: {}", counts.join(", ")),
        (true, true) => format!("{dirty}{place}: nothing pending"),
        (true, false) => format!("{place}: up to date"),
    }
}

/// A run in progress, on one line: `running (pid 2015, 40 s): /* 7_x.up.sql */ UPDATE …`.
fn running(holder: &Holder, look: &Look) -> String {
    let Holder { pid, elapsed, query, .. } = holder;
    let elapsed = elapsed.map(|elapsed| format!(", {}", Clock::length(elapsed.as_secs())));
    let query = shown_on_a_line(query);
    let line = format!("running (pid {pid}{}): {query}", elapsed.unwrap_or_default());
    look.width.map_or(line.clone(), |width| cut(&line, usize::from(width)))
}

/// What the log keeps.
pub(super) fn kept(log: LogContent) -> String {
    match log {
        LogContent::Texts => "log: the files' texts and checksums are kept",
        LogContent::Checksums => "log: the files' checksums are kept, and not their texts",
        LogContent::Off => "log: off; what was edited, late or adopted is not known",
    }
    .to_string()
}

/// What there is to say of the log's entries.
pub(super) fn remark(trouble: Option<&str>, tally: &Tally) -> Option<String> {
    if let Some(trouble) = trouble {
        return Some(format!(
            "the log cannot be read: {}; what was edited, late or adopted is not known",
            shown_on_a_line(trouble)
        ));
    }
    let (versions, them) = match tally.unlogged {
        0 => return None,
        1 => ("version is", "it"),
        _ => ("versions are", "them"),
    };
    Some(format!(
        "{} applied {versions} not in the log: another tool ran {them}, or there was no log; the \
         next up, down, goto or force adopts {them}",
        tally.unlogged
    ))
}

/// The words for a state, and their colours.
pub(super) fn words(facts: VersionFacts) -> Vec<(&'static str, Option<Colour>)> {
    let mut words = vec![match facts.standing {
        Standing::Applied => ("applied", Some(GREEN)),
        Standing::Adopted => ("adopted", Some(GREEN)),
        Standing::Recorded => ("recorded", Some(GREEN)),
        Standing::Pending => ("pending", Some(YELLOW)),
        Standing::Late => ("late", Some(RED)),
        Standing::Dirty => ("dirty", Some(RED)),
        _ => ("unknown", None),
    }];
    let marks = [
        (facts.edit == Some(Edit::Substance), "edited", Some(RED)),
        (facts.edit == Some(Edit::Cosmetic), "edited (comments only)", None),
        (facts.is_down_edited, "down edited", None),
        (facts.is_missing, "missing here", Some(RED)),
        (facts.has_no_down, "no down", None),
    ];
    words.extend(marks.into_iter().filter(|mark| mark.0).map(|(_, word, colour)| (word, colour)));
    words
}

/// The table and what stands below it.
pub(super) fn text(status: &Status, rows: &[&StatusRow], look: &Look, clock: &Clock) -> String {
    let is_all = rows.len() == status.rows.len();
    let rows: Vec<StatusLine> = rows.iter().map(|row| StatusLine::from(*row)).collect();
    let tally = match is_all {
        true => Tally::of(&rows),
        false => Tally::of(&status.rows.iter().map(StatusLine::from).collect::<Vec<_>>()),
    };
    let remark = remark(status.log_trouble.as_deref(), &tally);
    let running = status.running.iter().map(|holder| running(holder, look));
    let below = [
        Some(match status.rows.is_empty() && status.state == State::NONE {
            true => format!("{}: the folder has no migrations", place(State::NONE)),
            false => sentence(status.state, &tally),
        }),
        Some(kept(status.log)),
        remark.filter(|_| status.log != LogContent::Off),
    ];
    whole(&rows, running.chain(below.into_iter().flatten()), look, clock)
}

/// The lines, the table first.
pub(super) fn whole(
    rows: &[StatusLine],
    below: impl IntoIterator<Item = String>,
    look: &Look,
    clock: &Clock,
) -> String {
    let mut cells: Vec<Cells> = rows.iter().map(|row| cells(row, clock)).collect();
    let mut text = Vec::new();
    if !rows.is_empty() {
        let shorter = rows.iter().filter(|_| look.width.is_some());
        let without_ago = shorter.map(|row| applied(row, clock, false)).collect();
        let steps = vec![
            Step::Column("checksum"),
            Step::Shorter("applied", without_ago),
            Step::Column("took"),
            Step::AtLast("applied"),
        ];
        let mut columns = columns();
        fit(&mut columns, &mut cells, look, steps);
        text = lines(&columns, &cells, look);
        text.push(String::new());
    }
    text.extend(below);
    text.push(String::new());
    text.join("\n")
}

/// When it ran, and how long ago that is.
fn applied(row: &StatusLine, clock: &Clock, tells_ago: bool) -> String {
    let local = row.at.and_then(|at| Some((clock.local(at)?, clock.ago(at))));
    match local {
        Some((local, Some(ago))) if tells_ago => format!("{local} ({ago})"),
        Some((local, _)) => local,
        None => UNKNOWN.to_string(),
    }
}

fn cells(row: &StatusLine, clock: &Clock) -> Cells {
    let words = words(row.facts);
    let plain: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let coloured: Vec<String> = words.iter().map(|(word, paint)| painted(word, *paint)).collect();
    Cells {
        plain: vec![
            row.version.to_string(),
            known(row.name.as_deref()),
            plain.join(", "),
            applied(row, clock, true),
            duration(row.took),
            known(row.checksum.as_deref()),
        ],
        painted: coloured.join(", "),
    }
}
