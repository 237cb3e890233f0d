//! Comparing, dumping and loading schemas.

use crate::support::{Folder, Run};
use crate::versions::servers::{Server, server};

#[test]
fn on_the_oldest_supported() {
    if let Some((server, _)) = server(&[12], "versions::schemas::on_the_oldest_supported") {
        drift(&server);
        dump(&server);
    }
}

/// This machine's `pg_dump` may be older than the server: then it is said which to install.
#[test]
fn on_the_newest() {
    if let Some((server, version)) = server(&[18, 17], "versions::schemas::on_the_newest") {
        drift(&server);
        let output = server.dbm(&Folder::new(), &["dump"]).output();
        match output.status {
            Some(0) => dump(&server),
            _ => {
                let package = format!("postgresql-client-{version}");
                output
                    .assert_status(1)
                    .assert_line(&format!("error: no pg_dump for PostgreSQL {version}"), "")
                    .assert_line("  Debian, Ubuntu: ", &package);
            }
        }
    }
}

fn folder() -> Folder {
    Folder::new().file(
        "1_a.up.sql",
        "CREATE TABLE a (id serial PRIMARY KEY, at timestamptz DEFAULT '2026-01-01 00:00+00', \
         twice int GENERATED ALWAYS AS (2) STORED); CREATE INDEX ON a (at); \
         CREATE VIEW v AS SELECT * FROM a; \
         CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; COMMENT ON VIEW v IS 'x';",
    )
}

fn drift(server: &Server) {
    let folder = folder();
    server.dbm(&folder, &["up"]).output().assert_status(0);
    server
        .client()
        .batch_execute("ALTER DATABASE app SET timezone = 'Asia/Tokyo'")
        .expect("change a setting");
    let output = server.dbm(&folder, &["drift", "-ignore", "setting *"]).output();
    output.assert_status(0);
    server.client().batch_execute("ALTER TABLE a ADD n int").expect("add a column");
    let output = server.dbm(&folder, &["drift", "-ignore", "setting *"]).output();
    output.assert_status(1);
    assert!(
        output.stdout.starts_with("added: column public.a.n\n  integer\n1 difference"),
        "{output}"
    );
    server.client().batch_execute("ALTER TABLE a DROP n").expect("drop a column");
}

fn dump(server: &Server) {
    let folder = folder();
    let dumped = server.dbm(&folder, &["dump"]).output();
    dumped.assert_status(0);
    folder.write("schema.sql", &dumped.stdout);
    let file = folder.join("schema.sql").to_str().expect("a UTF-8 path").to_owned();
    server.dbm(&folder, &["dump", "-check", &file]).output().assert_status(0);
    server.dbm(&folder, &["dump", "-fresh", "-check", &file]).output().assert_status(0);
    server.cluster.execute("postgres", "CREATE DATABASE loaded");
    let url = server.url().replace("/app?", "/loaded?");
    let run = |args: &[&str]| Run::dbm().url(&url).path(&folder).args(args.iter().copied());
    run(&["load", &file]).output().assert_status(0);
    run(&["drift"]).output().assert_status(0);
}
