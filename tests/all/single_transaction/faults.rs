//! A connection that is lost: nothing or all, and what is told of it is true.

use std::collections::BTreeSet;

use crate::faults::outcome::{FILES, assert_survived, assert_whole, expected, folder, mark};
use crate::history::book::lines;
use crate::single_transaction::SINGLE;
use crate::support::proxy::{Proxy, Trouble};
use crate::support::sessions::Sessions;
use crate::support::{Database, Folder, Output, Run, address};

fn through(db: &Database, folder: &Folder, trouble: Trouble, flags: &[&str]) -> (Output, Proxy) {
    let proxy = Proxy::before(address::of_server(), trouble);
    let url = address::through(proxy.port(), &db.url());
    let run = Run::dbm().url(url).path(folder).args(flags.iter().copied());
    (run.args(["up", SINGLE]).output(), proxy)
}

/// Before, at and behind the end of each message.
#[test]
fn cut_anywhere() {
    let (db, folder) = (Database::new(), folder());
    let expected = expected(&folder);
    db.clear();
    let (output, proxy) = through(&db, &folder, Trouble::Nothing, &[]);
    output.assert_status(0);
    let ends = proxy.boundaries();
    assert!(ends.len() > usize::try_from(FILES).expect("few"), "a message a file: {ends:?}");
    let places: BTreeSet<u64> = ends.iter().flat_map(|end| [end - 1, *end, end + 1]).collect();
    let mut reached = BTreeSet::new();
    for byte in &places {
        db.clear();
        let (output, _) = through(&db, &folder, Trouble::CutAfter(*byte), &[]);
        let version = assert_survived(&db, &folder, &expected, &output);
        assert!(version == 0 || version == FILES, "cut after {byte}\n{output}");
        reached.insert(version);
    }
    assert_eq!(reached.len(), 2, "nothing, and all: {reached:?}");
}

/// With `-wait` it begins again, or finds that it is done.
#[test]
fn carried_over() {
    let (db, folder) = (Database::new(), folder());
    db.clear();
    let (_, proxy) = through(&db, &folder, Trouble::Nothing, &["-wait", "600"]);
    let places: BTreeSet<u64> = proxy.boundaries().iter().flat_map(|end| [end - 1, *end]).collect();
    for byte in &places {
        db.clear();
        let (output, _) = through(&db, &folder, Trouble::CutAfter(*byte), &["-wait", "600"]);
        assert_eq!(output.status, Some(0), "cut after {byte}\n{output}");
        Sessions::of(&db).wait_until_gone();
        assert_eq!(assert_whole(&db, &output), FILES, "cut after {byte}\n{output}");
        assert_eq!(lines(&db).len(), usize::try_from(FILES).expect("few"), "{output}");
    }
}

/// The answer to the commit is lost: it is found out that all of them were committed.
#[test]
fn the_answer_to_the_commit() {
    let (db, folder) = (Database::new(), folder());
    let (output, proxy) = through(&db, &folder, Trouble::LoseAnswerTo("COMMIT\0".into()), &[]);
    assert!(proxy.struck(), "{output}");
    output.assert_status(0).assert_line("warning: ", "was committed, although");
    assert_eq!(output.essence().lines().count(), usize::try_from(FILES).expect("few"), "{output}");
    assert_eq!(assert_whole(&db, &output), FILES);
}

/// That of a file is lost: nothing was applied.
#[test]
fn the_answer_to_a_file() {
    let (db, folder) = (Database::new(), folder());
    let (output, _) = through(&db, &folder, Trouble::LoseAnswerTo(mark(3)), &[]);
    output.assert_status(1).assert_line("error: ", "connection lost");
    output.assert_line("hint: ", "nothing was applied: the database is at no version");
    Sessions::of(&db).wait_until_gone();
    assert_eq!(assert_whole(&db, &output), 0);
}
