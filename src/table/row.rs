//! SQL that writes the version row, and as whom.
//!
//! Each piece first makes sure that the row is what was planned from, or says plainly that it does
//! not care. What an error of it means is decided in `migrator`.

use crate::fault::ServerError;
use crate::migration::{State, number};
use crate::quote::{EQ, literal};
use crate::sql::Facts;
use crate::sqlstate::{INVALID_TEXT_REPRESENTATION, UNIQUE_VIOLATION};
use crate::table::version_table::{SessionSettings, Table};

/// Statements of our own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OurSql {
    /// Each ends with a semicolon.
    pub sql: String,
    /// How many there are.
    pub count: usize,
}

impl OurSql {
    /// A statement that does nothing and cannot fail.
    pub fn nothing() -> OurSql {
        OurSql { sql: "SELECT;".to_string(), count: 1 }
    }
}

/// Stands in the error that a guard raises; the server quotes it whole in any language.
pub const GUARD: &str = "dbm-guard: the version row is ";

/// Stands in the error that a check raises.
pub const CHECK: &str = "dbm-check: the version row is gone from ";

/// A number that raises, for the server to say that the row is not what it was set to.
pub(super) fn raise_check() -> String {
    format!("pg_catalog.concat({}, pg_catalog.current_database())::int", literal(CHECK))
}

impl Table {
    /// Takes note of what a file that is about to run may change on the session.
    pub fn note(&mut self, facts: &Facts) {
        self.settings.role_changed |= facts.changes_role;
        self.settings.encoding_changed |= facts.changes_encoding;
    }

    /// SQL that moves the row from one state to another, or raises when it is not at `from`.
    ///
    /// It deletes first and looks at what it deleted: that waits for whoever else is about to
    /// change the row and then sees what became of it. The guard needs no procedural language:
    /// it casts a text to a number that is none.
    pub fn advance(&self, from: State, to: State) -> OurSql {
        let as_planned = match (from.version, from.dirty) {
            // A row that says -1, clean, is golang-migrate's too, if an old one's.
            (None, false) => {
                format!("coalesce(pg_catalog.bool_and(version {EQ} -1 AND NOT dirty), true)")
            }
            (version, dirty) => format!(
                "coalesce(pg_catalog.bool_or(version {EQ} {} AND dirty {EQ} {dirty}), false)",
                number(version)
            ),
        };
        let guard = format!(
            "WITH gone AS (DELETE FROM {table} RETURNING version, dirty) \
             SELECT CASE WHEN {as_planned} THEN 0 ELSE pg_catalog.concat({guard}, \
             coalesce(pg_catalog.string_agg(pg_catalog.concat(version, \
             CASE WHEN dirty THEN ' (dirty)' END), ', '), 'none'))::int END FROM gone;",
            table = self.quoted(),
            guard = literal(GUARD),
        );
        self.replace_row(guard, to)
    }

    /// SQL that sets the row, whatever it is.
    pub fn set(&self, to: State) -> OurSql {
        self.replace_row(format!("DELETE FROM {};", self.quoted()), to)
    }

    /// SQL that makes the table again where a file has dropped it, and sets the row.
    pub fn restore(&self, to: State) -> OurSql {
        let mut create = format!("{};", self.create());
        if self.log.is_on {
            create.push_str(&format!("{};", self.create_log()));
        }
        let mut own = self.replace_row(format!("{create}DELETE FROM {};", self.quoted()), to);
        own.count += 1 + usize::from(self.log.is_on);
        own
    }

    /// SQL that raises unless the row is what it was set to: what a file calls may have emptied or
    /// dropped the table, and a trigger or rule on it may change what is written.
    pub fn check(&self, set: State) -> OurSql {
        let is_kept = match set {
            State::NONE => format!("NOT EXISTS (SELECT FROM {})", self.quoted()),
            _ => self.is_kept(&set.number().to_string(), set.dirty),
        };
        let sql = format!("SELECT CASE WHEN {is_kept} THEN 0 ELSE {} END;", raise_check());
        self.as_connected(OurSql { sql, count: 1 })
    }

    /// Condition that the row is at a version; of no row it is null.
    pub(super) fn is_kept(&self, version: &str, dirty: bool) -> String {
        format!(
            "(SELECT pg_catalog.bool_and(version {EQ} {version} AND dirty {EQ} {dirty}) FROM {})",
            self.quoted()
        )
    }

    /// `delete`, then the new row, as whom we connected as.
    fn replace_row(&self, delete: String, to: State) -> OurSql {
        let (mut sql, mut count) = (delete, 1);
        if to != State::NONE {
            sql.push_str(&format!(
                "INSERT INTO {} (version, dirty) VALUES ({}, {});",
                self.quoted(),
                to.number(),
                to.dirty
            ));
            count += 1;
        }
        self.as_connected(OurSql { sql, count })
    }

    /// The same as whom we connected as, and then again as whom the files have made us.
    pub fn as_connected(&self, own: OurSql) -> OurSql {
        if !self.settings.role_changed {
            return own;
        }
        let SessionSettings { user, role, .. } = &self.settings;
        // `session_authorization` goes first: setting it resets the role.
        let sql = format!(
            "SELECT pg_catalog.set_config('dbm.user', session_user::pg_catalog.text, true), \
             pg_catalog.set_config('dbm.role', pg_catalog.current_setting('role'), true);\
             SELECT pg_catalog.set_config('session_authorization', {}, true);\
             SELECT pg_catalog.set_config('role', {}, true);\
             {}\
             SELECT pg_catalog.set_config('session_authorization', \
             pg_catalog.current_setting('dbm.user'), true);\
             SELECT pg_catalog.set_config('role', pg_catalog.current_setting('dbm.role'), true);",
            literal(user),
            literal(role),
            own.sql,
        );
        OurSql { sql, count: own.count + 5 }
    }

    /// Whether an error was raised because the row is not what was written: by [`Table::check`].
    pub fn is_not_kept(&self, error: &ServerError) -> bool {
        error.code == INVALID_TEXT_REPRESENTATION && error.message.contains(CHECK)
    }

    /// Whether an error was raised because the row is not what it should be: by the guard of
    /// [`Table::advance`], or by the second of two runners that insert the same row.
    pub fn is_moved(&self, error: &ServerError) -> bool {
        let is_ours =
            error.table.as_ref() == Some(&self.name) && error.schema.as_ref() == Some(&self.schema);
        (error.code == INVALID_TEXT_REPRESENTATION && error.message.contains(GUARD))
            || (error.code == UNIQUE_VIOLATION && is_ours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::version_table::tests::table;

    #[test]
    fn our_statements_are_counted() {
        let mut table = table();
        for changed in [false, true] {
            table.settings.role_changed = changed;
            for to in [State::NONE, State::clean(Some(4)), State { version: None, dirty: true }] {
                for own in [
                    table.advance(State::NONE, to),
                    table.set(to),
                    table.restore(to),
                    table.check(to),
                ] {
                    let statements = crate::sql::Script::new(&own.sql).statements().len();
                    assert_eq!(statements, own.count, "{}", own.sql);
                }
            }
        }
    }
}
