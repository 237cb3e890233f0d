//! URLs in the forms that people write, and in broken ones.

mod parameters;
mod passwords;

use std::time::Duration;

use super::*;

fn parse(url: &str) -> DatabaseUrl {
    DatabaseUrl::parse(url, |_| None).unwrap_or_else(|e| panic!("{url}: {e}"))
}

fn error(url: &str) -> String {
    DatabaseUrl::parse(url, |_| None).expect_err(url).to_string()
}

#[test]
fn forms_found_in_the_wild() {
    type Case =
        (&'static str, &'static str, Option<&'static str>, Option<&'static str>, &'static str);
    let cases: &[Case] = &[
        ("postgres://u:p@h:5433/db", "h:5433/db", Some("u"), Some("p"), "/db"),
        ("postgresql://u@h/db?sslmode=disable", "h:5432/db", Some("u"), None, "/db"),
        ("pgx5://h", "h:5432", None, None, ""),
        ("pgx5://:", "localhost:5432", None, None, ""),
        ("postgres://", "localhost:5432", None, None, ""),
        ("postgres://:5433/db", "localhost:5433/db", None, None, "/db"),
        ("postgres://u:p@/db?host=db.internal", "db.internal:5432/db", Some("u"), Some("p"), "/db"),
        ("postgres://u@h:5432?sslmode=disable", "h:5432", Some("u"), None, ""),
        ("postgres:///db?host=/run/postgresql", "/run/postgresql:5432/db", None, None, "/db"),
        ("postgres://%2Frun%2Fpg/db", "/run/pg:5432/db", None, None, "/db"),
        ("postgres://[::1]:5433/db", "[::1]:5433/db", None, None, "/db"),
        ("postgres://a,b:5433/db", "a:5432,b:5433/db", None, None, "/db"),
        ("postgres://h/?dbname=x&port=1&user=z&password=y", "h:1/x", Some("z"), Some("y"), "/"),
        ("postgres://u%40x:p%3A%2F@h/d%20b", "h:5432/d b", Some("u@x"), Some("p:/"), "/d b"),
        ("postgres://u:p@w@h/db", "h:5432/db", Some("u"), Some("p@w"), "/db"),
        ("postgres://u:@h/db#frag", "h:5432/db", Some("u"), None, "/db"),
        ("postgres://u@/db?host=%2Frun%2Fpg", "/run/pg:5432/db", Some("u"), None, "/db"),
        ("postgres://u@%2Frun%2Fpg:5433/db", "/run/pg:5433/db", Some("u"), None, "/db"),
        ("postgres://u@:5433/db?host=/run/pg", "/run/pg:5433/db", Some("u"), None, "/db"),
        ("postgres:///db?host=/run/pg/.s.PGSQL.7", "/run/pg:7/db", None, None, "/db"),
        ("postgres://h:1/db?port=2", "h:2/db", None, None, "/db"),
        ("postgres://h:1/db?host=i", "i:1/db", None, None, "/db"),
        ("postgres://h:1/db?host=i:3", "i:3/db", None, None, "/db"),
        ("postgres:///db?host=a,b&port=1,2", "a:1,b:2/db", None, None, "/db"),
        ("postgres://a:1,[::1]:2,c/db", "a:1,[::1]:2,c:5432/db", None, None, "/db"),
        ("postgres://::1/db", "[::1]:5432/db", None, None, "/db"),
        ("postgres://[fe80::1%25eth0]/db", "[fe80::1%eth0]:5432/db", None, None, "/db"),
        ("postgres://u@h/db?password=&user=", "h:5432/db", Some("u"), None, "/db"),
        ("postgres:h/db", "h:5432/db", None, None, "/db"),
    ];
    for &(url, place, user, password, path) in cases {
        let read = parse(url);
        assert_eq!(read.place(), place, "{url}");
        assert_eq!(read.user.as_deref(), user, "{url}");
        assert_eq!(read.password.as_ref().map(Secret::reveal), password, "{url}");
        assert_eq!(read.path, path, "{url}");
    }
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
