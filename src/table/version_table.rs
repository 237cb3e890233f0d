//! Where the version table and the log are, and the row: looked for, made and read.
//!
//! The row is the truth about what is applied. It is read without a lock and written only through
//! [`Locked`], see `row`.

use crate::error::Error;
use crate::fault::Fault;
use crate::migration::State;
use crate::quote::{identifier, literal};
use crate::session::config::TOKEN;
use crate::session::lock::Locked;
use crate::session::{Row, Session};
use crate::sqlstate::UNDEFINED_TABLE;
use crate::url::{DatabaseUrl, LogContent};

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
    /// The log beside it.
    pub log: Log,
    /// Our session's process on the server.
    pub pid: i32,
    /// What files may have changed on the session.
    pub settings: SessionSettings,
    /// Whether the session is ours from end to end; else a pooler lends us one for each
    /// transaction.
    pub is_session_ours: bool,
    /// Whether the statements that go with a file are prepared.
    pub prepared: Prepared,
}

/// What is known of the log's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Its name, not quoted; it is in the version table's schema.
    pub name: String,
    /// Whether it is there.
    pub exists: bool,
    /// Whether we may read it.
    pub may_read: bool,
    /// Whether we may add to it.
    pub may_add: bool,
    /// Whether entries are written: no longer in a run in which it refused one.
    pub is_on: bool,
    /// What is to be in it.
    pub content: LogContent,
}

/// What a file that ran may have changed on the session. golang-migrate keeps such settings for
/// the files that follow, so do we; but our own tables are written as the role that connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSettings {
    /// The user that connected.
    pub user: String,
    /// The role at the start: `none`, as a rule.
    pub role: String,
    /// Whether a file may have set another role or user.
    pub role_changed: bool,
    /// Whether a file may have set the encoding in which the server reads what we send.
    pub encoding_changed: bool,
}

/// Whether the statements are prepared on the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prepared {
    /// They are not to be used.
    #[default]
    No,
    /// They are to be prepared with the next file.
    WithNext,
    /// They are.
    Yes,
}

/// Behind the version table's name.
const LOG_SUFFIX: &str = "_log";
/// PostgreSQL's longest name, in bytes.
const LONGEST_NAME: usize = 63;

impl Table {
    /// Looks for the table, in one round trip. Reads only.
    ///
    /// # Errors
    ///
    /// As [`Table::find_with`].
    pub fn find(session: &mut Session, url: &DatabaseUrl) -> Result<Table, Error> {
        Table::find_with(session, url, &[]).map(|(table, _)| table)
    }

    /// The same, and gives what `beside` comes to: expressions that are put into the same query.
    ///
    /// # Errors
    ///
    /// [`Error::NoSchema`] when neither the name nor the session says a schema that exists,
    /// [`Error::Connect`] when the server does not answer.
    pub fn find_with(
        session: &mut Session,
        url: &DatabaseUrl,
        beside: &[String],
    ) -> Result<(Table, Vec<Option<String>>), Error> {
        let name = &url.table;
        let schema = match &name.schema {
            Some(schema) => format!("{}::pg_catalog.text", literal(schema)),
            None => "pg_catalog.current_schema()::pg_catalog.text".to_string(),
        };
        let log = log_name(&name.name);
        let class = |name: &str| {
            let name = literal(&format!(".{}", identifier(name)));
            // Null where there is no schema.
            format!(
                "pg_catalog.to_regclass(\
                 pg_catalog.quote_ident({schema}) OPERATOR(pg_catalog.||) {name})"
            )
        };
        let log_class = class(&log);
        let sql = format!(
            "SELECT {schema}, pg_catalog.current_database(), pg_catalog.pg_backend_pid(), \
             {} IS NOT NULL, {log_class} IS NOT NULL, \
             pg_catalog.has_table_privilege({log_class}::pg_catalog.oid, 'SELECT'), \
             pg_catalog.has_table_privilege({log_class}::pg_catalog.oid, 'INSERT'), \
             session_user, pg_catalog.current_setting('role'), \
             pg_catalog.current_setting({}, true){}",
            class(&name.name),
            literal(TOKEN),
            beside.iter().map(|expression| format!(", {expression}")).collect::<String>(),
        );
        let rows = session.query(&sql).map_err(|fault| opening(session, fault))?;
        let mut values = rows.into_iter().next().unwrap_or_default().into_iter();
        let mut next = || values.next().flatten();
        let schema = next().ok_or(Error::NoSchema)?;
        let mut table = Table {
            schema,
            name: name.name.clone(),
            database: next().unwrap_or_default(),
            pid: next().and_then(|pid| pid.parse().ok()).unwrap_or_default(),
            exists: next().as_deref() == Some("t"),
            log: Log {
                name: log,
                exists: next().as_deref() == Some("t"),
                may_read: next().as_deref() == Some("t"),
                may_add: next().as_deref() == Some("t"),
                is_on: false,
                content: url.log,
            },
            settings: SessionSettings {
                user: next().unwrap_or_default(),
                role: next().unwrap_or_default(),
                role_changed: false,
                encoding_changed: false,
            },
            is_session_ours: next().is_some_and(|token| session.token() == Some(&token)),
            prepared: Prepared::No,
        };
        if url.log == LogContent::Off {
            (table.log.exists, table.log.may_read, table.log.may_add) = (false, false, false);
        }
        Ok((table, values.collect()))
    }

    /// Whether there is to be a log, and there is none.
    pub fn lacks_log(&self) -> bool {
        !self.log.exists && self.log.content != LogContent::Off
    }

    /// Schema and name, quoted for SQL.
    pub fn quoted(&self) -> String {
        format!("{}.{}", identifier(&self.schema), identifier(&self.name))
    }

    /// Makes the table where it is missing, the log with it, and reads the row: one round trip.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`] when the role may not create it or the server fails,
    /// [`Error::BadRow`] for a row that is no version.
    pub fn ensure(&mut self, locked: &mut Locked<'_>) -> Result<State, Error> {
        if self.exists {
            match self.select(locked.session()) {
                // Gone since it was looked for, which was before the lock.
                Err(fault) if fault.code() == Some(UNDEFINED_TABLE) => {}
                rows => return self.first(rows),
            }
        }
        let create = self.create();
        if self.lacks_log() {
            let both = format!("{create};{};{}", self.create_log(), self.select_sql());
            // Where this is refused, it is told below why, and of which of the two.
            if let Ok(rows) = locked.write(&both) {
                self.exists = true;
                self.log_is_there();
                return self.first(Ok(rows));
            }
        }
        match locked.write(&format!("{create};{}", self.select_sql())) {
            Ok(rows) => {
                self.exists = true;
                self.first(Ok(rows))
            }
            Err(Error::Statement { fault: Fault::Server(mut refused), .. }) => {
                refused.message = format!("{} in line 0: {create}", refused.message);
                Err(opening(locked.session(), Fault::Server(refused)))
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
    pub fn read(&self, session: &mut Session) -> Result<State, Error> {
        if !self.exists {
            return Ok(State::NONE);
        }
        match self.select(session) {
            Err(fault) if fault.code() == Some(UNDEFINED_TABLE) => Ok(State::NONE),
            rows => self.first(rows),
        }
    }

    fn select(&self, session: &mut Session) -> Result<Vec<Row>, Fault> {
        session.query(&self.select_sql())
    }

    /// The row, or that there is none.
    fn first(&self, rows: Result<Vec<Row>, Fault>) -> Result<State, Error> {
        let rows = rows.map_err(|fault| Error::Statement { sql: self.select_sql(), fault })?;
        rows.into_iter().next().map_or(Ok(State::NONE), state)
    }

    /// SQL that reads the row.
    pub(super) fn select_sql(&self) -> String {
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
}

fn opening(session: &Session, fault: Fault) -> Error {
    Error::Connect { place: session.place().to_string(), fault }
}

/// The row as a state.
pub(super) fn state(row: Row) -> Result<State, Error> {
    let mut values = row.into_iter().map(Option::unwrap_or_default);
    let version = values.next().unwrap_or_default();
    let dirty = values.next().as_deref() == Some("t");
    let version = match version.parse::<i64>() {
        Ok(-1) => None,
        Ok(number) if number >= 0 => u64::try_from(number).ok(),
        _ => return Err(Error::BadRow { version }),
    };
    Ok(State { version, dirty })
}

/// The log's name for a version table's: cut where PostgreSQL would cut it, but not so that two
/// tables share one.
fn log_name(table: &str) -> String {
    let whole = format!("{table}{LOG_SUFFIX}");
    if whole.len() <= LONGEST_NAME {
        return whole;
    }
    let mark = format!("_{:08x}{LOG_SUFFIX}", crc32fast::hash(table.as_bytes()));
    let mut end = LONGEST_NAME - mark.len();
    while !table.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{mark}", &table[..end])
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A table whose name has a quote in it.
    pub fn table() -> Table {
        Table {
            schema: "public".to_string(),
            name: "m\"x".to_string(),
            database: "d".to_string(),
            exists: true,
            log: Log {
                name: "m_log".into(),
                exists: true,
                may_read: true,
                may_add: true,
                is_on: true,
                content: LogContent::Texts,
            },
            pid: 1,
            settings: SessionSettings {
                user: "u".into(),
                role: "none".into(),
                role_changed: false,
                encoding_changed: false,
            },
            is_session_ours: true,
            prepared: Prepared::No,
        }
    }

    #[test]
    fn the_name_is_quoted() {
        assert_eq!(table().quoted(), "\"public\".\"m\"\"x\"");
    }

    #[test]
    fn rows_that_are_no_version_are_refused() {
        let row =
            |version: &str| state([version, "f"].map(|value| Some(value.to_string())).to_vec());
        assert_eq!(row("-1").unwrap(), State::NONE);
        assert_eq!(row("7").unwrap(), State::clean(Some(7)));
        assert!(matches!(row("-7"), Err(Error::BadRow { .. })));
    }

    #[test]
    fn the_logs_name_fits_and_is_the_tables_own() {
        assert_eq!(log_name("schema_migrations"), "schema_migrations_log");
        let (a, b) = ("é".repeat(31) + "a", "é".repeat(31) + "b");
        assert_eq!(a.len(), 63);
        for name in [&a, &b] {
            assert!(log_name(name).len() <= 63, "{}", log_name(name));
        }
        assert_ne!(log_name(&a), log_name(&b));
    }
}
