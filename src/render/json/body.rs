//! What a command is for, as it is written: a shape a command.
//!
//! A command that has not come so far has the same fields: lists that are known to be empty are
//! empty, what is not known is null.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Datelike, SecondsFormat};
use dbm::{Direction, Edit, LogEntry, Repair, Standing, State, Status, StatusRow, Version, Why};
use serde::Serialize;

use crate::render::json::{Body, Finding, RanFile};

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Parts<'a> {
    Nothing {},
    Run {
        files: Vec<Ran<'a>>,
        left: usize,
        ahead: bool,
    },
    Status {
        table: Option<&'a str>,
        pending: Option<usize>,
        wrong: Option<usize>,
        migrations: Option<Vec<Migration<'a>>>,
    },
    Verify {
        findings: Option<&'a [Finding]>,
    },
    Log {
        entries: Option<Vec<Entry<'a>>>,
    },
    Repair {
        repaired: Vec<Repaired<'a>>,
    },
}

#[derive(Serialize)]
pub(super) struct Ran<'a> {
    version: Version,
    direction: &'static str,
    name: Option<&'a str>,
    duration_ms: f64,
    from_log: bool,
}

#[derive(Clone, Serialize)]
pub(super) struct Migration<'a> {
    pub version: Version,
    pub name: Option<&'a str>,
    pub state: &'static str,
    pub edited: Option<&'static str>,
    pub down_edited: bool,
    pub missing: bool,
    pub no_down: bool,
    pub applied_at: Option<String>,
    pub duration_ms: Option<f64>,
    pub checksum: Option<String>,
}

#[derive(Clone, Serialize)]
pub(super) struct Entry<'a> {
    pub id: i64,
    pub at: Option<String>,
    pub action: &'a str,
    pub direction: Option<&'static str>,
    pub version: Option<Version>,
    pub name: Option<&'a str>,
    pub error: Option<&'a str>,
    pub from: Place,
    pub to: Place,
    pub up_sha256: Option<String>,
    pub down_sha256: Option<String>,
    pub duration_ms: Option<f64>,
    pub db_role: &'a str,
    pub os_user: Option<&'a str>,
    pub os_host: Option<&'a str>,
    pub program: &'a str,
}

/// The row.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Place {
    version: Option<Version>,
    dirty: bool,
}

#[derive(Serialize)]
pub(super) struct Repaired<'a> {
    pub version: Version,
    pub name: Option<&'a str>,
    pub why: &'static str,
}

impl<'a> Parts<'a> {
    pub(super) fn of(command: &str, body: &'a Body<'a>) -> Parts<'a> {
        match body {
            Body::Nothing => Parts::unknown(command),
            Body::Run { files, left, ahead } => Parts::Run {
                files: files.iter().map(Ran::of).collect(),
                left: *left,
                ahead: *ahead,
            },
            Body::Status(status, rows) => Parts::Status {
                table: Some(&status.table),
                pending: Some(count(status, |row| row.standing == Standing::Pending)),
                wrong: Some(count(status, StatusRow::is_wrong)),
                migrations: Some(rows.iter().map(|row| Migration::of(row)).collect()),
            },
            Body::Verify(findings) => Parts::Verify { findings: Some(findings) },
            Body::Log(entries) => {
                Parts::Log { entries: Some(entries.iter().map(Entry::of).collect()) }
            }
            Body::Repair(repairs) => {
                Parts::Repair { repaired: repairs.iter().map(Repaired::of).collect() }
            }
        }
    }

    /// Of a command that has not come so far.
    fn unknown(command: &str) -> Parts<'a> {
        match command {
            "up" | "down" | "goto" | "redo" | "rollback" => {
                Parts::Run { files: Vec::new(), left: 0, ahead: false }
            }
            "status" => Parts::Status { table: None, pending: None, wrong: None, migrations: None },
            "verify" => Parts::Verify { findings: None },
            "log" => Parts::Log { entries: None },
            "repair" => Parts::Repair { repaired: Vec::new() },
            _ => Parts::Nothing {},
        }
    }
}

fn count(status: &Status, is_one: impl Fn(&StatusRow) -> bool) -> usize {
    status.rows.iter().filter(|row| is_one(row)).count()
}

impl<'a> Ran<'a> {
    fn of(file: &'a RanFile) -> Ran<'a> {
        Ran {
            version: file.version,
            direction: direction(file.direction),
            name: file.name.as_deref(),
            duration_ms: millis(file.took),
            from_log: file.is_from_log,
        }
    }
}

impl<'a> Migration<'a> {
    fn of(row: &'a StatusRow) -> Migration<'a> {
        Migration {
            version: row.version,
            name: row.name.as_deref(),
            state: standing(row.standing),
            edited: row.edit.map(edit),
            down_edited: row.is_down_edited,
            missing: row.is_missing,
            no_down: row.has_no_down,
            applied_at: row.at.and_then(utc),
            duration_ms: row.took.map(millis),
            checksum: row.checksum.map(|checksum| checksum.to_string()),
        }
    }
}

impl<'a> Entry<'a> {
    fn of(entry: &'a LogEntry) -> Entry<'a> {
        Entry {
            id: entry.id,
            at: utc(entry.at),
            action: entry.action.word(),
            direction: entry.direction.map(direction),
            version: entry.version,
            name: entry.name.as_deref(),
            error: entry.error.as_deref(),
            from: entry.from.into(),
            to: entry.to.into(),
            up_sha256: entry.up.map(|checksum| checksum.to_string()),
            down_sha256: entry.down.map(|checksum| checksum.to_string()),
            duration_ms: entry.took.map(millis),
            db_role: &entry.role,
            os_user: entry.os_user.as_deref(),
            os_host: entry.os_host.as_deref(),
            program: &entry.program,
        }
    }
}

impl From<State> for Place {
    fn from(state: State) -> Place {
        Place { version: state.version, dirty: state.dirty }
    }
}

impl<'a> Repaired<'a> {
    fn of(repair: &'a Repair) -> Repaired<'a> {
        let (version, name) = (repair.version, repair.name.as_deref());
        Repaired { version, name, why: why(repair.why) }
    }
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
    }
}

pub(super) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Applied => "applied",
        Standing::Adopted => "adopted",
        Standing::Pending => "pending",
        Standing::Late => "late",
        Standing::Dirty => "dirty",
        _ => "unknown",
    }
}

pub(super) fn edit(edit: Edit) -> &'static str {
    match edit {
        Edit::Cosmetic => "comments",
        _ => "substance",
    }
}

pub(super) fn why(why: Why) -> &'static str {
    match why {
        Why::DownEdited => "down-edited",
        Why::Late => "late",
        _ => "edited",
    }
}

/// Milliseconds, to a thousandth.
pub(super) fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

/// RFC 3339, in UTC; `None` for a year that it has no four digits for.
pub(super) fn utc(at: SystemTime) -> Option<String> {
    let micros = match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).ok()?,
        Err(error) => i64::try_from(error.duration().as_micros()).ok()?.checked_neg()?,
    };
    let time = DateTime::from_timestamp_micros(micros)?;
    (0..=9999).contains(&time.year()).then(|| time.to_rfc3339_opts(SecondsFormat::Micros, true))
}
