//! Pairs that were tried, as `json.schema.json` describes them.

use std::collections::BTreeMap;

use dbm::snapshot::{Change, Difference};
use dbm::{Cause, Error, LostData, PairFinding, PairOutcome, Version};
use serde::Serialize;

use crate::render::json::millis;
use crate::render::pairs::{Tried, findings};
use crate::render::table::result;

/// A pair.
#[derive(Serialize)]
pub struct PairItem {
    pub version: Version,
    pub name: String,
    pub result: &'static str,
    pub irreversible: Option<String>,
    pub fixed: bool,
    pub up_file: String,
    pub down_file: String,
    pub duration_ms: f64,
    pub findings: Vec<PairFindingItem>,
    pub statements: Vec<String>,
}

/// One thing that was found of it.
#[derive(Serialize)]
pub struct PairFindingItem {
    pub kind: &'static str,
    pub note: bool,
    pub message: String,
    pub file: String,
    pub line: Option<usize>,
    pub sqlstate: Option<String>,
    pub object: Option<ObjectItem>,
    pub rows: Option<RowsItem>,
}

/// An object that differs.
#[derive(Serialize)]
pub struct ObjectItem {
    pub kind: String,
    pub name: String,
    pub before: Option<Values>,
    pub after: Option<Values>,
}

/// By the names of the catalog's columns.
type Values = BTreeMap<String, Option<String>>;

/// Rows that are not as they were.
#[derive(Serialize)]
pub struct RowsItem {
    pub table: String,
    pub before: usize,
    pub after: usize,
    pub columns: BTreeMap<String, usize>,
}

impl PairItem {
    /// What came of a pair; `fixed` where its down file was written.
    pub fn of(tried: &Tried, fixed: bool) -> PairItem {
        let pair = &tried.pair;
        PairItem {
            version: pair.version,
            name: pair.name.clone(),
            result: result(&pair.outcome),
            irreversible: match &pair.outcome {
                PairOutcome::Irreversible(why) => Some(why.clone()),
                _ => None,
            },
            fixed,
            up_file: tried.up.display().to_string(),
            down_file: tried.down.display().to_string(),
            duration_ms: millis(pair.took),
            findings: pair.findings.iter().map(|it| PairFindingItem::of(it, tried)).collect(),
            statements: tried.statements(),
        }
    }
}

impl PairFindingItem {
    fn of(finding: &PairFinding, tried: &Tried) -> PairFindingItem {
        let (file, line) = findings::file(finding, tried);
        PairFindingItem {
            kind: findings::kind(finding),
            note: finding.is_note(),
            message: findings::text(finding),
            file: file.display().to_string(),
            line,
            sqlstate: sqlstate(finding),
            object: match finding {
                PairFinding::NotUndone(it) | PairFinding::UpAgainDiffers(it) => Some(it.into()),
                _ => None,
            },
            rows: match finding {
                PairFinding::DataLost(lost) => Some(lost.into()),
                _ => None,
            },
        }
    }
}

fn sqlstate(finding: &PairFinding) -> Option<String> {
    let of_cause = |cause: &Cause| match cause {
        Cause::Server(error) => Some(error.code.clone()),
        _ => None,
    };
    match finding {
        PairFinding::UpFailed(Error::Failed(failure))
        | PairFinding::DownFailed(Error::Failed(failure))
        | PairFinding::UpAgainFailed(Error::Failed(failure)) => of_cause(&failure.cause),
        PairFinding::SeedFailed { cause, .. } => of_cause(cause),
        _ => None,
    }
}

impl From<&Difference> for ObjectItem {
    fn from(difference: &Difference) -> ObjectItem {
        let all = |values: &BTreeMap<String, String>| {
            values.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect()
        };
        let columns = |names: &[String]| [("columns".to_string(), Some(names.join(", ")))].into();
        let (before, after) = match &difference.change {
            Change::Added(object) => (None, Some(all(&object.values))),
            Change::Missing(object) => (Some(all(&object.values)), None),
            Change::Changed { values, .. } => {
                let before = values.iter().map(|(name, (it, _))| (name.clone(), it.clone()));
                let after = values.iter().map(|(name, (_, it))| (name.clone(), it.clone()));
                (Some(before.collect()), Some(after.collect()))
            }
            Change::Order { before, after } => (Some(columns(before)), Some(columns(after))),
        };
        let (kind, name) = (difference.id.kind.clone(), difference.id.name.clone());
        ObjectItem { kind, name, before, after }
    }
}

impl From<&LostData> for RowsItem {
    fn from(lost: &LostData) -> RowsItem {
        RowsItem {
            table: lost.table.clone(),
            before: lost.rows_before,
            after: lost.rows_after,
            columns: lost.columns.iter().cloned().collect(),
        }
    }
}
