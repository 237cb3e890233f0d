//! Who else is there: holders of the migration lock, those who wait for it, and those who are in
//! a statement's way.

use std::time::Duration;

use crate::event::{Holder, IndexBuild};
use crate::quote::{EQ, NE};
use crate::session::Session;
use crate::session::mark::Mark;

/// Which session of the server runs what we sent.
pub enum Runner<'a> {
    /// This process: the session is ours.
    Process(i32),
    /// Whichever a pooler has lent us for what bears this mark.
    Marked(&'a Mark),
}

impl Runner<'_> {
    /// Condition on `pg_stat_activity b`.
    fn condition(&self) -> String {
        let runs = match self {
            Runner::Process(pid) => format!("b.pid {EQ} {pid}"),
            Runner::Marked(mark) => {
                format!("b.state {EQ} 'active' AND {}", mark.condition())
            }
        };
        format!("{runs} AND b.datname {EQ} pg_catalog.current_database()")
    }
}

/// Condition on `pg_locks l` for our lock under any of the ids.
fn ours(ids: &[u32]) -> String {
    let list: Vec<String> = ids.iter().map(u32::to_string).collect();
    format!(
        "l.locktype {EQ} 'advisory' AND l.classid {EQ} 0 AND l.objsubid {EQ} 1 \
         AND l.objid::bigint {EQ} ANY (ARRAY[{}]::bigint[]) \
         AND l.database {EQ} (SELECT oid FROM pg_catalog.pg_database \
         WHERE datname {EQ} pg_catalog.current_database())",
        list.join(", ")
    )
}

/// Who holds the lock under any of the ids; empty when the server does not say.
pub fn holders(session: &mut Session, ids: &[u32]) -> Vec<Holder> {
    sessions(session, &format!("{} AND l.granted", ours(ids)))
}

/// Who waits for the lock inside the server.
pub fn waiters(session: &mut Session, ids: &[u32]) -> Vec<Holder> {
    sessions(session, &format!("{} AND NOT l.granted", ours(ids)))
}

/// Other sessions with a lock for which `condition` holds.
fn sessions(session: &mut Session, condition: &str) -> Vec<Holder> {
    let sql = format!(
        "SELECT DISTINCT {SESSION} FROM pg_catalog.pg_locks l \
         JOIN pg_catalog.pg_stat_activity a ON a.pid {EQ} l.pid \
         WHERE {condition} AND l.pid {NE} pg_catalog.pg_backend_pid() ORDER BY 1"
    );
    described(session, &sql)
}

/// Columns of `pg_stat_activity a` that make a [`Holder`].
const SESSION: &str = "a.pid, coalesce(a.application_name, ''), \
    coalesce(a.usename::pg_catalog.text, ''), coalesce(pg_catalog.host(a.client_addr), ''), \
    coalesce(a.xact_start, a.state_change, a.backend_start)::timestamp(0) with time zone::pg_catalog.text, \
    extract(epoch FROM pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) \
    coalesce(a.xact_start, a.state_change, a.backend_start))::bigint, \
    coalesce(pg_catalog.left(pg_catalog.regexp_replace(a.query, '[[:space:]]+', ' ', 'g'), 80), '')";

/// The sessions that a query of [`SESSION`] gives; none when it fails.
fn described(session: &mut Session, sql: &str) -> Vec<Holder> {
    let rows = session.query(&afresh(sql)).unwrap_or_default();
    rows.into_iter().filter_map(holder).collect()
}

/// A question of `pg_stat_activity`, whose answer stays the same for the length of a transaction:
/// the one that holds the lock behind a pooler lasts as long as the run.
fn afresh(sql: &str) -> String {
    format!("SELECT pg_catalog.pg_stat_clear_snapshot();{sql}")
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
        elapsed: next()?.parse().ok().map(Duration::from_secs),
        query: next()?,
    })
}

/// Whom a statement waits for.
pub fn blockers(session: &mut Session, runner: &Runner<'_>) -> Vec<Holder> {
    let sql = format!(
        "SELECT DISTINCT {SESSION} FROM pg_catalog.pg_stat_activity b \
         CROSS JOIN LATERAL pg_catalog.unnest(pg_catalog.pg_blocking_pids(b.pid)) AS w (pid) \
         JOIN pg_catalog.pg_stat_activity a ON a.pid {EQ} w.pid \
         WHERE {} AND b.pid {NE} pg_catalog.pg_backend_pid() ORDER BY 1",
        runner.condition()
    );
    described(session, &sql)
}

/// How far a runner is with the index that it builds, if it builds one and the server says so.
pub fn index_build(session: &mut Session, runner: &Runner<'_>) -> Option<IndexBuild> {
    if session.is_older_than(12) {
        return None;
    }
    let sql = format!(
        "SELECT c.relname, p.phase, p.lockers_done, p.lockers_total, p.blocks_done, p.blocks_total, \
         p.tuples_done, p.tuples_total FROM pg_catalog.pg_stat_activity b \
         JOIN pg_catalog.pg_stat_progress_create_index p ON p.pid {EQ} b.pid \
         LEFT JOIN pg_catalog.pg_class c ON c.oid {EQ} p.index_relid WHERE {}",
        runner.condition()
    );
    let mut values = session.query(&afresh(&sql)).ok()?.into_iter().next()?.into_iter();
    let (index, phase) = (values.next()?, values.next()??);
    let counts: Vec<u64> = values.map(|n| n.and_then(|n| n.parse().ok()).unwrap_or(0)).collect();
    // Counts of what was done before may stand beside those of what is done now.
    let counted = match &*phase {
        phase if phase.starts_with("waiting") => 0,
        phase if phase.contains("tuples") => 4,
        _ => 2,
    };
    let count = |index: usize| counts.get(index).copied().unwrap_or(0);
    let (done, total) = (count(counted), count(counted + 1));
    Some(IndexBuild { index, phase, done, total })
}

/// Whether a statement of ours waits for somebody who waits for our lock.
pub fn circle(session: &mut Session, ids: &[u32], runner: &Runner<'_>) -> bool {
    let waiters = waiters(session, ids);
    !waiters.is_empty()
        && blockers(session, runner).iter().any(|b| waiters.iter().any(|w| w.pid == b.pid))
}

/// Cancels what a runner runs.
pub fn cancel(session: &mut Session, runner: &Runner<'_>) {
    let sql = format!(
        "SELECT pg_catalog.pg_cancel_backend(b.pid) FROM pg_catalog.pg_stat_activity b \
         WHERE {} AND b.pid {NE} pg_catalog.pg_backend_pid()",
        runner.condition()
    );
    // Where it fails, the statement goes on.
    let _ = session.query(&afresh(&sql));
}

/// Whether this session holds the lock under every id.
pub fn is_held(session: &mut Session, ids: &[u32]) -> bool {
    let sql = format!(
        "SELECT FROM pg_catalog.pg_locks l \
         WHERE {} AND l.granted AND l.pid {EQ} pg_catalog.pg_backend_pid()",
        ours(ids)
    );
    session.query(&sql).is_ok_and(|rows| rows.len() == ids.len())
}
