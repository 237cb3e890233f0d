//! Messages of files, on a session that holds the lock: several may be under way, and while one runs
//! somebody looks at what it waits for.

use std::cell::RefCell;
use std::time::Duration;

use crate::session::lock::{Held, Locked};
use crate::session::message::{Heard, Tick};
use crate::session::others::{Runner, blockers, cancel as cancel_runner, circle};
use crate::session::patience::Patience;
use crate::session::watch::Watch;
use crate::session::{Limits, SendError, Session, UnderWay};

/// How often to look for a circle of waits that the server cannot see.
const CIRCLE: Duration = Duration::from_secs(1);
/// How long to wait for the connection that looks at the server while the other one is busy.
const WATCHER: Duration = Duration::from_secs(5);

impl Locked<'_> {
    /// Sends one message that may write, and looks around while it runs.
    ///
    /// # Errors
    ///
    /// [`SendError`].
    pub fn send(
        &mut self,
        sql: &str,
        limits: &Limits,
        on_heard: &mut dyn FnMut(Heard),
    ) -> Result<(), SendError> {
        let mut under_way = UnderWay::default();
        self.post(sql, limits, &mut under_way)?;
        self.answer(&mut under_way, limits, on_heard)
    }

    /// Sends one message that may write, and does not wait for its answer. Where this fails nobody
    /// waits for the answers to those before it either.
    ///
    /// # Errors
    ///
    /// [`SendError`].
    pub fn post(
        &mut self,
        sql: &str,
        limits: &Limits,
        under_way: &mut UnderWay,
    ) -> Result<(), SendError> {
        let Locked { session, url, pid, held, watcher, .. } = self;
        // Opened ahead: `lock_timeout` may be shorter than it takes to connect.
        if limits.lock_wait.is_some() && watcher.is_none() && matches!(held, Held::Session) {
            let patience = Patience::new(Some(WATCHER), &limits.interrupt);
            *watcher = Session::open_within(url, patience).ok();
        }
        match pid {
            Some(_) => session.post(sql, under_way),
            None => {
                let sql = session.mark().before(sql);
                session.post(&sql, under_way)
            }
        }
    }

    /// Waits for the answer to the first message that is under way, and looks around meanwhile. Where
    /// it is an error nobody waits for the answers behind it.
    ///
    /// # Errors
    ///
    /// [`SendError`].
    pub fn answer(
        &mut self,
        under_way: &mut UnderWay,
        limits: &Limits,
        on_heard: &mut dyn FnMut(Heard),
    ) -> Result<(), SendError> {
        let Locked { session, url, pid, ids, held, watcher, .. } = self;
        let mark = session.mark().clone();
        let runner = pid.map_or(Runner::Marked(&mark), Runner::Process);
        let (mut in_the_way, mut is_circle) = (Vec::new(), false);
        let mut next_look = CIRCLE;
        let mut watch = Watch::default();
        // Notices come between two ticks, never within one.
        let on_heard = RefCell::new(on_heard);
        let mut on_tick = |run: Duration, end: bool| {
            if limits.lock_wait.is_some() && in_the_way.is_empty() {
                let eyes = match held {
                    Held::Transaction(holder) => Some(&mut **holder),
                    Held::Session => watcher.as_mut(),
                };
                in_the_way = eyes.map(|eyes| blockers(eyes, &runner)).unwrap_or_default();
            }
            let look = match (&mut *held, *pid) {
                (Held::Transaction(holder), _) => watch.through(run, holder, &runner),
                (Held::Session, pid) => pid.and_then(|pid| watch.beside(run, url, pid)),
            };
            if let Some(look) = look {
                (on_heard.borrow_mut())(Heard::StillRuns(look));
            }
            // Where the session is ours, the server sees a circle by itself.
            let Held::Transaction(holder) = held else { return end.into() };
            if run >= next_look && !is_circle {
                next_look = run + CIRCLE;
                is_circle = circle(holder, ids, &runner);
                if is_circle {
                    return cancel(holder, &runner);
                }
            }
            if end { cancel(holder, &runner) } else { Tick::GoOn }
        };
        let on_notice = &mut |notice| (on_heard.borrow_mut())(Heard::Notice(notice));
        session.answer(under_way, limits, |_| {}, on_notice, &mut on_tick).map_err(|error| {
            let fault = if pid.is_none() { mark.off(error.fault) } else { error.fault };
            SendError { fault, blockers: in_the_way, is_circle, ..error }
        })
    }
}

/// Cancels by a query: a cancel request ends some poolers (PgBouncer 1.18 falls over one whose
/// client hangs up at once, as the driver does).
fn cancel(holder: &mut Session, runner: &Runner<'_>) -> Tick {
    cancel_runner(holder, runner);
    Tick::Cancelled
}
