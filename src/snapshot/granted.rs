//! Privileges on what comes with the server or with an extension: such an object is not told, but
//! what was granted on it or revoked since is.

use std::collections::BTreeMap;

use crate::session::Row;
use crate::snapshot::object::{Id, Object, Snapshot};

/// The objects whose privileges are not those that they came with; like `pg_dump` without the
/// information schema, of which the server does not remember them.
pub const QUERY: &str = "\
    with granted(class, oid, part, attribute, acl, base, owner) as ( \
        select 'pg_proc'::regclass, oid, 0, null::name, proacl, acldefault('f', proowner), proowner \
            from pg_proc where proacl is not null \
        union all select 'pg_class'::regclass, oid, 0, null, relacl, \
            acldefault((case relkind when 'S' then 's' else 'r' end)::\"char\", relowner), relowner \
            from pg_class where relacl is not null and relnamespace <> 'information_schema'::regnamespace \
        union all select 'pg_class'::regclass, attrelid, attnum, attname, attacl, '{}', relowner \
            from pg_attribute join pg_class c on c.oid = attrelid where attacl is not null \
        union all select 'pg_type'::regclass, oid, 0, null, typacl, acldefault('T', typowner), typowner \
            from pg_type where typacl is not null \
        union all select 'pg_namespace'::regclass, oid, 0, null, nspacl, acldefault('n', nspowner), nspowner \
            from pg_namespace where nspacl is not null and oid <> 2200 and nspname <> 'information_schema' \
        union all select 'pg_language'::regclass, oid, 0, null, lanacl, acldefault('l', lanowner), lanowner \
            from pg_language where lanacl is not null \
        union all select 'pg_foreign_data_wrapper'::regclass, oid, 0, null, fdwacl, acldefault('F', fdwowner), fdwowner \
            from pg_foreign_data_wrapper where fdwacl is not null \
        union all select 'pg_foreign_server'::regclass, oid, 0, null, srvacl, acldefault('S', srvowner), srvowner \
            from pg_foreign_server where srvacl is not null), \
    foreign_ones as ( \
        select g.*, quote_ident(e.extname) as extension, coalesce(p.initprivs, g.base) as initial \
        from granted g \
        left join pg_depend d on d.classid = g.class and d.objid = g.oid and d.objsubid = 0 and d.deptype = 'e' \
        left join pg_extension e on e.oid = d.refobjid \
        left join pg_init_privs p on p.classoid = g.class and p.objoid = g.oid and p.objsubid = g.part \
        where g.oid < 16384 or d.objid is not null) \
    select i.type, i.identity, quote_ident(attribute), quote_ident(pg_get_userbyid(owner)), extension, \
        array(select a::text from unnest(acl) a order by 1)::text, \
        array(select a::text from unnest(initial) a order by 1)::text \
    from foreign_ones f, pg_identify_object(f.class, f.oid, 0) i \
    where not (acl @> initial and initial @> acl)";

/// Adds them.
pub fn add(snapshot: &mut Snapshot, rows: &[Row]) {
    for row in rows {
        let [Some(kind), Some(name), column, Some(owner), extension, Some(acl), Some(initial)] =
            &row[..]
        else {
            continue;
        };
        let word = match kind.as_str() {
            "view" | "materialized view" | "foreign table" => "TABLE",
            "aggregate" => "FUNCTION",
            "composite type" | "domain" => "TYPE",
            "foreign-data wrapper" => "FOREIGN DATA WRAPPER",
            "server" => "FOREIGN SERVER",
            kind => &kind.to_uppercase(),
        };
        let of = match column {
            Some(column) => format!("on column {name}.{column}"),
            None => format!("on {kind} {name}"),
        };
        let mut values = BTreeMap::from([
            ("acl".to_string(), acl.clone()),
            ("initial acl".to_string(), initial.clone()),
            ("on".to_string(), format!("{word} {name}")),
            ("owner".to_string(), owner.clone()),
        ]);
        values.extend(column.iter().map(|column| ("column".to_string(), column.clone())));
        let parent = extension.clone().map(|name| Id { kind: "extension".to_string(), name });
        let id = Id { kind: "privileges".to_string(), name: of };
        snapshot.objects.insert(id, Object { parent, values });
    }
}
