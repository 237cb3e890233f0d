//! Databases for tests: fresh, with all migrations applied, in the time of a copy.
//!
//! The migrations run once, on a template. Each [`Database`] is a copy of it that the server makes, and
//! is dropped with its value, also when a test panics. A changed file makes another template.
//!
//! ```no_run
//! fn database() -> dbm::testing::Database {
//!     let url = std::env::var("DATABASE_URL").expect("DATABASE_URL");
//!     let source = dbm::Source::folder("migrations").expect("the migrations");
//!     dbm::testing::Database::new(&url, source).expect("a test database")
//! }
//!
//! #[test]
//! fn a_user_has_an_id() {
//!     let database = database();
//!     let url = database.connection_string(); // for postgres, sqlx, diesel, …
//! #   let _ = url;
//! }
//! ```
//!
//! Tests may run side by side, in one process and in many: those that come first wait for the one that
//! makes the template. What a killed process leaves behind goes with [`Template::prune`]
//! (`dbm testdb -prune`).
//!
//! The role needs the right to create databases (`ALTER ROLE … CREATEDB`). Calls block; they may be
//! made inside a tokio runtime.

mod connecting;
mod copy;
mod database;
mod leftovers;
mod name;
mod template;

pub use database::Database;
pub use leftovers::drop_test_database;
pub use template::Template;
