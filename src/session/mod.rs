//! One session with the server, spoken to in the simple protocol only.
//!
//! Simple queries go through poolers that lose prepared statements, and carry a whole file in
//! one message. The driver's types stop here: rows of text, faults and notices go up.
//!
//! The driver is `tokio-postgres`, which the blocking crate `postgres` wraps: that wrapper drops
//! how many statements of a message were done when one failed, and we want to point at the one
//! that did. What is asynchronous about it ends in this folder: every call blocks, see `exchange`.

pub mod config;
mod driver_error;
mod exchange;
pub mod lock;
pub mod lock_id;
pub mod mark;
mod message;
mod open;
pub mod others;
pub mod patience;
mod resolve;
mod tls;
mod under_way;
pub mod waiting;
mod watch;

use std::sync::mpsc::Receiver;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::Error;
use crate::event::Notice;
use crate::fault::Fault;
use crate::session::mark::Mark;
use crate::session::open::{Incoming, Opened};
use crate::session::patience::Patience;
use crate::sql::Strings;
use crate::text::go_reason;
use crate::trace::Context;
use crate::url::DatabaseUrl;

pub use message::{Heard, Limits, Look, SendError};
pub use under_way::UnderWay;

/// A row of an answer, each value as the server writes it.
pub type Row = Vec<Option<String>>;

/// The values of one row, as the server writes them; only as long as the row is looked at.
pub struct Values<'r> {
    row: &'r SimpleQueryRow,
    next: usize,
}

impl<'r> Iterator for Values<'r> {
    type Item = Option<&'r str>;

    fn next(&mut self) -> Option<Option<&'r str>> {
        let at = self.next;
        self.next += 1;
        (at < self.row.len()).then(|| self.row.get(at))
    }
}

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

    /// Sends one message and gives back the rows of each statement in it that has any columns.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn query_all(&mut self, sql: &str) -> Result<Vec<Vec<Row>>, Fault> {
        let mut answers: Vec<Vec<Row>> = Vec::new();
        let collect = |message| match message {
            SimpleQueryMessage::RowDescription(_) => answers.push(Vec::new()),
            SimpleQueryMessage::Row(row) => {
                let row = (0..row.len()).map(|i| row.get(i).map(str::to_string)).collect();
                if let Some(answer) = answers.last_mut() {
                    answer.push(row);
                }
            }
            _ => {}
        };
        self.exchange(sql, &Limits::default(), collect, &mut |_| {}, &mut |_, end| end.into())
            .map_err(|e| e.fault)?;
        Ok(answers)
    }

    /// Sends one message and hands over each row as it comes, so that not all are held at once.
    ///
    /// # Errors
    ///
    /// [`Fault`]; some rows may have come before it.
    pub fn query_each(
        &mut self,
        sql: &str,
        mut on_row: impl FnMut(Values<'_>),
    ) -> Result<(), Fault> {
        self.query_each_within(sql, &Limits::default(), |_, values| on_row(values))
    }

    /// The same, with which of the message's queries it is a row of, from 0, and with what may end it
    /// early.
    fn query_each_within(
        &mut self,
        sql: &str,
        limits: &Limits,
        mut on_row: impl FnMut(usize, Values<'_>),
    ) -> Result<(), Fault> {
        let mut queries: usize = 0;
        let collect = |message| match message {
            SimpleQueryMessage::RowDescription(_) => queries += 1,
            SimpleQueryMessage::Row(row) => {
                on_row(queries.saturating_sub(1), Values { row: &row, next: 0 });
            }
            _ => {}
        };
        self.exchange(sql, limits, collect, &mut |_| {}, &mut |_, end| end.into())
            .map_err(|e| e.fault)
    }

    /// The same as [`Session::query`], with what may end it early.
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

    /// Whether the server is of an older major version than this one.
    pub fn is_older_than(&self, version: u32) -> bool {
        self.version.is_some_and(|own| own < version)
    }

    /// Whether the session is known to be over.
    pub fn is_lost(&self) -> bool {
        self.lost.is_some() || self.client.is_closed()
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
    let context = Context::here();
    std::thread::scope(|scope| {
        let work = || context.within(work);
        let thread = std::thread::Builder::new().spawn_scoped(scope, work);
        let thread = thread.map_err(|error| Error::NoThread { reason: go_reason(&error) })?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
