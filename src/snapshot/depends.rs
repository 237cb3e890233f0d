//! What depends on what: the order in which objects can be made and dropped follows from it. It is
//! not compared, for it follows from what the objects are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::session::Row;
use crate::snapshot::object::Id;

/// The dependencies between objects that do not come with the server. Members of an extension stand
/// for it, and parts (the types of rows, the rules of views) for what they are a part of.
pub const QUERY: &str = "\
    with own as (select * from pg_depend where objid >= 16384 and refobjid >= 16384), \
    member as (select classid, objid, refclassid, refobjid from pg_depend where deptype = 'e'), \
    used as (select * from own d where deptype <> 'e' \
        and refclassid <> 'pg_namespace'::regclass \
        and not exists (select from member m where m.classid = d.classid and m.objid = d.objid)) \
    select classid::regclass, objid, objsubid, refclassid::regclass, refobjid, refobjsubid, deptype \
    from used \
    union all \
    select m.classid::regclass, m.objid, 0, m.refclassid::regclass, m.refobjid, 0, 'e' from member m \
    where exists (select from used u where u.refclassid = m.classid and u.refobjid = m.objid)";

/// A row of a catalog, and a column of it.
type Place<'a> = (&'a str, u32, i32);

/// Which objects each object depends on. `id` tells the object of a row, and of a column.
pub fn resolve(
    rows: &[Row],
    id: &dyn Fn(&str, u32, i32) -> Option<Id>,
) -> BTreeMap<Id, BTreeSet<Id>> {
    let places: Vec<(Place, Place, &str)> = rows.iter().filter_map(place).collect();
    let mut wholes: HashMap<(&str, u32), Place> = HashMap::new();
    for (part, whole, kind) in &places {
        if matches!(*kind, "i" | "e") && id(part.0, part.1, 0).is_none() {
            wholes.insert((part.0, part.1), *whole);
        }
    }
    let object = |place: &Place| {
        let mut place = *place;
        for _ in 0..5 {
            let found = id(place.0, place.1, place.2);
            if found.is_some() {
                return found;
            }
            place = *wholes.get(&(place.0, place.1))?;
        }
        None
    };
    let mut depends: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    for (from, to, _) in &places {
        if let (Some(from), Some(to)) = (object(from), object(to))
            && from != to
        {
            depends.entry(from).or_default().insert(to);
        }
    }
    depends
}

/// The extensions with which objects go that do not belong to them: `DEPENDS ON EXTENSION`.
pub fn on_extensions(
    rows: &[Row],
    id: &dyn Fn(&str, u32, i32) -> Option<Id>,
) -> BTreeMap<Id, String> {
    let mut extensions: BTreeMap<Id, BTreeSet<String>> = BTreeMap::new();
    for (from, to, _) in rows.iter().filter_map(place).filter(|(.., kind)| *kind == "x") {
        if let (Some(from), Some(to)) = (id(from.0, from.1, from.2), id(to.0, to.1, to.2)) {
            extensions.entry(from).or_default().insert(to.name);
        }
    }
    let list = |names: BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join(", ");
    extensions.into_iter().map(|(id, names)| (id, list(names))).collect()
}

fn place(row: &Row) -> Option<(Place<'_>, Place<'_>, &str)> {
    let [
        Some(class),
        Some(object),
        Some(part),
        Some(class_to),
        Some(to),
        Some(part_to),
        Some(kind),
    ] = &row[..]
    else {
        return None;
    };
    Some((
        (class, object.parse().ok()?, part.parse().ok()?),
        (class_to, to.parse().ok()?, part_to.parse().ok()?),
        kind,
    ))
}
