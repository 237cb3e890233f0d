//! Many callers at once: one makes the template, and all get a database.

use std::collections::BTreeSet;

use crate::support::cluster::{Cluster, TRUSTING};
use crate::support::{Folder, Output, Process};
use crate::testdb::{databases, number, printed, testdb};

#[test]
fn eight_callers_make_one_template() {
    let cluster = Cluster::started(&[], TRUSTING);
    let (made, urls) = all(&cluster, 8);
    assert_eq!(made, 1, "one ran the files, and the others waited");
    assert_eq!(urls.len(), 8);
    for url in &urls {
        assert_eq!(number(url, "SELECT version FROM schema_migrations"), 5);
    }
    assert_eq!(databases(&cluster, "dbm_template_").len(), 1);
    assert_eq!(databases(&cluster, "dbm_scratch_"), [""; 0]);
}

/// More than the server has connections.
#[test]
fn a_hundred_callers() {
    let cluster = Cluster::started(&[("max_connections", "20")], TRUSTING);
    let (made, urls) = all(&cluster, 100);
    assert_eq!((made, urls.len()), (1, 100));
    assert_eq!(databases(&cluster, "dbm_test_").len(), 100);
    assert_eq!(databases(&cluster, "dbm_scratch_"), [""; 0]);
}

/// How many ran the migrations, and the URLs.
fn all(cluster: &Cluster, callers: usize) -> (usize, BTreeSet<String>) {
    let tells = "DO $$ BEGIN RAISE WARNING 'it runs'; END $$";
    let folder = Folder::four().file("5_tells.up.sql", tells);
    let running: Vec<Process> =
        (0..callers).map(|_| testdb(cluster, &folder, &[]).spawn()).collect();
    let ended: Vec<Output> = running.into_iter().map(Process::finish).collect();
    let urls = ended.iter().map(printed).collect();
    let ran = ended.iter().filter(|output| output.stderr.contains("warning: it runs"));
    (ran.count(), urls)
}
