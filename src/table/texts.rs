//! The texts that entries of the log keep. They are read for a few entries, and by themselves: they
//! may be of any size.

use crate::fault::Fault;
use crate::quote::EQ;
use crate::session::{Row, Session};
use crate::table::version_table::Table;

/// What an entry keeps of a migration's files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// The migration's name.
    pub name: Option<String>,
    /// The up file's text; `None` where there was none, or where it was too long to be kept.
    pub up: Option<String>,
    /// The down file's text; `None` where there was none.
    pub down: Option<String>,
}

impl Table {
    /// Which of these entries keep a down text.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn with_down_text(&self, session: &mut Session, ids: &[i64]) -> Result<Vec<i64>, Fault> {
        let sql = format!(
            "SELECT id FROM {} WHERE id {EQ} ANY ({}) AND down_text IS NOT NULL",
            self.quoted_log(),
            numbers(ids)
        );
        let id = |row: Row| row.into_iter().next()??.parse().ok();
        Ok(session.query(&sql)?.into_iter().filter_map(id).collect())
    }

    /// The name and the up text that an entry keeps, and its down text where that is wanted.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn texts(
        &self,
        session: &mut Session,
        ids: &[i64],
        with_down: bool,
    ) -> Result<Vec<(i64, Texts)>, Fault> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT id, name, up_text, {} FROM {} WHERE id {EQ} ANY ({})",
            if with_down { "down_text" } else { "NULL" },
            self.quoted_log(),
            numbers(ids)
        );
        let rows = session.query(&sql)?;
        let texts = |row: Row| {
            let mut values = row.into_iter();
            let id = values.next()??.parse().ok()?;
            let name = values.next()?;
            Some((id, Texts { name, up: values.next()?, down: values.next()? }))
        };
        Ok(rows.into_iter().filter_map(texts).collect())
    }
}

/// An array of numbers, for SQL.
fn numbers(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    format!("ARRAY[{}]::bigint[]", ids.join(", "))
}
