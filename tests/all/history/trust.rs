//! Forged logs. A text of the log runs as whoever calls, so it runs only where it is what its checksum
//! says, and where nobody but the log's owner and superusers can have written it.

use crate::history::book::{dbm, ok, says};
use crate::history::role::Role;
use crate::support::{Database, Folder, Output, Run};

/// At version 4 by the newer release; the folder is the older one's, which ends at 2.
fn rolled_back() -> (Database, Folder) {
    let db = Database::new();
    ok(&db, &Folder::four(), &["up"]);
    (db, Folder::tables(&["a", "b"]))
}

const BY_THE_LOG: &str =
    "hint: 4/d d is not in this folder: running the text kept in the log\n4/d d (TIME)\n";

/// Nothing has happened.
#[track_caller]
fn assert_refused(db: &Database, output: &Output, why: &str) {
    output.assert_status(1).assert_line("error: the log's down text of version ", why);
    output.assert_line("hint: nothing of it was run: the database is at version 4", "");
    assert_eq!(db.row(), Some((4, false)), "{output}");
    assert_eq!(db.tables().len(), 5, "{output}");
}

/// What each of these is granted, and what becomes of `down` then.
#[test]
fn others_may_write() {
    for grant in [
        "INSERT ON schema_migrations_log TO {}",
        "UPDATE ON schema_migrations_log TO {}",
        "DELETE ON schema_migrations_log TO {}",
        "TRUNCATE ON schema_migrations_log TO {}",
        "TRIGGER ON schema_migrations_log TO {}",
        "UPDATE (down_text) ON schema_migrations_log TO {}",
        "INSERT (down_text) ON schema_migrations_log TO {}",
        "SELECT, INSERT ON schema_migrations_log TO {} WITH GRANT OPTION",
        "pg_write_all_data TO {}",
    ] {
        let (db, folder) = rolled_back();
        let role = Role::new(&db);
        db.execute(&format!("GRANT {}", grant.replace("{}", &role.name)));
        for command in [&["down", "1"][..], &["rollback"], &["goto", "2"], &["redo"]] {
            let output = dbm(&db, &folder, command);
            match command {
                // There is no up file to run again.
                ["redo"] => drop(output.assert_status(1).assert_silent_about("is run\n")),
                _ => {
                    assert_refused(&db, &output, &format!("{} may write to the log", role.name));
                    output
                        .assert_line("hint: or read the text, in psql: SELECT down_text", ";")
                        .assert_line("hint: and if it is right, run it: dbm ", " -from-log");
                }
            }
        }
        says(&db, &folder, &["down", "1", "-from-log"], BY_THE_LOG);
        ok(&db, &folder, &["goto", "2", "-from-log"]);
        assert_eq!(db.row(), Some((2, false)), "{grant}");
    }
}

#[test]
fn everybody_may_write() {
    for grant in ["INSERT", "UPDATE (down_sha256)"] {
        let (db, folder) = rolled_back();
        db.execute(&format!("GRANT {grant} ON schema_migrations_log TO PUBLIC"));
        assert_refused(&db, &dbm(&db, &folder, &["down", "1"]), "PUBLIC may write to the log");
        says(&db, &folder, &["rollback", "-from-log"], BY_THE_LOG);
    }
}

/// The right is gone, and what was made with it is not.
#[test]
fn a_trigger_of_another_role() {
    let (db, folder) = rolled_back();
    let role = Role::new(&db);
    db.execute(&format!(
        "GRANT TRIGGER ON schema_migrations_log TO {0}; GRANT CREATE ON SCHEMA public TO {0};
         SET ROLE {0};
         CREATE FUNCTION forge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
         CREATE TRIGGER forge BEFORE INSERT ON schema_migrations_log
             FOR EACH ROW EXECUTE FUNCTION forge();
         RESET ROLE; REVOKE ALL ON schema_migrations_log FROM {0}",
        role.name
    ));
    assert_refused(&db, &dbm(&db, &folder, &["down", "1"]), &role.name);
}

/// The text that the hint names is the one that would run.
#[test]
fn the_hint_shows_the_text() {
    let (db, folder) = rolled_back();
    db.execute("GRANT INSERT ON schema_migrations_log TO PUBLIC");
    let output = dbm(&db, &folder, &["down", "1"]);
    let sql = output.stderr.split_once("the text, in psql: ").expect("a statement").1;
    let sql = sql.lines().next().expect("its end");
    let rows = db.client().query(sql, &[]).expect("run it");
    assert_eq!(rows[0].get::<_, &str>(0), "DROP TABLE d;\n");
}

/// Whoever may add to the log adds a text of their own, with its checksum.
#[test]
fn a_forged_entry_runs_nothing() {
    let (db, folder) = rolled_back();
    let role = Role::new(&db);
    db.execute(&format!("GRANT INSERT ON schema_migrations_log TO {}", role.name));
    let forged = format!("ALTER ROLE {} SUPERUSER;", role.name);
    let mut client = postgres::Client::connect(&role.url(&db), postgres::NoTls).expect("connect");
    let sql = "INSERT INTO schema_migrations_log (action, version, name, from_version, from_dirty,
        to_version, to_dirty, up_sha256, down_sha256, up_text, down_text, program)
        VALUES ('repair', 4, 'd', 4, false, 4, false, NULL,
        encode(sha256(convert_to($1, 'UTF8')), 'hex'), NULL, $1, 'dbm')";
    client.execute(sql, &[&forged]).expect("forge an entry");
    for command in [&["down", "1"][..], &["goto", "2"], &["goto", "3"]] {
        assert_refused(&db, &dbm(&db, &folder, command), &role.name);
    }
    let is_super =
        format!("SELECT count(*) FROM pg_roles WHERE rolsuper AND rolname = '{}'", role.name);
    assert_eq!(db.number(&is_super), 0);
}

/// Somebody made the table before dbm did.
#[test]
fn made_beforehand_by_another_role() {
    let db = Database::new();
    let role = Role::new(&db);
    // Its columns are those that dbm makes.
    ok(&db, &Folder::new().pair("1_a", "SELECT 1;", ""), &["up"]);
    db.execute(&format!(
        "CREATE TABLE made (LIKE schema_migrations_log INCLUDING ALL);
         DROP TABLE schema_migrations_log, schema_migrations;
         ALTER TABLE made RENAME TO schema_migrations_log;
         ALTER TABLE schema_migrations_log OWNER TO {}",
        role.name
    ));
    ok(&db, &Folder::four(), &["up"]);
    let folder = Folder::tables(&["a", "b"]);
    let why = format!("the log belongs to {}, and the version table does not", role.name);
    assert_refused(&db, &dbm(&db, &folder, &["down", "1"]), &why);
    // A grant to a superuser is no grant, and makes the owner no better.
    db.execute("GRANT ALL ON schema_migrations_log TO CURRENT_USER");
    assert_refused(&db, &dbm(&db, &folder, &["down", "1"]), &why);
    says(&db, &folder, &["down", "1", "-from-log"], BY_THE_LOG);
}

/// Not even its owner: then it is no text that dbm has logged.
#[test]
fn changed_without_its_checksum() {
    for change in [
        "UPDATE schema_migrations_log SET down_text = 'DROP TABLE a;' WHERE version = 4",
        "UPDATE schema_migrations_log SET down_text = down_text || ' ' WHERE version = 4",
        "UPDATE schema_migrations_log SET down_sha256 = up_sha256 WHERE version = 4",
        "UPDATE schema_migrations_log SET down_sha256 = NULL WHERE version = 4",
    ] {
        let (db, folder) = rolled_back();
        db.execute(change);
        for command in [&["down", "1"][..], &["down", "1", "-from-log"]] {
            let output = dbm(&db, &folder, command);
            output.assert_status(1);
            if !change.contains("NULL") {
                assert_refused(&db, &output, "does not match its checksum");
                output.assert_silent_about("with -from-log");
            }
            assert_eq!((db.row(), db.tables().len()), (Some((4, false)), 5), "{change}\n{output}");
        }
    }
}

/// What can be seen before is seen before the first file runs.
#[test]
fn nothing_runs_where_a_later_text_is_refused() {
    let refused = |change: &str| {
        let db = Database::new();
        ok(&db, &Folder::four(), &["up"]);
        let folder = Folder::new()
            .pair("1_a", "CREATE TABLE a (id int);\n", "DROP TABLE a;\n")
            .pair("2_b", "CREATE TABLE b (id int);\n", "DROP TABLE b;\n")
            .pair("4_d", "CREATE TABLE d (id int);\n", "DROP TABLE d;\n");
        db.execute(change);
        for command in [&["down", "3"][..], &["goto", "1"]] {
            let output = dbm(&db, &folder, command);
            assert_refused(&db, &output, "version 3");
            output.assert_silent_about("4/d d");
        }
    };
    refused("GRANT INSERT ON schema_migrations_log TO PUBLIC");
    refused("UPDATE schema_migrations_log SET down_text = NULL WHERE version = 3");
}

/// A text that is not there is not taken for an empty file.
#[test]
fn a_text_that_is_not_kept() {
    let (db, folder) = rolled_back();
    db.execute("UPDATE schema_migrations_log SET down_text = NULL");
    for command in [&["down", "1"][..], &["down", "1", "-from-log"]] {
        let output = dbm(&db, &folder, command);
        assert_refused(&db, &output, "the log keeps only its checksum");
    }
}

/// The database's owner is no superuser, and neither is a member of it that goes back a release.
#[test]
fn the_honest_case_without_a_superuser() {
    let db = Database::new();
    let (owner, member) = (Role::named(&db, "owner"), Role::named(&db, "member"));
    db.execute(&format!(
        "CREATE SCHEMA app AUTHORIZATION {0}; GRANT {0} TO {1};
         ALTER ROLE {0} SET search_path = app; ALTER ROLE {1} SET search_path = app",
        owner.name, member.name
    ));
    let run = |role: &Role, folder: &Folder, args: &[&str]| {
        Run::dbm().url(role.url(&db)).path(folder).args(args.iter().copied())
    };
    let older = Folder::tables(&["a", "b"]);
    let up = "3/u c (TIME)\n4/u d (TIME)\n";
    run(&owner, &older, &["up"]).output().assert_status(0);
    run(&owner, &Folder::four(), &["up"]).stderr(up).check();
    run(&owner, &older, &["down", "1"]).stderr(BY_THE_LOG).check();
    run(&owner, &Folder::four(), &["up"]).stderr("4/u d (TIME)\n").check();
    run(&member, &older, &["down", "1"]).stderr(BY_THE_LOG).check();
    // A superuser goes by the version table's owner.
    run(&owner, &Folder::four(), &["up"]).stderr("4/u d (TIME)\n").check();
    let superuser = Run::dbm().url(db.url_with("search_path=app")).path(&older);
    superuser.args(["down", "1"]).stderr(BY_THE_LOG).check();
}

/// A superuser may write everywhere; to say so again changes nothing.
#[test]
fn superusers_do_not_count() {
    let (db, folder) = rolled_back();
    let role = Role::new(&db);
    db.execute(&format!(
        "ALTER ROLE {0} SUPERUSER; GRANT ALL ON schema_migrations_log TO {0};
         GRANT pg_write_all_data TO {0}",
        role.name
    ));
    says(&db, &folder, &["down", "1"], BY_THE_LOG);
}

/// A name of the log is shown, and must not speak to the terminal.
#[test]
fn control_characters_in_a_name() {
    let (db, folder) = rolled_back();
    db.execute("UPDATE schema_migrations_log SET name = E'd\\x1b[2J\\n' WHERE version = 4");
    for command in [&["status"][..], &["verify"], &["log"], &["down", "1"]] {
        let output = dbm(&db, &folder, command);
        output.assert_silent_about("\u{1b}");
    }
    assert_eq!(db.row(), Some((3, false)));
}

/// A text that is not what its checksum says does not make an edit one of comments.
#[test]
fn a_forged_up_text_hides_no_edit() {
    let db = Database::new();
    let folder = Folder::tables(&["a"]);
    ok(&db, &folder, &["up"]);
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint);\n");
    db.execute("UPDATE schema_migrations_log SET up_text = 'CREATE TABLE a (id bigint); -- a'");
    dbm(&db, &folder, &["up"]).assert_status(1).assert_line("error: edited", "1_a.up.sql");
}
