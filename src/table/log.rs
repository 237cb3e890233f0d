//! The log beside the version table: one row for each file that was run, for each step of another
//! tool that was found, for each `force` and `repair`. Rows are added, never changed.
//!
//! It may be missing, and it may be another program's or a later version's: then one does without.

use std::time::{Duration, SystemTime};

use crate::checksum::Checksum;
use crate::error::Error;
use crate::fault::Fault;
use crate::history::{Action, LogEntry};
use crate::migration::{Direction, State, Version, number};
use crate::quote::{EQ, bytes_literal, identifier, literal, text_literal};
use crate::session::lock::Locked;
use crate::session::{Row, Session};
use crate::sqlstate::UNDEFINED_TABLE;
use crate::table::row::{OurSql, raise_check};
use crate::table::version_table::Table;
use crate::url::LogContent;

/// Who does what is logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The person, on their machine.
    pub user: Option<String>,
    /// The machine.
    pub host: Option<String>,
    /// The program and its version.
    pub program: String,
}

impl Default for Operator {
    /// Nobody in particular, with this library.
    fn default() -> Operator {
        let program = format!("dbm {}", env!("CARGO_PKG_VERSION"));
        Operator { user: None, host: None, program }
    }
}

/// An entry to be written.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    /// What was done.
    pub action: Action,
    /// Up or down.
    pub direction: Option<Direction>,
    /// Of which migration.
    pub version: Option<Version>,
    /// Its name.
    pub name: Option<&'a str>,
    /// What went wrong.
    pub error: Option<String>,
    /// Where the row was.
    pub from: State,
    /// Where it is then.
    pub to: State,
    /// The up file's text.
    pub up: Option<&'a str>,
    /// The down file's text.
    pub down: Option<&'a str>,
    /// Whether the texts themselves are kept, beside their checksums.
    pub keeps_texts: bool,
    /// How long it took.
    pub took: Took,
}

/// How the duration is found out.
#[derive(Clone, Copy, Debug)]
pub enum Took {
    /// By us.
    This(Duration),
    /// By the server: since the message came, and up to the entry, which stands just before the commit.
    Message,
    /// Not at all.
    Unknown,
}

/// What an entry says; the rest has defaults.
pub(super) const COLUMNS: &str = "action, direction, version, name, error, from_version, from_dirty, \
    to_version, to_dirty, up_sha256, down_sha256, up_text, down_text, duration_ms, os_user, os_host, \
    program";

/// The type `text`.
const TEXT: &str = "pg_catalog.text";

/// Up texts of more bytes are not kept; data is loaded by such files, and nobody compares it.
const LONGEST_KEPT: usize = 1 << 20;

impl Table {
    /// The log's schema and name, quoted for SQL.
    pub fn quoted_log(&self) -> String {
        format!("{}.{}", identifier(&self.schema), identifier(&self.log.name))
    }

    /// SQL that makes the log where it is missing.
    ///
    /// The columns, as docs/log.md tells them. Later versions may add some that may be null.
    pub fn create_log(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (\
             id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
             at timestamp with time zone NOT NULL DEFAULT pg_catalog.clock_timestamp(), \
             action {TEXT} NOT NULL, direction {TEXT}, version bigint, name {TEXT}, error {TEXT}, \
             from_version bigint NOT NULL, from_dirty boolean NOT NULL, \
             to_version bigint NOT NULL, to_dirty boolean NOT NULL, \
             up_sha256 {TEXT}, down_sha256 {TEXT}, up_text {TEXT}, down_text {TEXT}, \
             duration_ms double precision, db_role {TEXT} NOT NULL DEFAULT session_user, \
             os_user {TEXT}, os_host {TEXT}, program {TEXT} NOT NULL)",
            self.quoted_log()
        )
    }

    /// The log cannot be used, where nothing can be done without it.
    pub fn log_error(&self, fault: Fault) -> Error {
        match fault {
            Fault::Lost(_) => {
                Error::Statement { sql: format!("the log {}", self.quoted_log()), fault }
            }
            fault => Error::Log { table: self.quoted_log(), reason: fault.to_string() },
        }
    }

    /// Whether the log has a trigger that waits for the commit, and may raise there.
    pub fn log_defers(&self, session: &mut Session) -> bool {
        let sql = format!(
            "SELECT FROM pg_catalog.pg_trigger \
             WHERE tgrelid {EQ} pg_catalog.to_regclass({}) AND tgdeferrable LIMIT 1",
            literal(&self.quoted_log())
        );
        session.query(&sql).is_ok_and(|rows| !rows.is_empty())
    }

    /// Makes the log where it is missing and there is to be one.
    ///
    /// # Errors
    ///
    /// [`Fault`]; there is no log then.
    pub fn ensure_log(&mut self, locked: &mut Locked<'_>) -> Result<(), Fault> {
        if !self.lacks_log() {
            return Ok(());
        }
        match locked.write(&self.create_log()) {
            Ok(_) => {
                self.log_is_there();
                Ok(())
            }
            Err(Error::Statement { fault, .. }) => Err(fault),
            Err(other) => Err(Fault::Unclear(other.to_string())),
        }
    }

    /// We have made it, so it is ours.
    pub fn log_is_there(&mut self) {
        self.log.exists = true;
        self.log.may_read = true;
        self.log.may_add = true;
        self.log.is_on = true;
    }

    /// SQL that adds an entry, as whom we connected as; nothing where there is no log.
    pub fn record(&self, operator: &Operator, entry: &NewEntry<'_>) -> OurSql {
        if !self.log.is_on {
            return OurSql::default();
        }
        let values = self.values(operator, entry, literal(entry.action.word()));
        let sql = format!(
            "INSERT INTO {} ({COLUMNS}) VALUES ({});",
            self.quoted_log(),
            values.join(", ")
        );
        self.as_connected(OurSql { sql, count: 1 })
    }

    /// SQL that adds the entry of a file that was run, and raises as [`Table::check`] does: one
    /// statement, which gives a row when it is done. What fails behind that row fails at the commit.
    pub fn record_and_check(&self, operator: &Operator, entry: &NewEntry<'_>) -> OurSql {
        let values = self.values(operator, entry, self.run_if_kept(&entry.to.number().to_string()));
        let sql = format!(
            "INSERT INTO {} ({COLUMNS}) VALUES ({}) RETURNING 1;",
            self.quoted_log(),
            values.join(", ")
        );
        self.as_connected(OurSql { sql, count: 1 })
    }

    /// The word for a file that was run; raises where the clean row is not at `version`.
    pub(super) fn run_if_kept(&self, version: &str) -> String {
        format!(
            "CASE WHEN {} THEN 'run' ELSE {}::pg_catalog.text END",
            self.is_kept(version, false),
            raise_check()
        )
    }

    /// The values of an entry, as SQL, in the order of [`COLUMNS`].
    pub(super) fn values(
        &self,
        operator: &Operator,
        entry: &NewEntry<'_>,
        action: String,
    ) -> [String; 17] {
        let text = |text: Option<&str>| text.map_or("NULL".to_string(), literal);
        let whole = |text: Option<&str>| match text {
            None => "NULL".to_string(),
            // Byte for byte, whatever the server takes what we send for.
            Some(text) if self.settings.encoding_changed && !text.is_ascii() => bytes_literal(text),
            Some(text) => text_literal(text),
        };
        let checksum = |text: Option<&str>| {
            text.map_or("NULL".to_string(), |text| literal(&Checksum::of(text).to_string()))
        };
        let took = match entry.took {
            Took::This(took) => format!("{:.3}", took.as_secs_f64() * 1000.0),
            Took::Message => "1000::double precision OPERATOR(pg_catalog.*) \
                              pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() \
                              OPERATOR(pg_catalog.-) pg_catalog.statement_timestamp())"
                .to_string(),
            Took::Unknown => "NULL".to_string(),
        };
        let direction = entry.direction.map(|direction| direction.to_string());
        let keeps_texts = entry.keeps_texts && self.log.content == LogContent::Texts;
        [
            action,
            text(direction.as_deref()),
            entry.version.map_or("NULL".to_string(), |version| number(Some(version)).to_string()),
            text(entry.name),
            text(entry.error.as_deref()),
            entry.from.number().to_string(),
            entry.from.dirty.to_string(),
            entry.to.number().to_string(),
            entry.to.dirty.to_string(),
            checksum(entry.up),
            checksum(entry.down),
            whole(entry.up.filter(|text| keeps_texts && text.len() <= LONGEST_KEPT)),
            whole(entry.down.filter(|_| keeps_texts)),
            took,
            text(operator.user.as_deref()),
            text(operator.host.as_deref()),
            literal(&operator.program),
        ]
    }

    /// Reads the log, the oldest entry first; none where there is no log or we may not read it.
    /// With `when_and_who` also what nothing follows from.
    ///
    /// # Errors
    ///
    /// [`Fault`]; a table of that name that is no log of ours is one too.
    pub fn entries(
        &self,
        session: &mut Session,
        when_and_who: bool,
    ) -> Result<Vec<LogEntry>, Fault> {
        if !self.log.exists || !self.log.may_read {
            return Ok(Vec::new());
        }
        let (when, who) = match when_and_who {
            true => (
                "(extract(epoch FROM at) OPERATOR(pg_catalog.*) 1000000)::bigint",
                "duration_ms, db_role, os_user, os_host, program",
            ),
            false => ("0", "NULL, NULL, NULL, NULL, NULL"),
        };
        let sql = format!(
            "SELECT id, {when}, action, direction, version, name, error, from_version, from_dirty, \
             to_version, to_dirty, up_sha256, down_sha256, {who} FROM {} ORDER BY id",
            self.quoted_log()
        );
        match session.query(&sql) {
            Err(fault) if fault.code() == Some(UNDEFINED_TABLE) => Ok(Vec::new()),
            rows => Ok(rows?.into_iter().filter_map(entry).collect()),
        }
    }

    /// Which of these entries keep a down text.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn with_down_text(&self, session: &mut Session, ids: &[i64]) -> Result<Vec<i64>, Fault> {
        let sql = format!(
            "SELECT id FROM {} WHERE id {EQ} ANY ({}) AND down_text IS NOT NULL",
            self.quoted_log(),
            numbers(ids)
        );
        let id = |row: Row| row.into_iter().next()??.parse().ok();
        Ok(session.query(&sql)?.into_iter().filter_map(id).collect())
    }

    /// The up text that an entry keeps, and its down text where that is wanted.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn texts(
        &self,
        session: &mut Session,
        ids: &[i64],
        with_down: bool,
    ) -> Result<Vec<(i64, Texts)>, Fault> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT id, up_text, {} FROM {} WHERE id {EQ} ANY ({})",
            if with_down { "down_text" } else { "NULL" },
            self.quoted_log(),
            numbers(ids)
        );
        let rows = session.query(&sql)?;
        let texts = |row: Row| {
            let mut values = row.into_iter();
            let id = values.next()??.parse().ok()?;
            Some((id, Texts { up: values.next()?, down: values.next()? }))
        };
        Ok(rows.into_iter().filter_map(texts).collect())
    }
}

/// An array of numbers, for SQL.
fn numbers(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    format!("ARRAY[{}]::bigint[]", ids.join(", "))
}

/// What an entry keeps of a migration's files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// The up file's text; `None` where there was none, or where it was too long to be kept.
    pub up: Option<String>,
    /// The down file's text; `None` where there was none.
    pub down: Option<String>,
}

/// An entry as the server writes it; `None` for one that makes no sense.
fn entry(row: Row) -> Option<LogEntry> {
    let mut values = row.into_iter();
    let mut next = || values.next().flatten();
    let id = next()?.parse().ok()?;
    let micros: i64 = next()?.parse().ok()?;
    let since = Duration::from_micros(micros.unsigned_abs());
    let at = match micros {
        0.. => SystemTime::UNIX_EPOCH.checked_add(since)?,
        _ => SystemTime::UNIX_EPOCH.checked_sub(since)?,
    };
    let action = Action::from_word(&next()?);
    let direction = match next().as_deref() {
        Some("up") => Some(Direction::Up),
        Some("down") => Some(Direction::Down),
        _ => None,
    };
    let version = next().and_then(|version| version.parse().ok());
    let (name, error) = (next(), next());
    let mut state = || {
        let version = next()?.parse::<i64>().ok()?;
        let dirty = next()? == "t";
        Some(State { version: Version::try_from(version).ok(), dirty })
    };
    let (from, to) = (state()?, state()?);
    let mut checksum = || next().and_then(|hex| Checksum::parse(&hex));
    let (up, down) = (checksum(), checksum());
    let took = next().and_then(|ms| ms.parse::<f64>().ok());
    let took = took.and_then(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok());
    Some(LogEntry {
        id,
        at,
        action,
        direction,
        version,
        name,
        error,
        from,
        to,
        up,
        down,
        took,
        role: next().unwrap_or_default(),
        os_user: next(),
        os_host: next(),
        program: next().unwrap_or_default(),
    })
}
