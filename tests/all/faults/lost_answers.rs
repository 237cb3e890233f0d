//! A COMMIT whose answer was lost is not guessed at: the row is read again, and the truth is told.

use std::thread;

use crate::faults::outcome::{FILES, assert_mended, assert_whole, expected, folder, mark, report};
use crate::support::proxy::{Proxy, Trouble};
use crate::support::sessions::Sessions;
use crate::support::{Database, Output, Run, address};

/// Runs `up` with this trouble about file `version`; gives the row's version afterwards.
fn disturbed(
    db: &Database,
    version: i64,
    trouble: impl FnOnce(String) -> Trouble,
) -> (Output, i64) {
    let folder = folder();
    let expected = expected(&folder);
    db.clear();
    let proxy = Proxy::before(address::of_server(), trouble(mark(version)));
    let url = address::through(proxy.port(), &db.url());
    let output = Run::dbm().url(url).path(&folder).arg("up").output();
    assert!(proxy.struck(), "the message of file {version} was not seen\n{output}");
    Sessions::of(db).wait_until_gone();
    let row = assert_whole(db, &output);
    assert_mended(db, &folder, &expected, &output);
    (output, row)
}

/// It was committed, and dbm can ask.
#[test]
fn committed() {
    for version in 1..=FILES {
        let db = Database::new();
        let (output, row) = disturbed(&db, version, Trouble::LoseAnswerTo);
        assert!(row >= version, "the server had committed it\n{output}");
        if output.status == Some(0) {
            continue; // It saw that, and went on: nothing is amiss.
        }
        output.assert_status(1).assert_silent_about("nothing of");
        output.assert_line("hint: ", &format!("{version}_file.up.sql was committed"));
    }
    report("lost_answers::committed", &format!("{FILES} answers lost"));
}

/// The message never arrived, and dbm can ask.
#[test]
fn not_committed() {
    for version in 1..=FILES {
        let db = Database::new();
        let (output, row) = disturbed(&db, version, Trouble::LoseMessage);
        if output.status == Some(0) {
            continue; // It saw that, and ran it again: nothing is amiss.
        }
        assert_eq!(row, version - 1, "{output}");
        output.assert_status(1).assert_silent_about("was committed");
        output.assert_line("hint: ", &format!("nothing of {version}_file.up.sql"));
    }
    report("lost_answers::not_committed", &format!("{FILES} messages lost"));
}

/// It was committed, and nobody can be asked: then nothing is claimed, in either direction.
#[test]
fn nobody_to_ask() {
    let one = |version: i64| {
        let db = Database::new();
        let (output, row) = disturbed(&db, version, Trouble::DownAfterAnswerTo);
        assert_eq!(row, version, "{output}");
        output
            .assert_status(1)
            .assert_silent_about("nothing of")
            .assert_silent_about("was committed")
            .assert_says(&format!("{version}_file.up.sql"))
            .assert_line("hint: ", "dbm status");
    };
    // All at once, since each of them asks for a while in vain.
    thread::scope(|scope| {
        for version in 1..=FILES {
            scope.spawn(move || one(version));
        }
    });
    report(
        "lost_answers::nobody_to_ask",
        &format!("{FILES} answers lost, and the server with them"),
    );
}
