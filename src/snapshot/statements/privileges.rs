//! GRANT and REVOKE, from two lists of privileges.

use std::collections::{BTreeMap, BTreeSet};

use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::model::{Model, id};
use crate::snapshot::statements::text::{array, bare, quoted};

/// Letters, and what they stand for.
const WORDS: [(char, &str); 15] = [
    ('r', "SELECT"),
    ('a', "INSERT"),
    ('w', "UPDATE"),
    ('d', "DELETE"),
    ('D', "TRUNCATE"),
    ('x', "REFERENCES"),
    ('t', "TRIGGER"),
    ('X', "EXECUTE"),
    ('U', "USAGE"),
    ('C', "CREATE"),
    ('c', "CONNECT"),
    ('T', "TEMPORARY"),
    ('s', "SET"),
    ('A', "ALTER SYSTEM"),
    ('m', "MAINTAIN"),
];

/// What an owner has from the start, by kind of object as in `acldefault`; `true` where everybody
/// has the last of them too.
fn from_the_start(letter: char) -> (&'static str, Option<char>) {
    match letter {
        'r' => ("arwdDxt", None),
        'S' => ("rwU", None),
        'f' => ("X", Some('X')),
        'T' => ("U", Some('U')),
        'l' => ("U", Some('U')),
        'n' => ("UC", None),
        'F' => ("U", None),
        _ => ("", None),
    }
}

/// Who has what, from whom, and whether they may pass it on.
pub type Privileges = BTreeMap<(String, String), BTreeMap<char, bool>>;

/// The letter of an object's kind: `r` for whatever is like a table.
pub fn letter(kind: &str) -> char {
    match kind {
        "table" | "view" | "materialized view" | "foreign table" => 'r',
        "sequence" => 'S',
        "function" | "procedure" | "aggregate" => 'f',
        "type" | "domain" => 'T',
        "language" => 'l',
        "schema" => 'n',
        "foreign data wrapper" | "server" => 'F',
        _ => ' ',
    }
}

/// The privileges of an object that nobody has touched.
pub fn untouched(letter: char, owner: &str, model: &Model) -> Privileges {
    let (owners, everybodys) = from_the_start(letter);
    let owner = bare(owner);
    let mut privileges = Privileges::new();
    if !owners.is_empty() {
        let mut all: BTreeMap<char, bool> = owners.chars().map(|letter| (letter, false)).collect();
        if letter == 'r' && model.knows_maintain {
            all.insert('m', false);
        }
        privileges.insert((owner.clone(), owner.clone()), all);
    }
    if let Some(letter) = everybodys {
        privileges.insert((String::new(), owner), [(letter, false)].into());
    }
    privileges
}

/// Reads what the server writes.
pub fn read(text: &str) -> Privileges {
    let mut privileges = Privileges::new();
    for item in array(text) {
        let Some((grantee, rest)) = split(&item, '=') else { continue };
        let Some((letters, grantor)) = rest.split_once('/') else { continue };
        let entry = privileges.entry((bare(grantee), bare(grantor))).or_default();
        let mut letters = letters.chars().peekable();
        while let Some(letter) = letters.next() {
            entry.insert(letter, letters.next_if_eq(&'*').is_some());
        }
    }
    privileges
}

fn split(item: &str, at: char) -> Option<(&str, &str)> {
    let mut is_quoted = false;
    let place = item.char_indices().find(|(_, c)| {
        is_quoted ^= *c == '"';
        *c == at && !is_quoted
    })?;
    Some((&item[..place.0], &item[place.0 + 1..]))
}

/// The privileges of an object as it is.
pub fn of(own: &Id, object: &Object, model: &Model) -> Privileges {
    let letter = letter(&own.kind);
    match acl(object) {
        Some(text) => read(text),
        None => untouched(letter, owner(object).unwrap_or_default(), model),
    }
}

/// What an object is called that lists privileges.
pub fn acl(object: &Object) -> Option<&str> {
    let is_acl = |name: &str| name.ends_with("acl") && name != "defaclacl";
    object.values.iter().find(|(name, _)| is_acl(name)).map(|(_, value)| value.as_str())
}

/// Who owns an object.
pub fn owner(object: &Object) -> Option<&str> {
    let found = object.values.iter().find(|(name, _)| name.ends_with("owner"));
    found.map(|(_, value)| value.as_str())
}

/// The privileges that an object has when its maker has just made it: default privileges count.
pub fn initial(own: &Id, model: &Model) -> Privileges {
    let letter = letter(&own.kind);
    let mut privileges = untouched(letter, &model.role, model);
    let default = |name: String| model.get(&id("default privileges", &name));
    if let Some(all) = default(format!("{letter} on {}", model.role)) {
        privileges = read(all.get("defaclacl"));
    }
    let schema = Model::schema(own);
    if let Some(more) = default(format!("{schema}.{letter} on {}", model.role)) {
        for (who, letters) in read(more.get("defaclacl")) {
            privileges.entry(who).or_default().extend(letters);
        }
    }
    privileges
}

/// The same after the object was given to another owner.
pub fn given(privileges: &Privileges, from: &str, to: &str) -> Privileges {
    let (from, to) = (bare(from), bare(to));
    let name = |name: &String| if *name == from { to.clone() } else { name.clone() };
    let mut given = Privileges::new();
    for ((grantee, grantor), letters) in privileges {
        given.entry((name(grantee), name(grantor))).or_default().extend(letters.clone());
    }
    given
}

/// The statements from one to the other. `words` are put around the privileges: `GRANT {} ON t TO`.
pub fn changes(
    before: &Privileges,
    after: &Privileges,
    letter: char,
    statement: &dyn Fn(Change<'_>) -> String,
) -> Vec<String> {
    let mut statements = Vec::new();
    let none = BTreeMap::new();
    let who: BTreeSet<&(String, String)> = before.keys().chain(after.keys()).collect();
    let mut grants = Vec::new();
    for pair in who {
        let (old, new) = (before.get(pair).unwrap_or(&none), after.get(pair).unwrap_or(&none));
        let (grantee, grantor) = pair;
        let grantee = match grantee.as_str() {
            "" => "PUBLIC".to_string(),
            name => quoted(name),
        };
        let all = |letters: &[char]| is_all(letters, letter);
        let add = |verb, letters: Vec<char>, may_grant, list: &mut Vec<String>| {
            if letters.is_empty() {
                return;
            }
            let is_all = all(&letters) && letters.len() > 1;
            let change = Change { verb, letters, is_all, may_grant, grantee: &grantee, grantor };
            list.push(statement(change));
        };
        let gone: Vec<char> = old.keys().filter(|l| !new.contains_key(l)).copied().collect();
        add("REVOKE", gone, false, &mut statements);
        let keeps = |l: &&char| old.get(l) == Some(&true) && new.get(l) == Some(&false);
        let less: Vec<char> = new.keys().filter(keeps).copied().collect();
        add("REVOKE", less, true, &mut statements);
        for may_grant in [false, true] {
            let more = |l: &char| {
                let is_new = !old.contains_key(l) || may_grant && old.get(l) == Some(&false);
                is_new && new.get(l) == Some(&may_grant)
            };
            let more: Vec<char> = new.keys().copied().filter(more).collect();
            add("GRANT", more, may_grant, &mut grants);
        }
    }
    statements.extend(grants);
    statements
}

/// One GRANT or REVOKE.
pub struct Change<'a> {
    /// `GRANT` or `REVOKE`.
    pub verb: &'static str,
    letters: Vec<char>,
    is_all: bool,
    /// `WITH GRANT OPTION`, `GRANT OPTION FOR`.
    pub may_grant: bool,
    /// To whom, quoted.
    pub grantee: &'a str,
    /// By whom.
    pub grantor: &'a str,
}

impl Change<'_> {
    /// `GRANT SELECT, UPDATE (c) ON TABLE t TO u WITH GRANT OPTION`.
    pub fn sql(&self, columns: &str, on: &str) -> String {
        let words: Vec<String> = match self.is_all {
            true => vec![format!("ALL{columns}")],
            false => {
                let word = |l: &char| WORDS.iter().find(|(letter, _)| letter == l);
                let words = self.letters.iter().filter_map(word);
                words.map(|(_, word)| format!("{word}{columns}")).collect()
            }
        };
        let words = words.join(", ");
        match (self.verb, self.may_grant) {
            ("GRANT", false) => format!("GRANT {words} ON {on} TO {}", self.grantee),
            ("GRANT", true) => {
                format!("GRANT {words} ON {on} TO {} WITH GRANT OPTION", self.grantee)
            }
            (_, false) => format!("REVOKE {words} ON {on} FROM {}", self.grantee),
            (_, true) => format!("REVOKE GRANT OPTION FOR {words} ON {on} FROM {}", self.grantee),
        }
    }
}

fn is_all(letters: &[char], letter: char) -> bool {
    let (all, _) = from_the_start(letter);
    letters.len() >= all.len() && !all.is_empty() && all.chars().all(|l| letters.contains(&l))
}
