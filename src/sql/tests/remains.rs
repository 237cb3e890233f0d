//! What stands when a statement fails, and which index one builds.

use super::super::remains::Remains;
use super::super::{IndexBuilt, Script};

#[test]
fn what_stands() {
    // The script's statements one by one; `^` is before the one that fails.
    let cases: &[(&str, usize, bool)] = &[
        // script, standing, whether the failed one is undone
        ("^a", 0, true),
        ("a; b; ^c", 2, true),
        ("begin; a; ^b; commit; begin; c; commit", 0, true),
        ("begin; a; commit; ^b", 3, true),
        ("begin; a; commit; begin; ^b; commit", 3, true),
        ("begin; a; ^commit; b", 0, true),
        ("a; begin; b; ^c; commit", 1, true),
        ("begin; a; rollback; ^b", 0, true),
        ("a; begin; b; rollback; ^c", 1, true),
        ("a; begin; b; rollback; c; ^d", 5, true),
        ("begin; a; commit and chain; b; ^c; commit", 3, true),
        ("begin; a; rollback and chain; b; ^c; commit", 0, true),
        ("begin; a; prepare transaction 'x'; ^b", 3, true),
        ("begin; savepoint s; rollback to s; ^b; commit", 0, true),
        ("a; vacuum; ^b", 2, true),
        ("a; ^create index concurrently i on t (a)", 1, true),
        ("a; ^drop index concurrently i", 1, true),
        ("a; ^vacuum", 1, true),
        ("a; ^discard all", 1, true),
        ("a; ^alter system set x = 1", 1, true),
        ("a; ^create database d", 1, true),
        ("a; ^commit prepared 'x'", 1, true),
        ("a; ^call p()", 1, false),
        ("begin; a; ^call p(); commit; vacuum", 0, true),
        ("a; ^do $$ begin call p(); end $$", 1, false),
        ("a; ^do $$ begin commit; end $$", 1, false),
        ("a; ^do $$ begin execute x; end $$", 1, false),
        ("a; ^do $$ plpy.commit() $$ language plpython3u", 1, false),
        ("begin; a; ^do $$ begin call p(); end $$; commit; vacuum", 0, true),
        ("a; ^do $$ begin raise 'call commit'; end $$", 1, true),
        ("do $$ begin commit; end $$; ^do $$ begin null; end $$", 1, true),
        ("a; ^alter table t detach partition p concurrently", 1, false),
        ("a; ^create subscription s connection '' publication p", 1, false),
        ("a; ^alter subscription s refresh publication", 1, false),
        ("a; ^drop subscription s", 1, false),
        ("a; ^drop database d", 1, false),
        ("a; ^create tablespace t location '/x'", 1, false),
        ("a; ^alter database d set tablespace t", 1, false),
        ("begin; ^drop subscription s; commit", 0, true),
        ("a; ^alter table t add column call int", 1, true),
    ];
    for (case, statements, is_failed_undone) in cases {
        check(
            case,
            false,
            Remains { statements: *statements, is_failed_undone: *is_failed_undone },
        );
    }
}

#[test]
fn what_stands_of_one_message() {
    let cases: &[(&str, usize, bool)] = &[
        ("a; b; ^c; commit", 0, true),
        ("a; commit; b; ^c", 2, true),
        ("a; begin; b; commit; c; begin; ^d; commit", 4, true),
        ("a; rollback; b; ^c", 0, true),
        ("a; commit; b; rollback; ^c", 2, true),
        ("a; ^call p(); commit", 0, true),
        ("a; ^do $$ begin call p(); end $$; commit", 0, true),
        // By itself it is in no block.
        ("^do $$ begin a; commit; b; end $$", 0, false),
        ("^call p()", 0, false),
        ("^a", 0, true),
    ];
    for (case, statements, is_failed_undone) in cases {
        check(case, true, Remains { statements: *statements, is_failed_undone: *is_failed_undone });
    }
}

fn check(case: &str, as_one: bool, expected: Remains) {
    let at = case.find('^').expect("a mark");
    let text = case.replace('^', "");
    let script = Script::new(&text);
    let failed = script.statements().iter().position(|s| s.code.start == at).expect("a statement");
    assert_eq!(script.remains(failed, as_one), expected, "{case}");
}

#[test]
fn indexes_built() {
    let built = |statement: &str| {
        let text = format!("select 'é';; {statement}; select 1");
        let script = Script::new(&text);
        assert_eq!((script.index_built(&text, 0), script.index_built(&text, 9)), (None, None));
        script.index_built(&text, 1)
    };
    let cases: &[(&str, Option<&str>, Option<&str>, &str)] = &[
        ("create index concurrently i on t (a)", Some("i"), None, "t"),
        (
            "CREATE UNIQUE INDEX CONCURRENTLY My_I ON S.T USING btree (a)",
            Some("my_i"),
            Some("s"),
            "t",
        ),
        (
            "create index /* x */ concurrently -- y\n if not exists i on only t(a)",
            Some("i"),
            None,
            "t",
        ),
        ("create index concurrently on t (a)", None, None, "t"),
        ("create index concurrently \"on\" on \"T\"\"x\" (a)", Some("on"), None, "T\"x"),
        ("create index concurrently if on t (a)", Some("if"), None, "t"),
        ("create index concurrently \"I\" on \"My S\".\"T\" (a)", Some("I"), Some("My S"), "T"),
        ("create index concurrently i on d.s.t (a)", Some("i"), Some("s"), "t"),
        ("create index concurrently ÄI on t (a)", Some("Äi"), None, "t"),
    ];
    for (statement, name, schema, table) in cases {
        let expected = IndexBuilt {
            name: name.map(str::to_string),
            schema: schema.map(str::to_string),
            table: table.to_string(),
        };
        assert_eq!(built(statement), Some(expected), "{statement}");
    }
    for statement in [
        "create index i on t (a)",
        "create index \"concurrently\" on t (a)",
        "drop index concurrently i",
        "reindex index concurrently i",
        "create index concurrently U&\"i\" on t (a)",
        "create index concurrently i on",
        "create index concurrently i on 's'",
        "create index concurrently",
        "select 'create index concurrently i on t'",
    ] {
        assert_eq!(built(statement), None, "{statement}");
    }
}
