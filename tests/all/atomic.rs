//! What is promised when a file fails: a plain or a wrapped one has never happened; a loose one
//! says what stands.

mod blame;
mod broken_off;
mod excerpt;
mod failures;
mod guard;
mod loose;
mod session;
