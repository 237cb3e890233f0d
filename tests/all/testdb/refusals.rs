//! Roles that may not, and poolers.

use crate::support::cluster::{Cluster, TRUSTING};
use crate::support::pgbouncer;
use crate::support::{Folder, Run};
use crate::testdb::{databases, number, printed, shared, url};

#[test]
fn a_role_that_may_not_create_databases() {
    let (cluster, folder) = (shared(), Folder::tables(&["role"]));
    cluster.execute("postgres", "CREATE ROLE \"App\" LOGIN");
    let of_app = url(cluster).replace("postgres@", "App@");
    let testdb = || Run::dbm().url(&of_app).path(&folder).arg("testdb");
    let output = testdb().output();
    output.assert_status(1).assert_line("error: ", "the role \"App\" may not create databases");
    output.assert_line("hint: ", "as a superuser: ALTER ROLE \"App\" CREATEDB;");
    output.assert_silent_about("-scratch");

    cluster.execute("postgres", "ALTER ROLE \"App\" CREATEDB");
    let (first, second) = (printed(&testdb().output()), printed(&testdb().output()));
    assert_eq!(number(&second, "SELECT count(*) FROM role"), 0);
    let owned = "SELECT count(*) FROM pg_class WHERE relname = 'role' AND relowner::regrole = '\"App\"'::regrole";
    assert_eq!(number(&first, owned), 1);
    Run::dbm().args(["testdb", "-drop", &first]).output().assert_status(0);
    let pruned = testdb().args(["-prune", "-older-than", "0"]).output();
    pruned.assert_status(0);
    let of_second = second.split(['/', '?']).nth(3).expect("its name");
    assert_eq!(databases(cluster, of_second), [""; 0], "{pruned}");
}

#[test]
fn through_a_pooler() {
    let cluster = Cluster::started(&[], TRUSTING);
    let test = "testdb::refusals::through_a_pooler";
    let Some(pooler) = pgbouncer::before(cluster.port(), "postgres", test) else { return };
    let folder = Folder::tables(&["pooler"]);
    let url_of_pooler =
        format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", pooler.port());
    let output = Run::dbm().url(url_of_pooler).path(&folder).arg("testdb").output();
    output.assert_status(1).assert_line("error: ", "a pooler stands in front of the server");
    output.assert_line("hint: ", "connect to the server itself");
    assert_eq!(databases(&cluster, "dbm_"), [""; 0]);
}
