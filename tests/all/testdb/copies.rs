//! What a test database is: the same as `up` makes, and nobody else's.

use serde_json::Value;

use crate::support::{Folder, Run};
use crate::testdb::{client, databases, dump, fresh, name, number, printed, shared, testdb, url};

/// A migration of each kind that a copy could lose.
fn folder() -> Folder {
    Folder::new()
        .pair(
            "1_a",
            "CREATE TABLE a (id serial PRIMARY KEY, b text DEFAULT 'copies'); INSERT INTO a (b) VALUES ('x')",
            "DROP TABLE a",
        )
        .pair("2_i", "CREATE INDEX CONCURRENTLY a_b ON a (b)", "DROP INDEX a_b")
        .pair(
            "3_database",
            "DO $$ BEGIN
               EXECUTE format('ALTER DATABASE %I SET search_path TO \"$user\", public, x', current_database());
               EXECUTE format('ALTER DATABASE %I SET my.word TO ''it''''s so''', current_database());
               EXECUTE format('ALTER ROLE postgres IN DATABASE %I SET work_mem TO ''5MB''', current_database());
               EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database());
             END $$",
            "SELECT 1",
        )
}

#[test]
fn each_is_fresh_and_the_same_as_up_makes() {
    let (cluster, folder) = (shared(), folder());
    let first = testdb(cluster, &folder, &[]).output();
    let lines: Vec<&str> = first.stderr.lines().collect();
    assert!(
        lines.len() == 1 && lines[0].starts_with("  made the template dbm_template_"),
        "{first}"
    );
    let first = printed(&first);
    let second = testdb(cluster, &folder, &[]).output();
    assert_eq!(second.stderr, "");
    let second = printed(&second);
    assert_ne!(first, second);
    assert!(first.starts_with("postgres://postgres@127.0.0.1:") && first.contains("/dbm_test_"));
    assert!(first.ends_with("?sslmode=disable"), "{first}");

    cluster.execute("postgres", "CREATE DATABASE copies_up TEMPLATE template0");
    let up = url(cluster).replace("/postgres?", "/copies_up?");
    Run::dbm().url(&up).path(&folder).arg("up").output().assert_status(0);
    assert_eq!(dump(&first), dump(&up));
    assert_eq!(dump(&second), dump(&up));

    client(&first).batch_execute("INSERT INTO a (b) VALUES ('y')").expect("write");
    assert_eq!(number(&second, "SELECT count(*) FROM a"), 1);
    assert_eq!(number(&first, "SELECT id FROM a WHERE b = 'y'"), 2, "sequences go on");
    let status = Run::dbm().url(&second).path(&folder).args(["status", "-exit-code"]).output();
    status.assert_status(0);
    assert!(status.stdout.contains("at version 3: up to date"), "{status}");
    Run::dbm().url(&second).path(&folder).arg("up").stderr("no change\n").check();
}

#[test]
fn a_setting_of_the_database_comes_along() {
    let (cluster, folder) = (shared(), folder().file("4_own.up.sql", "CREATE TABLE own (id int)"));
    let url = fresh(cluster, &folder);
    let shown = |what: &str| -> String {
        client(&url).query_one(&format!("SHOW {what}"), &[]).expect("a setting").get(0)
    };
    assert_eq!(shown("search_path"), "\"$user\", public, x");
    assert_eq!((shown("my.word"), shown("work_mem")), ("it's so".into(), "5MB".into()));
}

/// Programs that open the URL know neither golang-migrate's parameters nor pgx's schemes.
#[test]
fn the_url_is_for_other_programs() {
    let (cluster, folder) = (shared(), Folder::tables(&["for_others"]));
    let given =
        format!("{}&x-migrations-table=versions", url(cluster).replace("postgres://", "pgx5://"));
    let output = Run::dbm().url(&given).path(&folder).arg("testdb").output();
    let url = printed(&output);
    assert!(url.starts_with("postgres://postgres@") && url.ends_with("?sslmode=disable"), "{url}");
    assert_eq!(number(&url, "SELECT version FROM versions"), 1);
    let dropped = Run::dbm().args(["testdb", "-drop", &url]).output();
    dropped.assert_status(0);
    assert_eq!((dropped.stdout.as_str(), dropped.stderr.as_str()), ("", ""));
    assert_eq!(databases(cluster, name(&url)), [""; 0]);
}

/// The password stands in the URL where it was typed, and only there.
#[test]
fn the_password_is_printed_where_it_was_typed() {
    let (cluster, folder) = (shared(), Folder::tables(&["secret"]));
    let with = url(cluster).replace("postgres@", "postgres:s3c%20ret@");
    let output = Run::dbm().url(&with).path(&folder).arg("testdb").output();
    assert!(printed(&output).contains("postgres:s3c%20ret@"), "{output}");
    assert!(!output.stderr.contains("s3c"), "{output}");
    let output = testdb(cluster, &folder, &[]).env("PGPASSWORD", "s3cret").output();
    output.assert_status(0).assert_silent_about("s3cret");
}

#[test]
fn as_json() {
    let (cluster, folder) = (shared(), Folder::tables(&["as_json"]));
    let object = |words: &[&str]| -> Value {
        let output = testdb(cluster, &folder, words).arg("-json").output();
        output.assert_status(0);
        let object: Value = serde_json::from_str(&output.stdout).expect("JSON");
        let schema = Run::dbm().arg("-json-schema").output().stdout;
        let schema = serde_json::from_str(&schema).expect("the schema");
        let faults: Vec<String> = jsonschema::validator_for(&schema)
            .expect("a schema")
            .iter_errors(&object)
            .map(|fault| fault.to_string())
            .collect();
        assert!(faults.is_empty(), "{faults:?}\n{output}");
        object
    };
    let (first, second) = (object(&[]), object(&[]));
    assert_eq!((&first["template_made"], &second["template_made"]), (&true.into(), &false.into()));
    assert_eq!(first["template"], second["template"]);
    let url = first["url"].as_str().expect("a URL");
    assert_eq!(first["database"], name(url));
    assert_eq!(object(&["-drop", url])["dropped"][0], name(url));
}

/// The URL's database need not be there: it is not touched.
#[test]
fn beside_a_database_that_is_not_there() {
    let (cluster, folder) = (shared(), Folder::tables(&["beside"]));
    let elsewhere = url(cluster).replace("/postgres?", "/no_such_database?");
    let output = Run::dbm().url(elsewhere).path(&folder).arg("testdb").output();
    assert_eq!(number(&printed(&output), "SELECT count(*) FROM beside"), 0);
    assert_eq!(databases(cluster, "no_such_database"), [""; 0]);
}

/// As the URL's database has them.
#[test]
fn encoding_and_locale() {
    let (cluster, folder) = (shared(), Folder::tables(&["locale"]));
    let elsewhere = |name: &str| url(cluster).replace("/postgres?", &format!("/{name}?"));
    for (database, like, column, expected) in [
        ("latin", "ENCODING 'LATIN1' LOCALE 'C'", "pg_encoding_to_char(encoding)", "LATIN1"),
        ("german", "LOCALE_PROVIDER icu ICU_LOCALE 'de' LOCALE 'C'", "daticulocale", "de"),
    ] {
        cluster
            .execute("postgres", &format!("CREATE DATABASE {database} TEMPLATE template0 {like}"));
        let output = Run::dbm().url(elsewhere(database)).path(&folder).arg("testdb").output();
        let sql =
            format!("SELECT {column}::text FROM pg_database WHERE datname = current_database()");
        let row = client(&printed(&output)).query_one(&sql, &[]).expect("a row");
        assert_eq!(row.get::<_, String>(0), expected);
    }
}

/// A limit that is meant for the application's statements.
#[test]
fn a_statement_timeout_of_the_role() {
    let (cluster, folder) = (shared(), Folder::tables(&["limited"]));
    cluster.execute("postgres", "CREATE ROLE limited LOGIN CREATEDB");
    let of_limited = url(cluster).replace("postgres@", "limited@");
    let testdb = || Run::dbm().url(&of_limited).path(&folder).arg("testdb").output();
    printed(&testdb());
    cluster.execute("postgres", "ALTER ROLE limited SET statement_timeout = 5");
    let url = printed(&testdb());
    Run::dbm().args(["testdb", "-drop", &url]).output().assert_status(0);
}
