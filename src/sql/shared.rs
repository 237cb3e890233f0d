//! A script as it can run in a transaction that it shares with others, or why it cannot.

use std::borrow::Cow;

use super::facts::Facts;
use super::kind::Kind;
use super::lex::{Lexer, Strings};
use super::mode::{Mode, Refusal};
use super::reader::Reader;
use super::script::Script;
use super::statement::Statement;

/// Why a script cannot share a transaction. `at` is the byte at which the statement at fault begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unshared {
    /// It cannot run at all.
    Refused(Refusal),
    /// The statement cannot run in a transaction block.
    RefusesTransaction {
        /// Of the statement.
        at: usize,
    },
    /// The statement would end the transaction before all is done.
    EndsTransaction {
        /// Of the statement.
        at: usize,
    },
    /// The statement sets the transaction's mode, or makes it read only.
    SetsMode {
        /// Of the statement.
        at: usize,
    },
    /// The statement leaves something to its transaction that another script in it must not find,
    /// such as `SET LOCAL`.
    Leaves {
        /// Of the statement.
        at: usize,
    },
}

impl Script {
    /// The script as it can run within a transaction that others share; `text` is the script's.
    ///
    /// A transactional script is that as it is. Of one with its own transaction the BEGIN and the
    /// COMMIT become spaces, so that every byte and character keeps its place; it has two statements
    /// fewer then.
    ///
    /// # Errors
    ///
    /// Why it cannot run so. What it leaves to the transaction is not looked at, see
    /// [`Script::leaves`].
    pub fn in_shared_transaction<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, Unshared> {
        if let Mode::Refused(refusal) = self.mode() {
            return Err(Unshared::Refused(refusal));
        }
        if let Some(unshared) = self.statements().iter().find_map(unshared) {
            return Err(unshared);
        }
        if self.facts().is_read_only {
            let at = self.first(text, |facts| facts.is_read_only);
            return Err(Unshared::SetsMode { at });
        }
        match self.mode() {
            Mode::Transactional { .. } => Ok(Cow::Borrowed(text)),
            Mode::OwnTransaction { .. } => self.without_transaction(text),
            Mode::NonTransactional { .. } | Mode::Refused(_) => {
                let mut controls =
                    self.statements().iter().filter(|s| s.kind.controls_transaction());
                let end = controls.find(|s| s.kind != Kind::Begin);
                Err(Unshared::EndsTransaction { at: end.map_or(0, |s| s.code.start) })
            }
        }
    }

    /// That it leaves something to its transaction for the scripts behind it, if it does. `text` is the
    /// script's.
    pub fn leaves(&self, text: &str) -> Option<Unshared> {
        let leaves = |facts: &Facts| facts.leaves_to_transaction;
        leaves(self.facts()).then(|| Unshared::Leaves { at: self.first(text, leaves) })
    }

    /// Whether a server with another `standard_conforming_strings` would see other statements in it.
    pub(crate) fn depends_on_strings(&self, text: &str) -> bool {
        let other = match self.strings() {
            Strings::Standard => Strings::Escaping,
            Strings::Escaping => Strings::Standard,
        };
        text.contains('\\') && Script::with_strings(text, other).statements() != self.statements()
    }

    /// Blanks BEGIN and COMMIT. Comments stay.
    fn without_transaction<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, Unshared> {
        let begin = self.statements().iter().find(|s| s.kind == Kind::Begin);
        let (Some(begin), Some(commit)) = (begin, self.statements().last()) else {
            return Ok(Cow::Borrowed(text));
        };
        let code = text.get(begin.code.clone()).unwrap_or_default();
        let mut reader = Reader::new(code, self.strings()).next();
        let _ = reader.eat("work") || reader.eat("transaction");
        // Anything behind these words sets the mode.
        if !reader.is_at_end() {
            return Err(Unshared::SetsMode { at: begin.code.start });
        }
        let mut blank = text.to_string();
        for part in [begin, commit].map(|s| s.code.start..s.span.end) {
            for token in Lexer::new(text.get(part.clone()).unwrap_or_default(), self.strings()) {
                let spaces = " ".repeat(token.end - token.start);
                blank.replace_range(part.start + token.start..part.start + token.end, &spaces);
            }
        }
        Ok(Cow::Owned(blank))
    }

    /// Where the first statement begins of which this is true, as it is of the script.
    fn first(&self, text: &str, is_true: impl Fn(&Facts) -> bool) -> usize {
        let is_it = |s: &&Statement| {
            let code = text.get(s.code.clone()).unwrap_or_default();
            is_true(Script::with_strings(code, self.strings()).facts())
        };
        self.statements().iter().find(is_it).map_or(0, |s| s.code.start)
    }
}

fn unshared(statement: &Statement) -> Option<Unshared> {
    let at = statement.code.start;
    match statement.kind {
        Kind::NonTransactional => Some(Unshared::RefusesTransaction { at }),
        Kind::SetTransaction => Some(Unshared::SetsMode { at }),
        _ if statement.ends_transactions => Some(Unshared::EndsTransaction { at }),
        _ => None,
    }
}
