//! A host's name to its addresses, as the system resolves it.
//!
//! The system's resolver blocks, for as long as it likes. It gets a thread of its own, so that a
//! connection attempt can be bounded; where there is no thread to be had, it is called on this one.

use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::fault::Fault;
use crate::session::patience::Patience;
use crate::text::go_reason;

/// How long to wait before one looks whether the wait is over.
const SLICE: Duration = Duration::from_millis(50);

/// The addresses of `host`, at least one; for at most `limit`, if there is one.
///
/// # Errors
///
/// [`Fault::Unreachable`].
pub fn resolve(
    host: &str,
    limit: Option<Duration>,
    patience: &Patience,
) -> Result<Vec<IpAddr>, Fault> {
    if let Ok(address) = host.parse() {
        return Ok(vec![address]);
    }
    let begun = Instant::now();
    let (sender, receiver) = channel();
    let name = host.to_string();
    let ask = move || {
        // Nobody listens any more where the wait is over.
        let _ = sender.send(look_up(&name));
    };
    let found = match thread::Builder::new().spawn(ask) {
        Err(_) => look_up(host),
        Ok(_) => loop {
            match receiver.recv_timeout(SLICE) {
                Ok(found) => break found,
                Err(RecvTimeoutError::Disconnected) => break look_up(host),
                Err(RecvTimeoutError::Timeout) => {
                    if patience.is_over() || limit.is_some_and(|limit| begun.elapsed() >= limit) {
                        let reason = format!("the name {host} was not resolved in time");
                        return Err(Fault::Unreachable(reason));
                    }
                }
            }
        },
    };
    let addresses = found.map_err(|error| Fault::Unreachable(go_reason(&error)))?;
    match addresses.is_empty() {
        true => Err(Fault::Unreachable("could not resolve any addresses".to_string())),
        false => Ok(addresses),
    }
}

fn look_up(host: &str) -> io::Result<Vec<IpAddr>> {
    // The port is the URL's; here any will do.
    Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
}
