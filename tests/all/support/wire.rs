//! As much of PostgreSQL's wire protocol as the tests need: where a message ends, and how a server
//! says no.

/// Splits a stream into messages.
pub struct Messages {
    pending: Vec<u8>,
    /// The client's first message has no type in front of its length.
    first: bool,
}

impl Messages {
    pub fn from_client() -> Self {
        Self { pending: Vec::new(), first: true }
    }

    pub fn from_server() -> Self {
        Self { pending: Vec::new(), first: false }
    }

    /// The messages that this piece completes, each whole, with its head.
    pub fn feed(&mut self, piece: &[u8]) -> Vec<Vec<u8>> {
        self.pending.extend(piece);
        let mut whole = Vec::new();
        loop {
            let head = usize::from(!self.first);
            let Some(length) = self.pending.get(head..head + 4) else { break };
            let length = u32::from_be_bytes(length.try_into().expect("four bytes")) as usize;
            let end = head + length;
            if self.pending.len() < end {
                break;
            }
            let rest = self.pending.split_off(end);
            whole.push(std::mem::replace(&mut self.pending, rest));
            self.first = false;
        }
        whole
    }
}

/// `ErrorResponse` of a server that ends the session: severity FATAL.
pub fn fatal(code: &str, message: &str) -> Vec<u8> {
    error("FATAL", code, message)
}

/// The answer to a statement that was cancelled: the error, and that the server is ready again.
pub fn cancelled() -> Vec<u8> {
    let said = error("ERROR", "57014", "canceling statement due to user request");
    [&said[..], &[b'Z', 0, 0, 0, 5, b'I']].concat()
}

/// Whether a connection begins so to ask that a statement be cancelled.
pub fn is_cancel_request(start: &[u8]) -> bool {
    start.get(..8) == Some(&[0, 0, 0, 16, 4, 210, 22, 46])
}

fn error(severity: &str, code: &str, message: &str) -> Vec<u8> {
    let mut fields = Vec::new();
    for (kind, text) in [(b'S', severity), (b'V', severity), (b'C', code), (b'M', message)] {
        fields.push(kind);
        fields.extend(text.as_bytes());
        fields.push(0);
    }
    fields.push(0);
    let length = u32::try_from(fields.len() + 4).expect("a short message");
    let mut message = vec![b'E'];
    message.extend(length.to_be_bytes());
    message.extend(fields);
    message
}

#[test]
fn messages_are_found_however_the_stream_is_cut() {
    let stream =
        [&[0, 0, 0, 9, 0, 3, 0, 0, 0][..], &[b'Q', 0, 0, 0, 7, b'h', b'i', 0], &[b'X', 0, 0, 0, 4]]
            .concat();
    for step in 1..=stream.len() {
        let mut messages = Messages::from_client();
        let lengths: Vec<usize> = stream
            .chunks(step)
            .flat_map(|piece| messages.feed(piece))
            .map(|message| message.len())
            .collect();
        assert_eq!(lengths, [9, 8, 5], "in pieces of {step}");
    }
}
