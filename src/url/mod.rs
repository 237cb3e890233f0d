//! Reads a database URL: golang-migrate's, libpq's, and those in people's `.env` files.
//!
//! No connection is made here, and no file is read but by [`DatabaseUrl::resolve`]. A URL holds a
//! password, so nothing here puts a piece of the text into an error or into `Debug` unless it is
//! known to be no secret.
//!
//! The grammar is hand-written because a general URL parser refuses forms that are common in
//! the wild (`postgres://u:p@/db?host=db.internal`, `pgx5://:`) and normalises what the lock's
//! name is made of: the path, as it was written.

mod database_url;
mod grammar;
mod hosts;
mod inputs;
mod libpq_files;
mod likely;
mod modes;
mod other_database;
mod password_file;
mod service_file;
mod tcp;
#[cfg(test)]
mod tests;
mod without_password;

use std::cell::RefCell;

use crate::url::inputs::Inputs;
use crate::url::likely::{is_keywords, likely};

pub use database_url::{
    ChannelBinding, DatabaseUrl, LogContent, Secret, SslMode, TableName, TargetSession,
};
pub use likely::Likely;
pub use tcp::TcpSettings;

const SCHEMES: [&str; 5] = ["postgres", "postgresql", "pgx", "pgx4", "pgx5"];

/// What is wrong with a URL, in golang-migrate's words where it has some.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
#[non_exhaustive]
pub struct UrlError {
    /// What is wrong.
    pub reason: String,
    /// What was probably meant, where it is not the URL of a PostgreSQL database.
    pub likely: Option<Likely>,
}

impl UrlError {
    /// Something that is wrong within a URL.
    pub fn new(reason: impl Into<String>) -> UrlError {
        UrlError { reason: reason.into(), likely: None }
    }
}

/// Text before the first `:`.
///
/// # Errors
///
/// `URL cannot be empty` and `no scheme`, as golang-migrate says it.
pub fn scheme(url: &str) -> Result<&str, &'static str> {
    match url.find(':') {
        _ if url.is_empty() => Err("URL cannot be empty"),
        None | Some(0) => Err("no scheme"),
        Some(end) => Ok(&url[..end]),
    }
}

impl DatabaseUrl {
    /// Reads `url`, and what it does not set from the `PG…` variables that `env` gives.
    ///
    /// A program passes `|name| std::env::var(name).ok()`; one that ignores its
    /// environment passes `|_| None`. No file is read, so services and password
    /// files are ignored here.
    ///
    /// # Errors
    ///
    /// [`UrlError`], with the first thing that is wrong; never with the password.
    pub fn parse(url: &str, env: impl Fn(&str) -> Option<String>) -> Result<DatabaseUrl, UrlError> {
        let scheme = known_scheme(url)?;
        let inputs = Inputs::read(url, scheme, &env);
        inputs.and_then(|inputs| inputs.merge()).map_err(not_opened)
    }

    /// Reads `url` as `psql` would: what it does not set comes from the service file
    /// (`PGSERVICE`), from this process's `PG…` variables, from the password file (`~/.pgpass`)
    /// and from the certificates in `~/.postgresql`.
    ///
    /// Returns warnings too, a line each: a password file that is not used, and why.
    ///
    /// # Errors
    ///
    /// [`UrlError`], with the first thing that is wrong; never with the password.
    pub fn resolve(url: &str) -> Result<(DatabaseUrl, Vec<String>), UrlError> {
        let scheme = known_scheme(url)?;
        let unreadable = RefCell::new(None);
        let env = |name: &str| {
            let value = std::env::var_os(name)?.into_string();
            value.map_err(|_| unreadable.replace(Some(name.to_string()))).ok()
        };
        let resolved = libpq_files::resolve(url, scheme, &env, std::env::home_dir().as_deref());
        match unreadable.take() {
            // Without it, another server might be meant.
            Some(name) => Err(not_opened(format!("{name} is not valid UTF-8"))),
            None => resolved.map_err(not_opened),
        }
    }
}

/// The scheme of a database's URL. Whether it is PostgreSQL's is another question: golang-migrate, too,
/// asks it later.
///
/// # Errors
///
/// [`UrlError`] where it has none.
pub fn scheme_of_database(url: &str) -> Result<&str, UrlError> {
    // What stands before a ':' in a libpq string may be half a password.
    let scheme = if is_keywords(url) { Err("no scheme") } else { scheme(url) };
    scheme.map_err(|e| UrlError {
        reason: format!("failed to parse scheme from database URL: {e}"),
        likely: Some(likely(url)),
    })
}

fn known_scheme(url: &str) -> Result<&str, UrlError> {
    let scheme = scheme_of_database(url)?;
    match SCHEMES.contains(&scheme) {
        true => Ok(scheme),
        false => Err(UrlError {
            likely: Some(likely(url)),
            ..not_opened(format!("database driver: unknown driver {scheme} (forgotten import?)"))
        }),
    }
}

fn not_opened(reason: String) -> UrlError {
    UrlError::new(format!("failed to open database: {reason}"))
}
