//! Whether a script may touch a table, and whether it can share a transaction.

use super::super::{Refusal, Script, Unshared};

#[test]
fn scripts_that_may_touch_the_table() {
    for text in [
        "drop table versions",
        "TRUNCATE public.Versions",
        "select 1; insert into \"versions\" values (1)",
        "alter table /* the */ versions rename to a",
        "do $$ begin delete from versions; end $$",
        "do 'begin if true then drop table public.versions; end if; end' language plpgsql",
        "do E'begin\\n\\tdrop table versions; end'",
        "do $$ begin execute 'drop table versions'; end $$",
        "do $$ begin execute format('drop table %I.versions', a); end $$",
        "do $$ begin do $x$ begin drop table versions; end $x$; end $$",
        "drop schema public",
        "DROP SCHEMA IF EXISTS a, \"public\" CASCADE",
        "select 1; drop -- a\n schema Public cascade;",
        "do $$ begin drop schema public cascade; end $$",
        "do $$ begin execute 'drop schema public'; end $$",
        "drop owned by app",
    ] {
        assert!(Script::new(text).may_touch(text, "public", "versions"), "{text}");
    }
    for text in [
        "",
        "-- drop table versions\nselect 1",
        "/* versions */ comment on table a is 'versions'",
        "drop schema old cascade",
        "drop schema \"Public\" cascade; select 1 from public.a",
        "create table a (drop_schema int); -- drop schema public",
        "drop table public.a",
        "drop table \"Versions\", versions2, my_versions, U&\"versions\"",
        "do $$ begin raise notice 'drop table versions'; -- versions\n end $$",
        "create function f() returns int language sql as 'select version from versions'",
        "create function f() returns int begin atomic select version from versions; end;",
        "insert into a values ('drop owned by x; drop schema public')",
        "drop role owned",
    ] {
        assert!(!Script::new(text).may_touch(text, "public", "versions"), "{text}");
    }
    let text = "drop table my_Table; drop table \"A\"\"b\"";
    let touches = |table| Script::new(text).may_touch(text, "public", table);
    assert!(touches("my_table") && touches("A\"b") && !touches("my_Table") && !touches("a\"b"));
}

fn shared(text: &str) -> Option<String> {
    Script::new(text).in_shared_transaction(text).ok().map(|shared| shared.into_owned())
}

#[test]
fn scripts_that_share_a_transaction() {
    for text in [
        "",
        "-- nothing\n",
        "create table a (); create table b ()",
        "savepoint s; rollback to s;",
        "do $$ begin raise exception 'rollback of 1_x is not possible'; end $$;",
        "-- remove constraints\nalter table a add column locale text",
    ] {
        assert_eq!(shared(text).as_deref(), Some(text));
    }
    for (text, expected) in [
        ("begin; select 1; commit;", "       select 1;        "),
        ("BEGIN WORK;select 1;END", "           select 1;   "),
        ("-- é\nbegin /* é */ ; a; commit -- é\n;", "-- é\n      /* é */   a;        -- é\n "),
        (
            "a; start transaction; b; end transaction;\n",
            "a;                    b;                 \n",
        ),
        (
            "\u{feff}begin transaction;commit and no chain",
            "\u{feff}                                     ",
        ),
        ("begin;; 'begin;'; commit;;", "      ; 'begin;';        ;"),
    ] {
        assert_eq!(shared(text).as_deref(), Some(expected), "{text}");
        assert_eq!(expected.len(), text.len(), "{text}");
    }
}

#[test]
fn scripts_that_share_none() {
    for text in [
        "vacuum",
        "begin; select 1;",
        "commit",
        "begin; a; commit; b",
        "copy t from stdin",
        "begin isolation level serializable; a; commit;",
        "begin transaction read write; a; commit;",
        "start transaction read only; a; commit;",
        "begin; a; commit and chain; b; commit;",
        "begin; set transaction isolation level serializable; a; commit;",
        "set transaction isolation level serializable; a;",
        "a; set transaction read write;",
        "set session characteristics as transaction read write",
        "set transaction_read_only = on",
        "set default_transaction_read_only = on; a",
        "do $$ begin commit; end $$",
        "a; do $$ begin commit; end $$",
        "begin; create index concurrently i on t (a); commit;",
    ] {
        assert_eq!(shared(text), None, "{text}");
    }
}

/// Which statement is at fault.
#[test]
fn why_a_script_shares_none() {
    use Unshared::{EndsTransaction, Leaves, Refused, RefusesTransaction, SetsMode};
    for (text, expected) in [
        ("a; -- b\nvacuum;", RefusesTransaction { at: 8 }),
        ("begin; a; commit; b;", EndsTransaction { at: 10 }),
        ("begin; a; commit; begin; b; rollback;", EndsTransaction { at: 10 }),
        (" rollback", EndsTransaction { at: 1 }),
        ("a; do $$ begin commit; end $$", EndsTransaction { at: 3 }),
        ("a; set transaction read write", SetsMode { at: 3 }),
        ("a; begin read only; b; commit;", SetsMode { at: 3 }),
        ("a; select set_config('default_transaction_read_only', 'on', false)", SetsMode { at: 3 }),
        ("a; begin; b", Refused(Refusal::LeavesTransactionOpen { at: 3 })),
        ("a; copy t from stdin", Refused(Refusal::CopyFromStdin { at: 3 })),
    ] {
        let shared = Script::new(text).in_shared_transaction(text).map(drop);
        assert_eq!(shared, Err(expected), "{text}");
    }
    for (text, at) in [
        ("a; set local x = 1; set local y = 2", Some(3)),
        ("a; do $$ begin set local x = 1; end $$", Some(3)),
        ("create temp table t () on commit drop", Some(0)),
        ("a; set x = 1", None),
    ] {
        assert_eq!(Script::new(text).leaves(text), at.map(|at| Leaves { at }), "{text}");
    }
}

/// A file that the server may read in two ways.
#[test]
fn scripts_that_depend_on_how_strings_are_read() {
    for (text, depends) in [
        (r"select 'a\'; commit; --'", true),
        (r"select 'a\'b';", true),
        (r"select 'a\b', E'\'';", false),
        (r"-- \' ; x", false),
        ("select 'a'';'", false),
    ] {
        assert_eq!(Script::new(text).depends_on_strings(text), depends, "{text}");
    }
}
