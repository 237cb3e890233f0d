//! The tests of what is told of a text, a file for each thing it is asked.

mod facts;
mod kinds;
mod modes;
mod places;
mod property;
mod remains;
mod statements;
mod touch;

use super::reader::Reader;
use super::statement::{Place, Statement, Visitor, cut};

struct All(Vec<Statement>);

impl Visitor for All {
    fn word(&mut self, _: Reader<'_>, _: Place) {}

    fn statement(&mut self, statement: Statement, _: bool) {
        self.0.push(statement);
    }
}

/// All statements of a text, also those without code.
fn scan(text: &str) -> Vec<Statement> {
    let mut all = All(Vec::new());
    cut(text, &mut all);
    all.0
}
