//! How a table looks: columns, widths, colours.
//!
//! Each row is one line: what is in a cell has no line ends, and where a name is too long for the
//! terminal it is cut. Written here, for a table may have a hundred thousand rows, and to pad and cut is
//! all there is to it.

use std::io::IsTerminal;
use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use crate::render::format::cut;
use crate::render::printer::is_plain;
use crate::render::shown::shown_on_a_line;

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

/// What is not known.
pub const UNKNOWN: &str = "-";
/// A name is not cut shorter than this.
const SHORTEST_NAME: usize = 12;
/// Between columns.
const GAP: &str = "  ";

/// The columns of a table. The one that may be cut is `name`; those behind all that are named here may
/// be left out.
pub struct Columns {
    pub heads: Vec<&'static str>,
    /// Numbers.
    pub right: usize,
    /// May be cut.
    pub name: usize,
    /// Has colours.
    pub painted: usize,
}

/// A row: its cells, and one of them again with its colours.
pub struct Cells {
    pub plain: Vec<String>,
    pub painted: String,
}

/// The lines of a table, the heads first: as many as there are rows, and one.
pub fn lines(columns: &Columns, rows: &[Cells], look: &Look) -> Vec<String> {
    let mut widths = widths(columns, rows);
    if let Some(room) = room(columns, &widths, look)
        && let Some(name) = widths.get_mut(columns.name)
    {
        *name = room.min(*name);
    }
    let heads: Vec<String> = columns.heads.iter().map(|head| head.to_string()).collect();
    let heads = line(columns, &widths, &heads, None);
    let rows = rows.iter().map(|row| {
        line(columns, &widths, &row.plain, Some(row.painted.as_str()).filter(|_| look.colour))
    });
    std::iter::once(heads).chain(rows).collect()
}

/// One line: each cell as wide as its column, the name cut to it. A painted cell takes the place of a
/// plain one that is as wide.
fn line(columns: &Columns, widths: &[usize], cells: &[String], painted: Option<&str>) -> String {
    let mut line = String::new();
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let name = (index == columns.name).then(|| cut(cell, *width));
        let cell = name.as_deref().unwrap_or(cell);
        let shown = painted.filter(|_| index == columns.painted).unwrap_or(cell);
        let spaces = " ".repeat(width.saturating_sub(cell.width()));
        let (before, behind) = match index == columns.right {
            true => (spaces.as_str(), ""),
            false => ("", spaces.as_str()),
        };
        let gap = if index == 0 { "" } else { GAP };
        line.extend([gap, before, shown, behind]);
    }
    line.truncate(line.trim_end().len());
    line
}

/// What is left out of a table that is too wide, in this order. Then names are cut.
pub enum Step {
    /// This column.
    Column(&'static str),
    /// A part of each cell of this column; these are the cells without it.
    Shorter(&'static str, Vec<String>),
    /// This column, but only where the table is too wide even with names cut as far as they may be.
    AtLast(&'static str),
}

/// Leaves out what does not fit the terminal; nothing where there is none.
pub fn fit(columns: &mut Columns, rows: &mut [Cells], look: &Look, steps: Vec<Step>) {
    let Some(width) = look.width.map(usize::from) else { return };
    for step in steps {
        let (names, others) = of_names(columns, &widths(columns, rows));
        let name = match &step {
            Step::Column(name) | Step::Shorter(name, _) if names + others > width => name,
            Step::AtLast(name) if names.min(SHORTEST_NAME) + others > width => name,
            _ => continue,
        };
        let Some(index) = columns.heads.iter().position(|head| head == name) else { continue };
        if let Step::Shorter(_, cells) = step {
            for (row, cell) in rows.iter_mut().zip(cells) {
                row.plain[index] = cell;
            }
        } else {
            columns.heads.remove(index);
            rows.iter_mut().for_each(|row| drop(row.plain.remove(index)));
        }
    }
}

/// How wide the name's column may be; `None` for as wide as it is.
fn room(columns: &Columns, widths: &[usize], look: &Look) -> Option<usize> {
    let (_, others) = of_names(columns, widths);
    Some(usize::from(look.width?).saturating_sub(others).max(SHORTEST_NAME))
}

/// How wide each column has to be.
fn widths(columns: &Columns, rows: &[Cells]) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.heads.iter().map(|head| head.width()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(&row.plain) {
            *width = cell.width().max(*width);
        }
    }
    widths
}

/// How wide the longest name is, and all other columns with the gaps between them.
fn of_names(columns: &Columns, widths: &[usize]) -> (usize, usize) {
    let names = widths.get(columns.name).copied().unwrap_or(0);
    let gaps = GAP.len() * widths.len().saturating_sub(1);
    (names, widths.iter().sum::<usize>() - names + gaps)
}

/// A text that may not be known, for a cell.
pub fn known(text: Option<&str>) -> String {
    match text {
        None | Some("") => UNKNOWN.to_string(),
        Some(text) => shown_on_a_line(text),
    }
}

/// A duration for a cell.
pub fn duration(took: Option<Duration>) -> String {
    took.map_or(UNKNOWN.to_string(), crate::render::format::duration)
}
