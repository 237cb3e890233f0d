//! What `dbm` tells of a database and a folder: `status`, `verify`, `log`, and all of it as JSON.

mod json;
mod log;
mod show;
mod status;
mod verify;
