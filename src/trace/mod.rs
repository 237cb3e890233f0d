//! Tells `tracing` of runs and events, with the feature `tracing`; without it there is nobody to tell.
//!
//! It sees what everybody may see: the line of an [`Event`](crate::event::Event), host and database,
//! and never a URL with its password.

#[cfg(not(feature = "tracing"))]
mod off;
#[cfg(feature = "tracing")]
mod on;

#[cfg(not(feature = "tracing"))]
pub use off::{Context, RunSpan, event};
#[cfg(feature = "tracing")]
pub use on::{Context, RunSpan, event};
