//! Finds out what became of a file whose answer never came.
//!
//! The commit may have happened or not; nobody guesses. A new session waits until the old one
//! is gone from the server, for until then it may still commit, and reads the row.

use std::time::Duration;

use crate::error::{Failure, Outcome};
use crate::fault::Fault;
use crate::history::LogEntry;
use crate::interrupt::Interrupt;
use crate::migration::{Direction, State};
use crate::migrator::connected::Connected;
use crate::quote::{EQ, NE};
use crate::session::Session;
use crate::session::mark::Mark;
use crate::session::patience::Patience;
use crate::table::Table;
use crate::url::DatabaseUrl;

/// How long to try: a server that restarts is back by then, or it is not coming back soon.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(100);

/// What became of a file whose answer was lost. `session` is the one that it was sent on.
///
/// `last_entry` is the log's last before the run: where the file leaves the row as it was, only an
/// entry tells.
pub fn find(
    url: &DatabaseUrl,
    Connected { session, table, .. }: &mut Connected,
    failure: &Failure,
    last_entry: i64,
    interrupt: &Interrupt,
) -> Outcome {
    if !session.is_lost() {
        // An answer that was not understood: the server is done with it when it answers the next
        // question.
        let state = table.read(session);
        return state.map_or(Outcome::Unknown, |state| judge(state, failure, None, last_entry));
    }
    let patience = Patience::new(Some(PATIENCE), interrupt);
    while !patience.is_over() {
        if let Some((state, entries)) = settled(url, table, session.mark(), &patience) {
            let entries = entries.filter(|_| table.log.is_on);
            return judge(state, failure, entries.as_deref(), last_entry);
        }
        patience.sleep(PAUSE);
    }
    Outcome::Unknown
}

/// The row and the log, if the server answers and the old session is gone from it.
fn settled(
    url: &DatabaseUrl,
    table: &Table,
    mark: &Mark,
    patience: &Patience,
) -> Option<(State, Option<Vec<LogEntry>>)> {
    let mut session = Session::open_within(url, patience.clone()).ok()?;
    let now = Table::find(&mut session, url).ok()?;
    let old = match table.is_session_ours {
        true => format!("b.pid {EQ} {}", table.pid),
        false => under_way(mark),
    };
    if !is_gone(&mut session, &old).ok()? {
        return None;
    }
    let state = now.read(&mut session).ok()?;
    let entries = now.entries(&mut session, false).ok();
    Some((state, entries.filter(|_| now.log.may_read)))
}

/// Whether what was sent through a pooler on a session that is lost is over: the pooler keeps the
/// server's session, which must be done with it.
///
/// # Errors
///
/// [`Fault`].
pub fn is_over(session: &mut Session, mark: &Mark) -> Result<bool, Fault> {
    is_gone(session, &under_way(mark))
}

/// Condition on `pg_stat_activity b`.
fn under_way(mark: &Mark) -> String {
    format!("b.state {NE} 'idle' AND {}", mark.condition())
}

fn is_gone(session: &mut Session, condition: &str) -> Result<bool, Fault> {
    let sql = format!(
        "SELECT FROM pg_catalog.pg_stat_activity b \
         WHERE {condition} AND b.datname {EQ} pg_catalog.current_database() \
         AND b.pid {NE} pg_catalog.pg_backend_pid()"
    );
    Ok(session.query(&sql)?.is_empty())
}

/// What the row says of a file, and where that says nothing, the log: `entries`, if it can be read.
pub fn judge(
    state: State,
    failure: &Failure,
    entries: Option<&[LogEntry]>,
    last_entry: i64,
) -> Outcome {
    let ran = |entry: &LogEntry| {
        entry.id > last_entry
            && entry.version == Some(failure.version)
            && entry.direction == Some(Direction::Up)
            && entry.is_done()
    };
    if state.dirty {
        Outcome::Dirty(state)
    } else if failure.before == failure.after {
        match entries {
            _ if state != failure.before => Outcome::Unknown,
            Some(entries) if entries.iter().any(ran) => Outcome::Committed(state),
            Some(_) => Outcome::Unchanged(state),
            None => Outcome::Unknown,
        }
    } else if state == failure.before {
        Outcome::Unchanged(state)
    } else if state == failure.after {
        Outcome::Committed(state)
    } else {
        // Somebody else has been there since.
        Outcome::Unknown
    }
}
