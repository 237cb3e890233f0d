//! What stands when a statement of a script fails.

use super::kind::Kind;
use super::script::Script;

/// What stands when a statement fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remains {
    /// How many statements from the start: those before the transaction that the failed one is in.
    /// Blocks right before it that were rolled back do not count.
    pub statements: usize,
    /// Whether the failed statement is known to leave nothing, but for an invalid index.
    pub is_failed_undone: bool,
}

impl Script {
    /// What stands when the statement with the index `failed` fails. `as_one` says that the script
    /// went out as one message, and not statement by statement.
    pub(crate) fn remains(&self, failed: usize, as_one: bool) -> Remains {
        let statements = self.statements();
        // A message with one statement is no transaction block.
        let is_implicit = as_one && statements.len() > 1;
        let mut standing = 0;
        let mut is_open = is_implicit;
        for (i, statement) in statements.iter().enumerate().take(failed) {
            match statement.kind {
                Kind::Begin => is_open = true,
                Kind::Rollback { chain } => is_open = chain || is_implicit,
                kind @ (Kind::Commit { .. } | Kind::PrepareTransaction) => {
                    standing = i + 1;
                    is_open = kind == Kind::Commit { chain: true } || is_implicit;
                }
                _ if is_open => {}
                _ => standing = i + 1,
            }
        }
        let may_leave = statements.get(failed).is_some_and(|statement| statement.may_leave);
        Remains { statements: standing, is_failed_undone: is_open || !may_leave }
    }
}
