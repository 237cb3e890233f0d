//! Messages and their answers: waited for in slices, so that between two of them a deadline, an
//! interrupt and the server's notices are seen to.
//!
//! A message may be posted before the answers to those ahead of it have come, so that many of them
//! cost one round trip.

use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use futures_util::{FutureExt, StreamExt};
use tokio_postgres::SimpleQueryMessage;

use crate::event::Notice;
use crate::fault::Fault;
use crate::session::message::{Limits, OnTick, SendError, Tick};
use crate::session::open::Incoming;
use crate::session::under_way::UnderWay;
use crate::session::{Session, driver_error};
use crate::sql::Strings;
use crate::sqlstate::is_connection_exception;

/// How long one looks at nothing but the socket.
const SLICE: Duration = Duration::from_millis(100);

/// Why a session ended whose answer was not waited for any longer.
const GIVEN_UP: &str = "the server did not answer in time";

/// How long a pooler may take to hang up, or a session to show that it lives.
const HANGING_UP: Duration = Duration::from_secs(5);

/// How long a cancel request may take to get through.
const CANCELLING: Duration = Duration::from_secs(5);

impl Session {
    /// Sends a message, and waits for the end of its answer.
    pub(super) fn exchange(
        &mut self,
        sql: &str,
        limits: &Limits,
        on_message: impl FnMut(SimpleQueryMessage),
        on_notice: &mut dyn FnMut(Notice),
        on_tick: OnTick<'_>,
    ) -> Result<(), SendError> {
        let mut under_way = UnderWay::default();
        self.post(sql, &mut under_way)?;
        self.answer(&mut under_way, limits, on_message, on_notice, on_tick)
    }

    /// Sends a message behind those that are under way. Where this fails nobody waits for their answers
    /// any more.
    pub(super) fn post(&mut self, sql: &str, under_way: &mut UnderWay) -> Result<(), SendError> {
        let Some(runtime) = &self.runtime else {
            return Err(SendError::new(Fault::Lost("closed".to_string()), 0));
        };
        if self.is_given_up {
            return Err(SendError::new(Fault::Lost(GIVEN_UP.to_string()), 0));
        }
        // What is sent goes out at once; the answer is for whoever polls the stream.
        match runtime.block_on(self.client.simple_query_raw(sql)) {
            Ok(stream) => {
                under_way.0.push_back(Box::pin(stream));
                Ok(())
            }
            Err(error) => {
                under_way.0.clear();
                self.hear();
                Err(self.failed(&error, 0))
            }
        }
    }

    /// Waits for the end of the answer to the first message that is under way. Where that is an error,
    /// nobody waits for the answers behind it any more.
    pub(super) fn answer(
        &mut self,
        under_way: &mut UnderWay,
        limits: &Limits,
        mut on_message: impl FnMut(SimpleQueryMessage),
        on_notice: &mut dyn FnMut(Notice),
        on_tick: OnTick<'_>,
    ) -> Result<(), SendError> {
        let (mut completed, mut has_rows) = (0, false);
        let mut cancelled = false;
        let begun = Instant::now();
        // Short enough to see who is in the way before `lock_timeout` strikes.
        let tick = limits.lock_wait.map_or(SLICE, |wait| SLICE.min(wait / 4));
        let client = &self.client;
        let (Some(runtime), Some(mut stream)) = (&self.runtime, under_way.0.pop_front()) else {
            return Err(SendError::new(Fault::Lost("closed".to_string()), completed));
        };
        let outcome = loop {
            // Rows come by the hundred: what is there needs no waiting.
            let next = match stream.next().now_or_never() {
                Some(next) => Ok(next),
                None => {
                    let left = limits.timeout.map(|t| t.saturating_sub(begun.elapsed()));
                    let slice = left.filter(|_| !cancelled).map_or(tick, |left| tick.min(left));
                    let next = async { tokio::time::timeout(slice, stream.next()).await };
                    runtime.block_on(next)
                }
            };
            match next {
                Ok(None) => break Ok(()),
                Ok(Some(Ok(message))) => {
                    match message {
                        SimpleQueryMessage::CommandComplete(_) => {
                            (completed, has_rows) = (completed + 1, false);
                        }
                        SimpleQueryMessage::Row(_) => has_rows = true,
                        _ => {}
                    }
                    on_message(message);
                }
                Ok(Some(Err(error))) => break Err(error),
                Err(_) => {
                    hear(&self.incoming, &mut self.lost, &mut self.notices, &mut self.strings);
                    self.notices.drain(..).for_each(&mut *on_notice);
                    if self.patience.is_over() {
                        self.is_given_up = true;
                        self.lost = Some(GIVEN_UP.to_string());
                        let fault = Fault::Lost(GIVEN_UP.to_string());
                        return Err(SendError::new(fault, completed));
                    }
                    let run = begun.elapsed();
                    let late = limits.timeout.is_some_and(|timeout| run >= timeout);
                    let end = late || limits.is_interrupted();
                    match on_tick(run, end && !cancelled) {
                        Tick::Cancel if !cancelled => {
                            cancelled = true;
                            let (token, tls) = (client.cancel_token(), self.tls.clone());
                            // Where this does not get through, the statement goes on.
                            let cancelling = async {
                                tokio::time::timeout(CANCELLING, token.cancel_query(tls)).await
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
        };
        drop(stream);
        self.hear();
        self.notices.drain(..).for_each(&mut *on_notice);
        // Answers that nobody takes would hold up all that is asked from here on.
        if outcome.is_err() {
            under_way.0.clear();
        }
        // A cancel that came too late may hit what is under way: that is to end with it.
        if cancelled && under_way.0.is_empty() {
            self.absorb_cancel();
        }
        outcome.map_err(|error| SendError { has_rows, ..self.failed(&error, completed) })
    }

    /// A message has failed after so many of its statements; none is under way.
    fn failed(&mut self, error: &tokio_postgres::Error, completed: usize) -> SendError {
        let is_closed = self.client.is_closed();
        let fault = driver_error::running(error, self.lost.as_deref(), is_closed);
        let fault = self.or_lost(fault);
        if let Fault::Lost(reason) = &fault {
            self.lost.get_or_insert_with(|| reason.clone());
        }
        SendError::new(fault, completed)
    }

    /// Takes in what the server has said unasked.
    fn hear(&mut self) {
        hear(&self.incoming, &mut self.lost, &mut self.notices, &mut self.strings);
    }

    /// A pooler whose server has gone says so as an error of class 08, and hangs up: the file may have
    /// been committed or not. A statement may end in such an error, too (dblink), and the session
    /// lives on.
    fn or_lost(&mut self, fault: Fault) -> Fault {
        match fault {
            Fault::Server(error)
                if is_connection_exception(&error.code) && !self.answers_within(HANGING_UP) =>
            {
                Fault::Lost(error.message)
            }
            fault => fault,
        }
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
