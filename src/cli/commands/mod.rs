//! A file a command: its arguments and help, what it does, what it prints, its JSON.
//!
//! Each has `Args`, as clap reads them, and `run`, which fills in an answer with the command's own
//! body. A body's default is what is known before anything was done. They do not import each other.

pub mod create;
pub mod down;
pub mod drift;
pub mod drop;
pub mod dump;
pub mod force;
pub mod goto;
pub mod init;
pub mod load;
pub mod log;
pub mod new;
pub mod redo;
pub mod renumber;
pub mod repair;
pub mod rollback;
pub mod show;
pub mod status;
pub mod templates;
pub mod test;
pub mod testdb;
#[cfg(test)]
mod tests;
pub mod up;
pub mod verify;
pub mod version;
pub mod wait;
