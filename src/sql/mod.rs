//! What a migration file says, as far as it can be told without a server: where its statements
//! begin and end, which of them touch the transaction, and so how the file is to be run.
//!
//! Not a parser: it knows the lexical rules of PostgreSQL and the handful of statements that decide
//! about transactions, and takes every other statement as it comes. The server stays the judge; what
//! is missed here it refuses (SQLSTATE 25001, 2D000), and a plain file may then be run loosely.
//!
//! Floor 0: plain values, no imports of the crate, no I/O, no panics, whatever the text.

mod kind;
mod lex;
mod locate;
mod route;
mod same;
mod scan;

#[cfg(test)]
mod tests;

pub use kind::Kind;
pub use locate::{Location, locate};
pub use route::{Refusal, Route, commits_in_do, route};
pub use same::says_the_same;
pub use scan::{Statement, scan};
