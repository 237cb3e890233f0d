//! A copy of a template, made by the server.
//!
//! CREATE DATABASE copies what is in a database and nothing that the server keeps about it, so settings
//! and privileges that a migration gave to its database are given to the copy.

use crate::error::Error;
use crate::fault::Fault;
use crate::quote::{EQ, identifier, literal};
use crate::scratch::{MARK, drop_database, failed, not_made};
use crate::session::{Row, Session};
use crate::sqlstate::INVALID_CATALOG_NAME;
use crate::testing::name;
use crate::url::DatabaseUrl;

/// `STRATEGY` came with it.
const STRATEGY: u32 = 15;

/// Settings whose value is a list of names, which is stored as it is written.
const LISTS: [&str; 4] =
    ["local_preload_libraries", "search_path", "session_preload_libraries", "temp_tablespaces"];

/// Makes a copy, and gives its name; `None` where there is no such template.
///
/// # Errors
///
/// [`Error::MayNotCreateDatabase`], [`Error::Scratch`].
pub fn copy(
    session: &mut Session,
    url: &DatabaseUrl,
    template: &str,
) -> Result<Option<String>, Error> {
    let Some(found) = find(session, template).map_err(|fault| failed(Some(url), fault))? else {
        return Ok(None);
    };
    let copy = name::of_copy(template);
    // Files are copied at once where nobody waits for the disk; else it is quicker to write the log.
    let strategy = match found.is_durable || session.is_older_than(STRATEGY) {
        true => "",
        false => "STRATEGY FILE_COPY",
    };
    let (new, old) = (identifier(&copy), identifier(template));
    let made = session
        .query(&format!("CREATE DATABASE {new} TEMPLATE {old} CONNECTION LIMIT {MARK} {strategy}"));
    match made {
        Ok(_) => {}
        Err(fault) if fault.code() == Some(INVALID_CATALOG_NAME) => return Ok(None),
        Err(fault) => return Err(not_made(session, url, fault)),
    }
    let statements = statements(&new, &found);
    if !statements.is_empty()
        && let Err(fault) = session.query(&statements)
    {
        // If it cannot be dropped either, it is pruned later.
        let _ = drop_database(session, &copy);
        return Err(failed(Some(url), fault));
    }
    Ok(Some(copy))
}

/// What is to be known of a template.
struct Found {
    /// Whether the server waits for the disk.
    is_durable: bool,
    /// Whose it is.
    owner: String,
    /// Settings: the role that they are for, if they are for one, and `name=value`.
    settings: Vec<(Option<String>, String)>,
    /// Privileges: the role, `None` for everybody, the privilege, and whether it may be granted on.
    privileges: Vec<(Option<String>, String, bool)>,
    /// Whether they are others than a new database has.
    has_privileges: bool,
}

/// Looks for a finished template that belongs to us.
fn find(session: &mut Session, template: &str) -> Result<Option<Found>, Fault> {
    let database = format!(
        "pg_catalog.pg_database d WHERE d.datname {EQ} {} AND NOT d.datallowconn \
         AND d.datconnlimit {EQ} {MARK} AND pg_catalog.pg_get_userbyid(d.datdba) {EQ} current_user",
        literal(template)
    );
    let answers = session.query_all(&format!(
        "SELECT pg_catalog.current_setting('fsync'), current_user, d.datacl IS NOT NULL \
           FROM {database}; \
         SELECT r.rolname, c.entry FROM pg_catalog.pg_db_role_setting s \
           CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) WITH ORDINALITY c (entry, place) \
           LEFT JOIN pg_catalog.pg_roles r ON r.oid {EQ} s.setrole \
           WHERE s.setdatabase {EQ} (SELECT d.oid FROM {database}) \
           ORDER BY s.setrole, c.place; \
         SELECT r.rolname, a.privilege_type, a.is_grantable FROM pg_catalog.aclexplode(\
             (SELECT d.datacl FROM {database})) a \
           LEFT JOIN pg_catalog.pg_roles r ON r.oid {EQ} a.grantee ORDER BY 1, 2"
    ))?;
    let mut answers = answers.into_iter();
    let mut rows = || answers.next().unwrap_or_default().into_iter();
    let Some(first) = rows().next() else { return Ok(None) };
    let [fsync, owner, has_privileges] = taken(first);
    let settings = rows().map(|row| {
        let [role, entry] = taken(row);
        (role, entry.unwrap_or_default())
    });
    let settings = settings.collect();
    let privileges = rows().map(|row| {
        let [role, privilege, grantable] = taken(row);
        (role, privilege.unwrap_or_default(), grantable.as_deref() == Some("t"))
    });
    Ok(Some(Found {
        is_durable: fsync.as_deref() != Some("off"),
        owner: owner.unwrap_or_default(),
        settings,
        privileges: privileges.collect(),
        has_privileges: has_privileges.as_deref() == Some("t"),
    }))
}

/// The values of a row.
fn taken<const N: usize>(row: Row) -> [Option<String>; N] {
    let mut values = row.into_iter();
    std::array::from_fn(|_| values.next().flatten())
}

/// What gives a copy the settings and the privileges; empty as a rule.
fn statements(copy: &str, found: &Found) -> String {
    let mut statements = String::new();
    for (role, entry) in &found.settings {
        let (setting, value) = entry.split_once('=').unwrap_or((entry, ""));
        let value = match LISTS.contains(&setting) && !value.is_empty() {
            true => value.to_string(),
            false => literal(value),
        };
        let whose = match role {
            Some(role) => format!("ROLE {} IN DATABASE {copy}", identifier(role)),
            None => format!("DATABASE {copy}"),
        };
        let setting: Vec<String> = setting.split('.').map(identifier).collect();
        statements.push_str(&format!("ALTER {whose} SET {} TO {value};\n", setting.join(".")));
    }
    if found.has_privileges {
        let owner = identifier(&found.owner);
        statements.push_str(&format!("REVOKE ALL ON DATABASE {copy} FROM PUBLIC, {owner};\n"));
    }
    for (role, privilege, grantable) in &found.privileges {
        let role = role.as_deref().map_or("PUBLIC".to_string(), identifier);
        let on = if *grantable { " WITH GRANT OPTION" } else { "" };
        statements.push_str(&format!("GRANT {privilege} ON DATABASE {copy} TO {role}{on};\n"));
    }
    statements
}
