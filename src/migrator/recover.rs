//! Finds out what became of a file whose answer never came.
//!
//! The commit may have happened or not; nobody guesses. A new session waits until the old one
//! is gone from the server, for until then it may still commit, and reads the row.

use std::time::{Duration, Instant};

use crate::connection::Connection;
use crate::error::{Failure, Outcome};
use crate::migration::State;
use crate::quote::literal;
use crate::table::{GUARD, Table};
use crate::url::DatabaseUrl;

/// How long to try: a server that restarts is back by then, or it is not coming back soon.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(100);

/// What the row says, once the old session is over.
pub fn outcome(url: &DatabaseUrl, table: &Table, failure: &Failure) -> Outcome {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(state) = settled(url, table) {
            return judge(state, failure);
        }
        std::thread::sleep(PAUSE);
    }
    Outcome::Unknown
}

/// The row, if the server answers and the old session is gone from it.
fn settled(url: &DatabaseUrl, table: &Table) -> Option<State> {
    let mut connection = Connection::open(url).ok()?;
    let now = Table::find(&mut connection, &url.table).ok()?;
    let old = match table.is_session_ours {
        true => format!("pid = {}", table.pid),
        // A pooler keeps the server's session: it must be done with what we sent. The mark is
        // taken apart, so that this query is not found by itself.
        false => {
            let (start, rest) = GUARD.split_at(GUARD.len() / 2);
            format!(
                "state <> 'idle' AND pg_catalog.strpos(query, {} || {}) > 0",
                literal(start),
                literal(rest)
            )
        }
    };
    let sql = format!(
        "SELECT FROM pg_catalog.pg_stat_activity \
         WHERE {old} AND datname = pg_catalog.current_database() AND pid <> pg_catalog.pg_backend_pid()"
    );
    if !connection.query(&sql).ok()?.is_empty() {
        return None;
    }
    now.read(&mut connection).ok()
}

/// What a row says of a file.
pub fn judge(state: State, failure: &Failure) -> Outcome {
    if state.dirty {
        Outcome::Dirty(state)
    } else if state == failure.before {
        Outcome::Unchanged(state)
    } else if state == failure.after {
        Outcome::Committed(state)
    } else {
        // Somebody else has been there since.
        Outcome::Unknown
    }
}
