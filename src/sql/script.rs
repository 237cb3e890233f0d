//! A file's SQL, analysed once: its statements, how it must run, and what else a run must know.
//!
//! It holds no text but byte ranges of the one it was made from, which its functions want again.

use std::borrow::Cow;
use std::mem;
use std::ops::Range;

use super::facts::Facts;
use super::kind::{Kind, classify, may_leave};
use super::lex::{Lexer, Strings};
use super::mode::{Mode, mode};
use super::reader::Reader;
use super::statement::Statement;
use super::walk::{Visitor, Within, walk};

/// What is known of a script.
#[derive(Clone, Debug)]
pub struct Script {
    statements: Vec<Statement>,
    facts: Facts,
    mode: Mode,
    strings: Strings,
}

impl Script {
    /// Analyses a text. Any text is taken; what is no SQL, the server refuses.
    pub fn new(text: &str) -> Script {
        Script::with_strings(text, Strings::default())
    }

    /// Analyses a text for a session whose `standard_conforming_strings` is known.
    pub fn with_strings(text: &str, strings: Strings) -> Script {
        let mut analysis = Analysis { text, strings, ..Analysis::default() };
        walk(text, strings, &mut analysis);
        let Analysis { statements, facts, .. } = analysis;
        Script { mode: mode(&statements), statements, facts, strings }
    }

    /// How it was read.
    pub fn strings(&self) -> Strings {
        self.strings
    }

    /// The statements that have code, in order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Whether there is not one statement.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// How it must run.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What it does besides its work.
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Whether the last statement has its `;`.
    pub(crate) fn is_ended(&self) -> bool {
        self.statements.last().is_some_and(|s| s.is_ended)
    }

    /// The script as it can run within a transaction that others share; `text` is the script's.
    ///
    /// A transactional script is that as it is. Of one with its own transaction the BEGIN and the
    /// COMMIT become spaces, so that every byte and character keeps its place; it has two statements
    /// fewer then. `None` for a script that cannot run so, or that sets the transaction's mode.
    pub fn in_shared_transaction<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        let is_unfit = |s: &Statement| {
            s.ends_transactions || matches!(s.kind, Kind::SetTransaction | Kind::NonTransactional)
        };
        if self.facts.is_read_only || self.statements.iter().any(is_unfit) {
            return None;
        }
        match self.mode {
            Mode::Transactional { .. } => Some(Cow::Borrowed(text)),
            Mode::OwnTransaction { .. } => {
                let begin = self.statements.iter().find(|s| s.kind == Kind::Begin)?;
                let mut reader = Reader::new(text.get(begin.code.clone())?, self.strings).next();
                let _ = reader.eat("work") || reader.eat("transaction");
                // Anything behind these words sets the mode.
                let commit = self.statements.last().filter(|_| reader.is_at_end())?;
                let mut bytes = text.as_bytes().to_vec();
                // Comments stay.
                for part in [begin, commit].map(|s| s.code.start..s.span.end) {
                    for token in Lexer::new(text.get(part.clone())?, self.strings) {
                        let bytes = bytes.get_mut(part.clone())?;
                        bytes.get_mut(token.start..token.end)?.fill(b' ');
                    }
                }
                String::from_utf8(bytes).ok().map(Cow::Owned)
            }
            Mode::NonTransactional { .. } | Mode::Refused(_) => None,
        }
    }
}

/// What has been seen of a script.
#[derive(Default)]
struct Analysis<'t> {
    text: &'t str,
    strings: Strings,
    statements: Vec<Statement>,
    facts: Facts,
    /// Of the statement that is being read: a DO block ends transactions, or may.
    ends_transactions: bool,
    may_commit: bool,
}

impl Visitor for Analysis<'_> {
    fn word(&mut self, reader: &Reader<'_>, is_start: bool, within: Within) {
        self.facts.see(reader, is_start, within);
        if within == Within::Body {
            self.may_commit |= reader.at_any(&["commit", "rollback", "call", "execute"]);
            let next = reader.next();
            self.ends_transactions |= is_start
                && reader.at_any(&["commit", "rollback"])
                && (next.is_at_statement_end() || next.at("and"));
        }
    }

    fn statement(&mut self, span: Range<usize>, code: Range<usize>, is_ended: bool) {
        let ends_transactions = mem::take(&mut self.ends_transactions);
        let may_commit = mem::take(&mut self.may_commit);
        if !code.is_empty() {
            let text = self.text.get(code.clone()).unwrap_or_default();
            let kind = classify(text, self.strings);
            let may_leave = may_leave(text, self.strings, kind, may_commit);
            let statement = Statement { span, code, kind, is_ended, ends_transactions, may_leave };
            self.statements.push(statement);
        }
    }
}
