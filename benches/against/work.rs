//! What a run makes the server do: the processor's time of its sessions, and what they write.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::Outcome;
use crate::process;
use crate::server::Server;

pub struct Work {
    /// The processor's time of the sessions, in seconds; `None` where the system does not tell.
    pub seconds: Option<f64>,
    /// Bytes of the write-ahead log.
    pub written: f64,
    /// Pages of tables and indexes, each as often as it was looked at; `None` before PostgreSQL 15, which
    /// counts them some time later.
    pub touched: Option<f64>,
}

/// Runs the command, which `make` builds for a URL, on a new database.
pub fn of(server: &mut Server, make: impl FnOnce(&str) -> Option<Command>) -> Outcome<Work> {
    let database = server.create_database()?;
    let door = Door::open(server.address())?;
    let before = server.written()?;
    process::run(make(&server.url(&database, door.address)).ok_or("no such program here")?)?;
    let seconds = server.processes(&database)?.into_iter().map(processor_time).sum();
    let written = (server.written()? - before) as f64;
    door.close();
    // A session counts its pages when it ends.
    while !server.processes(&database)?.is_empty() {
        thread::sleep(Duration::from_millis(1));
    }
    let touched = server.touched(&database)?;
    server.drop_database(&database)?;
    Ok(Work { seconds, written, touched })
}

/// Linux counts it in nanoseconds, the first number of `/proc/PID/schedstat`.
fn processor_time(process: i32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/schedstat")).ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

/// The way to the server, on which a client that leaves is not seen to leave: its session stays, for its
/// time to be read.
struct Door {
    address: SocketAddr,
    sessions: Arc<Mutex<Vec<TcpStream>>>,
}

/// The message with which a client says that it leaves.
const TERMINATE: [u8; 5] = [b'X', 0, 0, 0, 4];

impl Door {
    fn open(server: SocketAddr) -> Outcome<Door> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let sessions = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&sessions);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A client whose connection fails here sees it closed, and says so itself.
                if let Ok(session) = pass(client, server)
                    && let Ok(mut kept) = kept.lock()
                {
                    kept.push(session);
                }
            }
        });
        Ok(Door { address, sessions })
    }

    fn close(self) {
        for session in self.sessions.lock().iter().flat_map(|sessions| sessions.iter()) {
            let _ = session.shutdown(Shutdown::Both);
        }
    }
}

/// Passes on what either side says, and gives the side of the server.
fn pass(mut client: TcpStream, server: SocketAddr) -> Outcome<TcpStream> {
    let mut session = TcpStream::connect(server)?;
    client.set_nodelay(true)?;
    session.set_nodelay(true)?;
    let (mut answers, mut back) = (session.try_clone()?, client.try_clone()?);
    let kept = session.try_clone()?;
    thread::spawn(move || {
        let mut buffer = [0; 64 * 1024];
        while let Ok(length @ 1..) = client.read(&mut buffer) {
            let said = &buffer[..length];
            if session.write_all(said.strip_suffix(&TERMINATE).unwrap_or(said)).is_err() {
                break;
            }
        }
    });
    thread::spawn(move || {
        let _ = std::io::copy(&mut answers, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    Ok(kept)
}
