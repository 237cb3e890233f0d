//! What a database holds, and the statements that turn one into the other.

pub mod cases;
pub mod statements;
