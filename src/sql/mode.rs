//! How a file is to be run, told from its statements.
//!
//! Pure: the choice depends on nothing but the text, so what is planned is what is run.

use super::kind::Kind;
use super::statement::Statement;

/// How a file is to be run. Offsets are bytes of the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// No transaction control of its own: one message, one implicit transaction.
    Transactional {
        /// Where the guard goes: 0, or behind the leading statements that set the transaction's
        /// mode, which must come before any query. Always at the start of a statement.
        guard_at: usize,
    },
    /// One `BEGIN; … COMMIT;` that ends the file. What stands before the BEGIN becomes part of the
    /// block when all goes out as one message.
    OwnTransaction {
        /// Where the guard goes: behind the `;` of the BEGIN, and of the statements that follow it
        /// and set the transaction's mode. Always at the start of a statement.
        guard_at: usize,
    },
    /// Everything else that can run, without a transaction around it.
    NonTransactional {
        /// One message runs the whole file, which is how golang-migrate sends it: no statement
        /// refuses a transaction block. Otherwise it runs statement by statement.
        as_one: bool,
    },
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

/// Chooses the mode for the statements of one script, none of them empty.
pub(super) fn mode(statements: &[Statement]) -> Mode {
    if let Some(copy) = statements.iter().find(|s| s.kind == Kind::CopyFromStdin) {
        return Mode::Refused(Refusal::CopyFromStdin { at: copy.code.start });
    }
    if let Some(at) = left_open(statements) {
        return Mode::Refused(Refusal::LeavesTransactionOpen { at });
    }
    let refuses = |s: &Statement| s.kind == Kind::NonTransactional;
    let as_one = !statements.iter().any(refuses);
    let controls = statements.iter().filter(|s| s.kind.controls_transaction());
    match controls.collect::<Vec<_>>()[..] {
        // A DO block that commits, tried in a transaction first, would do its work twice up to its
        // first COMMIT, and sequences do not go back.
        [] if as_one && !matches!(statements, [one] if one.ends_transactions) => {
            Mode::Transactional { guard_at: after_modes(statements, 0) }
        }
        // In the block a statement that refuses it is left for the server to refuse, as with
        // golang-migrate; before the block it could have run, but not in the one message.
        [begin, commit]
            if begin.kind == Kind::Begin
                && commit.kind == (Kind::Commit { chain: false })
                && statements.last() == Some(commit)
                && !statements.iter().take_while(|s| *s != begin).any(refuses) =>
        {
            Mode::OwnTransaction { guard_at: after_modes(statements, begin.span.end) }
        }
        _ => Mode::NonTransactional { as_one },
    }
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

/// Behind the statements that set the transaction's mode and follow right after the byte `from`.
///
/// A last statement without its `;` is not stepped over: nothing could be put behind it. The guard
/// then comes before it, and the server may refuse the file with 25001.
fn after_modes(statements: &[Statement], from: usize) -> usize {
    let after = statements.iter().filter(|s| s.span.start >= from);
    let modes = after.take_while(|s| s.kind == Kind::SetTransaction && s.is_ended);
    modes.last().map_or(from, |s| s.span.end)
}
