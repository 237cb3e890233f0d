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
/// So many rows are laid out at once: a table may have a hundred thousand.
const AT_ONCE: usize = 500;

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
    let heads: Vec<&str> = columns.heads.to_vec();
    let mut lines = laid_out(columns, &widths, [heads]);
    for some in rows.chunks(AT_ONCE) {
        let cells = some.iter().map(|row| row.plain.iter().map(String::as_str).collect());
        let mut some_lines = laid_out(columns, &widths, cells);
        if look.colour {
            for (line, row) in some_lines.iter_mut().zip(some) {
                paint(line, columns, row);
            }
        }
        lines.append(&mut some_lines);
    }
    lines
}

/// A line a row, each cell as wide as its column.
fn laid_out<'c>(
    columns: &Columns,
    widths: &[usize],
    rows: impl IntoIterator<Item = Vec<&'c str>>,
) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(NOTHING).set_truncation_indicator("…");
    // A cut is made where it must be, not at a space.
    table.set_delimiter('\0');
    for row in rows {
        let mut row = Row::from(row);
        row.max_height(1);
        table.add_row(row);
    }
    for (column, width) in table.column_iter_mut().zip(widths) {
        column.set_padding((0, GAP));
        // The padding is counted with it.
        let width = u16::try_from(*width).unwrap_or(u16::MAX).saturating_add(GAP);
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
    }
    if let Some(column) = table.column_mut(columns.right) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.lines().map(|line| line.trim_end().to_string()).collect()
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
