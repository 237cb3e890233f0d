//! Two tools on one database, in the mind alone.

mod judged;
mod named;
mod walk;
pub(crate) mod world;
