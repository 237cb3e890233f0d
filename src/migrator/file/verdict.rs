//! What an error of the server means for the file that was sent: a pure function of the error, the
//! part of the message that it came in, and what was tried.
//!
//! A transactional file goes out with statements of ours, and when the server refuses the message
//! nothing has happened. So the file can be sent again in another way, and this says in which. A
//! statement of a non-transactional file goes out alone, and there is less to decide.

use crate::sql::Kind;
use crate::sqlstate::*;

/// What stands at the end of a message, behind the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A look at the row: it must still be what it was set to. It also keeps what fails at the
    /// commit from being taken for the file's last statement, for the server commits before it
    /// says that the last statement of a message is done.
    Check,
    /// The table and the row are made again: the file has dropped or changed them.
    Restore,
    /// Nothing: the file's text ends the message.
    Nothing,
}

/// A way to send a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The byte of the file at which our statements go in.
    pub guard_at: usize,
    /// What stands behind the file.
    pub end: Ending,
    /// Whether an entry for the log goes with it.
    pub with_log: bool,
    /// Whether our statements are prepared ones.
    pub prepared: bool,
    /// Whether our statements run as the role that connected, whatever role a file has set.
    pub as_connected: bool,
    /// Whether the table can be made again; not where the role may not create it.
    pub may_restore: bool,
}

/// Where in the message the error came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Our guard, or the new row.
    Row,
    /// The file.
    File,
    /// The log's entry.
    Log,
    /// What stands behind the file.
    End,
}

/// The error, as far as it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorFacts<'a> {
    /// The SQLSTATE.
    pub code: &'a str,
    /// Where.
    pub part: Part,
    /// Whether the server gave a position in the message.
    pub has_position: bool,
    /// It may have come at the commit: it has no position, all but the message's last statement was
    /// done, and that had given its rows, if it is ours.
    pub may_be_commit: bool,
    /// It came in one of our statements, and they were prepared: its position may be that in the
    /// message that prepared it.
    pub is_prepared: bool,
    /// Something on the log waits for the commit: a deferred trigger. We make none.
    pub log_defers: bool,
    /// What raised it, if that was one of our statements on purpose.
    pub raised: Raised,
    /// The table that it names.
    pub table: NamedTable,
}

/// What raised an error on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raised {
    /// The guard: the row is not what was planned from.
    Guard,
    /// The check: the row is not what it was set to.
    Check,
    /// Neither.
    Neither,
}

/// The table that an error names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedTable {
    /// None.
    None,
    /// The log.
    Log,
    /// Any other.
    Other,
}

/// What is known of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nature {
    /// It is one BEGIN … COMMIT.
    pub own_transaction: bool,
    /// Its last statement has its semicolon.
    pub is_ended: bool,
    /// It makes its transaction read only.
    pub is_read_only: bool,
    /// The end of a statement behind the guard that sets the transaction's mode, which must come
    /// before any query, so before our statements.
    pub mode_end: Option<usize>,
    /// It may be retried when it could not get a lock.
    pub may_retry: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The file failed.
    Failed,
    /// Somebody has changed the row.
    Moved,
    /// A trigger or a rule has changed what we wrote to the row.
    NotKept,
    /// A statement of ours failed, and not for the file's sake.
    OursFailed,
    /// Wait a while, and send it again as it is.
    Retry,
    /// Send it again in this way.
    Again(Attempt),
    /// It cannot run in a transaction with our statements: run it statement by statement.
    NonTransactional,
}

/// Whether a file that failed so in a transaction shared with another may run in one of its own:
/// it refuses a transaction, uses what must be committed first, or what has events pending.
pub fn may_run_alone(code: &str) -> bool {
    refuses_transaction(code)
        || matches!(code, READ_ONLY_SQL_TRANSACTION | OBJECT_IN_USE | UNSAFE_NEW_ENUM_VALUE_USAGE)
}

/// Whether the server refuses to run something within a transaction.
fn refuses_transaction(code: &str) -> bool {
    matches!(code, ACTIVE_SQL_TRANSACTION | INVALID_TRANSACTION_TERMINATION)
}

/// Whether the server could not make sense of the bytes of the whole message.
fn is_untranslatable(code: &str) -> bool {
    matches!(code, UNTRANSLATABLE_CHARACTER | CHARACTER_NOT_IN_REPERTOIRE)
}

/// What to do about an error. `attempt` was tried; nothing of it has happened.
pub fn verdict(error: &ErrorFacts<'_>, attempt: &Attempt, file: &Nature) -> Verdict {
    let code = error.code;
    let again = |change: fn(&mut Attempt)| {
        let mut next = *attempt;
        change(&mut next);
        Verdict::Again(next)
    };
    let without_log = || again(|next| next.with_log = false);
    if error.raised == Raised::Guard {
        return Verdict::Moved;
    }
    // Whatever it is, it is told best by what does not hang on a statement of before.
    if error.is_prepared && error.raised == Raised::Neither {
        return again(|next| next.prepared = false);
    }
    // Before the file, or behind a row that was just made again.
    let is_ours = error.part == Part::Row || attempt.end == Ending::Restore;
    if error.raised == Raised::Check && (is_ours || !attempt.may_restore) {
        return Verdict::NotKept;
    }
    // Before anything else is known of the message, so in whatever part.
    if is_untranslatable(code) && error.part == Part::Row {
        return if attempt.with_log { without_log() } else { Verdict::Failed };
    }
    if code == READ_ONLY_SQL_TRANSACTION && file.is_read_only && error.part != Part::Log {
        return Verdict::NonTransactional;
    }
    // What breaks off at the end of the file is shown as it is without our end behind it. A quote
    // that is not closed reaches into our statements; what a trigger raises there has no position.
    if code == SYNTAX_ERROR
        && (error.has_position || matches!(error.part, Part::File | Part::End))
        && !file.is_ended
        && attempt.end != Ending::Nothing
    {
        return again(|next| next.end = Ending::Nothing);
    }
    // The file has set a role that may not do what we do.
    if code == INSUFFICIENT_PRIVILEGE && error.part != Part::File && !attempt.as_connected {
        return again(|next| next.as_connected = true);
    }
    match error.part {
        // Another runner has inserted the same row.
        Part::Row if code == UNIQUE_VIOLATION => Verdict::Moved,
        Part::Row => Verdict::OursFailed,
        Part::File => of_the_file(error, attempt, file),
        // The file has dropped the log, and perhaps the version table.
        Part::Log if is_gone(error) && attempt.end == Ending::Check && attempt.may_restore => {
            again(|next| next.end = Ending::Restore)
        }
        Part::Log => without_log(),
        Part::End => at_the_end(error, attempt),
    }
}

fn of_the_file(error: &ErrorFacts<'_>, attempt: &Attempt, file: &Nature) -> Verdict {
    match (error.code, file.mode_end) {
        (ACTIVE_SQL_TRANSACTION, Some(end)) if end > attempt.guard_at => {
            Verdict::Again(Attempt { guard_at: end, ..*attempt })
        }
        (code, _) if refuses_transaction(code) && !file.own_transaction => {
            Verdict::NonTransactional
        }
        (LOCK_NOT_AVAILABLE, _) if file.may_retry => Verdict::Retry,
        _ if may_be_the_logs(error, attempt) => {
            Verdict::Again(Attempt { with_log: false, ..*attempt })
        }
        _ => Verdict::Failed,
    }
}

fn at_the_end(error: &ErrorFacts<'_>, attempt: &Attempt) -> Verdict {
    match (attempt.end, error.code) {
        (Ending::Check, _) if is_gone(error) && attempt.may_restore => {
            Verdict::Again(Attempt { end: Ending::Restore, ..*attempt })
        }
        // Whoever the file has made us may not look.
        (Ending::Check, INSUFFICIENT_PRIVILEGE) => {
            Verdict::Again(Attempt { end: Ending::Nothing, ..*attempt })
        }
        // The role may not create tables in the schema. The version table may still be there, and
        // then nothing needs to be made.
        (Ending::Restore, INSUFFICIENT_PRIVILEGE) => {
            Verdict::Again(Attempt { end: Ending::Check, may_restore: false, ..*attempt })
        }
        _ if may_be_the_logs(error, attempt) => {
            Verdict::Again(Attempt { with_log: false, ..*attempt })
        }
        // What the file has deferred to the commit, or done to the version table.
        _ => Verdict::Failed,
    }
}

/// Whether the error may come from a deferred trigger on the log: at the commit nobody tells. If
/// the message fails in the same way without the log's entry, it was the file.
fn may_be_the_logs(error: &ErrorFacts<'_>, attempt: &Attempt) -> bool {
    attempt.with_log && error.may_be_commit && error.log_defers && error.table != NamedTable::Other
}

/// Whether the row, the table or its schema is not there any more.
fn is_gone(error: &ErrorFacts<'_>) -> bool {
    error.raised == Raised::Check
        || matches!(error.code, UNDEFINED_TABLE | INVALID_SCHEMA_NAME | UNDEFINED_COLUMN)
}

/// How files are tried in one transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// Whether entries for the log go with them.
    pub with_log: bool,
    /// Whether our statements run as the role that connected.
    pub as_connected: bool,
    /// Whether the tables are made again before they are used behind files.
    pub restores: bool,
    /// The role may not create them.
    pub may_not_restore: bool,
}

/// What to do about a statement of ours in a transaction that files share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedVerdict {
    /// Run them all again in this way.
    Again(Tried),
    /// Run them all again without the log.
    WithoutLog,
    /// Somebody has changed the row.
    Moved,
    /// What is written to the row is changed.
    NotKept,
    /// It failed, and not for the files' sake.
    Failed,
}

/// What to do about an error of a statement of ours. `tried` was; nothing has happened.
pub fn shared_verdict(error: &ErrorFacts<'_>, tried: &Tried) -> SharedVerdict {
    let may_restore = !tried.restores && !tried.may_not_restore;
    match error.code {
        _ if error.raised == Raised::Guard => SharedVerdict::Moved,
        INSUFFICIENT_PRIVILEGE if !tried.as_connected => {
            SharedVerdict::Again(Tried { as_connected: true, ..*tried })
        }
        // Perhaps the tables are there all the same.
        INSUFFICIENT_PRIVILEGE if !tried.may_not_restore => {
            SharedVerdict::Again(Tried { restores: false, may_not_restore: true, ..*tried })
        }
        _ if is_gone(error) && may_restore => {
            SharedVerdict::Again(Tried { restores: true, ..*tried })
        }
        _ if error.raised == Raised::Check => SharedVerdict::NotKept,
        UNIQUE_VIOLATION if error.part == Part::Row => SharedVerdict::Moved,
        // The row was deleted in the same message.
        UNIQUE_VIOLATION if error.part == Part::End => SharedVerdict::NotKept,
        _ if error.part == Part::Log && tried.with_log => SharedVerdict::WithoutLog,
        _ => SharedVerdict::Failed,
    }
}

/// What to do about a statement of a non-transactional file that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementVerdict {
    /// Let those go first who wait for our lock, then run it again.
    GiveWay,
    /// Wait a while, then run it again.
    Retry,
    /// The file failed.
    Failed,
}

/// What to do about the error of a statement. Only what refuses a transaction is run again: another
/// statement may have been in a transaction that the file began.
pub fn statement_verdict(
    code: Option<&str>,
    is_circle: bool,
    kind: Kind,
    (may_give_way, may_retry): (bool, bool),
) -> StatementVerdict {
    match code {
        _ if kind != Kind::NonTransactional => StatementVerdict::Failed,
        // The server, or we, saw that it waited for somebody who waits for our lock.
        Some(DEADLOCK_DETECTED) if may_give_way => StatementVerdict::GiveWay,
        Some(QUERY_CANCELED) if is_circle && may_give_way => StatementVerdict::GiveWay,
        Some(LOCK_NOT_AVAILABLE) if may_retry => StatementVerdict::Retry,
        _ => StatementVerdict::Failed,
    }
}

#[cfg(test)]
mod tests;
