//! `dbm` beside the real golang-migrate: the same command on twin databases, and both tools on one.
//!
//! What is compared is all that a script or a person could see: exit code, stdout, stderr, the
//! version row, the tables. Durations are masked, and lines that the contract lets dbm add are
//! taken out. Where dbm is *meant* to differ, the case says how.

mod command_table;
mod corpus;
mod create;
mod dirty;
mod files;
mod flags;
mod locks;
mod opening;
mod parameters;
mod strings;
mod transactions;
mod twins;
mod walks;
