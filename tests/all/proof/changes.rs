//! What a down file leaves behind, lacks, or changes: objects of the common kinds.

use crate::proof::{assert_results, test};
use crate::support::{Database, Folder};

/// What is there before, an up file, a down file that does not undo it, and what is said of it.
const BAD: [(&str, &str, &str, &[&str]); 15] = [
    ("", "create table b (id int)", "select 1", &["left behind: table public.b"]),
    (
        "create table a (n int)",
        "create index a_n on a (n)",
        "select 1",
        &["left behind: index public.a_n", "CREATE INDEX a_n ON public.a USING btree (n)"],
    ),
    (
        "create table a (n int)",
        "alter table a add x text not null default 'y'",
        "select 1",
        &["left behind: column public.a.x", "text NOT NULL DEFAULT 'y'::text"],
    ),
    (
        "create table a (n int, x varchar(10))",
        "alter table a drop x",
        "alter table a add x text",
        &["changed: column public.a.x", "type: character varying(10) -> text"],
    ),
    (
        "create table a (n int)",
        "alter table a alter n set not null",
        "select 1",
        &["changed: column public.a.n", "not null: no -> yes"],
    ),
    (
        "create table a (n int default 4)",
        "alter table a alter n drop default",
        "select 1",
        &["changed: column public.a.n", "default: 4 -> none"],
    ),
    (
        "create table a (n int, constraint positive check (n > 0))",
        "alter table a drop constraint positive",
        "select 1",
        &["missing: constraint positive on public.a", "CHECK ((n > 0))"],
    ),
    (
        "create view v as select 1 as x",
        "drop view v",
        "create view v as select 2 as x",
        &["changed: view public.v", "query: SELECT 1 AS x; -> SELECT 2 AS x;"],
    ),
    (
        "",
        "create function f() returns int language sql as 'select 1'",
        "select 1",
        &["left behind: function public.f()", "CREATE OR REPLACE FUNCTION public.f()"],
    ),
    (
        "create function f() returns int language sql as $$\nselect 1\n$$",
        "drop function f()",
        "create function f() returns int language sql as $$\nselect 2\n$$",
        &["changed: function public.f()", "definition:", "\n    -select 1\n    +select 2\n"],
    ),
    (
        "create type mood as enum ('sad', 'ok')",
        "alter type mood add value 'happy'",
        "select 1",
        &["changed: type public.mood", "labels: 'sad', 'ok' -> 'sad', 'ok', 'happy'"],
    ),
    (
        "create table a (n int)",
        "comment on column a.n is 'a number'",
        "select 1",
        &["changed: column public.a.n", "comment: none -> a number"],
    ),
    (
        "create table a (n int)",
        "grant select on a to public",
        "select 1",
        &["changed: table public.a", "privileges: none -> "],
    ),
    (
        "create sequence s increment 5",
        "alter sequence s increment 7",
        "select 1",
        &["changed: sequence public.s", "increment: 5 -> 7"],
    ),
    ("", "create schema app", "select 1", &["left behind: schema app"]),
];

#[test]
fn of_each_kind() {
    let db = Database::new();
    let mut folder = Folder::new();
    for (index, (before, up, down, _)) in BAD.iter().enumerate() {
        // What a version before left is out of the way.
        let clear = "drop schema public cascade; create schema public; drop schema if exists app";
        let version = 10 * (index + 1);
        folder = folder
            .file(&format!("{version}_before.up.sql"), format!("{clear}; {before}"))
            .pair(&format!("{}_bad", version + 1), up, down);
    }
    let only: Vec<String> = (1..=BAD.len()).map(|index| (10 * index + 1).to_string()).collect();
    // The version table goes with the schema, unless it is elsewhere.
    let url = db.url_with("x-migrations-table-quoted=true&x-migrations-table=%22kept%22.%22v%22");
    db.execute("create schema kept");
    let output = crate::support::Run::dbm()
        .url(url)
        .path(&folder)
        .args(["test", "-only", &only.join(",")])
        .output();
    output.assert_status(1);
    let mut rest = output.stdout.as_str();
    for (index, (_, up, _, said)) in BAD.iter().enumerate() {
        let head = format!("failed: {} bad\n", 10 * (index + 1) + 1);
        let at = rest.find(&head).unwrap_or_else(|| panic!("no {head:?}\n{output}"));
        rest = &rest[at + head.len()..];
        let end = rest.find("\nfailed: ").unwrap_or(rest.len());
        for text in *said {
            assert!(rest[..end].contains(text), "{up}: {text:?} in {}\n{output}", &rest[..end]);
        }
    }
    assert!(output.stdout.contains(&format!("{0} of {0} pairs failed (", BAD.len())), "{output}");
}

#[test]
fn what_is_undone_passes() {
    let (db, mut folder) = (Database::new(), Folder::new());
    let good = [
        ("create table a (id bigserial primary key, n int)", "drop table a"),
        (
            "create index a_n on a (n); comment on table a is 'x'",
            "drop index a_n; comment on table a is null",
        ),
        ("create view v as select id from a", "drop view v"),
        ("alter table a add t text default 'x'", "alter table a drop t"),
        ("grant select on a to public", "revoke select on a from public"),
        ("create type mood as enum ('sad')", "drop type mood"),
        ("create function f() returns int language sql as 'select 1'", "drop function f()"),
        ("create schema app create table t (id int)", "drop schema app cascade"),
        ("select 1", "select 1"),
    ];
    for (index, (up, down)) in good.iter().enumerate() {
        folder = folder.pair(&format!("{}_good", index + 1), up, down);
    }
    let output = test(&db, &folder).output();
    let expected: Vec<(u64, &str)> = (1..=good.len() as u64).map(|v| (v, "passed")).collect();
    assert_results(output.assert_status(0), &expected);
    assert!(output.stdout.contains("9 pairs passed ("), "{output}");
    assert_eq!(output.stderr, "");
    // The target was not touched.
    assert_eq!(db.tables(), [] as [String; 0]);
}

/// A column that comes back stands last: that alone is no failure.
#[test]
fn another_order_of_columns_is_a_note() {
    let db = Database::new();
    let folder = Folder::new().pair("1_a", "create table a (x int, y int)", "drop table a").pair(
        "2_b",
        "alter table a drop x",
        "alter table a add x int",
    );
    let output = test(&db, &folder).output();
    assert_results(output.assert_status(0), &[(1, "passed"), (2, "passed")]);
    assert!(
        output.stdout.starts_with(
            "passed: 2 b\n  note: other order of columns: table public.a\n    x, y -> y, x\n"
        ),
        "{output}"
    );
}

/// The down file brings back what was there, and the up file makes something else the second time.
#[test]
fn an_up_file_that_does_not_run_twice() {
    let db = Database::new();
    let folder = Folder::new()
        .pair("1_n", "create schema kept; create sequence kept.n", "drop schema kept cascade")
        .pair(
            "2_other",
            "do $$ begin execute 'create table t' || nextval('kept.n') || ' ()'; end $$",
            "do $$ begin execute 'drop table t' || (select last_value from kept.n); end $$",
        );
    let output = test(&db, &folder).output();
    assert_results(output.assert_status(1), &[(1, "passed"), (2, "failed")]);
    assert!(
        output.stdout.contains("\n  missing after the second up: table public.t1\n"),
        "{output}"
    );
    assert!(output.stdout.contains("\n  new after the second up: table public.t2\n"), "{output}");
}
