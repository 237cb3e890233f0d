//! Which objects are dropped, made, changed, and made again because of others.

use std::collections::{BTreeMap, BTreeSet};

use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::column;
use crate::snapshot::statements::kinds::{self, Way};
use crate::snapshot::statements::model::Model;
use crate::snapshot::statements::words::table_of;

/// What is done with which objects.
pub struct Plan {
    /// As it is.
    pub from: Model,
    /// As it is to be.
    pub to: Model,
    /// What goes, whether or not it is made again.
    pub drops: BTreeSet<Id>,
    /// What is made, whether or not it was there.
    pub creates: BTreeSet<Id>,
    /// What is changed, and whether nothing may depend on it meanwhile.
    pub alters: BTreeMap<Id, (Vec<String>, bool)>,
    /// Foreign keys between tables that go and refer to each other: they go first.
    pub circular: BTreeSet<Id>,
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
                        || is_moved(id, object, other)
                        || is_of_identity(id, &from) != is_of_identity(id, &to)
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
            if let (Some(before), Some(after)) = (plan.from.get(own), plan.to.get(own))
                && (is_moved(own, before, after)
                    || is_of_identity(own, &plan.from) != is_of_identity(own, &plan.to))
            {
                remade.push(own.clone());
                continue;
            }
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
                let own = match self.drops.contains(&self.whole(own.clone())) {
                    true => own,
                    false => self.whole(own),
                };
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
        let needed = self.to.depends.get(own).into_iter().flatten();
        let top = Some(top_of(cause, &self.from, remade)).filter(|top| remade.contains(top));
        let needs_it = needed.into_iter().any(|needed| {
            needed == cause || top.is_some_and(|other| top_of(needed, &self.to, remade) == other)
        });
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
            ("column", "index" | "statistics" | "sequence" | "owner of sequence") => false,
            ("column", "default") => {
                let columns = (self.from.get(cause), self.to.get(cause));
                matches!(columns, (Some(a), Some(b)) if column::needs_cast(a, b))
            }
            ("column", "constraint") => object.get("contype") == "f",
            ("column", "column") => object.has("attgenerated"),
            (_, "column") => self.whole(own.clone()) != *own,
            (_, "table" | "foreign table") => false,
            _ => true,
        }
    }

    /// Whether a type is made anew beside the old one.
    pub fn is_replaced(&self, own: &Id) -> bool {
        matches!(own.kind.as_str(), "type" | "domain")
            && self.alters.get(own).is_some_and(|(_, disturbs)| *disturbs)
    }
}

/// Whether an object belongs to something else than before.
fn is_moved(own: &Id, before: &Object, after: &Object) -> bool {
    !matches!(own.kind.as_str(), "sequence" | "owner of sequence") && before.parent != after.parent
}

/// Whether a sequence is that of an identity column: it comes and goes with the identity.
pub fn is_of_identity(own: &Id, model: &Model) -> bool {
    let parent = model.get(own).and_then(|object| object.parent.as_ref());
    own.kind == "sequence" && parent.is_some_and(|column| model.identity(column).is_some())
}

/// The outermost object that is made again with this one.
fn top_of<'a>(own: &'a Id, model: &'a Model, remade: &BTreeSet<Id>) -> &'a Id {
    let parent = model.get(own).and_then(|object| object.parent.as_ref());
    match parent {
        Some(parent) if remade.contains(parent) => top_of(parent, model, remade),
        _ => own,
    }
}
