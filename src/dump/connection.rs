//! How `pg_dump` reaches the database: by variables, which nobody else on the machine sees, and not by
//! words, which are in the list of processes.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::session::config::options;
use crate::url::{ChannelBinding, DatabaseUrl, SslMode, TargetSession};

/// Variables by which libpq would connect in another way than the URL says: what of them counts is in
/// the URL already.
const OTHERS: [&str; 26] = [
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGDATABASE",
    "PGUSER",
    "PGPASSWORD",
    "PGSERVICE",
    "PGOPTIONS",
    "PGAPPNAME",
    "PGSSLMODE",
    "PGREQUIRESSL",
    "PGSSLROOTCERT",
    "PGSSLCERT",
    "PGSSLKEY",
    "PGSSLCRL",
    "PGSSLCRLDIR",
    "PGSSLCERTMODE",
    "PGSSLNEGOTIATION",
    "PGCHANNELBINDING",
    "PGREQUIREAUTH",
    "PGREQUIREPEER",
    "PGTARGETSESSIONATTRS",
    "PGLOADBALANCEHOSTS",
    "PGCONNECT_TIMEOUT",
    "PGCLIENTENCODING",
    "PGTZ",
];

/// Files with the authorities that a system knows; libpq does not look for them before version 16.
const AUTHORITIES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Settings on which the text would hang: how constants of a view or a partition are written.
const SETTINGS: &str = "-c TimeZone=UTC -c quote_all_identifiers=off";

/// Sets the variables.
pub fn set(command: &mut Command, url: &DatabaseUrl) {
    for name in OTHERS {
        command.env_remove(name);
    }
    let list = |items: Vec<String>| items.join(",");
    command
        .env("PGHOST", list(url.hosts.iter().map(|(host, _)| host.clone()).collect()))
        .env("PGPORT", list(url.hosts.iter().map(|(_, port)| port.to_string()).collect()))
        .env("PGSSLMODE", url.sslmode.name())
        .env("PGGSSENCMODE", "disable");
    if !url.hostaddrs.is_empty() {
        command.env("PGHOSTADDR", list(url.hostaddrs.iter().map(ToString::to_string).collect()));
    }
    if let Some(user) = &url.user {
        command.env("PGUSER", user);
    }
    if let Some(password) = &url.password {
        command.env("PGPASSWORD", password.reveal());
    }
    if let Some(database) = &url.database {
        command.env("PGDATABASE", database);
    }
    for (name, file) in [
        ("PGSSLROOTCERT", authorities(url)),
        ("PGSSLCERT", url.sslcert.clone()),
        ("PGSSLKEY", url.sslkey.clone()),
    ] {
        if let Some(file) = file {
            command.env(name, file);
        }
    }
    command.env(
        "PGCHANNELBINDING",
        match url.channel_binding {
            ChannelBinding::Disable => "disable",
            ChannelBinding::Prefer => "prefer",
            ChannelBinding::Require => "require",
        },
    );
    command.env(
        "PGTARGETSESSIONATTRS",
        match url.target_session_attrs {
            TargetSession::Any => "any",
            TargetSession::ReadWrite => "read-write",
            TargetSession::ReadOnly => "read-only",
        },
    );
    if let Some(timeout) = url.connect_timeout {
        command.env("PGCONNECT_TIMEOUT", timeout.as_secs().max(1).to_string());
    }
    command.env("PGOPTIONS", format!("{} {SETTINGS}", options(url, None)).trim());
    if let Some(name) = url.settings.get("application_name") {
        command.env("PGAPPNAME", name);
    }
}

/// The known authorities' certificates, as a file where libpq needs one.
fn authorities(url: &DatabaseUrl) -> Option<PathBuf> {
    let named = url.sslrootcert.clone().filter(|file| file != Path::new("system"));
    if named.is_some() || url.sslmode < SslMode::VerifyCa && url.sslrootcert.is_none() {
        return named;
    }
    let found = AUTHORITIES.iter().map(PathBuf::from).find(|file| file.is_file());
    Some(found.unwrap_or_else(|| PathBuf::from("system")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_url_as_variables() {
        let url = "postgres://u:p%40ss@h1:1,h2:2/my%20db?sslmode=require&search_path=a%20b\
                   &connect_timeout=3&application_name=x&target_session_attrs=read-write";
        let url = DatabaseUrl::parse(url, |_| None).unwrap();
        let mut command = Command::new("pg_dump");
        set(&mut command, &url);
        let set: BTreeMap<String, String> = command
            .get_envs()
            .filter_map(|(name, value)| {
                Some((name.to_str()?.to_string(), value?.to_str()?.to_string()))
            })
            .collect();
        for (name, value) in [
            ("PGHOST", "h1,h2"),
            ("PGPORT", "1,2"),
            ("PGUSER", "u"),
            ("PGPASSWORD", "p@ss"),
            ("PGDATABASE", "my db"),
            ("PGSSLMODE", "require"),
            ("PGCONNECT_TIMEOUT", "3"),
            ("PGAPPNAME", "x"),
            ("PGTARGETSESSIONATTRS", "read-write"),
            ("PGOPTIONS", "-c search_path=a\\ b -c TimeZone=UTC -c quote_all_identifiers=off"),
        ] {
            assert_eq!(set.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert_eq!(command.get_args().count(), 0);
    }
}
