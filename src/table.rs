//! The version table: golang-migrate's, column for column, and nothing of ours in it.
//!
//! The row is the truth about what is applied. It is read without a lock and written only
//! through [`Locked`], by statements that first make sure that it is still what was planned
//! from, so that even a lock that was lost loses nothing.

use crate::connection::config::TOKEN;
use crate::connection::lock::Locked;
use crate::connection::{Connection, Row};
use crate::error::Error;
use crate::fault::{Fault, ServerError};
use crate::migration::{State, number};
use crate::quote::{identifier, literal};
use crate::url::TableName;

/// Where the version table is, or will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its schema, not quoted.
    pub schema: String,
    /// Its name, not quoted.
    pub name: String,
    /// The database it is in.
    pub database: String,
    /// Whether it is there.
    pub exists: bool,
    /// Our session's process on the server.
    pub pid: i32,
    /// Who we are.
    identity: Identity,
    /// Whether the session is ours from end to end; else a pooler lends us one for each
    /// transaction.
    pub is_session_ours: bool,
}

/// Who the session is for, and whether a file may have changed that (`SET ROLE`, `SET SESSION
/// AUTHORIZATION`). golang-migrate keeps such a change for the files that follow, so do we; but
/// the version table is written as whom we connected as.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    user: String,
    role: String,
    changed: bool,
}

/// Statements of our own.
pub struct Own {
    /// Each ends with a semicolon.
    pub sql: String,
    /// How many.
    pub statements: usize,
}

const UNDEFINED_TABLE: &str = "42P01";

/// Stands in the error that a guard raises; the server quotes it whole in any language.
pub const GUARD: &str = "dbm-guard: the version row is ";

impl Table {
    /// Looks for the table, in one round trip. Reads only.
    ///
    /// # Errors
    ///
    /// [`Error::NoSchema`] when neither the name nor the session says a schema that exists,
    /// [`Error::Connect`] when the server does not answer.
    pub fn find(connection: &mut Connection, name: &TableName) -> Result<Table, Error> {
        let schema = match &name.schema {
            Some(schema) => format!("{}::text", literal(schema)),
            None => "pg_catalog.current_schema()::text".to_string(),
        };
        let sql = format!(
            "SELECT {schema}, pg_catalog.current_database(), pg_catalog.pg_backend_pid(), \
             pg_catalog.to_regclass(pg_catalog.quote_ident({schema}) || {}) IS NOT NULL, \
             session_user, pg_catalog.current_setting('role'), \
             pg_catalog.current_setting({}, true)",
            literal(&format!(".{}", identifier(&name.name))),
            literal(TOKEN),
        );
        let rows = connection.query(&sql).map_err(|fault| opening(connection, fault))?;
        let mut values = rows.into_iter().next().unwrap_or_default().into_iter();
        let mut next = || values.next().flatten();
        let schema = next().ok_or(Error::NoSchema)?;
        Ok(Table {
            schema,
            name: name.name.clone(),
            database: next().unwrap_or_default(),
            pid: next().and_then(|pid| pid.parse().ok()).unwrap_or_default(),
            exists: next().as_deref() == Some("t"),
            identity: Identity {
                user: next().unwrap_or_default(),
                role: next().unwrap_or_default(),
                changed: false,
            },
            is_session_ours: next().is_some_and(|token| connection.token() == Some(&token)),
        })
    }

    /// Schema and name, quoted for SQL.
    pub fn quoted(&self) -> String {
        format!("{}.{}", identifier(&self.schema), identifier(&self.name))
    }

    /// Makes the table where it is missing, and reads the row: one round trip.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`] when the role may not create it or the server fails,
    /// [`Error::BadRow`] for a row that is no version.
    pub fn ensure(&mut self, locked: &mut Locked<'_>) -> Result<State, Error> {
        if self.exists {
            match self.select(locked.connection()) {
                // Gone since it was looked for, which was before the lock.
                Err(fault) if fault.code() == Some(UNDEFINED_TABLE) => {}
                rows => return self.first(rows),
            }
        }
        let create = self.create();
        match locked.write(&format!("{create};{}", self.select_sql())) {
            Ok(rows) => {
                self.exists = true;
                self.first(Ok(rows))
            }
            Err(Error::Statement { fault: Fault::Server(mut refused), .. }) => {
                refused.message = format!("{} in line 0: {create}", refused.message);
                Err(opening(locked.connection(), Fault::Server(refused)))
            }
            Err(other) => Err(other),
        }
    }

    /// Reads the row. A table that is not there is a database where nothing is applied.
    ///
    /// # Errors
    ///
    /// [`Error::Statement`] when the server fails, [`Error::BadRow`] for a row that is no
    /// version.
    pub fn read(&self, connection: &mut Connection) -> Result<State, Error> {
        if !self.exists {
            return Ok(State::NONE);
        }
        match self.select(connection) {
            Err(fault) if fault.code() == Some(UNDEFINED_TABLE) => Ok(State::NONE),
            rows => self.first(rows),
        }
    }

    fn select(&self, connection: &mut Connection) -> Result<Vec<Row>, Fault> {
        connection.query(&self.select_sql())
    }

    /// The row, or that there is none.
    fn first(&self, rows: Result<Vec<Row>, Fault>) -> Result<State, Error> {
        let rows = rows.map_err(|fault| Error::Statement { sql: self.select_sql(), fault })?;
        rows.into_iter().next().map_or(Ok(State::NONE), state)
    }

    /// Looks into a file that is about to run: may it change who we are?
    pub fn look_into(&mut self, text: &str) {
        self.identity.changed |= changes_identity(text);
    }

    /// SQL that moves the row from one state to another, or raises when it is not at `from`.
    ///
    /// It deletes first and looks at what it deleted: that waits for whoever else is about to
    /// change the row and then sees what became of it. The guard needs no procedural language:
    /// it casts a text to a number that is none.
    pub fn advance(&self, from: State, to: State) -> Own {
        let as_planned = match (from.version, from.dirty) {
            (None, false) => "pg_catalog.count(*) = 0".to_string(),
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
        let create = format!("{};", self.create());
        let mut own = self.as_ourselves(format!("{create}DELETE FROM {};", self.quoted()), to);
        own.statements += 1;
        own
    }

    /// `delete`, then the new row; as whom we connected as, and then again as whom the files have
    /// made us.
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
        if self.identity.changed {
            let Identity { user, role, .. } = &self.identity;
            // `session_authorization` goes first: setting it resets the role.
            sql = format!(
                "SELECT pg_catalog.set_config('dbm.user', session_user::text, true), \
                 pg_catalog.set_config('dbm.role', pg_catalog.current_setting('role'), true);\
                 SELECT pg_catalog.set_config('session_authorization', {}, true);\
                 SELECT pg_catalog.set_config('role', {}, true);\
                 {sql}\
                 SELECT pg_catalog.set_config('session_authorization', \
                 pg_catalog.current_setting('dbm.user'), true);\
                 SELECT pg_catalog.set_config('role', pg_catalog.current_setting('dbm.role'), true);",
                literal(user),
                literal(role),
            );
            statements += 5;
        }
        Own { sql, statements }
    }

    fn select_sql(&self) -> String {
        format!("SELECT version, dirty FROM {} LIMIT 1", self.quoted())
    }

    /// SQL that makes the table where it is missing, as golang-migrate makes it.
    pub fn create(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} \
             (version bigint not null primary key, dirty boolean not null)",
            self.quoted()
        )
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

    /// Whether an error was raised by [`Table::advance`]: by the guard, or by the second of two
    /// runners that insert the same row.
    pub fn is_guard(&self, error: &ServerError) -> bool {
        (error.code == "22P02" && error.message.contains(GUARD))
            || (error.code == "23505" && error.table.as_deref() == Some(self.name.as_str()))
    }
}

fn opening(connection: &Connection, fault: Fault) -> Error {
    Error::Connect { place: connection.place().to_string(), fault }
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

fn state(row: Row) -> Result<State, Error> {
    let mut values = row.into_iter().map(Option::unwrap_or_default);
    let version = values.next().unwrap_or_default();
    let dirty = values.next().as_deref() == Some("t");
    match version.parse::<i64>() {
        Ok(-1) => Ok(State { version: None, dirty }),
        Ok(number) if number >= 0 => Ok(State { version: u64::try_from(number).ok(), dirty }),
        _ => Err(Error::BadRow { version }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            schema: "public".to_string(),
            name: "m\"x".to_string(),
            database: "d".to_string(),
            exists: true,
            pid: 1,
            identity: Identity { user: "u".into(), role: "none".into(), changed: false },
            is_session_ours: true,
        }
    }

    #[test]
    fn the_name_is_quoted() {
        assert_eq!(table().quoted(), "\"public\".\"m\"\"x\"");
    }

    #[test]
    fn our_statements_are_counted() {
        let mut table = table();
        for changed in [false, true] {
            table.identity.changed = changed;
            for to in [State::NONE, State::clean(Some(4)), State { version: None, dirty: true }] {
                for own in [table.advance(State::NONE, to), table.set(to), table.restore(to)] {
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

    #[test]
    fn rows_that_are_no_version_are_refused() {
        let row = |version: &str| vec![Some(version.to_string()), Some("f".to_string())];
        assert_eq!(state(row("-1")).unwrap(), State::NONE);
        assert_eq!(state(row("7")).unwrap(), State::clean(Some(7)));
        assert!(matches!(state(row("-7")), Err(Error::BadRow { .. })));
    }
}
