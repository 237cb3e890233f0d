//! Thousands of files: what another tool ran of them is put into the log by few statements, all or
//! nothing, and what was edited among them is found.

use crate::history::book::{LOG, lines};
use crate::support::proxy::{Proxy, Trouble};
use crate::support::{Database, Folder, Output, Run, address};

/// So many files that they do not go into one message.
const FILES: usize = 3000;

fn folder() -> Folder {
    let comment = "-- a comment that makes the file as long as many a file is\n".repeat(6);
    (1..=FILES).fold(Folder::new(), |folder, version| {
        folder.pair(
            &format!("{version:04}_n"),
            &format!("{comment}SELECT {version};\n"),
            &format!("SELECT -{version};\n"),
        )
    })
}

/// Where another tool has run them all.
fn database() -> Database {
    let db = Database::new();
    db.execute(&format!(
        "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, \
         dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES ({FILES}, false)"
    ));
    db
}

fn up(url: &str, folder: &Folder) -> Output {
    Run::dbm().url(url).path(folder).arg("up").output()
}

#[test]
fn they_are_adopted_by_few_statements() {
    let (db, folder) = (database(), folder());
    let proxy = Proxy::before(address::of_server(), Trouble::Nothing);
    up(&address::through(proxy.port(), &db.url()), &folder).assert_status(0);
    let inserts =
        proxy.queries().iter().map(|sql| sql.matches("INSERT INTO").count()).sum::<usize>();
    assert!((2..20).contains(&inserts), "{inserts}");
    let expected: Vec<String> = (1..=FILES)
        .map(|to| format!("adopt up {to}: {} -> {to}", if to == 1 { -1 } else { to as i64 - 1 }))
        .collect();
    assert_eq!(lines(&db), expected);
    let kept = format!(
        "SELECT count(*) FROM {LOG} WHERE up_text LIKE '%SELECT ' || version || ';%' \
         AND down_text = 'SELECT -' || version || E';\\n'"
    );
    assert_eq!(db.number(&kept), FILES as i64);
    up(&db.url(), &folder).assert_status(0).assert_essence("no change\n");
    // Read on more than one thread, they are told in their order.
    for version in [2, 1700, FILES] {
        folder.write(&format!("{version:04}_n.up.sql"), "SELECT 'edited';\n");
    }
    let output = up(&db.url(), &folder);
    output.assert_status(1);
    let places = ["0002_n.up.sql", "1700_n.up.sql", "3000_n.up.sql"].map(|name| {
        output.stderr.find(name).unwrap_or_else(|| panic!("{name} is not named\n{output}"))
    });
    assert!(places.is_sorted(), "{output}");
    let wrong = Run::dbm().db(&db).path(&folder).args(["status", "-wrong"]).output();
    assert_eq!(wrong.stdout.matches("edited").count(), 4, "three rows and a sentence\n{wrong}");
}

#[test]
fn all_are_adopted_or_none() {
    let (db, folder) = (database(), folder());
    Run::dbm().db(&db).path(&folder).args(["goto", "3000"]).output().assert_status(0);
    db.execute(&format!(
        "TRUNCATE {LOG}; CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
         $$BEGIN RAISE 'no more'; END$$; CREATE TRIGGER refuse BEFORE INSERT ON {LOG} \
         FOR EACH ROW WHEN (NEW.version = 2900) EXECUTE FUNCTION refuse()"
    ));
    let output = up(&db.url(), &folder);
    output.assert_status(0);
    assert!(output.stderr.contains("no more"), "{output}");
    assert_eq!(db.number(&format!("SELECT count(*) FROM {LOG}")), 0);
}
