//! What a schema holds, for `drop`.
//!
//! golang-migrate's `drop` takes the tables of the current schema and nothing else; the types
//! and functions that stay behind make the next `up` fail. Here they are at least named, and
//! taken too where that is asked for. What belongs to an extension is left alone: it goes with
//! the extension.

use crate::error::Error;
use crate::migrator::run::Run;
use crate::quote::{EQ, identifier};
use crate::table::Table;

/// What became of a schema.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// The schema.
    pub schema: String,
    /// What went: kind (`table`, `type`, …) and name of each, tables first, by kind and name. Of what
    /// stood in other schemas and went along, the log alone is here.
    pub objects: Vec<(String, String)>,
    /// What is still there, in the same way.
    pub left: Vec<(String, String)>,
    /// The version table, quoted, if it is still there: in another schema.
    pub version_table: Option<String>,
}

/// Objects of `current_schema()` that stand on their own: kind, name, and the statement that
/// drops it. Tables come first, for with CASCADE they take most of the rest along.
fn list() -> String {
    format!(
        r#"
WITH home AS (SELECT oid, nspname FROM pg_catalog.pg_namespace WHERE nspname {EQ} pg_catalog.current_schema()),
member AS (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype {EQ} 'e'),
object (rank, kind, name, target, classid, oid) AS (
  SELECT CASE WHEN c.relkind {EQ} ANY (ARRAY['r', 'p']::pg_catalog."char"[]) THEN 0 ELSE 1 END,
         CASE WHEN c.relkind {EQ} ANY (ARRAY['r', 'p']::pg_catalog."char"[]) THEN 'table' WHEN c.relkind {EQ} 'v' THEN 'view'
           WHEN c.relkind {EQ} 'm' THEN 'materialized view' WHEN c.relkind {EQ} 'S' THEN 'sequence'
           ELSE 'foreign table' END,
         c.relname::pg_catalog.text, pg_catalog.format('%I.%I', h.nspname, c.relname),
         'pg_catalog.pg_class'::pg_catalog.regclass, c.oid
    FROM pg_catalog.pg_class c JOIN home h ON h.oid {EQ} c.relnamespace
   WHERE c.relkind {EQ} ANY (ARRAY['r', 'p', 'v', 'm', 'S', 'f']::pg_catalog."char"[])
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid {EQ} 'pg_catalog.pg_class'::pg_catalog.regclass
                     AND d.objid {EQ} c.oid AND d.deptype {EQ} ANY (ARRAY['a', 'i']::pg_catalog."char"[]) AND c.relkind {EQ} 'S')
  UNION ALL
  -- prokind came with PostgreSQL 11.
  SELECT 2, CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_aggregate a WHERE a.aggfnoid {EQ} p.oid) THEN 'aggregate'
           WHEN pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(p), 'prokind') {EQ} 'p' THEN 'procedure'
           ELSE 'function' END,
         p.proname::pg_catalog.text,
         pg_catalog.format('%I.%I(%s)', h.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)),
         'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid
    FROM pg_catalog.pg_proc p JOIN home h ON h.oid {EQ} p.pronamespace
   -- The constructors of a range type go with the type.
   WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid {EQ} 'pg_catalog.pg_proc'::pg_catalog.regclass
                     AND d.objid {EQ} p.oid AND d.deptype {EQ} 'i')
  UNION ALL
  SELECT 3, CASE WHEN t.typtype {EQ} 'd' THEN 'domain' ELSE 'type' END, t.typname::pg_catalog.text,
         pg_catalog.format('%I.%I', h.nspname, t.typname), 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid
    FROM pg_catalog.pg_type t JOIN home h ON h.oid {EQ} t.typnamespace
    LEFT JOIN pg_catalog.pg_class c ON c.oid {EQ} t.typrelid
   -- Not the row types of tables, nor the array types that each type has; multiranges go with ranges.
   WHERE t.typtype {EQ} ANY (ARRAY['e', 'd', 'r', 'b', 'c']::pg_catalog."char"[]) AND (t.typrelid {EQ} 0 OR c.relkind {EQ} 'c')
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray {EQ} t.oid)
  UNION ALL
  SELECT 4, 'collation', l.collname::pg_catalog.text, pg_catalog.format('%I.%I', h.nspname, l.collname),
         'pg_catalog.pg_collation'::pg_catalog.regclass, l.oid
    FROM pg_catalog.pg_collation l JOIN home h ON h.oid {EQ} l.collnamespace
  UNION ALL
  SELECT 4, 'text search configuration', s.cfgname::pg_catalog.text, pg_catalog.format('%I.%I', h.nspname, s.cfgname),
         'pg_catalog.pg_ts_config'::pg_catalog.regclass, s.oid
    FROM pg_catalog.pg_ts_config s JOIN home h ON h.oid {EQ} s.cfgnamespace
  UNION ALL
  SELECT 4, 'text search dictionary', s.dictname::pg_catalog.text, pg_catalog.format('%I.%I', h.nspname, s.dictname),
         'pg_catalog.pg_ts_dict'::pg_catalog.regclass, s.oid
    FROM pg_catalog.pg_ts_dict s JOIN home h ON h.oid {EQ} s.dictnamespace
  UNION ALL
  SELECT 4, 'operator', o.oprname::pg_catalog.text,
         pg_catalog.format('%I.%s (%s, %s)', h.nspname, o.oprname,
           CASE WHEN o.oprleft {EQ} 0 THEN 'NONE' ELSE pg_catalog.format_type(o.oprleft, NULL) END,
           pg_catalog.format_type(o.oprright, NULL)),
         'pg_catalog.pg_operator'::pg_catalog.regclass, o.oid
    FROM pg_catalog.pg_operator o JOIN home h ON h.oid {EQ} o.oprnamespace
)
SELECT kind, name, pg_catalog.format('DROP %s IF EXISTS %s CASCADE', pg_catalog.upper(kind), target)
  FROM object o
 WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid {EQ} o.classid AND m.objid {EQ} o.oid)
 ORDER BY rank, kind, name, target"#
    )
}

struct Object {
    kind: String,
    name: String,
    drop: String,
}

impl Object {
    fn named(&self) -> (String, String) {
        (self.kind.clone(), self.name.clone())
    }
}

impl Run<'_> {
    /// Drops the tables, or all objects, of the current schema, and the log, in one transaction.
    ///
    /// # Errors
    ///
    /// [`Error::Statement`]; nothing has been dropped then.
    pub fn drop_schema(&mut self, all_objects: bool) -> Result<Dropped, Error> {
        let objects = self.objects()?;
        // A table of that name in another schema may be anything.
        let log = &self.table.log;
        let is_ours =
            log.exists && log.may_read && self.table.newest(self.locked.session(), Some(1)).is_ok();
        let log = is_ours.then(|| format!("DROP TABLE IF EXISTS {}", self.table.quoted_log()));
        let statements: Vec<&str> = objects
            .iter()
            .filter(|object| all_objects || object.kind == "table")
            .map(|object| object.drop.as_str())
            .chain(log.as_deref())
            .collect();
        if !statements.is_empty() {
            self.locked.write(&statements.join(";"))?;
        }
        let left = self.objects()?;
        let schema = self.values("SELECT pg_catalog.current_schema()")?;
        let schema =
            schema.into_iter().next().and_then(|row| row.into_iter().next()).unwrap_or_default();
        let home = self.table.schema.clone();
        let log_name = self.table.quoted_log();
        *self.table = Table::find(self.locked.session(), self.url)?;
        let is_left = |object: &Object| left.iter().any(|other| other.drop == object.drop);
        let gone = objects.iter().filter(|object| !is_left(object)).map(Object::named);
        let mut gone: Vec<(String, String)> = gone.collect();
        if log.is_some() && home != schema {
            gone.push(("table".to_string(), log_name));
        }
        Ok(Dropped {
            schema: identifier(&schema),
            objects: gone,
            left: left.iter().map(Object::named).collect(),
            // It may be kept in another schema than the one that was dropped.
            version_table: self.table.exists.then(|| self.table.quoted()),
        })
    }

    fn objects(&mut self) -> Result<Vec<Object>, Error> {
        let object = |row: Vec<String>| {
            let mut values = row.into_iter();
            Some(Object { kind: values.next()?, name: values.next()?, drop: values.next()? })
        };
        Ok(self.values(&list())?.into_iter().filter_map(object).collect())
    }

    fn values(&mut self, sql: &str) -> Result<Vec<Vec<String>>, Error> {
        let rows = self.locked.session().query(sql);
        let rows = rows.map_err(|fault| Error::Statement { sql: sql.trim().to_string(), fault })?;
        Ok(rows
            .into_iter()
            .map(|row| row.into_iter().map(Option::unwrap_or_default).collect())
            .collect())
    }
}
