//! What differs between two snapshots, object by object.

use std::collections::BTreeMap;

use crate::snapshot::object::{Id, Object, Snapshot};

/// An object that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub id: Id,
    /// How it differs.
    pub change: Change,
}

impl Difference {
    /// Whether only the order of a table's columns differs.
    pub fn is_order(&self) -> bool {
        matches!(self.change, Change::Order { .. })
    }
}

/// How an object differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only the second snapshot has it.
    Added(Object),
    /// Only the first has it.
    Missing(Object),
    /// Both have it, with other values: by name, what they were and are.
    Changed {
        /// As it was.
        before: Object,
        /// As it is.
        after: Object,
        /// What differs: before and after, nothing for what is not there.
        values: BTreeMap<String, (Option<String>, Option<String>)>,
    },
    /// A table has the same columns in another order. That alone is no failure.
    Order {
        /// The columns as they were.
        before: Vec<String>,
        /// The columns as they are.
        after: Vec<String>,
    },
}

/// Compares. An object that came or went with what it belongs to is not told apart.
pub fn compare(before: &Snapshot, after: &Snapshot) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (id, object) in &before.objects {
        let change = match after.objects.get(id) {
            None if is_told(object, before, after) => Change::Missing(object.clone()),
            Some(other) if other.values != object.values => Change::Changed {
                before: object.clone(),
                after: other.clone(),
                values: values(object, other),
            },
            _ => continue,
        };
        differences.push(Difference { id: id.clone(), change });
    }
    for (id, object) in &after.objects {
        if !before.objects.contains_key(id) && is_told(object, after, before) {
            let change = Change::Added(object.clone());
            differences.push(Difference { id: id.clone(), change });
        }
    }
    for (table, columns) in &before.columns {
        let Some(others) = after.columns.get(table) else { continue };
        let (mut sorted, mut others_sorted) = (columns.clone(), others.clone());
        sorted.sort();
        others_sorted.sort();
        if sorted == others_sorted && columns != others {
            let change = Change::Order { before: columns.clone(), after: others.clone() };
            let id = Id { kind: "table".to_string(), name: table.clone() };
            differences.push(Difference { id, change });
        }
    }
    differences
}

/// Whether an object that only one snapshot has is told: not if what it belongs to is told.
fn is_told(object: &Object, has: &Snapshot, lacks: &Snapshot) -> bool {
    let Some(parent) = &object.parent else { return true };
    !has.objects.contains_key(parent) || lacks.objects.contains_key(parent)
}

fn values(before: &Object, after: &Object) -> BTreeMap<String, (Option<String>, Option<String>)> {
    let names = before.values.keys().chain(after.values.keys());
    let both = |name: &String| (before.values.get(name).cloned(), after.values.get(name).cloned());
    names.map(|name| (name.clone(), both(name))).filter(|(_, (a, b))| a != b).collect()
}
