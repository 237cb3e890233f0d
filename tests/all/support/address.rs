//! Where the test server listens, and its URLs by way of something in between.

use std::net::{SocketAddr, ToSocketAddrs};

use postgres::Config;
use postgres::config::Host;

use crate::support::server;

/// The test server's address, for what stands in front of it.
pub fn of_server() -> SocketAddr {
    let config: Config = server::url().parse().expect("the test server's URL");
    let port = config.get_ports().first().copied().unwrap_or(5432);
    match config.get_hosts().first() {
        Some(Host::Tcp(host)) => (host.as_str(), port)
            .to_socket_addrs()
            .unwrap_or_else(|error| panic!("the test server's host {host}: {error}"))
            .next()
            .expect("an address of the test server"),
        _ => panic!("what stands before the test server needs its TCP address; it has a socket"),
    }
}

/// This URL with another port on this machine in the place of its host and port.
pub fn through(port: u16, url: &str) -> String {
    let start = url.find("://").expect("a URL") + 3;
    let end = url[start..].find(['/', '?']).map_or(url.len(), |at| start + at);
    let user = url[start..end].rfind('@').map_or("", |at| &url[start..=start + at]);
    format!("{}{user}127.0.0.1:{port}{}", &url[..start], &url[end..])
}

#[test]
fn the_way_leads_through_the_port() {
    assert_eq!(
        through(9, "postgres://u:p@db:5432/app?sslmode=disable"),
        "postgres://u:p@127.0.0.1:9/app?sslmode=disable"
    );
    assert_eq!(through(9, "postgres://db/app"), "postgres://127.0.0.1:9/app");
}
