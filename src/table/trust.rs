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
    /// Its owner must be the version table's, a superuser, or a role that the user who connected is
    /// a member of: anybody may have made a table of that name in a schema that is open to all. And
    /// nobody else may write to it, or make a trigger on it; superusers may everywhere.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn distrust(&self, session: &mut Session) -> Result<Option<Distrust>, Fault> {
        let [log, version_table] = [self.quoted_log(), self.quoted()].map(|name| literal(&name));
        let user = literal(&self.settings.user);
        // Of a superuser `pg_has_role` says that it is a member of every role: so it is counted here.
        let sql = format!(
            "WITH RECURSIVE mine (oid) AS (\
             SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname {EQ} {user} UNION \
             SELECT m.roleid FROM mine JOIN pg_catalog.pg_auth_members m ON m.member {EQ} mine.oid), \
             log AS (SELECT c.oid, c.relowner, c.relacl FROM pg_catalog.pg_class c \
             WHERE c.oid {EQ} pg_catalog.to_regclass({log})), \
             writer (oid) AS (\
             SELECT a.grantee FROM log CROSS JOIN LATERAL pg_catalog.aclexplode(log.relacl) a \
             WHERE a.privilege_type {EQ} \
             ANY (ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) UNION \
             SELECT a.grantee FROM log \
             JOIN pg_catalog.pg_attribute t ON t.attrelid {EQ} log.oid \
             CROSS JOIN LATERAL pg_catalog.aclexplode(t.attacl) a \
             WHERE a.privilege_type {EQ} ANY (ARRAY['INSERT', 'UPDATE']) UNION \
             SELECT r.oid FROM pg_catalog.pg_roles w \
             JOIN pg_catalog.pg_roles r ON r.oid {NE} w.oid \
             AND pg_catalog.pg_has_role(r.oid, w.oid, 'MEMBER') \
             WHERE w.rolname {EQ} 'pg_write_all_data') \
             SELECT pg_catalog.pg_get_userbyid(log.relowner), \
             EXISTS (SELECT FROM pg_catalog.pg_roles o WHERE o.oid {EQ} log.relowner AND o.rolsuper) \
             OR EXISTS (SELECT FROM mine WHERE mine.oid {EQ} log.relowner) \
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
