//! What stands when a statement of a script fails.

use super::kind::Kind;
use super::reader::Reader;
use super::statement::Statement;

/// What stands when a statement fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remains {
    /// How many statements from the start: those before the transaction that the failed one is in.
    /// Blocks right before it that were rolled back do not count.
    pub statements: usize,
    /// Whether the failed statement is known to leave nothing, but for an invalid index.
    pub is_failed_undone: bool,
}

/// What stands when `statements[failed]` fails; `as_one` says that all went out in one message.
pub(super) fn remains(statements: &[Statement], failed: usize, as_one: bool) -> Remains {
    // A message with one statement is no transaction block.
    let is_implicit = as_one && statements.len() > 1;
    let mut standing = 0;
    let mut is_open = is_implicit;
    for (i, statement) in statements.iter().enumerate().take(failed) {
        match statement.kind {
            Kind::Begin => is_open = true,
            Kind::Commit { chain } => {
                standing = i + 1;
                is_open = chain || is_implicit;
            }
            Kind::PrepareTransaction => {
                standing = i + 1;
                is_open = is_implicit;
            }
            Kind::Rollback { chain } => is_open = chain || is_implicit,
            _ if is_open => {}
            _ => standing = i + 1,
        }
    }
    let may_leave = statements.get(failed).is_some_and(|statement| statement.may_leave);
    Remains { statements: standing, is_failed_undone: is_open || !may_leave }
}

/// The non-transactional statements that change what is not in the database, or commit on their way.
/// ALTER has them all, but for ALTER SYSTEM.
const LEAVING: [&str; 8] = [
    "alter database",
    "alter subscription",
    "alter table",
    "create subscription",
    "create tablespace",
    "drop database",
    "drop subscription",
    "drop tablespace",
];

/// Whether something of a statement may stand when it fails outside a transaction block, other than an
/// invalid index. `code` is the statement; `may_commit` says that it is a DO block which may.
pub(super) fn may_leave(code: &str, kind: Kind, may_commit: bool) -> bool {
    let reader = Reader::new(code);
    if kind == Kind::NonTransactional {
        return reader.at_any(&LEAVING);
    }
    // PL/pgSQL is what we can read.
    let is_other =
        |mut r: Reader<'_>| r.eat("language") && !r.value().eq_ignore_ascii_case("plpgsql");
    reader.at("call") || reader.at("do") && (may_commit || reader.rest().any(is_other))
}
