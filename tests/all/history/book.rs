//! The log as it is in the database, and shorthands for those who write in it.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::{Database, Folder, Output, Run};

/// The log of the version table that has no other name.
pub const LOG: &str = "public.schema_migrations_log";

/// A row of the log.
#[derive(Clone, Debug)]
pub struct Entry {
    pub action: String,
    pub direction: Option<String>,
    pub version: Option<i64>,
    pub name: Option<String>,
    pub error: Option<String>,
    pub from: (i64, bool),
    pub to: (i64, bool),
    pub up_sha256: Option<String>,
    pub down_sha256: Option<String>,
    pub up_text: Option<String>,
    pub down_text: Option<String>,
    pub duration_ms: Option<f64>,
    pub db_role: String,
    pub os_user: Option<String>,
    pub os_host: Option<String>,
    pub program: String,
}

impl Entry {
    /// `run up 2: 1 -> 2`, `force 3: 2 -> 3`, `run up 3: 2 -> 2 failed`; `2!` is dirty.
    pub fn line(&self) -> String {
        let state = |(version, dirty)| format!("{version}{}", if dirty { "!" } else { "" });
        let words = [
            Some(self.action.clone()),
            self.direction.clone(),
            self.version.map(|version| version.to_string()),
        ];
        let failed = if self.error.is_some() { " failed" } else { "" };
        format!(
            "{}: {} -> {}{failed}",
            words.into_iter().flatten().collect::<Vec<_>>().join(" "),
            state(self.from),
            state(self.to)
        )
    }
}

/// The whole log, the oldest row first.
#[track_caller]
pub fn entries(db: &Database) -> Vec<Entry> {
    entries_of(db, LOG)
}

/// Another table's log, named as SQL names it.
#[track_caller]
pub fn entries_of(db: &Database, log: &str) -> Vec<Entry> {
    let sql = format!(
        "SELECT action, direction, version, name, error, from_version, from_dirty, to_version, \
         to_dirty, up_sha256, down_sha256, up_text, down_text, duration_ms, db_role, os_user, \
         os_host, program FROM {log} ORDER BY id"
    );
    let rows = db.client().query(&sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    rows.iter()
        .map(|row| Entry {
            action: row.get(0),
            direction: row.get(1),
            version: row.get(2),
            name: row.get(3),
            error: row.get(4),
            from: (row.get(5), row.get(6)),
            to: (row.get(7), row.get(8)),
            up_sha256: row.get(9),
            down_sha256: row.get(10),
            up_text: row.get(11),
            down_text: row.get(12),
            duration_ms: row.get(13),
            db_role: row.get(14),
            os_user: row.get(15),
            os_host: row.get(16),
            program: row.get(17),
        })
        .collect()
}

/// The log, a line a row.
#[track_caller]
pub fn lines(db: &Database) -> Vec<String> {
    entries(db).iter().map(Entry::line).collect()
}

/// The last row.
#[track_caller]
pub fn last(db: &Database) -> Entry {
    entries(db).pop().expect("a row in the log")
}

/// Whether there is a table of this name, named as SQL names it.
#[track_caller]
pub fn exists(db: &Database, table: &str) -> bool {
    db.number(&format!("SELECT count(to_regclass('{table}'))")) == 1
}

/// The log's rows that are done, in their order, lead to the version row. Each begins where the one
/// before it ended, but for two: `force` begins wherever the row was, and an adoption begins at the
/// newest known version, unless it leaves the row where it is.
#[track_caller]
pub fn assert_explained(db: &Database, context: &str) {
    let mut at = (-1, false);
    let mut known = BTreeSet::new();
    let book = entries(db);
    let trail = || book.iter().map(|entry| entry.line()).collect::<Vec<_>>();
    for entry in book.iter().filter(|entry| entry.error.is_none()) {
        let newest = (known.last().copied().unwrap_or(-1), false);
        let from = match entry.action.as_str() {
            "force" => entry.from,
            "adopt" if entry.from != entry.to => newest,
            _ => at,
        };
        assert_eq!(entry.from, from, "{}: {context}\n{:#?}", entry.line(), trail());
        at = entry.to;
        match (entry.direction.as_deref(), entry.version) {
            (Some("up"), Some(version)) => drop(known.insert(version)),
            (Some("down"), Some(version)) => drop(known.remove(&version)),
            _ => {}
        }
        known.retain(|version| *version <= at.0);
    }
    assert_eq!(db.row().unwrap_or((-1, false)), at, "{context}\n{:#?}", trail());
}

/// `dbm` with this database, this folder and these arguments.
#[track_caller]
pub fn dbm(db: &Database, folder: &Folder, args: &[&str]) -> Output {
    Run::dbm().db(db).path(folder).args(args.iter().copied()).output()
}

/// The same, and it must succeed.
#[track_caller]
pub fn ok(db: &Database, folder: &Folder, args: &[&str]) -> Output {
    let output = dbm(db, folder, args);
    output.assert_status(0);
    output
}

/// The same, and it must succeed with this on stderr and nothing else.
#[track_caller]
pub fn says(db: &Database, folder: &Folder, args: &[&str], stderr: &str) -> Output {
    Run::dbm().db(db).path(folder).args(args.iter().copied()).stderr(stderr).check()
}

/// golang-migrate, which must succeed.
#[track_caller]
pub fn migrate(reference: &Path, db: &Database, folder: &Folder, args: &[&str]) -> Output {
    let run = Run::program(reference).db(db).path(folder).args(args.iter().copied());
    let output = run.output();
    output.assert_status(0);
    output
}
