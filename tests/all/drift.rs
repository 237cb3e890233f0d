//! `dbm drift`: what was done by hand is found, and what the migrations did is not.

mod kinds;
pub mod roles;
mod stopped;
mod texts;
