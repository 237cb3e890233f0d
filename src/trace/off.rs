//! Without the feature `tracing`: nothing is told.

use crate::event::Event;
use crate::migration::Version;
use crate::url::DatabaseUrl;

/// What a thread's subscriber and span would be.
pub struct Context;

impl Context {
    /// Those of this thread.
    pub fn here() -> Context {
        Context
    }

    /// Does `work`.
    pub fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        work()
    }
}

/// What a run's span would be.
pub struct RunSpan;

impl RunSpan {
    /// For a command on a database.
    pub fn new(_: &'static str, _: &DatabaseUrl) -> RunSpan {
        RunSpan
    }

    /// Does `work`.
    ///
    /// # Errors
    ///
    /// Those of `work`.
    pub fn within<T, E>(&self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        work()
    }

    /// How a run ended.
    pub fn ended(&self, _: usize, _: Option<Version>) {}
}

/// Something that happened.
pub fn event(_: &Event) {}
