//! Stub.
use crate::snapshot::Snapshot;
/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Text.
    pub sql: String,
}
/// The statements.
pub fn statements(_from: &Snapshot, _to: &Snapshot) -> Vec<Statement> {
    Vec::new()
}
