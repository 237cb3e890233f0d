//! Looks, now and then, at what a message waits for that has run for a while.
//!
//! Where the session is ours, that takes a second one, which a thread beside us opens: however long
//! that takes, the message is not held up by it. A message of less than five seconds costs nothing.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::interrupt::Interrupt;
use crate::session::Session;
use crate::session::message::Look;
use crate::session::others::{Runner, blockers, index_build};
use crate::session::patience::Patience;
use crate::url::DatabaseUrl;

/// How long a message may run before anybody looks, and how often again.
const PAUSE: Duration = Duration::from_secs(5);

/// How long to wait for the second session, and for an answer on it.
const PATIENCE: Duration = Duration::from_secs(5);

/// The looks at one message.
#[derive(Default)]
pub struct Watch {
    /// How long the message will have run at the next look.
    next: Option<Duration>,
    beside: Option<Beside>,
}

/// A thread with a session of its own. It ends when this is dropped.
struct Beside {
    looks: Receiver<Look>,
    _end: Sender<()>,
}

impl Watch {
    /// What there is to tell after `run`, seen through a session that is there already.
    pub fn through(
        &mut self,
        run: Duration,
        session: &mut Session,
        runner: &Runner<'_>,
    ) -> Option<Look> {
        self.is_due(run).then(|| look(session, runner))
    }

    /// The same, seen from another session, about the process `pid` of the server.
    pub fn beside(&mut self, run: Duration, url: &DatabaseUrl, pid: i32) -> Option<Look> {
        let is_first = self.next.is_none();
        let is_due = self.is_due(run);
        if is_due && is_first {
            self.beside = Beside::start(url, pid);
        }
        match &self.beside {
            Some(beside) => beside.looks.try_iter().last(),
            // There is no thread to be had; that it runs is told in any case.
            None => is_due.then(Look::default),
        }
    }

    fn is_due(&mut self, run: Duration) -> bool {
        let is_due = run >= self.next.unwrap_or(PAUSE);
        if is_due {
            self.next = Some(run + PAUSE);
        }
        is_due
    }
}

impl Beside {
    fn start(url: &DatabaseUrl, pid: i32) -> Option<Beside> {
        let (sender, looks) = channel();
        let (end, ended) = channel();
        let url = url.clone();
        let thread = thread::Builder::new().name("dbm-watch".to_string());
        thread.spawn(move || watch(&url, pid, &sender, &ended)).ok()?;
        Some(Beside { looks, _end: end })
    }
}

/// Looks until nobody wants to know any more. Without a session there is nothing to see, and that is
/// told as often.
fn watch(url: &DatabaseUrl, pid: i32, looks: &Sender<Look>, ended: &Receiver<()>) {
    let patience = || Patience::new(Some(PATIENCE), &Interrupt::new());
    let mut session = Session::open_within(url, patience()).ok();
    loop {
        let look = session.as_mut().map(|session| {
            session.set_patience(patience());
            look(session, &Runner::Process(pid))
        });
        if looks.send(look.unwrap_or_default()).is_err()
            || ended.recv_timeout(PAUSE) != Err(RecvTimeoutError::Timeout)
        {
            return;
        }
    }
}

fn look(session: &mut Session, runner: &Runner<'_>) -> Look {
    Look { waits_for: blockers(session, runner), builds: index_build(session, runner) }
}
