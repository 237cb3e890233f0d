//! `dbm dump` writes the same text for the same schema, and `dbm load` makes that schema of it.

mod files;
mod kinds;
mod programs;
mod schemas;
