//! Reads the log: the newest entries for people, one entry where one is asked for, and for the rule of
//! `history` as few entries as it needs. Only `log` without a limit reads it whole.
//!
//! A log grows with every run and is never cut, so what a run reads of it must not grow with it. Most
//! logs are short and come in one message ([`Table::latest_sql`]). Of a longer one, a second message
//! fetches those of the older entries that count ([`Table::older_sql`]): at most one a version that is
//! applied, and some.

use std::time::{Duration, SystemTime};

use crate::checksum::Checksum;
use crate::fault::Fault;
use crate::history::{Action, History, LogEntry};
use crate::migration::{Direction, State, Version, number};
use crate::quote::{EQ, NE, literal};
use crate::session::{Session, Values};
use crate::sqlstate::UNDEFINED_TABLE;
use crate::table::version_table::Table;

/// So many of the latest entries are read whether they count or not.
const LATEST: usize = 1000;

/// How far behind them to look for an entry of an empty database, behind which nothing counts.
const NEAR: i64 = 16_000;

/// The columns that [`Columns::Status`] needs.
const ALL: &str = "id, at, action, direction, version, name, from_version, from_dirty, to_version, \
                   to_dirty, up_sha256, down_sha256, duration_ms";

/// What is read of each entry. What is not read is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// What the rule goes by.
    Rule,
    /// The same, and what a status shows: name, time and duration.
    Status,
    /// All but the texts.
    All,
}

/// What the log says.
#[derive(Debug, Default)]
pub struct Logged {
    /// What is known.
    pub history: History,
    /// The number of its last entry without an error; 0 where there is none.
    pub last: i64,
}

/// The latest entries without an error, the newest first.
#[derive(Debug, Default)]
pub struct Latest {
    entries: Vec<LogEntry>,
    rows: usize,
}

impl Latest {
    /// Takes the next row of [`Table::latest_sql`].
    pub fn read(&mut self, row: Values<'_>) {
        self.rows += 1;
        self.entries.extend(entry(row));
    }

    /// The number of the oldest of them and the lowest version that they say the row was at, -1 for
    /// none; `None` where what is older does not count, or there is nothing older.
    fn floor(&self) -> Option<(i64, i64)> {
        let oldest = self.entries.last().filter(|_| self.rows >= LATEST)?.id;
        let floor = self.entries.iter().filter_map(LogEntry::floor).min().unwrap_or(i64::MAX);
        (floor >= 0).then_some((oldest, floor))
    }
}

impl Columns {
    /// In the order of [`entry`].
    fn sql(self) -> String {
        let (is_all, is_shown) = (self == Columns::All, self != Columns::Rule);
        let if_shown = |column, is_shown| if is_shown { column } else { "NULL" };
        format!(
            "id, {}, action, direction, version, {}, {}, from_version, from_dirty, to_version, \
             to_dirty, up_sha256, down_sha256, {}, {}",
            match self {
                Columns::Rule => "0",
                _ => "(extract(epoch FROM at) OPERATOR(pg_catalog.*) 1000000)::bigint",
            },
            if_shown("name", is_shown),
            if_shown("error", is_all),
            if_shown("duration_ms", is_shown),
            if is_all { "db_role, os_user, os_host, program" } else { "NULL, NULL, NULL, NULL" },
        )
    }
}

/// [`LogEntry::floor`] of an entry without an error, in SQL.
fn floor_sql() -> String {
    format!(
        "CASE WHEN action {NE} 'repair' THEN least(CASE WHEN NOT from_dirty THEN from_version END, \
         CASE WHEN NOT to_dirty THEN to_version END) END"
    )
}

impl Table {
    /// What the log says is applied; nothing where there is no log or we may not read it. For a status
    /// with names and times.
    ///
    /// # Errors
    ///
    /// [`Fault`]; a table of that name that is no log of ours is one too.
    pub fn logged(&self, session: &mut Session, columns: Columns) -> Result<Logged, Fault> {
        let mut latest = Latest::default();
        if self.log.exists && self.log.may_read {
            let sql = self.latest_sql(columns);
            match session.query_each(&sql, |row| latest.read(row)) {
                Err(fault) if fault.code() == Some(UNDEFINED_TABLE) => {}
                read => read?,
            }
        }
        self.logged_after(session, columns, latest)
    }

    /// The same where the latest entries were read already.
    ///
    /// # Errors
    ///
    /// As [`Table::logged`].
    pub fn logged_after(
        &self,
        session: &mut Session,
        columns: Columns,
        latest: Latest,
    ) -> Result<Logged, Fault> {
        let last = latest.entries.first().map_or(0, |entry| entry.id);
        let mut history = History::default();
        if let Some((oldest, floor)) = latest.floor() {
            let sql = self.older_sql(columns, oldest, floor);
            session.query_each(&sql, |row| entry(row).into_iter().for_each(|e| history.read(e)))?;
        }
        latest.entries.into_iter().rev().for_each(|entry| history.read(entry));
        Ok(Logged { history, last })
    }

    /// SQL for the latest entries; [`Latest::read`] takes its rows.
    pub fn latest_sql(&self, columns: Columns) -> String {
        format!(
            "SELECT {} FROM {} WHERE error IS NULL ORDER BY id DESC LIMIT {LATEST}",
            columns.sql(),
            self.quoted_log()
        )
    }

    /// SQL for those entries before `oldest` that count, in their order; `floor` is the lowest version
    /// that the row was at since. An entry of a version counts if the row was not below it since, see
    /// `history`, and so does each that says that the row was lower than ever since. Those without a
    /// direction are few, and are all read.
    fn older_sql(&self, columns: Columns, oldest: i64, floor: i64) -> String {
        const LE: &str = "OPERATOR(pg_catalog.<=)";
        const LT: &str = "OPERATOR(pg_catalog.<)";
        const GE: &str = "OPERATOR(pg_catalog.>=)";
        let (log, own) = (self.quoted_log(), floor_sql());
        let counts =
            |floor: &str| format!("direction IS NULL OR version {LE} {floor} OR own {LT} {floor}");
        let is_older = format!("id {LT} {oldest} AND error IS NULL");
        // Where the row was at none, what is older does not count. To look for that costs a reading of
        // what it looks through, so it is not looked for where that is all there is.
        let near = oldest.saturating_sub(NEAR);
        let start = match near {
            ..=NEAR => String::new(),
            _ => format!(
                "AND id {GE} coalesce((SELECT pg_catalog.max(id) FROM {log} \
                 WHERE {is_older} AND id {GE} {near} AND {own} {LT} 0), {})",
                i64::MIN + 1
            ),
        };
        format!(
            "SELECT {columns} FROM (SELECT {ALL}, own, least({floor}, pg_catalog.min(own) OVER (\
             ORDER BY id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS since \
             FROM (SELECT {ALL}, {own} AS own FROM {log} WHERE {is_older} {start}) AS done \
             WHERE {may_count}) AS older WHERE {counts} ORDER BY id",
            columns = columns.sql(),
            may_count = counts(&floor.to_string()),
            counts = counts("since"),
        )
    }

    /// The newest entries, the newest first, all or so many; none where there is no log or we may not
    /// read it.
    ///
    /// # Errors
    ///
    /// As [`Table::logged`].
    pub fn newest(
        &self,
        session: &mut Session,
        limit: Option<u64>,
    ) -> Result<Vec<LogEntry>, Fault> {
        let limit = limit.map(|limit| format!(" LIMIT {}", number(Some(limit))));
        self.matching("true", &limit.unwrap_or_default(), session)
    }

    /// The newest entry without an error that has the checksum of a version's up or down text.
    ///
    /// # Errors
    ///
    /// As [`Table::logged`].
    pub fn newest_text(
        &self,
        session: &mut Session,
        version: Version,
        direction: Direction,
    ) -> Result<Option<LogEntry>, Fault> {
        let condition = format!(
            "version {EQ} {} AND error IS NULL AND {direction}_sha256 IS NOT NULL",
            number(Some(version))
        );
        Ok(self.matching(&condition, " LIMIT 1", session)?.pop())
    }

    /// Whether an entry after the `last` one says that a version ran.
    ///
    /// # Errors
    ///
    /// As [`Table::logged`].
    pub fn has_run(
        &self,
        session: &mut Session,
        version: Version,
        last: i64,
    ) -> Result<bool, Fault> {
        let condition = format!(
            "id OPERATOR(pg_catalog.>) {last} AND version {EQ} {} AND direction {EQ} {} \
             AND error IS NULL",
            number(Some(version)),
            literal(&Direction::Up.to_string())
        );
        Ok(!self.matching(&condition, " LIMIT 1", session)?.is_empty())
    }

    /// The entries for which a condition holds, the newest first.
    fn matching(
        &self,
        condition: &str,
        limit: &str,
        session: &mut Session,
    ) -> Result<Vec<LogEntry>, Fault> {
        let mut entries = Vec::new();
        if !self.log.exists || !self.log.may_read {
            return Ok(entries);
        }
        let sql = format!(
            "SELECT {} FROM {} WHERE {condition} ORDER BY id DESC{limit}",
            Columns::All.sql(),
            self.quoted_log()
        );
        match session.query_each(&sql, |row| entries.extend(entry(row))) {
            Err(fault) if fault.code() == Some(UNDEFINED_TABLE) => Ok(entries),
            read => read.map(|()| entries),
        }
    }
}

/// An entry as the server writes it; `None` for one that makes no sense.
fn entry(mut values: Values<'_>) -> Option<LogEntry> {
    let mut next = || values.next().flatten();
    let id = next()?.parse().ok()?;
    let micros: i64 = next()?.parse().ok()?;
    let since = Duration::from_micros(micros.unsigned_abs());
    let at = match micros {
        0.. => SystemTime::UNIX_EPOCH.checked_add(since)?,
        _ => SystemTime::UNIX_EPOCH.checked_sub(since)?,
    };
    let action = Action::from_word(next()?);
    let direction = match next() {
        Some("up") => Some(Direction::Up),
        Some("down") => Some(Direction::Down),
        _ => None,
    };
    let version = next().and_then(|version| version.parse().ok());
    let (name, error) = (next().map(str::to_string), next().map(str::to_string));
    let mut state = || {
        let version = next()?.parse::<i64>().ok()?;
        let dirty = next()? == "t";
        Some(State { version: Version::try_from(version).ok(), dirty })
    };
    let (from, to) = (state()?, state()?);
    let mut checksum = || next().and_then(Checksum::parse);
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
        role: next().unwrap_or_default().to_string(),
        os_user: next().map(str::to_string),
        os_host: next().map(str::to_string),
        program: next().unwrap_or_default().to_string(),
    })
}
