//! The oldest PostgreSQL on which `dbm` works, the oldest that is supported, and the newest: the
//! commands, one after the other, on each.
//!
//! Everything else is tested on the machine's own version.

mod commands;
mod limits;
mod proof;
mod schemas;
pub mod servers;
mod statements;
mod testdb;
