//! How a table looks: columns, widths, colours.
//!
//! comfy-table pads and cuts; it draws nothing. Each row is one line: what is in a cell has no line
//! ends, and where a name is too long for the terminal it is cut. So a line can be painted, and
//! another put below it, afterwards: a colour within a cell would count as text there.

use std::io::IsTerminal;
use std::time::Duration;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, Row, Table, Width};
use unicode_width::UnicodeWidthStr;

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
/// Spaces between columns.
const GAP: u16 = 2;

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
    let mut table = Table::new();
    table.load_style(NOTHING).set_truncation_indicator("…").set_header(columns.heads.clone());
    // A cut is made where it must be, not at a space.
    table.set_delimiter('\0');
    for row in rows {
        let mut row = Row::from(row.plain.iter().map(String::as_str).collect::<Vec<_>>());
        row.max_height(1);
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    if let Some(column) = table.column_mut(columns.right) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    if let Some(room) = room(columns, rows, look)
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
        let (names, others) = widths(columns, rows);
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

/// How wide the name's column has to be; `None` for as wide as it is.
fn room(columns: &Columns, rows: &[Cells], look: &Look) -> Option<u16> {
    let (names, others) = widths(columns, rows);
    let room = usize::from(look.width?).saturating_sub(others).max(SHORTEST_NAME);
    // The column's padding is counted with it.
    (room < names).then(|| u16::try_from(room).ok()?.checked_add(GAP))?
}

/// How wide the longest name is, and all other columns with the gaps between them.
fn widths(columns: &Columns, rows: &[Cells]) -> (usize, usize) {
    let width = |index: usize, head: &str| {
        let cells = rows.iter().filter_map(|row| row.plain.get(index));
        cells.map(|cell| cell.width()).max().unwrap_or(0).max(head.width())
    };
    let heads = columns.heads.iter().enumerate();
    let widths: Vec<usize> = heads.map(|(index, head)| width(index, head)).collect();
    let names = widths.get(columns.name).copied().unwrap_or(0);
    let gaps = usize::from(GAP) * widths.len().saturating_sub(1);
    (names, widths.iter().sum::<usize>() - names + gaps)
}

/// Puts the painted cell where the plain one is. It is looked for from the side on which no cell is
/// cut, over what stands between, so that no name can look like it.
fn paint(line: &mut String, columns: &Columns, row: &Cells) {
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
