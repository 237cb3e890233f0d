//! How a connection that nobody answers on any more is noticed: `keepalives` and its like, with
//! libpq's names and units.

use std::time::Duration;

/// How a dead peer is noticed on a TCP connection. A Unix socket has none.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpSettings {
    /// `tcp_user_timeout`: how long what was sent may wait for the peer to acknowledge it, where the
    /// system knows that limit (Linux); `None` for the system's default. In the URL, milliseconds.
    pub user_timeout: Option<Duration>,
    /// `keepalives`: whether a silent peer is asked now and then.
    pub keepalives: bool,
    /// `keepalives_idle`: how long it is silent before it is asked; `None` for two hours, which is
    /// systems' default. In the URL, seconds.
    pub keepalives_idle: Option<Duration>,
    /// `keepalives_interval`: how long one waits for its answer before it is asked again; `None` for
    /// the system's default. In the URL, seconds.
    pub keepalives_interval: Option<Duration>,
    /// `keepalives_count`: how often it is asked in vain; `None` for the system's default.
    pub keepalives_count: Option<u32>,
}

/// What counts where nothing is said: a peer that is gone is noticed within a minute, and not after
/// a quarter of an hour or two hours.
const USER_TIMEOUT: u32 = 30_000;
const IDLE: u32 = 30;
const INTERVAL: u32 = 10;
const COUNT: u32 = 6;

/// The most that Linux takes.
const MOST_SECONDS: u32 = 32_767;
const MOST_COUNT: u32 = 127;
/// libpq's numbers have 31 bits.
const MOST: u32 = i32::MAX.unsigned_abs();

impl TcpSettings {
    /// Reads the parameters that `find` gives.
    ///
    /// # Errors
    ///
    /// Which of them is no number, or too large.
    pub fn read(find: impl Fn(&str) -> Option<String>) -> Result<TcpSettings, String> {
        let number = |name, usual, most, unit| match find(name) {
            None => Ok(Some(usual)),
            Some(text) => number(name, &text, most, unit),
        };
        let seconds = |name, usual| {
            let seconds = number(name, usual, MOST_SECONDS, "number of seconds")?;
            Ok::<_, String>(seconds.map(|seconds| Duration::from_secs(seconds.into())))
        };
        let milliseconds =
            number("tcp_user_timeout", USER_TIMEOUT, MOST, "number of milliseconds")?;
        let keepalives = match find("keepalives") {
            None => true,
            Some(text) => integer("keepalives", &text, "number")? != 0,
        };
        Ok(TcpSettings {
            user_timeout: milliseconds.map(|ms| Duration::from_millis(ms.into())),
            keepalives,
            keepalives_idle: seconds("keepalives_idle", IDLE)?,
            keepalives_interval: seconds("keepalives_interval", INTERVAL)?,
            keepalives_count: number("keepalives_count", COUNT, MOST_COUNT, "number")?,
        })
    }
}

/// A number above zero; zero and less stand for the system's default, as in libpq.
fn number(name: &str, text: &str, most: u32, unit: &str) -> Result<Option<u32>, String> {
    match u32::try_from(integer(name, text, unit)?) {
        Err(_) | Ok(0) => Ok(None),
        Ok(number) if number <= most => Ok(Some(number)),
        Ok(_) => Err(format!("{name}: {text:?} is too large: at most {most}")),
    }
}

fn integer(name: &str, text: &str, unit: &str) -> Result<i32, String> {
    text.trim().parse().map_err(|_| format!("{name}: {text:?} is not a {unit}"))
}
