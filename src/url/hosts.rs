//! Lists of hosts and ports, as they stand in an authority, a parameter or a variable.

use std::net::IpAddr;

/// A host as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// The name without brackets; empty where none is written.
    pub name: String,
    /// The port's text; empty where none is written.
    pub port: String,
}

/// Splits `h1:p1,h2,[::1]:p3,/folder`.
pub fn split(text: &str) -> impl Iterator<Item = Host> {
    text.split(',').map(|text| {
        let (name, port) = if text.starts_with('/') {
            (text, "")
        } else if let Some((name, rest)) = text.strip_prefix('[').and_then(|t| t.split_once(']')) {
            (name, rest.strip_prefix(':').unwrap_or(rest))
        } else {
            match text.split_once(':') {
                Some((name, port)) if !port.contains(':') => (name, port),
                _ => (text, ""),
            }
        };
        Host { name: name.to_string(), port: port.to_string() }
    })
}

/// Whether no host is named: `postgres:///db`, `pgx5://:`.
pub fn are_nameless(hosts: &[Host]) -> bool {
    hosts.iter().all(|host| host.name.is_empty())
}

/// The ports that are written beside these hosts, as a list; `None` where there is none.
pub fn ports_of(hosts: &[Host]) -> Option<String> {
    let ports: Vec<&str> = hosts.iter().map(|host| host.port.as_str()).collect();
    ports.iter().any(|port| !port.is_empty()).then(|| ports.join(","))
}

/// Hosts with their ports: the one that is written beside a host, else the one of `ports`, which
/// are as many as the hosts or, as in libpq, one for all.
///
/// # Errors
///
/// What is wrong with a name or a port.
pub fn with_ports(hosts: &[Host], ports: &str) -> Result<Vec<(String, u16)>, String> {
    let ports: Vec<&str> = ports.split(',').map(str::trim).collect();
    if ports.len() != 1 && ports.len() != hosts.len() {
        return Err(format!("there are {} ports for {} hosts", ports.len(), hosts.len()));
    }
    let mut pairs = Vec::new();
    for (i, host) in hosts.iter().enumerate() {
        let port = ports.get(i).or(ports.first()).copied().unwrap_or_default();
        let port = [host.port.as_str(), port].into_iter().find(|port| !port.is_empty());
        pairs.push(match (host.name.as_str(), port.map(read_port).transpose()?) {
            ("", port) => ("localhost".to_string(), port.unwrap_or(DEFAULT_PORT)),
            (name, _) if name.starts_with('@') => {
                return Err("a socket in the abstract name space (a host that begins with '@') \
                     is not supported: name the folder of the server's socket"
                    .to_string());
            }
            (name, _) if name.starts_with('[') => {
                return Err("the host has a '[' without a ']'".to_string());
            }
            // The server's name for the socket itself: `/run/postgresql/.s.PGSQL.5432`.
            (name, port) => match name.rsplit_once("/.s.PGSQL.") {
                Some((folder, of_socket)) if folder.starts_with('/') => {
                    (folder.to_string(), read_port(of_socket)?)
                }
                _ => (name.to_string(), port.unwrap_or(DEFAULT_PORT)),
            },
        });
    }
    Ok(pairs)
}

const DEFAULT_PORT: u16 = 5432;

/// The text is not shown: with a raw `@` or `/` in the password, it may be a piece of it.
fn read_port(text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
        "the port is not a number from 1 to 65535 (is a character of the password not encoded?)"
            .to_string()
    })
}

/// `hostaddr`: one address for each host.
///
/// # Errors
///
/// Which text is not an address, or how many there should be.
pub fn addresses(text: &str, hosts: usize) -> Result<Vec<IpAddr>, String> {
    let addresses = text.split(',').map(|text| {
        let invalid = |_| format!("hostaddr: {text:?} is not an IP address");
        text.trim().parse::<IpAddr>().map_err(invalid)
    });
    let addresses: Vec<IpAddr> = addresses.collect::<Result<_, _>>()?;
    match addresses.len() == hosts {
        true => Ok(addresses),
        false => Err(format!("there are {} addresses for {hosts} hosts", addresses.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(hosts: &str, ports: &str) -> Result<String, String> {
        let hosts: Vec<Host> = split(hosts).collect();
        let pairs = with_ports(&hosts, ports)?;
        Ok(pairs.iter().map(|(host, port)| format!("{host} {port}")).collect::<Vec<_>>().join(","))
    }

    #[test]
    fn lists() {
        for (hosts, ports, expected) in [
            ("", "", "localhost 5432"),
            (":", "7", "localhost 7"),
            ("h", "", "h 5432"),
            ("h:1", "7", "h 1"),
            ("a,b", "7", "a 7,b 7"),
            ("a,b", "7,8", "a 7,b 8"),
            ("a,b", "7,", "a 7,b 5432"),
            ("a:1,,b", "7", "a 1,localhost 7,b 7"),
            ("::1", "7", "::1 7"),
            ("[::1]:1,[::2]", "7", "::1 1,::2 7"),
            ("/run/pg,h:1", "7", "/run/pg 7,h 1"),
            ("/run/pg/.s.PGSQL.9", "7", "/run/pg 9"),
        ] {
            assert_eq!(paired(hosts, ports), Ok(expected.to_string()), "{hosts} {ports}");
        }
        for (hosts, ports, expected) in [
            ("h", "7,8", "2 ports for 1 hosts"),
            ("h:0", "", "not a number"),
            ("h:65536", "", "not a number"),
            ("[::1]x", "", "not a number"),
            ("@pg", "", "abstract"),
            ("[::1", "", "'[' without a ']'"),
        ] {
            let said = paired(hosts, ports).unwrap_err();
            assert!(said.contains(expected), "{hosts} {ports}: {said}");
        }
    }

    #[test]
    fn lists_of_addresses() {
        assert_eq!(addresses("127.0.0.1, ::1", 2).map(|a| a.len()), Ok(2));
        assert!(addresses("h", 1).unwrap_err().contains("\"h\" is not an IP address"));
        assert!(addresses("::1", 2).unwrap_err().contains("1 addresses for 2 hosts"));
    }
}
