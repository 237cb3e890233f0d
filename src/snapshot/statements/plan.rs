//! Which objects are dropped, made, changed, and made again because of others; and in which order.

use std::collections::{BTreeMap, BTreeSet};

use crate::snapshot::Id;
use crate::snapshot::statements::kinds::{self, Way};
use crate::snapshot::statements::model::Model;
use crate::snapshot::statements::order::Order;
use crate::snapshot::statements::words::table_of;
use crate::snapshot::statements::{column, extras, relation};

/// What is done with which objects.
pub struct Plan {
    from: Model,
    to: Model,
    /// What goes, whether or not it is made again.
    drops: BTreeSet<Id>,
    /// What is made, whether or not it was there.
    creates: BTreeSet<Id>,
    /// What is changed, and whether nothing may depend on it meanwhile.
    alters: BTreeMap<Id, (Vec<String>, bool)>,
    /// Foreign keys between tables that go and refer to each other: they go first.
    circular: BTreeSet<Id>,
}

/// What is done in a step, in the order in which it is done where there is a choice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    Drop,
    Alter,
    Create,
}

impl Plan {
    /// From one to the other.
    pub fn new(from: Model, to: Model) -> Plan {
        let only = |a: &Model, b: &Model| -> BTreeSet<Id> {
            a.objects.keys().filter(|id| !b.objects.contains_key(*id)).cloned().collect()
        };
        let (drops, creates) = (only(&from, &to), only(&to, &from));
        let changed: Vec<Id> = from
            .objects
            .iter()
            .filter(|(id, object)| {
                to.get(id).is_some_and(|other| {
                    other.values != object.values
                        || id.kind == "index" && other.parent != object.parent
                })
            })
            .map(|(id, _)| id.clone())
            .collect();
        let (alters, circular) = (BTreeMap::new(), BTreeSet::new());
        let mut plan = Plan { from, to, drops, creates, alters, circular };
        let mut remade = Vec::new();
        for own in &changed {
            let is_used = changed.iter().chain(&plan.creates).any(|other| {
                other != own
                    && plan.to.depends.get(other).is_some_and(|needed| needed.contains(own))
            });
            match kinds::alter(own, &plan.from, &plan.to, is_used) {
                Way::Alter(statements) => plan.alters.insert(own.clone(), (statements, false)),
                Way::Disturb(statements) => plan.alters.insert(own.clone(), (statements, true)),
                Way::Remake => {
                    remade.push(own.clone());
                    None
                }
            };
        }
        plan.spread(remade);
        plan.circular = plan.circles();
        plan
    }

    fn circles(&self) -> BTreeSet<Id> {
        let keys: Vec<(&Id, &str, &str)> = self
            .drops
            .iter()
            .filter_map(|own| Some((own, self.from.get(own)?)))
            .filter(|(_, object)| object.get("contype") == "f")
            .map(|(own, object)| (own, object.get("conrelid"), object.get("confrelid")))
            .filter(|(_, table, other)| table != other)
            .collect();
        let reaches = |start: &str, end: &str| {
            let (mut seen, mut wave) = (BTreeSet::new(), vec![start]);
            while let Some(table) = wave.pop() {
                if seen.insert(table) {
                    wave.extend(keys.iter().filter(|(_, of, _)| *of == table).map(|key| key.2));
                }
            }
            seen.contains(end)
        };
        let circular = keys.iter().filter(|(_, table, other)| reaches(other, table));
        circular.map(|(own, ..)| (*own).clone()).collect()
    }

    /// What is dropped or disturbed takes with it what depends on it.
    fn spread(&mut self, remade: Vec<Id>) {
        let mut dependents: BTreeMap<&Id, Vec<&Id>> = BTreeMap::new();
        for (own, needed) in &self.from.depends {
            for needed in needed {
                dependents.entry(needed).or_default().push(own);
            }
        }
        let mut found: BTreeSet<Id> = BTreeSet::new();
        let mut wave: Vec<Id> = remade;
        let mut causes: Vec<Id> = self.drops.iter().cloned().collect();
        causes.extend(
            self.alters.iter().filter(|(_, (_, disturbs))| *disturbs).map(|(id, _)| id.clone()),
        );
        loop {
            while let Some(own) = wave.pop() {
                let own = self.whole(own);
                let is_there = self.from.get(&own).is_some() && self.to.get(&own).is_some();
                if !is_there || found.contains(&own) {
                    continue;
                }
                if matches!(own.kind.as_str(), "type" | "domain") {
                    let statements = kinds::replace_type(&own, &self.from, &self.to);
                    let is_new = !self.alters.get(&own).is_some_and(|(_, disturbs)| *disturbs);
                    if is_new {
                        self.alters.insert(own.clone(), (statements, true));
                        causes.push(own);
                    }
                    continue;
                }
                // What belongs to it goes with it, the columns of a view too.
                let mut members = vec![own];
                while let Some(own) = members.pop() {
                    members.extend(self.from.members.get(&own).into_iter().flatten().cloned());
                    if self.to.get(&own).is_some() {
                        found.insert(own.clone());
                    }
                    causes.push(own);
                }
            }
            let Some(cause) = causes.pop() else { break };
            for own in dependents.get(&cause).into_iter().flatten() {
                if self.goes_with(own, &cause, &found) {
                    wave.push((*own).clone());
                }
            }
        }
        for own in found {
            self.alters.remove(&own);
            self.drops.insert(own.clone());
            self.creates.insert(own);
        }
    }

    /// A column of a view goes with the view.
    fn whole(&self, own: Id) -> Id {
        let relation = match own.kind.as_str() {
            "column" => self.from.relation(table_of(&own)).map(|(id, _)| id),
            _ => None,
        };
        match relation {
            Some(view) if view.kind.ends_with("view") => view.clone(),
            _ => own,
        }
    }

    /// Whether an object must be made again since another one goes or is disturbed.
    fn goes_with(&self, own: &Id, cause: &Id, remade: &BTreeSet<Id>) -> bool {
        let (Some(object), Some(_)) = (self.from.get(own), self.to.get(own)) else { return false };
        let needs_it = self.to.depends.get(own).is_some_and(|needed| needed.contains(cause));
        let is_altered = self.alters.contains_key(own);
        if is_altered && !needs_it {
            return false;
        }
        if self.drops.contains(cause) || remade.contains(cause) {
            // A table keeps its rows as long as it can.
            return own.kind != "column" || object.has("attgenerated");
        }
        // The cause is disturbed.
        match (cause.kind.as_str(), own.kind.as_str()) {
            ("column", "index" | "default" | "statistics" | "sequence" | "owner of sequence") => {
                false
            }
            ("column", "constraint") => object.get("contype") == "f",
            ("column", "column") => object.has("attgenerated"),
            (_, "column") => self.whole(own.clone()) != *own,
            (_, "table" | "foreign table") => false,
            _ => true,
        }
    }

    /// Whether a type is made anew beside the old one.
    fn is_replaced(&self, own: &Id) -> bool {
        matches!(own.kind.as_str(), "type" | "domain")
            && self.alters.get(own).is_some_and(|(_, disturbs)| *disturbs)
    }

    /// The object whose statement drops this one.
    fn dropped_with(&self, own: &Id) -> Id {
        let parent = self.from.get(own).and_then(|object| object.parent.clone());
        match parent {
            Some(parent)
                if self.drops.contains(&parent)
                    && !self.circular.contains(own)
                    && !matches!(own.kind.as_str(), "server" | "user mapping" | "transform") =>
            {
                self.dropped_with(&parent)
            }
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
            "default" | "operator of family" | "function of family" => {
                is_made && !parent.kind.ends_with("view")
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

    /// Whether an object that goes for good goes without a statement of its own.
    fn goes_by_itself(&self, own: &Id) -> bool {
        if self.creates.contains(own) {
            return false;
        }
        let parent = self.from.get(own).and_then(|object| object.parent.clone());
        if own.kind == "sequence"
            && parent.as_ref().and_then(|column| self.from.identity(column)).is_some()
            || own.kind == "constraint"
                && parent.as_ref().is_some_and(|parent| self.is_replaced(parent))
        {
            return true;
        }
        let originals = self.from.originals(own);
        if originals.iter().any(|original| self.drops.contains(original)) {
            return true;
        }
        // An index goes with any of its columns.
        let needed = self.from.depends.get(own).into_iter().flatten();
        let is_part = matches!(own.kind.as_str(), "index" | "constraint" | "statistics");
        is_part
            && needed.into_iter().any(|column| {
                column.kind == "column"
                    && self.drops.contains(column)
                    && self.from.get(column).and_then(|object| object.parent.clone()) == parent
            })
    }

    /// The statements, in their order.
    pub fn statements(&self) -> Vec<String> {
        let mut order = Order::new();
        let mut texts: Vec<Vec<String>> = Vec::new();
        let mut steps: BTreeMap<(Deed, Id), usize> = BTreeMap::new();
        let mut step = |deed, own: &Id, texts: &mut Vec<Vec<String>>| {
            *steps.entry((deed, own.clone())).or_insert_with(|| {
                texts.push(Vec::new());
                order.step((deed, rank(deed, own), own.clone()))
            })
        };
        let mut places: BTreeMap<(Deed, &Id), usize> = BTreeMap::new();
        for own in &self.drops {
            let with = self.dropped_with(own);
            let place = step(Deed::Drop, &with, &mut texts);
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
            if with == *own {
                texts[place] = kinds::create(own, &self.to);
            }
            let Some(object) = self.to.get(own) else { continue };
            let extras = extra.entry(place).or_default();
            if own.kind == "index" && with != *own {
                let none = crate::snapshot::Object::default();
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
        let at = |deed: Deed, own: &Id| places.get(&(deed, own)).copied();
        for (&(deed, own), &place) in &places {
            if let (Deed::Create, Some(first)) = (deed, at(Deed::Drop, own)) {
                order.before(first, place);
            }
            let model = if deed == Deed::Drop { &self.from } else { &self.to };
            for needed in model.depends.get(own).into_iter().flatten() {
                let mut firsts = Vec::new();
                match deed {
                    Deed::Drop => {
                        for then in [at(Deed::Drop, needed), at(Deed::Alter, needed)] {
                            if let Some(then) = then {
                                order.before(place, then);
                            }
                        }
                    }
                    _ => firsts.extend([at(Deed::Create, needed), at(Deed::Alter, needed)]),
                }
                for first in firsts.into_iter().flatten() {
                    order.before(first, place);
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
        sorted.into_iter().flat_map(|place| std::mem::take(&mut texts[place])).collect()
    }
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

/// What a table that is dropped or made again takes with it.
pub fn lost(plan: &Plan) -> Vec<String> {
    let mut lost = Vec::new();
    for own in &plan.creates {
        let is_whole = own.kind == "table" && plan.to.originals(own).is_empty();
        if is_whole && plan.drops.contains(own) {
            lost.push(format!("-- {} is made anew: its rows are lost.", own.name));
        }
    }
    lost
}
