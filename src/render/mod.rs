//! Turns events, results and errors into lines for people, and into JSON for programs.
//!
//! Lines that golang-migrate has too are printed as it prints them. What is ours begins with
//! `hint: ` or `warning: ` or is indented by two spaces, so that whoever reads the output with
//! a program can tell the two apart.

mod advice;
pub mod annotations;
mod connecting;
pub mod contents;
pub mod difference;
pub mod differences;
mod dirty;
pub mod drift;
pub mod error;
pub mod event;
mod excerpt;
mod failure;
pub mod findings;
pub mod format;
pub mod invocation;
pub mod json;
mod message;
pub mod pairs;
pub mod printer;
mod progress;
mod schema;
pub mod shell;
pub mod shown;
pub mod table;
