//! Many files cost a few round trips.

use crate::single_transaction::SINGLE;
use crate::support::locks::Gate;
use crate::support::pgbouncer::shared;
use crate::support::proxy::{Proxy, Trouble};
use crate::support::{Database, Folder, Run, address, wait};

fn many(files: usize) -> Folder {
    (1..=files).fold(Folder::new(), |folder, version| {
        let (up, down) =
            (format!("CREATE TABLE t{version} (id int);"), format!("DROP TABLE t{version};"));
        folder.pair(&format!("{version}_t{version}"), &up, &down)
    })
}

/// How often somebody has to wait for the server in a run of so many files.
fn trips(files: usize, flags: &[&str]) -> usize {
    let (db, folder) = (Database::new(), many(files));
    let proxy = Proxy::before(address::of_server(), Trouble::Nothing);
    let url = address::through(proxy.port(), &db.url());
    let run = Run::dbm().url(url).path(&folder).arg("up").args(flags.iter().copied());
    run.output().assert_status(0);
    assert_eq!(db.row(), Some((i64::try_from(files).expect("few"), false)));
    proxy.trips()
}

/// The same in one transaction, on a server that answers the first file when all have been sent: else
/// the answers may overtake them.
fn trips_in_one(files: usize) -> usize {
    let (db, folder) = (Database::new(), many(files));
    folder.write("1_t1.up.sql", format!("CREATE TABLE t1 (id int); {}", Gate::SQL));
    let gate = Gate::close(db.client());
    let proxy = Proxy::before(address::of_server(), Trouble::Nothing);
    let url = address::through(proxy.port(), &db.url());
    let run = Run::dbm().url(url).path(&folder).args(["up", SINGLE]).spawn();
    let last = format!("CREATE TABLE t{files} ");
    wait::until_true("all files to be sent", || {
        proxy.queries().iter().any(|sql| sql.contains(&last))
    });
    gate.open();
    run.finish().assert_status(0);
    proxy.trips()
}

#[test]
fn fifty_files_cost_no_more_than_five() {
    let (five, fifty) = (trips_in_one(5), trips_in_one(50));
    // Seven, unless an answer comes before the next of the log, the check and COMMIT is sent.
    assert!(five <= 9 && fifty <= 9, "{five} and {fifty} round trips");
    assert!(trips(50, &[]) >= 50, "a message a file is counted as a round trip");
}

/// More than is under way at once, and more than stays in memory.
#[test]
fn large_files() {
    let (db, folder) = (Database::new(), Folder::new());
    folder.write("1_t.up.sql", "CREATE TABLE t (x text);");
    for version in 2..=13 {
        let text = format!("INSERT INTO t VALUES ('{}');\n", "x".repeat(600_000));
        folder.write(&format!("{version}_t.up.sql"), text);
    }
    Run::dbm().db(&db).path(&folder).args(["up", SINGLE]).output().assert_status(0);
    assert_eq!(db.number("SELECT sum(length(x)) FROM t"), 7_200_000);
    assert_eq!(db.number("SELECT count(*) FROM schema_migrations_log"), 13);
    assert_eq!(db.number("SELECT sum(length(up_text)) FROM schema_migrations_log"), 7_200_348);
    folder.write("14_t.up.sql", format!("-- {}\nSELECT 1/0;", "x".repeat(600_000)));
    folder.write("15_t.up.sql", "SELECT 1;");
    let output = Run::dbm().db(&db).path(&folder).args(["up", SINGLE]).output();
    output.assert_status(1).assert_says("14_t.up.sql:2:1");
    assert_eq!(db.row(), Some((13, false)));
}

/// Whatever server connection a pooler lends, it is one for the whole transaction.
#[test]
fn through_a_pooler() {
    let Some(pooler) = shared("single_transaction::through_a_pooler") else { return };
    let (db, folder) = (Database::new(), many(60));
    let run = || Run::dbm().url(pooler.url(&db)).path(&folder);
    for _ in 0..3 {
        run().args(["up", SINGLE]).output().assert_status(0);
        assert_eq!((db.row(), db.tables().len()), (Some((60, false)), 61));
        run().args(["down", SINGLE, "-all"]).output().assert_status(0);
        assert_eq!((db.row(), db.tables().len()), (None, 1));
    }
    folder.write("30_t30.up.sql", "CREATE TABLE t30 (id int);\n SELECT 1/0;");
    let output = run().args(["up", SINGLE]).output();
    output.assert_status(1).assert_says("30_t30.up.sql:2:2");
    assert_eq!((db.row(), db.tables().len()), (None, 1));
    assert_eq!(db.advisory_locks(), []);
}
