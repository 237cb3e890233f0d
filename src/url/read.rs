//! The grammar: a URL's text, and what the environment adds to it.
//!
//! Errors are texts for people; none holds more of the URL than is known to be no secret.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::url::{ChannelBinding, DatabaseUrl, Secret, SslMode, TableName, TargetSession};

/// The table that golang-migrate keeps its row in unless told otherwise.
const DEFAULT_TABLE: &str = "schema_migrations";

const SCHEMES: [&str; 5] = ["postgres", "postgresql", "pgx", "pgx4", "pgx5"];

/// Connection settings of libpq, lib/pq and pgx that this crate reads itself or has no use for:
/// they are not sent to the server as start-up settings.
const NOT_SETTINGS: [&str; 33] = [
    "binary_parameters",
    "channel_binding",
    "connect_timeout",
    "default_query_exec_mode",
    "description_cache_capacity",
    "dbname",
    "disable_prepared_binary_result",
    "fallback_application_name",
    "gssencmode",
    "host",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbspn",
    "krbsrvname",
    "load_balance_hosts",
    "options",
    "passfile",
    "password",
    "port",
    "service",
    "servicefile",
    "sslcert",
    "sslinline",
    "sslkey",
    "sslmode",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "statement_cache_capacity",
    "target_session_attrs",
    "user",
];

/// Reads all of a URL whose scheme is known.
///
/// # Errors
///
/// What is wrong, to stand behind `failed to open database: `.
pub fn read(
    url: &str,
    scheme: &str,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<DatabaseUrl, String> {
    if !SCHEMES.contains(&scheme) {
        return Err(format!("database driver: unknown driver {scheme} (forgotten import?)"));
    }
    let rest = &url[scheme.len() + 1..];
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let rest = rest.split('#').next().unwrap_or(rest);
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match place.find('/') {
        Some(slash) => place.split_at(slash),
        None => (place, ""),
    };
    if path.contains('@') && !authority.contains('@') {
        return Err("the user or password holds a raw '/': write it as %2F".to_string());
    }
    if query.contains('@') && !authority.contains('@') && authority.contains(':') {
        return Err("the user or password holds a raw '?': write it as %3F".to_string());
    }
    let (user_info, hosts) = match authority.rfind('@') {
        Some(at) => (Some(&authority[..at]), &authority[at + 1..]),
        None => (None, authority),
    };
    let mut parameters = parameters(query)?;
    let mut take = |name: &str| parameters.remove(name);

    let (mut user, mut password) = (None, None);
    if let Some(info) = user_info {
        let (name, secret) = match info.split_once(':') {
            Some((name, secret)) => (name, Some(secret)),
            None => (info, None),
        };
        user = Some(decode(name).ok_or("the user holds a raw '%': write it as %25")?);
        if let Some(secret) = secret {
            let secret = decode(secret).ok_or("the password holds a raw '%': write it as %25")?;
            password = Some(secret);
        }
    }
    let user = take("user").or(user.filter(|u| !u.is_empty())).or_else(|| env("PGUSER"));
    let password =
        take("password").or(password.filter(|p| !p.is_empty())).or_else(|| env("PGPASSWORD"));

    let path = decode(path).ok_or("the database's name holds a raw '%': write it as %25")?;
    let named = path.strip_prefix('/').unwrap_or(&path).to_string();
    let database = take("dbname")
        .or_else(|| take("database"))
        .or(Some(named).filter(|n| !n.is_empty()))
        .or_else(|| env("PGDATABASE"));

    let port = take("port").or_else(|| env("PGPORT"));
    let hosts = match take("host") {
        Some(hosts) => hosts,
        None if hosts.trim_matches(':').is_empty() => {
            let host = env("PGHOST").unwrap_or_else(|| "localhost".to_string());
            format!("{host}{}", if hosts.len() > 1 { hosts } else { "" })
        }
        None => decode(hosts).ok_or("the host holds a raw '%': write it as %25")?,
    };
    let hosts = read_hosts(&hosts, port.as_deref().unwrap_or("5432"))?;

    let sslmode = take("sslmode").or_else(|| env("PGSSLMODE"));
    let sslrootcert = take("sslrootcert").or_else(|| env("PGSSLROOTCERT"));
    let sslcert = take("sslcert").or_else(|| env("PGSSLCERT"));
    let sslkey = take("sslkey").or_else(|| env("PGSSLKEY"));
    let binding = take("channel_binding").or_else(|| env("PGCHANNELBINDING"));
    let target = take("target_session_attrs").or_else(|| env("PGTARGETSESSIONATTRS"));
    let connect_timeout = take("connect_timeout").or_else(|| env("PGCONNECT_TIMEOUT"));
    let quoted = flag(take("x-migrations-table-quoted"), "x-migrations-table-quoted")?;
    let table = read_table(take("x-migrations-table").as_deref().unwrap_or(""), quoted)?;
    let statement_timeout = match number(take("x-statement-timeout"))? {
        Some(millis) => u64::try_from(millis).ok().filter(|m| *m > 0).map(Duration::from_millis),
        None => None,
    };
    // Statements are told apart whatever their size; what golang-migrate refuses is refused.
    number(take("x-multi-statement-max-size"))?;
    let multi_statement = flag(take("x-multi-statement"), "x-multi-statement")?;
    let options = take("options").or_else(|| env("PGOPTIONS"));
    let application = take("application_name")
        .or_else(|| env("PGAPPNAME"))
        .or_else(|| take("fallback_application_name"));

    let mut settings: BTreeMap<String, String> = parameters
        .into_iter()
        .filter(|(name, _)| !name.starts_with("x-") && !NOT_SETTINGS.contains(&name.as_str()))
        .collect();
    settings.insert("application_name".into(), application.unwrap_or_else(|| "dbm".into()));

    Ok(DatabaseUrl {
        hosts,
        hostaddrs: Vec::new(),
        user,
        password: password.map(Secret),
        database,
        path,
        sslmode: sslmode.map_or(Ok(SslMode::Prefer), |mode| read_sslmode(&mode))?,
        sslrootcert: sslrootcert.map(Into::into),
        sslcert: sslcert.map(Into::into),
        sslkey: sslkey.map(Into::into),
        channel_binding: binding.map_or(Ok(ChannelBinding::Prefer), |b| read_binding(&b))?,
        target_session_attrs: target.map_or(Ok(TargetSession::Any), |t| read_target(&t))?,
        connect_timeout: match connect_timeout {
            None => None,
            Some(text) => {
                let invalid = || format!("connect_timeout: {text:?} is not a number of seconds");
                let seconds: u64 = text.trim().parse().map_err(|_| invalid())?;
                (seconds > 0).then(|| Duration::from_secs(seconds))
            }
        },
        settings,
        options,
        table,
        statement_timeout,
        multi_statement,
    })
}

/// `h1:p1,h2` with a default port or, as in libpq, one port for each.
fn read_hosts(hosts: &str, ports: &str) -> Result<Vec<(String, u16)>, String> {
    let ports: Vec<&str> = ports.split(',').collect();
    let mut read = Vec::new();
    for (i, host) in hosts.split(',').enumerate() {
        let default = ports.get(i).or(ports.first()).copied().unwrap_or("5432");
        let (host, port) = if host.starts_with('/') {
            (host, default)
        } else if let Some((host, rest)) = host.strip_prefix('[').and_then(|h| h.split_once(']')) {
            (host, rest.strip_prefix(':').unwrap_or(default))
        } else {
            match host.split_once(':') {
                Some((host, port)) if !port.contains(':') => (host, port),
                _ => (host, default),
            }
        };
        let port = if port.is_empty() { default } else { port };
        // The text is not shown: with a raw `@` or `/` in it, it may be a piece of a password.
        let port = port.parse().map_err(|_| {
            "the port is not a number from 1 to 65535 (is a character of the password not encoded?)"
        })?;
        read.push((if host.is_empty() { "localhost" } else { host }.to_string(), port));
    }
    Ok(read)
}

/// golang-migrate's rule: quoted, it is what stands between the first pairs of quotes.
fn read_table(text: &str, quoted: bool) -> Result<TableName, String> {
    let plain = |name: &str| TableName { schema: None, name: name.to_string() };
    if text.is_empty() {
        return Ok(plain(DEFAULT_TABLE));
    }
    if !quoted {
        return Ok(plain(text));
    }
    let parts: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
    if !(text.starts_with('"') && text.ends_with('"') && text.len() > 1) {
        return Err(format!(
            "x-migrations-table must be quoted (for instance '\"migrate\".\"schema_migrations\"') \
             when x-migrations-table-quoted is enabled, current value is: {text}"
        ));
    }
    match parts[..] {
        [name] => Ok(plain(name)),
        [schema, name] => Ok(TableName { schema: Some(schema.into()), name: name.into() }),
        _ => Err(format!("\"{text}\" MigrationsTable contains too many dot characters")),
    }
}

fn read_sslmode(text: &str) -> Result<SslMode, String> {
    Ok(match text {
        "disable" => SslMode::Disable,
        "allow" => SslMode::Allow,
        "prefer" => SslMode::Prefer,
        "require" => SslMode::Require,
        "verify-ca" => SslMode::VerifyCa,
        "verify-full" => SslMode::VerifyFull,
        other => {
            return Err(format!(
                "unsupported sslmode {other:?}; \
                 there are disable, allow, prefer, require, verify-ca and verify-full"
            ));
        }
    })
}

fn read_binding(text: &str) -> Result<ChannelBinding, String> {
    Ok(match text {
        "disable" => ChannelBinding::Disable,
        "prefer" => ChannelBinding::Prefer,
        "require" => ChannelBinding::Require,
        other => {
            return Err(format!(
                "unsupported channel_binding {other:?}; there are disable, prefer and require"
            ));
        }
    })
}

fn read_target(text: &str) -> Result<TargetSession, String> {
    Ok(match text {
        "any" => TargetSession::Any,
        "read-write" | "primary" => TargetSession::ReadWrite,
        "read-only" => TargetSession::ReadOnly,
        "standby" | "prefer-standby" => {
            return Err(format!(
                "target_session_attrs {text:?}: migrations need a server that accepts writes; \
                 use read-write"
            ));
        }
        other => {
            return Err(format!(
                "unsupported target_session_attrs {other:?}; \
                 there are any, read-write, read-only and primary"
            ));
        }
    })
}

/// Go's `strconv.Atoi`; nothing for an empty text.
fn number(text: Option<String>) -> Result<Option<i64>, String> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let invalid = |_| format!("strconv.Atoi: parsing {text:?}: invalid syntax");
    text.parse().map(Some).map_err(invalid)
}

/// Go's `strconv.ParseBool`.
fn flag(text: Option<String>, name: &str) -> Result<bool, String> {
    match text.as_deref() {
        None | Some("" | "0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(false),
        Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(true),
        Some(other) => Err(format!(
            "Unable to parse option {name}: strconv.ParseBool: parsing {other:?}: invalid syntax"
        )),
    }
}

/// The first value of each name counts, as with Go's `Query().Get`.
fn parameters(query: &str) -> Result<BTreeMap<String, String>, String> {
    let mut map = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = |text: &str| decode(&text.replace('+', " "));
        let (Some(name), Some(value)) = (decoded(name), decoded(value)) else {
            return Err("a parameter holds a raw '%': write it as %25".to_string());
        };
        map.entry(name).or_insert(value);
    }
    Ok(map)
}

/// Percent-decoding; `None` where a `%` is not followed by two hex digits or the result is not
/// UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let high = (bytes.next()? as char).to_digit(16)?;
                let low = (bytes.next()? as char).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}
