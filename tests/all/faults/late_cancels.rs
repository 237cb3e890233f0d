//! A cancel request that comes when its statement is done hits whatever runs then.

use crate::support::locks::Gate;
use crate::support::proxy::{Proxy, Trouble};
use crate::support::{Database, Folder, Run, address, wait};

/// The file was in time after all: nothing is amiss, and nothing of what follows may be cancelled.
#[test]
fn nothing_that_follows_is_hit() {
    for (begin, commit) in [("", ""), ("BEGIN;\n", "\nCOMMIT;\n"), ("VACUUM;\n", "")] {
        let db = Database::new();
        let folder = Folder::new()
            .pair("1_slow", &format!("{begin}{}{commit}", Gate::SQL), "SELECT 1")
            .pair("2_b", "CREATE TABLE b (id int)", "DROP TABLE b");
        let proxy = Proxy::before(address::of_server(), Trouble::CancelLate);
        let mut gate = Gate::close(db.client());
        let url = address::through(proxy.port(), &db.url_with("x-statement-timeout=1000"));
        let run = Run::dbm().url(url).path(&folder).arg("up").spawn();
        gate.waiting();
        wait::until_true("a cancel request", || proxy.holds_cancel());
        gate.open();
        let output = run.finish();
        output.assert_status(0).assert_essence("1/u slow (TIME)\n2/u b (TIME)\n");
        assert!(proxy.struck(), "the cancel request came through\n{output}");
        assert_eq!(db.row(), Some((2, false)), "{output}");
    }
}
