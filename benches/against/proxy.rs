//! A stretch of wire: it counts round trips, and takes time if told to.
//!
//! A round trip is a burst of bytes from the client that the server answers, however many packets or
//! messages either is made of: it is what a client waits for, and what distance makes expensive.
//! Only the protocol's own are counted; TCP's handshake is not, and is not delayed either.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

pub struct Proxy {
    address: SocketAddr,
    round_trips: Arc<AtomicU64>,
}

impl Proxy {
    /// Listens on a port of its own, for as long as this program runs. Each direction takes `delay`.
    pub fn start(server: SocketAddr, delay: Duration) -> io::Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let round_trips = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&round_trips);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A client whose connection fails here sees it closed, and says so itself.
                let _ = connect(client, server, delay, &counter);
            }
        });
        Ok(Proxy { address, round_trips })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Round trips so far, on all connections together.
    pub fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::SeqCst)
    }
}

fn connect(
    client: TcpStream,
    server: SocketAddr,
    delay: Duration,
    round_trips: &Arc<AtomicU64>,
) -> io::Result<()> {
    let server = TcpStream::connect(server)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;

    let unanswered = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&unanswered);
    carry(client.try_clone()?, server.try_clone()?, delay, move || {
        asked.store(true, Ordering::SeqCst);
    });
    let round_trips = Arc::clone(round_trips);
    carry(server, client, delay, move || {
        if unanswered.swap(false, Ordering::SeqCst) {
            round_trips.fetch_add(1, Ordering::SeqCst);
        }
    });
    Ok(())
}

/// Carry one direction until it ends. `seen` is called before the bytes go on, so that whoever has
/// received an answer finds it counted.
///
/// Reading and writing are two threads: bytes that follow each other closely are all under way at
/// once, as on a real link, instead of each waiting for the one before it to arrive.
fn carry(
    mut from: TcpStream,
    mut to: TcpStream,
    delay: Duration,
    seen: impl Fn() + Send + 'static,
) {
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut buffer = [0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            seen();
            let due = Instant::now() + delay;
            if sender.send((due, buffer[..length].to_vec())).is_err() {
                break;
            }
        }
    });
    thread::spawn(move || {
        for (due, bytes) in receiver {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        // The other direction may still have something to say.
        let _ = to.shutdown(Shutdown::Write);
    });
}
