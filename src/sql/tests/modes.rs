//! How files are run. A `¦` in a script is where the guard is to go.

use super::super::{Mode, Refusal, Script, Unshared};

fn of(script: &str) -> Mode {
    Script::new(script).mode()
}

#[test]
fn transactional() {
    for case in [
        "¦",
        "¦\n-- nothing\n",
        "¦create table a (); create table b ();",
        "¦savepoint a; select 1; rollback to a; release a;",
        "¦select 1; set transaction read write;",
        "set transaction isolation level serializable;¦ select 1;",
        "-- a\n;set local transaction isolation level serializable; ;\
         set session characteristics as transaction read write;¦ ; select 1",
        "¦set transaction isolation level serializable",
        "set transaction isolation level serializable;¦",
        "¦select 1; -- a\ndo $$ begin commit; end $$;",
        "¦create procedure p() language plpgsql as $$ begin commit; end $$; do 'begin call p(); end'",
        "set transaction isolation level serializable;¦\n",
        "¦create function f() returns int begin atomic select 1; end;",
        "¦create procedure p() language plpgsql as $$ begin commit; end $$;",
        "¦do $$ begin null; commit; end $$; call p();",
    ] {
        let guard_at = case.find('¦').expect("a mark");
        let script = case.replace('¦', "");
        assert_eq!(of(&script), Mode::Transactional { guard_at }, "{case}");
    }
}

#[test]
fn own_transaction() {
    for case in [
        "begin;¦ create table a (); commit;",
        "BEGIN;¦COMMIT",
        "-- a\nstart transaction ;¦ select 1; end transaction; -- b\n",
        "begin;¦ select 1; commit;; ;\n",
        "create table a (); ; begin;¦ create table b (); commit;",
        "begin; set transaction isolation level serializable;¦ select 1; commit;",
        "begin;; set transaction read write;¦commit;",
        "set transaction isolation level serializable; begin;¦ select 1; commit;",
        "begin;¦ select 1; set transaction read write; commit;",
        "begin;¦ savepoint a; rollback to a; commit and no chain;",
        "begin;¦ create index concurrently i on t (a); commit;",
        "\u{feff}begin;¦ select 'é'; commit;",
    ] {
        let guard_at = case.find('¦').expect("a mark");
        let script = case.replace('¦', "");
        assert_eq!(of(&script), Mode::OwnTransaction { guard_at }, "{case}");
    }
}

#[test]
fn non_transactional() {
    for script in [
        "create index concurrently i on t (a)",
        "vacuum;",
        "create table a (); vacuum; create table b ();",
        "begin; select 1; commit; vacuum;",
        "vacuum; begin; select 1; commit;",
        "begin; select 1; prepare transaction 'x'; commit prepared 'x';",
    ] {
        assert_eq!(of(script), Mode::NonTransactional { as_one: false }, "{script}");
    }
    for script in [
        "create table a (); commit; create table b ();",
        "commit;",
        "create table a (); commit;",
        "rollback;",
        "begin; select 1; rollback;",
        "begin; select 1; commit; select 2;",
        "begin; select 1; commit; /* never closed",
        "begin; select 1; commit; begin; select 2; commit;",
        "begin; begin; select 1; commit;",
        "begin; select 1; commit; commit;",
        "begin; select 1; prepare transaction 'x';",
        "begin; select 1; commit and chain; select 2; commit;",
        "begin; select 1; rollback and chain; select 2; commit;",
    ] {
        assert_eq!(of(script), Mode::NonTransactional { as_one: true }, "{script}");
    }
}

/// Bodies of DO blocks that end transactions.
#[test]
fn a_single_do_that_ends_transactions() {
    for body in [
        "begin commit; end",
        "commit;",
        "BEGIN\n  INSERT INTO a VALUES (1);\n  COMMIT ;\nEND;",
        "begin loop rollback; exit; end loop; end",
        "begin if a then commit; end if; end",
        "begin if a then null; else rollback and no chain; end if; end",
        "begin <<l>> commit and chain; end",
        "begin exception when others then rollback; end",
        "declare a int; begin a := 1; -- rollback to\n commit /* now */ ; end",
        "begin execute 'do \u{24}x\u{24} begin commit; end \u{24}x\u{24}'; end",
        "begin do \u{24}x\u{24} begin commit; end \u{24}x\u{24}; end",
    ] {
        for script in [
            format!("do $$ {body} $$"),
            format!("-- why\n/* do */ DO $do$ {body} $do$ language plpgsql;\n"),
            format!("do language 'plpgsql' '{}';", body.replace('\'', "''")),
            format!("do language plpgsql E'{}';", body.replace('\'', "\\'").replace('\n', "\\n")),
        ] {
            assert_eq!(of(&script), Mode::NonTransactional { as_one: true }, "{script}");
            let shared = Script::new(&script).in_shared_transaction(&script).map(drop);
            assert!(matches!(shared, Err(Unshared::EndsTransaction { .. })), "{script}");
        }
    }
    for body in [
        "begin raise exception 'rollback of 1_x is not possible'; end",
        "begin -- commit;\n null; end",
        "begin /* ; commit; */ null; end",
        "begin insert into commit values (1); end",
        "begin perform rollback(1); perform 1 as commit; end",
        "declare commit int; begin commit := 1; select commit into a; end",
        "begin a := case when b then commit else rollback end; end",
        "begin \"commit\"; end",
        "begin execute 'x' using a; raise 'commit;'; end",
        "begin execute 'x'; raise 'do \u{24}x\u{24} begin commit; end \u{24}x\u{24}'; end",
        "begin create temp table t (a int) on commit drop; end",
        "begin create function f() as \u{24}x\u{24} begin commit; end \u{24}x\u{24}; end",
    ] {
        for script in [format!("do $$ {body} $$"), format!("do '{}';", body.replace('\'', "''"))] {
            assert_eq!(of(&script), Mode::Transactional { guard_at: 0 }, "{script}");
        }
    }
}

#[test]
fn refused() {
    // The mark is before the statement at fault.
    for case in [
        "¦begin",
        "select 1; -- a\n ¦begin; select 1;",
        "¦begin; begin; select 1;",
        "begin; commit; ¦start transaction; select 1; savepoint a; rollback to a",
        "begin; select 1; ¦commit and chain;",
        "begin; ¦commit and chain; select 1; -- commit;\n",
        "begin; select 1; ¦abort and chain; select 2;",
        "¦begin; select 'commit;",
        "vacuum; ¦begin;",
    ] {
        let at = case.find('¦').expect("a mark");
        let script = case.replace('¦', "");
        let refusal = Refusal::LeavesTransactionOpen { at };
        assert_eq!(of(&script), Mode::Refused(refusal), "{case}");
    }
    for case in [
        "¦copy t from stdin;\n1\n\\.\n",
        "begin; ¦copy t from stdin; commit;",
        "begin; ¦copy t from stdin;\nit's\n\\.\ncommit;",
        "create table t (a int);\n\n¦COPY t (a) FROM stdin;\n1\n\\.\ncopy u from stdin;",
    ] {
        let at = case.find('¦').expect("a mark");
        let script = case.replace('¦', "");
        let refusal = Refusal::CopyFromStdin { at };
        assert_eq!(of(&script), Mode::Refused(refusal), "{case}");
    }
}
