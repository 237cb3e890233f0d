//! The advisory lock that golang-migrate takes, and the one value that allows to write.
//!
//! It is tried, never waited for inside the server: a session that waits in `pg_advisory_lock`
//! holds a snapshot, and `CREATE INDEX CONCURRENTLY` in another session waits for that.

use std::time::{Duration, Instant};

use crate::connection::{Connection, Failed, Limits};
use crate::error::Error;
use crate::event::{Holder, Notice};
use crate::fault::Fault;
use crate::interrupt::Interrupt;

/// Pauses between two tries grow from this …
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
/// … to this.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// From when on one says that one waits, and how often again.
const FIRST_WORD: Duration = Duration::from_millis(700);
const NEXT_WORD: Duration = Duration::from_secs(5);

/// golang-migrate's lock id: CRC-32 (IEEE) of `schema NUL table NUL name`, times 1486364155,
/// modulo 2^32. `name` is the URL's path with its slash for the command line, and the
/// database's bare name for programs that embed the library.
pub fn lock_id(schema: &str, table: &str, name: &str) -> u32 {
    crc32fast::hash(format!("{schema}\0{table}\0{name}").as_bytes()).wrapping_mul(1_486_364_155)
}

/// How to wait for the lock.
pub struct Wait<'a> {
    /// How long; `None` for as long as it takes.
    pub timeout: Option<Duration>,
    /// Ends the wait.
    pub interrupt: &'a Interrupt,
    /// Told for whom, when it is felt and every few seconds after.
    pub on_wait: &'a mut dyn FnMut(Vec<Holder>, Duration),
}

/// A session that holds the lock under all its names. Only it can write.
pub struct Locked<'a> {
    connection: &'a mut Connection,
    ids: Vec<u32>,
}

impl<'a> Locked<'a> {
    /// Takes the lock under every id; `None` when the wait was interrupted.
    ///
    /// All or none: what was got is given back before a pause, so two runners with other sets
    /// of names never hold one and wait for the other's.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`] in time, [`Error::Statement`] when the server fails.
    pub fn acquire(
        connection: &'a mut Connection,
        mut ids: Vec<u32>,
        wait: Wait<'_>,
    ) -> Result<Option<Locked<'a>>, Error> {
        ids.sort_unstable();
        ids.dedup();
        let begun = Instant::now();
        let mut pause = SHORTEST_PAUSE;
        let mut next_word = FIRST_WORD;
        loop {
            let taken = try_all(connection, &ids)?;
            if taken.len() == ids.len() {
                return Ok(Some(Locked { connection, ids }));
            }
            release(connection, &taken).map_err(|fault| statement("unlock", fault))?;
            if wait.interrupt.is_stopped() {
                return Ok(None);
            }
            let waited = begun.elapsed();
            if wait.timeout.is_some_and(|timeout| waited >= timeout) {
                return Err(Error::LockTimeout { holders: holders(connection, &ids) });
            }
            if waited >= next_word {
                (wait.on_wait)(holders(connection, &ids), waited);
                next_word = waited + NEXT_WORD;
            }
            let left = wait.timeout.map_or(pause, |timeout| timeout.saturating_sub(waited));
            std::thread::sleep(pause.min(left));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Sends one message that may write.
    ///
    /// # Errors
    ///
    /// [`Failed`].
    pub fn send(
        &mut self,
        sql: &str,
        limits: &Limits,
        on_notice: &mut dyn FnMut(Notice),
    ) -> Result<(), Failed> {
        self.connection.send(sql, limits, on_notice)
    }

    /// Sends one message of our own that may write; what the server remarks on it is nobody's
    /// business.
    ///
    /// # Errors
    ///
    /// [`Error::Statement`].
    pub fn write(&mut self, sql: &str) -> Result<(), Error> {
        self.connection
            .send(sql, &Limits::default(), &mut |_| {})
            .map_err(|failed| statement(sql, failed.fault))
    }

    /// The session, to read with.
    pub fn connection(&mut self) -> &mut Connection {
        self.connection
    }

    /// Gives the lock back. A session that is gone has given it back already.
    pub fn release(self) {
        if !self.connection.is_lost() {
            // If this fails the session is broken, and the lock ends with it.
            let _ = release(self.connection, &self.ids);
        }
    }
}

fn statement(sql: &str, fault: Fault) -> Error {
    Error::Statement { sql: sql.to_string(), fault }
}

fn try_all(connection: &mut Connection, ids: &[u32]) -> Result<Vec<u32>, Error> {
    let sql = calls("pg_try_advisory_lock", ids);
    let rows = connection.query(&sql).map_err(|fault| statement(&sql, fault))?;
    let answers = rows.into_iter().next().unwrap_or_default();
    let held = |answer: &Option<String>| answer.as_deref() == Some("t");
    Ok(ids.iter().zip(answers).filter(|(_, answer)| held(answer)).map(|(id, _)| *id).collect())
}

fn release(connection: &mut Connection, ids: &[u32]) -> Result<(), Fault> {
    if ids.is_empty() {
        return Ok(());
    }
    connection.query(&calls("pg_advisory_unlock", ids)).map(drop)
}

fn calls(function: &str, ids: &[u32]) -> String {
    let calls: Vec<String> =
        ids.iter().map(|id| format!("pg_catalog.{function}({id}::bigint)")).collect();
    format!("SELECT {}", calls.join(", "))
}

/// Who holds the lock under any of the ids; empty when the server does not say.
fn holders(connection: &mut Connection, ids: &[u32]) -> Vec<Holder> {
    let list: Vec<String> = ids.iter().map(u32::to_string).collect();
    let sql = format!(
        "SELECT DISTINCT a.pid, coalesce(a.application_name, ''), coalesce(a.usename::text, ''), \
         coalesce(pg_catalog.host(a.client_addr), ''), \
         coalesce(a.xact_start, a.state_change, a.backend_start)::timestamptz(0)::text, \
         coalesce(pg_catalog.left(pg_catalog.regexp_replace(a.query, '\\s+', ' ', 'g'), 80), '') \
         FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
         JOIN pg_catalog.pg_database d ON d.oid = l.database \
         WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objsubid = 1 \
         AND d.datname = pg_catalog.current_database() \
         AND l.objid::bigint IN ({}) AND l.pid <> pg_catalog.pg_backend_pid() ORDER BY 1",
        list.join(", ")
    );
    let rows = connection.query(&sql).unwrap_or_default();
    rows.into_iter().filter_map(holder).collect()
}

fn holder(row: Vec<Option<String>>) -> Option<Holder> {
    let mut values = row.into_iter().map(Option::unwrap_or_default);
    let mut next = || values.next();
    Some(Holder {
        pid: next()?.parse().ok()?,
        application: next()?,
        user: next()?,
        client: next()?,
        since: next()?,
        query: next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::lock_id;

    #[test]
    fn ids_are_golang_migrates() {
        assert_eq!(lock_id("public", "schema_migrations", "/app"), 1_726_534_663);
        assert_eq!(lock_id("public", "schema_migrations", "app"), 1_787_120_056);
    }
}
