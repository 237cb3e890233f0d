//! A network that fails: a TCP proxy that cuts a connection after a certain byte, or loses the
//! server's answer to a certain message.
//!
//! It counts what clients send through it, in all connections of a run together: dbm may have
//! more than one. TLS would hide the messages, so the URLs through it say `sslmode=disable`.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::support::wire::{self, Messages};

/// What goes wrong.
#[derive(Clone)]
pub enum Trouble {
    Nothing,
    /// The connection that sends the client's N-th byte is cut behind it.
    CutAfter(u64),
    /// As `CutAfter`, and from then on nobody gets through.
    DownAfter(u64),
    /// The first message with this text reaches the server, and its answer is lost with the
    /// connection.
    LoseAnswerTo(String),
    /// As `LoseAnswerTo`, and from then on nobody gets through.
    DownAfterAnswerTo(String),
    /// As `LoseAnswerTo`, and from then on the server takes connections and says nothing.
    FrozenAfterAnswerTo(String),
    /// The first message with this text reaches the server. From then on nothing comes back, on this
    /// connection or another, and none is closed.
    FrozenAt(String),
    /// The first message with this text is lost with the connection.
    LoseMessage(String),
    /// From the piece with this text on nothing is read on that connection any more, and nobody
    /// closes it. The server is told that it is over.
    Swallow(String),
    /// A cancel request is held back until its statement is done, and hits the one after it.
    CancelLate,
}

pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    trouble: Trouble,
    /// What clients have sent, a stream for each connection, in the order of their opening.
    streams: Vec<Vec<u8>>,
    total: u64,
    /// How many rows servers have sent.
    rows: u64,
    /// How many answers are to come, and how often a message was sent while none was.
    unanswered: usize,
    trips: usize,
    /// Whether the trouble has happened.
    struck: bool,
    down: bool,
    /// Connections are taken, and nothing comes back on any.
    frozen: bool,
    /// How many of them were opened since.
    kept: usize,
    /// Whether a cancel request is held back.
    holds_cancel: bool,
    open: Vec<TcpStream>,
}

impl Proxy {
    pub fn before(server: SocketAddr, trouble: Trouble) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let address = listener.local_addr().expect("the proxy's address");
        let shared = Arc::new(Mutex::new(Shared {
            trouble,
            streams: Vec::new(),
            total: 0,
            rows: 0,
            unanswered: 0,
            trips: 0,
            struck: false,
            down: false,
            frozen: false,
            kept: 0,
            holds_cancel: false,
            open: Vec::new(),
        }));
        let accepting = Arc::clone(&shared);
        // Ends with the test process; a blocked `accept` costs nothing.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let mut shared = lock(&accepting);
                if shared.frozen {
                    // Kept, so that it is not closed either.
                    shared.open.push(client);
                    shared.kept += 1;
                    continue;
                }
                if shared.down {
                    continue;
                }
                drop(shared);
                let Ok(upstream) = TcpStream::connect(server) else { continue };
                serve(client, upstream, Arc::clone(&accepting));
            }
        });
        Self { address, shared }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Whether the trouble has happened.
    pub fn struck(&self) -> bool {
        lock(&self.shared).struck
    }

    /// Whether a cancel request is held back.
    pub fn holds_cancel(&self) -> bool {
        lock(&self.shared).holds_cancel
    }

    /// Whether somebody has connected since it froze.
    pub fn is_asked(&self) -> bool {
        lock(&self.shared).kept > 0
    }

    /// How many bytes clients have sent.
    pub fn total(&self) -> u64 {
        lock(&self.shared).total
    }

    /// How many rows servers have sent. A connection is counted while its server still speaks: ask when
    /// the client is done.
    pub fn rows(&self) -> u64 {
        lock(&self.shared).rows
    }

    /// How often somebody has sent a message, or several, and then waited for the answers. Of a run with
    /// one connection.
    pub fn trips(&self) -> usize {
        lock(&self.shared).trips
    }

    /// The SQL of each message that clients have sent, connection by connection.
    pub fn queries(&self) -> Vec<String> {
        let shared = lock(&self.shared);
        let messages = shared.streams.iter().flat_map(|s| Messages::from_client().feed(s));
        let sql = |message: &Vec<u8>| {
            let text = message.get(5..)?.split(|byte| *byte == 0).next()?;
            Some(String::from_utf8_lossy(text).into_owned())
        };
        let is_query = |message: &Vec<u8>| message.first() == Some(&b'Q');
        messages.filter(is_query).filter_map(|message| sql(&message)).collect()
    }

    /// The number of bytes after which each of the clients' messages was whole, counted over all
    /// connections as if they had come one after the other.
    pub fn boundaries(&self) -> Vec<u64> {
        let shared = lock(&self.shared);
        let mut base = 0;
        let mut boundaries = Vec::new();
        for stream in &shared.streams {
            let mut messages = Messages::from_client();
            let mut end = base;
            for message in messages.feed(stream) {
                end += message.len() as u64;
                boundaries.push(end);
            }
            base += stream.len() as u64;
        }
        boundaries
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What becomes of the server's answers.
#[derive(Clone, Copy, PartialEq)]
enum Answers {
    Passed,
    /// The next one is waited for, thrown away, and then the connection is cut.
    Lost,
    /// They are thrown away, and the client hears nothing, not even an end.
    Swallowed,
}

/// What becomes of a piece of the client's stream.
enum Verdict {
    Pass,
    /// Only so many bytes of it, and then the end.
    PassAndCut(usize),
    /// Nothing of it; this is the answer.
    Answer(Vec<u8>),
    /// Nothing of it, nor of what follows.
    Swallow,
    /// All of it; the answer is waited for, thrown away, and then the end.
    PassAndLose,
}

fn serve(client: TcpStream, upstream: TcpStream, shared: Arc<Mutex<Shared>>) {
    let index = {
        let mut shared = lock(&shared);
        shared.streams.push(Vec::new());
        for stream in [&client, &upstream] {
            // Pieces are to arrive as they were sent.
            stream.set_nodelay(true).expect("set TCP_NODELAY");
            shared.open.push(stream.try_clone().expect("clone a socket"));
        }
        shared.streams.len() - 1
    };
    let answers = Arc::new(Mutex::new(Answers::Passed));
    let (from, to) = (upstream.try_clone().expect("clone"), client.try_clone().expect("clone"));
    let (seen, all) = (Arc::clone(&answers), Arc::clone(&shared));
    thread::spawn(move || pump_answers(from, to, &seen, &all));
    thread::spawn(move || pump_requests(client, upstream, index, &shared, &answers));
}

fn pump_requests(
    mut client: TcpStream,
    mut upstream: TcpStream,
    index: usize,
    shared: &Mutex<Shared>,
    answers: &Mutex<Answers>,
) {
    let mut messages = Messages::from_client();
    let mut counted = Messages::from_client();
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        let piece = &buffer[..count];
        count_trips(&mut counted, piece, &mut lock(shared));
        let verdict = judge(piece, index, &mut messages, &mut lock(shared));
        match verdict {
            Verdict::Pass => {
                if upstream.write_all(piece).is_err() {
                    break;
                }
            }
            Verdict::Answer(bytes) => {
                if client.write_all(&bytes).is_err() {
                    break;
                }
            }
            Verdict::Swallow => {
                *answers.lock().unwrap_or_else(PoisonError::into_inner) = Answers::Swallowed;
                // The client's end stays open for as long as the tests run.
                std::mem::forget(client);
                let _ = upstream.shutdown(Shutdown::Write);
                return;
            }
            Verdict::PassAndCut(length) => {
                let _ = upstream.write_all(&piece[..length]);
                break;
            }
            Verdict::PassAndLose => {
                *answers.lock().unwrap_or_else(PoisonError::into_inner) = Answers::Lost;
                let _ = upstream.write_all(piece);
                // The other pump closes both when the server has answered.
                return;
            }
        }
    }
    close(&client, &upstream);
}

/// The start-up message and each query have one answer, which ends when the server is ready.
fn count_trips(messages: &mut Messages, piece: &[u8], shared: &mut Shared) {
    let is_asked = |message: &&Vec<u8>| matches!(message.first(), Some(0 | b'Q'));
    let asked = messages.feed(piece).iter().filter(is_asked).count();
    if asked > 0 && shared.unanswered == 0 {
        shared.trips += 1;
    }
    shared.unanswered += asked;
}

fn judge(piece: &[u8], index: usize, messages: &mut Messages, shared: &mut Shared) -> Verdict {
    let before = shared.total;
    shared.total += piece.len() as u64;
    shared.streams[index].extend(piece);
    if shared.down {
        return Verdict::PassAndCut(0);
    }
    if let Trouble::CancelLate = shared.trouble {
        return cancel_late(piece, shared);
    }
    if shared.struck {
        return Verdict::Pass;
    }
    let whole: Vec<Vec<u8>> = messages.feed(piece);
    let has = |text: &str| whole.iter().any(|message| contains(message, text));
    let trouble = shared.trouble.clone();
    let verdict = match &trouble {
        Trouble::CutAfter(byte) | Trouble::DownAfter(byte) if shared.total >= *byte => {
            Verdict::PassAndCut(usize::try_from(byte - before).expect("within the piece"))
        }
        Trouble::LoseAnswerTo(text)
        | Trouble::DownAfterAnswerTo(text)
        | Trouble::FrozenAfterAnswerTo(text)
            if has(text) =>
        {
            Verdict::PassAndLose
        }
        Trouble::FrozenAt(text) if has(text) => Verdict::Pass,
        Trouble::LoseMessage(text) if has(text) => Verdict::PassAndCut(0),
        Trouble::Swallow(text) if contains(piece, text) => Verdict::Swallow,
        _ => return Verdict::Pass,
    };
    shared.struck = true;
    shared.frozen = matches!(trouble, Trouble::FrozenAfterAnswerTo(_) | Trouble::FrozenAt(_));
    if let Trouble::DownAfter(_) | Trouble::DownAfterAnswerTo(_) = trouble {
        shared.down = true;
        if let Trouble::DownAfter(_) = trouble {
            shared.open.iter().for_each(|stream| {
                let _ = stream.shutdown(Shutdown::Read);
            });
        }
    }
    verdict
}

fn cancel_late(piece: &[u8], shared: &mut Shared) -> Verdict {
    if wire::is_cancel_request(piece) {
        shared.holds_cancel = true;
        return Verdict::PassAndCut(0);
    }
    if shared.holds_cancel && piece.first() == Some(&b'Q') {
        shared.holds_cancel = false;
        shared.struck = true;
        return Verdict::Answer(wire::cancelled());
    }
    Verdict::Pass
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|at| at == text.as_bytes())
}

fn pump_answers(
    mut upstream: TcpStream,
    mut client: TcpStream,
    answers: &Mutex<Answers>,
    shared: &Mutex<Shared>,
) {
    let (mut lost, mut sent) = (Messages::from_server(), Messages::from_server());
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = upstream.read(&mut buffer) {
        let messages = sent.feed(&buffer[..count]);
        let of = |kind: u8| messages.iter().filter(|message| message[0] == kind).count();
        let mut counts = lock(shared);
        counts.rows += of(b'D') as u64;
        counts.unanswered = counts.unanswered.saturating_sub(of(b'Z'));
        drop(counts);
        if *answers.lock().unwrap_or_else(PoisonError::into_inner) != Answers::Passed {
            // `ReadyForQuery` ends the answer: what was asked for has been committed.
            if lost.feed(&buffer[..count]).iter().any(|message| message[0] == b'Z') {
                break;
            }
        } else if lock(shared).frozen {
            // Read and thrown away.
        } else if client.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    if *answers.lock().unwrap_or_else(PoisonError::into_inner) != Answers::Swallowed {
        close(&client, &upstream);
    }
}

fn close(client: &TcpStream, upstream: &TcpStream) {
    // One of the two is often closed already.
    let _ = client.shutdown(Shutdown::Both);
    let _ = upstream.shutdown(Shutdown::Both);
}
