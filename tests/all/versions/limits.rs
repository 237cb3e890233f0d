//! Limits on how long a transaction may take, which came with PostgreSQL 17.

use crate::support::locks::Gate;
use crate::support::{Folder, Run, address, pgbouncer, wait};
use crate::versions::servers::server;

/// Behind a pooler a transaction holds the lock for as long as the run takes. Nothing may end it.
#[test]
fn none_ends_what_holds_the_lock() {
    let test = "versions::limits::none_ends_what_holds_the_lock";
    let Some((server, _)) = server(&[18, 17], test) else { return };
    server.cluster.execute(
        "app",
        "CREATE ROLE hasty LOGIN SUPERUSER;
         ALTER ROLE hasty SET transaction_timeout = '3s';
         ALTER ROLE hasty SET idle_in_transaction_session_timeout = '3s';",
    );
    let port = server.cluster.port();
    let Some(pooler) = pgbouncer::before(port, "hasty", test) else { return };
    // The file itself is long on purpose, and says so.
    let slow = format!("SET LOCAL transaction_timeout = 0; {}", Gate::SQL);
    let folder = Folder::new().pair("1_slow", &slow, "SELECT 1").pair("2_b", "SELECT 1", "");
    let mut gate = Gate::close(server.client());
    let url = address::through(pooler.port(), &server.url());
    let run = Run::dbm().url(url).path(&folder).arg("up").spawn();
    let pid = gate.waiting();
    let long =
        "SELECT clock_timestamp() - query_start > '4 s' FROM pg_stat_activity WHERE pid = $1";
    wait::until_true("the limit to be over", || {
        gate.client().query_one(long, &[&pid]).expect("ask for its age").get(0)
    });
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
                AND objid <> 424242";
    assert_eq!(server.number(held), 2, "both of the lock's names are held");
    gate.open();
    run.finish().assert_status(0);
    assert_eq!(server.row(), Some((2, false)));
}
