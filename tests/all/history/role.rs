//! Roles that may do less than the tests' own, each gone with its test.

use std::thread;

use postgres::Config;

use crate::support::{Database, server};

/// A role that may log in, and that owns nothing. It is to be made after its database, so that it
/// is gone before it.
pub struct Role {
    pub name: String,
    database: String,
}

impl Role {
    pub fn new(db: &Database) -> Self {
        Self::named(db, "role")
    }

    /// One of several.
    pub fn named(db: &Database, name: &str) -> Self {
        let name = format!("{}_{name}", db.name());
        let own: Config = server::url().parse().expect("the test server's URL");
        let password = own.get_password().map(String::from_utf8_lossy).unwrap_or_default();
        let password = match password.is_empty() {
            true => String::new(),
            false => format!(" PASSWORD '{}'", password.replace('\'', "''")),
        };
        db.execute(&format!("CREATE ROLE {name} LOGIN{password}"));
        Self { name, database: db.url() }
    }

    /// The database's URL, with this role in it.
    pub fn url(&self, db: &Database) -> String {
        db.url_with(&format!("user={}", self.name))
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        let name = &self.name;
        let sql = format!("DROP OWNED BY {name} CASCADE; DROP ROLE {name}");
        let dropped = postgres::Client::connect(&self.database, postgres::NoTls)
            .and_then(|mut client| client.batch_execute(&sql));
        if let Err(error) = dropped {
            eprintln!("{sql}: {error:?}");
        }
    }
}
