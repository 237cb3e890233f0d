//! Files that change what the files after them, or our own statements, go by.

use crate::history::book::lines;
use crate::history::role::Role;
use crate::single_transaction::{is_one_transaction, single};
use crate::support::{Database, Folder, Run};

/// Each in between two tables of its own.
fn between(text: &str) -> Folder {
    Folder::tables(&["a", "b", "c"]).file("2_b.up.sql", text)
}

#[track_caller]
fn all(db: &Database, folder: &Folder) {
    single(db, folder, "up", &[]).assert_status(0);
    assert_eq!(db.row(), Some((3, false)));
    assert_eq!(lines(db).len(), 3);
    assert!(is_one_transaction(db, 0));
}

/// In sight of the scanner, and out of it.
#[test]
fn the_role() {
    let text = |name: &str| {
        format!(
            "GRANT CREATE ON SCHEMA public TO {name}; SET ROLE {name}; CREATE TABLE b (id int);"
        )
    };
    let db = Database::new();
    let role = Role::new(&db);
    all(&db, &between(&text(&role.name)));
    assert_eq!(
        db.number(&format!("SELECT count(*) FROM pg_tables WHERE tableowner = '{}'", role.name)),
        2,
        "the role holds for the files after it"
    );
    let db = Database::new();
    let role = Role::new(&db);
    let name = &role.name;
    let hidden = format!(
        "GRANT CREATE ON SCHEMA public TO {name};
         CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET ROLE {name}; END $$;
         SELECT f();"
    );
    all(&db, &between(&hidden));
}

#[test]
fn the_search_path_and_the_encoding() {
    let db = Database::new();
    all(&db, &between("CREATE SCHEMA s; SET search_path = s; CREATE TABLE b (id int);"));
    assert_eq!(
        db.tables(),
        ["public.a", "public.schema_migrations", "s.b", "s.c"],
        "the path holds for the files after it"
    );
    let db = Database::new();
    let folder = between("SET client_encoding = 'LATIN1'; CREATE TABLE b (id int);");
    folder.write("3_c.up.sql", "-- é\nCREATE TABLE c (id int);");
    all(&db, &folder);
    assert_eq!(
        db.number("SELECT count(*) FROM schema_migrations_log WHERE up_text LIKE '-- é%'"),
        1
    );
}

/// What a backslash is: a file after it is read as the server reads it.
#[test]
fn how_strings_are_read() {
    for off in [
        "SET standard_conforming_strings = off;",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql SET search_path = public AS $$ BEGIN
         PERFORM set_config('standard_conforming_' || 'strings', 'off', false); END $$;
         SELECT f();",
    ] {
        let db = Database::new();
        let folder = Folder::tables(&["a", "b", "c"]);
        folder.write("1_a.up.sql", format!("CREATE TABLE a (x text); {off}"));
        folder.write("2_b.up.sql", r"BEGIN; INSERT INTO a VALUES ('a\'; COMMIT; --'); COMMIT;");
        all(&db, &folder);
        assert_eq!(db.number("SELECT count(*) FROM a WHERE x LIKE '%COMMIT; --'"), 1);
        // Read in this way it ends the transaction, in the other it does not.
        let db = Database::new();
        folder.write("2_b.up.sql", r"INSERT INTO a VALUES ('\'); COMMIT; -- ');");
        folder.write("3_c.up.sql", r"INSERT INTO a VALUES ('a\'b'); COMMIT; --');");
        let output = single(&db, &folder, "up", &[]);
        output.assert_status(1).assert_line("error: ", "COMMIT would end the transaction");
        assert_eq!((db.row(), db.tables().len()), (None, 1), "{output}");
    }
}

/// A file that looks at the version table finds its own version there, as without the flag.
#[test]
fn a_file_that_looks_at_the_version() {
    let looks = |version: i64| {
        format!(
            "DO $$ BEGIN IF (SELECT version FROM schema_migrations) <> {version} THEN
             RAISE EXCEPTION 'another version'; END IF; END $$;"
        )
    };
    for flags in [&[][..], &["-single-transaction"]] {
        let db = Database::new();
        let folder = between(&looks(2));
        let run = Run::dbm().db(&db).path(&folder).arg("up").args(flags.iter().copied());
        run.output().assert_status(0);
        assert_eq!(db.row(), Some((3, false)));
    }
}

/// A file takes the version table and the log with it: they are made again.
#[test]
fn the_version_table_is_dropped() {
    for text in [
        "DROP TABLE schema_migrations;",
        "DROP TABLE schema_migrations, schema_migrations_log;",
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public;",
        "TRUNCATE schema_migrations;",
        "DO $$ BEGIN EXECUTE 'DROP TABLE schema_' || 'migrations'; END $$;",
        "DO $$ BEGIN EXECUTE 'TRUNCATE schema_' || 'migrations'; END $$;",
        "DO $$ BEGIN EXECUTE 'DROP TABLE schema_' || 'migrations_' || 'log'; END $$;",
    ] {
        let db = Database::new();
        let folder = between(text);
        single(&db, &folder, "up", &[]).assert_status(0);
        assert_eq!(db.row(), Some((3, false)), "{text}");
        assert_eq!(lines(&db).len(), 3, "{text}");
        assert_eq!(single(&db, &folder, "up", &[]).essence(), "no change\n", "{text}");
    }
}

/// A role that may write the tables and not make them.
#[test]
fn a_role_that_may_not_create_tables() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]);
    single(&db, &folder, "up", &[]).assert_status(0);
    let role = Role::new(&db);
    let name = &role.name;
    db.execute(&format!(
        "CREATE TABLE seen (version bigint); GRANT ALL ON ALL TABLES IN SCHEMA public TO {name};
         REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    ));
    let folder = folder
        .file("2_b.up.sql", "INSERT INTO seen SELECT version FROM schema_migrations;")
        .file("3_c.up.sql", "INSERT INTO seen SELECT version FROM schema_migrations;");
    let run = Run::dbm().url(role.url(&db)).path(&folder).args(["up", "-single-transaction"]);
    run.output().assert_status(0);
    assert_eq!(db.number("SELECT sum(version) FROM seen"), 5);
    assert_eq!(db.row(), Some((3, false)));
}

/// The log refuses an entry: the run goes on without it, and says so.
#[test]
fn a_log_that_refuses() {
    for deferred in ["", "CONSTRAINT"] {
        let (db, folder) = (Database::new(), between("CREATE TABLE b (id int);"));
        single(&db, &folder, "up", &["1"]).assert_status(0);
        let (when, defer) = match deferred {
            "" => ("BEFORE", ""),
            _ => ("AFTER", "DEFERRABLE INITIALLY DEFERRED"),
        };
        db.execute(&format!(
            "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             RAISE EXCEPTION 'no more entries'; END $$;
             CREATE {deferred} TRIGGER no {when} INSERT ON schema_migrations_log {defer}
             FOR EACH ROW EXECUTE FUNCTION no()"
        ));
        let output = single(&db, &folder, "up", &[]);
        output.assert_status(0).assert_line("warning: nothing is logged", "no more entries");
        assert_eq!((db.row(), lines(&db).len()), (Some((3, false)), 1), "{output}");
    }
}

/// The version table keeps something else than what is written: nothing is run.
#[test]
fn a_row_that_is_not_kept() {
    let (db, folder) = (Database::new(), between("CREATE TABLE b (id int);"));
    single(&db, &folder, "up", &["1"]).assert_status(0);
    db.execute(
        "CREATE FUNCTION one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         NEW.version := 1; RETURN NEW; END $$;
         CREATE TRIGGER one BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION one()",
    );
    let output = single(&db, &folder, "up", &[]);
    output.assert_status(1).assert_line("error: ", "does not keep the row");
    assert_eq!(db.tables(), ["public.a", "public.schema_migrations"]);
}
