//! Roles that may do less with the log, or nothing at all: one warning, and everything else works.

use crate::history::book::{LOG, entries, exists, lines, ok};
use crate::history::role::Role;
use crate::support::{Database, Folder, Output, Run};

/// How many lines say that nothing is logged.
fn warnings(output: &Output) -> usize {
    output.stderr.lines().filter(|line| line.starts_with("warning: nothing is logged in ")).count()
}

/// Up, up again, down, up, goto, redo, rollback, force, version: the same lines as ever, exit 0,
/// and the warning once in each that changes something.
#[track_caller]
fn everything_else_works(db: &Database, url: &str, folder: &Folder) {
    let steps: &[(&[&str], &str)] = &[
        (&["up", "2"], "1/u a (TIME)\n2/u b (TIME)\n"),
        (&["up"], "3/u c (TIME)\n4/u d (TIME)\n"),
        (&["up"], "no change\n"),
        (&["down", "1"], "4/d d (TIME)\n"),
        (&["goto", "1"], "3/d c (TIME)\n2/d b (TIME)\n"),
        (&["goto", "4"], "2/u b (TIME)\n3/u c (TIME)\n4/u d (TIME)\n"),
        (&["redo"], "4/d d (TIME)\n4/u d (TIME)\n"),
        (&["rollback"], "4/d d (TIME)\n"),
        (&["force", "3"], ""),
        (&["version"], "3\n"),
        (&["down", "-all"], "3/d c (TIME)\n2/d b (TIME)\n1/d a (TIME)\n"),
        (&["up"], "1/u a (TIME)\n2/u b (TIME)\n3/u c (TIME)\n4/u d (TIME)\n"),
    ];
    for (args, expected) in steps {
        let output = Run::dbm().url(url).path(folder).args(args.iter().copied()).output();
        assert_eq!(output.status, Some(0), "{args:?}\n{output}");
        assert_eq!(output.essence(), *expected, "{args:?}\n{output}");
        let once = usize::from(*args != ["version"]);
        assert_eq!(warnings(&output), once, "{args:?}\n{output}");
    }
    assert_eq!(db.row(), Some((4, false)));
}

/// A role with a version table of its own, that may not make another table beside it.
#[test]
fn no_right_to_make_it() {
    let db = Database::new();
    let role = Role::new(&db);
    let name = &role.name;
    db.execute(&format!(
        "REVOKE CREATE ON SCHEMA public FROM public;
         CREATE TABLE schema_migrations (version bigint not null primary key, dirty boolean not null);
         GRANT ALL ON schema_migrations TO {name};
         CREATE SCHEMA app AUTHORIZATION {name}"
    ));
    let folder = Folder::new();
    for (version, table) in [(1, "a"), (2, "b"), (3, "c"), (4, "d")] {
        folder.write(&format!("{version}_{table}.up.sql"), format!("CREATE TABLE app.{table} ();"));
        folder.write(&format!("{version}_{table}.down.sql"), format!("DROP TABLE app.{table};"));
    }
    everything_else_works(&db, &role.url(&db), &folder);
    assert!(!exists(&db, LOG));
    let repair = Run::dbm().url(role.url(&db)).path(&folder).args(["repair", "-f"]).output();
    repair.assert_status(0).assert_says("nothing to repair");
    // Whoever may make it does, and takes what it finds for applied.
    ok(&db, &folder, &["up"]).assert_essence("no change\n");
    assert_eq!(lines(&db).len(), 4);
}

/// A role that owns everything but the log, with these rights on it.
fn with_rights_on_the_log(rights: &str) -> (Database, Role, Folder) {
    let db = Database::new();
    let role = Role::new(&db);
    let name = &role.name;
    db.execute(&format!("GRANT ALL ON SCHEMA public TO {name}"));
    let folder = Folder::four();
    // Made by its owner, with nothing applied.
    ok(&db, &folder, &["up", "1"]);
    ok(&db, &folder, &["down", "1"]);
    db.execute(&format!("GRANT ALL ON schema_migrations TO {name}"));
    if !rights.is_empty() {
        db.execute(&format!("GRANT {rights} ON schema_migrations_log TO {name}"));
    }
    (db, role, folder)
}

#[test]
fn no_right_to_add_to_it() {
    let (db, role, folder) = with_rights_on_the_log("SELECT");
    everything_else_works(&db, &role.url(&db), &folder);
    assert_eq!(lines(&db).len(), 2);
}

#[test]
fn no_right_at_all() {
    let (db, role, folder) = with_rights_on_the_log("");
    everything_else_works(&db, &role.url(&db), &folder);
    assert_eq!(lines(&db).len(), 2);
}

/// It may write what it may not read.
#[test]
fn no_right_to_read_it() {
    let (db, role, folder) = with_rights_on_the_log("INSERT");
    let run = |args: &[&str]| {
        Run::dbm().url(role.url(&db)).path(&folder).args(args.iter().copied()).output()
    };
    let output = run(&["up", "2"]);
    output.assert_status(0).assert_essence("1/u a (TIME)\n2/u b (TIME)\n");
    run(&["up"]).assert_status(0).assert_essence("3/u c (TIME)\n4/u d (TIME)\n");
    run(&["down", "2"]).assert_status(0).assert_essence("4/d d (TIME)\n3/d c (TIME)\n");
    run(&["version"]).assert_status(0);
    run(&["up", "1"]).assert_status(0).assert_essence("3/u c (TIME)\n");
    assert_eq!(db.row(), Some((3, false)));
    assert_eq!(db.tables().len(), 4);
}

/// Nothing is adopted over and over by whoever cannot see what is there.
#[test]
fn no_right_to_read_it_and_nothing_adopted() {
    let (db, role, folder) = with_rights_on_the_log("INSERT");
    for command in ["up", "up"] {
        Run::dbm().url(role.url(&db)).path(&folder).arg(command).output().assert_status(0);
    }
    let adopted = entries(&db).iter().filter(|entry| entry.action == "adopt").count();
    assert_eq!(adopted, 0, "{:#?}", lines(&db));
}

/// Both: a role that is no owner, with the rights that it needs and no more.
#[test]
fn the_rights_that_it_needs() {
    let (db, role, folder) = with_rights_on_the_log("SELECT, INSERT");
    let output = Run::dbm().url(role.url(&db)).path(&folder).arg("up").output();
    output.assert_status(0).assert_silent_about("warning");
    assert_eq!(lines(&db).len(), 6);
    assert_eq!(entries(&db)[5].db_role, role.name);
}

/// Reading takes the right to read the version table, and no more.
#[test]
fn a_role_that_may_only_read() {
    let db = Database::new();
    let role = Role::new(&db);
    let folder = Folder::four();
    ok(&db, &folder, &["up", "2"]);
    db.execute(&format!("GRANT SELECT ON schema_migrations TO {}", role.name));
    let run = |command: &str| Run::dbm().url(role.url(&db)).path(&folder).arg(command).output();
    run("version").assert_status(0).assert_essence("2\n");
    run("status").assert_status(0);
    db.execute(&format!("GRANT SELECT ON schema_migrations_log TO {}", role.name));
    run("status").assert_status(0);
    run("log").assert_status(0);
    assert_eq!(lines(&db).len(), 2);
}

/// A file takes the right away in the middle of a run: the file ran, and so do those after it.
#[test]
fn the_right_goes_in_the_middle() {
    let (db, role, folder) = with_rights_on_the_log("SELECT, INSERT");
    let folder = folder.file(
        "2_b.up.sql",
        format!("CREATE TABLE b (id int);\nSELECT take_away('{}');\n", role.name),
    );
    db.execute(
        "CREATE FUNCTION take_away(who name) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS \
         $$ BEGIN EXECUTE format('REVOKE INSERT ON schema_migrations_log FROM %I', who); END $$",
    );
    let output = Run::dbm().url(role.url(&db)).path(&folder).arg("up").output();
    output.assert_status(0);
    output.assert_essence("1/u a (TIME)\n2/u b (TIME)\n3/u c (TIME)\n4/u d (TIME)\n");
    assert_eq!(warnings(&output), 1, "{output}");
    assert_eq!(db.row(), Some((4, false)));
}

/// A role that may read the log and not add to it: what it ran itself is not in there, so it is
/// stopped by an edited and by a late file until somebody records them.
#[test]
fn a_stale_log_stops_up() {
    for (name, edit) in [("2_b.up.sql", true), ("1_late.up.sql", false)] {
        let db = Database::new();
        let role = Role::new(&db);
        let folder = Folder::new().pair("0_z", "CREATE TABLE z ();", "DROP TABLE z;").pair(
            "2_b",
            "CREATE TABLE b (id int);",
            "DROP TABLE b;",
        );
        ok(&db, &folder, &["up"]);
        db.execute(&format!(
            "GRANT ALL ON SCHEMA public TO {0}; GRANT ALL ON schema_migrations TO {0};
             GRANT SELECT ON schema_migrations_log TO {0}; ALTER TABLE b OWNER TO {0}",
            role.name
        ));
        let run = |args: &[&str]| {
            let run = Run::dbm().url(role.url(&db)).path(&folder);
            run.args(args.iter().copied()).output()
        };
        run(&["down", "1"]).assert_status(0);
        folder.write(name, if edit { "CREATE TABLE b (id bigint);" } else { "SELECT 1;" });
        run(&["up"]).assert_status(0);
        assert_eq!(db.row(), Some((2, false)));
        let error = if edit { "error: edited" } else { "error: late" };
        run(&["up"]).assert_status(1).assert_line(error, name);
        ok(&db, &folder, &["repair", "-f", &name[..1]]);
        run(&["up"]).assert_status(0).assert_essence("no change\n");
    }
}

/// There is nothing to record in: said, and no success.
#[test]
fn repair_without_the_right_to_add() {
    let (db, role, folder) = with_rights_on_the_log("SELECT");
    ok(&db, &folder, &["up", "2"]);
    folder.write("2_b.up.sql", "CREATE TABLE b (id bigint);");
    let run = |args: &[&str]| {
        let run = Run::dbm().url(role.url(&db)).path(&folder);
        run.args(args.iter().copied()).output()
    };
    let output = run(&["repair", "-f"]);
    output.assert_status(1).assert_line("error: ", "cannot be used");
    output.assert_silent_about("recorded 2");
    // What the log proves it proves to whoever may read it.
    run(&["up"]).assert_status(1).assert_line("error: edited", "2_b.up.sql");
    run(&["up", "-allow-edited"]).assert_status(0).assert_essence("3/u c (TIME)\n4/u d (TIME)\n");
}
