//! Quotes names and texts for SQL that is put together here: the simple protocol has no
//! parameters.
//!
//! What our own SQL means must not hang on the `search_path`, which the URL, the role or a file may
//! set to schemas where others may make objects. So every table, function, type and operator in it is
//! qualified. `x IN (…)`, `LIKE`, `BETWEEN`, `IS DISTINCT FROM`, `CASE x WHEN`, `JOIN … USING` and
//! `NULLIF` look for an operator as well, and are not used. Words of the grammar (`bigint`,
//! `coalesce`, `greatest`, `least`, `extract`, `session_user`) are safe.

/// `=`
pub const EQ: &str = "OPERATOR(pg_catalog.=)";

/// `<>`
pub const NE: &str = "OPERATOR(pg_catalog.<>)";

/// Quotes a name for SQL.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quotes a text for SQL, right whatever `standard_conforming_strings` says.
pub fn literal(text: &str) -> String {
    quoted(text, |c| matches!(c, '\'' | '\\'))
}

/// Quotes a file's text, which the server then reads twice in one message: where a function's body
/// fails, it looks for the body in what was sent, and gives no position if it finds it twice. So no
/// `$` of the quotes around a body is left.
pub fn text_literal(text: &str) -> String {
    quoted(text, |c| matches!(c, '\'' | '\\' | '$'))
}

/// A constant of this text, with escapes for the special characters. It may be large, and is put
/// together in one piece.
fn quoted(text: &str, is_special: impl Fn(char) -> bool + Copy) -> String {
    let escaped = |special| match special {
        "'" => "''",
        "$" => "\\x24",
        _ => "\\\\",
    };
    let has_escapes = text.contains(|c| c != '\'' && is_special(c));
    let longer: usize = text.matches(is_special).map(|special| escaped(special).len() - 1).sum();
    let mut quoted = String::with_capacity(" E''".len() + text.len() + longer);
    quoted.push_str(if has_escapes { " E'" } else { "'" });
    let mut from = 0;
    for (at, special) in text.match_indices(is_special) {
        quoted.push_str(&text[from..at]);
        quoted.push_str(escaped(special));
        from = at + special.len();
    }
    quoted.push_str(&text[from..]);
    quoted.push('\'');
    quoted
}

/// A text as its bytes, for a session whose encoding is not known.
pub fn bytes_literal(text: &str) -> String {
    let (before, behind) = ("pg_catalog.convert_from(pg_catalog.decode('", "', 'hex'), 'UTF8')");
    let mut quoted = String::with_capacity(before.len() + 2 * text.len() + behind.len());
    quoted.push_str(before);
    for byte in text.bytes() {
        let digits = [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16));
        quoted.extend(digits.into_iter().flatten());
    }
    quoted.push_str(behind);
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_are_quoted() {
        assert_eq!(text_literal("do $$ 'a' $$"), " E'do \\x24\\x24 ''a'' \\x24\\x24'");
        assert_eq!(text_literal("o'x"), "'o''x'");
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("o'x"), "'o''x'");
        assert_eq!(literal("a\\'"), " E'a\\\\'''");
    }
}
