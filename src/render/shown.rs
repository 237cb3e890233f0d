//! Texts that are not ours, made fit for a terminal: of files, of servers, of people.
//!
//! A file's name may hold an escape sequence, and a server's message a megabyte. Lines stay lines, and
//! tabs stay tabs. The JSON object has all of it.

use std::borrow::Cow;

use dbm::text::printable;

use crate::render::format::{counted, tabbed};

/// Characters of a text that are shown at most, and lines.
const MOST: usize = 2_000;
const MOST_LINES: usize = 40;
/// As many of a longer one stand at the end, where messages tell the place, and the others at the
/// start.
const AT_END: usize = 500;
const LINES_AT_END: usize = 10;

/// The text with control characters escaped, and what is too long left out in the middle.
pub fn shown(text: &str) -> String {
    let text = text.trim_end_matches('\n');
    let gap = if text.contains('\n') { "\n" } else { " " };
    all_shown(&shortened(text, gap))
}

/// All of the text, with control characters escaped, and without a line end behind the last line.
pub fn all_shown(text: &str) -> String {
    let line = |line: &str| tabbed(line.strip_suffix('\r').unwrap_or(line), printable);
    let text = text.trim_end_matches('\n');
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// The same on one line: line ends and tabs are escaped, too.
pub fn shown_on_a_line(text: &str) -> String {
    printable(&shortened(text, " ")).into_owned()
}

fn shortened<'t>(text: &'t str, gap: &str) -> Cow<'t, str> {
    let Some((start, end)) = cut(text) else { return Cow::Borrowed(text) };
    let count = counted(text.chars().count());
    Cow::Owned(format!("{start}{gap}… ({count} characters) …{gap}{end}"))
}

/// What is shown of a text that is too long: its start and its end.
fn cut(text: &str) -> Option<(&str, &str)> {
    let is_long = text.char_indices().nth(MOST).is_some();
    let has_many_lines = text.match_indices('\n').nth(MOST_LINES - 1).is_some();
    if !is_long && !has_many_lines {
        return None;
    }
    // Where a limit is not reached, the text's own end is.
    let nth = |at: Option<(usize, &str)>, none: usize| at.map_or(none, |(at, _)| at);
    let lines = nth(text.match_indices('\n').nth(MOST_LINES - LINES_AT_END - 1), text.len());
    let chars = text.char_indices().nth(MOST - AT_END).map_or(text.len(), |(at, _)| at);
    let last_lines = nth(text.rmatch_indices('\n').nth(LINES_AT_END - 1), 0);
    let last_chars = text.char_indices().nth_back(AT_END - 1).map_or(0, |(at, _)| at);
    let start = &text[..lines.min(chars)];
    let end = &text[last_lines.max(last_chars).max(start.len())..];
    Some((start, end.strip_prefix('\n').unwrap_or(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_tabs_stay_and_the_rest_is_escaped() {
        assert_eq!(shown("a\tb\r\n\u{1b}[2J\u{9b}c\rd\n"), "a\tb\n\\u{1b}[2J\\u{9b}c\\rd");
        assert_eq!(shown("größe 数据"), "größe 数据");
        assert_eq!(shown_on_a_line("a\n\u{7}b\tc"), "a\\n\\u{7}b\\tc");
        assert_eq!(shown(""), "");
    }

    #[test]
    fn a_long_text_keeps_its_start_and_its_end() {
        let text = format!("{}{}", "ä".repeat(1_048_570), " file:1");
        let expected =
            format!("{} … (1,048,577 characters) … {} file:1", "ä".repeat(1_500), "ä".repeat(493));
        assert_eq!(shown(&text), expected);
        let most = "x".repeat(MOST);
        assert_eq!(shown(&most), most);
        assert_eq!(shown(&format!("{most}y")).chars().count(), MOST + 24);
    }

    #[test]
    fn many_lines_are_cut_too() {
        let lines = |from: usize, to: usize| {
            (from..=to).map(|number| number.to_string()).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(shown(&lines(1, 40)), lines(1, 40));
        let expected = format!("{}\n… (113 characters) …\n{}", lines(1, 30), lines(32, 41));
        assert_eq!(shown(&lines(1, 41)), expected);
    }
}
