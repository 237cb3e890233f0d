//! What the catalogs of this server are like: their columns, which of them refer to what, and what
//! names a row. From it follows the query that reads each.

use std::collections::{BTreeMap, HashMap};

use crate::fault::Fault;
use crate::quote::literal;
use crate::session::{Row, Session};
use crate::snapshot::rules;

/// What refers to what before PostgreSQL 14, which says it itself (`pg_get_catalog_foreign_keys`).
const REFERENCES: &str = include_str!("references.txt");

/// References that the server does not list.
const UNLISTED: [(&str, &str, &str); 2] = [
    ("pg_constraint", "conrelid,confdelsetcols", "pg_attribute"),
    ("pg_publication_rel", "prrelid,prattrs", "pg_attribute"),
];

/// The first number of an object that does not come with the server.
pub const FIRST_OBJECT: u32 = 16384;

/// The schema `public`, whatever it is called: the only one that comes with a database and is an object
/// like any other.
const PUBLIC: u32 = 2200;

/// What a column's value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Itself.
    Text,
    /// The number of a row of a catalog, or several.
    Rows(String),
    /// The number of a column, or several; the column that has the table's number.
    Columns(usize),
}

/// A column of what is read.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name, or what we call what the server writes for us.
    pub name: String,
    /// What it holds.
    pub holds: Holds,
    /// Whether it is compared.
    pub counts: bool,
    expression: String,
}

/// A catalog.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// Its name.
    pub name: String,
    /// What is read of it.
    pub columns: Vec<Column>,
    /// The columns that name a row.
    pub key: Vec<usize>,
    /// The column `oid`; without one a row belongs to what the first column of its key refers to.
    pub oid: Option<usize>,
    /// The condition that keeps rows.
    kept: String,
}

impl Catalog {
    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The query that reads the objects of the database.
    pub fn query(&self) -> String {
        let columns: Vec<&str> = self.columns.iter().map(|c| c.expression.as_str()).collect();
        format!("select {} from {} o where {}", columns.join(", "), self.name, self.kept)
    }

    /// The query that reads what names some rows: their number, and the columns of the key.
    pub fn names_query(&self, oids: &[u32]) -> String {
        let mut columns = vec!["oid".to_string()];
        columns.extend(self.key.iter().map(|&column| self.columns[column].expression.clone()));
        let oids: Vec<String> = oids.iter().map(u32::to_string).collect();
        let table = if self.name == "pg_authid" { "pg_roles" } else { &self.name };
        format!("select {} from {table} o where oid in ({})", columns.join(", "), oids.join(", "))
    }
}

/// The catalogs: those that are read, and those that others refer to.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// By name.
    pub catalogs: BTreeMap<String, Catalog>,
    /// Whose rows are objects of the database, or parts of such.
    pub read: Vec<String>,
}

impl Shape {
    /// Asks the server.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn read(session: &mut Session) -> Result<Shape, Fault> {
        let columns = session.query(
            "select c.relname, c.relisshared, a.attname, format_type(a.atttypid, null), \
                    has_column_privilege(c.oid, a.attnum, 'select') or c.relname = 'pg_authid' \
             from pg_class c join pg_attribute a on a.attrelid = c.oid \
             where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'r' and a.attnum > 0 \
             order by c.relname, a.attnum",
        )?;
        let keys = session.query(
            "select c.relname, string_agg(a.attname, ',' order by k.n) from pg_index i \
             join pg_class c on c.oid = i.indrelid, unnest(i.indkey::int2[]) with ordinality k(attnum, n), \
             lateral (select attname from pg_attribute where attrelid = c.oid and attnum = k.attnum) a \
             where c.relnamespace = 'pg_catalog'::regnamespace and i.indisunique \
             group by c.relname, i.indexrelid order by c.relname, count(*), i.indexrelid",
        )?;
        let references = match session.is_older_than(14) {
            true => Vec::new(),
            false => session.query(
                "select fktable, array_to_string(fkcols, ','), pktable, case when is_array then '[]' end \
                 from pg_get_catalog_foreign_keys()",
            )?,
        };
        Ok(Shape::new(&columns, &keys, &references))
    }

    fn new(columns: &[Row], keys: &[Row], references: &[Row]) -> Shape {
        let references = references_of(references);
        let mut shape = Shape::default();
        /// Whether it is the whole server's, and its columns with their types.
        type Columns<'a> = (bool, Vec<(&'a str, &'a str)>);
        let mut by_name: BTreeMap<&str, Columns> = BTreeMap::new();
        for row in columns {
            let [Some(table), shared, Some(name), Some(kind), readable] = &row[..] else {
                continue;
            };
            let entry = by_name.entry(table).or_default();
            entry.0 = shared.as_deref() == Some("t");
            if readable.as_deref() == Some("t") {
                entry.1.push((name, kind));
            }
        }
        for (name, (is_shared, columns)) in by_name {
            let is_read = !rules::LEFT_OUT.contains(&name)
                && (!is_shared || rules::SHARED_BUT_READ.contains(&name));
            let key = key_of(name, keys);
            if let Some(catalog) = catalog(name, &columns, &key, &references) {
                shape.catalogs.insert(name.to_string(), catalog);
                if is_read {
                    shape.read.push(name.to_string());
                }
            }
        }
        shape
    }
}

/// By table and column: the column of the table that column numbers are of, and the catalog.
type References = HashMap<(String, String), (Option<String>, String)>;

fn references_of(told: &[Row]) -> References {
    let mut references = References::new();
    let mut add = |table: &str, columns: &str, refers: &str| {
        let (of, column) = match columns.rsplit_once(',') {
            Some((of, column)) => (Some(of.to_string()), column),
            None => (None, columns),
        };
        let key = (table.to_string(), column.to_string());
        references.insert(key, (of, refers.to_string()));
    };
    for (table, columns, refers) in UNLISTED {
        add(table, columns, refers);
    }
    for row in told {
        if let [Some(table), Some(columns), Some(refers), ..] = &row[..] {
            add(table, columns, refers);
        }
    }
    if told.is_empty() {
        for line in REFERENCES.lines() {
            let mut words = line.split_whitespace();
            if let (Some(table), Some(columns), Some(refers)) =
                (words.next(), words.next(), words.next())
            {
                add(table, columns, refers);
            }
        }
    }
    references
}

/// The shortest unique key that is not the number.
fn key_of(name: &str, keys: &[Row]) -> Vec<String> {
    if let Some(key) = rules::of(&rules::KEYS, name) {
        return key.iter().map(ToString::to_string).collect();
    }
    let of_table = |row: &&Row| row.first().is_some_and(|table| table.as_deref() == Some(name));
    let columns = |row: &Row| row.get(1).cloned().flatten();
    let mut keys = keys.iter().filter(of_table).filter_map(columns).filter(|key| key != "oid");
    keys.next().map(|key| key.split(',').map(str::to_string).collect()).unwrap_or_default()
}

fn catalog(
    name: &str,
    columns: &[(&str, &str)],
    key: &[String],
    references: &References,
) -> Option<Catalog> {
    let place = |wanted: &str| columns.iter().position(|(column, _)| *column == wanted);
    let bookkeeping = rules::of(&rules::BOOKKEEPING, name).unwrap_or_default();
    let mut read: Vec<Column> = Vec::new();
    for (column, kind) in columns {
        let reference = references.get(&(name.to_string(), column.to_string()));
        let holds = match reference {
            Some((None, catalog)) => Holds::Rows(catalog.clone()),
            Some((Some(of), _)) => place(of).map_or(Holds::Text, Holds::Columns),
            None => Holds::Text,
        };
        read.push(Column {
            name: column.to_string(),
            holds,
            counts: *column != "oid" && !bookkeeping.contains(column),
            expression: expression(name, column, kind, references),
        });
    }
    for (written, expression) in rules::of(&rules::WRITTEN, name).unwrap_or_default() {
        read.push(Column {
            name: written.to_string(),
            holds: Holds::Text,
            counts: *written != "number",
            expression: expression.to_string(),
        });
    }
    let key: Option<Vec<usize>> = key.iter().map(|column| place(column)).collect();
    let key = key.filter(|key| !key.is_empty())?;
    let oid = place("oid");
    let first = oid.unwrap_or(key[0]);
    Some(Catalog {
        name: name.to_string(),
        kept: kept(name, &read[first].name),
        columns: read,
        key,
        oid,
    })
}

/// How a column is read: as text, numbers for what it refers to.
fn expression(table: &str, column: &str, kind: &str, references: &References) -> String {
    let of_table = |name: &str| references.contains_key(&(table.to_string(), name.to_string()));
    match kind {
        "pg_node_tree"
            if rules::BOOKKEEPING
                .iter()
                .any(|(t, columns)| *t == table && columns.contains(&column)) =>
        {
            "null".to_string()
        }
        "pg_node_tree" => {
            let relation = ["adrelid", "polrelid", "prrelid", "stxrelid"];
            let relation = relation.into_iter().find(|name| of_table(name));
            let relation = relation.unwrap_or(if table == "pg_class" { "oid" } else { "0" });
            format!("pg_get_expr({column}, {relation})")
        }
        "aclitem[]" => privileges(table, column),
        "regproc" => format!("{column}::oid::text"),
        "oidvector" | "int2vector" => format!("{column}::text"),
        // As a list of numbers, like the vectors.
        "oid[]" | "smallint[]" if of_table(column) => format!("array_to_string({column}, ' ')"),
        "name" if column != "oprname" => format!("quote_ident({column})"),
        "bytea" => format!("encode({column}, 'escape')"),
        "anyarray" => "null".to_string(),
        "text[]" => match column {
            // Their order is their own.
            "proargnames" | "proconfig" | "setconfig" => format!("{column}::text"),
            // Most are null, and then no query of its own is run for the row.
            _ => format!(
                "case when {column} is null then '{{}}' \
                 else array(select unnest({column}) order by 1)::text end"
            ),
        },
        _ => format!("{column}::text"),
    }
}

/// Privileges in a stable order; nothing where they are those that an object has from the start.
fn privileges(table: &str, column: &str) -> String {
    let sorted = format!("array(select a::text from unnest({column}) a order by 1)::text");
    let default = rules::PRIVILEGES.iter().find(|(name, ..)| *name == table);
    let default = match default {
        Some((_, kind, owner)) => format!("acldefault(({kind})::\"char\", {owner})"),
        None => "'{}'::aclitem[]".to_string(),
    };
    format!(
        "case when {column} is null or {column} @> {default} and {default} @> {column} then null \
         else {sorted} end"
    )
}

/// The rows of the database's own objects.
fn kept(name: &str, first: &str) -> String {
    let own = match name {
        "pg_description" | "pg_seclabel" => format!(
            "(objoid >= {FIRST_OBJECT} or classoid = 'pg_namespace'::regclass and objoid = {PUBLIC})"
        ),
        "pg_namespace" => format!("(oid >= {FIRST_OBJECT} or oid = {PUBLIC})"),
        "pg_db_role_setting" => "true".to_string(),
        _ => format!("{first} >= {FIRST_OBJECT}"),
    };
    let members = match first {
        "oid" => format!(
            " and oid <> all (array(select objid from pg_depend where deptype = 'e' and classid = {}::regclass))",
            literal(name)
        ),
        _ => String::new(),
    };
    let rest = rules::of(&rules::KEPT, name).map(|rest| format!(" and {rest}")).unwrap_or_default();
    format!("{own}{members}{rest}")
}

/// What was read, by catalog.
pub type Tables = BTreeMap<String, Vec<Row>>;
