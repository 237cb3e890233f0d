//! The tests of what is told of a text, a file for each thing it is asked.

mod facts;
mod kinds;
mod modes;
mod places;
mod property;
mod remains;
mod statements;
mod strings;
mod touch;

use std::ops::Range;

use super::Statement;
use super::kind::classify;
use super::lex::Strings;
use super::reader::Reader;
use super::walk::{Visitor, Within, walk};

struct All<'t>(&'t str, Vec<Statement>);

impl Visitor for All<'_> {
    fn word(&mut self, _: &Reader<'_>, _: bool, _: Within) {}

    fn statement(&mut self, span: Range<usize>, code: Range<usize>, is_ended: bool) {
        let kind = classify(&self.0[code.clone()], Strings::Standard);
        let (ends_transactions, may_leave) = (false, false);
        self.1.push(Statement { span, code, kind, is_ended, ends_transactions, may_leave });
    }
}

/// All statements of a text, also those without code.
fn scan(text: &str) -> Vec<Statement> {
    let mut all = All(text, Vec::new());
    walk(text, Strings::Standard, &mut all);
    all.1
}
