//! What is written to the version table, and as whom.
//!
//! Each piece of SQL first makes sure that the row is what was planned from, or says plainly that
//! it does not care.

use crate::fault::ServerError;
use crate::migration::{State, number};
use crate::quote::literal;
use crate::table::Table;

/// Who the session is for, and whether a file may have changed that (`SET ROLE`, `SET SESSION
/// AUTHORIZATION`). golang-migrate keeps such a change for the files that follow, so do we; but
/// the version table is written as whom we connected as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The session's user.
    pub user: String,
    /// `none` or a role.
    pub role: String,
    /// Whether a file that ran may have set another.
    pub changed: bool,
    /// Whether a file that ran may have set the encoding in which the server reads what we send.
    pub reencoded: bool,
}

/// Statements of our own.
#[derive(Default)]
pub struct Own {
    /// Each ends with a semicolon.
    pub sql: String,
    /// How many.
    pub statements: usize,
}

impl Own {
    /// A statement that does nothing and cannot fail.
    pub fn nothing() -> Own {
        Own { sql: "SELECT;".to_string(), statements: 1 }
    }

    /// More of them.
    pub fn append(&mut self, more: Own) {
        self.sql.push_str(&more.sql);
        self.statements += more.statements;
    }
}

/// Stands in the error that a guard raises; the server quotes it whole in any language.
pub const GUARD: &str = "dbm-guard: the version row is ";

/// Stands in the error that a check raises.
const CHECK: &str = "dbm-check: the version row is gone from ";

impl Table {
    /// Looks into a file that is about to run: may it change who we are?
    pub fn look_into(&mut self, text: &str) {
        self.identity.changed |= changes_identity(text);
        let text = text.to_ascii_lowercase();
        self.identity.reencoded |= text.contains("client_encoding") || text.contains("names");
    }

    /// SQL that moves the row from one state to another, or raises when it is not at `from`.
    ///
    /// It deletes first and looks at what it deleted: that waits for whoever else is about to
    /// change the row and then sees what became of it. The guard needs no procedural language:
    /// it casts a text to a number that is none.
    pub fn advance(&self, from: State, to: State) -> Own {
        let as_planned = match (from.version, from.dirty) {
            // A row that says -1, clean, is golang-migrate's too, if an old one's.
            (None, false) => {
                "coalesce(pg_catalog.bool_and(version = -1 AND NOT dirty), true)".to_string()
            }
            (version, dirty) => format!(
                "coalesce(pg_catalog.bool_or(version = {} AND dirty = {dirty}), false)",
                number(version)
            ),
        };
        let guard = format!(
            "WITH gone AS (DELETE FROM {table} RETURNING version, dirty) \
             SELECT CASE WHEN {as_planned} THEN 0 ELSE ({guard} || coalesce(pg_catalog.string_agg(\
             version::text || CASE WHEN dirty THEN ' (dirty)' ELSE '' END, ', '), 'none'))::int \
             END FROM gone;",
            table = self.quoted(),
            guard = literal(GUARD),
        );
        self.as_ourselves(guard, to)
    }

    /// SQL that sets the row, whatever it is.
    pub fn set(&self, to: State) -> Own {
        self.as_ourselves(format!("DELETE FROM {};", self.quoted()), to)
    }

    /// SQL that makes the table again where a file has dropped it, and sets the row.
    pub fn restore(&self, to: State) -> Own {
        let mut create = format!("{};", self.create());
        if self.log.is_on {
            create.push_str(&format!("{};", self.create_log()));
        }
        let mut own = self.as_ourselves(format!("{create}DELETE FROM {};", self.quoted()), to);
        own.statements += 1 + usize::from(self.log.is_on);
        own
    }

    /// SQL that raises unless the row is what it was set to: what a file calls may have emptied or
    /// dropped the table. At no version there is nothing that could be lost.
    pub fn check(&self, set: State) -> Own {
        if set == State::NONE {
            return Own::nothing();
        }
        self.wrapped(Own {
            sql: format!(
                "SELECT CASE WHEN EXISTS (SELECT FROM {} WHERE version = {} AND dirty = {}) THEN 0 \
                 ELSE ({} || pg_catalog.current_database())::int END;",
                self.quoted(),
                set.number(),
                set.dirty,
                literal(CHECK),
            ),
            statements: 1,
        })
    }

    /// `delete`, then the new row, as whom we connected as.
    fn as_ourselves(&self, delete: String, to: State) -> Own {
        let (mut sql, mut statements) = (delete, 1);
        if to != State::NONE {
            sql.push_str(&format!(
                "INSERT INTO {} (version, dirty) VALUES ({}, {});",
                self.quoted(),
                to.number(),
                to.dirty
            ));
            statements += 1;
        }
        self.wrapped(Own { sql, statements })
    }

    /// The same as whom we connected as, and then again as whom the files have made us.
    pub(super) fn wrapped(&self, own: Own) -> Own {
        if !self.identity.changed {
            return own;
        }
        let Identity { user, role, .. } = &self.identity;
        // `session_authorization` goes first: setting it resets the role.
        let sql = format!(
            "SELECT pg_catalog.set_config('dbm.user', session_user::text, true), \
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
        Own { sql, statements: own.statements + 5 }
    }

    /// Whether a file may drop the table or write to it: it names it, or drops a schema or what
    /// a role owns. The row is then set once more behind the file, so that what it did is known.
    pub fn is_touched_by(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        if text.contains(&self.name.to_ascii_lowercase()) {
            return true;
        }
        let mut before = "";
        text.split_ascii_whitespace().any(|word| {
            let drops = before == "drop" && matches!(word, "schema" | "owned");
            before = word;
            drops
        })
    }

    /// Whether an error says that the row, the table or its schema is not there any more: of
    /// [`Table::check`], for it knows no other statement's.
    pub fn is_gone(&self, error: &ServerError) -> bool {
        // undefined_table, invalid_schema_name, undefined_column
        matches!(error.code.as_str(), "42P01" | "3F000" | "42703")
            || (error.code == "22P02" && error.message.contains(CHECK))
    }

    /// Whether an error was raised by [`Table::advance`]: by the guard, or by the second of two
    /// runners that insert the same row.
    pub fn is_guard(&self, error: &ServerError) -> bool {
        (error.code == "22P02" && error.message.contains(GUARD))
            || (error.code == "23505" && error.table.as_deref() == Some(self.name.as_str()))
    }
}

/// Whether a text has `SET [LOCAL | SESSION] ROLE`, `SET SESSION AUTHORIZATION` or a `set_config`
/// of either in it, if only as words.
fn changes_identity(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let (mut last, mut before) = ("", "");
    words.filter(|word| !word.is_empty()).any(|word| {
        let changes = match word {
            "role" => last == "set" || last == "set_config" || before == "set",
            "authorization" => last == "session",
            "session_authorization" => true,
            _ => false,
        };
        (before, last) = (last, word);
        changes
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::tests::table;

    #[test]
    fn our_statements_are_counted() {
        let mut table = table();
        for changed in [false, true] {
            table.identity.changed = changed;
            for to in [State::NONE, State::clean(Some(4)), State { version: None, dirty: true }] {
                for own in [
                    table.advance(State::NONE, to),
                    table.set(to),
                    table.restore(to),
                    table.check(to),
                ] {
                    let scanned = crate::sql::scan(&own.sql);
                    let statements = scanned.iter().filter(|s| !s.is_empty()).count();
                    assert_eq!(statements, own.statements, "{}", own.sql);
                }
            }
        }
    }

    #[test]
    fn files_that_touch_the_table_are_known() {
        let touched = |text: &str| table().is_touched_by(text);
        assert!(touched("TRUNCATE M\"X") && touched("drop\n SCHEMA public cascade"));
        assert!(touched("a; Drop Owned by r") && !touched("create table t (drop int); -- schema"));
    }

    #[test]
    fn changes_of_identity_are_seen() {
        for text in [
            "set role app",
            "SET\nLOCAL ROLE app",
            "set session authorization x",
            "select set_config('role', 'app', false)",
            "do $$ begin set role app; end $$",
        ] {
            assert!(changes_identity(text), "{text}");
        }
        for text in ["create table t (role text)", "create role app", "alter role a login"] {
            assert!(!changes_identity(text), "{text}");
        }
    }
}
