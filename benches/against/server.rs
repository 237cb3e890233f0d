//! The server, and the databases that are made on it: one for each run, so that none starts warm.

use std::net::{SocketAddr, ToSocketAddrs};

use postgres::{Client, NoTls};

use crate::Outcome;

pub struct Server {
    admin: Client,
    /// `postgres://user@`
    before: String,
    address: SocketAddr,
    /// `?sslmode=disable`
    after: String,
    made: usize,
}

impl Server {
    /// The one that the environment names.
    pub fn given() -> Outcome<Server> {
        let url = std::env::var("DBM_TEST_DATABASE_URL").map_err(
            |_| "DBM_TEST_DATABASE_URL is not set; run this as `make bench` or `make bench-check`",
        )?;
        Server::connect(&url)
    }

    /// `url` is as tests/postgres.sh prints it, `postgres://user@host:port/database?parameters`.
    pub fn connect(url: &str) -> Outcome<Server> {
        let malformed = || format!("DBM_TEST_DATABASE_URL is not like {EXAMPLE}");
        let (base, after) = url.split_once('?').unwrap_or((url, "sslmode=disable"));
        let (authority, _database) = base.rsplit_once('/').ok_or_else(malformed)?;
        let (user, host) = authority.rsplit_once('@').ok_or_else(malformed)?;
        Ok(Server {
            admin: Client::connect(url, NoTls)?,
            before: format!("{user}@"),
            address: host
                .to_socket_addrs()
                .map_err(|_| malformed())?
                .next()
                .ok_or_else(malformed)?,
            after: format!("?{after}"),
            made: 0,
        })
    }

    /// Drops what a bench that was broken off has left.
    pub fn tidy(&mut self) -> Outcome<()> {
        let sql = "select datname::text from pg_database where datname like 'dbm\\_bench\\_%'";
        let left = self.admin.query(sql, &[])?;
        left.iter().try_for_each(|row| self.drop_database(row.get(0)))
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An empty database. The writing that making one causes is over when this returns.
    pub fn create_database(&mut self) -> Outcome<String> {
        self.copy_database("template1")
    }

    /// The same, as a copy of another that nobody is connected to.
    pub fn copy_database(&mut self, template: &str) -> Outcome<String> {
        self.made += 1;
        let name = format!("dbm_bench_{}_{}", std::process::id(), self.made);
        self.admin.batch_execute(&format!("create database {name} template {template}"))?;
        self.admin.batch_execute("checkpoint")?;
        Ok(name)
    }

    pub fn drop_database(&mut self, name: &str) -> Outcome<()> {
        Ok(self.admin.batch_execute(&format!("drop database {name} with (force)"))?)
    }

    /// What is written to a database need not be on the disk at once: while it is filled.
    pub fn hurry(&mut self, database: &str) -> Outcome<()> {
        let sql = format!("alter database {database} set synchronous_commit = off");
        Ok(self.admin.batch_execute(&sql)?)
    }

    /// A database that was filled is as one that has been in use for a while: vacuumed and analysed.
    pub fn settle(&mut self, database: &str) -> Outcome<()> {
        self.admin.batch_execute(&format!("alter database {database} reset all"))?;
        self.execute(database, "vacuum (freeze, analyze)")?;
        Ok(self.admin.batch_execute("checkpoint")?)
    }

    /// The URL of a database, by way of `address`: the server's own, or a proxy's.
    pub fn url(&self, database: &str, address: SocketAddr) -> String {
        format!("{}{address}/{database}{}", self.before, self.after)
    }

    pub fn execute(&mut self, database: &str, sql: &str) -> Outcome<()> {
        let mut client = Client::connect(&self.url(database, self.address), NoTls)?;
        Ok(client.batch_execute(sql)?)
    }

    /// How many rows a table has.
    pub fn rows(&mut self, database: &str, table: &str) -> Outcome<usize> {
        let mut client = Client::connect(&self.url(database, self.address), NoTls)?;
        let count: i64 = client.query_one(&format!("select count(*) from {table}"), &[])?.get(0);
        Ok(usize::try_from(count)?)
    }

    pub fn setting(&mut self, name: &str) -> Outcome<String> {
        Ok(self.admin.query_one(&format!("show {name}"), &[])?.get(0))
    }

    /// The position that the write-ahead log has reached, in bytes.
    pub fn written(&mut self) -> Outcome<i64> {
        let sql = "select (pg_current_wal_insert_lsn() - '0/0')::bigint";
        Ok(self.admin.query_one(sql, &[])?.get(0))
    }

    /// The pages of a database that its sessions have looked at; `None` where they are counted later.
    pub fn touched(&mut self, database: &str) -> Outcome<Option<f64>> {
        let sql = "select (blks_hit + blks_read)::float8 from pg_stat_database
                   where datname = $1 and current_setting('server_version_num')::int >= 150000";
        let row = self.admin.query_opt(sql, &[&database])?;
        Ok(row.map(|row| row.get(0)))
    }

    /// The processes of a database's sessions, our own excepted.
    pub fn processes(&mut self, database: &str) -> Outcome<Vec<i32>> {
        let sql = "select pid from pg_stat_activity where datname = $1";
        let rows = self.admin.query(sql, &[&database])?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }
}

const EXAMPLE: &str = "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable";
