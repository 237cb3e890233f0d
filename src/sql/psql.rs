//! psql's own commands, `\connect` and the like: the server does not know them. pg_dump writes
//! `\restrict` and `\unrestrict`, with which psql alone can run its output.

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

#[cfg(test)]
mod tests {
    use super::*;

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
