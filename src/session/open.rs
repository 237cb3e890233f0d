//! Opens a session: with or without TLS, directly or through a pooler.
//!
//! Several tries may be needed. `allow` and `prefer` have a second choice, and a pooler may refuse
//! the setting that we would know our session by; both are libpq's and poolers' ways, not faults.

use std::collections::hash_map::RandomState;
use std::future::poll_fn;
use std::hash::{BuildHasher, Hasher};
use std::sync::mpsc::{Receiver, Sender, channel};

use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::SslMode as Tls;
use tokio_postgres::{AsyncMessage, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::Error;
use crate::event::Notice;
use crate::fault::Fault;
use crate::session::{config, driver_error, tls};
use crate::sqlstate::{
    FEATURE_NOT_SUPPORTED, INVALID_AUTHORIZATION_SPECIFICATION, PROTOCOL_VIOLATION,
};
use crate::url::{DatabaseUrl, SslMode, UrlError};

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
}

/// What the server sends without being asked.
pub enum Incoming {
    /// A remark.
    Notice(Notice),
    /// The end of the session, and why.
    Lost(String),
}

/// Opens a session.
///
/// # Errors
///
/// [`Error::Url`] for certificates that cannot be used, [`Error::Connect`].
pub fn open(url: &DatabaseUrl) -> Result<Opened, Error> {
    let tls = tls::connector(url)
        .map_err(|e| Error::Url(UrlError(format!("failed to open database: {e}"))))?;
    let mut fault = Fault::Unclear("no host".to_string());
    for host in 0..url.hosts.len() {
        match try_host(url, host, &tls) {
            Ok(opened) => return Ok(opened),
            Err(refused) => fault = refused,
        }
    }
    Err(Error::Connect { place: url.place(), fault })
}

/// Tries one of the URL's hosts in each mode that may get further.
fn try_host(url: &DatabaseUrl, host: usize, tls: &MakeRustlsConnect) -> Result<Opened, Fault> {
    let mut first = None;
    for mode in modes(url) {
        let fault = match try_mode(url, host, *mode, tls) {
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

fn try_mode(
    url: &DatabaseUrl,
    host: usize,
    mode: Tls,
    tls: &MakeRustlsConnect,
) -> Result<Opened, Fault> {
    let token = token();
    let with_token = config::config(url, host, mode, Some(&token));
    match connect(url, &with_token, tls, Some(token)) {
        Err(fault) if refuses_settings(&fault) => {
            connect(url, &config::config(url, host, mode, None), tls, None)
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

fn connect(
    url: &DatabaseUrl,
    config: &Config,
    tls: &MakeRustlsConnect,
    token: Option<String>,
) -> Result<Opened, Fault> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Fault::Unclear(e.to_string()))?;
    // The driver bounds the socket's connect alone; a server that takes the connection and then
    // says nothing must not be waited for longer.
    let limit = url.connect_timeout;
    let connecting = async {
        let connected = config.connect(tls.clone());
        match limit {
            None => Some(connected.await),
            Some(limit) => tokio::time::timeout(limit, connected).await.ok(),
        }
    };
    let (client, mut driver) = match runtime.block_on(connecting) {
        None => return Err(Fault::Unreachable("connect_timeout expired".to_string())),
        Some(connected) => connected.map_err(|e| driver_error::connecting(&e))?,
    };
    let (sender, incoming) = channel();
    runtime.spawn(async move {
        while let Some(message) = poll_fn(|cx| driver.poll_message(cx)).await {
            if !pass_on(message, &sender) {
                break;
            }
        }
    });
    Ok(Opened { runtime, client, incoming, tls: tls.clone(), token })
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

/// A word that no other session has.
fn token() -> String {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    format!("{:016x}", hasher.finish())
}
