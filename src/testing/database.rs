//! A test database, as a value.

use crate::scratch::{drop_database, failed, open};
use crate::session::outside_a_runtime;
use crate::testing::connecting::patiently;
use crate::url::DatabaseUrl;

/// A fresh database with all migrations applied, dropped with its value.
#[derive(Debug)]
pub struct Database {
    url: DatabaseUrl,
    text: String,
    template: String,
    /// The database on whose session it is dropped.
    beside: DatabaseUrl,
    keep: bool,
}

impl Database {
    /// One that was made, on the session of `beside`.
    pub(super) fn made(
        url: DatabaseUrl,
        text: String,
        template: String,
        beside: DatabaseUrl,
    ) -> Database {
        Database { url, text, template, beside, keep: false }
    }

    /// Where it is, for a [`Migrator`](crate::Migrator).
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Where it is, for any other program: the URL that was given, with this database. It has the
    /// password if that URL has it.
    pub fn connection_string(&self) -> &str {
        &self.text
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.url.database.as_deref().unwrap_or_default()
    }

    /// The name of the template that it is a copy of.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// Leaves it there when the value is dropped.
    pub fn keep(&mut self) {
        self.keep = true;
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.keep {
            return;
        }
        let (beside, name) = (&self.beside, self.name());
        // Nobody is there to be told; what is left is pruned later.
        let _ = outside_a_runtime(|| {
            let mut session = patiently(beside, || open(beside))?;
            drop_database(&mut session, name).map_err(|fault| failed(Some(beside), fault))
        });
    }
}
