//! One session with the server, spoken to in the simple protocol only.
//!
//! Simple queries go through poolers that lose prepared statements, and carry a whole file in
//! one message. The driver's types stop here: rows of text, faults and notices go up.
//!
//! The driver is `tokio-postgres`, which the blocking crate `postgres` wraps: that wrapper drops
//! how many statements of a message were done when one failed, and we want to point at the one
//! that did. What is asynchronous about it ends in this file: every call blocks, in slices, so
//! that between two slices a deadline, an [`Interrupt`] and the server's notices are seen to.

pub mod config;
mod driver_error;
pub mod lock;
pub mod mark;
mod open;
mod others;
pub mod patience;
mod resolve;
mod tls;
pub mod waiting;

use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::Error;
use crate::event::{Holder, Notice};
use crate::fault::Fault;
use crate::interrupt::Interrupt;
use crate::session::mark::Mark;
use crate::session::open::{Incoming, Opened};
use crate::session::patience::Patience;
use crate::sql::Strings;
use crate::text::go_reason;
use crate::url::DatabaseUrl;

/// A row of an answer, each value as the server writes it.
pub type Row = Vec<Option<String>>;

/// How long one looks at nothing but the socket.
const SLICE: Duration = Duration::from_millis(100);

/// Why a session ended whose answer was not waited for any longer.
const GIVEN_UP: &str = "the server did not answer in time";

/// How long a cancel request may take to get through.
const CANCELLING: Duration = Duration::from_secs(5);

/// An open session.
pub struct Session {
    /// `Some` until dropped.
    runtime: Option<Runtime>,
    client: Client,
    incoming: Receiver<Incoming>,
    tls: MakeRustlsConnect,
    token: Option<String>,
    mark: Mark,
    version: Option<u32>,
    /// What a backslash is in a plain string, as far as the server has said.
    strings: Strings,
    place: String,
    /// How long to wait for an answer.
    patience: Patience,
    /// An answer was not waited for any longer, so the next one would be taken for it.
    is_given_up: bool,
    /// Why the session ended, once it has.
    lost: Option<String>,
    notices: Vec<Notice>,
}

/// What may end a message early.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// How long it may run.
    pub timeout: Option<Duration>,
    /// How long a statement may wait for a lock (`lock_timeout`), in whole milliseconds.
    pub lock_wait: Option<Duration>,
    /// Who else may end it.
    pub interrupt: Interrupt,
}

/// Hears now and then how long a message has run, and whether it is time to cancel it.
type OnTick<'a> = &'a mut dyn FnMut(Duration, bool) -> Tick;

/// What to do with a message that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tick {
    /// Let it run.
    GoOn,
    /// Send a cancel request.
    Cancel,
    /// It has been cancelled in another way.
    Cancelled,
}

impl From<bool> for Tick {
    fn from(end: bool) -> Tick {
        if end { Tick::Cancel } else { Tick::GoOn }
    }
}

/// A message that failed.
#[derive(Clone, Debug)]
pub struct SendError {
    /// Why.
    pub fault: Fault,
    /// How many of its statements were done before.
    pub completed: usize,
    /// Who was in its way, where it had a `lock_wait`.
    pub blockers: Vec<Holder>,
    /// It was cancelled because it waited for somebody who waits for our lock.
    pub is_circle: bool,
}

impl SendError {
    fn new(fault: Fault, completed: usize) -> SendError {
        SendError { fault, completed, blockers: Vec::new(), is_circle: false }
    }
}

impl From<Fault> for SendError {
    fn from(fault: Fault) -> SendError {
        SendError::new(fault, 0)
    }
}

impl Session {
    /// Opens a session.
    ///
    /// # Errors
    ///
    /// [`Error::Url`] for certificates that cannot be used, [`Error::Connect`] when the server cannot be reached or refuses.
    pub fn open(url: &DatabaseUrl) -> Result<Session, Error> {
        Session::open_within(url, Patience::default())
    }

    /// Opens a session; neither that nor any of its answers is waited for longer than `patience`
    /// lasts. A session that was given up is lost.
    ///
    /// # Errors
    ///
    /// As [`Session::open`].
    pub fn open_within(url: &DatabaseUrl, patience: Patience) -> Result<Session, Error> {
        let Opened { runtime, client, incoming, tls, token, mark, version, strings } =
            open::open(url, &patience)?;
        Ok(Session {
            runtime: Some(runtime),
            client,
            incoming,
            tls,
            token,
            mark,
            version,
            strings,
            place: url.place(),
            patience,
            is_given_up: false,
            lost: None,
            notices: Vec::new(),
        })
    }

    /// Sends one message and gives back the rows of the last statement in it that has any.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn query(&mut self, sql: &str) -> Result<Vec<Row>, Fault> {
        self.query_within(sql, &Limits::default())
    }

    /// The same, with what may end it early.
    fn query_within(&mut self, sql: &str, limits: &Limits) -> Result<Vec<Row>, Fault> {
        let mut rows = Vec::new();
        let collect = |message| match message {
            SimpleQueryMessage::RowDescription(_) => rows.clear(),
            SimpleQueryMessage::Row(row) => {
                rows.push((0..row.len()).map(|i| row.get(i).map(str::to_string)).collect());
            }
            _ => {}
        };
        self.exchange(sql, limits, collect, &mut |_| {}, &mut |_, end| end.into())
            .map_err(|e| e.fault)?;
        Ok(rows)
    }

    /// Sends one message whose rows nobody wants. Notices go to `on_notice` as they come.
    ///
    /// Private to this folder: what writes goes through [`lock::Locked`].
    fn send(
        &mut self,
        sql: &str,
        limits: &Limits,
        on_notice: &mut dyn FnMut(Notice),
        on_tick: OnTick<'_>,
    ) -> Result<(), SendError> {
        self.exchange(sql, limits, |_| {}, on_notice, on_tick)
    }

    /// Whether the server answers anything at all within a time; `false` for a session that is
    /// gone, too.
    pub fn answers_within(&mut self, limit: Duration) -> bool {
        let Some(runtime) = &self.runtime else { return false };
        let asking = async { tokio::time::timeout(limit, self.client.simple_query("")).await };
        matches!(runtime.block_on(asking), Ok(Ok(_)))
    }

    /// Host, port and database.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What [`config::TOKEN`] was set to at the start; the session that still says so is ours.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// What a backslash is in a plain string of the next message.
    pub fn strings(&self) -> Strings {
        self.strings
    }

    /// How long answers are waited for from now on.
    pub fn set_patience(&mut self, patience: Patience) {
        self.patience = patience;
    }

    /// What our messages bear where a pooler lends us the server's connections.
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// Whether the server is of an older version than this one.
    pub fn is_older_than(&self, version: u32) -> bool {
        self.version.is_some_and(|own| own < version)
    }

    /// Whether the session is known to be over.
    pub fn is_lost(&self) -> bool {
        self.lost.is_some() || self.client.is_closed()
    }

    fn exchange(
        &mut self,
        sql: &str,
        limits: &Limits,
        mut on_message: impl FnMut(SimpleQueryMessage),
        on_notice: &mut dyn FnMut(Notice),
        on_tick: OnTick<'_>,
    ) -> Result<(), SendError> {
        let mut completed = 0;
        let mut cancelled = false;
        let begun = Instant::now();
        // Short enough to see who is in the way before `lock_timeout` strikes.
        let tick = limits.lock_wait.map_or(SLICE, |wait| SLICE.min(wait / 4));
        let client = &self.client;
        let Some(runtime) = &self.runtime else {
            return Err(SendError::new(Fault::Lost("closed".to_string()), completed));
        };
        if self.is_given_up {
            return Err(SendError::new(Fault::Lost(GIVEN_UP.to_string()), completed));
        }
        let outcome = match runtime.block_on(client.simple_query_raw(sql)) {
            Err(error) => Err(error),
            Ok(stream) => {
                let mut stream = Box::pin(stream);
                loop {
                    let left = limits.timeout.map(|t| t.saturating_sub(begun.elapsed()));
                    let slice = left.filter(|_| !cancelled).map_or(tick, |left| tick.min(left));
                    let next = async { tokio::time::timeout(slice, stream.next()).await };
                    match runtime.block_on(next) {
                        Ok(None) => break Ok(()),
                        Ok(Some(Ok(message))) => {
                            if let SimpleQueryMessage::CommandComplete(_) = message {
                                completed += 1;
                            }
                            on_message(message);
                        }
                        Ok(Some(Err(error))) => break Err(error),
                        Err(_) => {
                            hear(
                                &self.incoming,
                                &mut self.lost,
                                &mut self.notices,
                                &mut self.strings,
                            );
                            self.notices.drain(..).for_each(&mut *on_notice);
                            if self.patience.is_over() {
                                self.is_given_up = true;
                                self.lost = Some(GIVEN_UP.to_string());
                                let fault = Fault::Lost(GIVEN_UP.to_string());
                                return Err(SendError::new(fault, completed));
                            }
                            let run = begun.elapsed();
                            let late = limits.timeout.is_some_and(|timeout| run >= timeout);
                            let end = late || limits.interrupt.is_cancelled();
                            match on_tick(run, end && !cancelled) {
                                Tick::Cancel if !cancelled => {
                                    cancelled = true;
                                    let (token, tls) = (client.cancel_token(), self.tls.clone());
                                    // Where this does not get through, the statement goes on.
                                    let cancelling = async {
                                        tokio::time::timeout(CANCELLING, token.cancel_query(tls))
                                            .await
                                    };
                                    let _ = runtime.block_on(cancelling);
                                    limits.interrupt.cancel_sent();
                                }
                                Tick::Cancelled => {
                                    cancelled = true;
                                    limits.interrupt.cancel_sent();
                                }
                                _ => {}
                            }
                        }
                    }
                }
            }
        };
        hear(&self.incoming, &mut self.lost, &mut self.notices, &mut self.strings);
        self.notices.drain(..).for_each(&mut *on_notice);
        let result = outcome.map_err(|error| {
            let fault =
                driver_error::running(&error, self.lost.as_deref(), self.client.is_closed());
            if let Fault::Lost(reason) = &fault {
                self.lost.get_or_insert_with(|| reason.clone());
            }
            SendError::new(fault, completed)
        });
        if cancelled {
            self.absorb_cancel();
        }
        result
    }

    /// A cancel request that came too late for its statement hits the next one: give it one
    /// that nobody misses.
    fn absorb_cancel(&mut self) {
        if let Some(runtime) = &self.runtime
            && !self.client.is_closed()
        {
            let _ = runtime.block_on(async { self.client.simple_query("SELECT").await });
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A runtime that is dropped inside another one panics, unless in the background.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn hear(
    incoming: &Receiver<Incoming>,
    lost: &mut Option<String>,
    notices: &mut Vec<Notice>,
    strings: &mut Strings,
) {
    for message in incoming.try_iter() {
        match message {
            Incoming::Notice(notice) => notices.push(notice),
            Incoming::Lost(reason) => *lost = Some(reason),
            Incoming::Strings(now) => *strings = now,
        }
    }
}

/// Runs `work`; inside a tokio runtime on a thread beside it, for a session has a runtime of its own,
/// and one cannot block within another.
///
/// # Errors
///
/// Those of `work`, and [`Error::NoThread`].
pub fn outside_a_runtime<T: Send>(
    work: impl FnOnce() -> Result<T, Error> + Send,
) -> Result<T, Error> {
    if tokio::runtime::Handle::try_current().is_err() {
        return work();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().spawn_scoped(scope, work);
        let thread = thread.map_err(|error| Error::NoThread { reason: go_reason(&error) })?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
