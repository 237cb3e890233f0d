//! Merges what a URL, a service and the environment say into one [`DatabaseUrl`].
//!
//! Errors are texts for people; none holds a part of the URL that may be secret.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::url::database_url::{DatabaseUrl, LogContent, Secret, SslMode, TableName};
use crate::url::grammar::UrlParts;
use crate::url::hosts::{self, Host};
use crate::url::modes;
use crate::url::tcp::TcpSettings;

/// The table that golang-migrate keeps its row in unless told otherwise.
const DEFAULT_TABLE: &str = "schema_migrations";

/// Connection settings of libpq, lib/pq and pgx that this crate reads itself or has no use for:
/// they are not sent to the server as start-up settings.
const NOT_SETTINGS: &str = "\
    authtype binary_parameters channel_binding client_encoding connect_timeout database \
    dbname default_query_exec_mode description_cache_capacity disable_prepared_binary_result \
    fallback_application_name gssdelegation gssencmode gsslib host hostaddr keepalives \
    keepalives_count keepalives_idle keepalives_interval krbspn krbsrvname \
    load_balance_hosts max_protocol_version min_protocol_version options passfile password \
    port replication require_auth requirepeer requiressl service servicefile ssl \
    ssl_max_protocol_version ssl_min_protocol_version sslcert sslcertmode sslcompression \
    sslcrl sslcrldir sslinline sslkey sslkeylogfile sslmode sslnegotiation sslpassword \
    sslrootcert sslsni statement_cache_capacity target_session_attrs tcp_user_timeout tty \
    user";

/// Settings of the server that libpq takes from variables.
const SETTING_VARIABLES: [(&str, &str); 3] =
    [("DateStyle", "PGDATESTYLE"), ("TimeZone", "PGTZ"), ("geqo", "PGGEQO")];

/// `MAX_STARTUP_PACKET_LENGTH` of PostgreSQL's `pqcomm.h`, in bytes.
const LONGEST_START: usize = 10_000;

/// Where a connection's settings come from. The first that has one counts: the URL, the service, the
/// environment.
pub struct Inputs<'a> {
    /// The URL, in parts.
    pub url: UrlParts,
    /// The parameters of the service.
    pub service: BTreeMap<String, String>,
    /// The environment's variables; an empty one is as good as none.
    pub env: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Inputs<'a> {
    /// Reads a URL whose scheme is known. No service is read yet.
    ///
    /// # Errors
    ///
    /// What is wrong, as the text behind `failed to open database: `.
    pub fn read(
        url: &str,
        scheme: &str,
        env: &'a dyn Fn(&str) -> Option<String>,
    ) -> Result<Inputs<'a>, String> {
        let url = UrlParts::parse(&url[scheme.len() + 1..])?;
        Ok(Inputs { url, service: BTreeMap::new(), env })
    }

    /// The variable, unless it is empty.
    pub fn variable(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.is_empty())
    }

    /// The URL's parameter, the service's, or the variable.
    pub fn find(&self, parameter: &str, variable: &str) -> Option<String> {
        self.parameter(parameter).or_else(|| self.fallback(parameter, variable))
    }

    fn parameter(&self, name: &str) -> Option<String> {
        self.url.parameters.get(name).cloned()
    }

    /// What counts where the URL has none.
    fn fallback(&self, parameter: &str, variable: &str) -> Option<String> {
        self.service.get(parameter).cloned().or_else(|| self.variable(variable))
    }

    /// Puts them together.
    ///
    /// # Errors
    ///
    /// What is wrong, as the text behind `failed to open database: `.
    pub fn merge(&self) -> Result<DatabaseUrl, String> {
        let UrlParts { user, password, path, .. } = &self.url;
        // Of those that say it in the URL twice the parameter counts.
        let find = |parameter: &str, own: &Option<String>, variable: &str| {
            let written = self.parameter(parameter).or_else(|| own.clone());
            written.or_else(|| self.fallback(parameter, variable))
        };
        let named = path.strip_prefix('/').unwrap_or(path);
        let named = Some(named.to_string()).filter(|name| !name.is_empty());
        let named = self.parameter("database").or(named);

        let hostaddr = self.find("hostaddr", "PGHOSTADDR");
        let hosts = self.hosts(hostaddr.as_deref())?;
        let hostaddrs = hostaddr.map(|text| hosts::addresses(&text, hosts.len())).transpose()?;

        let table = self.parameter("x-migrations-table").unwrap_or_default();
        let table = read_table(&table, self.flag("x-migrations-table-quoted")?)?;
        let statement_timeout = self.number("x-statement-timeout")?.and_then(at_least_one);
        // The size does not matter here; a value that golang-migrate refuses is refused.
        self.number("x-multi-statement-max-size")?;
        let connect_timeout = match self.find("connect_timeout", "PGCONNECT_TIMEOUT") {
            None => None,
            Some(text) => {
                let invalid = |_| format!("connect_timeout: {text:?} is not a number of seconds");
                at_least_one(text.trim().parse().map_err(invalid)?)
            }
        };
        if self.find("sslinline", "").is_some_and(|inline| inline == "true") {
            return Err("sslinline is not supported: keep the certificates and the key in files"
                .to_string());
        }
        let sslrootcert = self.find("sslrootcert", "PGSSLROOTCERT");
        let binding = self.find("channel_binding", "PGCHANNELBINDING");
        let target = self.find("target_session_attrs", "PGTARGETSESSIONATTRS");
        let database = DatabaseUrl {
            hosts,
            hostaddrs: hostaddrs.unwrap_or_default(),
            user: find("user", user, "PGUSER"),
            password: find("password", password, "PGPASSWORD").map(Secret),
            database: find("dbname", &named, "PGDATABASE"),
            path: path.clone(),
            sslmode: self.sslmode(sslrootcert.as_deref())?,
            sslrootcert: sslrootcert.map(Into::into),
            sslcert: self.find("sslcert", "PGSSLCERT").map(Into::into),
            sslkey: self.find("sslkey", "PGSSLKEY").map(Into::into),
            channel_binding: modes::channel_binding(binding.as_deref().unwrap_or("prefer"))?,
            target_session_attrs: modes::target_session(target.as_deref().unwrap_or("any"))?,
            connect_timeout: connect_timeout.map(Duration::from_secs),
            tcp: TcpSettings::read(|name| self.find(name, ""))?,
            settings: self.settings()?,
            options: self.find("options", "PGOPTIONS"),
            table,
            statement_timeout: statement_timeout.map(Duration::from_millis),
            multi_statement: self.flag("x-multi-statement")?,
            log: self
                .parameter("x-log")
                .map_or(Ok(LogContent::default()), |text| modes::log_content(&text))?,
        };
        check_length(&database)?;
        Ok(database)
    }

    fn hosts(&self, hostaddr: Option<&str>) -> Result<Vec<(String, u16)>, String> {
        let authority = &self.url.hosts;
        let ports = self.parameter("port").or_else(|| hosts::ports_of(authority));
        let ports = ports.or_else(|| self.fallback("port", "PGPORT")).unwrap_or_default();
        let named = match self.parameter("host") {
            Some(hosts) => Some(hosts),
            None if !hosts::are_nameless(authority) => {
                let bare = |host: &Host| Host { port: String::new(), ..host.clone() };
                return hosts::with_ports(&authority.iter().map(bare).collect::<Vec<_>>(), &ports);
            }
            None => self.fallback("host", "PGHOST"),
        };
        let named = named.as_deref().or(hostaddr).unwrap_or_default();
        hosts::with_ports(&hosts::split(named).collect::<Vec<_>>(), &ports)
    }

    fn sslmode(&self, sslrootcert: Option<&str>) -> Result<SslMode, String> {
        // libpq takes JDBC's `ssl=true` for `sslmode=require`.
        let jdbc = || (self.parameter("ssl")? == "true").then(|| "require".to_string());
        let mode = self.parameter("sslmode").or_else(jdbc);
        let mode = mode.or_else(|| self.fallback("sslmode", "PGSSLMODE"));
        let system = sslrootcert == Some("system");
        let usual = if system { "verify-full" } else { "prefer" };
        match modes::sslmode(mode.as_deref().unwrap_or(usual))? {
            mode if system && mode < SslMode::VerifyFull => Err(format!(
                "sslmode {} is too weak for sslrootcert=system: use verify-full",
                mode.name()
            )),
            mode => Ok(mode),
        }
    }

    /// Start-up settings for the server.
    fn settings(&self) -> Result<BTreeMap<String, String>, String> {
        let encoding = self.find("client_encoding", "").unwrap_or_default();
        let letters = encoding.replace(|c: char| !c.is_ascii_alphanumeric(), "");
        if !["", "utf8", "unicode", "auto"].contains(&letters.to_ascii_lowercase().as_str()) {
            return Err("client_encoding must be absent or 'UTF8'".to_string());
        }
        let mut settings: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in self.service.iter().chain(&self.url.parameters) {
            if !name.starts_with("x-") && !NOT_SETTINGS.split(' ').any(|word| word == name) {
                settings.insert(name.clone(), value.clone());
            }
        }
        for (name, variable) in SETTING_VARIABLES {
            let set = settings.keys().any(|key| key.eq_ignore_ascii_case(name));
            if let Some(value) = self.variable(variable).filter(|_| !set) {
                settings.insert(name.to_string(), value);
            }
        }
        let application = self.find("application_name", "PGAPPNAME");
        let application = application.or_else(|| self.find("fallback_application_name", ""));
        settings.insert("application_name".into(), application.unwrap_or_else(|| "dbm".into()));
        Ok(settings)
    }

    /// Go's `strconv.Atoi`.
    fn number(&self, name: &str) -> Result<Option<i64>, String> {
        let Some(text) = self.parameter(name) else { return Ok(None) };
        let invalid = |_| format!("strconv.Atoi: parsing {text:?}: invalid syntax");
        text.parse().map(Some).map_err(invalid)
    }

    /// Go's `strconv.ParseBool`.
    fn flag(&self, name: &str) -> Result<bool, String> {
        match self.parameter(name).as_deref() {
            None | Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(false),
            Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(true),
            Some(other) => Err(format!(
                "Unable to parse option {name}: strconv.ParseBool: parsing {other:?}: invalid syntax"
            )),
        }
    }
}

/// What is sent when a session begins has to fit: to a longer message the server gives no answer, it
/// hangs up.
fn check_length(database: &DatabaseUrl) -> Result<(), String> {
    let named = |name, value: &'_ Option<String>| (name, value.as_deref().map_or(0, str::len));
    let own = [
        named("user", &database.user),
        named("the database's name", &database.database),
        named("options", &database.options),
    ];
    let settings = database.settings.iter().map(|(name, value)| (name.as_str(), value.len()));
    let lengths: Vec<(&str, usize)> = own.into_iter().chain(settings).collect();
    let sum: usize = lengths.iter().map(|(name, length)| name.len() + length).sum();
    match lengths.iter().max_by_key(|(_, length)| length) {
        Some((name, length)) if sum > LONGEST_START => Err(format!(
            "the connection's settings are too long: {name} has {length} bytes, and PostgreSQL \
             takes {LONGEST_START} in all"
        )),
        _ => Ok(()),
    }
}

fn at_least_one(number: i64) -> Option<u64> {
    u64::try_from(number).ok().filter(|number| *number > 0)
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
