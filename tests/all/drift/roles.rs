//! Whoever compares need not be who migrates.

use crate::support::{Database, Folder, Run, server};

/// A role of this name, which belongs to the server and stays there; gives the database's URL as that
/// role.
pub fn role(name: &str, options: &str, db: &Database) -> String {
    server::admin()
        .batch_execute(&format!(
            "DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
             ALTER ROLE {name} {options};"
        ))
        .unwrap_or_else(|error| panic!("{error:?}"));
    let url = db.url();
    let (_, rest) = url.split_once('@').expect("a user in the URL");
    format!("postgres://{name}@{rest}")
}

#[test]
fn what_the_migrations_made_belongs_to_who_ran_them() {
    let db = Database::new();
    let app = role("dbm_drift_app", "NOCREATEDB", &db);
    role("dbm_drift_reader", "NOCREATEDB", &db);
    db.execute("GRANT ALL ON SCHEMA public TO dbm_drift_app; CREATE TABLE stray (id int)");
    let folder = Folder::new().file(
        "1_a.up.sql",
        "CREATE TABLE a (id serial PRIMARY KEY); GRANT SELECT ON a TO dbm_drift_reader; \
         ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO dbm_drift_reader;",
    );
    Run::dbm().url(&app).path(&folder).arg("up").output().assert_status(0);
    let drift = |url: &str, args: &[&str]| {
        Run::dbm().url(url).path(&folder).arg("drift").args(args.iter().copied()).output()
    };
    // The superuser builds it, and nothing but what is not the migrations' differs.
    let ignored = ["-ignore", "schema public"];
    let output = drift(&db.url(), &ignored);
    assert!(output.stdout.starts_with("added: table public.stray\n1 difference"), "{output}");
    db.execute("ALTER TABLE a OWNER TO dbm_drift_reader; DROP TABLE stray");
    let output = drift(&db.url(), &ignored);
    output.assert_status(1);
    assert!(output.stdout.contains("  owner: dbm_drift_app -> dbm_drift_reader\n"), "{output}");
    let output = drift(&db.url(), &["-ignore", "schema public,owner,privileges"]);
    output.assert_status(0);
    // Who may not make a database is told what to do, or names one.
    let output = drift(&app, &[]);
    output.assert_status(1).assert_line("hint: ", "-scratch URL").assert_says("CREATEDB");
    let own = Database::new();
    db.execute(&format!(
        "ALTER TABLE a OWNER TO dbm_drift_app; \
         GRANT SELECT ON a TO dbm_drift_reader; ALTER DATABASE {} OWNER TO dbm_drift_app",
        own.name()
    ));
    own.execute("ALTER SCHEMA public OWNER TO dbm_drift_app");
    let own = role("dbm_drift_app", "NOCREATEDB", &own);
    for _ in 0..2 {
        drift(&app, &["-ignore", "schema public", "-scratch", &own]).assert_status(0);
    }
}

/// For a job that looks every night.
#[test]
fn a_role_that_may_only_read_is_enough() {
    let db = Database::new();
    let folder = Folder::tables(&["a", "b"]);
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    let nightly = role("dbm_drift_nightly", "CREATEDB", &db);
    let drift = || Run::dbm().url(&nightly).path(&folder).arg("drift").output();
    drift().assert_status(1).assert_says("permission denied for table schema_migrations");
    db.execute("GRANT SELECT ON schema_migrations, schema_migrations_log TO dbm_drift_nightly");
    let output = drift();
    output.assert_status(0);
    assert_eq!(output.stdout, "no drift: the database is like its migrations up to version 2\n");
}
