//! Opens a session: with or without TLS, directly or through a pooler.
//!
//! Several tries may be needed. `allow` and `prefer` have a second choice, and a pooler may refuse
//! the setting that we would know our session by; both are libpq's and poolers' ways, not faults.

use std::collections::hash_map::RandomState;
use std::future::poll_fn;
use std::hash::{BuildHasher, Hasher};
use std::net::IpAddr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::Context;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::SslMode as Tls;
use tokio_postgres::{AsyncMessage, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::Error;
use crate::event::Notice;
use crate::fault::Fault;
use crate::session::mark::Mark;
use crate::session::patience::Patience;
use crate::session::resolve::resolve;
use crate::session::{config, driver_error, tls};
use crate::sql::Strings;
use crate::sqlstate::{
    FEATURE_NOT_SUPPORTED, INVALID_AUTHORIZATION_SPECIFICATION, PROTOCOL_VIOLATION,
};
use crate::url::{DatabaseUrl, SslMode, UrlError};

/// The setting that says what a backslash is in a plain string. The server tells of each change.
const STRINGS: &str = "standard_conforming_strings";

/// What a session is made of.
pub struct Opened {
    /// Drives the socket whenever somebody blocks on it.
    pub runtime: Runtime,
    /// Sends.
    pub client: Client,
    /// What comes unasked.
    pub incoming: Receiver<Incoming>,
    /// For cancel requests, which connect anew.
    pub tls: MakeRustlsConnect,
    /// What `dbm.token` was set to, unless it was refused.
    pub token: Option<String>,
    /// What tells our messages from others'.
    pub mark: Mark,
    /// The server's version, where it says one.
    pub version: Option<u32>,
    /// What a backslash is in a plain string.
    pub strings: Strings,
}

/// What the server sends without being asked.
pub enum Incoming {
    /// A remark.
    Notice(Notice),
    /// The end of the session, and why.
    Lost(String),
    /// What a backslash is in a plain string has changed.
    Strings(Strings),
}

/// How long to look at nothing but the socket.
const SLICE: Duration = Duration::from_millis(50);

/// One of a host's addresses.
struct Target<'a> {
    url: &'a DatabaseUrl,
    /// The host's index in the URL.
    host: usize,
    /// `None` for a socket of this machine.
    address: Option<IpAddr>,
    tls: &'a MakeRustlsConnect,
    patience: &'a Patience,
}

/// Opens a session.
///
/// # Errors
///
/// [`Error::Url`] for certificates that cannot be used, [`Error::Connect`].
pub fn open(url: &DatabaseUrl, patience: &Patience) -> Result<Opened, Error> {
    let tls = tls::connector(url)
        .map_err(|e| Error::Url(UrlError::new(format!("failed to open database: {e}"))))?;
    let mut fault = Fault::Unclear("no host".to_string());
    for host in 0..url.hosts.len() {
        match try_host(url, host, &tls, patience) {
            Ok(opened) => return Ok(opened),
            Err(refused) => fault = refused,
        }
    }
    Err(Error::Connect { place: url.place(), fault })
}

/// Tries each address of one of the URL's hosts.
fn try_host(
    url: &DatabaseUrl,
    host: usize,
    tls: &MakeRustlsConnect,
    patience: &Patience,
) -> Result<Opened, Fault> {
    let addresses = match (url.hostaddrs.get(host), url.hosts.get(host)) {
        (Some(address), _) => vec![Some(*address)],
        (None, Some((host, _))) if !host.starts_with('/') => {
            let found = resolve(host, url.connect_timeout, patience)?;
            found.into_iter().map(Some).collect()
        }
        _ => vec![None],
    };
    let mut fault = Fault::Unclear("no host".to_string());
    for address in addresses {
        match try_modes(&Target { url, host, address, tls, patience }) {
            Ok(opened) => return Ok(opened),
            Err(refused) => fault = refused,
        }
    }
    Err(fault)
}

/// Tries each mode that may get further.
fn try_modes(target: &Target<'_>) -> Result<Opened, Fault> {
    let mut first = None;
    for mode in modes(target.url) {
        let fault = match try_mode(target, *mode) {
            Ok(opened) => return Ok(opened),
            Err(fault) => fault,
        };
        let again = may_differ(&fault, *mode);
        // The one that got further says more than being refused at the door does.
        if first.is_none() || !is_refused_at_the_door(&fault) {
            first = Some(fault);
        }
        if !again {
            break;
        }
    }
    Err(first.unwrap_or_else(|| Fault::Unclear("no host".to_string())))
}

/// The ways to try, as libpq tries them. A socket of this machine needs no TLS.
fn modes(url: &DatabaseUrl) -> &'static [Tls] {
    if url.is_local() {
        return &[Tls::Disable];
    }
    match url.sslmode {
        SslMode::Disable => &[Tls::Disable],
        SslMode::Allow => &[Tls::Disable, Tls::Require],
        SslMode::Prefer => &[Tls::Prefer, Tls::Disable],
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => &[Tls::Require],
    }
}

/// Whether another mode may get further: where the server refused this one by its `pg_hba.conf`,
/// or the two could not agree on TLS.
fn may_differ(fault: &Fault, mode: Tls) -> bool {
    match fault {
        Fault::Unclear(_) => mode == Tls::Prefer,
        fault => is_refused_at_the_door(fault),
    }
}

/// `invalid_authorization_specification`: no line of `pg_hba.conf` lets us in this way.
fn is_refused_at_the_door(fault: &Fault) -> bool {
    fault.code() == Some(INVALID_AUTHORIZATION_SPECIFICATION)
}

fn try_mode(target: &Target<'_>, mode: Tls) -> Result<Opened, Fault> {
    let Target { url, host, address, .. } = *target;
    let token = token();
    let with_token = config::config(url, (host, address), mode, Some(&token));
    match connect(target, &with_token, Some(token)) {
        Err(fault) if refuses_settings(&fault) => {
            connect(target, &config::config(url, (host, address), mode, None), None)
                .map_err(|fault| naming_settings(url, fault))
        }
        other => other,
    }
}

/// PgBouncer and its kin: `unsupported startup parameter: options`, as 08P01; RDS Proxy says
/// 0A000.
fn refuses_settings(fault: &Fault) -> bool {
    matches!(fault, Fault::Server(error)
        if matches!(error.code.as_str(), PROTOCOL_VIOLATION | FEATURE_NOT_SUPPORTED)
            || error.message.contains("startup parameter"))
}

/// The refusal names `options` alone: say what of the URL is in it.
fn naming_settings(url: &DatabaseUrl, fault: Fault) -> Fault {
    let Fault::Server(mut error) = fault else { return fault };
    let names = url.carried_settings();
    if error.message.contains("startup parameter") && !names.is_empty() {
        error.message = format!("{} (it carries {})", error.message, names.join(", "));
    }
    Fault::Server(error)
}

fn connect(target: &Target<'_>, config: &Config, token: Option<String>) -> Result<Opened, Fault> {
    let Target { url, tls, patience, .. } = *target;
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Fault::Unclear(e.to_string()))?;
    let begun = Instant::now();
    let mut connecting = Box::pin(config.connect(tls.clone()));
    let (client, mut driver) = loop {
        // The driver bounds the socket's connect alone; a server that takes the connection and then
        // says nothing must not be waited for longer.
        let left = url.connect_timeout.map(|limit| limit.saturating_sub(begun.elapsed()));
        let slice = left.map_or(SLICE, |left| SLICE.min(left));
        let next = async { tokio::time::timeout(slice, &mut connecting).await };
        match runtime.block_on(next) {
            Ok(connected) => break connected.map_err(|e| driver_error::connecting(&e))?,
            Err(_) if left.is_some_and(|left| left <= SLICE) => {
                return Err(Fault::Unreachable("connect_timeout expired".to_string()));
            }
            Err(_) if patience.is_over() => {
                return Err(Fault::Unreachable("the server did not answer in time".to_string()));
            }
            Err(_) => {}
        }
    };
    let version = driver.parameter("server_version").and_then(major);
    let (sender, incoming) = channel();
    let strings = strings(driver.parameter(STRINGS));
    runtime.spawn(async move {
        let mut known = strings;
        // It is told before the server says that it is done with a message. The driver takes note of
        // it, and passes nothing on.
        let mut poll = |cx: &mut Context<'_>| {
            let message = driver.poll_message(cx);
            let strings = self::strings(driver.parameter(STRINGS));
            if std::mem::replace(&mut known, strings) != strings {
                // Nobody listens when the session is dropped.
                let _ = sender.send(Incoming::Strings(strings));
            }
            message
        };
        while let Some(message) = poll_fn(&mut poll).await {
            if !pass_on(message, &sender) {
                break;
            }
        }
    });
    let mark = Mark::new(&self::token());
    let tls = tls.clone();
    Ok(Opened { runtime, client, incoming, tls, token, mark, version, strings })
}

/// What the server said last of the setting.
fn strings(standard_conforming_strings: Option<&str>) -> Strings {
    match standard_conforming_strings {
        Some("off") => Strings::Escaping,
        _ => Strings::Standard,
    }
}

fn pass_on(
    message: Result<AsyncMessage, tokio_postgres::Error>,
    incoming: &Sender<Incoming>,
) -> bool {
    let (message, more) = match message {
        Ok(AsyncMessage::Notice(db)) => (Incoming::Notice(driver_error::notice(&db)), true),
        Ok(_) => return true,
        Err(error) => (Incoming::Lost(driver_error::reason(&error)), false),
    };
    incoming.send(message).is_ok() && more
}

/// 18 of `18.4 (Debian 18.4-1)`, and of `18beta1`.
fn major(version: &str) -> Option<u32> {
    let end = version.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(version.len());
    version[..end].parse().ok()
}

/// A word that no other session has.
fn token() -> String {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    format!("{:016x}", hasher.finish())
}
