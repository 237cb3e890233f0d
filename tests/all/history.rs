//! What `dbm` remembers beside the version row, and what it makes of it: hand-made histories in
//! which both tools run, files are edited, merged late and go missing, and rights are few.
//!
//! The log is looked at in the database, as it is; how `status` and `log` show it is the business
//! of `commands`.

mod adoption;
mod apart;
pub mod book;
mod content;
mod damaged;
mod edited;
mod encodings;
mod late;
mod long;
mod many;
mod missing;
mod redo;
mod repair;
mod rights;
pub mod role;
mod stored;
mod tables;
mod trust;
mod walks;
mod written;
