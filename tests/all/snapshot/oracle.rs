//! `pg_dump` as the oracle: wherever what it writes differs, the snapshots differ; and where the
//! statements bring a snapshot back, they bring back what `pg_dump` writes.

use std::collections::BTreeSet;
use std::process::Command;

use dbm::DatabaseUrl;
use dbm::snapshot::{Snapshot, compare, statements};
use postgres::{Client, NoTls};

use crate::snapshot::cases::CASES;
use crate::snapshot::statements::make_roles;
use crate::snapshot::steps::{KINDS, STEPS};
use crate::support::chance::Chance;
use crate::support::{Database, server};

/// A database as both see it.
struct Seen {
    dump: BTreeSet<String>,
    snapshot: Snapshot,
}

/// A database, and what does not fit.
struct Walk {
    database: Database,
    client: Client,
    seen: Seen,
    wrong: Vec<String>,
}

fn dump(database: &Database) -> BTreeSet<String> {
    let output = Command::new(server::pg_dump())
        .args(["--schema-only", "--dbname", &database.url()])
        .output()
        .expect("run pg_dump");
    assert!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
    objects(&String::from_utf8(output.stdout).expect("UTF-8 from pg_dump"))
}

/// The objects of a dump, whatever their order; lists of columns and of privileges without an order.
fn objects(text: &str) -> BTreeSet<String> {
    let mut objects = BTreeSet::new();
    for part in text.split("\n--\n-- Name: ").skip(1) {
        let (head, body) = part.split_once("\n--\n").expect("a heading");
        let ours = |line: &&str| {
            !line.is_empty()
                && !["--", "SET default_t", "\\restrict", "\\unrestrict"]
                    .iter()
                    .any(|start| line.starts_with(start))
        };
        let mut lines: Vec<&str> = body.lines().filter(ours).collect();
        let is_list = |kind: &str| head.contains(&format!("; Type: {kind};"));
        let is_composite =
            is_list("TYPE") && lines.first().is_some_and(|line| line.ends_with(" AS ("));
        if is_composite || ["TABLE", "FOREIGN TABLE", "ACL", "DEFAULT ACL"].into_iter().any(is_list)
        {
            lines = lines.into_iter().map(|line| line.trim_end_matches(',')).collect();
            lines.sort_unstable();
        }
        objects.insert(format!("{head}\n{}", lines.join("\n")));
    }
    objects
}

fn snapshot(database: &Database) -> Snapshot {
    let url = DatabaseUrl::parse(&database.url(), |_| None).expect("the URL of the database");
    Snapshot::of(&url).expect("a snapshot")
}

fn look(database: &Database) -> Seen {
    Seen { dump: dump(database), snapshot: snapshot(database) }
}

/// Whether more differs than the order of columns.
fn differs(one: &Snapshot, other: &Snapshot) -> bool {
    compare(one, other).iter().any(|difference| !difference.is_order())
}

impl Walk {
    fn new() -> Walk {
        let database = Database::new();
        let client = Client::connect(&database.url(), NoTls).expect("connect to the database");
        let seen = look(&database);
        Walk { database, client, seen, wrong: Vec::new() }
    }

    /// Compares what both see of a change that has been made, undoes it by the statements, and makes
    /// it again. Otherwise: what does not fit.
    fn compare(&mut self, change: &str) -> Result<(), String> {
        let before = std::mem::replace(&mut self.seen, look(&self.database));
        if before.dump != self.seen.dump && !differs(&before.snapshot, &self.seen.snapshot) {
            return Err(format!("not seen: {:#?}", apart(&before, &self.seen)));
        }
        let sql = undoing(&self.seen.snapshot, &before.snapshot);
        self.run(&sql).map_err(|error| format!("not undone: {error}\n{sql}"))?;
        let undone = look(&self.database);
        if differs(&before.snapshot, &undone.snapshot) {
            let left = compare(&before.snapshot, &undone.snapshot);
            return Err(format!("not undone: {left:#?}\n{sql}"));
        }
        if before.dump != undone.dump {
            return Err(format!("pg_dump differs: {:#?}\n{sql}", apart(&before, &undone)));
        }
        self.run(change).map_err(|error| format!("not made again: {error}\n{sql}"))?;
        let again = snapshot(&self.database);
        if differs(&self.seen.snapshot, &again) {
            return Err(format!("not made again: {:#?}", compare(&self.seen.snapshot, &again)));
        }
        self.seen.snapshot = again;
        Ok(())
    }

    fn run(&mut self, sql: &str) -> Result<(), String> {
        let said = |error: postgres::Error| match error.as_db_error() {
            Some(error) => error.to_string(),
            None => error.to_string(),
        };
        self.client.batch_execute(sql).map_err(said)
    }

    /// Makes a change to something that is there, if it can be made.
    fn try_one(&mut self, chance: &mut Chance, number: usize) -> Option<String> {
        let (kind, sql) = STEPS[chance.below(STEPS.len() as u64) as usize];
        let mut sql = sql.replace("$new", &format!("n{number}"));
        for (name, kind) in [("$1", kind), ("$schema", "schema"), ("$type", "type")] {
            if !sql.contains(name) {
                continue;
            }
            let (_, query) = KINDS.iter().find(|(own, _)| *own == kind).expect("a kind");
            let rows = self.client.query(*query, &[]).expect(query);
            let row = rows.get(chance.below(rows.len().max(1) as u64) as usize)?;
            for column in 0..row.len() {
                let name = if column == 0 { name } else { "$2" };
                sql = sql.replace(name, row.get(column));
            }
        }
        self.run(&sql).ok().map(|()| sql)
    }
}

/// What only one of them has.
fn apart<'a>(one: &'a Seen, other: &'a Seen) -> Vec<&'a String> {
    one.dump.symmetric_difference(&other.dump).collect()
}

fn undoing(from: &Snapshot, to: &Snapshot) -> String {
    let sql: Vec<String> = statements(from, to).iter().map(ToString::to_string).collect();
    sql.join("\n")
}

/// Changes at random, one after the other.
fn at_random(seed: u64, steps: usize) {
    make_roles(&mut server::admin());
    let mut walk = Walk::new();
    walk.run("create function public.touch() returns trigger language plpgsql as 'begin return new; end'")
        .expect("a function for triggers");
    walk.seen = look(&walk.database);
    let mut chance = Chance::new(seed);
    let mut made = Vec::new();
    for number in 0..steps * 20 {
        if made.len() == steps {
            break;
        }
        let Some(sql) = walk.try_one(&mut chance, number) else { continue };
        if let Err(error) = walk.compare(&sql) {
            walk.wrong.push(format!("seed {seed}, {sql}: {error}"));
            // From here on as it is.
            walk.seen = look(&walk.database);
        }
        made.push(sql);
    }
    assert_eq!(made.len(), steps, "{made:#?}");
    assert!(walk.wrong.is_empty(), "{}", walk.wrong.join("\n\n"));
}

/// More steps and other seeds by the environment, for a night.
fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect(name))
}

#[test]
fn what_pg_dump_sees_is_seen() {
    at_random(number("DBM_TEST_SEED", 1), number("DBM_TEST_STEPS", 30) as usize);
}

#[test]
fn what_pg_dump_sees_of_each_kind_is_seen() {
    make_roles(&mut server::admin());
    let mut wrong = Vec::new();
    let mut walk = Walk::new();
    let every = number("DBM_TEST_EVERY", 10) as usize;
    for (name, setup, change) in CASES.iter().step_by(every) {
        let empty = walk.seen.snapshot.clone();
        walk.run(setup).expect(name);
        walk.seen = look(&walk.database);
        walk.run(change).expect(name);
        let compared = walk.compare(change);
        if let Err(error) = &compared {
            wrong.push(format!("{name}: {error}"));
        }
        let sql = undoing(&walk.seen.snapshot, &empty);
        if compared.is_err() || walk.run(&sql).is_err() {
            walk = Walk::new();
        } else {
            walk.seen = look(&walk.database);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
