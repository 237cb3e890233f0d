//! Two tools on one database, in the mind alone.

mod judged;
mod jumps;
mod named;
mod walk;
pub(crate) mod world;
