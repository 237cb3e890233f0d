//! Waits for a server that is not there: a container that starts, a database that sleeps, a primary
//! that fails over.

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::event::Event;
use crate::interrupt::Interrupt;
use crate::session::patience::Patience;
use crate::session::{Session, outside_a_runtime};
use crate::trace;
use crate::url::DatabaseUrl;

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

/// Tries `attempt` until it succeeds, fails with what cannot pass, or `limit` is over; `None` is for
/// as long as it takes. What `place` says is where the server is.
///
/// # Errors
///
/// That of the last attempt; [`Error::Interrupted`].
pub fn until_ready<T>(
    place: &str,
    limit: Option<Duration>,
    interrupt: &Interrupt,
    on_event: &mut dyn FnMut(&Event),
    mut attempt: impl FnMut(Patience) -> Result<T, Error>,
) -> Result<T, Error> {
    let patience = Patience::new(None, interrupt);
    let begun = Instant::now();
    let mut pause = SHORTEST_PAUSE;
    let mut next_word = FIRST_WORD;
    loop {
        let error = match attempt(patience.clone()) {
            Err(_) if patience.is_interrupted() => return Err(Error::Interrupted),
            Err(error) if error.may_pass() => error,
            ended => return ended,
        };
        let waited = begun.elapsed();
        let left = limit.map(|limit| limit.saturating_sub(waited));
        if left.is_some_and(|left| left.is_zero()) {
            return Err(error);
        }
        if waited >= next_word {
            let (place, reason) = (place.to_string(), error.reason());
            on_event(&Event::ServerAway { place, reason, waited });
            next_word = waited + NEXT_WORD;
        }
        patience.sleep(left.map_or(pause, |left| pause.min(left)));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Waits until the server accepts connections: for `limit`, or for as long as it takes. What can pass
/// is tried again, see [`Error::may_pass`].
///
/// # Errors
///
/// [`Error::Url`] and [`Error::Connect`]: the last that was seen.
pub fn wait(
    url: &DatabaseUrl,
    limit: Option<Duration>,
    mut on_event: impl FnMut(&Event) + Send,
) -> Result<(), Error> {
    let mut url = url.clone();
    url.connect_timeout.get_or_insert(LONGEST_TRY);
    outside_a_runtime(|| {
        let open = |patience| Session::open_within(&url, patience).map(drop);
        let on_event = &mut |event: &Event| {
            trace::event(event);
            on_event(event);
        };
        until_ready(&url.place(), limit, &Interrupt::new(), on_event, open)
    })
}
