//! From the position in a server's error to a line and a column.
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
    let line = raw.strip_suffix("\r\n").or(raw.strip_suffix('\n')).unwrap_or(raw);
    let column = column.min(line.chars().count() + 1);
    Location { line: before + 1, column, text: line.to_owned() }
}
