//! What a schema holds, for `drop`.
//!
//! golang-migrate's `drop` takes the tables of the current schema and nothing else; the types
//! and functions that stay behind make the next `up` fail. Here they are at least named, and
//! taken too where that is asked for. What belongs to an extension is left alone: it goes with
//! the extension.

use crate::error::Error;
use crate::migrator::run::Run;
use crate::quote::identifier;
use crate::table::Table;

/// What is still in the schema after a drop.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// The schema.
    pub schema: String,
    /// Kind (`type`, `function`, …) and name of each, by kind and name.
    pub objects: Vec<(String, String)>,
    /// The version table, quoted, if it is still there: in another schema.
    pub version_table: Option<String>,
}

/// Objects of `current_schema()` that stand on their own: kind, name, and the statement that
/// drops it. Tables come first, for with CASCADE they take most of the rest along.
const LIST: &str = "
WITH home AS (SELECT oid, nspname FROM pg_catalog.pg_namespace WHERE nspname = pg_catalog.current_schema()),
member AS (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'),
object (rank, kind, name, target, classid, oid) AS (
  SELECT CASE WHEN c.relkind IN ('r', 'p') THEN 0 ELSE 1 END,
         CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view'
           WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'foreign table' END,
         c.relname::text, pg_catalog.format('%I.%I', h.nspname, c.relname),
         'pg_catalog.pg_class'::regclass, c.oid
    FROM pg_catalog.pg_class c JOIN home h ON h.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                     AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND c.relkind = 'S')
  UNION ALL
  SELECT 2, CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
         p.proname::text,
         pg_catalog.format('%I.%I(%s)', h.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)),
         'pg_catalog.pg_proc'::regclass, p.oid
    FROM pg_catalog.pg_proc p JOIN home h ON h.oid = p.pronamespace
   -- The constructors of a range type go with the type.
   WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::regclass
                     AND d.objid = p.oid AND d.deptype = 'i')
  UNION ALL
  SELECT 3, CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, t.typname::text,
         pg_catalog.format('%I.%I', h.nspname, t.typname), 'pg_catalog.pg_type'::regclass, t.oid
    FROM pg_catalog.pg_type t JOIN home h ON h.oid = t.typnamespace
    LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
   -- Not the row types of tables, nor the array types that each type has; multiranges go with ranges.
   WHERE t.typtype IN ('e', 'd', 'r', 'b', 'c') AND (t.typrelid = 0 OR c.relkind = 'c')
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid)
  UNION ALL
  SELECT 4, 'collation', l.collname::text, pg_catalog.format('%I.%I', h.nspname, l.collname),
         'pg_catalog.pg_collation'::regclass, l.oid
    FROM pg_catalog.pg_collation l JOIN home h ON h.oid = l.collnamespace
  UNION ALL
  SELECT 4, 'text search configuration', s.cfgname::text, pg_catalog.format('%I.%I', h.nspname, s.cfgname),
         'pg_catalog.pg_ts_config'::regclass, s.oid
    FROM pg_catalog.pg_ts_config s JOIN home h ON h.oid = s.cfgnamespace
  UNION ALL
  SELECT 4, 'text search dictionary', s.dictname::text, pg_catalog.format('%I.%I', h.nspname, s.dictname),
         'pg_catalog.pg_ts_dict'::regclass, s.oid
    FROM pg_catalog.pg_ts_dict s JOIN home h ON h.oid = s.dictnamespace
  UNION ALL
  SELECT 4, 'operator', o.oprname::text,
         pg_catalog.format('%I.%s (%s, %s)', h.nspname, o.oprname,
           CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE pg_catalog.format_type(o.oprleft, NULL) END,
           pg_catalog.format_type(o.oprright, NULL)),
         'pg_catalog.pg_operator'::regclass, o.oid
    FROM pg_catalog.pg_operator o JOIN home h ON h.oid = o.oprnamespace
)
SELECT kind, name, 'DROP ' || pg_catalog.upper(kind) || ' IF EXISTS ' || target || ' CASCADE'
  FROM object o
 WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = o.classid AND m.objid = o.oid)
 ORDER BY rank, kind, name, target";

struct Object {
    kind: String,
    name: String,
    drop: String,
}

impl Run<'_> {
    /// Drops the tables, or all objects, of the current schema, and the log, in one transaction.
    ///
    /// # Errors
    ///
    /// [`Error::Statement`]; nothing has been dropped then.
    pub fn drop_schema(&mut self, all_objects: bool) -> Result<Leftovers, Error> {
        let objects = self.objects()?;
        // A table of that name in another schema may be anything.
        let log = &self.table.log;
        let is_ours =
            log.exists && log.may_read && self.table.entries(self.locked.session(), false).is_ok();
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
        *self.table = Table::find(self.locked.session(), &self.url.table)?;
        Ok(Leftovers {
            schema: identifier(&schema),
            objects: left.into_iter().map(|object| (object.kind, object.name)).collect(),
            // It may be kept in another schema than the one that was dropped.
            version_table: self.table.exists.then(|| self.table.quoted()),
        })
    }

    fn objects(&mut self) -> Result<Vec<Object>, Error> {
        let object = |row: Vec<String>| {
            let mut values = row.into_iter();
            Some(Object { kind: values.next()?, name: values.next()?, drop: values.next()? })
        };
        Ok(self.values(LIST)?.into_iter().filter_map(object).collect())
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
