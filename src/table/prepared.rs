//! The two statements that go with every transactional file, prepared on the server.
//!
//! To parse and plan them costs the server more than to run them: for a small file as much as a quarter
//! of the file itself. So where a run has some files, and the session is ours from end to end, they are
//! prepared with the first file and executed with each. `PREPARE` and `EXECUTE` are SQL, so the protocol
//! stays the simple one. Behind a pooler, and where a file has changed the role or the encoding, the
//! statements go out whole; so they do for the rest of the run once a prepared one fails.

use crate::migration::State;
use crate::quote::{EQ, literal};
use crate::table::log::{COLUMNS, Listed, NewEntry, Operator};
use crate::table::row::{GUARD, OurSql};
use crate::table::version_table::{Prepared, Table};

/// Fewer files are not worth it: each plan is made anew a few times before the server keeps one.
const FEWEST_FILES: usize = 3;

/// The values of an entry that differ from file to file, by their place among [`COLUMNS`], with their
/// types.
const OF_THE_FILE: [(usize, &str); 9] = [
    (1, "pg_catalog.text"),
    (2, "bigint"),
    (3, "pg_catalog.text"),
    (5, "bigint"),
    (7, "bigint"),
    (9, "pg_catalog.text"),
    (10, "pg_catalog.text"),
    (11, "pg_catalog.text"),
    (12, "pg_catalog.text"),
];

/// The parameter that is the place where the row is then.
const TO: &str = "$5";

impl Table {
    /// So many files are about to run.
    pub fn expect_files(&mut self, files: usize) {
        if self.prepared == Prepared::No && files >= FEWEST_FILES && self.is_session_ours {
            self.prepared = Prepared::WithNext;
        }
    }

    /// Whether a file that moves the row so can go with the prepared statements.
    pub fn has_prepared(&self, from: State, to: State) -> bool {
        self.prepared != Prepared::No
            && self.log.is_on
            && !self.settings.role_changed
            && !self.settings.encoding_changed
            && !from.dirty
            && !to.dirty
            && to.version.is_some()
    }

    /// SQL that prepares them, for entries that look like this one; nothing where that is done.
    pub fn prepare(&self, operator: &Operator, entry: &NewEntry<'_>) -> OurSql {
        if self.prepared == Prepared::Yes {
            return OurSql::default();
        }
        let mut values = self.values(operator, entry, self.run_if_kept(TO));
        for (i, (column, _)) in OF_THE_FILE.iter().enumerate() {
            values[*column] = format!("${}", i + 1);
        }
        let types: Vec<&str> = OF_THE_FILE.iter().map(|(_, kind)| *kind).collect();
        let sql = format!(
            "PREPARE dbm_row (bigint, bigint) AS \
             WITH gone AS (DELETE FROM {table} RETURNING version, dirty) \
             INSERT INTO {table} (version, dirty) SELECT CASE \
             WHEN coalesce(pg_catalog.bool_or(version {EQ} $1 AND NOT dirty), $1 {EQ} -1) THEN $2 \
             ELSE pg_catalog.concat({guard}, coalesce(pg_catalog.max(version)::pg_catalog.text, 'none'))\
             ::int END, false FROM gone;\
             PREPARE dbm_log ({types}) AS \
             INSERT INTO {log} ({COLUMNS}) VALUES ({values}) RETURNING 1;",
            table = self.quoted(),
            guard = literal(GUARD),
            types = types.join(", "),
            log = self.quoted_log(),
            values = values.join(", "),
        );
        OurSql { sql, count: 2 }
    }

    /// The same as [`Table::advance`].
    pub fn advance_prepared(&self, from: State, to: State) -> OurSql {
        let sql = format!("EXECUTE dbm_row({}, {});", from.number(), to.number());
        OurSql { sql, count: 1 }
    }

    /// The same as [`Table::record_and_check`].
    pub fn record_prepared(&self, operator: &Operator, entry: &NewEntry<'_>) -> OurSql {
        let mut values = self.values(operator, entry, String::new());
        let of_the_file = OF_THE_FILE.map(|(column, _)| std::mem::take(&mut values[column]));
        OurSql { sql: format!("EXECUTE dbm_log({});", Listed(&of_the_file)), count: 1 }
    }
}
