//! What a script does besides its work. Every case is also tried within what does not run.

use super::super::{Facts, Script};

/// All but `changes_session`, which has a test of its own.
fn of(script: &str) -> Facts {
    Facts { changes_session: false, ..*Script::new(script).facts() }
}

/// Strings, comments and bodies of functions with the script in them: none has a fact.
fn check_inert(script: &str) {
    for inert in [
        format!("select 1 -- {};\n", script.replace('\n', " ")),
        format!("/* {script} */"),
        format!("select $x$;{script};$x$; select '{}'", script.replace('\'', "''")),
        format!("comment on table a is 'x;{};'", script.replace('\'', "''")),
        format!("create function f() returns int language plpgsql as $f$ begin {script}; end $f$"),
        format!("create or replace procedure p() begin atomic {script}; end;"),
        format!(
            "do $x$ begin raise notice $y$ {script}; $y$; -- {}\n end $x$",
            script.replace('\n', " ")
        ),
    ] {
        assert_eq!(*Script::new(&inert).facts(), Facts::default(), "{inert}");
    }
}

/// The cases have the fact, behind other statements and with others behind them too, and no other.
fn check(expected: Facts, scripts: &[&str]) {
    for script in scripts {
        for text in [script.to_string(), format!("\u{feff}select 1;\n--;\n{script} ; select 2")] {
            assert_eq!(of(&text), expected, "{text}");
        }
        check_inert(script);
    }
}

/// The same in a DO block, which runs at once.
fn check_in_do(expected: Facts, scripts: &[&str]) {
    check(expected, scripts);
    for script in scripts {
        let quoted = script.replace('\'', "''");
        for text in [
            format!("do $x$ begin {script}; end $x$"),
            format!("do language plpgsql $x$ begin if a then {script}; end if; end $x$;"),
            format!("do $x$ begin loop\n<<l>> {script}; end loop; end $x$ language 'plpgsql'"),
            format!("do $x$ begin execute $y${script}$y$; end $x$"),
            format!("do $x$ begin execute format('{quoted} %I', a); end $x$"),
            format!("do 'declare a text; begin null; {quoted}; end'"),
            format!("do E'begin\\n{}; end'", script.replace('\'', "\\'")),
        ] {
            assert_eq!(of(&text), expected, "{text}");
        }
    }
}

#[test]
fn what_is_left_on_the_session() {
    for (script, expected) in [
        ("set search_path = app", true),
        ("set session \"Search_Path\" to app, public", true),
        ("do $$ begin set search_path = app; end $$", true),
        ("select set_config('search_path', '', false)", true),
        ("select pg_catalog.set_config(name, value, false) from t", true),
        ("set app.tenant = 'a'", true),
        ("set time zone 'UTC'", true),
        ("set schema 'app'", true),
        ("set default_tablespace = fast", true),
        ("create temp table t (id int)", true),
        ("create local temporary table t (id int)", true),
        ("prepare p as select 1", true),
        ("set local search_path = app", false),
        ("set local app.tenant = 'a'", false),
        ("select set_config('search_path', '', true)", false),
        ("set lock_timeout = '2s'; set statement_timeout to 0", false),
        ("set client_min_messages = warning", false),
        ("set maintenance_work_mem = '1GB'", false),
        ("set constraints all deferred", false),
        ("set transaction isolation level serializable", false),
        ("prepare transaction 'a'", false),
        ("alter role app set search_path = app", false),
        ("create table temp (id int)", false),
        ("create function f() returns int language sql set search_path = app as 'select 1'", false),
    ] {
        assert_eq!(Script::new(script).facts().changes_session, expected, "{script}");
        let comment = format!("/* {script} */ select $x${script}$x$");
        assert!(!Script::new(&comment).facts().changes_session, "{comment}");
    }
}

#[test]
fn changes_of_the_role() {
    let expected = Facts { changes_role: true, ..Facts::default() };
    check_in_do(
        expected,
        &[
            "set role app",
            "SET\nSESSION /* a */ ROLE none",
            "set role = 'app'",
            "set \"role\" to app",
            "set session authorization app",
            "SET SESSION SESSION AUTHORIZATION DEFAULT",
            "set session_authorization = app",
            "reset role",
            "reset session authorization",
            "reset session_authorization",
            "perform set_config('role', 'app', false)",
            "perform set_config(E'ro\\\\le' || '', 'x', false), pg_catalog.set_config('ROLE', f(1, 2), false)",
            "perform pg_catalog.set_config ( $a$session_authorization$a$ , 'a' , FALSE )",
        ],
    );
    let local = Facts { leaves_to_transaction: true, ..expected };
    check_in_do(
        local,
        &[
            "set local role app",
            "set local session authorization app",
            "perform set_config('role', 'app', true)",
            "perform set_config('role', 'app', is_local)",
        ],
    );
}

#[test]
fn no_changes_of_the_role() {
    check_in_do(
        Facts::default(),
        &[
            "create table t (role text, set_config int)",
            "create role x",
            "alter role app set search_path = a",
            "update t set role = 'app'",
            "grant a to b with set true",
            "set role.x = 1",
            "set session.x = 1",
            "set session characteristics as transaction read write",
            "set search_path = role",
            "set time zone local",
            "select set_config, role from t",
            "perform set_config('app.role', 'role', false)",
            "perform set_config('app.x', f(1, ','), false)",
            "comment on role a is 'set role b'",
            "insert into t values (1) on conflict (role) do update set role = 'a'",
            "create function f() returns int set role = 'x' language sql return 1",
            "alter table t add column locale text, add constraint constraints unique (locale)",
            "reset search_path",
            "discard temp",
        ],
    );
}

#[test]
fn changes_of_the_encoding() {
    check_in_do(
        Facts { changes_encoding: true, ..Facts::default() },
        &[
            "set names 'latin1'",
            "SET client_encoding TO latin1",
            "set session client_encoding = 'x'",
            "reset client_encoding",
            "perform set_config('client_encoding', 'latin1', false)",
        ],
    );
    check_in_do(
        Facts::default(),
        &["create table names (client_encoding text)", "set a.names = 1", "select names from a"],
    );
}

#[test]
fn releases_of_locks() {
    check_in_do(
        Facts { releases_locks: true, ..Facts::default() },
        &[
            "select pg_advisory_unlock_all()",
            "perform pg_catalog.PG_ADVISORY_UNLOCK (1, 2)",
            "perform \"pg_advisory_unlock\"(1)",
        ],
    );
    let all = Facts {
        releases_locks: true,
        changes_role: true,
        changes_encoding: true,
        ..Facts::default()
    };
    check_in_do(all, &["discard all", "DISCARD\n-- a\nALL"]);
    let reset = Facts { releases_locks: false, ..all };
    check_in_do(reset, &["reset all"]);
    check_in_do(
        Facts::default(),
        &[
            "discard plans",
            "create table t (pg_advisory_unlock_all int, discard int)",
            "select discard all",
        ],
    );
}

#[test]
fn read_only() {
    let expected = Facts { is_read_only: true, ..Facts::default() };
    check(
        expected,
        &[
            "begin read only; commit",
            "begin work isolation level serializable, READ /* a */ ONLY; end",
            "start transaction read only; commit",
        ],
    );
    check_in_do(
        expected,
        &[
            "set transaction read only",
            "set session transaction read only",
            "set session characteristics as transaction read only",
            "set transaction_read_only = on",
            "set session default_transaction_read_only to true",
            "set \"transaction_read_only\" = '1'",
            "perform set_config('default_transaction_read_only', 'on', false)",
            "perform set_config('transaction_read_only', a, false)",
        ],
    );
    check_in_do(
        Facts::default(),
        &[
            "set transaction read write",
            "set transaction_read_only = off",
            "set default_transaction_read_only to 'false'",
            "set default_transaction_read_only = default",
            "reset transaction_read_only",
            "perform set_config('transaction_read_only', 'off', false)",
            "alter role a set default_transaction_read_only = on",
            "create table \"read only\" (read_only bool)",
            "select read only from a",
        ],
    );
    assert_eq!(of("begin; select read only from a; commit"), Facts::default());
}

#[test]
fn what_is_left_to_the_transaction() {
    let expected = Facts { leaves_to_transaction: true, ..Facts::default() };
    check_in_do(
        expected,
        &[
            "set local search_path = a",
            "set local time zone 'UTC'",
            "set constraints all deferred",
            "create temp table t (a int) on commit drop",
            "create temporary table t on commit delete rows as select 1",
            "perform set_config('search_path', '', true)",
            "perform set_config('search_path', '', not false)",
            "perform set_config('search_path', '', (false))",
            "perform set_config(a)",
        ],
    );
    check(expected, &["declare c cursor for select 1"]);
    check_in_do(
        Facts::default(),
        &[
            "set search_path = local",
            "set session search_path = a",
            "create temp table t (a int) on commit preserve rows",
            "alter table a drop constraint constraints",
            "create table t (\"local\" int, constraints int)",
            "perform set_config('search_path', '', false)",
            "perform pg_catalog.set_config('search_path', coalesce(a, (b)), /* true */ false)",
        ],
    );
    assert_eq!(of("do 'declare a int; begin end'"), Facts::default());
}

#[test]
fn nested_code_is_read_only_so_deep() {
    // Some levels are read, any number does no harm.
    let nested = |depth: usize| {
        let wrap = |inner: String, n| format!("do $x{n}$ begin {inner}; end $x{n}$");
        (0..depth).fold("set role a".to_string(), wrap)
    };
    assert!(of(&nested(3)).changes_role);
    assert!(!of(&nested(5000)).changes_role);
}
