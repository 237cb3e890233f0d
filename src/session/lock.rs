//! The advisory lock that golang-migrate takes, and the one value that allows to write.
//!
//! It is tried, never waited for inside the server: a session that waits in `pg_advisory_lock`
//! holds a snapshot, and `CREATE INDEX CONCURRENTLY` in another session waits for that.

mod sending;

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::event::Holder;
use crate::fault::Fault;
use crate::interrupt::Interrupt;
use crate::session::others::{holders, is_held, waiters};
use crate::session::patience::Patience;
use crate::session::{Limits, Row, Session, Values};
use crate::url::DatabaseUrl;

/// Pauses between two tries grow from this …
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
/// … to this.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// From when on one says that one waits, and how often again.
const FIRST_WORD: Duration = Duration::from_millis(700);
const NEXT_WORD: Duration = Duration::from_secs(5);
/// How long a pooler may take to find a server connection.
const POOL_WAIT: Duration = Duration::from_secs(15);
/// Begins the transaction that holds the lock behind a pooler. Idle in READ COMMITTED it has no
/// snapshot, so no index build waits for it. It lasts as long as the run does, so no limit may end
/// it; `transaction_timeout` came with PostgreSQL 17.
const HOLDING: &str = "BEGIN ISOLATION LEVEL READ COMMITTED;\
    SELECT pg_catalog.set_config(name, '0', true) FROM pg_catalog.pg_settings \
    WHERE name OPERATOR(pg_catalog.=) 'transaction_timeout' \
    OR name OPERATOR(pg_catalog.=) 'idle_in_transaction_session_timeout';";
/// How long to let others have the lock before one asks for it again in any case.
const LONGEST_WAY: Duration = Duration::from_secs(30);

/// Told for whom one waits, and for how long so far: when it is felt, and every few seconds after.
pub type OnWait<'a> = &'a mut dyn FnMut(Vec<Holder>, Duration);

/// How to wait for the lock.
pub struct Wait<'a> {
    /// How long; `None` for as long as it takes.
    pub timeout: Option<Duration>,
    /// Ends the wait.
    pub interrupt: &'a Interrupt,
    /// Told while it waits.
    pub on_wait: OnWait<'a>,
}

/// A session that holds the lock under all its names. Only it can write.
pub struct Locked<'a> {
    session: &'a mut Session,
    url: &'a DatabaseUrl,
    /// Our process on the server, where the session is ours.
    pid: Option<i32>,
    ids: Vec<u32>,
    held: Held,
    interrupt: Interrupt,
    /// Looks at the server while the session is busy; opened when it is needed.
    watcher: Option<Session>,
}

/// What holds the lock.
enum Held {
    /// The session itself, which is ours from end to end.
    Session,
    /// A transaction on a second connection. Through a pooler nothing else does: a session's lock
    /// stays behind on some server connection that is lent to the next client.
    Transaction(Box<Session>),
}

impl<'a> Locked<'a> {
    /// Takes the lock under every id. `pid` is our process on the server, `None` where the session
    /// is a pooler's; `taken` are the ids that the session has from a try before.
    ///
    /// All or none: what was got is given back before a pause, so two runners with other sets
    /// of names never hold one and wait for the other's.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`] in time, [`Error::Interrupted`], [`Error::Statement`] when the
    /// server fails.
    pub fn acquire(
        session: &'a mut Session,
        url: &'a DatabaseUrl,
        pid: Option<i32>,
        ids: Vec<u32>,
        taken: &[u32],
        wait: Wait<'_>,
    ) -> Result<Locked<'a>, Error> {
        let held = match pid {
            Some(_) => Held::Session,
            None => {
                let patience = Patience::new(None, wait.interrupt);
                Held::Transaction(Box::new(Session::open_within(url, patience)?))
            }
        };
        let interrupt = wait.interrupt.clone();
        let mut locked = Locked { session, url, pid, ids, held, interrupt, watcher: None };
        if pid.is_some() && taken.len() == locked.ids.len() {
            return Ok(locked);
        }
        give_back(locked.session, taken)?;
        locked.take(wait)?;
        // The lock's connection keeps one of the pool's; a pool of one has none left for the work.
        if pid.is_none() && !locked.session.answers_within(POOL_WAIT) {
            let fault = Fault::Unclear(
                "the pooler has no second server connection for us: the lock takes one, the work \
                 another (PgBouncer: default_pool_size)"
                    .to_string(),
            );
            return Err(Error::Connect { place: url.place(), fault });
        }
        Ok(locked)
    }

    /// Tries until it has the lock. Meanwhile an interrupt need not wait for the server's answer.
    fn take(&mut self, wait: Wait<'_>) -> Result<(), Error> {
        let interrupt = wait.interrupt;
        self.set_patience(Patience::new(None, interrupt));
        let taken = self.try_until_taken(wait);
        self.set_patience(Patience::default());
        match taken {
            Err(_) if interrupt.is_stopped() => Err(Error::Interrupted),
            taken => taken,
        }
    }

    fn set_patience(&mut self, patience: Patience) {
        if let Held::Transaction(holder) = &mut self.held {
            holder.set_patience(patience.clone());
        }
        self.session.set_patience(patience);
    }

    fn try_until_taken(&mut self, wait: Wait<'_>) -> Result<(), Error> {
        let begun = Instant::now();
        let mut pause = SHORTEST_PAUSE;
        let mut next_word = FIRST_WORD;
        loop {
            if self.try_once()? {
                return Ok(());
            }
            if wait.interrupt.is_stopped() {
                return Err(Error::Interrupted);
            }
            let waited = begun.elapsed();
            if wait.timeout.is_some_and(|timeout| waited >= timeout) {
                return Err(Error::LockTimeout { holders: holders(self.session, &self.ids) });
            }
            if waited >= next_word {
                (wait.on_wait)(holders(self.session, &self.ids), waited);
                next_word = waited + NEXT_WORD;
            }
            let left = wait.timeout.map_or(pause, |timeout| timeout.saturating_sub(waited));
            std::thread::sleep(pause.min(left));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// All of the ids, or none.
    fn try_once(&mut self) -> Result<bool, Error> {
        let holder = match &mut self.held {
            Held::Session => {
                let sql = calls("pg_try_advisory_lock", &self.ids);
                let taken = taken(self.session, &sql, &self.ids)?;
                let all = taken.len() == self.ids.len();
                if !all {
                    give_back(self.session, &taken)?;
                }
                return Ok(all);
            }
            Held::Transaction(holder) => holder,
        };
        let sql = format!("{HOLDING}{}", calls("pg_try_advisory_xact_lock", &self.ids));
        let all = taken(holder, &sql, &self.ids)?.len() == self.ids.len();
        if !all {
            query(holder, "ROLLBACK")?;
        }
        Ok(all)
    }

    /// Who waits for our lock inside the server.
    pub fn waiters(&mut self) -> Vec<Holder> {
        waiters(self.session, &self.ids)
    }

    /// Lets those have the lock who wait for it inside the server, and takes it again when they
    /// are through.
    ///
    /// # Errors
    ///
    /// As [`Locked::acquire`].
    pub fn give_way(&mut self, on_wait: OnWait<'_>) -> Result<(), Error> {
        self.drop_lock()?;
        let begun = Instant::now();
        while begun.elapsed() < LONGEST_WAY && !waiters(self.session, &self.ids).is_empty() {
            std::thread::sleep(SHORTEST_PAUSE * 4);
        }
        self.take_again(on_wait)
    }

    /// Takes the lock again where a file has given it away (`DISCARD ALL`,
    /// `pg_advisory_unlock_all()`); whether it had.
    ///
    /// # Errors
    ///
    /// As [`Locked::acquire`].
    pub fn take_back(&mut self, on_wait: OnWait<'_>) -> Result<bool, Error> {
        if matches!(self.held, Held::Transaction(_)) || is_held(self.session, &self.ids) {
            return Ok(false);
        }
        self.take_again(on_wait)?;
        Ok(true)
    }

    /// Waits for as long as it takes, since we had it.
    fn take_again(&mut self, on_wait: OnWait<'_>) -> Result<(), Error> {
        let interrupt = self.interrupt.clone();
        self.take(Wait { timeout: None, interrupt: &interrupt, on_wait })
    }

    fn drop_lock(&mut self) -> Result<(), Error> {
        match &mut self.held {
            Held::Session => give_back(self.session, &self.ids),
            Held::Transaction(holder) => query(holder, "COMMIT"),
        }
    }

    /// Leaves an aborted transaction block, if there is one.
    pub fn roll_back(&mut self) {
        // Where this fails the session is gone, and the block with it.
        let _ = self.session.query("ROLLBACK");
    }

    /// Sends one message of our own that may write, and gives the rows of its last statement that
    /// has any; what the server remarks on it is nobody's business.
    ///
    /// # Errors
    ///
    /// [`Error::Statement`].
    pub fn write(&mut self, sql: &str) -> Result<Vec<Row>, Error> {
        self.ask(sql, |session, sql, limits| session.query_within(sql, limits))
    }

    /// The same, and hands over each row as it comes, with which of the message's queries it is a row
    /// of, from 0.
    ///
    /// # Errors
    ///
    /// As [`Locked::write`]; some rows may have come before it.
    pub fn write_each(
        &mut self,
        sql: &str,
        on_row: impl FnMut(usize, Values<'_>),
    ) -> Result<(), Error> {
        self.ask(sql, |session, sql, limits| session.query_each_within(sql, limits, on_row))
    }

    /// Sends what may write; through a pooler with the mark before it.
    fn ask<T>(
        &mut self,
        sql: &str,
        send: impl FnOnce(&mut Session, &str, &Limits) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        let limits = Limits { interrupt: self.interrupt.clone(), ..Limits::default() };
        let written = match self.pid {
            Some(_) => send(self.session, sql, &limits),
            None => {
                let mark = self.session.mark().clone();
                send(self.session, &mark.before(sql), &limits).map_err(|fault| mark.off(fault))
            }
        };
        written.map_err(|fault| statement(sql, fault))
    }

    /// The session, to read with.
    pub fn session(&mut self) -> &mut Session {
        self.session
    }

    /// Gives the lock back. A session that is gone has given it back already.
    pub fn release(mut self) {
        if !self.session.is_lost() {
            // If this fails the session is broken, and the lock ends with it.
            let _ = self.drop_lock();
        }
    }
}

/// Gives back what the session holds, so that it never holds one id and waits for another.
///
/// # Errors
///
/// [`Error::Statement`].
pub fn give_back(session: &mut Session, taken: &[u32]) -> Result<(), Error> {
    match taken {
        [] => Ok(()),
        taken => query(session, &calls("pg_advisory_unlock", taken)),
    }
}

fn statement(sql: &str, fault: Fault) -> Error {
    Error::Statement { sql: sql.to_string(), fault }
}

fn query(session: &mut Session, sql: &str) -> Result<(), Error> {
    session.query(sql).map(drop).map_err(|fault| statement(sql, fault))
}

/// Sends what asks for each id, and gives those that were got.
fn taken(session: &mut Session, sql: &str, ids: &[u32]) -> Result<Vec<u32>, Error> {
    let rows = session.query(sql).map_err(|fault| statement(sql, fault))?;
    let answers = rows.into_iter().next().unwrap_or_default();
    let held = |answer: &Option<String>| answer.as_deref() == Some("t");
    Ok(ids.iter().zip(answers).filter(|(_, answer)| held(answer)).map(|(id, _)| *id).collect())
}

fn calls(function: &str, ids: &[u32]) -> String {
    let calls: Vec<String> =
        ids.iter().map(|id| format!("pg_catalog.{function}({id}::bigint)")).collect();
    format!("SELECT {}", calls.join(", "))
}
