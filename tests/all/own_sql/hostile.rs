//! A database whose `public` schema has operators, functions, domains and tables of the names that
//! everybody uses, and a role that finds them before the system's. (CVE-2018-1058 is of this kind.)

use crate::history::role::Role;
use crate::own_sql::commands::every_command;
use crate::support::{Database, Folder, Output, Run, reference};

/// Each of them counts that it was called, which no rollback takes back, and raises.
const TRAPS: &str = r#"
CREATE SCHEMA trap;
CREATE SEQUENCE trap.calls;
CREATE FUNCTION trap.spring() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_catalog.nextval('trap.calls');
  RAISE EXCEPTION 'something of public was used';
END $$;

-- A twin of each operator on the types that matter, and of each function that somebody may call.
DO $$ DECLARE it record; n int := 0; BEGIN
  FOR it IN
    SELECT o.oprname, format_type(o.oprleft, NULL) AS l, format_type(o.oprright, NULL) AS r,
           format_type(o.oprresult, NULL) AS result, o.oprleft
      FROM pg_operator o
     WHERE o.oprnamespace = 'pg_catalog'::regnamespace
       AND o.oprname IN ('=', '<>', '<', '<=', '>', '>=', '||', '~', '!~', '~~', '!~~', '+', '-', '*', '/')
       AND (o.oprleft = 0 OR o.oprleft = ANY (ARRAY['text', 'oid', 'int2', 'int4', 'int8', 'name', 'bool',
            'timestamptz', 'interval', 'float8', 'numeric', '"char"']::regtype[]))
       AND o.oprright = ANY (ARRAY['text', 'oid', 'int2', 'int4', 'int8', 'name', 'bool', 'timestamptz',
            'interval', 'float8', 'numeric', '"char"']::regtype[])
  LOOP
    n := n + 1;
    EXECUTE format('CREATE FUNCTION trap.o%s(%s) RETURNS %s LANGUAGE plpgsql AS
      ''BEGIN PERFORM trap.spring(); END''', n, concat_ws(', ', nullif(it.l, '-'), it.r), it.result);
    EXECUTE format('CREATE OPERATOR public.%s (%sRIGHTARG = %s, FUNCTION = trap.o%s)', it.oprname,
      CASE WHEN it.oprleft = 0 THEN '' ELSE format('LEFTARG = %s, ', it.l) END, it.r, n);
  END LOOP;
  FOR it IN
    SELECT p.proname, pg_get_function_identity_arguments(p.oid) AS arguments,
           pg_get_function_result(p.oid) AS result
      FROM pg_proc p
     WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND p.provariadic = 0
       AND p.proallargtypes IS NULL AND NOT 'cstring'::regtype = ANY (p.proargtypes)
       AND p.prorettype <> ALL ('{internal,cstring}'::regtype[])
       AND p.proname IN ('current_database', 'current_schema', 'pg_backend_pid', 'to_regclass', 'host',
         'quote_ident', 'set_config', 'current_setting', 'left', 'regexp_replace', 'strpos', 'upper',
         'has_table_privilege', 'clock_timestamp', 'statement_timestamp', 'pg_try_advisory_lock',
         'pg_advisory_unlock', 'pg_blocking_pids', 'format_type', 'textcat', 'pg_cancel_backend',
         'pg_get_function_identity_arguments', 'text', 'name', 'oid', 'int4', 'int8', 'timestamptz')
  LOOP
    EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS %s LANGUAGE plpgsql AS
      ''BEGIN PERFORM trap.spring(); END''', it.proname, it.arguments, it.result);
  END LOOP;
END $$;

CREATE FUNCTION public.concat(text, text) RETURNS text LANGUAGE plpgsql AS
  $$ BEGIN PERFORM trap.spring(); END $$;
CREATE FUNCTION public.format(text, name, name) RETURNS text LANGUAGE plpgsql AS
  $$ BEGIN PERFORM trap.spring(); END $$;

-- A type that everything turns into by itself, and a way to compare it.
CREATE TYPE public.anything AS (value int);
CREATE FUNCTION trap.cast(int8) RETURNS public.anything LANGUAGE plpgsql AS
  $$ BEGIN PERFORM trap.spring(); END $$;
CREATE FUNCTION trap.cast(name) RETURNS public.anything LANGUAGE plpgsql AS
  $$ BEGIN PERFORM trap.spring(); END $$;
CREATE FUNCTION trap.cast(oid) RETURNS public.anything LANGUAGE plpgsql AS
  $$ BEGIN PERFORM trap.spring(); END $$;
CREATE CAST (int8 AS public.anything) WITH FUNCTION trap.cast(int8) AS IMPLICIT;
CREATE CAST (name AS public.anything) WITH FUNCTION trap.cast(name) AS IMPLICIT;
CREATE CAST (oid AS public.anything) WITH FUNCTION trap.cast(oid) AS IMPLICIT;
CREATE FUNCTION trap.same(public.anything, public.anything) RETURNS bool LANGUAGE plpgsql AS
  $$ BEGIN PERFORM trap.spring(); END $$;
CREATE OPERATOR public.= (LEFTARG = public.anything, RIGHTARG = public.anything, FUNCTION = trap.same);

CREATE TABLE public.pg_class (oid oid);
CREATE TABLE public.pg_locks (pid int);
CREATE TABLE public.pg_stat_activity (pid int);
CREATE TABLE public.pg_trigger (tgrelid oid);

-- Last, for what stands above speaks of the system's.
DO $$ DECLARE it text; BEGIN
  FOREACH it IN ARRAY ARRAY['text', 'oid', 'name', 'int8', 'int4', 'bool', 'timestamptz', 'float8'] LOOP
    EXECUTE pg_catalog.format('CREATE DOMAIN public.%I AS pg_catalog.%I CHECK (trap.spring())', it, it);
  END LOOP;
  CREATE DOMAIN public.regclass AS pg_catalog.regclass CHECK (trap.spring());
END $$;
"#;

/// A role that finds what is in `public` first.
fn operator(db: &Database) -> Role {
    let role = Role::new(db);
    let name = &role.name;
    db.execute(&format!(
        "ALTER ROLE {name} SUPERUSER; ALTER ROLE {name} SET search_path = public, pg_catalog"
    ));
    role
}

#[test]
fn every_command_works_and_calls_none_of_it() {
    let (plain, hostile) = (Database::new(), Database::new());
    let expected = every_command(&plain, &plain.url());
    hostile.execute(TRAPS);
    let operator = operator(&hostile);
    let said = every_command(&hostile, &operator.url(&hostile));
    for (expected, said) in expected.iter().zip(&said) {
        // `drop` names what it leaves.
        if !said.command.contains("drop") {
            assert_eq!(essence(said), essence(expected), "{said}");
        }
        said.assert_silent_about("warning: nothing is logged");
    }
    let called = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM trap.calls";
    assert_eq!(hostile.number(called), 0);
    let left = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace";
    assert_eq!(hostile.number(left), 0, "drop -all-objects has dropped it");
}

/// Without the folder's name, which is another each time.
fn essence(output: &Output) -> String {
    let folder = output.command.split_once("-path ").expect("a folder").1;
    let folder = folder.split(' ').next().expect("a folder");
    output.essence().replace(folder, "FOLDER")
}

/// golang-migrate opens it, so dbm must.
#[test]
fn as_golang_migrate() {
    let Some(reference) = reference::find("own_sql::hostile::as_golang_migrate") else { return };
    let db = Database::new();
    db.execute(
        "CREATE FUNCTION public.trap(text, text) RETURNS text LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'something of public was used'; END $$;
         CREATE OPERATOR public.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = public.trap);
         CREATE DOMAIN public.text AS pg_catalog.text CHECK (VALUE = '')",
    );
    let operator = operator(&db);
    let folder = Folder::four();
    let up = |run: Run, count: &str| {
        let run = run.url(operator.url(&db)).path(&folder);
        run.args(["up", count]).output().assert_status(0);
    };
    up(Run::program(&reference), "1");
    up(Run::dbm(), "1");
    up(Run::program(&reference), "1");
    up(Run::dbm(), "1");
    assert_eq!(db.row(), Some((4, false)));
    let kept = "SELECT count(up_text) FROM schema_migrations_log";
    assert_eq!(db.number(kept), 4);
}
