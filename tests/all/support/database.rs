//! A database for each test: made fresh, dropped with the test, kept when the test fails.

use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use postgres::{Client, NoTls};

use crate::support::locks;
use crate::support::server;

/// What the test's own look at a database calls itself, to be told from sessions of a tool.
pub const OBSERVER: &str = "dbm_test_observer";

pub struct Database {
    name: String,
    /// One connection for every look at it: most of what a look costs is connecting.
    observer: Mutex<Option<Client>>,
}

impl Database {
    pub fn new() -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}_{}", prefix(), COUNTER.fetch_add(1, Ordering::Relaxed));
        // template0: nobody can be connected to it, so that concurrent tests never collide.
        server::admin()
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
            .unwrap_or_else(|error| panic!("create database {name}: {error}"));
        Self { name, observer: Mutex::new(None) }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn url(&self) -> String {
        server::url_of(&self.name)
    }

    /// The URL with more parameters: `url_with("x-multi-statement=true")`.
    pub fn url_with(&self, parameters: &str) -> String {
        let url = self.url();
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}{parameters}")
    }

    /// A connection of the test's own, to hold locks and transactions with.
    pub fn client(&self) -> Client {
        Client::connect(&self.url(), NoTls)
            .unwrap_or_else(|error| panic!("connect to {}: {error}", self.url()))
    }

    /// Does this with the connection that is kept for looking.
    #[track_caller]
    fn observe<T>(&self, look: impl FnOnce(&mut Client) -> T) -> T {
        let mut kept = self.observer.lock().unwrap_or_else(PoisonError::into_inner);
        let client = kept.get_or_insert_with(|| {
            let url = self.url_with(&format!("application_name={OBSERVER}"));
            Client::connect(&url, NoTls).unwrap_or_else(|error| panic!("connect to {url}: {error}"))
        });
        look(client)
    }

    /// Runs SQL, several statements if need be.
    #[track_caller]
    pub fn execute(&self, sql: &str) {
        self.observe(|client| client.batch_execute(sql))
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// The one number that a query gives.
    #[track_caller]
    pub fn number(&self, sql: &str) -> i64 {
        self.observe(|client| client.query_one(&format!("SELECT ({sql})::bigint"), &[]))
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"))
            .get(0)
    }

    /// The version row; `None` where there is no row, or no table.
    pub fn row(&self) -> Option<(i64, bool)> {
        self.row_of("public.schema_migrations")
    }

    /// The version row of another table, named as SQL names it.
    pub fn row_of(&self, table: &str) -> Option<(i64, bool)> {
        self.observe(|client| {
            let exists: bool = client
                .query_one("SELECT to_regclass($1::text) IS NOT NULL", &[&table])
                .expect("look for the version table")
                .get(0);
            if !exists {
                return None;
            }
            let rows = client
                .query(&format!("SELECT version, dirty FROM {table}"), &[])
                .expect("read the version table");
            assert!(rows.len() <= 1, "more than one row in {table}");
            rows.first().map(|row| (row.get(0), row.get(1)))
        })
    }

    /// Puts the row there as golang-migrate would, table and all.
    pub fn set_row(&self, version: i64, dirty: bool) {
        self.execute(&format!(
            "CREATE TABLE IF NOT EXISTS schema_migrations
                 (version bigint not null primary key, dirty boolean not null);
             DELETE FROM schema_migrations;
             INSERT INTO schema_migrations VALUES ({version}, {dirty})"
        ));
    }

    /// Every table outside the system's schemas as `schema.table`, quoted where need be, sorted;
    /// without what dbm remembers for itself (`…_log`), which the reference knows nothing of.
    pub fn tables(&self) -> Vec<String> {
        const TABLES: &str = "
            SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables t
            WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
              AND NOT EXISTS (SELECT FROM information_schema.tables v
                  WHERE v.table_schema = t.table_schema
                    AND t.table_name = v.table_name || '_log')
            ORDER BY 1";
        self.observe(|client| client.query(TABLES, &[]))
            .expect("list the tables")
            .iter()
            .map(|row| row.get(0))
            .collect()
    }

    /// Schema and data as `pg_dump` writes them, without the version table: equal texts, equal
    /// databases. Data too, since a failed file must not leave rows behind either.
    pub fn dump(&self) -> String {
        let output = Command::new(server::pg_dump())
            .args(["--inserts", "--exclude-table=*.schema_migrations*", "--dbname"])
            .arg(self.url())
            .output()
            .expect("run pg_dump");
        assert!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
        // `\restrict` carries a random word; comments carry versions and dates.
        String::from_utf8(output.stdout)
            .expect("UTF-8 from pg_dump")
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with("--"))
            .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
            .map(|line| format!("{line}\n"))
            .collect()
    }

    /// Advisory locks that are held in this database: id and pid, sorted.
    pub fn advisory_locks(&self) -> Vec<(i64, i32)> {
        const LOCKS: &str = "
            SELECT classid::bigint << 32 | objid::bigint, pid FROM pg_locks
            WHERE locktype = 'advisory' AND granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            ORDER BY 1, 2";
        self.observe(|client| client.query(LOCKS, &[]))
            .expect("read pg_locks")
            .iter()
            .map(|row| (row.get(0), row.get(1)))
            .collect()
    }

    /// The lock that golang-migrate's CLI takes for this database.
    pub fn cli_lock(&self) -> i64 {
        locks::id(&format!("/{}", self.name), "public", "schema_migrations")
    }

    /// The lock that a program with golang-migrate built in takes for it.
    pub fn library_lock(&self) -> i64 {
        locks::id(&self.name, "public", "schema_migrations")
    }

    /// Back to empty, without the price of a new database.
    pub fn clear(&self) {
        self.execute(
            "DO $$ DECLARE s text; BEGIN
               FOR s IN SELECT nspname FROM pg_namespace
                        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
                 EXECUTE format('DROP SCHEMA %I CASCADE', s);
               END LOOP;
             END $$;
             CREATE SCHEMA public; GRANT ALL ON SCHEMA public TO public",
        );
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the database of this test is kept: {}", self.url());
            return;
        }
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        if let Err(error) = server::admin().batch_execute(&sql) {
            eprintln!("{sql}: {error}");
        }
    }
}

/// What the names of this run's databases begin with.
fn prefix() -> &'static str {
    static PREFIX: OnceLock<String> = OnceLock::new();
    PREFIX.get_or_init(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
        format!("dbmtest_{}_{}", process::id(), now.subsec_nanos())
    })
}
