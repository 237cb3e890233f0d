//! A file's SQL, analysed once: its statements, how it must run, and what else a run must know.
//!
//! It holds no text but byte ranges of the one it was made from, which its functions want again.

use std::mem;
use std::ops::Range;

use super::facts::Facts;
use super::kind::{classify, may_leave};
use super::lex::Strings;
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

    /// Lets go of what takes memory.
    pub(crate) fn forget_statements(&mut self) {
        self.statements = Vec::new();
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
