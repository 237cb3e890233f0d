//! The statements from one snapshot to another, run: kind by kind, there and back.

use dbm::DatabaseUrl;
use dbm::snapshot::{Change, Difference, Id, Snapshot, compare, definition, statements};
use postgres::{Client, NoTls};

use crate::snapshot::cases::{CASES, Case};
use crate::support::{Database, server};

/// The roles that the cases name belong to the whole server.
pub fn make_roles(admin: &mut Client) {
    let sql = "DO $$BEGIN \
                 PERFORM pg_advisory_xact_lock(7310); \
                 IF to_regrole('dbm_reader') IS NULL THEN CREATE ROLE dbm_reader; END IF; \
                 IF to_regrole('dbm_owner') IS NULL THEN CREATE ROLE dbm_owner; END IF; \
               END$$";
    admin.batch_execute(sql).expect("make the roles");
}

fn look(url: &str) -> Snapshot {
    let url = DatabaseUrl::parse(url, |_| None).expect("the URL of the database");
    Snapshot::of(&url).expect("a snapshot")
}

/// All but the order of columns, which no statement changes.
fn differences(before: &Snapshot, after: &Snapshot) -> Vec<Difference> {
    let is_order = |difference: &Difference| matches!(difference.change, Change::Order { .. });
    compare(before, after).into_iter().filter(|difference| !is_order(difference)).collect()
}

/// How often a case goes there and back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ways {
    /// The change is undone.
    Back,
    /// The change is undone, made by statements, and undone once more.
    BackAndForth,
}

/// Runs a case in an empty database: there and back, and what was set up undone too, so that the
/// database is empty again, which is given back. Otherwise: what is wrong.
fn tried(
    (_, setup, change): &Case,
    ways: Ways,
    client: &mut Client,
    url: &str,
    empty: Snapshot,
) -> Result<Snapshot, String> {
    let mut run = |what: &str, sql: &str| {
        client.batch_execute(sql).map_err(|error| match error.as_db_error() {
            Some(error) => format!("{what}: {error}\n{sql}"),
            None => format!("{what}: {error}\n{sql}"),
        })
    };
    run("setup", setup)?;
    let before = look(url);
    run("change", change)?;
    let after = look(url);
    if before == after {
        return Err("the snapshots do not differ".to_string());
    }
    let mut now = after.clone();
    let all =
        [("back", &before), ("forth", &after), ("back again", &before), ("to nothing", &empty)];
    let is_wanted = |(what, _): &(&str, _)| {
        ways == Ways::BackAndForth || matches!(*what, "back" | "to nothing")
    };
    for (what, wanted) in all.into_iter().filter(is_wanted) {
        let sql: Vec<String> = statements(&now, wanted).iter().map(ToString::to_string).collect();
        let sql = sql.join("\n");
        // In one message, as in a file: in one transaction.
        run(what, &sql)?;
        now = look(url);
        let left = differences(wanted, &now);
        if !left.is_empty() {
            return Err(format!("{what}: {left:#?}\nafter\n{sql}"));
        }
    }
    Ok(now)
}

/// Runs cases, in one database as long as they are good: what is wrong with the others.
pub fn all_tried<'a>(
    cases: impl Iterator<Item = &'a Case>,
    ways: Ways,
    mut database: impl FnMut() -> String,
) -> Vec<String> {
    let mut failed = Vec::new();
    let mut fresh: Option<(String, Client, Snapshot)> = None;
    for case in cases {
        let (url, mut client, empty) = fresh.take().unwrap_or_else(|| {
            let url = database();
            let client = Client::connect(&url, NoTls).expect("connect to the database");
            let empty = look(&url);
            (url, client, empty)
        });
        match tried(case, ways, &mut client, &url, empty) {
            Ok(empty) => fresh = Some((url, client, empty)),
            Err(error) => failed.push(format!("{}: {error}", case.0)),
        }
    }
    failed
}

/// Every kind of object, made, dropped, and changed, by hand and by the statements.
#[test]
fn statements_turn_one_database_into_the_other() {
    make_roles(&mut server::admin());
    let mut databases = Vec::new();
    let failed = all_tried(CASES.iter(), Ways::BackAndForth, || {
        let database = Database::new();
        let url = database.url();
        databases.push(database);
        url
    });
    assert!(failed.is_empty(), "{} of {}:\n{}", failed.len(), CASES.len(), failed.join("\n\n"));
}

#[test]
fn what_no_statement_brings_back_is_said() {
    let database = Database::new();
    database.execute("CREATE TABLE t (a int, b int); CREATE TABLE u (a int)");
    let before = look(&database.url());
    database.execute("ALTER TABLE t DROP COLUMN b; DROP TABLE u");
    let statements = statements(&look(&database.url()), &before);
    let texts: Vec<String> = statements.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "-- The rows of public.u cannot be restored.",
            "CREATE TABLE public.u (\n    a integer\n);",
            "-- The values of public.t.b cannot be restored.",
            "ALTER TABLE public.t ADD COLUMN b integer;",
        ]
    );
    let comments: Vec<bool> = statements.iter().map(|statement| statement.is_comment()).collect();
    assert_eq!(comments, [true, false, true, false]);
}

#[test]
fn objects_are_shown_as_sql() {
    let database = Database::new();
    database.execute(
        "CREATE TABLE t (a int PRIMARY KEY, b text NOT NULL DEFAULT 'x'); \
         COMMENT ON COLUMN t.b IS 'why'; CREATE INDEX i ON t (b); CREATE VIEW v AS SELECT a FROM t",
    );
    let snapshot = look(&database.url());
    let shown = |kind: &str, name: &str| {
        definition(&Id { kind: kind.to_string(), name: name.to_string() }, &snapshot)
    };
    assert_eq!(
        shown("table", "public.t"),
        "CREATE TABLE public.t (\n    a integer NOT NULL,\n    b text DEFAULT 'x'::text NOT NULL,\n    \
         CONSTRAINT t_pkey PRIMARY KEY (a)\n);"
    );
    assert_eq!(
        shown("column", "public.t.b"),
        "b text DEFAULT 'x'::text NOT NULL;\nCOMMENT ON COLUMN public.t.b IS 'why'"
    );
    assert_eq!(shown("index", "public.i"), "CREATE INDEX i ON public.t USING btree (b);");
    assert!(
        shown("view", "public.v").starts_with("CREATE VIEW public.v AS\n"),
        "{}",
        shown("view", "public.v")
    );
    assert_eq!(shown("view", "public.none"), "");
}

/// What is only called otherwise keeps its rows.
#[test]
fn what_has_another_name_is_renamed() {
    let database = Database::new();
    database.execute("CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 2)");
    let before = look(&database.url());
    database.execute("ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME b TO c");
    let statements = statements(&look(&database.url()), &before);
    let texts: Vec<String> = statements.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        ["ALTER TABLE public.u RENAME TO t;", "ALTER TABLE public.t RENAME COLUMN c TO b;"]
    );
    database.execute(&texts.join("\n"));
    assert_eq!(look(&database.url()), before);
    assert_eq!(database.number("SELECT sum(a + b) FROM t"), 3);
}

/// The same in two databases is a coincidence.
#[test]
fn tables_of_two_databases_are_not_taken_for_one() {
    let (one, other) = (Database::new(), Database::new());
    one.execute("CREATE TABLE t (a int)");
    other.execute("CREATE TABLE u (a int)");
    let statements = statements(&look(&one.url()), &look(&other.url()));
    let texts: Vec<String> = statements.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "DROP TABLE public.t;",
            "-- The rows of public.u cannot be restored.",
            "CREATE TABLE public.u (\n    a integer\n);",
        ]
    );
}
