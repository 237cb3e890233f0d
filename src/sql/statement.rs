//! One statement of a script: where it stands, and what it is called.
//!
//! Where statements begin and end is decided by `walk`, what one means for transactions by `kind`.

use std::ops::Range;

use super::kind::Kind;
use super::lex::{Shape, Strings};
use super::reader::Reader;

/// One statement of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Bytes of the script, with the white space and the comments before the statement, and the
    /// `;` that closes it. Only the last statement may lack the `;`, and then its span goes to
    /// the end of the script.
    pub span: Range<usize>,
    /// Bytes of the script from the first token to the last, without the `;`: what to send to run
    /// the statement by itself. A comment that never ends counts as a token, for the server is to
    /// refuse it.
    pub code: Range<usize>,
    /// What it does to the transaction.
    pub kind: Kind,
    /// It has its `;`.
    pub(super) is_ended: bool,
    /// A DO block with a COMMIT or ROLLBACK of its own.
    pub(super) ends_transactions: bool,
    /// Whether something of it may stand when it fails outside a transaction block, other than an
    /// invalid index.
    pub(super) may_leave: bool,
}

/// The words behind these say what kind of thing they are about.
const PAIRS: [&str; 7] = ["alter", "create", "discard", "drop", "prepare", "reindex", "start"];

impl Statement {
    /// Its first keywords, in capitals: `CREATE INDEX CONCURRENTLY`. `text` is the script's. No more
    /// of it, since a password may follow.
    pub(crate) fn head(&self, text: &str) -> String {
        // No word of it stands behind a string.
        let code = text.get(self.code.clone()).unwrap_or_default();
        let mut reader = Reader::new(code, Strings::default());
        let is_pair = reader.at_any(&PAIRS);
        let mut words = Vec::new();
        let mut length = 1;
        while words.len() < 4 && reader.is(Shape::Word) {
            match words.len() {
                1 if reader.at("or") => length = 4,
                1 if is_pair || reader.at("prepared") => length = 2,
                _ => {}
            }
            words.push(reader.written().to_ascii_uppercase());
            if reader.eat("concurrently") {
                length = words.len();
            } else {
                reader.skip();
            }
        }
        words.truncate(length);
        if words.is_empty() { "a statement".to_string() } else { words.join(" ") }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Script;

    #[test]
    fn a_statement_is_called_by_its_keywords() {
        for (text, head) in [
            (
                "create /* x */ unique index concurrently i on t(a)",
                "CREATE UNIQUE INDEX CONCURRENTLY",
            ),
            ("drop index concurrently i", "DROP INDEX CONCURRENTLY"),
            ("create or replace view v as select 1", "CREATE OR REPLACE VIEW"),
            ("alter table t detach partition p concurrently", "ALTER TABLE"),
            ("alter role r password 'secret'", "ALTER ROLE"),
            ("vacuum t", "VACUUM"),
            ("commit work and chain", "COMMIT"),
            ("rollback prepared 'x'", "ROLLBACK PREPARED"),
            ("-- why\nselect secret", "SELECT"),
            ("(select 1)", "a statement"),
        ] {
            let script = Script::new(text);
            assert_eq!(script.statements()[0].head(text), head, "{text}");
        }
    }
}
