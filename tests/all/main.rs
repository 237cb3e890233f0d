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
//! * `pg_dump`, as the fingerprint of a database;
//! * servers that the tests start for themselves, where one is to be stopped or to speak TLS: made
//!   with the programs that `tests/postgres.sh bin` finds;
//! * PgBouncer: `DBM_TEST_PGBOUNCER`, else on the `PATH`, else Debian's package is installed where
//!   the tests run as root. Without it the pooler tests say loudly that they did not run; under
//!   `CI` that is a failure;
//! * FastAPI, Express and PyYAML: `target/tools/recipes`, where `make test` puts them (`tests/recipes.sh`).
//!   Without them those recipes of docs/ say loudly that they did not run; under `CI` that is a failure;
//! * PostgreSQL 10, 12 and 18 (or 17): `target/tools/postgres-VERSION`, where `make test` puts them
//!   (`tests/postgres_versions.sh`). What does not run without them says so loudly.

mod atomic;
mod commands;
mod connections;
mod crowd;
mod drift;
mod dump;
mod faults;
mod history;
mod house;
mod installing;
mod interop;
mod library;
mod own_sql;
mod pooler;
mod proof;
mod readme;
mod recipes;
mod reports;
mod round_trips;
mod scanner;
mod single_transaction;
mod snapshot;
mod support;
mod templates;
mod testdb;
mod versions;
