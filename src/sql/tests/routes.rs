//! How files are run. A `¦` in a script is where the guard is to go.

use super::super::{Refusal, Route, route, scan};

fn of(script: &str) -> Route {
    route(&scan(script))
}

#[test]
fn plain() {
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
        "¦set transaction isolation level serializable;",
        "set transaction isolation level serializable;¦\n",
        "¦create function f() returns int begin atomic select 1; end;",
        "¦create procedure p() language plpgsql as $$ begin commit; end $$;",
        "¦do $$ begin null; commit; end $$; call p();",
    ] {
        let insert_at = case.find('¦').expect("a mark");
        let script = case.replace('¦', "");
        assert_eq!(of(&script), Route::Plain { insert_at }, "{case}");
    }
}

#[test]
fn wrapped() {
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
        let insert_at = case.find('¦').expect("a mark");
        let script = case.replace('¦', "");
        assert_eq!(of(&script), Route::Wrapped { insert_at }, "{case}");
    }
}

#[test]
fn loose() {
    for script in [
        "create index concurrently i on t (a)",
        "vacuum;",
        "create table a (); vacuum; create table b ();",
        "create table a (); commit; create table b ();",
        "commit;",
        "create table a (); commit;",
        "rollback;",
        "begin; select 1; rollback;",
        "begin; select 1; commit; select 2;",
        "begin; select 1; commit; vacuum;",
        "begin; select 1; commit; /* never closed",
        "begin; select 1; commit; begin; select 2; commit;",
        "begin; begin; select 1; commit;",
        "begin; select 1; commit; commit;",
        "vacuum; begin; select 1; commit;",
        "begin; select 1; prepare transaction 'x';",
        "begin; select 1; prepare transaction 'x'; commit prepared 'x';",
        "begin; select 1; commit and chain; select 2; commit;",
        "begin; select 1; rollback and chain; select 2; commit;",
    ] {
        assert_eq!(of(script), Route::Loose, "{script}");
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
        assert_eq!(of(&script), Route::Refused(refusal), "{case}");
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
        assert_eq!(of(&script), Route::Refused(refusal), "{case}");
    }
}
