//! What a database holds, and the statements that turn one into the other.

pub mod cases;
mod oracle;
pub mod statements;
mod steps;
