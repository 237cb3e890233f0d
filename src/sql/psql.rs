//! psql's own commands, `\connect` and the like: the server does not know them. pg_dump writes
//! `\restrict` and `\unrestrict`, with which psql alone can run its output.

use std::borrow::Cow;
use std::ops::Range;

use super::lex::{Lexer, Strings};

/// Where the first such command stands in a script, to the end of its line: outside of strings, names
/// and comments there is no other use for a backslash.
pub(crate) fn psql_command(text: &str, strings: Strings) -> Option<Range<usize>> {
    let is_backslash = |start: usize| text.get(start..).is_some_and(|rest| rest.starts_with('\\'));
    let token = Lexer::of_script(text, strings).find(|token| is_backslash(token.start))?;
    let line = text.get(token.start..)?.lines().next()?.trim_end();
    Some(token.start..token.start + line.len())
}

/// The text with spaces in the place of `\restrict` and `\unrestrict`, which mean nothing to the
/// server. Every other byte keeps its place.
pub(crate) fn without_restrict(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    while let Some(found) = psql_command(&text, Strings::Standard) {
        let command = &text[found.clone()];
        if !["\\restrict ", "\\unrestrict "].iter().any(|start| command.starts_with(start)) {
            break;
        }
        let spaces = " ".repeat(found.len());
        text.to_mut().replace_range(found, &spaces);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_dump_is_left_out() {
        for (text, expected) in [
            (
                "\\restrict a\nselect '\\restrict b';\n\\unrestrict a\n",
                "           \nselect '\\restrict b';\n             \n",
            ),
            (
                "\\restrict a\n\\connect b\n\\unrestrict a",
                "           \n\\connect b\n\\unrestrict a",
            ),
            ("select 1", "select 1"),
        ] {
            assert_eq!(without_restrict(text), expected);
        }
    }

    #[test]
    fn a_backslash_outside_of_strings() {
        for (text, expected) in [
            ("\\restrict a\nselect 1", Some("\\restrict a")),
            ("select 1;\n  \\connect app \r\nselect 2", Some("\\connect app")),
            ("select 1 \\g", Some("\\g")),
            ("select '\\a', E'\\'', $$\\d$$ -- \\e\n/* \\f */", None),
            ("select \"\\a\"", None),
            ("", None),
        ] {
            let found = psql_command(text, Strings::Standard);
            assert_eq!(found.map(|range| &text[range]), expected, "{text}");
        }
    }
}
