//! What an error means, as a table.

use super::*;

const FIRST: Attempt = Attempt {
    guard_at: 0,
    end: Ending::Check,
    with_log: true,
    prepared: false,
    as_connected: false,
    may_restore: true,
};
const PREPARED: Attempt = Attempt { prepared: true, ..FIRST };
const NO_LOG: Attempt = Attempt { with_log: false, ..FIRST };
const CONNECTED: Attempt = Attempt { as_connected: true, ..FIRST };
const RESTORE: Attempt = Attempt { end: Ending::Restore, ..FIRST };
const BARE: Attempt = Attempt { end: Ending::Nothing, ..FIRST };

const PLAIN: Nature = Nature {
    own_transaction: false,
    is_ended: true,
    is_read_only: false,
    mode_end: None,
    may_retry: false,
};
const OWN: Nature = Nature { own_transaction: true, ..PLAIN };
const OPEN: Nature = Nature { is_ended: false, ..PLAIN };
const READ_ONLY: Nature = Nature { is_read_only: true, ..PLAIN };
const MODE: Nature = Nature { mode_end: Some(9), ..PLAIN };
const PATIENT: Nature = Nature { may_retry: true, ..PLAIN };

/// An error at a part.
fn at(part: Part, code: &str) -> ErrorFacts<'_> {
    let (raised, table) = (Raised::Neither, NamedTable::None);
    ErrorFacts {
        code,
        part,
        has_position: false,
        may_be_commit: false,
        is_prepared: false,
        log_defers: true,
        raised,
        table,
    }
}

/// An error that may have come at the commit.
fn commit(code: &str, table: NamedTable) -> ErrorFacts<'_> {
    ErrorFacts { may_be_commit: true, table, ..at(Part::End, code) }
}

/// An error that one of our statements raised.
fn raised(part: Part, raised: Raised) -> ErrorFacts<'static> {
    ErrorFacts { raised, ..at(part, INVALID_TEXT_REPRESENTATION) }
}

#[test]
fn the_table() {
    use Part::{End as AtEnd, File, Log, Row};
    use Verdict::{Again, Failed, Moved, NonTransactional, NotKept, OursFailed, Retry};
    let cases = [
        // The file's own errors.
        (at(File, "42703"), FIRST, PLAIN, Failed),
        (at(File, "23505"), FIRST, PLAIN, Failed),
        (at(File, "22P02"), FIRST, PLAIN, Failed),
        (at(File, "42501"), FIRST, PLAIN, Failed),
        (at(File, "42P01"), FIRST, PLAIN, Failed),
        (at(File, "25006"), FIRST, PLAIN, Failed),
        (at(File, "57014"), FIRST, PATIENT, Failed),
        // It cannot run in a transaction, or not behind our statements.
        (at(File, "25001"), FIRST, PLAIN, NonTransactional),
        (at(File, "2D000"), FIRST, PLAIN, NonTransactional),
        (at(File, "25001"), FIRST, OWN, Failed),
        (at(File, "2D000"), FIRST, OWN, Failed),
        (at(File, "25001"), FIRST, MODE, Again(Attempt { guard_at: 9, ..FIRST })),
        (at(File, "25001"), Attempt { guard_at: 9, ..FIRST }, MODE, NonTransactional),
        (at(File, "25006"), FIRST, READ_ONLY, NonTransactional),
        (at(Log, "25006"), FIRST, READ_ONLY, Again(NO_LOG)),
        (at(Row, "25006"), FIRST, READ_ONLY, NonTransactional),
        (at(Row, "25006"), FIRST, PLAIN, OursFailed),
        // It breaks off at its end.
        (at(File, "42601"), FIRST, PLAIN, Failed),
        (at(File, "42601"), FIRST, OPEN, Again(BARE)),
        (at(AtEnd, "42601"), FIRST, OPEN, Again(BARE)),
        (at(File, "42601"), BARE, OPEN, Failed),
        // A lock that was not to be had.
        (at(File, "55P03"), FIRST, PLAIN, Failed),
        (at(File, "55P03"), FIRST, PATIENT, Retry),
        // Ours, prepared: whatever was not raised on purpose.
        (ErrorFacts { is_prepared: true, ..at(Row, "26000") }, PREPARED, PLAIN, Again(FIRST)),
        (ErrorFacts { is_prepared: true, ..at(Log, "42501") }, PREPARED, PLAIN, Again(FIRST)),
        (ErrorFacts { is_prepared: true, ..raised(Row, Raised::Guard) }, PREPARED, PLAIN, Moved),
        // The row.
        (raised(Row, Raised::Guard), FIRST, PLAIN, Moved),
        (at(Row, "23505"), FIRST, PLAIN, Moved),
        (at(Row, "42P01"), FIRST, PLAIN, OursFailed),
        (at(Row, "42501"), FIRST, PLAIN, Again(CONNECTED)),
        (at(Row, "42501"), CONNECTED, PLAIN, OursFailed),
        // The log.
        (at(Log, "P0001"), FIRST, PLAIN, Again(NO_LOG)),
        (at(Log, "42601"), FIRST, PLAIN, Again(NO_LOG)),
        (at(Log, "42601"), FIRST, OPEN, Again(NO_LOG)),
        (ErrorFacts { has_position: true, ..at(Log, "42601") }, FIRST, OPEN, Again(BARE)),
        (at(Log, "42501"), FIRST, PLAIN, Again(CONNECTED)),
        (at(Log, "42501"), CONNECTED, PLAIN, Again(Attempt { with_log: false, ..CONNECTED })),
        (at(Log, "42P01"), FIRST, PLAIN, Again(RESTORE)),
        (at(Log, "42P01"), RESTORE, PLAIN, Again(Attempt { with_log: false, ..RESTORE })),
        // Bytes that the database cannot hold: the log's, or else the file's.
        (at(Row, "22021"), FIRST, PLAIN, Again(NO_LOG)),
        (at(Row, "22P05"), NO_LOG, PLAIN, Failed),
        // The row or the table is gone behind the file.
        (raised(AtEnd, Raised::Check), FIRST, PLAIN, Again(RESTORE)),
        (raised(Log, Raised::Check), FIRST, PLAIN, Again(RESTORE)),
        (raised(Log, Raised::Check), RESTORE, PLAIN, NotKept),
        (raised(Log, Raised::Check), Attempt { may_restore: false, ..FIRST }, PLAIN, NotKept),
        (at(AtEnd, "42P01"), FIRST, PLAIN, Again(RESTORE)),
        (at(AtEnd, "3F000"), FIRST, OWN, Again(RESTORE)),
        (at(AtEnd, "42P01"), Attempt { may_restore: false, ..FIRST }, PLAIN, Failed),
        // What was written is not what stands there.
        (raised(AtEnd, Raised::Check), RESTORE, PLAIN, NotKept),
        (raised(AtEnd, Raised::Check), Attempt { may_restore: false, ..FIRST }, PLAIN, NotKept),
        (raised(Row, Raised::Check), BARE, PLAIN, NotKept),
        // The role may not create it.
        (
            at(AtEnd, "42501"),
            Attempt { as_connected: true, ..RESTORE },
            PLAIN,
            Again(Attempt { may_restore: false, ..CONNECTED }),
        ),
        // The role may not even look.
        (at(AtEnd, "42501"), FIRST, PLAIN, Again(CONNECTED)),
        (
            at(AtEnd, "42501"),
            CONNECTED,
            PLAIN,
            Again(Attempt { end: Ending::Nothing, ..CONNECTED }),
        ),
        // At the commit: a constraint of the file names its table, a trigger may be the log's.
        (commit("23503", NamedTable::Other), FIRST, PLAIN, Failed),
        (commit("23503", NamedTable::Log), FIRST, PLAIN, Again(NO_LOG)),
        (commit("P0001", NamedTable::None), FIRST, PLAIN, Again(NO_LOG)),
        (commit("P0001", NamedTable::None), NO_LOG, PLAIN, Failed),
        (
            ErrorFacts { log_defers: false, ..commit("P0001", NamedTable::None) },
            FIRST,
            PLAIN,
            Failed,
        ),
        (ErrorFacts { may_be_commit: true, ..at(File, "P0001") }, FIRST, OWN, Again(NO_LOG)),
        (at(AtEnd, "XX000"), FIRST, PLAIN, Failed),
        (at(AtEnd, "P0001"), RESTORE, PLAIN, Failed),
    ];
    for (error, attempt, file, expected) in cases {
        let said = verdict(&error, &attempt, &file);
        assert_eq!(said, expected, "{error:?}\n{attempt:?}\n{file:?}");
    }
}

/// Whatever the server says, it is sent again a few times at most.
#[test]
fn every_way_comes_to_an_end() {
    let codes = [
        "22021", "22P05", "22P02", "23505", "25001", "25006", "2D000", "3F000", "42501", "42601",
        "42703", "42P01", "55P03", "P0001", "XX000",
    ];
    let places = [Part::Row, Part::File, Part::Log, Part::End];
    let mut refusals = Vec::new();
    for part in places {
        for code in codes {
            for may_be_commit in [false, true] {
                for raised in [Raised::Neither, Raised::Check] {
                    let table = NamedTable::None;
                    let error = ErrorFacts { may_be_commit, raised, table, ..at(part, code) };
                    refusals.push(error);
                    refusals.push(ErrorFacts { is_prepared: true, ..error });
                }
            }
        }
    }
    // Each change is for good, so no way goes on for ever.
    let rank = |attempt: &Attempt| {
        let end = match attempt.end {
            Ending::Check => 0,
            Ending::Restore => 1,
            Ending::Nothing => 3,
        };
        let changes =
            [!attempt.with_log, !attempt.prepared, attempt.as_connected, attempt.guard_at > 0];
        let changes = changes.iter().filter(|is_changed| **is_changed).count();
        end + changes + if attempt.may_restore { 0 } else { 2 }
    };
    let mut attempts = Vec::new();
    for end in [Ending::Check, Ending::Restore, Ending::Nothing] {
        for bits in 0..32 {
            let [with_log, as_connected, may_restore, moved, prepared] =
                [1, 2, 4, 8, 16].map(|bit| bits & bit != 0);
            let guard_at = if moved { 9 } else { 0 };
            let may_restore = may_restore || end == Ending::Restore;
            attempts.push(Attempt { guard_at, end, with_log, prepared, as_connected, may_restore });
        }
    }
    for file in [PLAIN, OWN, OPEN, READ_ONLY, MODE] {
        for attempt in &attempts {
            let is_there = |error: &&ErrorFacts<'_>| match error.part {
                _ if error.is_prepared && !attempt.prepared => false,
                Part::Log => attempt.with_log,
                Part::End => attempt.end != Ending::Nothing,
                _ => true,
            };
            for error in refusals.iter().filter(is_there) {
                if let Verdict::Again(next) = verdict(error, attempt, &file) {
                    let case = format!("{error:?} {attempt:?} {file:?}");
                    assert!(rank(&next) > rank(attempt), "{case}");
                }
            }
        }
    }
}

#[test]
fn what_a_failed_statement_leads_to() {
    use StatementVerdict::{Failed, GiveWay, Retry};
    const BOTH: (bool, bool) = (true, true);
    const INDEX: Kind = Kind::NonTransactional;
    for (code, is_circle, kind, may, expected) in [
        (Some("40P01"), false, INDEX, BOTH, GiveWay),
        (Some("40P01"), false, INDEX, (false, true), Failed),
        (Some("40P01"), false, Kind::Other, BOTH, Failed),
        (Some("57014"), true, INDEX, BOTH, GiveWay),
        (Some("57014"), false, INDEX, BOTH, Failed),
        (Some("55P03"), false, INDEX, BOTH, Retry),
        (Some("55P03"), false, INDEX, (true, false), Failed),
        (Some("55P03"), false, Kind::Other, BOTH, Failed),
        (Some("42703"), true, INDEX, BOTH, Failed),
        (None, true, INDEX, BOTH, Failed),
    ] {
        assert_eq!(statement_verdict(code, is_circle, kind, may), expected, "{code:?} {kind:?}");
    }
}

/// A statement of ours beside files that share a transaction.
#[test]
fn the_table_of_a_shared_transaction() {
    use Part::{End as AtEnd, Log, Row};
    use SharedVerdict::{Again, Failed, Moved, NotKept, WithoutLog};
    let first = Tried { with_log: true, ..Tried::default() };
    let connected = Tried { as_connected: true, ..first };
    let restores = Tried { restores: true, ..first };
    let restoring = Tried { restores: true, ..connected };
    let bare = Tried { may_not_restore: true, ..connected };
    let no_log = Tried { with_log: false, ..first };
    for (error, tried, expected) in [
        // Somebody else.
        (raised(Row, Raised::Guard), first, Moved),
        (at(Row, "23505"), first, Moved),
        // The role, which a file has changed, or which may not make the tables.
        (at(Row, "42501"), first, Again(connected)),
        (at(Log, "42501"), first, Again(connected)),
        (at(AtEnd, "42501"), restoring, Again(bare)),
        (at(Log, "42501"), bare, WithoutLog),
        (at(AtEnd, "42501"), bare, Failed),
        // A file has dropped the table or the log.
        (at(AtEnd, "42P01"), first, Again(restores)),
        (at(Log, "42P01"), first, Again(restores)),
        (at(Log, "3F000"), first, Again(restores)),
        (raised(AtEnd, Raised::Check), first, Again(restores)),
        (at(Log, "42P01"), restores, WithoutLog),
        (at(AtEnd, "42P01"), bare, Failed),
        // The row is not what is written.
        (raised(AtEnd, Raised::Check), restores, NotKept),
        (raised(AtEnd, Raised::Check), bare, NotKept),
        (at(AtEnd, "23505"), restores, NotKept),
        // The log alone.
        (at(Log, "P0001"), first, WithoutLog),
        (at(Log, "P0001"), no_log, Failed),
        (at(Row, "P0001"), first, Failed),
    ] {
        assert_eq!(shared_verdict(&error, &tried), expected, "{error:?} {tried:?}");
    }
}
