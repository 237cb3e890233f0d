//! Two tools on one database, in the mind alone.

mod bugs;
mod jumps;
mod named;
mod walk;
pub(crate) mod world;
