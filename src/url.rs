//! Reads a database URL: golang-migrate's, libpq's and what stands in `.env` files.
//!
//! No connection is made here. A URL holds a password, so nothing in this file puts a piece of
//! the text into an error or into `Debug` unless it is known to be no secret.
//!
//! The grammar is hand-written because a general URL parser refuses forms that are common in
//! the wild (`postgres://u:p@/db?host=db.internal`, `pgx5://:`) and normalises what the lock's
//! name is made of: the path, as it was written.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The table that golang-migrate keeps its row in unless told otherwise.
pub const DEFAULT_TABLE: &str = "schema_migrations";

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

/// Where the database is and how golang-migrate's `x-` parameters want it used.
#[derive(Clone)]
pub struct DatabaseUrl {
    /// Hosts in order, each with its port; a name that begins with `/` is a folder with a socket.
    pub hosts: Vec<(String, u16)>,
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
    /// How long to try to connect; `None` for as long as the system does.
    pub connect_timeout: Option<Duration>,
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

/// A password: shows as stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

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

/// What is wrong with a URL, in golang-migrate's words where it has words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlError(pub String);

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UrlError {}

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
    /// Reads `url`, and what it leaves open from the `PG…` variables that `env` gives.
    ///
    /// A program passes `|name| std::env::var(name).ok()`; one that wants nothing of its
    /// environment to count passes `|_| None`.
    ///
    /// # Errors
    ///
    /// [`UrlError`], with the first thing that is wrong; never with the password.
    pub fn parse(url: &str, env: impl Fn(&str) -> Option<String>) -> Result<DatabaseUrl, UrlError> {
        let scheme = scheme(url)
            .map_err(|e| UrlError(format!("failed to parse scheme from database URL: {e}")))?;
        read(url, scheme, &|name| env(name).filter(|value| !value.is_empty()))
            .map_err(|e| UrlError(format!("failed to open database: {e}")))
    }

    /// Host, port and database, without user and password: for messages.
    pub fn place(&self) -> String {
        let hosts: Vec<String> = self
            .hosts
            .iter()
            .map(|(host, port)| match host.contains(':') && !host.starts_with('/') {
                true => format!("[{host}]:{port}"),
                false => format!("{host}:{port}"),
            })
            .collect();
        match &self.database {
            Some(database) => format!("{}/{database}", hosts.join(",")),
            None => hosts.join(","),
        }
    }
}

fn read(
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
    let connect_timeout = take("connect_timeout").or_else(|| env("PGCONNECT_TIMEOUT"));
    let quoted = flag(take("x-migrations-table-quoted"), "x-migrations-table-quoted")?;
    let table = read_table(take("x-migrations-table").as_deref().unwrap_or(""), quoted)?;
    let statement_timeout = match take("x-statement-timeout").as_deref() {
        None | Some("") => None,
        Some(text) => {
            let invalid = || format!("strconv.Atoi: parsing {text:?}: invalid syntax");
            let millis: i64 = text.parse().map_err(|_| invalid())?;
            u64::try_from(millis).ok().filter(|m| *m > 0).map(Duration::from_millis)
        }
    };
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
        user,
        password: password.map(Secret),
        database,
        path,
        sslmode: sslmode.map_or(Ok(SslMode::Prefer), |mode| read_sslmode(&mode))?,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> DatabaseUrl {
        DatabaseUrl::parse(url, |_| None).unwrap_or_else(|e| panic!("{url}: {e}"))
    }

    fn error(url: &str) -> String {
        DatabaseUrl::parse(url, |_| None).expect_err(url).to_string()
    }

    #[test]
    fn forms_found_in_the_wild() {
        let cases: [(&str, &str, Option<&str>, Option<&str>, &str); 16] = [
            ("postgres://u:p@h:5433/db", "h:5433/db", Some("u"), Some("p"), "/db"),
            ("postgresql://u@h/db?sslmode=disable", "h:5432/db", Some("u"), None, "/db"),
            ("pgx5://h", "h:5432", None, None, ""),
            ("pgx5://:", "localhost:5432", None, None, ""),
            ("postgres://", "localhost:5432", None, None, ""),
            ("postgres://:5433/db", "localhost:5433/db", None, None, "/db"),
            (
                "postgres://u:p@/db?host=db.internal",
                "db.internal:5432/db",
                Some("u"),
                Some("p"),
                "/db",
            ),
            ("postgres://u@h:5432?sslmode=disable", "h:5432", Some("u"), None, ""),
            ("postgres:///db?host=/run/postgresql", "/run/postgresql:5432/db", None, None, "/db"),
            ("postgres://%2Frun%2Fpg/db", "/run/pg:5432/db", None, None, "/db"),
            ("postgres://[::1]:5433/db", "[::1]:5433/db", None, None, "/db"),
            ("postgres://a,b:5433/db", "a:5432,b:5433/db", None, None, "/db"),
            ("postgres://h/?dbname=x&port=1&user=z&password=y", "h:1/x", Some("z"), Some("y"), "/"),
            ("postgres://u%40x:p%3A%2F@h/d%20b", "h:5432/d b", Some("u@x"), Some("p:/"), "/d b"),
            ("postgres://u:p@w@h/db", "h:5432/db", Some("u"), Some("p@w"), "/db"),
            ("postgres://u:@h/db#frag", "h:5432/db", Some("u"), None, "/db"),
        ];
        for (url, place, user, password, path) in cases {
            let read = parse(url);
            assert_eq!(read.place(), place, "{url}");
            assert_eq!(read.user.as_deref(), user, "{url}");
            assert_eq!(read.password.as_ref().map(Secret::reveal), password, "{url}");
            assert_eq!(read.path, path, "{url}");
        }
    }

    #[test]
    fn the_environment_fills_what_is_open() {
        let env = |name: &str| {
            let value = match name {
                "PGHOST" => "eh",
                "PGPORT" => "7",
                "PGUSER" => "eu",
                "PGPASSWORD" => "ep",
                "PGDATABASE" => "ed",
                _ => return None,
            };
            Some(value.to_string())
        };
        let read = DatabaseUrl::parse("postgres://", env).unwrap();
        assert_eq!((read.place(), read.user.as_deref()), ("eh:7/ed".to_string(), Some("eu")));
        let read = DatabaseUrl::parse("postgres://u:p@h:1/d", env).unwrap();
        assert_eq!((read.place(), read.user.as_deref()), ("h:1/d".to_string(), Some("u")));
        assert_eq!(read.password.unwrap().reveal(), "p");
    }

    #[test]
    fn x_parameters_and_settings() {
        let read = parse(
            "postgres://h/d?x-migrations-table=%22s%22.%22m%22&x-migrations-table-quoted=1\
             &x-statement-timeout=250&x-multi-statement=T&x-unknown=1&search_path=a,b&sslmode=require",
        );
        assert_eq!(read.table, TableName { schema: Some("s".into()), name: "m".into() });
        assert_eq!(read.statement_timeout, Some(Duration::from_millis(250)));
        assert!(read.multi_statement);
        assert_eq!(read.sslmode, SslMode::Require);
        let settings: Vec<_> = read.settings.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(settings, ["application_name=dbm", "search_path=a,b"]);
        assert_eq!(parse("postgres://h?x-migrations-table=a.b").table.name, "a.b");
        assert_eq!(parse("postgres://h").table.name, "schema_migrations");
        assert_eq!(parse("postgres://h?x-statement-timeout=0").statement_timeout, None);
    }

    #[test]
    fn errors_have_the_references_words() {
        let cases = [
            ("", "failed to parse scheme from database URL: URL cannot be empty"),
            ("foo", "failed to parse scheme from database URL: no scheme"),
            (":x", "failed to parse scheme from database URL: no scheme"),
            (
                "mysql://x",
                "failed to open database: database driver: unknown driver mysql (forgotten import?)",
            ),
            (
                "postgres://h?x-multi-statement=yes",
                "failed to open database: Unable to parse option x-multi-statement: \
                 strconv.ParseBool: parsing \"yes\": invalid syntax",
            ),
            (
                "postgres://h?x-statement-timeout=1s",
                "failed to open database: strconv.Atoi: parsing \"1s\": invalid syntax",
            ),
        ];
        for (url, expected) in cases {
            assert_eq!(error(url), expected);
        }
        assert!(
            error("postgres://h?x-migrations-table=m&x-migrations-table-quoted=t")
                .contains("must be quoted")
        );
    }

    #[test]
    fn no_error_shows_a_password() {
        let secret = "s3cr3t";
        for url in [
            "postgres://u:s3cr3t%zz@h/db",
            "postgres://u:s3cr3t/x@h/db",
            "postgres://u:s3cr3t?x@h/db",
            "postgres://u:s3cr3t",
            "postgres://u:p@h:s3cr3t/db",
            "postgres://h/db?password=s3cr3t%z",
        ] {
            let said = error(url);
            assert!(!said.contains(secret), "{url}: {said}");
        }
        let shown = format!("{:?}", parse("postgres://u:s3cr3t@h/db"));
        assert_eq!(shown, "DatabaseUrl(h:5432/db)");
    }
}
