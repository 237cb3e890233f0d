//! How lists and paragraphs are laid out: in colour on a terminal, and no wider than it is.

use std::io::IsTerminal;
use std::os::fd::AsFd;

use crate::render::printer::{Colour, is_plain, painted};

/// How a text is to look.
pub struct Page {
    /// Headings and names are coloured.
    pub colour: bool,
    /// Lines have at most so many columns.
    pub width: usize,
}

impl Page {
    /// As it should look there.
    pub fn of(stream: &(impl IsTerminal + AsFd)) -> Page {
        let is_terminal = stream.is_terminal();
        let size = is_terminal.then(|| terminal_size::terminal_size_of(stream)).flatten();
        let width = size.map_or(WIDTH, |(width, _)| usize::from(width.0));
        Page { colour: is_terminal && !is_plain(), width: width.clamp(NARROWEST, WIDTH) }
    }

    fn painted(&self, text: &str, colour: Colour) -> String {
        painted(text, self.colour.then_some(colour))
    }

    /// A heading.
    pub fn heading(&self, text: &str) -> String {
        self.painted(text, "1")
    }
}

/// Lines are no longer than this, and, on a narrow terminal, no shorter than that.
pub const WIDTH: usize = 80;
const NARROWEST: usize = 50;

/// A line of a list, and more lines where the text is too long for one.
pub fn row(call: &str, help: &str, column: usize, page: &Page) -> String {
    let help = wrapped(help, column, page);
    let name = page.painted(call, "36");
    match (column - 2).checked_sub(call.len()) {
        None | Some(0) => format!("  {name}\n{help}"),
        Some(gap) => format!("  {name}{:gap$}{}", "", help.trim_start()),
    }
}

/// The text in lines that begin at a column and end before the page does.
pub fn wrapped(text: &str, column: usize, page: &Page) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let length = column + line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && length > page.width {
            lines.push_str(&format!("{:column$}{line}\n", ""));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push_str(&format!("{:column$}{line}\n", ""));
    lines
}
