//! Positions, lines and columns.

use super::super::locate;

fn at(text: &str, position: usize) -> Option<(usize, usize, String)> {
    locate(text, position).map(|l| (l.line, l.column, l.text))
}

fn place(line: usize, column: usize, text: &str) -> Option<(usize, usize, String)> {
    Some((line, column, text.to_owned()))
}

#[test]
fn positions_count_characters_from_one() {
    assert_eq!(at("abc", 1), place(1, 1, "abc"));
    assert_eq!(at("abc", 3), place(1, 3, "abc"));
    assert_eq!(at("abc\ndef\n", 5), place(2, 1, "def"));
    assert_eq!(at("abc\ndef\n", 4), place(1, 4, "abc"));
    assert_eq!(at("é日\n'ü' x", 4), place(2, 1, "'ü' x"));
    assert_eq!(at("é日\n'ü' x", 8), place(2, 5, "'ü' x"));
    assert_eq!(at("\u{1f600}x", 2), place(1, 2, "\u{1f600}x"));
    assert_eq!(at("\n\n\tx", 4), place(3, 2, "\tx"));
    assert_eq!(at("\n\nx", 1), place(1, 1, ""));
    assert_eq!(at("\u{feff}ab\nc", 2), place(1, 2, "\u{feff}ab"));
    assert_eq!(at("\u{feff}ab\nc", 5), place(2, 1, "c"));
}

#[test]
fn a_carriage_return_counts_and_is_not_shown() {
    assert_eq!(at("ab\r\ncd\r\n", 5), place(2, 1, "cd"));
    assert_eq!(at("ab\r\ncd\r\n", 3), place(1, 3, "ab"));
    assert_eq!(at("ab\r\ncd\r\n", 4), place(1, 3, "ab"));
    assert_eq!(at("ab\r\ncd\r\n", 9), place(2, 3, "cd"));
    assert_eq!(at("a\rb\nc", 3), place(1, 3, "a\rb"));
    assert_eq!(at("a\nb\r", 4), place(2, 2, "b\r"));
}

#[test]
fn the_end_of_input_is_the_end_of_the_last_line_with_something_on_it() {
    assert_eq!(at("select", 7), place(1, 7, "select"));
    assert_eq!(at("select 1\nfrom\n", 15), place(2, 5, "from"));
    assert_eq!(at("select 1\nfrom\n \t\r\n\n", 20), place(2, 5, "from"));
    assert_eq!(at("sélect\n\n", 9), place(1, 7, "sélect"));
    assert_eq!(at("", 1), place(1, 1, ""));
    assert_eq!(at(" \n\n", 4), place(1, 1, " "));
    assert_eq!(at("\u{feff}", 2), place(1, 1, "\u{feff}"));
}

#[test]
fn what_lies_outside_is_nowhere() {
    assert_eq!(at("abc", 0), None);
    assert_eq!(at("abc", 5), None);
    assert_eq!(at("", 0), None);
    assert_eq!(at("", 2), None);
    assert_eq!(at("a\n", usize::MAX), None);
}

#[test]
fn every_position_gives_back_its_character() {
    let text = "\u{feff}select\t'é日'\r\nfrom t -- \u{1f600}\n\n;x";
    for (n, c) in text.chars().enumerate() {
        let place = locate(text, n + 1).expect("inside");
        if c != '\n' && c != '\r' {
            assert_eq!(place.text.chars().nth(place.column - 1), Some(c), "{n}");
        }
    }
}
