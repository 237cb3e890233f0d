//! What a database URL says: plain values.
//!
//! How it is read is not here. A password never shows in `Debug`.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::url::tcp::TcpSettings;

/// Where the database is and how golang-migrate's `x-` parameters want it used.
#[non_exhaustive]
#[derive(Clone)]
pub struct DatabaseUrl {
    /// Hosts in order, each with its port; a name that begins with `/` is a folder with a socket.
    pub hosts: Vec<(String, u16)>,
    /// `hostaddr`: an address for each of `hosts`, so that no name is looked up; or empty.
    pub hostaddrs: Vec<IpAddr>,
    /// Who connects; `None` for the operating system's user.
    pub user: Option<String>,
    /// The password, if the URL or the environment has one.
    pub password: Option<Secret>,
    /// The database; `None` for the server's default, which is the user's name.
    pub database: Option<String>,
    /// The path as it was written, decoded, with its slash: part of the lock's name.
    pub path: String,
    /// `disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`.
    pub sslmode: SslMode,
    /// The known authorities' certificates: a file, or the word `system`; `None` for the system's.
    pub sslrootcert: Option<PathBuf>,
    /// The client's certificate.
    pub sslcert: Option<PathBuf>,
    /// The key to `sslcert`.
    pub sslkey: Option<PathBuf>,
    /// Whether the password's proof is bound to the encrypted channel.
    pub channel_binding: ChannelBinding,
    /// What a server must allow, to be the one of `hosts` that is used.
    pub target_session_attrs: TargetSession,
    /// How long to try to connect; `None` for as long as the system does.
    pub connect_timeout: Option<Duration>,
    /// How a peer that is gone is noticed.
    pub tcp: TcpSettings,
    /// Start-up settings for the server: `search_path`, `statement_timeout`, …
    pub settings: BTreeMap<String, String>,
    /// The `options` parameter, as it was written.
    pub options: Option<String>,
    /// The version table.
    pub table: TableName,
    /// `x-statement-timeout`: how long a file (with `x-multi-statement`, a statement) may run.
    pub statement_timeout: Option<Duration>,
    /// `x-multi-statement`: run statement by statement.
    pub multi_statement: bool,
    /// `x-log`: what the log keeps.
    pub log: LogContent,
}

/// What the log keeps of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LogContent {
    /// There is no log: nothing is written, and nothing is read.
    Off,
    /// Their checksums.
    Checksums,
    /// Their checksums and their texts, which may hold secrets.
    #[default]
    Texts,
}

impl LogContent {
    /// Its word in a URL.
    pub fn name(self) -> &'static str {
        match self {
            LogContent::Off => "off",
            LogContent::Checksums => "checksums",
            LogContent::Texts => "texts",
        }
    }
}

/// The version table's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName {
    /// The schema, where the URL names one; else it is `current_schema()`.
    pub schema: Option<String>,
    /// The table, not quoted.
    pub name: String,
}

/// Whether the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SslMode {
    /// Never.
    Disable,
    /// Only where the server insists.
    Allow,
    /// Where the server can.
    Prefer,
    /// Always, with any certificate.
    Require,
    /// Always, with a certificate of a known authority.
    VerifyCa,
    /// Always, with a known authority's certificate for this host.
    VerifyFull,
}

impl SslMode {
    /// The mode's name in a URL.
    pub fn name(self) -> &'static str {
        match self {
            SslMode::Disable => "disable",
            SslMode::Allow => "allow",
            SslMode::Prefer => "prefer",
            SslMode::Require => "require",
            SslMode::VerifyCa => "verify-ca",
            SslMode::VerifyFull => "verify-full",
        }
    }
}

/// Whether SCRAM binds the password's proof to the encrypted channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ChannelBinding {
    /// Never.
    Disable,
    /// Where the server offers it.
    #[default]
    Prefer,
    /// Always.
    Require,
}

/// Which of several servers is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TargetSession {
    /// The first that answers.
    #[default]
    Any,
    /// The first that accepts writes.
    ReadWrite,
    /// The first that does not.
    ReadOnly,
}

/// A password. `Debug` shows stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub(super) String);

impl Secret {
    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({})", self.place())
    }
}

impl DatabaseUrl {
    /// Whether every host is a Unix socket of this machine.
    pub fn is_local(&self) -> bool {
        self.hosts.iter().all(|(host, _)| host.starts_with('/'))
    }

    /// The same server and everything else, with another database.
    pub fn with_database(&self, name: &str) -> DatabaseUrl {
        let (database, path) = (Some(name.to_string()), format!("/{name}"));
        DatabaseUrl { database, path, ..self.clone() }
    }

    /// Names of the settings that go to the server when the session starts, without the
    /// application's name.
    pub fn carried_settings(&self) -> Vec<&str> {
        let names = self.settings.keys().map(String::as_str);
        let names = names.filter(|name| *name != "application_name");
        names.chain(self.options.as_ref().map(|_| "options")).collect()
    }

    /// The hosts with their ports: for messages.
    pub fn servers(&self) -> String {
        let hosts: Vec<String> = self
            .hosts
            .iter()
            .map(|(host, port)| match host.contains(':') && !host.starts_with('/') {
                true => format!("[{host}]:{port}"),
                false => format!("{host}:{port}"),
            })
            .collect();
        hosts.join(",")
    }

    /// Host, port and database, without user and password: for messages.
    pub fn place(&self) -> String {
        let servers = self.servers();
        match &self.database {
            Some(database) => format!("{servers}/{database}"),
            None => servers,
        }
    }
}
