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

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An empty database. The writing that making one causes is over when this returns.
    pub fn create_database(&mut self) -> Outcome<String> {
        self.made += 1;
        let name = format!("dbm_bench_{}_{}", std::process::id(), self.made);
        self.admin.batch_execute(&format!("create database {name}"))?;
        self.admin.batch_execute("checkpoint")?;
        Ok(name)
    }

    pub fn drop_database(&mut self, name: &str) -> Outcome<()> {
        Ok(self.admin.batch_execute(&format!("drop database {name} with (force)"))?)
    }

    /// The URL of a database, by way of `address`: the server's own, or a proxy's.
    pub fn url(&self, database: &str, address: SocketAddr) -> String {
        format!("{}{address}/{database}{}", self.before, self.after)
    }

    /// A row as golang-migrate and dbm keep it.
    pub fn set_version(&mut self, database: &str, version: i64) -> Outcome<()> {
        let mut client = Client::connect(&self.url(database, self.address), NoTls)?;
        client.batch_execute(&format!(
            "create table schema_migrations (version bigint not null primary key, dirty boolean not null);
             insert into schema_migrations values ({version}, false)"
        ))?;
        Ok(())
    }

    pub fn setting(&mut self, name: &str) -> Outcome<String> {
        Ok(self.admin.query_one(&format!("show {name}"), &[])?.get(0))
    }
}

const EXAMPLE: &str = "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable";
