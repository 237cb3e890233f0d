//! A network that swallows what is sent is noticed, and soon.

use std::fs;
use std::io::{self, Write};

use rustix::net::sockopt;
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};

use crate::support::locks::Gate;
use crate::support::proxy::{Proxy, Trouble};
use crate::support::{Database, Folder, Run, address};

/// What is on its way when the network fails is given up after `tcp_user_timeout`, and not after the
/// quarter of an hour that the system tries for.
#[test]
fn with_data_in_flight() {
    let db = Database::new();
    let hole = "SELECT 'black hole'";
    // More than the kernel takes off our hands while nobody reads.
    let folder = Folder::tables(&["a"]).pair(
        "2_large",
        &format!("{hole}; /* {} */", "x".repeat(24 << 20)),
        "SELECT 1",
    );
    let proxy = Proxy::before(address::of_server(), Trouble::Swallow(hole.to_owned()));
    let url = address::through(proxy.port(), &db.url_with("tcp_user_timeout=1000"));
    let output = Run::dbm().url(url).path(&folder).arg("up").output();
    assert!(proxy.struck(), "the message was not seen\n{output}");
    output.assert_status(1).assert_says("connection lost").assert_says("timed out");
    output.assert_line("hint: ", "nothing of 2_large.up.sql");
    assert_eq!(db.row(), Some((1, false)), "{output}");
}

/// What the kernel was told of the connection: user timeout in milliseconds, and, where there are
/// keepalives, their idle time and interval in seconds, and their count.
type Told = (u32, Option<(u64, u64, u32)>);

/// What the kernel was told of the TCP connections of a process; an error where this process may
/// not look.
fn told(pid: u32) -> io::Result<Vec<Told>> {
    let process = Pid::from_raw(i32::try_from(pid).expect("a pid")).expect("a pid");
    let process = pidfd_open(process, PidfdFlags::empty())?;
    let mut all = Vec::new();
    for entry in fs::read_dir(format!("/proc/{pid}/fd"))? {
        let number = entry?.file_name().to_string_lossy().parse().expect("a descriptor");
        let fd = pidfd_getfd(&process, number, PidfdGetfdFlags::empty())?;
        // Only a TCP connection has one.
        let Ok(user_timeout) = sockopt::tcp_user_timeout(&fd) else { continue };
        let keepalives = || {
            let idle = sockopt::tcp_keepidle(&fd)?.as_secs();
            Ok((idle, sockopt::tcp_keepintvl(&fd)?.as_secs(), sockopt::tcp_keepcnt(&fd)?))
        };
        let on = sockopt::socket_keepalive(&fd)?;
        all.push((user_timeout, on.then(keepalives).transpose().map_err(|e: io::Error| e)?));
    }
    Ok(all)
}

/// A default of the system's.
fn system(name: &str) -> u64 {
    let file = format!("/proc/sys/net/ipv4/tcp_keepalive_{name}");
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    text.trim().parse().expect("a number")
}

#[test]
fn what_the_kernel_is_told() {
    let probes = u32::try_from(system("probes")).expect("a small number");
    for (parameters, expected) in [
        ("", (30_000, Some((30, 10, 6)))),
        (
            "&tcp_user_timeout=5000&keepalives_idle=7&keepalives_interval=3&keepalives_count=2",
            (5000, Some((7, 3, 2))),
        ),
        ("&tcp_user_timeout=0&keepalives=0", (0, None)),
        (
            "&keepalives_idle=0&keepalives_interval=0&keepalives_count=0",
            (30_000, Some((7200, system("intvl"), probes))),
        ),
    ] {
        let db = Database::new();
        let folder = Folder::new().pair("1_slow", Gate::SQL, "SELECT 1");
        let mut gate = Gate::close(db.client());
        let url = format!("{}{parameters}", db.url());
        let run = Run::dbm().url(url).path(&folder).arg("up").spawn();
        gate.waiting();
        match told(run.id()) {
            Ok(told) => assert_eq!(told, [expected], "{parameters}"),
            // A container may forbid it; then nothing is known, and that is said.
            Err(error) => writeln!(
                io::stderr(),
                "\nTEST DID NOT RUN: connections::dead_peers::what_the_kernel_is_told: THIS \
                 PROCESS MAY NOT LOOK AT ANOTHER'S SOCKETS: {error}"
            )
            .expect("write to stderr"),
        }
        gate.open();
        run.finish().assert_status(0);
    }
}
