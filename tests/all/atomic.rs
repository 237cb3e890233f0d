//! What is promised when a file fails: a transactional one has never happened; a non-transactional one
//! says what stands.

mod blame;
mod broken_off;
mod excerpt;
mod failures;
mod guard;
mod large;
mod non_transactional;
mod prepared;
mod session;
mod triggers;
mod widths;
