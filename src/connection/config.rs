//! From a URL to the driver's settings.

use std::time::Duration;

use tokio_postgres::Config;

use crate::error::Error;
use crate::url::{DatabaseUrl, SslMode, UrlError};

/// The driver's settings for `url`.
///
/// # Errors
///
/// [`Error::Url`] for what this version cannot do.
pub fn config(url: &DatabaseUrl) -> Result<Config, Error> {
    let mut config = Config::new();
    if url.sslmode >= SslMode::Require {
        return Err(Error::Url(UrlError(
            "failed to open database: this version of dbm does not speak TLS yet: \
             use sslmode=disable or sslmode=prefer where the network is safe"
                .to_string(),
        )));
    }
    config.ssl_mode(tokio_postgres::config::SslMode::Disable);
    for (host, port) in &url.hosts {
        match host.starts_with('/') {
            true => config.host_path(host),
            false => config.host(host),
        };
        config.port(*port);
    }
    if let Some(user) = &url.user {
        config.user(user);
    }
    if let Some(password) = &url.password {
        config.password(password.reveal());
    }
    if let Some(database) = &url.database {
        config.dbname(database);
    }
    if let Some(timeout) = url.connect_timeout {
        config.connect_timeout(timeout);
    }
    // A dead peer is noticed in about a minute and a half instead of two hours.
    config.keepalives_idle(Duration::from_secs(30));
    config.keepalives_interval(Duration::from_secs(10));
    config.keepalives_retries(6);
    let options = options(url);
    if !options.is_empty() {
        config.options(&options);
    }
    if let Some(name) = url.settings.get("application_name") {
        config.application_name(name);
    }
    Ok(config)
}

/// The `options` start-up parameter. The driver takes no other way for settings such as
/// `search_path`; white space and backslashes are escaped by a backslash in it.
fn options(url: &DatabaseUrl) -> String {
    let mut options = url.options.clone().unwrap_or_default();
    for (name, value) in url.settings.iter().filter(|(name, _)| *name != "application_name") {
        if !options.is_empty() {
            options.push(' ');
        }
        options.push_str("-c ");
        for letter in format!("{name}={value}").chars() {
            if letter.is_whitespace() || letter == '\\' {
                options.push('\\');
            }
            options.push(letter);
        }
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_escaped() {
        let url = "postgres://h?search_path=a%2C%20%22b%5C%22&options=-c%20x.y%3D1";
        let url = DatabaseUrl::parse(url, |_| None).unwrap();
        assert_eq!(options(&url), r#"-c x.y=1 -c search_path=a,\ "b\\""#);
    }

    #[test]
    fn what_needs_tls_is_refused() {
        let url = DatabaseUrl::parse("postgres://h?sslmode=require", |_| None).unwrap();
        assert!(config(&url).unwrap_err().to_string().contains("TLS"));
    }
}
