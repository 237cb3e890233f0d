//! `version` only reads: it creates nothing, locks nothing, and works for a role that may only look.

use std::fs;

use crate::support::{Database, Folder, Run, server};

#[test]
fn version_creates_nothing() {
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm()
        .db(&db)
        .path(&folder)
        .arg("version")
        .status(1)
        .stderr("error: no migration\n")
        .check();
    assert!(db.tables().is_empty());
}

/// A role that may read the version table and no more.
struct Reader {
    name: String,
}

impl Reader {
    fn of(db: &Database) -> Self {
        let name = format!("{}_reader", db.name());
        db.execute(&format!(
            "CREATE ROLE {name};
             REVOKE ALL ON SCHEMA public FROM public;
             GRANT USAGE ON SCHEMA public TO {name};
             GRANT SELECT ON schema_migrations TO {name};"
        ));
        Self { name }
    }

    /// The URL by which a session has this role and no other.
    fn url(&self, db: &Database) -> String {
        db.url_with(&format!("options=-c%20role%3D{}", self.name))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // The grants go with the database, which was made before and so is dropped after this; so
        // they are taken away here first.
        let name = &self.name;
        let url = server::url_of(name.trim_end_matches("_reader"));
        let sql = format!("DROP OWNED BY {name}; DROP ROLE {name}");
        let dropped = postgres::Client::connect(&url, postgres::NoTls)
            .and_then(|mut client| client.batch_execute(&sql));
        if let Err(error) = dropped {
            eprintln!("{sql}: {error}");
        }
    }
}

#[test]
fn version_for_a_role_that_may_only_select() {
    let (db, folder) = (Database::new(), Folder::four());
    db.set_row(3, false);
    let reader = Reader::of(&db);
    Run::dbm().url(reader.url(&db)).path(&folder).arg("version").stderr("3\n").check();
    db.set_row(3, true);
    Run::dbm().url(reader.url(&db)).path(&folder).arg("version").stderr("3 (dirty)\n").check();
    // It may not go further, and is told so.
    db.set_row(3, false);
    let output = Run::dbm().url(reader.url(&db)).path(&folder).arg("up").output();
    output.assert_status(1).assert_line("error: ", "permission denied");
    assert_eq!(db.row(), Some((3, false)));
}

/// A transaction that another session has open on the version table is no reason to wait.
#[test]
fn nobody_waits_for_a_reader_of_the_version_table() {
    let (db, folder) = (Database::new(), Folder::four());
    db.set_row(1, false);
    db.execute("CREATE TABLE a (id int)");
    let mut reader = db.client();
    let mut transaction = reader.transaction().expect("begin");
    transaction.query("SELECT * FROM schema_migrations", &[]).expect("read the version");
    Run::dbm().db(&db).path(&folder).args(["up", "1"]).stderr("2/u b (TIME)\n").check_essence();
    transaction.rollback().expect("rollback");
}

/// The version table is golang-migrate's: the very columns, and nothing hung on to it.
#[test]
fn the_version_table_is_the_references() {
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    let columns: Vec<(String, String, String)> = db
        .client()
        .query(
            "SELECT column_name, data_type, is_nullable FROM information_schema.columns
             WHERE table_name = 'schema_migrations' ORDER BY ordinal_position",
            &[],
        )
        .expect("read the columns")
        .iter()
        .map(|row| (row.get(0), row.get(1), row.get(2)))
        .collect();
    let column = |name: &str, kind: &str| (name.to_owned(), kind.to_owned(), "NO".to_owned());
    assert_eq!(columns, [column("version", "bigint"), column("dirty", "boolean")]);
    let constraints = "SELECT count(*) FROM pg_constraint WHERE ";
    let table = "'schema_migrations'::regclass";
    assert_eq!(db.number(&format!("{constraints} conrelid = {table} AND contype = 'p'")), 1);
    assert_eq!(
        db.number(&format!(
            "{constraints} contype = 'f' AND (conrelid = {table} OR confrelid = {table})"
        )),
        0
    );
    assert_eq!(db.number(&format!("SELECT count(*) FROM pg_trigger WHERE tgrelid = {table}")), 0);
}

/// The project's own migrations go up, down and up again, and the down leaves nothing behind.
#[test]
fn the_projects_own_migrations() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let files = fs::read_dir(&folder).expect("the folder of migrations").count();
    assert_eq!(files, 8, "four pairs in {}", folder.display());
    let db = Database::new();
    let path = folder.to_str().expect("a UTF-8 path").to_owned();
    let dbm = || Run::dbm().db(&db).arg("-path").arg(path.clone());
    let empty = db.dump();
    dbm().arg("up").output().assert_status(0);
    let full = db.dump();
    assert_ne!(empty, full);
    let mut steps = vec![full.clone()];
    for _ in 0..4 {
        dbm().args(["down", "1"]).output().assert_status(0);
        steps.push(db.dump());
    }
    assert_eq!(steps.pop(), Some(empty), "all taken down");
    for expected in steps.into_iter().rev() {
        dbm().args(["up", "1"]).output().assert_status(0);
        assert_eq!(db.dump(), expected, "each up after its own down");
    }
}
