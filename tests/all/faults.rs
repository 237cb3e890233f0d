//! What goes wrong on the way: cut connections, killed processes, servers that go away, answers
//! that are lost. The next `up` finishes, with no `force`.
//!
//! How many faults were tried is printed at the end of each test, past the harness's capture.

mod carried_over;
mod cuts;
mod frozen;
mod kills;
mod late_cancels;
mod lost_answers;
pub mod outcome;
mod server_stops;
mod terminated;
