//! A mark in front of what we send through a pooler, by which `pg_stat_activity` tells our message
//! from everybody else's.
//!
//! A pooler lends us another server connection for each transaction, so there is no process to go
//! by. The text will not do either: another session may well run the same. The mark stands in front,
//! for the server shows only the beginning of a long text, and in ASCII, so that it is as long in
//! characters as in bytes.

use crate::fault::Fault;
use crate::quote::{EQ, literal};

/// A comment that no other session sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark(String);

impl Mark {
    /// With a word that no other session has: letters and digits.
    pub fn new(word: &str) -> Mark {
        Mark(format!("/* dbm {word} */ "))
    }

    /// A message with the mark in front.
    pub fn before(&self, sql: &str) -> String {
        format!("{}{sql}", self.0)
    }

    /// An error of a marked message with its position in what stands behind the mark.
    pub fn off(&self, fault: Fault) -> Fault {
        let Fault::Server(mut error) = fault else { return fault };
        error.position = error.position.and_then(|position| position.checked_sub(self.0.len()));
        Fault::Server(error)
    }

    /// Condition on `pg_stat_activity b`: the message that it shows is one of ours.
    pub fn condition(&self) -> String {
        let (mark, length) = (literal(&self.0), self.0.len());
        format!("pg_catalog.left(b.query, {length}) {EQ} {mark}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::ServerError;

    #[test]
    fn positions_are_those_of_the_text_behind() {
        let mark = Mark::new("0123");
        let sent = mark.before("é x");
        assert_eq!(sent, "/* dbm 0123 */ é x");
        let position = sent.chars().position(|letter| letter == 'x').map(|at| at + 1);
        let fault = Fault::Server(Box::new(ServerError { position, ..ServerError::default() }));
        let Fault::Server(error) = mark.off(fault) else { panic!("another fault") };
        assert_eq!(error.position, Some(3));
    }
}
