//! Files that cannot run with others in one transaction: told before the first is sent where their
//! text says so, and with nothing applied where only the server does.

use crate::history::book::lines;
use crate::single_transaction::{SINGLE, single};
use crate::support::proxy::{Proxy, Trouble};
use crate::support::{Database, Folder, Run, address};

/// The text of the third of four files, what is said of it, and where.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "CREATE TABLE c (id int);\nCREATE INDEX CONCURRENTLY i ON c (id);\n",
        "CREATE INDEX CONCURRENTLY cannot run in a transaction",
        "3_c.up.sql:2:1",
    ),
    ("VACUUM a;", "VACUUM cannot run in a transaction", "3_c.up.sql:1:1"),
    ("-- é\n  DISCARD ALL;", "DISCARD ALL cannot run in a transaction", "3_c.up.sql:2:3"),
    (
        "BEGIN; CREATE TABLE c (id int); COMMIT; CREATE TABLE c2 (id int);",
        "COMMIT would end the transaction that all files share",
        "3_c.up.sql:1:33",
    ),
    ("ROLLBACK;", "ROLLBACK would end the transaction", "3_c.up.sql:1:1"),
    ("DO $$ BEGIN COMMIT; END $$;", "DO would end the transaction", "3_c.up.sql:1:1"),
    (
        "BEGIN ISOLATION LEVEL SERIALIZABLE; CREATE TABLE c (id int); COMMIT;",
        "BEGIN sets the mode of the transaction",
        "3_c.up.sql:1:1",
    ),
    ("SET default_transaction_read_only = on;", "SET sets the mode", "3_c.up.sql:1:1"),
    (
        "CREATE TABLE c (id int);\nSET LOCAL work_mem = '8MB';",
        "this holds until the end of the transaction",
        "3_c.up.sql:2:1",
    ),
    (
        "CREATE TABLE c (id int);\nSET CONSTRAINTS ALL DEFERRED;",
        "this holds until the end of the transaction",
        "3_c.up.sql:2:1",
    ),
    (
        "CREATE TEMP TABLE c (id int) ON COMMIT DROP;",
        "this holds until the end of the transaction",
        "3_c.up.sql:1:1",
    ),
    (
        "BEGIN; CREATE TABLE c (id int);",
        "begins a transaction that it does not end",
        "3_c.up.sql:1:1",
    ),
    ("COPY a FROM stdin;\n1\n\\.\n", "COPY FROM STDIN takes its rows", "3_c.up.sql:1:1"),
];

#[test]
fn before_the_first_is_sent() {
    let db = Database::new();
    for (text, says, place) in REFUSED {
        db.clear();
        let folder = Folder::four();
        folder.write("3_c.up.sql", text);
        let before = db.dump();
        let proxy = Proxy::before(address::of_server(), Trouble::Nothing);
        let url = address::through(proxy.port(), &db.url());
        let run = Run::dbm().url(url).path(&folder).args(["up", SINGLE]);
        let output = run.output();
        output.assert_status(1).assert_line("error: migration failed: ", says);
        output.assert_line("error: ", place).assert_line("hint: ", "nothing was applied");
        output.assert_line("hint: 3_c.up.sql cannot run in one transaction", " up");
        output.assert_line("hint: or only the files before it", " goto -single-transaction 2");
        let sent = proxy.queries();
        assert!(!sent.iter().any(|sql| sql.contains("CREATE TABLE a")), "{text}\n{sent:#?}");
        assert_eq!((db.row(), db.dump()), (None, before), "{text}");
        assert_eq!(lines(&db), Vec::<String>::new(), "{text}");
        // What the hints say works.
        single(&db, &folder, "goto", &["2"]).assert_status(0);
        assert_eq!(db.row(), Some((2, false)), "{text}");
    }
}

/// The number stays, and the first file has none before it.
#[test]
fn the_hints() {
    let (db, folder) = (Database::new(), Folder::four().pair("1_a", "VACUUM;", ""));
    let output = single(&db, &folder, "up", &["3"]);
    output.assert_status(1).assert_line("hint: 1_a.up.sql cannot run", " up 3");
    output.assert_silent_about("goto");
    // What the last file leaves nobody finds.
    let folder = Folder::four().pair("4_d", "SET LOCAL work_mem = '8MB'; CREATE TABLE d ()", "");
    single(&db, &folder, "up", &[]).assert_status(0);
    assert_eq!(db.row(), Some((4, false)));
    folder.write("2_b.down.sql", "DROP TABLE b; VACUUM;");
    let output = single(&db, &folder, "goto", &["1"]);
    output.assert_status(1).assert_line("hint: 2_b.down.sql cannot run", " goto 1");
    output.assert_line("hint: or only the files before it", " goto -single-transaction 2");
    assert_eq!(db.row(), Some((4, false)));
}

/// `goto` would stop at the late ones.
#[test]
fn behind_late_files() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b", "c"]));
    for file in folder.names().iter().filter(|name| name.starts_with('2')) {
        std::fs::remove_file(folder.join(file)).expect("remove a file");
    }
    single(&db, &folder, "up", &["2"]).assert_status(0);
    folder.write("2_b.up.sql", "CREATE TABLE b (id int);");
    folder.write("4_d.up.sql", "VACUUM;");
    let output = single(&db, &folder, "up", &["-allow-late"]);
    output.assert_status(1).assert_line("hint: 4_d.up.sql cannot run", " up -allow-late");
    output.assert_silent_about("goto");
    assert_eq!(db.row(), Some((3, false)));
    folder.write("4_d.up.sql", "CREATE TABLE d (id int);");
    single(&db, &folder, "up", &["-allow-late"])
        .assert_status(0)
        .assert_essence("2/u b (TIME)\n4/u d (TIME)\n");
    assert_eq!(lines(&db)[2..], ["run up 2: 3 -> 3", "run up 4: 3 -> 4"]);
}

#[test]
fn statement_by_statement() {
    let (db, folder) = (Database::new(), Folder::four());
    let url = db.url_with("x-multi-statement=true");
    let output = Run::dbm().url(url).path(&folder).args(["up", SINGLE]).output();
    output.assert_status(1).assert_line("error: ", "x-multi-statement in the URL");
    assert_eq!((db.row(), db.tables()), (None, vec!["public.schema_migrations".to_string()]));
}

/// The text does not tell; the server does, and nothing was applied.
#[test]
fn by_the_server() {
    for (second, third, says) in [
        (
            "CREATE TYPE mood AS ENUM ('sad'); ",
            "ALTER TYPE mood ADD VALUE 'ok';\nCREATE TABLE c (m mood DEFAULT 'ok');",
            "unsafe use of new value",
        ),
        (
            "CREATE TABLE b (id int PRIMARY KEY, b int REFERENCES b DEFERRABLE INITIALLY DEFERRED);
             INSERT INTO b VALUES (1, 1);",
            "SELECT 1;\nALTER TABLE b ADD COLUMN c int;",
            "pending trigger events",
        ),
        (
            "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;",
            "SELECT 1;\nCALL p();",
            "invalid transaction termination",
        ),
        ("CREATE TABLE b (id int);", "SELECT 1;\nDO $$ BEGIN EXECUTE 'VACUUM'; END $$;", "VACUUM"),
    ] {
        let (db, folder) = (Database::new(), Folder::four());
        let before = db.dump();
        folder.write("2_b.up.sql", second);
        folder.write("3_c.up.sql", third);
        let output = single(&db, &folder, "up", &[]);
        output.assert_status(1).assert_line("error: migration failed: ", says);
        output.assert_line("error: ", "3_c.up.sql:2:");
        output.assert_line("hint: 3_c.up.sql cannot run in one transaction", " up");
        output.assert_line("hint: or only the files before it", " goto -single-transaction 2");
        assert_eq!((db.row(), db.dump()), (None, before), "{third}");
        assert_eq!(lines(&db), Vec::<String>::new(), "{third}");
    }
}

/// A file that is not there when its turn comes.
#[test]
fn what_stops_any_run() {
    let (db, folder) = (Database::new(), Folder::four());
    single(&db, &folder, "up", &[]).assert_status(0);
    folder.write("2_b.down.sql", "-- dbm:irreversible data is gone\n");
    single(&db, &folder, "down", &["-all"])
        .assert_status(1)
        .assert_line("error: ", "cannot be undone");
    assert_eq!(db.row(), Some((4, false)), "the files before it were not run either");
}
