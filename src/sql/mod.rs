//! What a migration file says, as far as it can be told without a server: where its statements
//! begin and end, which of them touch the transaction, how the file is to be run, and what else it
//! does that a run must know.
//!
//! Not a parser: it knows the lexical rules of PostgreSQL and the handful of statements that matter,
//! and takes every other statement as it comes. The server stays the judge; what is missed here it
//! refuses (SQLSTATE 25001, 2D000), and a transactional file may then run without a transaction.
//!
//! `lex` cuts tokens, `reader` reads them, `walk` cuts statements and shows each word that runs, and
//! `script` puts together what `kind`, `mode`, `facts`, `touch`, `remains` and `index` make of them.
//!
//! Floor 0: plain values, no imports of the crate, no I/O, no panics, whatever the text.

mod append;
mod body;
mod compare;
mod directive;
mod facts;
mod index;
mod kind;
mod lex;
mod locate;
mod mode;
mod psql;
mod reader;
mod remains;
mod script;
mod shared;
mod statement;
mod touch;
mod walk;

#[cfg(test)]
mod tests;

// For everybody: what a file's statements are and how it would run.
pub use append::append;
pub use directive::irreversible;
pub use kind::Kind;
pub use lex::Strings;
pub use locate::{Location, locate};
pub use mode::{Mode, Refusal};
pub use script::Script;
pub use shared::Unshared;
pub use statement::Statement;

// For a run.
pub(crate) use compare::differs_only_in_comments;
pub(crate) use facts::Facts;
pub(crate) use index::IndexBuilt;
pub(crate) use psql::{psql_command, without_restrict};
