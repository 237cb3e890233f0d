//! The line of a file in which something failed, and a caret below the place.
//!
//! Where the place is, `dbm::sql::locate` tells; here it is only shown.

use dbm::sql::Location;
use dbm::text::printable;
use unicode_width::UnicodeWidthStr;

use crate::render::format::tabbed;

/// Columns that are shown of a line at most, where no terminal says how many it has.
const MOST: usize = 120;
/// The same at least.
const LEAST: usize = 20;
/// As many as a tab takes at most.
const TAB: usize = 8;
/// What stands before the line number: the margin of all that is ours.
const MARGIN: usize = 2;
/// What stands where a line is cut.
const CUT: usize = 2;

/// The two lines: `12 | text`, and `^` below the place. A line that is too long is cut around the
/// place: to the width of the terminal, if there is one.
pub fn excerpt(at: &Location, width: Option<usize>) -> [String; 2] {
    let number = at.line.to_string();
    let margin = " ".repeat(number.len());
    // The caret may stand behind the last character, and nothing in the last column of a terminal.
    let room = width.map_or(MOST, |width| width.saturating_sub(MARGIN + number.len() + 3 + 2));
    let chars: Vec<char> = at.text.chars().collect();
    let place = at.column.saturating_sub(1).min(chars.len());
    let (from, to) = part(&chars, place, room.max(LEAST));
    let start = if from > 0 { "… " } else { "" };
    let end = if to < chars.len() { " …" } else { "" };
    let before = format!("{start}{}", shown(&chars[from..place]));
    let after = shown(&chars[place..to]);
    [format!("{number} | {before}{after}{end}"), format!("{margin} | {}^", white(&before))]
}

/// Which of the characters are shown in so many columns: those around the place, as many before it as
/// behind it, unless the line ends before.
fn part(chars: &[char], place: usize, room: usize) -> (usize, usize) {
    let columns: Vec<usize> = chars.iter().map(columns).collect();
    let (before, behind) = columns.split_at(place);
    let sum = |columns: &[usize]| columns.iter().sum::<usize>();
    if sum(before) + sum(behind) <= room {
        return (0, chars.len());
    }
    let room = room.saturating_sub(2 * CUT);
    // What is not needed behind the place is there for what is before it.
    let half = (room / 2).max(room.saturating_sub(sum(behind)));
    let mut from = place - fitting(before.iter().rev(), half);
    let left = room.saturating_sub(sum(&columns[from..place]));
    // A mark that stands upon the character before has nothing to stand upon.
    while from > 0 && from < place && columns[from] == 0 {
        from += 1;
    }
    (from, place + fitting(behind.iter(), left))
}

/// How many of these are no wider than `room` together.
fn fitting<'c>(columns: impl Iterator<Item = &'c usize>, room: usize) -> usize {
    let sums = columns.scan(0, |sum, columns| {
        *sum += columns;
        Some(*sum)
    });
    sums.take_while(|sum| *sum <= room).count()
}

/// How many columns a character takes, at most.
fn columns(c: &char) -> usize {
    match c {
        '\t' => TAB,
        c => shown(&[*c]).width(),
    }
}

fn shown(chars: &[char]) -> String {
    tabbed(&String::from_iter(chars), printable)
}

/// White space as wide as this text. Tabs stay tabs, so that they jump as far as in the line above.
fn white(text: &str) -> String {
    tabbed(text, |part| " ".repeat(part.width()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    use unicode_width::UnicodeWidthChar;

    fn lines(text: &str, column: usize) -> [String; 2] {
        excerpt(&Location { line: 12, column, text: text.to_string() }, None)
    }

    #[test]
    fn the_caret_stands_under_the_column() {
        for (text, column, white) in [
            ("abc", 1, ""),
            ("abc", 3, "  "),
            ("abc", 4, "   "),
            ("\ta\tb", 4, "\t \t"),
            ("éüx", 3, "  "),
            ("日本x", 3, "    "),
            ("ｆ한x", 3, "    "),
            ("\u{1f600}x", 2, "  "),
            ("e\u{301}x", 3, " "),
            ("\u{feff}abc", 3, " "),
            ("abc", 0, ""),
            ("abc", usize::MAX, "   "),
        ] {
            let expected = [format!("12 | {text}"), format!("   | {white}^")];
            assert_eq!(lines(text, column), expected, "{text} {column}");
        }
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}x{}", "a".repeat(100), "b".repeat(100));
        let shown = format!("12 | … {}x{} …", "a".repeat(58), "b".repeat(57));
        assert_eq!(lines(&text, 101), [shown, format!("   | {}^", " ".repeat(60))]);
        let [start, _] = lines(&text, 1);
        assert_eq!(start, format!("12 | {}x{} …", "a".repeat(100), "b".repeat(15)));
        let [end, caret] = lines(&text, 202);
        assert_eq!(end, format!("12 | … {}x{}", "a".repeat(15), "b".repeat(100)));
        assert_eq!(caret.chars().count(), end.chars().count() + 1);
    }

    /// With the margin in front, whatever the characters are.
    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for part in ["a", "数据", "e\u{301}", "\u{1b}", "x 수", "\u{1f600}b"] {
            let text = part.repeat(300);
            let count = text.chars().count();
            for width in [60, 80, 200] {
                for column in [1, 2, 30, 77, count / 2, count - 40, count, count + 1] {
                    let at = Location { line: 7, column, text: text.clone() };
                    let [line, caret] = excerpt(&at, Some(width));
                    let widest = line.width().max(caret.width()) + MARGIN;
                    assert!(widest < width, "{part:?} {width} {column}: {line}");
                    assert!(widest > width - 16, "{part:?} {width} {column}: {line}");
                    let below = caret.width() - 1;
                    let mut columns = 0;
                    let above = line.chars().find(|c| {
                        columns += c.width().unwrap_or(0);
                        columns > below
                    });
                    let expected = text.chars().nth(column - 1);
                    let expected = expected.filter(|c| c.width() > Some(0));
                    assert!(expected.is_none() || above == expected, "{line}\n{caret}");
                }
            }
        }
    }

    #[test]
    fn control_characters_are_escaped_and_the_caret_follows() {
        assert_eq!(lines("a\u{1b}[1mx", 6), ["12 | a\\u{1b}[1mx", "   |           ^"]);
    }
}
