//! The SQL that dbm itself sends: it means the same whatever the `search_path` says and whoever has
//! made objects in the schemas on it.

mod commands;
mod hostile;
mod scan;
pub mod tokens;
