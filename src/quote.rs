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
    let quoted = text.replace('\'', "''");
    match quoted.contains('\\') {
        true => format!(" E'{}'", quoted.replace('\\', "\\\\")),
        false => format!("'{quoted}'"),
    }
}

/// Quotes a file's text, which the server then reads twice in one message: where a function's body
/// fails, it looks for the body in what was sent, and gives no position if it finds it twice. So no
/// `$` of the quotes around a body is left.
pub fn text_literal(text: &str) -> String {
    if !text.contains('$') {
        return literal(text);
    }
    let quoted = text.replace('\\', "\\\\").replace('\'', "''").replace('$', "\\x24");
    format!(" E'{quoted}'")
}

/// A text as its bytes, for a session whose encoding is not known.
pub fn bytes_literal(text: &str) -> String {
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("pg_catalog.convert_from(pg_catalog.decode('{digits}', 'hex'), 'UTF8')")
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
