//! Loose files: statement by statement, between a dirty row and a clean one.

use std::time::Instant;

use crate::connection::lock::{Locked, Seen};
use crate::connection::{Failed, Row};
use crate::error::{Cause, Error, Outcome};
use crate::event::Event;
use crate::fault::Fault;
use crate::migration::State;
use crate::migrator::OnEvent;
use crate::migrator::job::{Job, Ran, waited_in_vain};
use crate::sql::{Kind, Statement};
use crate::table::Took;

/// The warning `no_active_sql_transaction`.
const NO_TRANSACTION: &str = "25P01";

/// How often to give way to others in one file. Each time somebody else goes on, so more than a
/// few mean that this is not what it looks like.
const MOST_WAYS: u32 = 5;

/// What a loose run keeps in mind.
struct Loose<'a> {
    job: &'a Job<'a>,
    code: &'a [&'a Statement],
    /// Send it as one message.
    whole: bool,
    before: State,
    dirty: State,
    /// Indexes that were invalid before the file.
    invalid_before: Vec<Index>,
}

/// An index that `CREATE INDEX CONCURRENTLY` has not finished, or never will.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Index {
    /// Quoted, with its schema.
    quoted: String,
    name: String,
    /// Its table, quoted, with its schema.
    table: String,
    table_name: String,
}

impl Job<'_> {
    /// Runs the file's statements one after the other, or as the `whole` that they are.
    ///
    /// # Errors
    ///
    /// As [`Job::run`].
    pub fn loose(
        &self,
        locked: &mut Locked<'_>,
        on_event: OnEvent<'_>,
        code: &[&Statement],
        whole: bool,
    ) -> Result<Ran, Error> {
        let before = State::clean(self.step.from);
        let dirty = State { version: self.step.target, dirty: true };
        // An index build waits for those who wait for our lock inside the server: better that they
        // go first. The server would end the circle too, and as likely as not by failing them.
        if code.first().is_some_and(|s| s.kind == Kind::NonTransactional)
            && !locked.waiters().is_empty()
        {
            self.give_way(locked, on_event)?;
            return Ok(Ran::GaveWay);
        }
        self.advance(locked, before, dirty, "")?;
        let invalid_before = invalid_indexes(locked);
        let loose = Loose { job: self, code, whole, before, dirty, invalid_before };
        let old_lock_timeout = self.set_lock_timeout(locked);
        let ran = loose.run(locked, on_event);
        if let Some(old) = old_lock_timeout {
            // If this fails so does what comes next, and says so.
            let _ = locked.write(&format!("SET lock_timeout = '{old}'"));
        }
        match ran {
            // The row is dirty, whatever it was that failed beside the file's own statements.
            Err(Error::Statement { fault, .. }) => {
                let outcome = match fault {
                    Fault::Server(_) => Outcome::Dirty(dirty),
                    _ => Outcome::Unknown,
                };
                Err(self.failed(fault, Seen::default(), None, &|_| None, outcome))
            }
            Err(Error::Interrupted) => {
                let fault = Fault::Unclear("stopped while others had the lock".to_string());
                let outcome = Outcome::Dirty(dirty);
                Err(self.failed(fault, Seen::default(), None, &|_| None, outcome))
            }
            ran => ran,
        }
    }

    /// Sets `lock_timeout` for statements that are no transaction, and gives what it was. Not
    /// through a pooler, where a setting stays with whichever session it hits.
    fn set_lock_timeout(&self, locked: &mut Locked<'_>) -> Option<String> {
        let wait = self.limits.lock_wait.filter(|_| self.table.is_session_ours)?;
        let rows = locked.write("SELECT pg_catalog.current_setting('lock_timeout')").ok()?;
        locked.write(&format!("SET lock_timeout = {}", wait.as_millis())).ok()?;
        rows.into_iter().next()?.into_iter().next()?
    }

    fn give_way(&self, locked: &mut Locked<'_>, on_event: OnEvent<'_>) -> Result<(), Error> {
        let waiters = locked.waiters();
        on_event(Event::GaveWay { file: self.file().clone(), waiters });
        let mut on_wait = |holders, waited| on_event(Event::Waiting { holders, waited });
        locked.give_way(self.wait_again(&mut on_wait))
    }
}

impl Loose<'_> {
    fn run(&self, locked: &mut Locked<'_>, on_event: OnEvent<'_>) -> Result<Ran, Error> {
        let job = self.job;
        let begun = Instant::now();
        let (mut tries, mut ways) = (0, 0);
        let size = if self.whole { self.code.len() } else { 1 };
        let mut pieces = self.code.chunks(size.max(1)).enumerate().peekable();
        while let Some((i, piece)) = pieces.peek().copied() {
            let (Some(first), Some(last)) = (piece.first(), piece.last()) else { break };
            let alone = first.kind == Kind::NonTransactional;
            if alone && i > 0 && ways < MOST_WAYS && !locked.waiters().is_empty() {
                ways += 1;
                job.give_way(locked, on_event)?;
            }
            let sql = &job.text[first.code.start..last.code.end];
            let sent = locked.send(sql, job.limits, &mut |notice| {
                // As one message, which is what golang-migrate sends, a lone COMMIT would have
                // had a transaction to end.
                if notice.code != NO_TRANSACTION {
                    on_event(Event::Notice(notice));
                }
            });
            let Err((Failed { fault, completed }, seen)) = sent else {
                pieces.next();
                continue;
            };
            if alone && is_circle(&fault, &seen) && ways < MOST_WAYS {
                ways += 1;
                self.drop_indexes(locked, sql);
                if i == 0 {
                    // Nothing of the file stands, so whoever goes first may run it.
                    let entry = job.record_way(self.dirty, self.before);
                    job.advance(locked, self.dirty, self.before, &entry)?;
                }
                job.give_way(locked, on_event)?;
                if i == 0 {
                    return Ok(Ran::GaveWay);
                }
                continue;
            }
            if alone && is_vain(&fault) && job.may_try_again(tries) {
                tries += 1;
                self.drop_indexes(locked, sql);
                job.pause(tries, seen.blockers, on_event);
                continue;
            }
            let failed = (i * size + completed).min(self.code.len() - 1);
            let outcome = match &fault {
                Fault::Server(_) => {
                    // The statement may stand within a block that the file opened.
                    locked.roll_back();
                    let left = self.left_behind(locked, sql);
                    Outcome::Partly {
                        state: self.dirty,
                        statement: failed + 1,
                        of: self.code.len(),
                        standing: self.standing(failed),
                        invalid_indexes: left.into_iter().map(|index| index.quoted).collect(),
                    }
                }
                _ => Outcome::Unknown,
            };
            let offset = job.text[..first.code.start].chars().count();
            let statement = self.code.get(failed).copied();
            return Err(job.failed(fault, seen, statement, &|p| Some(p + offset), outcome));
        }
        let clean = State::clean(job.step.target);
        let entry = job.record(Took::This(begun.elapsed())).sql;
        if clean != State::NONE && job.table.is_touched_by(job.text) {
            job.write_row(locked, &job.table.restore(clean).sql, &entry)?;
        } else {
            job.advance(locked, self.dirty, clean, &entry)?;
        }
        Ok(Ran::Done)
    }

    /// How many statements stand when this one fails: those before the transaction that it is in.
    fn standing(&self, failed: usize) -> usize {
        let before = &self.code[..failed];
        let ends = |kind| {
            matches!(kind, Kind::Commit { .. } | Kind::Rollback { .. } | Kind::PrepareTransaction)
        };
        let ended = before.iter().rposition(|s| ends(s.kind)).map_or(0, |end| end + 1);
        if self.whole {
            return ended;
        }
        before[ended..].iter().position(|s| s.kind == Kind::Begin).map_or(failed, |b| ended + b)
    }

    /// Indexes that a statement has left behind invalid. Others may be building theirs.
    fn left_behind(&self, locked: &mut Locked<'_>, sql: &str) -> Vec<Index> {
        let sql = sql.to_lowercase();
        let mut indexes = invalid_indexes(locked);
        indexes.retain(|index| {
            !self.invalid_before.contains(index)
                && (sql.contains(&index.name.to_lowercase())
                    || sql.contains(&index.table_name.to_lowercase()))
        });
        indexes
    }

    /// Drops what a broken-off `CREATE INDEX CONCURRENTLY` left behind, so that it can run again.
    /// Where that fails the index is still there, and named by the next error.
    fn drop_indexes(&self, locked: &mut Locked<'_>, sql: &str) {
        for index in self.left_behind(locked, sql) {
            // Whoever is building an index on the table holds this lock. Not CONCURRENTLY: that
            // waits for those whom one is about to let go first.
            let claim = format!(
                "BEGIN;SET LOCAL lock_timeout = '10s';\
                 LOCK TABLE {} IN SHARE UPDATE EXCLUSIVE MODE NOWAIT",
                index.table
            );
            if locked.write(&claim).is_ok() && self.left_behind(locked, sql).contains(&index) {
                let _ = locked.write(&format!("DROP INDEX IF EXISTS {};COMMIT", index.quoted));
            }
            locked.roll_back();
        }
    }
}

/// The server, or we, saw that the statement waited for somebody who waits for our lock.
fn is_circle(fault: &Fault, seen: &Seen) -> bool {
    match fault.code() {
        // deadlock_detected
        Some("40P01") => true,
        // query_canceled
        Some("57014") => seen.circle,
        _ => false,
    }
}

fn is_vain(fault: &Fault) -> bool {
    matches!(fault, Fault::Server(error) if waited_in_vain(&Cause::Server(error.clone())))
}

fn invalid_indexes(locked: &mut Locked<'_>) -> Vec<Index> {
    let sql = "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), c.relname, \
               i.indrelid::pg_catalog.regclass, t.relname FROM pg_catalog.pg_index i \
               JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
               JOIN pg_catalog.pg_class t ON t.oid = i.indrelid \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE NOT i.indisvalid AND c.relkind = 'i' \
               AND n.nspname NOT LIKE 'pg\\_toast%' ORDER BY 1";
    let rows = locked.connection().query(sql).unwrap_or_default();
    let index = |row: Row| {
        let mut values = row.into_iter().map(Option::unwrap_or_default);
        Some(Index {
            quoted: values.next()?,
            name: values.next()?,
            table: values.next()?,
            table_name: values.next()?,
        })
    };
    rows.into_iter().filter_map(index).collect()
}
