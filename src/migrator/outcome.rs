//! Finds out what became of a file whose answer never came.
//!
//! The commit may have happened or not; nobody guesses. A new session waits until the old one
//! is gone from the server, for until then it may still commit, and reads the row.

use std::time::Duration;

use crate::error::{Failure, Outcome};
use crate::fault::Fault;
use crate::interrupt::Interrupt;
use crate::migration::State;
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
        return state.map_or(Outcome::Unknown, |state| judge(state, failure, || None));
    }
    let patience = Patience::new(Some(PATIENCE), interrupt);
    while !patience.is_over() {
        if let Some((state, mut session, now)) = settled(url, table, session.mark(), &patience) {
            let is_told = table.log.is_on && now.log.may_read;
            let ran = || has_run(&now, &mut session, failure, last_entry).filter(|_| is_told);
            return judge(state, failure, ran);
        }
        patience.sleep(PAUSE);
    }
    Outcome::Unknown
}

/// The row, and a session to ask further, if the server answers and the old session is gone from it.
fn settled(
    url: &DatabaseUrl,
    table: &Table,
    mark: &Mark,
    patience: &Patience,
) -> Option<(State, Session, Table)> {
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
    Some((state, session, now))
}

/// Whether the log says that a file ran, after the `last` entry; `None` where it cannot be read.
pub fn has_run(table: &Table, session: &mut Session, failure: &Failure, last: i64) -> Option<bool> {
    table.has_run(session, failure.version, last).ok()
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

/// What the row says of a file, and where that says nothing, the log: `has_run`.
pub fn judge(state: State, failure: &Failure, has_run: impl FnOnce() -> Option<bool>) -> Outcome {
    if state.dirty {
        Outcome::Dirty(state)
    } else if failure.before == failure.after {
        if state != failure.before {
            return Outcome::Unknown;
        }
        match has_run() {
            Some(true) => Outcome::Committed(state),
            Some(false) => Outcome::Unchanged(state),
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
