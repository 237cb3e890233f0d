//! Makes objects of rows: a row that has no number of its own is a part of the object that its key
//! names.

use std::collections::BTreeMap;

use crate::session::Row;
use crate::snapshot::depends;
use crate::snapshot::names::{Names, number};
use crate::snapshot::object::{Id, Object, Snapshot};
use crate::snapshot::rules;
use crate::snapshot::shape::Tables;
use crate::snapshot::shape::{Catalog, Holds, Shape};

/// Which column a sequence belongs to. `a` is OWNED BY, `i` is an identity.
pub const OWNERS: &str = "select objid, refobjid, refobjsubid, deptype from pg_depend \
    where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass \
      and deptype in ('a', 'i') and refobjsubid > 0 and objsubid = 0";

/// Catalogs whose rows have numbers of their own and are parts all the same, with the columns that
/// say of what.
const PARTS: [(&str, &str); 2] = [("pg_attrdef", "adrelid"), ("pg_enum", "enumtypid")];

/// Catalogs of remarks on any object.
const REMARKS: [(&str, &str); 2] = [("pg_description", "description"), ("pg_seclabel", "label")];

/// Of what a default is called where dependencies are told; it is a part of its column.
const DEFAULT: &str = "default";

/// What is known while objects are made.
struct Assembly<'a> {
    shape: &'a Shape,
    names: &'a Names,
    /// By catalog and number.
    ids: BTreeMap<(&'a str, u32), Id>,
    snapshot: Snapshot,
}

/// Makes objects of what was read.
pub fn assemble(
    shape: &Shape,
    names: &Names,
    tables: &Tables,
    owners: &[Row],
    depends: &[Row],
    left_out: &[(String, String)],
) -> Snapshot {
    let mut assembly =
        Assembly { shape, names, ids: BTreeMap::new(), snapshot: Snapshot::default() };
    let is_part = |catalog: &Catalog| {
        PARTS.iter().any(|(name, _)| *name == catalog.name)
            || catalog.oid.is_none()
                && !["pg_attribute", "pg_db_role_setting"].contains(&&*catalog.name)
    };
    // What others belong to comes first.
    let rank = |name: &str| match name {
        "pg_class" => 0,
        "pg_type" | "pg_proc" => 1,
        "pg_attribute" | "pg_opfamily" => 2,
        _ => 3,
    };
    let mut read: Vec<&Catalog> =
        shape.read.iter().filter_map(|name| shape.catalogs.get(name)).collect();
    read.sort_by_key(|catalog| (rank(&catalog.name), is_part(catalog)));
    for catalog in read.iter().filter(|catalog| !is_part(catalog)) {
        for row in tables.get(&catalog.name).into_iter().flatten() {
            assembly.add_object(catalog, row, left_out);
        }
    }
    for catalog in read.iter().filter(|catalog| is_part(catalog)) {
        let mut rows: Vec<&Row> = tables.get(&catalog.name).into_iter().flatten().collect();
        if catalog.name == "pg_inherits" {
            rows.sort_by_key(|row| {
                text(catalog, row, "inhseqno").and_then(|n| n.parse::<i32>().ok())
            });
        }
        match REMARKS.iter().find(|(name, _)| *name == catalog.name) {
            Some((_, text)) => assembly.add_remarks(catalog, &rows, text),
            None if catalog.name == "pg_enum" => assembly.add_labels(catalog, rows),
            None => rows.iter().for_each(|row| assembly.add_part(catalog, row)),
        }
    }
    assembly.add_index_parents(tables);
    for owner in owners {
        assembly.add_owner(owner);
    }
    assembly.add_order(tables);
    assembly.add_depends(depends);
    let numbers = assembly.ids.into_iter().map(|((_, oid), id)| (id, (oid, 0)));
    assembly.snapshot.numbers.extend(numbers);
    assembly.snapshot
}

impl<'a> Assembly<'a> {
    fn add_object(&mut self, catalog: &'a Catalog, row: &Row, left_out: &[(String, String)]) {
        let text = |name: &str| text(catalog, row, name);
        let parent = match self.parent(catalog, row) {
            Ok(parent) => parent,
            // It belongs to what is left out.
            Err(LeftOut) => return,
        };
        let key: Vec<_> = catalog.key.iter().map(|&i| row.get(i).cloned().flatten()).collect();
        let name = self.names.of_key(self.shape, catalog, &key);
        if catalog.name == "pg_class"
            && left_out.iter().any(|(schema, table)| {
                let schema_of = text("relnamespace").and_then(|oid| oid.parse().ok());
                let schema_of = schema_of.map(|oid| self.names.of(self.shape, "pg_namespace", oid));
                schema_of.is_some_and(|name| bare(&name) == *schema)
                    && text("relname").is_some_and(|name| bare(name) == *table)
            })
        {
            return;
        }
        if catalog.name == "pg_class" && text("relkind") == Some("c") {
            // The columns of a composite type are those of the type.
            if let Some(oid) = catalog.oid.and_then(|oid| number(row, oid)) {
                self.ids.insert((&catalog.name, oid), Id { kind: "type".to_string(), name });
            }
            return;
        }
        let id = Id { kind: word(catalog, row), name };
        if let Some(oid) = catalog.oid.and_then(|oid| number(row, oid)) {
            self.ids.insert((&catalog.name, oid), id.clone());
        }
        let values = self.values(catalog, row, None);
        self.snapshot.objects.insert(id, Object { parent, values });
    }

    /// What a row belongs to, if to anything.
    fn parent(&self, catalog: &Catalog, row: &Row) -> Result<Option<Id>, LeftOut> {
        let Some(column) = rules::of(&rules::PARENTS, &catalog.name) else { return Ok(None) };
        let Some(place) = catalog.column(column) else { return Ok(None) };
        let (place, column) = match (catalog.name.as_str(), number(row, place)) {
            ("pg_constraint", Some(0)) => (catalog.column("contypid").unwrap_or(place), "contypid"),
            _ => (place, column),
        };
        let Holds::Rows(refers) = &catalog.columns[place].holds else { return Ok(None) };
        let Some(oid) = number(row, place).filter(|oid| *oid != 0) else { return Ok(None) };
        match self.ids.get(&(refers.as_str(), oid)) {
            // Columns of indexes and sequences are no objects.
            Some(id) if column == "attrelid" && matches!(&*id.kind, "index" | "sequence") => {
                Err(LeftOut)
            }
            Some(id) => Ok(Some(id.clone())),
            // It may belong to something that came with the server or an extension.
            None if matches!(column, "attrelid" | "conrelid" | "contypid") => Err(LeftOut),
            None => Ok(None),
        }
    }

    /// The values of a row that count; with the catalog's name before them for a part.
    fn values(
        &self,
        catalog: &Catalog,
        row: &Row,
        prefix: Option<&str>,
    ) -> BTreeMap<String, String> {
        let mut values = BTreeMap::new();
        for (place, column) in catalog.columns.iter().enumerate() {
            let Some(Some(value)) = row.get(place) else { continue };
            if !column.counts || catalog.key.contains(&place) && prefix.is_some() {
                continue;
            }
            let value = match &column.holds {
                Holds::Text => value.clone(),
                Holds::Rows(refers) => self.names.values(self.shape, refers, value),
                Holds::Columns(table) => {
                    let table = number(row, *table).unwrap_or_default();
                    let name = |position: &str| {
                        let position = position.parse().ok()?;
                        Some(self.names.column(table, position)?.to_string())
                    };
                    let names: Vec<String> = value
                        .split_whitespace()
                        .map(|position| name(position).unwrap_or_else(|| position.to_string()))
                        .collect();
                    names.join(", ")
                }
            };
            let name = match prefix {
                Some(prefix) => format!("{prefix}.{}", column.name),
                None => column.name.clone(),
            };
            values.insert(name, value);
        }
        values
    }

    fn add_part(&mut self, catalog: &'a Catalog, row: &Row) {
        let Some(id) = self.whole(catalog, row) else { return };
        let mut values = self.values(catalog, row, Some(&catalog.name));
        if catalog.name == "pg_attrdef" {
            if let Some(oid) = catalog.oid.and_then(|oid| number(row, oid)) {
                let id = Id { kind: DEFAULT.to_string(), name: id.name.clone() };
                self.ids.insert((&catalog.name, oid), id);
            }
            let default = catalog.column("adbin").and_then(|place| row.get(place)?.clone());
            values = default.map(|text| ("default".to_string(), text)).into_iter().collect();
        }
        if catalog.name == "pg_inherits" {
            let parent = catalog.column("inhparent").and_then(|place| number(row, place));
            let parent = parent.map(|oid| self.names.of(self.shape, "pg_class", oid));
            values.extend(parent.map(|name| ("inherits".to_string(), name)));
            values.remove("pg_inherits.inhseqno");
        }
        let Some(object) = self.snapshot.objects.get_mut(&id) else { return };
        for (name, value) in values {
            object
                .values
                .entry(name)
                .and_modify(|values| {
                    values.push_str(", ");
                    values.push_str(&value);
                })
                .or_insert(value);
        }
    }

    /// The object that a row is a part of.
    fn whole(&self, catalog: &Catalog, row: &Row) -> Option<Id> {
        if catalog.name == "pg_attrdef" {
            let table = number(row, catalog.column("adrelid")?)?;
            let position = row.get(catalog.column("adnum")?)?.as_ref()?.parse().ok()?;
            return self.column_id(table, position);
        }
        let place = *catalog.key.first()?;
        let Holds::Rows(refers) = &catalog.columns[place].holds else { return None };
        self.ids.get(&(refers.as_str(), number(row, place)?)).cloned()
    }

    fn column_id(&self, table: u32, position: i32) -> Option<Id> {
        let table_id = self.ids.get(&("pg_class", table))?;
        let name = self.names.column(table, position)?;
        Some(Id { kind: "column".to_string(), name: format!("{}.{name}", table_id.name) })
    }

    fn add_labels(&mut self, catalog: &Catalog, mut rows: Vec<&Row>) {
        let order = |row: &Row| text(catalog, row, "enumsortorder")?.parse::<f32>().ok();
        rows.sort_by(|a, b| order(a).partial_cmp(&order(b)).unwrap_or(std::cmp::Ordering::Equal));
        for row in rows {
            let Some(id) = self.whole(catalog, row) else { continue };
            let Some(label) = text(catalog, row, "enumlabel") else { continue };
            let Some(object) = self.snapshot.objects.get_mut(&id) else { continue };
            let label = format!("'{}'", bare(label).replace('\'', "''"));
            object
                .values
                .entry("labels".to_string())
                .and_modify(|labels| {
                    labels.push_str(", ");
                    labels.push_str(&label);
                })
                .or_insert(label);
        }
    }

    fn add_remarks(&mut self, catalog: &Catalog, rows: &[&Row], column: &str) {
        for row in rows {
            let value = |name| text(catalog, row, name);
            let (Some(remark), Some(class), Some(object), Some(part)) = (
                value(column),
                value("classoid").and_then(|oid| oid.parse().ok()),
                value("objoid").and_then(|oid| oid.parse().ok()),
                value("objsubid").and_then(|oid| oid.parse().ok()),
            ) else {
                continue;
            };
            let class = self.names.of(self.shape, "pg_class", class);
            let id = match part {
                0 => self.ids.get(&(class.as_str(), object)).cloned(),
                _ => self.column_id(object, part),
            };
            let name = match column {
                "label" => format!("label of {}", value("provider").unwrap_or_default()),
                _ => "comment".to_string(),
            };
            if let Some(object) = id.and_then(|id| self.snapshot.objects.get_mut(&id)) {
                object.values.insert(name, remark.to_string());
            }
        }
    }

    /// An index belongs to its constraint, or to its table.
    fn add_index_parents(&mut self, tables: &Tables) {
        for (catalog, index, parent) in
            [("pg_index", "indexrelid", "indrelid"), ("pg_constraint", "conindid", "oid")]
        {
            let Some(shape) = self.shape.catalogs.get(catalog) else { continue };
            let refers = if parent == "oid" { "pg_constraint" } else { "pg_class" };
            for row in tables.get(catalog).into_iter().flatten() {
                // A foreign key names the index of the other table.
                if text(shape, row, "contype").is_some_and(|kind| !matches!(kind, "p" | "u" | "x"))
                {
                    continue;
                }
                let place = |name: &str| text(shape, row, name).and_then(|oid| oid.parse().ok());
                let (Some(index), Some(parent)) = (place(index), place(parent)) else { continue };
                let (Some(index), Some(parent)) =
                    (self.ids.get(&("pg_class", index)), self.ids.get(&(refers, parent)))
                else {
                    continue;
                };
                if let Some(object) = self.snapshot.objects.get_mut(index) {
                    object.parent = Some(parent.clone());
                }
            }
        }
        // What belongs to a table that is left out.
        self.snapshot.objects.retain(|id, object| id.kind != "index" || object.parent.is_some());
    }

    fn add_owner(&mut self, row: &Row) {
        let [Some(object), Some(table), Some(position), _] = &row[..] else { return };
        let (Ok(object), Ok(table), Ok(position)) =
            (object.parse(), table.parse(), position.parse())
        else {
            return;
        };
        let Some(column) = self.column_id(table, position) else { return };
        let Some(id) = self.ids.get(&("pg_class", object)) else { return };
        if id.kind != "sequence" {
            return;
        }
        if let Some(object) = self.snapshot.objects.get_mut(id) {
            object.values.insert("owned by".to_string(), column.name.clone());
            object.parent = Some(column);
        }
    }

    fn add_depends(&mut self, rows: &[Row]) {
        let object = |catalog: &str, oid, part| match part {
            0 => self.ids.get(&(catalog, oid)).cloned(),
            _ => self.column_id(oid, part).or_else(|| self.ids.get(&(catalog, oid)).cloned()),
        };
        let extensions = depends::on_extensions(rows, &object);
        self.snapshot.depends = depends::resolve(rows, &object);
        for (id, extensions) in extensions {
            let Some(object) = self.snapshot.objects.get_mut(&id) else { continue };
            object.values.insert("extensions".to_string(), extensions);
        }
        // An operator or a function of a class goes with it.
        for (id, needed) in &self.snapshot.depends {
            if matches!(&*id.kind, "operator of family" | "function of family")
                && let Some(class) = needed.iter().find(|id| id.kind == "operator class")
                && let Some(object) = self.snapshot.objects.get_mut(id)
            {
                object.parent = Some(class.clone());
            }
        }
    }

    fn add_order(&mut self, tables: &Tables) {
        let Some(catalog) = self.shape.catalogs.get("pg_attribute") else { return };
        let mut order: BTreeMap<String, Vec<(i32, String)>> = BTreeMap::new();
        for row in tables.get("pg_attribute").into_iter().flatten() {
            let table = text(catalog, row, "attrelid").and_then(|oid| oid.parse().ok());
            let id = table.and_then(|oid| self.ids.get(&("pg_class", oid)));
            let position = text(catalog, row, "attnum").and_then(|n| n.parse().ok());
            if let (Some(id), Some(table), Some(position), Some(name)) =
                (id, table, position, text(catalog, row, "attname"))
                && !matches!(&*id.kind, "index" | "sequence")
            {
                let column = Id { kind: "column".to_string(), name: format!("{}.{name}", id.name) };
                self.snapshot.numbers.insert(column, (table, position));
                order.entry(id.name.clone()).or_default().push((position, name.to_string()));
            }
        }
        for (table, mut columns) in order {
            columns.sort();
            let columns = columns.into_iter().map(|(_, name)| name).collect();
            self.snapshot.columns.insert(table, columns);
        }
    }
}

/// The row belongs to something that is not looked at.
struct LeftOut;

fn text<'r>(catalog: &Catalog, row: &'r Row, name: &str) -> Option<&'r str> {
    row.get(catalog.column(name)?)?.as_deref()
}

/// A name without quotes.
fn bare(name: &str) -> String {
    match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => name.to_string(),
    }
}

/// What the object is called.
fn word(catalog: &Catalog, row: &Row) -> String {
    let by_letter = rules::WORDS_BY_LETTER.iter().find(|(name, ..)| *name == catalog.name);
    let letter = by_letter.and_then(|(_, column, words)| {
        let letter = text(catalog, row, column)?;
        words.iter().find(|(own, _)| *own == letter).map(|(_, word)| *word)
    });
    match letter.or_else(|| rules::of(&rules::WORDS, &catalog.name)) {
        Some(word) => word.to_string(),
        None => catalog.name.trim_start_matches("pg_").replace('_', " "),
    }
}
