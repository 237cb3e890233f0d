//! Every way of connecting: TLS, passwords, variables, sockets, several hosts; and what is said
//! when it does not come about.

mod asking;
mod certificates;
#[cfg(target_os = "linux")]
mod dead_peers;
mod environment;
mod hosts;
mod passfile;
mod passwords;
mod refusals;
mod sockets;
mod sslmode;
mod threads;
mod waiting;
