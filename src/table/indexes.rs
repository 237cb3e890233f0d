//! Indexes that are not valid: a CREATE INDEX CONCURRENTLY that broke off leaves one behind.

use crate::fault::Fault;
use crate::quote::{EQ, NE};
use crate::session::{Row, Session};

/// An index that is kept up to date and never used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidIndex {
    /// With its schema, quoted for SQL.
    pub quoted: String,
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Its table, quoted for SQL.
    pub table: String,
    /// Its table's name.
    pub table_name: String,
}

/// Whether an index `i` is being built: the server says of what it builds how far it is.
fn is_built() -> String {
    format!(
        "EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p \
         WHERE p.index_relid {EQ} i.indexrelid)"
    )
}

/// The same before PostgreSQL 12: somebody holds the lock that building it takes on its table. So
/// does a VACUUM: rather one too many than one whose index is called broken.
fn may_be_built() -> String {
    format!(
        "EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.relation {EQ} i.indrelid \
         AND l.mode {EQ} 'ShareUpdateExclusiveLock' AND l.pid {NE} pg_catalog.pg_backend_pid() \
         AND l.database {EQ} (SELECT oid FROM pg_catalog.pg_database \
         WHERE datname {EQ} pg_catalog.current_database()))"
    )
}

/// The invalid indexes of the database that nobody is building, by name.
///
/// # Errors
///
/// [`Fault`]: the server does not answer.
pub fn invalid_indexes(session: &mut Session) -> Result<Vec<InvalidIndex>, Fault> {
    let is_built = if session.is_older_than(12) { may_be_built() } else { is_built() };
    let rows = session.query(&format!(
        "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), n.nspname, c.relname, \
         pg_catalog.format('%I.%I', tn.nspname, t.relname), t.relname \
         FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_class c ON c.oid {EQ} i.indexrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid {EQ} c.relnamespace \
         JOIN pg_catalog.pg_class t ON t.oid {EQ} i.indrelid \
         JOIN pg_catalog.pg_namespace tn ON tn.oid {EQ} t.relnamespace \
         WHERE NOT i.indisvalid AND c.relkind {EQ} 'i' \
         AND pg_catalog.left(n.nspname::pg_catalog.text, 8) {NE} 'pg_toast' \
         AND NOT {is_built} ORDER BY 1",
    ))?;
    let index = |row: Row| {
        let mut values = row.into_iter().map(Option::unwrap_or_default);
        Some(InvalidIndex {
            quoted: values.next()?,
            schema: values.next()?,
            name: values.next()?,
            table: values.next()?,
            table_name: values.next()?,
        })
    };
    Ok(rows.into_iter().filter_map(index).collect())
}
