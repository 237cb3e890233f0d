//! Sessions on the server: those of the tools that are tested, without the tests' own.

use postgres::Client;

use crate::support::{Database, wait};

/// What the tests' own connections call themselves.
const OWN: &str = "dbm_test_watcher";

/// Looks at the sessions of one database, from outside of it: what is done there, a
/// `DROP SCHEMA` or a restart, does not disturb it.
pub struct Sessions {
    client: Client,
    database: String,
}

impl Sessions {
    pub fn of(db: &Database) -> Self {
        Self::through(crate::support::server::admin(), db.name())
    }

    /// With a connection to any database of the server.
    pub fn through(mut client: Client, database: &str) -> Self {
        client
            .batch_execute(&format!("SET application_name = '{OWN}'"))
            .expect("name the watcher's session");
        Self { client, database: database.to_owned() }
    }

    /// The pids of the tools' sessions. The look that a `Database` keeps open is none of them.
    pub fn pids(&mut self) -> Vec<i32> {
        self.client
            .query(
                "SELECT pid FROM pg_stat_activity
                 WHERE datname = $1 AND backend_type = 'client backend'
                   AND application_name NOT LIKE 'dbm_test_%' ORDER BY pid",
                &[&self.database],
            )
            .expect("read pg_stat_activity")
            .iter()
            .map(|row| row.get(0))
            .collect()
    }

    /// Until no session of a tool is left: what it had under way is then committed or rolled back.
    #[track_caller]
    pub fn wait_until_gone(&mut self) {
        wait::until_true("the end of the tools' sessions", || self.pids().is_empty());
    }

    /// Ends a session, as an administrator may.
    pub fn terminate(&mut self, pid: i32) {
        self.client
            .execute("SELECT pg_terminate_backend($1)", &[&pid])
            .expect("terminate a session");
    }
}
