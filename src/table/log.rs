//! The log beside the version table: one row for each file that was run, for each step of another
//! tool that was found, for each `force` and `repair`. Rows are added, never changed; here, and read
//! by `entries`.
//!
//! It may be missing, and it may be another program's or a later version's: then one does without.

use std::fmt;
use std::time::Duration;

use crate::checksum::Checksum;
use crate::error::Error;
use crate::fault::Fault;
use crate::history::Action;
use crate::migration::{Direction, State, Version, number};
use crate::quote::{EQ, bytes_literal, identifier, literal, text_literal};
use crate::session::Session;
use crate::session::lock::Locked;
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

/// Values with commas between them, without one more copy of what may be large.
pub(super) struct Listed<'v>(pub &'v [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, value) in self.0.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            f.write_str(value)?;
        }
        Ok(())
    }
}

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
        self.record_all(operator, std::slice::from_ref(entry))
    }

    /// SQL that adds entries, in one statement; as [`Table::record`].
    pub fn record_all(&self, operator: &Operator, entries: &[NewEntry<'_>]) -> OurSql {
        if !self.log.is_on || entries.is_empty() {
            return OurSql::default();
        }
        let row = |entry: &NewEntry<'_>| {
            let values = self.values(operator, entry, literal(entry.action.word()));
            format!("({})", Listed(&values))
        };
        let rows: Vec<String> = entries.iter().map(row).collect();
        let sql =
            format!("INSERT INTO {} ({COLUMNS}) VALUES {};", self.quoted_log(), rows.join(", "));
        self.as_connected(OurSql { sql, count: 1 })
    }

    /// SQL that adds the entry of a file that was run, and raises as [`Table::check`] does: one
    /// statement, which gives a row when it is done. What fails behind that row fails at the commit.
    pub fn record_and_check(&self, operator: &Operator, entry: &NewEntry<'_>) -> OurSql {
        let values = self.values(operator, entry, self.run_if_kept(&entry.to.number().to_string()));
        let sql = format!(
            "INSERT INTO {} ({COLUMNS}) VALUES ({}) RETURNING 1;",
            self.quoted_log(),
            Listed(&values)
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
}
