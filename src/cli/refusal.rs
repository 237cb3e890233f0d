//! Errors of a command about what was asked of it, rather than about the database.

use crate::render::error::Complaint;

/// In words of ours or golang-migrate's.
pub fn refused(message: &str) -> anyhow::Error {
    Complaint::new(message).into()
}

/// The same, and what to do instead.
pub fn refused_with_hint(message: &str, hint: String) -> anyhow::Error {
    Complaint { hint: Some(hint), ..Complaint::new(message) }.into()
}

/// A "no" of the person who was asked: not called an error.
pub fn declined(message: &str) -> anyhow::Error {
    Complaint { bare: true, ..Complaint::new(message) }.into()
}
