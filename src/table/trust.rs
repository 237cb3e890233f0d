//! Who may have written the log. Its texts run with the rights of whoever calls, so they are run
//! only where nobody else can have put them there.

use crate::error::Distrust;
use crate::fault::Fault;
use crate::quote::{EQ, NE, literal};
use crate::session::Session;
use crate::table::version_table::Table;

impl Table {
    /// Why the log's texts are not to be run unread; `None` where there is no reason.
    ///
    /// Its owner must be the version table's, a superuser, or a role whose rights the user who
    /// connected has as a member: anybody may have made a table of that name in a schema that is open
    /// to all. And nobody else may write to it, make a trigger on it, or own a function that a trigger
    /// on it calls; superusers may everywhere.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn distrust(&self, session: &mut Session) -> Result<Option<Distrust>, Fault> {
        let [log, version_table] = [self.quoted_log(), self.quoted()].map(|name| literal(&name));
        let user = literal(&self.settings.user);
        // Of a superuser `pg_has_role` says that it has the rights of every role.
        let sql = format!(
            "WITH log AS (SELECT c.oid, c.relowner, c.relacl FROM pg_catalog.pg_class c \
             WHERE c.oid {EQ} pg_catalog.to_regclass({log})), \
             writer (oid) AS (\
             SELECT a.grantee FROM log CROSS JOIN LATERAL pg_catalog.aclexplode(log.relacl) a \
             WHERE a.privilege_type {EQ} \
             ANY (ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) UNION \
             SELECT a.grantee FROM log \
             JOIN pg_catalog.pg_attribute t ON t.attrelid {EQ} log.oid \
             CROSS JOIN LATERAL pg_catalog.aclexplode(t.attacl) a \
             WHERE a.privilege_type {EQ} ANY (ARRAY['INSERT', 'UPDATE']) UNION \
             SELECT p.proowner FROM log \
             JOIN pg_catalog.pg_trigger g ON g.tgrelid {EQ} log.oid AND NOT g.tgisinternal \
             JOIN pg_catalog.pg_proc p ON p.oid {EQ} g.tgfoid UNION \
             SELECT r.oid FROM pg_catalog.pg_roles w \
             JOIN pg_catalog.pg_roles r ON r.oid {NE} w.oid \
             AND pg_catalog.pg_has_role(r.oid, w.oid, 'MEMBER') \
             WHERE w.rolname {EQ} 'pg_write_all_data') \
             SELECT pg_catalog.pg_get_userbyid(log.relowner), \
             EXISTS (SELECT FROM pg_catalog.pg_roles o WHERE o.oid {EQ} log.relowner AND o.rolsuper) \
             OR EXISTS (SELECT FROM pg_catalog.pg_roles u WHERE u.rolname {EQ} {user} \
             AND NOT u.rolsuper AND pg_catalog.pg_has_role(u.oid, log.relowner, 'USAGE')) \
             OR EXISTS (SELECT FROM pg_catalog.pg_class v \
             WHERE v.oid {EQ} pg_catalog.to_regclass({version_table}) \
             AND v.relowner {EQ} log.relowner), \
             other.name FROM log LEFT JOIN (\
             SELECT w.oid, coalesce(r.rolname::pg_catalog.text, 'PUBLIC') AS name FROM writer w \
             LEFT JOIN pg_catalog.pg_roles r ON r.oid {EQ} w.oid WHERE r.rolsuper IS NOT TRUE) \
             AS other ON other.oid {NE} log.relowner ORDER BY 3"
        );
        let rows = session.query(&sql)?;
        let Some([owner, is_trusted, _]) = rows.first().map(Vec::as_slice) else {
            // There is no log any more.
            return Ok(None);
        };
        if is_trusted.as_deref() != Some("t") {
            return Ok(Some(Distrust::Owner { role: owner.clone().unwrap_or_default() }));
        }
        let roles: Vec<String> =
            rows.into_iter().filter_map(|row| row.into_iter().nth(2).flatten()).collect();
        Ok((!roles.is_empty()).then_some(Distrust::Writers { roles }))
    }
}
