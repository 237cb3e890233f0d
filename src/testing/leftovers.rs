//! What test runs leave behind: databases of killed processes, and templates of older texts.
//!
//! Only what we have made is dropped: told by its name, which has the time in it, and by its mark.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::Error;
use crate::quote::{EQ, identifier, literal};
use crate::scratch::{MARK, PREFIX, drop_database, failed, made_at, open};
use crate::session::outside_a_runtime;
use crate::sqlstate::{INVALID_CATALOG_NAME, OBJECT_IN_USE};
use crate::testing::connecting::{MAINTENANCE, is_missing, patiently};
use crate::testing::name::{copy_made_at, is_template};
use crate::testing::template::Template;
use crate::url::DatabaseUrl;

impl Template {
    /// Drops what is left behind on the server, and gives the names: test and scratch databases that
    /// are older than this and that nobody is connected to, and all templates but this one. With a
    /// source that has no migrations every template goes.
    ///
    /// # Errors
    ///
    /// Those of connecting, [`Error::ReadFile`], [`Error::Scratch`].
    pub fn prune(&mut self, older_than: Duration) -> Result<Vec<String>, Error> {
        outside_a_runtime(|| self.prune_here(older_than))
    }

    fn prune_here(&mut self, older_than: Duration) -> Result<Vec<String>, Error> {
        let (mut session, beside) = self.open()?;
        let own = self.name(&mut session, &beside)?;
        let refused = |fault| failed(Some(&beside), fault);
        let rows = session.query(&format!(
            "SELECT d.datname FROM pg_catalog.pg_database d WHERE d.datconnlimit {EQ} {MARK} \
             AND pg_catalog.pg_has_role(d.datdba, 'USAGE') \
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid {EQ} d.oid) \
             ORDER BY 1"
        ));
        let names = rows.map_err(refused)?.into_iter().flatten().flatten();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut dropped = Vec::new();
        for name in names {
            let is_left = match copy_made_at(&name).or_else(|| made_at(&name, PREFIX)) {
                Some(seconds) => now.saturating_sub(Duration::from_secs(seconds)) >= older_than,
                None => is_template(&name) && name != own,
            };
            if !is_left {
                continue;
            }
            // Not by force: somebody may have connected meanwhile.
            match session.query(&format!("DROP DATABASE {}", identifier(&name))) {
                Ok(_) => dropped.push(name),
                Err(fault)
                    if matches!(fault.code(), Some(OBJECT_IN_USE | INVALID_CATALOG_NAME)) => {}
                Err(fault) => return Err(refused(fault)),
            }
        }
        Ok(dropped)
    }
}

/// Drops the test database of this URL, and ends the sessions that are still in it.
///
/// # Errors
///
/// [`Error::NotATestDatabase`], those of connecting, [`Error::Scratch`].
pub fn drop_test_database(url: &DatabaseUrl) -> Result<(), Error> {
    outside_a_runtime(|| {
        let name = url.database.clone().unwrap_or_default();
        let refuse = |reason| Error::NotATestDatabase { name: name.clone(), reason };
        if copy_made_at(&name).is_none() {
            return Err(refuse("it does not have the name of one"));
        }
        let beside = |name| {
            let beside = url.with_database(name);
            patiently(&beside, || open(&beside))
        };
        let mut session = match beside(MAINTENANCE) {
            Err(error) if is_missing(&error) => beside("template1")?,
            opened => opened?,
        };
        let rows = session.query(&format!(
            "SELECT datconnlimit {EQ} {MARK} FROM pg_catalog.pg_database WHERE datname {EQ} {}",
            literal(&name)
        ));
        let rows = rows.map_err(|fault| failed(Some(url), fault))?;
        match rows.into_iter().flatten().next().flatten().as_deref() {
            Some("t") => {}
            Some(_) => return Err(refuse("it was made by other means")),
            None => return Err(refuse("there is no such database")),
        }
        drop_database(&mut session, &name).map_err(|fault| failed(Some(url), fault))
    })
}
