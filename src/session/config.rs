//! From a URL to the driver's settings.

use std::net::IpAddr;

use tokio_postgres::Config;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};

use crate::url::{ChannelBinding, DatabaseUrl, TargetSession, TcpSettings};

/// The name of the setting that tells a session of ours from one that a pooler lends us.
pub const TOKEN: &str = "dbm.token";

/// The driver's settings for one of the hosts of `url`, at this address unless it is a socket of this
/// machine, with a `token` to recognise the session by.
pub fn config(
    url: &DatabaseUrl,
    (host, address): (usize, Option<IpAddr>),
    mode: SslMode,
    token: Option<&str>,
) -> Config {
    let mut config = Config::new();
    config.ssl_mode(mode);
    if let Some((host, port)) = url.hosts.get(host) {
        match host.starts_with('/') {
            true => config.host_path(host),
            false => config.host(host),
        };
        config.port(*port);
    }
    if let Some(address) = address {
        config.hostaddr(address);
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
    watch_peer(&mut config, &url.tcp);
    let options = options(url, token);
    if !options.is_empty() {
        config.options(&options);
    }
    if let Some(name) = url.settings.get("application_name") {
        config.application_name(name);
    }
    config.channel_binding(match url.channel_binding {
        ChannelBinding::Disable => tokio_postgres::config::ChannelBinding::Disable,
        ChannelBinding::Prefer => tokio_postgres::config::ChannelBinding::Prefer,
        ChannelBinding::Require => tokio_postgres::config::ChannelBinding::Require,
    });
    config.target_session_attrs(match url.target_session_attrs {
        TargetSession::Any => TargetSessionAttrs::Any,
        TargetSession::ReadWrite => TargetSessionAttrs::ReadWrite,
        TargetSession::ReadOnly => TargetSessionAttrs::ReadOnly,
    });
    config
}

/// How a peer that is gone is noticed; on a Unix socket the driver sets nothing of it.
fn watch_peer(config: &mut Config, tcp: &TcpSettings) {
    config.keepalives(tcp.keepalives);
    if let Some(timeout) = tcp.user_timeout {
        config.tcp_user_timeout(timeout);
    }
    if let Some(idle) = tcp.keepalives_idle {
        config.keepalives_idle(idle);
    }
    if let Some(interval) = tcp.keepalives_interval {
        config.keepalives_interval(interval);
    }
    if let Some(count) = tcp.keepalives_count {
        config.keepalives_retries(count);
    }
}

/// The `options` start-up parameter. The driver takes no other way for settings such as
/// `search_path`; white space and backslashes are escaped by a backslash in it.
pub fn options(url: &DatabaseUrl, token: Option<&str>) -> String {
    let mut options = url.options.clone().unwrap_or_default();
    let settings = url.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let settings = settings.filter(|(name, _)| *name != "application_name");
    for (name, value) in settings.chain(token.map(|token| (TOKEN, token))) {
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
        assert_eq!(options(&url, None), r#"-c x.y=1 -c search_path=a,\ "b\\""#);
        let url = DatabaseUrl::parse("postgres://h", |_| None).unwrap();
        assert_eq!(options(&url, Some("7")), "-c dbm.token=7");
    }
}
