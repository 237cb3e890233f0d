//! How often a run waits for the server: once a file, and four times besides.

use crate::support::proxy::{Proxy, Trouble};
use crate::support::{Database, Folder, Run, address};

/// The trips of a command: the first is the login, which a test server lets in without a question.
#[track_caller]
fn trips(db: &Database, folder: &Folder, args: &[&str]) -> usize {
    let proxy = Proxy::before(address::of_server(), Trouble::Nothing);
    let url = address::through(proxy.port(), &db.url());
    Run::dbm().url(url).path(folder).args(args.iter().copied()).output().assert_status(0);
    proxy.trips()
}

#[test]
fn of_a_run() {
    let folder = Folder::tables(&["a", "b", "c", "d", "e", "f"]);
    let db = Database::new();
    assert_eq!(trips(&db, &folder, &["up", "1"]), 4 + 1, "on an empty database");
    assert_eq!(trips(&db, &folder, &["up"]), 4 + 5);
    assert_eq!(trips(&db, &folder, &["up"]), 4, "nothing to do");
    assert_eq!(trips(&db, &folder, &["goto", "3"]), 4 + 3);
    assert_eq!(trips(&db, &folder, &["down", "3"]), 4 + 3);
    assert_eq!(trips(&db, &folder, &["up"]), 4 + 6, "with the tables there");
}

#[test]
fn of_one_that_only_reads() {
    let folder = Folder::tables(&["a", "b"]);
    let db = Database::new();
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    assert_eq!(trips(&db, &folder, &["version"]), 3);
    assert_eq!(trips(&db, &folder, &["log"]), 3);
}
