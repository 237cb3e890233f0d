//! What parameters and variables say, and which of them counts.

use std::path::Path;
use std::time::Duration;

use super::super::*;
use super::{error, parse};

/// Reads with these variables set.
fn with(url: &str, variables: &[(&str, &str)]) -> Result<DatabaseUrl, String> {
    let env = |wanted: &str| {
        variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_string())
    };
    DatabaseUrl::parse(url, env).map_err(|e| e.to_string())
}

#[test]
fn variables_fill_what_is_open() {
    let variables = [
        ("PGHOST", "eh"),
        ("PGPORT", "7"),
        ("PGUSER", "eu"),
        ("PGPASSWORD", "ep"),
        ("PGDATABASE", "ed"),
        ("PGOPTIONS", "-c a.b=1"),
        ("PGAPPNAME", "ea"),
        ("PGTZ", "UTC"),
        ("PGCLIENTENCODING", "LATIN1"),
        ("PGCONNECT_TIMEOUT", "3"),
        ("PGSSLMODE", "require"),
        ("PGSSLROOTCERT", "/r"),
        ("PGSSLCERT", "/c"),
        ("PGSSLKEY", "/k"),
        ("PGCHANNELBINDING", "require"),
        ("PGTARGETSESSIONATTRS", "primary"),
    ];
    let read = with("postgres://", &variables).unwrap();
    assert_eq!((read.place(), read.user.as_deref()), ("eh:7/ed".to_string(), Some("eu")));
    assert_eq!(read.password.as_ref().map(Secret::reveal), Some("ep"));
    assert_eq!(read.options.as_deref(), Some("-c a.b=1"));
    assert_eq!(read.settings["application_name"], "ea");
    assert_eq!(read.settings["TimeZone"], "UTC");
    assert_eq!(read.settings.len(), 2, "{:?}", read.settings);
    assert_eq!(read.connect_timeout, Some(Duration::from_secs(3)));
    assert_eq!(read.sslmode, SslMode::Require);
    let files = [&read.sslrootcert, &read.sslcert, &read.sslkey];
    assert_eq!(files.map(|file| file.as_deref()), ["/r", "/c", "/k"].map(|f| Some(Path::new(f))));
    assert_eq!(read.channel_binding, ChannelBinding::Require);
    assert_eq!(read.target_session_attrs, TargetSession::ReadWrite);

    let url = "postgres://u:p@h:1/d?options=o&application_name=a&timezone=CET&connect_timeout=0\
               &sslmode=disable&sslrootcert=/R&sslcert=/C&sslkey=/K&channel_binding=disable\
               &target_session_attrs=any";
    let read = with(url, &variables).unwrap();
    assert_eq!((read.place(), read.user.as_deref()), ("h:1/d".to_string(), Some("u")));
    assert_eq!(read.password.as_ref().map(Secret::reveal), Some("p"));
    assert_eq!(read.options.as_deref(), Some("o"));
    assert_eq!(read.settings["application_name"], "a");
    assert_eq!(read.settings["timezone"], "CET");
    assert_eq!(read.settings.len(), 2, "{:?}", read.settings);
    assert_eq!(read.connect_timeout, None);
    assert_eq!(read.sslmode, SslMode::Disable);
    let files = [&read.sslrootcert, &read.sslcert, &read.sslkey];
    assert_eq!(files.map(|file| file.as_deref()), ["/R", "/C", "/K"].map(|f| Some(Path::new(f))));
    assert_eq!(read.channel_binding, ChannelBinding::Disable);
    assert_eq!(read.target_session_attrs, TargetSession::Any);
}

#[test]
fn hosts_from_variables() {
    for (url, variables, place) in [
        ("postgres://:1/d", &[("PGHOST", "h1,h2"), ("PGPORT", "7,8")][..], "h1:1,h2:1/d"),
        ("pgx5://:", &[("PGHOST", "h1,h2"), ("PGPORT", "7,8")], "h1:7,h2:8"),
        ("postgres:///d", &[("PGHOST", "/run/pg")], "/run/pg:5432/d"),
        ("postgres://a,b:1/d", &[("PGPORT", "7")], "a:5432,b:1/d"),
        ("postgres://h/d", &[("PGHOST", ""), ("PGPORT", "")], "h:5432/d"),
        ("postgres:///d", &[("PGHOSTADDR", "127.0.0.1")], "127.0.0.1:5432/d"),
    ] {
        assert_eq!(with(url, variables).unwrap().place(), place, "{url} {variables:?}");
    }
    let read = with("postgres://h", &[("PGHOSTADDR", "::1")]).unwrap();
    assert_eq!((read.place().as_str(), read.hostaddrs[0].to_string()), ("h:5432", "::1".into()));
    assert!(with("postgres://a,b", &[("PGPORT", "1,2,3")]).unwrap_err().contains("3 ports for 2"));
}

#[test]
fn files_of_tls() {
    let read = parse("postgres://h?sslrootcert=system");
    assert_eq!(read.sslrootcert.as_deref(), Some(Path::new("system")));
    assert_eq!(read.sslmode, SslMode::VerifyFull);
    assert_eq!(parse("postgres://h?sslrootcert=/r").sslmode, SslMode::Prefer);
    assert_eq!(parse("postgres://h?ssl=true").sslmode, SslMode::Require);
    assert_eq!(parse("postgres://h?ssl=true&sslmode=allow").sslmode, SslMode::Allow);
    for mode in ["disable", "allow", "prefer", "require", "verify-ca"] {
        assert_eq!(
            error(&format!("postgres://h?sslrootcert=system&sslmode={mode}")),
            format!(
                "failed to open database: \
                 sslmode {mode} is too weak for sslrootcert=system: use verify-full"
            )
        );
    }
    let weak = [("PGSSLMODE", "require"), ("PGSSLROOTCERT", "system")];
    assert!(with("postgres://h", &weak).unwrap_err().contains("too weak"));
    let strong = with("postgres://h?sslmode=verify-full", &weak).unwrap();
    assert_eq!(strong.sslmode, SslMode::VerifyFull);
}

#[test]
fn words_that_are_none_of_the_choices() {
    for (query, expected) in [
        ("sslmode=on", "unsupported sslmode \"on\""),
        ("channel_binding=on", "unsupported channel_binding \"on\""),
        ("target_session_attrs=master", "unsupported target_session_attrs \"master\""),
        ("target_session_attrs=standby", "need a server that accepts writes"),
        ("target_session_attrs=prefer-standby", "need a server that accepts writes"),
        ("connect_timeout=soon", "connect_timeout: \"soon\" is not a number of seconds"),
        ("client_encoding=LATIN1", "client_encoding must be absent or 'UTF8'"),
        ("sslinline=true", "sslinline is not supported"),
        ("hostaddr=h", "hostaddr: \"h\" is not an IP address"),
        ("host=@pg", "abstract"),
        ("x-multi-statement-max-size=1k", "strconv.Atoi: parsing \"1k\": invalid syntax"),
    ] {
        let said = error(&format!("postgres://h?{query}"));
        assert!(said.starts_with("failed to open database: "), "{said}");
        assert!(said.contains(expected), "{query}: {said}");
    }
    let read =
        parse("postgres://h?client_encoding=utf-8&connect_timeout=-1&sslcrl=x&require_auth=y");
    assert_eq!(read.settings.keys().collect::<Vec<_>>(), ["application_name"]);
    assert_eq!(read.connect_timeout, None);
}

#[test]
fn how_a_dead_peer_is_noticed() {
    let read = |query: &str| {
        let tcp = parse(&format!("postgres://h?{query}")).tcp;
        let seconds = |time: Option<Duration>| time.map(|time| time.as_secs());
        (
            tcp.user_timeout.map(|time| time.as_millis()),
            tcp.keepalives,
            seconds(tcp.keepalives_idle),
            seconds(tcp.keepalives_interval),
            tcp.keepalives_count,
        )
    };
    let usual = (Some(30_000), true, Some(30), Some(10), Some(6));
    assert_eq!(read(""), usual);
    assert_eq!(read("keepalives=&tcp_user_timeout="), usual);
    let all = "tcp_user_timeout=1&keepalives=+1+&keepalives_idle=2&keepalives_interval=3\
               &keepalives_count=4";
    assert_eq!(read(all), (Some(1), true, Some(2), Some(3), Some(4)));
    let none = "tcp_user_timeout=0&keepalives=0&keepalives_idle=0&keepalives_interval=-1\
                &keepalives_count=0";
    assert_eq!(read(none), (None, false, None, None, None));
    for (query, expected) in [
        ("keepalives=on", "keepalives: \"on\" is not a number"),
        ("keepalives_idle=1min", "keepalives_idle: \"1min\" is not a number of seconds"),
        ("keepalives_interval=32768", "keepalives_interval: \"32768\" is too large: at most 32767"),
        ("keepalives_count=128", "keepalives_count: \"128\" is too large: at most 127"),
        ("tcp_user_timeout=30s", "tcp_user_timeout: \"30s\" is not a number of milliseconds"),
        ("tcp_user_timeout=2147483648", "is not a number of milliseconds"),
    ] {
        let said = error(&format!("postgres://h?{query}"));
        assert!(said.contains(expected), "{query}: {said}");
    }
}

#[test]
fn what_the_log_keeps() {
    for (text, content) in [
        ("", LogContent::Texts),
        ("?x-log=", LogContent::Texts),
        ("?x-log=texts", LogContent::Texts),
        ("?x-log=checksums", LogContent::Checksums),
        ("?x-log=off", LogContent::Off),
        ("?x-log=off&x-log=texts", LogContent::Off),
    ] {
        let read = parse(&format!("postgres://h/d{text}"));
        assert_eq!(read.log, content, "{text}");
        assert!(!read.settings.contains_key("x-log"), "{text}");
    }
    let unknown = "unsupported x-log \"OFF\"; there are off, checksums and texts";
    assert!(error("postgres://h/d?x-log=OFF").ends_with(unknown));
}
