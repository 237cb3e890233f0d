//! From the position in a server's error to a line, a column and a caret.
//!
//! PostgreSQL counts characters (code points), not bytes, and counts the CR of a line end too. What
//! was sent before or after the file is the caller's to take off.

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The line, counted from 1. A line ends with LF, or with CR LF.
    pub line: usize,
    /// The column in characters, counted from 1; one more than the line has at its end.
    pub column: usize,
    /// The line itself, without its line end; a byte-order mark is left in.
    pub text: String,
}

/// Where the `position`-th character of `text` stands, counted from 1, as PostgreSQL counts.
///
/// One behind the last character is how the server says "at end of input": that gives the end of the
/// last line that is not blank. `None` for 0 and for what lies further out.
pub fn locate(text: &str, position: usize) -> Option<Location> {
    let mut before = position.checked_sub(1)?;
    for (n, raw) in text.split_inclusive('\n').enumerate() {
        let length = raw.chars().count();
        if before < length {
            return Some(location(n, raw, before + 1));
        }
        before -= length;
    }
    (before == 0).then(|| end(text))
}

/// The end of the last line that is not blank, or of the first, where all are.
fn end(text: &str) -> Location {
    let lines = text.split_inclusive('\n').enumerate();
    match lines.filter(|(_, raw)| !is_blank(raw)).last() {
        Some((n, raw)) => location(n, raw, usize::MAX),
        None => location(0, text.split_inclusive('\n').next().unwrap_or(""), 1),
    }
}

fn is_blank(raw: &str) -> bool {
    raw.chars().all(|c| c.is_whitespace() || c == '\u{feff}')
}

/// `raw` is the line with its line end; a column in the line end becomes the end of the line.
fn location(before: usize, raw: &str, column: usize) -> Location {
    let line = raw.strip_suffix('\n').unwrap_or(raw);
    let line = match raw.len() == line.len() {
        true => line,
        false => line.strip_suffix('\r').unwrap_or(line),
    };
    Location {
        line: before + 1,
        column: column.min(line.chars().count() + 1),
        text: line.to_owned(),
    }
}

/// White space that puts a `^` under the column when both stand behind equally wide margins.
///
/// Tabs stay tabs, so that they jump as far as in the line above; a character becomes as many spaces
/// as a terminal gives it cells.
pub fn caret(location: &Location) -> String {
    let mut white = String::new();
    let before = location.column.saturating_sub(1);
    for c in location.text.chars().take(before) {
        match c {
            '\t' => white.push('\t'),
            c if within(ZERO, c) => {}
            c if within(WIDE, c) => white.push_str("  "),
            _ => white.push(' '),
        }
    }
    white
}

fn within(ranges: &[(char, char)], c: char) -> bool {
    // Everything below is neither, and nearly everything is below.
    c >= '\u{300}' && ranges.iter().any(|&(first, last)| first <= c && c <= last)
}

/// What takes no cell: combining accents, joiners, variation selectors, the byte-order mark.
const ZERO: &[(char, char)] = &[
    ('\u{300}', '\u{36f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
];

/// What takes two cells: East Asian Wide and Fullwidth (Unicode UAX #11), the blocks of it that
/// text is written in, and the emoji.
const WIDE: &[(char, char)] = &[
    ('\u{1100}', '\u{115f}'),
    ('\u{231a}', '\u{231b}'),
    ('\u{23e9}', '\u{23ec}'),
    ('\u{2614}', '\u{2615}'),
    ('\u{26a1}', '\u{26a1}'),
    ('\u{2705}', '\u{2705}'),
    ('\u{2728}', '\u{2728}'),
    ('\u{274c}', '\u{274c}'),
    ('\u{2753}', '\u{2755}'),
    ('\u{2757}', '\u{2757}'),
    ('\u{2795}', '\u{2797}'),
    ('\u{2b50}', '\u{2b50}'),
    ('\u{2e80}', '\u{303e}'),
    ('\u{3041}', '\u{a4cf}'),
    ('\u{a960}', '\u{a97f}'),
    ('\u{ac00}', '\u{d7a3}'),
    ('\u{f900}', '\u{faff}'),
    ('\u{fe30}', '\u{fe6f}'),
    ('\u{ff01}', '\u{ff60}'),
    ('\u{ffe0}', '\u{ffe6}'),
    ('\u{1f300}', '\u{1f64f}'),
    ('\u{1f680}', '\u{1f6ff}'),
    ('\u{1f900}', '\u{1f9ff}'),
    ('\u{1fa70}', '\u{1faff}'),
    ('\u{20000}', '\u{3fffd}'),
];
