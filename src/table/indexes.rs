//! Indexes that are not valid: a CREATE INDEX CONCURRENTLY that broke off leaves one behind.

use crate::fault::Fault;
use crate::quote::EQ;
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

/// The invalid indexes of the database that nobody is building, by name.
///
/// # Errors
///
/// [`Fault`]: the server is older than 12, or does not answer.
pub fn invalid_indexes(session: &mut Session) -> Result<Vec<InvalidIndex>, Fault> {
    let rows = session.query(&format!(
        "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), n.nspname, c.relname, \
         pg_catalog.format('%I.%I', tn.nspname, t.relname), t.relname \
         FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_class c ON c.oid {EQ} i.indexrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid {EQ} c.relnamespace \
         JOIN pg_catalog.pg_class t ON t.oid {EQ} i.indrelid \
         JOIN pg_catalog.pg_namespace tn ON tn.oid {EQ} t.relnamespace \
         WHERE NOT i.indisvalid AND c.relkind {EQ} 'i' \
         AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_toast') \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p \
         WHERE p.index_relid {EQ} i.indexrelid) ORDER BY 1",
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
