//! The line of a file in which something failed, and a caret below the place.
//!
//! Where the place is, `dbm::sql::locate` tells; here it is only shown.

use dbm::sql::Location;
use dbm::text::printable;
use unicode_width::UnicodeWidthStr;

use crate::render::format::tabbed;

/// Characters that are shown before the place, of a line that is too long.
const BEFORE: usize = 60;
/// Characters of a line that are shown at most.
const MOST: usize = 120;

/// The two lines: `12 | text`, and `^` below the place. A long line is cut around the place.
pub fn excerpt(at: &Location) -> [String; 2] {
    let chars: Vec<char> = at.text.chars().collect();
    let place = at.column.saturating_sub(1).min(chars.len());
    let from = if chars.len() > MOST { place.saturating_sub(BEFORE) } else { 0 };
    let to = chars.len().min(from + MOST);
    let start = if from > 0 { "… " } else { "" };
    let end = if to < chars.len() { " …" } else { "" };
    let before = format!("{start}{}", shown(&chars[from..place]));
    let after = shown(&chars[place..to]);
    let number = at.line.to_string();
    let margin = " ".repeat(number.len());
    [format!("{number} | {before}{after}{end}"), format!("{margin} | {}^", white(&before))]
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

    fn lines(text: &str, column: usize) -> [String; 2] {
        excerpt(&Location { line: 12, column, text: text.to_string() })
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
        let shown = format!("12 | … {}x{} …", "a".repeat(60), "b".repeat(59));
        assert_eq!(lines(&text, 101), [shown, format!("   | {}^", " ".repeat(62))]);
        let [start, _] = lines(&text, 1);
        assert_eq!(start, format!("12 | {}x{} …", "a".repeat(100), "b".repeat(19)));
        let [end, caret] = lines(&text, 202);
        assert_eq!(end, format!("12 | … {}", "b".repeat(60)));
        assert_eq!(caret.chars().count(), end.chars().count() + 1);
    }

    #[test]
    fn control_characters_are_escaped_and_the_caret_follows() {
        assert_eq!(lines("a\u{1b}[1mx", 6), ["12 | a\\u{1b}[1mx", "   |           ^"]);
    }
}
