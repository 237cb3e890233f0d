//! A server that is not there yet: turns the first callers away, each in its own way, and lets the
//! later ones through to a real one.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::support::wire;

/// How a caller is turned away.
#[derive(Clone, Copy)]
pub enum Answer {
    /// The connection is closed before a word.
    Close,
    /// The connection is reset behind the caller's first words.
    Reset,
    /// Nothing is ever said.
    Silence,
    /// An error with this code and message.
    Error(&'static str, &'static str),
}

pub struct Doorkeeper {
    address: SocketAddr,
    callers: Arc<AtomicUsize>,
}

impl Doorkeeper {
    /// The n-th caller gets the n-th answer. Later ones are let through to `server`, or get the
    /// last answer where there is none.
    pub fn new(answers: &[Answer], server: Option<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let address = listener.local_addr().expect("the doorkeeper's address");
        let callers = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&callers);
        let answers = answers.to_vec();
        thread::spawn(move || {
            // Kept open for as long as the tests run: the silent ones are waited for.
            let mut silent = Vec::new();
            for client in listener.incoming().flatten() {
                let caller = count.fetch_add(1, Ordering::SeqCst);
                match (answers.get(caller), server, answers.last()) {
                    (Some(answer), _, _) | (None, None, Some(answer)) => match *answer {
                        Answer::Close => drop(client),
                        Answer::Reset => reset(client),
                        Answer::Silence => silent.push(client),
                        Answer::Error(code, message) => refuse(client, code, message),
                    },
                    (None, Some(server), _) => forward(client, server),
                    (None, None, None) => drop(client),
                }
            }
        });
        Self { address, callers }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many have called.
    pub fn callers(&self) -> usize {
        self.callers.load(Ordering::SeqCst)
    }
}

/// A socket that is closed with words in it that nobody has read answers with a reset.
fn reset(client: TcpStream) {
    thread::spawn(move || client.peek(&mut [0]));
}

/// Hears the start-up message out and says no. A caller who asks for TLS first hears that there is
/// none.
fn refuse(mut client: TcpStream, code: &str, message: &str) {
    let message = wire::fatal(code, message);
    thread::spawn(move || {
        let mut messages = wire::Messages::from_client();
        let mut buffer = [0; 1024];
        while let Ok(count @ 1..) = client.read(&mut buffer) {
            let whole = messages.feed(&buffer[..count]);
            let Some(first) = whole.first() else { continue };
            if first.len() == 8 {
                messages = wire::Messages::from_client();
                let _ = client.write_all(b"N");
            } else {
                let _ = client.write_all(&message);
                return;
            }
        }
    });
}

fn forward(client: TcpStream, server: SocketAddr) {
    let Ok(upstream) = TcpStream::connect(server) else { return };
    let ends = (client.try_clone().expect("clone"), upstream.try_clone().expect("clone"));
    thread::spawn(move || pump(client, upstream));
    thread::spawn(move || pump(ends.1, ends.0));
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    // However it ends, the other side hears of it.
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(std::net::Shutdown::Both);
    let _ = from.shutdown(std::net::Shutdown::Both);
}
