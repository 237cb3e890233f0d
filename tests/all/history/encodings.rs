//! Texts and databases that do not speak UTF-8 with each other: the log must neither bend a text
//! nor stand in the way of the files.

use crate::history::book::{dbm, entries, lines, migrate, ok};
use crate::support::{Database, Folder, Output, Run, reference, server};

/// A database in Latin 1, gone with the test.
struct Latin {
    name: String,
}

impl Latin {
    fn new(db: &Database) -> Self {
        let name = format!("{}_latin", db.name());
        let sql = format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"
        );
        server::admin().batch_execute(&sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        Self { name }
    }

    fn run(&self, program: Run, folder: &Folder, args: &[&str]) -> Output {
        program.url(server::url_of(&self.name)).path(folder).args(args.iter().copied()).output()
    }
}

impl Drop for Latin {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        if let Err(error) = server::admin().batch_execute(&sql) {
            eprintln!("{sql}: {error}");
        }
    }
}

/// A down file with a character that the database does not have. It does not run, going up.
fn euro() -> Folder {
    Folder::tables(&["a", "b"]).file("1_a.down.sql", "DROP TABLE a; -- 5 €\n")
}

#[test]
fn a_down_text_that_the_database_cannot_hold() {
    let (db, folder) = (Database::new(), euro());
    let latin = Latin::new(&db);
    let output = latin.run(Run::dbm(), &folder, &["up"]);
    output.assert_status(0).assert_essence("1/u a (TIME)\n2/u b (TIME)\n");
    let warned = output.stderr.matches("warning: nothing is logged in ").count();
    assert_eq!(warned, 1, "{output}");
}

/// And then the next commands, which adopt what was not logged.
#[test]
fn a_down_text_that_cannot_be_adopted() {
    let Some(tool) = reference::find("history::a_down_text_that_cannot_be_adopted") else { return };
    for begins in ["dbm", "golang-migrate"] {
        let (db, folder) = (Database::new(), euro());
        let latin = Latin::new(&db);
        let first = if begins == "dbm" { Run::dbm() } else { Run::program(&tool) };
        latin.run(first, &folder, &["up"]).assert_status(0);
        latin.run(Run::dbm(), &folder, &["up"]).assert_status(0).assert_essence("no change\n");
        let down = latin.run(Run::dbm(), &folder, &["down", "1"]);
        down.assert_status(0).assert_essence("2/d b (TIME)\n");
        latin.run(Run::dbm(), &folder, &["force", "2"]).assert_status(0);
    }
}

/// A file that sets the client's encoding: what follows is taken as golang-migrate would have it,
/// but the log keeps the files' texts.
#[test]
fn a_file_that_sets_the_encoding() {
    let db = Database::new();
    let folder = Folder::new().pair("1_a", "SET client_encoding = 'LATIN1';", "SELECT 1;").pair(
        "2_b",
        "SELECT 'é';\n",
        "SELECT 'ü';\n",
    );
    ok(&db, &folder, &["up"]);
    let entry = &entries(&db)[1];
    assert_eq!(entry.up_text.as_deref(), Some("SELECT 'é';\n"));
    assert_eq!(entry.down_text.as_deref(), Some("SELECT 'ü';\n"));
}

/// As `pg_dump` writes it.
#[test]
fn a_file_that_sets_our_own_encoding() {
    let db = Database::new();
    let folder = Folder::new().pair("1_a", "SET client_encoding = 'UTF8';", "SELECT 1;").pair(
        "2_b",
        "SELECT 'é';\n",
        "SELECT 'ü';\n",
    );
    ok(&db, &folder, &["up"]);
    assert_eq!(entries(&db)[1].up_text.as_deref(), Some("SELECT 'é';\n"));
}

/// A down file that is no text at all is nobody's concern, going up.
#[test]
fn a_down_file_that_is_no_text() {
    let Some(tool) = reference::find("history::a_down_file_that_is_no_text") else { return };
    for bytes in [&b"DROP TABLE a; -- \xff\n"[..], b"DROP TABLE a; -- \0\n"] {
        for adopted in [false, true] {
            let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
            folder.write("1_a.down.sql", bytes);
            if adopted {
                migrate(&tool, &db, &folder, &["up"]);
            }
            let output = dbm(&db, &folder, &["up"]);
            output.assert_status(0).assert_silent_about("warning");
            assert_eq!(lines(&db).len(), 2);
            ok(&db, &folder, &["up"]).assert_essence("no change\n");
            ok(&db, &folder, &["down", "1"]).assert_essence("2/d b (TIME)\n");
        }
    }
}

/// It was there, and it was not to be read: whoever has no file of it must not take the version
/// for one without a down.
#[test]
fn a_down_file_that_is_no_text_is_not_empty() {
    let db = Database::new();
    let newer = Folder::tables(&["a"]).pair("2_b", "CREATE TABLE b ();", "");
    newer.write("2_b.down.sql", b"DROP TABLE b; -- \xff\n");
    ok(&db, &newer, &["up"]);
    let older = Folder::tables(&["a"]);
    dbm(&db, &older, &["down", "1"]).assert_status(1);
    assert_eq!(db.row(), Some((2, false)));
}

/// The whole database reads strings the old way.
#[test]
fn strings_the_old_way_everywhere() {
    let db = Database::new();
    let name = db.name();
    db.execute(&format!("ALTER DATABASE {name} SET standard_conforming_strings = off"));
    db.execute(&format!("ALTER DATABASE {name} SET escape_string_warning = off"));
    let texts = [
        ("SELECT 'a\\\\b', $$ ' \\ $$; -- \\", "SELECT 'it''s', 'a\\'' -- \\"),
        ("SELECT '\\\\'; -- $", "SELECT E'\\\\', '$', '\\$';"),
        ("-- '\\", "/* \\ ' $ */"),
    ];
    let mut folder = Folder::new();
    for (index, (up, down)) in texts.iter().enumerate() {
        folder = folder.pair(&format!("{}_x", index + 1), up, down);
    }
    ok(&db, &folder, &["up"]).assert_silent_about("logged");
    for (entry, (up, down)) in entries(&db).iter().zip(texts) {
        assert_eq!(entry.up_text.as_deref(), Some(up));
        assert_eq!(entry.down_text.as_deref(), Some(down));
    }
    ok(&db, &folder, &["up"]).assert_essence("no change\n");
    ok(&db, &Folder::new().pair("9_x", "", ""), &["down", "-all"]);
    assert_eq!((db.row(), entries(&db).len()), (None, 6));
}
