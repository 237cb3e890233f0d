//! Tables for people, on standard output: `status` and `log`.
//!
//! comfy-table pads and cuts; it draws nothing. Each row is one line: what is in a cell has no line
//! ends, and where a name is too long for the terminal it is cut. So a line can be painted, and
//! another put below it, afterwards: a colour within a cell would count as text there.

mod log;
mod status;
#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::io::{IsTerminal, Write as _};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Datelike, Local, TimeZone};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, Row, Table, Width};
use dbm::text::printable;
use dbm::{LogEntry, Status, StatusRow};

use crate::render::is_plain;

/// How it is to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Words that count are coloured.
    pub colour: bool,
    /// Columns of the terminal; `None` where there is none, and nothing is cut.
    pub width: Option<u16>,
}

impl Look {
    /// As it should look on standard output.
    pub fn of_stdout() -> Look {
        if !std::io::stdout().is_terminal() {
            return Look::default();
        }
        let width = terminal_size::terminal_size_of(std::io::stdout());
        Look { colour: !is_plain(), width: width.map(|(terminal_size::Width(width), _)| width) }
    }
}

/// Prints how the versions stand: the rows that a filter has left, and a summary of all.
pub fn status(status: &Status, rows: &[&StatusRow], look: &Look) {
    print(&status::text(status, rows, look, &Clock::here()));
}

/// Prints the log. The entries come as [`dbm::Migrator::log`] gives them: the newest first.
pub fn log(entries: &[LogEntry], look: &Look) {
    print(&log::text(entries, look, &Clock::here()));
}

/// A reader that has gone away is none of our business.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// What time it is, and where.
struct Clock<Z> {
    now: SystemTime,
    zone: Z,
}

impl Clock<Local> {
    fn here() -> Clock<Local> {
        Clock { now: SystemTime::now(), zone: Local }
    }
}

impl<Z: TimeZone> Clock<Z>
where
    Z::Offset: Display,
{
    /// `2026-11-20 23:10:01`, or nothing for a time that no calendar has.
    fn local(&self, at: SystemTime) -> Option<String> {
        let (before, since) = match at.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => (false, since),
            Err(error) => (true, error.duration()),
        };
        let seconds = i64::try_from(since.as_secs()).ok()?;
        let seconds = if before { seconds.checked_neg()? } else { seconds };
        let time = DateTime::from_timestamp(seconds, 0)?;
        let is_sane = (1..9999).contains(&time.year());
        is_sane.then(|| time.with_timezone(&self.zone).format("%Y-%m-%d %H:%M:%S").to_string())
    }

    /// `2 min ago`; nothing for what is to come. The server's clock may be a little ahead.
    fn ago(&self, at: SystemTime) -> Option<String> {
        const SKEW: u64 = 60;
        let seconds = match self.now.duration_since(at) {
            Ok(since) => since.as_secs(),
            Err(error) if error.duration().as_secs() < SKEW => 0,
            Err(_) => return None,
        };
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        Some(match (seconds, minutes, hours, days) {
            (0, ..) => "just now".to_string(),
            (1..60, ..) => format!("{seconds} s ago"),
            (_, 1..60, ..) => format!("{minutes} min ago"),
            (_, _, 1..48, _) => format!("{hours} h ago"),
            (_, _, _, 2..60) => format!("{days} days ago"),
            (_, _, _, 60..730) => format!("{} months ago", days / 30),
            _ => format!("{} years ago", days / 365),
        })
    }
}

/// What is not known.
const UNKNOWN: &str = "-";
/// A name is not cut shorter than this.
const SHORTEST_NAME: u16 = 12;
/// Spaces between columns.
const GAP: u16 = 2;

/// The columns of a table. The one that may be cut is `name`.
struct Columns<'a> {
    heads: &'a [&'a str],
    /// Numbers.
    right: usize,
    /// May be cut.
    name: usize,
    /// Has colours.
    painted: usize,
}

/// A row: its cells, and one of them again with its colours.
struct Cells {
    plain: Vec<String>,
    painted: String,
}

/// The lines of a table, the heads first: as many as there are rows, and one.
fn lines(columns: &Columns<'_>, rows: &[Cells], look: &Look) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(NOTHING).set_truncation_indicator("…").set_header(columns.heads.to_vec());
    // A cut is made where it must be, not at a space.
    table.set_delimiter('\0');
    for row in rows {
        let mut row = Row::from(row.plain.iter().map(String::as_str).collect::<Vec<_>>());
        row.max_height(1);
        table.add_row(row);
    }
    let widths = table.column_max_content_widths();
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    if let Some(column) = table.column_mut(columns.right) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    if let Some(room) = room(columns, &widths, look)
        && let Some(column) = table.column_mut(columns.name)
    {
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(room)));
    }
    let mut lines: Vec<String> = table.lines().map(|line| line.trim_end().to_string()).collect();
    if look.colour {
        for (line, row) in lines.iter_mut().skip(1).zip(rows) {
            paint(line, columns, row);
        }
    }
    lines
}

/// How narrow the table can be, with names cut as far as they may be. All other cells are of signs
/// that are one column wide.
fn least(columns: &Columns<'_>, rows: &[Cells]) -> usize {
    let width = |(index, head): (usize, &&str)| {
        let cells = rows.iter().filter_map(|row| row.plain.get(index));
        let widest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(head.len());
        let most = if index == columns.name { usize::from(SHORTEST_NAME) } else { widest };
        widest.min(most) + usize::from(GAP)
    };
    columns.heads.iter().enumerate().map(width).sum::<usize>().saturating_sub(usize::from(GAP))
}

/// How wide the name's column has to be; `None` for as wide as it is.
fn room(columns: &Columns<'_>, widths: &[u16], look: &Look) -> Option<u16> {
    let sum = |widths: &[u16]| widths.iter().fold(0, |sum: u16, one| sum.saturating_add(*one));
    let gaps = GAP.saturating_mul(u16::try_from(widths.len().saturating_sub(1)).ok()?);
    let name = widths.get(columns.name).copied()?;
    let others = sum(widths).saturating_sub(name).saturating_add(gaps);
    let room = look.width?.saturating_sub(others).max(SHORTEST_NAME);
    // The column's padding is counted with it.
    (room < name).then_some(room + GAP)
}

/// Puts the painted cell where the plain one is. It is looked for from the side on which no cell is
/// cut, over what stands between, so that no name can look like it.
fn paint(line: &mut String, columns: &Columns<'_>, row: &Cells) {
    let Some(plain) = row.plain.get(columns.painted) else { return };
    let start = match columns.painted < columns.name {
        true => row.plain[..=columns.painted].iter().try_fold((0, 0), |(_, from), cell| {
            let at = from + line.get(from..)?.find(cell.as_str())?;
            Some((at, at + cell.len()))
        }),
        false => {
            row.plain[columns.painted..].iter().rev().try_fold((0, line.len()), |(_, end), cell| {
                let at = line.get(..end)?.rfind(cell.trim_end())?;
                Some((at, at))
            })
        }
    };
    if let Some((start, _)) = start {
        line.replace_range(start..start + plain.len(), &row.painted);
    }
}

/// Colours, sober ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paint {
    Green,
    Yellow,
    Red,
}

/// A word in a colour.
fn painted(word: &str, paint: Option<Paint>) -> String {
    let code = match paint {
        None => return word.to_string(),
        Some(Paint::Green) => 32,
        Some(Paint::Yellow) => 33,
        Some(Paint::Red) => 31,
    };
    format!("\x1b[{code}m{word}\x1b[0m")
}

/// A text that may not be known, for a cell.
fn known(text: Option<&str>) -> String {
    match text {
        None | Some("") => UNKNOWN.to_string(),
        Some(text) => printable(text).into_owned(),
    }
}

/// A duration for a cell.
fn duration(took: Option<Duration>) -> String {
    took.map_or(UNKNOWN.to_string(), crate::render::duration)
}
