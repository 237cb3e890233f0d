//! Objects, and all of a database at one moment.

use std::collections::{BTreeMap, BTreeSet};

/// What names an object in a database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// As SQL calls it: `table`, `column`, `materialized view`.
    pub kind: String,
    /// Qualified and quoted where need be.
    pub name: String,
}

/// An object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// What it belongs to and comes and goes with: a column's table, an index's constraint.
    pub parent: Option<Id>,
    /// What it is, by the names of the catalog's columns; references as names.
    pub values: BTreeMap<String, String>,
}

/// What a database holds at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// In the order of their names.
    pub objects: BTreeMap<Id, Object>,
    /// The columns of each table, in their order.
    pub columns: BTreeMap<String, Vec<String>>,
    /// Who looked: who runs statements owns what they make.
    pub role: String,
    /// Whether the server has the privilege MAINTAIN.
    pub(super) knows_maintain: bool,
    /// What each object depends on.
    pub(super) depends: BTreeMap<Id, BTreeSet<Id>>,
    /// Of which database, and by which numbers it knows its objects, columns by the table's and
    /// their own: an object keeps its number under another name.
    pub(super) database: String,
    pub(super) numbers: BTreeMap<Id, (u32, i32)>,
}

/// Who looked is not compared, and dependencies follow from the rest.
impl PartialEq for Snapshot {
    fn eq(&self, other: &Snapshot) -> bool {
        self.objects == other.objects && self.columns == other.columns
    }
}

impl Eq for Snapshot {}
