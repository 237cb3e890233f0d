//! Puts what a plan does in steps, and the steps in order.
//!
//! Many objects come and go with the statement of another: the columns of a table with its own.

use std::collections::BTreeMap;

use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::kinds;
use crate::snapshot::statements::order::Order;
use crate::snapshot::statements::plan::{Plan, is_of_identity};
use crate::snapshot::statements::words::{column_name, table_of};
use crate::snapshot::statements::{column, extras, relation, types};

/// What is done in a step, in the order in which it is done where there is a choice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    Drop,
    Alter,
    Create,
}

impl Plan {
    /// The object whose statement drops this one.
    fn dropped_with(&self, own: &Id) -> Id {
        let Some(object) = self.from.get(own) else { return own.clone() };
        if self.circular.contains(own) {
            return own.clone();
        }
        let goes = |parent: &&Id| self.drops.contains(parent);
        let stays_without = matches!(own.kind.as_str(), "server" | "user mapping" | "transform");
        let parent = object.parent.as_ref().filter(goes).filter(|_| !stays_without);
        if let Some(parent) = parent {
            return self.dropped_with(parent);
        }
        if let Some(original) = self.from.originals(own).iter().find(goes) {
            return self.dropped_with(original);
        }
        // An index goes with any of its columns.
        let is_part = matches!(own.kind.as_str(), "index" | "constraint" | "statistics");
        let needed = self.from.depends.get(own).into_iter().flatten();
        let column = needed.filter(goes).find(|column| {
            column.kind == "column"
                && self.from.get(column).is_some_and(|column| column.parent == object.parent)
        });
        match column {
            Some(column) if is_part && !self.creates.contains(own) => self.dropped_with(column),
            _ => own.clone(),
        }
    }

    /// The object whose statement makes this one.
    fn made_with(&self, own: &Id) -> Id {
        let Some(object) = self.to.get(own) else { return own.clone() };
        let Some(parent) = object.parent.clone() else { return own.clone() };
        let is_made = self.creates.contains(&parent);
        let is_part = match own.kind.as_str() {
            "column" => is_made || self.alters.contains_key(&parent) && parent.kind == "view",
            "default" => is_made,
            "operator of family" | "function of family" => {
                is_made && parent.kind == "operator class"
            }
            "index" => is_made && parent.kind == "constraint",
            "constraint" if parent.kind == "domain" => {
                object.is("convalidated") && (is_made || self.is_replaced(&parent))
            }
            "constraint" => {
                is_made && relation::is_inline(object) && self.to.originals(own).is_empty()
            }
            "sequence" => self.to.identity(&parent).is_some(),
            _ => false,
        };
        // A default of a view's column is no part of the view.
        let is_part = is_part
            && !(own.kind == "default"
                && self
                    .to
                    .relation(table_of(own))
                    .is_some_and(|(id, _)| id.kind.ends_with("view")));
        if is_part { self.made_with(&parent) } else { own.clone() }
    }

    /// Whether an object goes with a change to what it belongs to.
    fn goes_by_itself(&self, own: &Id) -> bool {
        let Some(parent) = self.from.get(own).and_then(|object| object.parent.as_ref()) else {
            return false;
        };
        match own.kind.as_str() {
            "sequence" => is_of_identity(own, &self.from),
            "constraint" => self.is_replaced(parent),
            _ => false,
        }
    }

    /// Columns are made in their order.
    fn position(&self, own: &Id) -> Option<(String, usize)> {
        let table = table_of(own);
        let columns = self.to.columns.get(table).filter(|_| own.kind == "column")?;
        let position = columns.iter().position(|name| name == column_name(own))?;
        Some((table.to_string(), position))
    }

    /// What of an object that is made again no statement brings back.
    fn lost(&self, own: &Id, object: &Object) -> Option<&'static str> {
        match own.kind.as_str() {
            "table" if object.get("relkind") == "r" => Some("rows"),
            "column" if !object.has("attgenerated") && self.to.originals(own).is_empty() => {
                let relation = self.to.relation(table_of(own))?;
                (relation.0.kind == "table").then_some("values")
            }
            _ => None,
        }
    }

    /// The statements, in their order.
    pub fn steps(&self) -> Vec<String> {
        let mut order = Order::new();
        let mut texts: Vec<Vec<String>> = Vec::new();
        let mut steps: BTreeMap<(Deed, Id), usize> = BTreeMap::new();
        let mut step = |deed, own: &Id, texts: &mut Vec<Vec<String>>| {
            *steps.entry((deed, own.clone())).or_insert_with(|| {
                texts.push(Vec::new());
                order.step((deed, rank(deed, own), self.position(own), own.clone()))
            })
        };
        let mut places: BTreeMap<(Deed, &Id), usize> = BTreeMap::new();
        for own in &self.drops {
            let with = self.dropped_with(own);
            let column = self.from.get(own).and_then(|object| object.parent.as_ref());
            let place = match column.filter(|column| self.alters.contains_key(column)) {
                Some(column) if is_of_identity(own, &self.from) => {
                    step(Deed::Alter, column, &mut texts)
                }
                _ => step(Deed::Drop, &with, &mut texts),
            };
            places.insert((Deed::Drop, own), place);
            if with == *own && !self.goes_by_itself(own) {
                texts[place] = kinds::drop(own, &self.from);
            }
        }
        for (own, (statements, _)) in &self.alters {
            let place = step(Deed::Alter, own, &mut texts);
            places.insert((Deed::Alter, own), place);
            texts[place] = statements.clone();
        }
        let mut extra: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for own in &self.creates {
            let with = self.made_with(own);
            // A column that a view gets is made when the view is changed.
            let deed = if self.creates.contains(&with) { Deed::Create } else { Deed::Alter };
            let place = step(deed, &with, &mut texts);
            places.insert((Deed::Create, own), place);
            let Some(object) = self.to.get(own) else { continue };
            if with == *own {
                texts[place] = kinds::create(own, &self.to);
                if let Some(what) = self.lost(own, object) {
                    let comment = format!("-- The {what} of {} cannot be restored.", own.name);
                    texts[place].insert(0, comment);
                }
            }
            let extras = extra.entry(place).or_default();
            if own.kind == "index" && with != *own {
                let none = Object::default();
                extras.extend(relation::index_marks(own, &none, object, &self.to));
            }
            if own.kind == "column" && with != *own && with.kind.ends_with("view") {
                extras.extend(column::more(own, object, &self.to));
            }
            extras.extend(extras::of_new(own, object, &self.from));
        }
        for (place, statements) in extra {
            texts[place].extend(statements);
        }
        // Relations and types of one name cannot be there at once.
        let mut names: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (&(deed, own), &place) in &places {
            if deed == Deed::Drop && shares_names(own) {
                names.entry(&own.name).or_default().push(place);
            }
        }
        for (&(deed, own), &place) in &places {
            if deed == Deed::Create && shares_names(own) {
                let gone = names.get(own.name.as_str()).into_iter().flatten();
                gone.for_each(|&first| order.before(first, place));
            }
        }
        let at = |deed: Deed, own: &Id| places.get(&(deed, own)).copied();
        for (&(deed, own), &place) in &places {
            if let (Deed::Create, Some(first)) = (deed, at(Deed::Drop, own)) {
                order.before(first, place);
            }
            let model = if deed == Deed::Drop { &self.from } else { &self.to };
            for needed in model.depends.get(own).into_iter().flatten() {
                let then =
                    |deeds: [Deed; 2]| deeds.map(|deed| at(deed, needed)).into_iter().flatten();
                match deed {
                    Deed::Drop => {
                        then([Deed::Drop, Deed::Alter]).for_each(|then| order.before(place, then));
                    }
                    _ => {
                        then([Deed::Create, Deed::Alter])
                            .for_each(|first| order.before(first, place));
                    }
                }
            }
            if deed == Deed::Alter {
                for needed in self.from.depends.get(own).into_iter().flatten() {
                    if let Some(then) = at(Deed::Drop, needed) {
                        order.before(place, then);
                    }
                }
            }
        }
        let sorted = order.sorted();
        let statements = sorted.into_iter().flat_map(|place| std::mem::take(&mut texts[place]));
        // Domains before the types that they are of.
        let replaced = self.alters.keys().filter(|own| self.is_replaced(own));
        let old = replaced.filter_map(|own| types::drop_old(own, &self.from));
        statements.chain(old).collect()
    }
}

fn shares_names(own: &Id) -> bool {
    own.kind.ends_with("table")
        || own.kind.ends_with("view")
        || matches!(own.kind.as_str(), "index" | "sequence" | "type" | "domain")
}

/// What is made first, and dropped last.
const KINDS: [&str; 38] = [
    "schema",
    "extension",
    "access method",
    "language",
    "collation",
    "conversion",
    "type",
    "domain",
    "text search parser",
    "text search template",
    "text search dictionary",
    "text search configuration",
    "foreign data wrapper",
    "server",
    "user mapping",
    "operator family",
    "sequence",
    "table",
    "foreign table",
    "column",
    "owner of sequence",
    "default",
    "constraint",
    "index",
    "statistics",
    "materialized view",
    "view",
    "function",
    "procedure",
    "aggregate",
    "operator",
    "operator class",
    "cast",
    "rule",
    "trigger",
    "policy",
    "publication",
    "subscription",
];

/// Where an object stands among those of its kind of step.
fn rank(deed: Deed, own: &Id) -> usize {
    let place = match own.kind.as_str() {
        // They would fire on what else is done.
        "event trigger" => KINDS.len() + 2,
        // They would hold for what else is made.
        "default privileges" => KINDS.len() + 1,
        kind => KINDS.iter().position(|other| *other == kind).unwrap_or(KINDS.len()),
    };
    match deed {
        Deed::Drop => KINDS.len() + 3 - place,
        _ => place,
    }
}
