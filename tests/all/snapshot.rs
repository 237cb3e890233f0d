//! What a database holds, and the statements that turn one into the other.

mod cases;
mod statements;
