//! Differences that are none: our own tables, and who runs the migrations on the scratch database.

use std::mem;

use crate::error::Error;
use crate::quote::{EQ, literal};
use crate::session::Session;
use crate::snapshot::{Id, Snapshot};
use crate::table::Table;

/// Who owns the version table, quoted where need be; `None` where there is none.
///
/// # Errors
///
/// [`Error::Statement`].
pub fn owner(session: &mut Session, table: &Table) -> Result<Option<String>, Error> {
    one(
        session,
        format!(
            "SELECT pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(relowner)) \
             FROM pg_catalog.pg_class WHERE oid {EQ} pg_catalog.to_regclass({})",
            literal(&table.quoted())
        ),
    )
}

/// As whom this session makes objects, quoted where need be.
///
/// # Errors
///
/// [`Error::Statement`].
pub fn current_role(session: &mut Session) -> Result<Option<String>, Error> {
    one(session, "SELECT pg_catalog.quote_ident(current_user)".to_string())
}

/// The version table and the log, with the sequence of its numbers, as schema and name: they are
/// ours.
///
/// # Errors
///
/// [`Error::Statement`].
pub fn ours(session: &mut Session, table: &Table) -> Result<Vec<(String, String)>, Error> {
    let sql = format!(
        "SELECT n.nspname, s.relname FROM pg_catalog.pg_depend d \
         JOIN pg_catalog.pg_class s ON s.oid {EQ} d.objid AND s.relkind {EQ} 'S' \
         JOIN pg_catalog.pg_namespace n ON n.oid {EQ} s.relnamespace \
         WHERE d.classid {EQ} 'pg_catalog.pg_class'::pg_catalog.regclass \
         AND d.refclassid {EQ} d.classid AND d.deptype {EQ} ANY (ARRAY['a', 'i']::pg_catalog.\"char\"[]) \
         AND d.refobjid {EQ} ANY (ARRAY[pg_catalog.to_regclass({}), pg_catalog.to_regclass({})])",
        literal(&table.quoted()),
        literal(&table.quoted_log())
    );
    let rows = session.query(&sql).map_err(|fault| Error::Statement { sql, fault })?;
    let mut ours: Vec<(String, String)> = rows
        .into_iter()
        .filter_map(|row| {
            let mut values = row.into_iter();
            Some((values.next()??, values.next()??))
        })
        .collect();
    ours.push((table.schema.clone(), table.name.clone()));
    ours.push((table.schema.clone(), table.log.name.clone()));
    Ok(ours)
}

fn one(session: &mut Session, sql: String) -> Result<Option<String>, Error> {
    let rows = session.query(&sql).map_err(|fault| Error::Statement { sql, fault })?;
    Ok(rows.into_iter().flatten().next().flatten())
}

/// Puts one role in the place of another: as the owner of objects, and in privileges.
pub fn rename_role(snapshot: &mut Snapshot, from: &str, to: &str) {
    if from == to {
        return;
    }
    for object in snapshot.objects.values_mut() {
        for (name, value) in &mut object.values {
            if (name.ends_with("owner") || name == "defaclrole") && value == from {
                *value = to.to_string();
            }
            if name.ends_with("acl") {
                *value = privileges(value, |role| if role == from { to } else { role });
            }
        }
    }
    let ending = format!(" on {from}");
    snapshot.objects = mem::take(&mut snapshot.objects)
        .into_iter()
        .map(|(id, object)| match id.name.strip_suffix(&ending) {
            Some(start) if id.kind == "default privileges" => {
                (Id { name: format!("{start} on {to}"), ..id }, object)
            }
            _ => (id, object),
        })
        .collect();
}

/// Brings privileges into one order, whatever the roles in them are called, and leaves out the owners
/// of indexes, which are their tables', and whether a materialized view has rows, which are data.
pub fn tidy(snapshot: &mut Snapshot) {
    for (id, object) in &mut snapshot.objects {
        if id.kind == "index" {
            object.values.remove("relowner");
        }
        if id.kind == "materialized view" {
            object.values.remove("relispopulated");
        }
        for (_, value) in object.values.iter_mut().filter(|(name, _)| name.ends_with("acl")) {
            *value = privileges(value, |role| role);
        }
    }
}

/// `{app=arwd/app,=r/app}` with other roles, sorted. A list with quoted names stays as it is.
fn privileges<'r>(list: &'r str, role: impl Fn(&'r str) -> &'r str) -> String {
    let inner = list.strip_prefix('{').and_then(|list| list.strip_suffix('}'));
    let Some(inner) = inner.filter(|inner| !inner.contains('"') && !inner.is_empty()) else {
        return list.to_string();
    };
    let mut items: Vec<String> = inner
        .split(',')
        .map(|item| {
            match item.split_once('=').and_then(|(to, rest)| Some((to, rest.split_once('/')?))) {
                Some((to, (rights, by))) => format!("{}={rights}/{}", role(to), role(by)),
                None => item.to_string(),
            }
        })
        .collect();
    items.sort_unstable();
    format!("{{{}}}", items.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_in_privileges() {
        let change = |list| privileges(list, |role| if role == "me" { "app" } else { role });
        assert_eq!(change("{me=arwd/me,=r/me,b=r/me}"), "{=r/app,app=arwd/app,b=r/app}");
        assert_eq!(change("{\"\\\"m e\\\"=r/me\"}"), "{\"\\\"m e\\\"=r/me\"}");
        assert_eq!(change("{}"), "{}");
    }
}
