//! The scratch database: made, found, refused, and gone at the end, whatever happens.

use crate::history::role::Role;
use crate::proof::{assert_results, is_there, scratch_name, test};
use crate::support::pgbouncer::shared;
use crate::support::tls::{PASSWORD, servers};
use crate::support::{Database, Folder, Run, wait};

#[test]
fn is_gone_at_the_end() {
    let (db, folder) = (Database::new(), Folder::four());
    folder.write("2_b.down.sql", "select 1");
    for down in ["drop table d", "drop table wrong"] {
        folder.write("4_d.down.sql", down);
        let output = test(&db, &folder).arg("-verbose").output();
        let name = scratch_name(&output.assert_status(1).stderr);
        assert!(name.starts_with("dbm_scratch_") && !is_there(&db, &name), "{output}");
    }
    assert_eq!((db.row(), db.tables().len()), (None, 0), "the target is as it was");
}

/// A subscription keeps its database from being dropped.
#[test]
fn is_gone_where_there_are_subscriptions() {
    let (db, folder) = (Database::new(), Folder::four());
    folder.write(
        "5_e.up.sql",
        "create subscription e connection 'host=nowhere' publication p with (connect = false)",
    );
    for (down, status) in
        [("alter subscription e set (slot_name = none); drop subscription e", 0), ("select 1", 1)]
    {
        folder.write("5_e.down.sql", down);
        let output = test(&db, &folder).arg("-verbose").output();
        let name = scratch_name(&output.assert_status(status).stderr);
        assert!(!is_there(&db, &name), "{output}");
        let (scratch, own) = (Database::new(), test(&db, &folder));
        own.args(["-scratch", &scratch.url()]).output().assert_status(status);
        assert_eq!(scratch.number("SELECT count(*) FROM pg_subscription WHERE subname = 'e'"), 0);
    }
}

#[test]
fn is_kept_where_that_is_wanted() {
    let (db, folder) = (Database::new(), Folder::four());
    let output = test(&db, &folder).args(["-verbose", "-keep"]).output();
    let name = scratch_name(&output.assert_status(0).stderr);
    output.assert_line("hint: the scratch database is kept", &format!("DROP DATABASE {name};"));
    assert!(is_there(&db, &name));
    db.execute(&format!("DROP DATABASE {name}"));
}

#[test]
fn is_gone_after_a_signal() {
    let (db, folder) = (Database::new(), Folder::four());
    folder.write("3_c.up.sql", "select pg_sleep(600)");
    for (signal, status, only) in [("INT", 130, "1,2,3"), ("TERM", 143, "3"), ("INT", 130, "4")] {
        let mut run = test(&db, &folder).args(["-verbose", "-only", only]).spawn();
        run.wait_for("Scratch database ").wait_for("\n");
        let name = wait::until("the whole name", || {
            run.stderr()
                .split_once("Scratch database ")?
                .1
                .split_once('\n')
                .map(|it| it.0.to_owned())
        });
        let asleep = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND query LIKE '%pg_sleep%'"
        );
        wait::until_true("the file that sleeps", || db.number(&asleep) > 0);
        run.signal(signal);
        let output = run.finish();
        output.assert_status(status).assert_says("Stopping: dropping the scratch database ...");
        assert!(!is_there(&db, &name), "{output}");
        assert!(!output.stdout.contains("failed"), "what was cancelled is no failure\n{output}");
        let (tried, of) = if only.len() > 1 { (2, 3) } else { (0, 1) };
        output.assert_says(&format!("hint: stopped: {tried} of {of} pairs were tried"));
    }
}

#[test]
fn a_role_that_may_not_create_databases() {
    let (db, folder) = (Database::new(), Folder::four());
    let role = Role::new(&db);
    let run = || Run::dbm().url(role.url(&db)).path(&folder).arg("test");
    let output = run().output();
    let name = &role.name;
    let said = format!("error: no scratch database: the role {name} may not create databases");
    assert_eq!(output.assert_status(1).first_line(), said);
    output.assert_line(
        "hint: name an empty database of your own with -scratch URL",
        &format!("ALTER ROLE {name} CREATEDB;"),
    );
    // Each of the two ways.
    db.execute(&format!("ALTER ROLE {name} CREATEDB"));
    run().output().assert_status(0);
    db.execute(&format!("ALTER ROLE {name} NOCREATEDB"));
    let own = Database::new();
    own.execute(&format!(
        "GRANT ALL ON SCHEMA public TO {name}; ALTER SCHEMA public OWNER TO {name}"
    ));
    own.execute(&format!("GRANT CREATE ON DATABASE {} TO {name}", own.name()));
    let output = run().args(["-scratch", &role.url(&own)]).output();
    assert_results(
        output.assert_status(0),
        &[(1, "passed"), (2, "passed"), (3, "passed"), (4, "passed")],
    );
    own.execute(&format!("REASSIGN OWNED BY {name} TO postgres; DROP OWNED BY {name}"));
}

#[test]
fn one_that_is_given() {
    let (db, own, folder) = (Database::new(), Database::new(), Folder::four());
    folder.write("3_c.down.sql", "select 1");
    let given = |url: &str| test(&db, &folder).args(["-scratch", url]);
    folder.write(
        "5_kinds.up.sql",
        "create table k (i int generated always as identity, n serial) partition by range (n);
         create table k1 partition of k for values from (1) to (2);
         create type comp as (a int); create type mood as enum ('x'); create domain dom as int;
         create type span as range (subtype = int); create view v as select * from k;
         create function f(mood) returns int language sql as 'select 1'; create aggregate agg(int) (sfunc = int4pl, stype = int);
         create operator === (leftarg = int, rightarg = int, function = int4eq);
         create collation c from \"C\"; create statistics st on i, n from k;
         create text search configuration t (copy = simple); create extension pgcrypto; create schema app;
         create cast (text as int) with inout;
         comment on schema public is 'standard public schema'",
    );
    folder.write("5_kinds.down.sql", "select 1");
    // It is emptied, and so it can be used again.
    for _ in 0..2 {
        let output = given(&own.url()).output();
        assert_results(
            output.assert_status(1),
            &[(1, "passed"), (2, "passed"), (3, "failed"), (4, "passed"), (5, "failed")],
        );
        let left = own.number(
            "SELECT count(*) FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass
             AND refobjid = 'public'::regnamespace",
        );
        assert_eq!(left, 0, "{output}");
        assert_eq!(own.tables(), [] as [String; 0]);
    }
    // Its password is not shown.
    let output = given(&own.url().replacen("postgres@", "postgres:secret-817@", 1)).output();
    output.assert_status(1).assert_silent_about("secret-817");
    let command = ": dbm test -fix '-scratch=postgres://postgres@";
    output.assert_line("hint: to write the statements", command);
    output.assert_line("hint: commands are shown without the password: export PGPASSWORD", "");
    let alone = Run::dbm().path(&folder).args(["test", "-only", "1", "-scratch", &own.url()]);
    alone.output().assert_status(0);
    given(&own.url()).args(["-keep", "-to", "2"]).output().assert_status(0);
    assert_eq!(own.tables().len(), 3, "it is left as it is");
    let output = given(&own.url()).output();
    output
        .assert_status(1)
        .assert_line("error: no scratch database: ", "is not empty: it has table ");
    assert_eq!(own.tables().len(), 3, "and not touched");
    let output = given(&db.url_with("application_name=x")).output();
    let said = "error: no scratch database: the one that was given is the target itself";
    assert_eq!(output.assert_status(1).first_line(), said);
    let output = given("postgres://127.0.0.1:1/x").output();
    output.assert_status(1).assert_line("error: failed to open database: ", "");
}

#[test]
fn a_pooler_is_refused() {
    let Some(pooler) = shared("proof::scratch::a_pooler_is_refused") else { return };
    let (db, folder) = (Database::new(), Folder::four());
    for run in [
        Run::dbm().url(pooler.url(&db)).path(&folder).arg("test"),
        test(&db, &folder).args(["-scratch", &pooler.url(&Database::new())]),
    ] {
        let output = run.output();
        let said = "error: no scratch database: a pooler stands in front of the server";
        assert_eq!(output.assert_status(1).first_line(), said);
        output.assert_line("hint: connect to the server itself", "");
    }
}

#[test]
fn over_tls() {
    let (servers, folder) = (servers(), Folder::four());
    servers.tls.execute("postgres", "ALTER ROLE secure CREATEDB");
    let url = format!(
        "postgres://secure:{PASSWORD}@localhost:{}/app?sslmode=verify-full&sslrootcert={}",
        servers.tls.port(),
        servers.root.display()
    );
    let output = Run::dbm().url(url).path(&folder).args(["test", "-verbose"]).output();
    output.assert_status(0).assert_silent_about(PASSWORD);
    let name = scratch_name(&output.stderr);
    let mut client = servers.tls.client("postgres");
    let left = client.query("SELECT FROM pg_database WHERE datname = $1", &[&name]).unwrap();
    assert!(left.is_empty(), "{output}");
}
