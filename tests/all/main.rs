//! The integration tests: the built `dbm` as a process, a real PostgreSQL, and the real
//! golang-migrate as the oracle.
//!
//! One crate and not one for each topic: every integration test crate is a binary to link, and
//! linking is most of what a small change costs. A topic is a module here.
//!
//! What it needs, and where that comes from:
//!
//! * a server: `DBM_TEST_DATABASE_URL`, else `tests/postgres.sh start`;
//! * golang-migrate v4.19.1: `DBM_TEST_MIGRATE`, else `target/tools/migrate`. Without it the
//!   interop tests say loudly that they did not run; under `CI` that is a failure;
//! * `pg_dump`, as the fingerprint of a database.

mod atomic;
mod commands;
mod house;
mod interop;
mod library;
mod scanner;
mod support;
