//! The names that stand for numbers: of what was read, and of what it refers to besides.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::fault::Fault;
use crate::session::{Row, Session};
use crate::snapshot::shape::Tables;
use crate::snapshot::shape::{Catalog, FIRST_OBJECT, Holds, Shape};

/// The keys of rows, by catalog and number.
type Keys = HashMap<(String, u32), Row>;

/// Knows the names of rows.
#[derive(Default)]
pub struct Names {
    /// What comes with the server, which does not change.
    lasting: Keys,
    /// What was read for this snapshot.
    current: Keys,
    /// By table and number.
    columns: HashMap<(u32, i32), String>,
}

impl Names {
    /// Takes in what was read, and asks for the names of what that refers to.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn learn(
        &mut self,
        session: &mut Session,
        shape: &Shape,
        tables: &Tables,
    ) -> Result<(), Fault> {
        self.current.clear();
        self.columns.clear();
        for (name, rows) in tables {
            let Some(catalog) = shape.catalogs.get(name) else { continue };
            let Some(oid) = catalog.oid else { continue };
            for row in rows {
                if let Some(oid) = number(row, oid) {
                    let key = catalog.key.iter().map(|&i| row.get(i).cloned().flatten()).collect();
                    self.current.insert((name.clone(), oid), key);
                }
            }
        }
        self.learn_columns(shape, tables);
        let mut wanted = self.unknown_of(shape, tables);
        while !wanted.is_empty() {
            let queries: Vec<String> = wanted
                .iter()
                .filter_map(|(name, oids)| Some(shape.catalogs.get(name)?.names_query(oids)))
                .collect();
            let answers = session.query_all(&queries.join(";\n"))?;
            let mut next = BTreeMap::new();
            for ((name, oids), rows) in wanted.iter().zip(answers) {
                self.add(shape, name, oids, &rows, &mut next);
            }
            wanted = next
                .into_iter()
                .map(|(name, oids): (_, BTreeSet<u32>)| (name, oids.into_iter().collect()))
                .collect();
        }
        Ok(())
    }

    fn learn_columns(&mut self, shape: &Shape, tables: &Tables) {
        let (Some(catalog), Some(rows)) =
            (shape.catalogs.get("pg_attribute"), tables.get("pg_attribute"))
        else {
            return;
        };
        let places = ["attrelid", "attnum", "attname"].map(|name| catalog.column(name));
        let [Some(table), Some(position), Some(name)] = places else { return };
        for row in rows {
            let position = row.get(position).cloned().flatten().and_then(|n| n.parse().ok());
            if let (Some(table), Some(position), Some(Some(name))) =
                (number(row, table), position, row.get(name))
            {
                self.columns.insert((table, position), name.clone());
            }
        }
    }

    /// Adds the keys that came for some numbers, and notes what they refer to in turn.
    fn add(
        &mut self,
        shape: &Shape,
        name: &str,
        oids: &[u32],
        rows: &[Row],
        next: &mut BTreeMap<String, BTreeSet<u32>>,
    ) {
        // What is not there any more is not asked for again.
        for &oid in oids {
            self.current.entry((name.to_string(), oid)).or_default();
        }
        let Some(catalog) = shape.catalogs.get(name) else { return };
        for row in rows {
            let Some(oid) = number(row, 0) else { continue };
            let key: Row = row.iter().skip(1).cloned().collect();
            self.current.remove(&(name.to_string(), oid));
            let keys = if oid < FIRST_OBJECT && name != "pg_authid" {
                &mut self.lasting
            } else {
                &mut self.current
            };
            keys.insert((name.to_string(), oid), key.clone());
            for (&column, value) in catalog.key.iter().zip(&key) {
                if let (Holds::Rows(refers), Some(value)) = (&catalog.columns[column].holds, value)
                {
                    self.note(refers, value, next);
                }
            }
        }
    }

    fn unknown_of(&self, shape: &Shape, tables: &Tables) -> BTreeMap<String, Vec<u32>> {
        let mut wanted = BTreeMap::new();
        for (name, rows) in tables {
            let Some(catalog) = shape.catalogs.get(name) else { continue };
            for (place, column) in catalog.columns.iter().enumerate() {
                let Holds::Rows(refers) = &column.holds else { continue };
                if !column.counts && !catalog.key.contains(&place) {
                    continue;
                }
                for row in rows {
                    if let Some(Some(value)) = row.get(place) {
                        self.note(refers, value, &mut wanted);
                    }
                }
            }
        }
        wanted.into_iter().map(|(name, oids)| (name, oids.into_iter().collect())).collect()
    }

    fn note(&self, refers: &str, value: &str, wanted: &mut BTreeMap<String, BTreeSet<u32>>) {
        for oid in value.split_whitespace().filter_map(|oid| oid.parse::<u32>().ok()) {
            if oid != 0 && self.key(refers, oid).is_none() {
                wanted.entry(refers.to_string()).or_default().insert(oid);
            }
        }
    }

    fn key(&self, catalog: &str, oid: u32) -> Option<&Row> {
        let place = (catalog.to_string(), oid);
        self.lasting.get(&place).or_else(|| self.current.get(&place))
    }

    /// The name of a column.
    pub fn column(&self, table: u32, position: i32) -> Option<&str> {
        self.columns.get(&(table, position)).map(String::as_str)
    }

    /// The name of the row with a number.
    pub fn of(&self, shape: &Shape, catalog: &str, oid: u32) -> String {
        match (oid, self.key(catalog, oid), shape.catalogs.get(catalog)) {
            (0, ..) => "-".to_string(),
            (_, Some(key), Some(catalog)) if !key.is_empty() => self.of_key(shape, catalog, key),
            _ => format!("number {oid}"),
        }
    }

    /// The name that a key spells.
    pub fn of_key(&self, shape: &Shape, catalog: &Catalog, key: &[Option<String>]) -> String {
        let mut schema = String::new();
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for (&column, value) in catalog.key.iter().zip(key) {
            let value = value.as_deref().unwrap_or_default();
            match &catalog.columns[column].holds {
                Holds::Rows(refers) if refers == "pg_namespace" => {
                    let name = self.values(shape, refers, value);
                    if name != "pg_catalog" && name != "-" {
                        schema = format!("{name}.");
                    }
                }
                Holds::Rows(refers) => {
                    let names = self.values(shape, refers, value);
                    if names != "-" || catalog.name == "pg_operator" {
                        others.push(names);
                    }
                }
                _ if catalog.columns[column].name == "collencoding" => {}
                _ => own.push(value.to_string()),
            }
        }
        let own = own.join(" ");
        match (catalog.name.as_str(), own.is_empty()) {
            ("pg_attribute", _) => format!("{}.{own}", others.join(".")),
            ("pg_proc" | "pg_operator", _) => format!("{schema}{own}({})", others.join(", ")),
            ("pg_cast", _) => others.join(" as "),
            (_, true) if others.is_empty() => "of the database".to_string(),
            (_, true) => others.join(" on "),
            _ if others.is_empty() => format!("{schema}{own}"),
            _ => format!("{schema}{own} on {}", others.join(" on ")),
        }
    }

    /// The names of numbers that stand in a value.
    pub fn values(&self, shape: &Shape, catalog: &str, value: &str) -> String {
        let oids = value.split_whitespace().filter_map(|oid| oid.parse().ok());
        let names: Vec<String> = oids.map(|oid| self.of(shape, catalog, oid)).collect();
        names.join(", ")
    }
}

/// A value as a number.
pub fn number(row: &Row, column: usize) -> Option<u32> {
    row.get(column)?.as_ref()?.parse().ok()
}
