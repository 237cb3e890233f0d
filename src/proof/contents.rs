//! The rows of a database's tables, and what of them a round trip loses.

use std::collections::{BTreeMap, HashMap};

use crate::fault::Fault;
use crate::quote::literal;
use crate::session::{Row, Session};
use crate::snapshot::Snapshot;

/// The rows of the tables that have any, by the table's name.
#[derive(Clone, Debug, Default)]
pub struct Contents(BTreeMap<String, Table>);

#[derive(Clone, Debug, Default)]
struct Table {
    /// Quoted where need be, in the order of the values.
    columns: Vec<String>,
    /// Which columns are the primary key.
    key: Vec<usize>,
    rows: Vec<Row>,
}

/// What a table lost.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostData {
    /// The table.
    pub table: String,
    /// How many rows it had before.
    pub rows_before: usize,
    /// How many it has now.
    pub rows_after: usize,
    /// Columns whose values are others now, and in how many rows.
    pub columns: Vec<(String, usize)>,
}

impl Contents {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn read(session: &mut Session, snapshot: &Snapshot) -> Result<Contents, Fault> {
        let tables = snapshot.columns.iter().filter(|(name, columns)| {
            let id = crate::snapshot::Id { kind: "table".to_string(), name: (*name).clone() };
            let object = snapshot.objects.get(&id);
            // A partitioned table has its rows in its partitions.
            let has_rows = |kind: &String| kind == "r";
            !columns.is_empty()
                && object.and_then(|o| o.values.get("relkind")).is_some_and(has_rows)
        });
        let tables: Vec<(&String, &Vec<String>)> = tables.collect();
        if tables.is_empty() {
            return Ok(Contents::default());
        }
        let exist: Vec<String> = tables
            .iter()
            .map(|(name, _)| {
                format!("select {} where exists (select from only {name})", literal(name))
            })
            .collect();
        let filled = session.query(&exist.join(" union all "))?;
        let filled: Vec<String> = filled.into_iter().flatten().flatten().collect();
        let mut contents = Contents::default();
        for (name, columns) in tables.into_iter().filter(|(name, _)| filled.contains(name)) {
            let rows = session.query(&format!("select {} from only {name}", columns.join(", ")))?;
            let key = key(snapshot, name, columns);
            contents.0.insert(name.clone(), Table { columns: columns.clone(), key, rows });
        }
        Ok(contents)
    }

    /// Whether no table has rows.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(|table| table.rows.is_empty())
    }

    /// What is lost in `after`.
    pub fn lost(&self, after: &Contents) -> Vec<LostData> {
        let mut lost = Vec::new();
        let none = Table::default();
        for (name, before) in &self.0 {
            let now = after.0.get(name).unwrap_or(&none);
            let columns = match now.rows.is_empty() {
                true => Vec::new(),
                false => changed(before, now),
            };
            let (rows_before, rows_after) = (before.rows.len(), now.rows.len());
            if rows_before != rows_after || !columns.is_empty() {
                lost.push(LostData { table: name.clone(), rows_before, rows_after, columns });
            }
        }
        for (name, now) in &after.0 {
            if !self.0.contains_key(name) {
                let (table, rows_after) = (name.clone(), now.rows.len());
                lost.push(LostData { table, rows_before: 0, rows_after, columns: Vec::new() });
            }
        }
        lost
    }

    /// Only what is of these tables.
    pub fn retain(&mut self, snapshot: &Snapshot) {
        self.0.retain(|name, _| snapshot.columns.contains_key(name));
    }
}

/// The columns of the primary key.
fn key(snapshot: &Snapshot, table: &str, columns: &[String]) -> Vec<usize> {
    let belongs = |id: &crate::snapshot::Id, object: &crate::snapshot::Object| {
        id.kind == "constraint"
            && object.parent.as_ref().is_some_and(|parent| parent.name == *table)
            && object.values.get("contype").is_some_and(|kind| kind == "p")
    };
    let key = snapshot.objects.iter().find(|(id, object)| belongs(id, object));
    let names = key.and_then(|(_, object)| object.values.get("conkey"));
    let place = |name: &str| columns.iter().position(|column| column == name);
    names.map(|names| names.split(", ").filter_map(place).collect()).unwrap_or_default()
}

/// In how many rows the values of each column are others. Rows are told by the primary key; without
/// one, each column is compared by itself.
fn changed(before: &Table, after: &Table) -> Vec<(String, usize)> {
    let place = |name: &String| after.columns.iter().position(|column| column == name);
    let columns: Vec<(usize, usize, &String)> = before
        .columns
        .iter()
        .enumerate()
        .filter_map(|(own, name)| Some((own, place(name)?, name)))
        .collect();
    let key: Option<Vec<(usize, usize)>> =
        before.key.iter().map(|own| Some((*own, place(&before.columns[*own])?))).collect();
    let count = |own: usize, its: usize| match &key {
        Some(key) if !key.is_empty() => {
            let of_key = |row: &Row, second: bool| -> Vec<Option<String>> {
                let place = |(own, its): &(usize, usize)| if second { *its } else { *own };
                key.iter().map(|column| row.get(place(column)).cloned().flatten()).collect()
            };
            let now: HashMap<_, _> =
                after.rows.iter().map(|row| (of_key(row, true), row.get(its))).collect();
            let differs = |row: &&Row| {
                now.get(&of_key(row, false)).is_some_and(|value| *value != row.get(own))
            };
            before.rows.iter().filter(differs).count()
        }
        _ => {
            let mut values: HashMap<Option<&Option<String>>, usize> = HashMap::new();
            for row in &after.rows {
                *values.entry(row.get(its)).or_default() += 1;
            }
            let mut missing = 0;
            for row in &before.rows {
                match values.get_mut(&row.get(own)) {
                    Some(count) if *count > 0 => *count -= 1,
                    _ => missing += 1,
                }
            }
            // Rows that are gone are counted as such.
            let gone: usize = before.rows.len().saturating_sub(after.rows.len());
            usize::saturating_sub(missing, gone)
        }
    };
    let counted = columns.iter().map(|(own, its, name)| ((*name).clone(), count(*own, *its)));
    counted.filter(|(_, rows)| *rows > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(columns: &[&str], key: &[usize], rows: &[&[&str]]) -> Contents {
        let value = |text: &&str| (*text != "-").then(|| text.to_string());
        let table = Table {
            columns: columns.iter().map(ToString::to_string).collect(),
            key: key.to_vec(),
            rows: rows.iter().map(|row| row.iter().map(value).collect()).collect(),
        };
        Contents([("t".to_string(), table)].into())
    }

    #[test]
    fn lost_values_are_counted_by_column() {
        let before = contents(&["id", "x", "y"], &[0], &[&["1", "a", "b"], &["2", "c", "-"]]);
        let after = contents(&["id", "y", "x"], &[0], &[&["2", "-", "-"], &["1", "b", "-"]]);
        let lost = before.lost(&after);
        assert_eq!(lost.len(), 1);
        assert_eq!(lost[0].columns, [("x".to_string(), 2)]);
        assert_eq!((lost[0].rows_before, lost[0].rows_after), (2, 2));
        assert!(before.lost(&before).is_empty());
    }

    #[test]
    fn without_a_key_the_values_are_compared() {
        let before = contents(&["x"], &[], &[&["a"], &["a"], &["b"]]);
        let fewer = contents(&["x"], &[], &[&["a"], &["b"]]);
        let lost = before.lost(&fewer);
        assert_eq!((lost[0].rows_before, lost[0].rows_after), (3, 2));
        assert!(lost[0].columns.is_empty());
        let other = contents(&["x"], &[], &[&["b"], &["a"], &["c"]]);
        assert_eq!(before.lost(&other)[0].columns, [("x".to_string(), 1)]);
    }

    #[test]
    fn rows_that_are_gone_or_new_are_counted() {
        let before = contents(&["x"], &[], &[&["a"]]);
        let none = Contents::default();
        assert_eq!((before.lost(&none)[0].rows_before, before.lost(&none)[0].rows_after), (1, 0));
        assert_eq!((none.lost(&before)[0].rows_before, none.lost(&before)[0].rows_after), (0, 1));
    }
}
