//! A snapshot as statements see it: defaults and the owners of sequences are objects of their own,
//! since they can be set and dropped on their own, and what was inherited knows from whom.

use std::collections::{BTreeMap, BTreeSet};

use crate::snapshot::object::{Id, Object, Snapshot};
use crate::snapshot::statements::text::{bare, last, list, parts};

/// A snapshot, made ready.
pub struct Model {
    /// All objects.
    pub objects: BTreeMap<Id, Object>,
    /// What each depends on.
    pub depends: BTreeMap<Id, BTreeSet<Id>>,
    /// What belongs to each.
    pub members: BTreeMap<Id, Vec<Id>>,
    /// The columns of each table, in their order.
    pub columns: BTreeMap<String, Vec<String>>,
    /// Who looked.
    pub role: String,
    /// Whether the server has the privilege MAINTAIN.
    pub knows_maintain: bool,
}

/// Makes an [`Id`].
pub fn id(kind: &str, name: &str) -> Id {
    Id { kind: kind.to_string(), name: name.to_string() }
}

impl Object {
    /// A value, empty where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.values.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Whether a value is there and says something.
    pub(super) fn has(&self, name: &str) -> bool {
        !matches!(self.get(name), "" | "-" | "{}")
    }

    pub(super) fn is(&self, name: &str) -> bool {
        matches!(self.get(name), "true" | "t")
    }
}

impl Model {
    /// Makes a snapshot ready.
    pub fn new(snapshot: &Snapshot) -> Model {
        let mut model = Model {
            objects: snapshot.objects.clone(),
            depends: snapshot.depends.clone(),
            members: BTreeMap::new(),
            columns: snapshot.columns.clone(),
            role: snapshot.role.clone(),
            knows_maintain: snapshot.knows_maintain,
        };
        for (own, object) in &snapshot.objects {
            match own.kind.as_str() {
                "column" => model.split_default(own, object),
                "sequence" => model.split_owner(own, object),
                "constraint" if object.get("contype") == "n" => model.merge_not_null(own, object),
                _ => {}
            }
        }
        let objects: Vec<Id> = model.objects.keys().cloned().collect();
        for own in objects {
            let mut needed = model.originals(&own);
            let parent = model.objects.get(&own).and_then(|object| object.parent.clone());
            if let Some(parent) = parent {
                model.members.entry(parent.clone()).or_default().push(own.clone());
                if own.kind != "sequence" {
                    needed.push(parent);
                }
            }
            model.depends.entry(own).or_default().extend(needed);
        }
        model
    }

    /// An object.
    pub fn get(&self, id: &Id) -> Option<&Object> {
        self.objects.get(id)
    }

    /// The members of an object of one kind.
    pub fn members_of(&self, id: &Id, kind: &str) -> impl Iterator<Item = (&Id, &Object)> {
        let members = self.members.get(id).map(Vec::as_slice).unwrap_or_default();
        members
            .iter()
            .filter(move |id| id.kind == kind)
            .filter_map(|id| Some((id, self.objects.get(id)?)))
    }

    /// The sequence of an identity column.
    pub fn identity(&self, column: &Id) -> Option<(&Id, &Object)> {
        self.objects.get(column).filter(|object| object.has("attidentity"))?;
        self.members_of(column, "sequence").next()
    }

    /// The table, view or type that a relation's member belongs to, by its name.
    pub fn relation(&self, name: &str) -> Option<(&Id, &Object)> {
        ["table", "view", "materialized view", "foreign table", "type"]
            .iter()
            .find_map(|kind| self.objects.get_key_value(&id(kind, name)))
    }

    fn split_default(&mut self, column: &Id, object: &Object) {
        let own = id("default", &column.name);
        if object.has("attgenerated") {
            let needed = self.depends.remove(&own).unwrap_or_default();
            let needed = needed.into_iter().filter(|needed| needed != column);
            self.depends.entry(column.clone()).or_default().extend(needed);
            return;
        }
        let Some(default) = object.values.get("default") else { return };
        if let Some(object) = self.objects.get_mut(column) {
            object.values.remove("default");
        }
        let mut values: BTreeMap<String, String> =
            [("default".to_string(), default.clone())].into();
        // It came from the parent's column, as it is there.
        if object.get("attinhcount") != "0" {
            values.insert("inherited".to_string(), "true".to_string());
        }
        self.objects.insert(own, Object { parent: Some(column.clone()), values });
    }

    fn split_owner(&mut self, sequence: &Id, object: &Object) {
        let Some(column) = object.values.get("owned by") else { return };
        let column = id("column", column);
        if let Some(object) = self.objects.get_mut(sequence) {
            object.values.remove("owned by");
        }
        if self.objects.get(&column).is_none_or(|column| column.has("attidentity")) {
            return;
        }
        if let Some(needed) = self.depends.get_mut(sequence) {
            needed.remove(&column);
        }
        let own = id("owner of sequence", &sequence.name);
        let values = [("owned by".to_string(), column.name.clone())].into();
        self.depends.insert(own.clone(), [column].into());
        self.objects.insert(own, Object { parent: Some(sequence.clone()), values });
    }

    /// From PostgreSQL 18 on, NOT NULL is a constraint with a name; here it stays with its column,
    /// and with its domain.
    fn merge_not_null(&mut self, constraint: &Id, object: &Object) {
        self.objects.remove(constraint);
        let table = object.get("conrelid");
        let (whole, column) = match object.has("contypid") {
            true => (id("domain", object.get("contypid")), String::new()),
            false => (
                id("column", &format!("{table}.{}", object.get("conkey"))),
                object.get("conkey").to_string(),
            ),
        };
        let name = bare(object.get("conname"));
        let automatic = match column.is_empty() {
            true => format!("{}_not_null", bare(last(&whole.name))),
            false => format!("{}_{}_not_null", bare(last(table)), bare(&column)),
        };
        let rest = object.get("definition");
        let is_plain = name == automatic
            && !rest.ends_with("NO INHERIT")
            && !rest.ends_with("NOT VALID")
            && !object.has("comment");
        if let Some(whole) = self.objects.get_mut(&whole) {
            let name = object.get("conname").to_string();
            if !is_plain {
                whole.values.insert("not null".to_string(), format!("CONSTRAINT {name} {rest}"));
            }
            whole.values.insert("not null name".to_string(), name);
        }
    }

    /// What an object was inherited from: it came with that, and goes with it.
    pub fn originals(&self, own: &Id) -> Vec<Id> {
        let Some(object) = self.objects.get(own) else { return Vec::new() };
        let parents = |table: &str| -> Vec<String> {
            let table = self.relation(table).map(|(_, table)| table.get("inherits"));
            list(table.unwrap_or_default()).into_iter().map(str::to_string).collect()
        };
        let inherited = object.get("attinhcount") != "0" && object.get("attislocal") == "false"
            || object.get("coninhcount") != "0" && object.get("conislocal") == "false";
        let all: Vec<Id> = match own.kind.as_str() {
            "index" if object.has("inherits") => vec![id("index", object.get("inherits"))],
            "constraint" if object.has("conparentid") => {
                vec![id("constraint", object.get("conparentid"))]
            }
            "constraint" if inherited && object.has("conrelid") => {
                let name = object.get("conname");
                let tables = parents(object.get("conrelid")).into_iter();
                tables.map(|table| id("constraint", &format!("{name} on {table}"))).collect()
            }
            "column" if inherited && object.has("attrelid") => {
                let tables = parents(object.get("attrelid")).into_iter();
                let name = object.get("attname");
                tables.map(|table| id("column", &format!("{table}.{name}"))).collect()
            }
            "trigger" if object.has("tgparentid") => vec![id("trigger", object.get("tgparentid"))],
            _ => Vec::new(),
        };
        all.into_iter().filter(|original| self.objects.contains_key(original)).collect()
    }

    /// The schema of an object.
    pub fn schema(own: &Id) -> &str {
        match parts(&own.name).as_slice() {
            [schema, _, ..] => schema,
            _ => "",
        }
    }
}
