//! How a file is to be run, told from its statements.
//!
//! Pure: the choice depends on nothing but the text, so what is planned is what is run.

use super::kind::Kind;
use super::scan::Statement;

/// How a file is to be run. Offsets are bytes of the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// No transaction control of its own: one message, one implicit transaction.
    Plain {
        /// Where the guard goes: 0, or behind the leading statements that set the transaction's
        /// mode, which must come before any query. Always at the start of a statement.
        insert_at: usize,
    },
    /// One `BEGIN; … COMMIT;` that ends the file. What stands before the BEGIN becomes part of the
    /// block when all goes out as one message.
    Wrapped {
        /// Where the guard goes: behind the `;` of the BEGIN, and of the statements that follow it
        /// and set the transaction's mode. Always at the start of a statement.
        insert_at: usize,
    },
    /// Everything else that can run: statement by statement.
    Loose,
    /// Cannot run: nothing is to be sent.
    Refused(Refusal),
}

/// Why a file cannot run. `at` is the byte at which the statement at fault begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The transaction that this statement opens is still open at the end of the file.
    LeavesTransactionOpen {
        /// Of the `BEGIN`, or of the `… AND CHAIN`.
        at: usize,
    },
    /// `COPY … FROM STDIN` wants data from the client. The statements after it may be data.
    CopyFromStdin {
        /// Of the `COPY`.
        at: usize,
    },
}

/// Chooses the way for the statements of one script, as [`scan`](super::scan) gave them.
pub fn route(statements: &[Statement]) -> Route {
    let copy = statements.iter().find(|s| s.kind == Kind::CopyFromStdin);
    if let Some(copy) = copy {
        let at = copy.code.start;
        return Route::Refused(Refusal::CopyFromStdin { at });
    }
    if let Some(at) = left_open(statements) {
        return Route::Refused(Refusal::LeavesTransactionOpen { at });
    }
    if !statements.iter().any(|s| controls(s.kind)) {
        if statements.iter().any(|s| s.kind == Kind::Alone) {
            return Route::Loose;
        }
        let insert_at = after_modes(statements, 0);
        return Route::Plain { insert_at };
    }
    match wrapped(statements) {
        Some(insert_at) => Route::Wrapped { insert_at },
        None => Route::Loose,
    }
}

/// Whether a text is a DO block that ends transactions: tried in one first, it would do its work twice
/// up to there, and sequences do not go back.
pub fn commits_in_do(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.clone().find(|word| !word.is_empty()) == Some("do")
        && words.any(|word| matches!(word, "commit" | "rollback"))
}

/// Whether a statement begins or ends a transaction.
fn controls(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Begin | Kind::Commit { .. } | Kind::Rollback { .. } | Kind::PrepareTransaction
    )
}

/// Where the transaction begins that is open after the last statement. A second BEGIN inside a
/// block only warns, and a chain without a block only fails: either is as good as the first here.
fn left_open(statements: &[Statement]) -> Option<usize> {
    let mut open = None;
    for statement in statements {
        let at = statement.code.start;
        match statement.kind {
            Kind::Begin => open = open.or(Some(at)),
            Kind::Commit { chain } | Kind::Rollback { chain } => open = chain.then_some(at),
            Kind::PrepareTransaction => open = None,
            _ => {}
        }
    }
    open
}

/// Where the guard goes, if one BEGIN … COMMIT ends the file and is its only transaction control.
fn wrapped(statements: &[Statement]) -> Option<usize> {
    let end = statements.iter().rposition(|s| !s.is_empty())?;
    if statements.get(end)?.kind != (Kind::Commit { chain: false }) {
        return None;
    }
    let begin = statements.iter().position(|s| controls(s.kind))?;
    let (before, inside) = (statements.get(..begin)?, statements.get(begin + 1..end)?);
    // In the block such a statement is left for the server to refuse, as with golang-migrate;
    // before the block it could have run, but not in the one message.
    let alone = before.iter().any(|s| s.kind == Kind::Alone);
    let other = inside.iter().any(|s| controls(s.kind));
    let begin = statements.get(begin)?;
    if begin.kind != Kind::Begin || alone || other {
        return None;
    }
    Some(after_modes(statements, begin.span.end))
}

/// Behind the statements that set the transaction's mode and follow right after the byte `from`.
///
/// The last statement of a file is not stepped over: it may lack its `;`, and nothing could be put
/// behind it. The guard then comes before it, and the server may refuse the file with 25001.
fn after_modes(statements: &[Statement], from: usize) -> usize {
    let mut at = from;
    let mut rest = statements.iter().filter(|s| s.span.start >= from).peekable();
    while let Some(statement) = rest.next() {
        match statement.kind {
            Kind::Empty => {}
            Kind::SetTransaction if rest.peek().is_some() => at = statement.span.end,
            _ => break,
        }
    }
    at
}
