//! Loose files: statement by statement, between a dirty row and a clean one.

use crate::connection::Failed;
use crate::connection::lock::{Locked, Seen};
use crate::error::{Cause, Error, Outcome};
use crate::event::Event;
use crate::fault::Fault;
use crate::migration::State;
use crate::migrator::OnEvent;
use crate::migrator::job::{Job, Ran, waited_in_vain};
use crate::sql::{Kind, Statement};

/// The warning `no_active_sql_transaction`.
const NO_TRANSACTION: &str = "25P01";

/// How often to give way to others in one file. Each time somebody else goes on, so more than a
/// few mean that this is not what it looks like.
const MOST_WAYS: u32 = 5;

impl Job<'_> {
    /// Runs the file's statements one after the other.
    ///
    /// # Errors
    ///
    /// As [`Job::run`].
    pub fn loose(
        &self,
        locked: &mut Locked<'_>,
        on_event: OnEvent<'_>,
        code: &[&Statement],
    ) -> Result<Ran, Error> {
        let before = State::clean(self.step.from);
        let dirty = State { version: self.step.target, dirty: true };
        let clean = State::clean(self.step.target);
        // An index build waits for those who wait for our lock inside the server: better that they
        // go first. The server would end the circle too, and as likely as not by failing them.
        if code.first().is_some_and(|s| s.kind == Kind::Alone) && !locked.waiters().is_empty() {
            self.give_way(locked, on_event)?;
            return Ok(Ran::GaveWay);
        }
        self.advance(locked, before, dirty)?;
        let old_lock_timeout = self.set_lock_timeout(locked)?;
        let invalid_before = invalid_indexes(locked);
        let (mut tries, mut ways) = (0, 0);
        let mut statements = code.iter().enumerate().peekable();
        while let Some((i, statement)) = statements.peek().copied() {
            let alone = statement.kind == Kind::Alone;
            if alone && i > 0 && ways < MOST_WAYS && !locked.waiters().is_empty() {
                ways += 1;
                self.give_way(locked, on_event)?;
            }
            let sql = &self.text[statement.code.clone()];
            let sent = locked.send(sql, self.limits, &mut |notice| {
                // As one message, which is what golang-migrate sends, a lone COMMIT would have
                // had a transaction to end.
                if notice.code != NO_TRANSACTION {
                    on_event(Event::Notice(notice));
                }
            });
            let Err((Failed { fault, .. }, seen)) = sent else {
                statements.next();
                continue;
            };
            if alone && is_circle(&fault, &seen) && ways < MOST_WAYS {
                ways += 1;
                drop_indexes(locked, &invalid_before);
                if i == 0 {
                    // Nothing of the file stands, so whoever goes first may run it.
                    self.advance(locked, dirty, before)?;
                }
                self.give_way(locked, on_event)?;
                if i == 0 {
                    return Ok(Ran::GaveWay);
                }
                continue;
            }
            if alone && is_vain(&fault) && self.may_try_again(tries) {
                tries += 1;
                drop_indexes(locked, &invalid_before);
                self.pause(tries, seen.blockers, on_event);
                continue;
            }
            let outcome = match &fault {
                Fault::Server(_) => {
                    // The statement may stand within a block that the file opened.
                    locked.roll_back();
                    Outcome::Partly {
                        state: dirty,
                        statement: i + 1,
                        of: code.len(),
                        invalid_indexes: new_invalid_indexes(locked, &invalid_before),
                    }
                }
                _ => Outcome::Unknown,
            };
            let offset = self.text[..statement.code.start].chars().count();
            return Err(self.failed(fault, seen, Some(statement), &|p| Some(p + offset), outcome));
        }
        if let Some(old) = old_lock_timeout {
            locked.write(&format!("SET lock_timeout = '{old}'"))?;
        }
        self.advance(locked, dirty, clean)?;
        Ok(Ran::Done)
    }

    /// Sets `lock_timeout` for statements that are no transaction, and gives what it was. Not
    /// through a pooler, where a setting stays with whichever session it hits.
    fn set_lock_timeout(&self, locked: &mut Locked<'_>) -> Result<Option<String>, Error> {
        let Some(wait) = self.limits.lock_wait.filter(|_| self.table.is_session_ours) else {
            return Ok(None);
        };
        let rows = locked.write("SELECT pg_catalog.current_setting('lock_timeout')")?;
        locked.write(&format!("SET lock_timeout = {}", wait.as_millis()))?;
        Ok(rows.into_iter().next().and_then(|row| row.into_iter().next()).flatten())
    }

    fn give_way(&self, locked: &mut Locked<'_>, on_event: OnEvent<'_>) -> Result<(), Error> {
        let waiters = locked.waiters();
        on_event(Event::GaveWay { file: self.file.clone(), waiters });
        let mut on_wait = |holders, waited| on_event(Event::Waiting { holders, waited });
        // An interrupt is seen before the next file; this one needs the lock for its end.
        while !locked.give_way(self.wait_again(&mut on_wait))? {
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        Ok(())
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

/// Drops what a broken-off `CREATE INDEX CONCURRENTLY` left behind, so that it can run again.
fn drop_indexes(locked: &mut Locked<'_>, invalid_before: &[String]) {
    for index in new_invalid_indexes(locked, invalid_before) {
        // Not CONCURRENTLY: that waits for those whom one is about to let go first. Where it
        // fails the index is still there, and named by the next error.
        let _ =
            locked.write(&format!("SET LOCAL lock_timeout = '10s';DROP INDEX IF EXISTS {index}"));
    }
}

fn new_invalid_indexes(locked: &mut Locked<'_>, before: &[String]) -> Vec<String> {
    let mut indexes = invalid_indexes(locked);
    indexes.retain(|index| !before.contains(index));
    indexes
}

/// Indexes that `CREATE INDEX CONCURRENTLY` left behind half built.
fn invalid_indexes(locked: &mut Locked<'_>) -> Vec<String> {
    let sql = "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_index i \
               JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE NOT i.indisvalid AND c.relkind = 'i' \
               AND n.nspname NOT LIKE 'pg\\_toast%' ORDER BY 1";
    let rows = locked.connection().query(sql).unwrap_or_default();
    rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect()
}
