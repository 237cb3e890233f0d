//! Many at once, on direct connections: no deadlock, nothing twice, nothing lost, and who waits is
//! told for whom.

mod bystander;
mod dying;
mod indexes;
mod lock_wait;
mod runners;
