//! What the current schema holds, in numbers: for people who are asked whether it may be dropped. The
//! rows are the server's own estimate, for to count them could take hours.

use crate::error::Error;
use crate::migration::State;
use crate::migrator::report::ReadOnly;
use crate::quote::EQ;
use crate::status::{Standing, Status};

/// What the current schema holds.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The database.
    pub database: String,
    /// Host and port.
    pub server: String,
    /// The schema.
    pub schema: String,
    /// How many tables it has, with those of the version table and the log.
    pub tables: u64,
    /// About how many rows are in them, as far as the server knows.
    pub rows: u64,
    /// The version row, and how many versions are applied; `None` where that cannot be read.
    pub applied: Option<(State, usize)>,
}

/// The schema, how many tables are in it, and about how many rows. What belongs to an extension does
/// not count. A table that was never analysed has -1 rows, and its statistics know better.
fn sql() -> String {
    format!(
        "SELECT pg_catalog.current_schema(), pg_catalog.count(c.oid), pg_catalog.sum(\
         CASE WHEN c.relkind {EQ} 'r' THEN GREATEST(c.reltuples::bigint, \
         pg_catalog.pg_stat_get_live_tuples(c.oid), 0) ELSE 0 END) \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid {EQ} c.relnamespace \
         WHERE n.nspname {EQ} pg_catalog.current_schema() \
         AND c.relkind {EQ} ANY (ARRAY['r', 'p']::pg_catalog.\"char\"[]) \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d \
         WHERE d.classid {EQ} 'pg_catalog.pg_class'::pg_catalog.regclass \
         AND d.objid {EQ} c.oid AND d.deptype {EQ} 'e')"
    )
}

impl ReadOnly<'_> {
    /// See [`Migrator::contents`](crate::migrator::Migrator::contents).
    ///
    /// # Errors
    ///
    /// [`Error::Statement`].
    pub fn contents(&mut self) -> Result<Contents, Error> {
        let sql = sql();
        let rows = self.session.query(&sql).map_err(|fault| Error::Statement { sql, fault })?;
        let mut values = rows
            .into_iter()
            .next()
            .unwrap_or_default()
            .into_iter()
            .map(|value| value.unwrap_or_default());
        let mut next = || values.next().unwrap_or_default();
        let (schema, tables, rows) = (next(), next(), next());
        // For a broken row, too, there are tables to be named.
        let applied = self.status().ok().map(|status| (status.state, applied(&status)));
        Ok(Contents {
            database: self.table.database.clone(),
            server: String::new(),
            schema,
            tables: tables.parse().unwrap_or_default(),
            rows: rows.parse().unwrap_or_default(),
            applied,
        })
    }
}

fn applied(status: &Status) -> usize {
    let is_applied =
        |standing| !matches!(standing, Standing::Pending | Standing::Late | Standing::Dirty);
    status.rows.iter().filter(|row| is_applied(row.standing)).count()
}
