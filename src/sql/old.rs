//! Names of before [`Script`](super::Script), for those who still use them. To be deleted.

use super::compare::differs_only_in_comments;
use super::mode::{Mode, Refusal, mode};
use super::reader::Reader;
use super::script::Script;
use super::statement::{Place, Statement, Visitor, cut};

/// Use [`Mode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Route {
    Plain { insert_at: usize },
    Wrapped { insert_at: usize },
    Loose,
    Refused(Refusal),
}

struct All(Vec<Statement>);

impl Visitor for All {
    fn word(&mut self, _: Reader<'_>, _: Place) {}

    fn statement(&mut self, statement: Statement, _: bool) {
        self.0.push(statement);
    }
}

/// Use [`Script::statements`].
pub fn scan(text: &str) -> Vec<Statement> {
    let mut all = All(Vec::new());
    cut(text, &mut all);
    all.0
}

/// Use [`Script::mode`].
pub fn route(statements: &[Statement]) -> Route {
    let is_ended = statements.last().is_some_and(Statement::is_empty);
    let code: Vec<Statement> = statements.iter().filter(|s| !s.is_empty()).cloned().collect();
    match mode(&code, is_ended) {
        Mode::Transactional { guard_at } => Route::Plain { insert_at: guard_at },
        Mode::OwnTransaction { guard_at } => Route::Wrapped { insert_at: guard_at },
        Mode::NonTransactional { .. } => Route::Loose,
        Mode::Refused(refusal) => Route::Refused(refusal),
    }
}

/// Use [`Script::mode`].
pub fn commits_in_do(text: &str) -> bool {
    Script::new(text).statements().iter().any(|statement| statement.ends_transactions)
}

/// Use [`differs_only_in_comments`].
pub fn says_the_same(a: &str, b: &str) -> bool {
    differs_only_in_comments(a, b)
}
