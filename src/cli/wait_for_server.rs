//! Waits for a server that is not there yet: a container that starts, a database that sleeps.

use std::thread;
use std::time::{Duration, Instant};

use dbm::{DatabaseUrl, Error};

use crate::render::printer::Printer;

/// Pauses between two tries grow from this …
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
/// … to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How long one try may take where the URL does not say: so that an address that swallows
/// everything is tried again, and a database that has to wake up first is not given up.
pub const LONGEST_TRY: Duration = Duration::from_secs(30);
/// From when on one says that one waits, and how often again.
const FIRST_WORD: Duration = Duration::from_secs(1);
const NEXT_WORD: Duration = Duration::from_secs(5);

/// Tries `attempt` until it succeeds, fails with what cannot pass, or `limit` is over; `None` is
/// for as long as it takes.
/// The error is that of the last attempt.
pub fn wait_for_server<T>(
    url: &DatabaseUrl,
    limit: Option<Duration>,
    printer: &Printer,
    mut attempt: impl FnMut(&DatabaseUrl) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut url = url.clone();
    url.connect_timeout.get_or_insert(LONGEST_TRY);
    let begun = Instant::now();
    let mut pause = SHORTEST_PAUSE;
    let mut next_word = FIRST_WORD;
    loop {
        let error = match attempt(&url) {
            Err(error) if error.may_pass() => error,
            ended => return ended,
        };
        let waited = begun.elapsed();
        let left = limit.map(|limit| limit.saturating_sub(waited));
        if left.is_some_and(|left| left.is_zero()) {
            return Err(error);
        }
        if waited >= next_word {
            printer.warning(&format!("waiting for the server at {}: {error}", url.place()));
            next_word = waited + NEXT_WORD;
        }
        thread::sleep(left.map_or(pause, |left| pause.min(left)));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
