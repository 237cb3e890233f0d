//! A server that takes connections and does not answer: a machine that is out of memory, a disk that
//! hangs.

use crate::faults::outcome::{assert_mended, assert_whole, expected, folder, mark};
use crate::support::locks::Gate;
use crate::support::proxy::{Proxy, Trouble};
use crate::support::sessions::Sessions;
use crate::support::{Database, Folder, Process, Run, address, wait};

fn up_through(proxy: &Proxy, db: &Database, folder: &Folder) -> Process {
    let url = address::through(proxy.port(), &db.url());
    Run::dbm().url(url).path(folder).arg("up").spawn()
}

/// The answer to a file is lost, and nobody can say any more what became of it: that is not waited for
/// without end, and nothing is claimed.
#[test]
fn nobody_to_ask() {
    let (db, folder) = (Database::new(), folder());
    let expected = expected(&folder);
    db.clear();
    let proxy = Proxy::before(address::of_server(), Trouble::FrozenAfterAnswerTo(mark(3)));
    let output = up_through(&proxy, &db, &folder).finish();
    output
        .assert_status(1)
        .assert_silent_about("nothing of")
        .assert_silent_about("was committed")
        .assert_line("hint: ", "outcome of 3_file.up.sql is unknown")
        .assert_line("hint: ", "dbm status");
    Sessions::of(&db).wait_until_gone();
    assert_eq!(assert_whole(&db, &output), 3, "{output}");
    assert_mended(&db, &folder, &expected, &output);
}

/// Whoever does not want to wait for that presses Ctrl-C.
#[test]
fn asking_is_interrupted() {
    for flags in [&[][..], &["-wait", "600"]] {
        let (db, folder) = (Database::new(), folder());
        let proxy = Proxy::before(address::of_server(), Trouble::FrozenAfterAnswerTo(mark(2)));
        let url = address::through(proxy.port(), &db.url());
        let run = Run::dbm().url(url).path(&folder).args(flags.iter().copied()).arg("up");
        let run = run.spawn();
        wait::until_true("a new connection", || proxy.is_asked());
        run.signal("INT");
        let output = run.finish();
        output.assert_status(130).assert_line("hint: ", "outcome of 2_file.up.sql is unknown");
    }
}

/// A cancel request does not get through either: a third signal ends dbm in a while, and what may
/// still happen is said.
#[test]
fn a_third_signal() {
    let db = Database::new();
    let folder = Folder::new().pair("1_slow", Gate::SQL, "");
    let mut gate = Gate::close(db.client());
    let proxy = Proxy::before(address::of_server(), Trouble::FrozenAt("424242".into()));
    let mut run = up_through(&proxy, &db, &folder);
    gate.waiting();
    run.signal("INT");
    run.wait_for("Stopping");
    run.signal("INT");
    run.wait_for("cancelling");
    run.signal("INT");
    let output = run.finish();
    assert_eq!(output.status, None, "ended by the signal\n{output}");
    output.assert_line("warning: ", "the statement");
    output.assert_line("hint: ", "may still").assert_line("hint: ", "dbm status");
    gate.open();
}
