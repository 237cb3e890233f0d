//! Through a real PgBouncer with transaction pooling: everything works, and nothing is left on the
//! server's connections.

mod commands;
mod crowd;
mod files;
mod restarts;
mod startup;
mod strangers;
