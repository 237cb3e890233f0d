//! With the feature `tracing`: a span for each run, and an event for each event.

use std::error::Error;
use std::time::Duration;

use tracing::field::Empty;
use tracing::{Dispatch, Level, Span, dispatcher};

use crate::event::{Event, File, Passed};
use crate::fault::{Fault, ServerError};
use crate::migration::{Direction, Version};
use crate::url::DatabaseUrl;

/// The target of spans and events, for filters: `dbm=info`.
const TARGET: &str = "dbm";

/// A thread's subscriber and span, for another thread to work under.
pub struct Context {
    dispatch: Dispatch,
    span: Span,
}

impl Context {
    /// Those of this thread.
    pub fn here() -> Context {
        Context { dispatch: dispatcher::get_default(Dispatch::clone), span: Span::current() }
    }

    /// Does `work` under them.
    pub fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        dispatcher::with_default(&self.dispatch, || self.span.in_scope(work))
    }
}

/// A run's span.
pub struct RunSpan(Span);

impl RunSpan {
    /// For a command on a database.
    pub fn new(command: &'static str, url: &DatabaseUrl) -> RunSpan {
        let (host, database) = (url.servers(), url.database.as_deref());
        RunSpan(tracing::info_span!(
            target: TARGET, "migrate", command, host, database, ran = Empty, version = Empty
        ))
    }

    /// Does `work` in it, and tells of its error.
    ///
    /// # Errors
    ///
    /// Those of `work`.
    pub fn within<T, E: Error + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        self.0.in_scope(|| work().inspect_err(|error| failed(error)))
    }

    /// How a run ended: how many files it ran, and where the database is.
    pub fn ended(&self, ran: usize, version: Option<Version>) {
        self.0.record("ran", ran);
        self.0.record("version", version);
    }
}

fn failed(error: &(dyn Error + 'static)) {
    let reasons = std::iter::successors(Some(error), |&error| error.source());
    let sqlstate = reasons.filter_map(sqlstate).last();
    tracing::error!(target: TARGET, sqlstate, "{error}");
}

/// The server's code, where a reason is the server's.
fn sqlstate<'a>(reason: &'a (dyn Error + 'static)) -> Option<&'a str> {
    match (reason.downcast_ref::<ServerError>(), reason.downcast_ref::<Fault>()) {
        (Some(server), _) => Some(&server.code),
        (None, fault) => fault?.code(),
    }
}

/// Something that happened.
pub fn event(event: &Event) {
    let Fields { version, direction, name, duration_ms, sqlstate } = Fields::of(event);
    // A callsite has its level when it is compiled.
    macro_rules! tell {
        ($level:expr) => {
            tracing::event!(
                target: TARGET, $level, version, direction, name, duration_ms, sqlstate, "{event}"
            )
        };
    }
    match level(event) {
        Level::WARN => tell!(Level::WARN),
        Level::INFO => tell!(Level::INFO),
        _ => tell!(Level::DEBUG),
    }
}

/// What is told beside the line.
#[derive(Default)]
struct Fields<'a> {
    version: Option<Version>,
    direction: Option<&'static str>,
    name: Option<&'a str>,
    /// How long a file took, or has run so far.
    duration_ms: Option<f64>,
    sqlstate: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn of(event: &'a Event) -> Fields<'a> {
        match event {
            Event::Finished { file, read, ran } => {
                Fields { duration_ms: Some(milliseconds(*read + *ran)), ..Fields::of_file(file) }
            }
            Event::Running { file, ran, .. } => {
                Fields { duration_ms: Some(milliseconds(*ran)), ..Fields::of_file(file) }
            }
            Event::ConnectionLost { file: Some(file), .. }
            | Event::SessionNeeded(file)
            | Event::FoundCommitted(file)
            | Event::Buffered(file)
            | Event::Scheduled(file)
            | Event::NoStatement(file)
            | Event::Started(file)
            | Event::Uncommitted(file)
            | Event::FellBack(file, _)
            | Event::Retrying { file, .. }
            | Event::GaveWay { file, .. }
            | Event::FromLog(file) => Fields::of_file(file),
            Event::Edited { file, .. } => {
                Fields { version: Some(file.version), ..Fields::default() }
            }
            Event::TemplateMade { took, .. } => {
                Fields { duration_ms: Some(milliseconds(*took)), ..Fields::default() }
            }
            Event::Ahead { version, .. } => Fields { version: Some(*version), ..Fields::default() },
            Event::Notice(notice) => Fields { sqlstate: Some(&notice.code), ..Fields::default() },
            Event::Waiting { .. }
            | Event::ServerAway { .. }
            | Event::TemplateAwaited { .. }
            | Event::ConnectionLost { file: None, .. }
            | Event::Reconnected { .. }
            | Event::Planned { .. }
            | Event::Stopped { .. }
            | Event::Adopted(_)
            | Event::NoLog { .. } => Fields::default(),
        }
    }

    fn of_file(file: &'a File) -> Fields<'a> {
        let direction = match file.direction {
            Direction::Up => "up",
            Direction::Down => "down",
        };
        Fields {
            version: Some(file.version),
            direction: Some(direction),
            name: file.name.as_deref(),
            ..Fields::default()
        }
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// `WARN` is what somebody should look at, `INFO` what is done, `DEBUG` how.
fn level(event: &Event) -> Level {
    match event {
        Event::Waiting { .. }
        | Event::ServerAway { .. }
        | Event::TemplateAwaited { .. }
        | Event::ConnectionLost { .. }
        | Event::SessionNeeded(_)
        | Event::FoundCommitted(_)
        | Event::NoStatement(_)
        | Event::Retrying { .. }
        | Event::Stopped { .. }
        | Event::Edited { why: Passed::Allowed, .. }
        | Event::NoLog { .. }
        | Event::Ahead { .. } => Level::WARN,
        Event::Reconnected { .. }
        | Event::Planned { .. }
        | Event::Running { .. }
        | Event::TemplateMade { .. }
        | Event::FellBack(..)
        | Event::GaveWay { .. }
        | Event::Finished { .. }
        | Event::Adopted(_)
        | Event::Edited { why: Passed::Cosmetic, .. }
        | Event::FromLog(_) => Level::INFO,
        Event::Notice(notice) => match &*notice.severity {
            "WARNING" => Level::WARN,
            "NOTICE" | "INFO" => Level::INFO,
            _ => Level::DEBUG,
        },
        Event::Buffered(_) | Event::Scheduled(_) | Event::Started(_) | Event::Uncommitted(_) => {
            Level::DEBUG
        }
    }
}
