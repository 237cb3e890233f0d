//! The rule of the log, as a table, by examples and by random walks; without a server.

mod examples;
mod rule;
mod walk;
pub(crate) mod world;
