//! The connection cut after byte N of what dbm sends, for many N: everywhere, and at each end of a
//! message.

use std::collections::BTreeSet;
use std::thread;

use crate::faults::outcome::{FILES, assert_survived, expected, folder, report};
use crate::support::proxy::{Proxy, Trouble};
use crate::support::{Database, Folder, Run, address};

const EVENLY: u64 = 60;

/// What an undisturbed `up` sends: how many bytes, and where its messages end.
fn undisturbed() -> (u64, Vec<u64>) {
    let (db, folder) = (Database::new(), folder());
    let proxy = Proxy::before(address::of_server(), Trouble::Nothing);
    let url = address::through(proxy.port(), &db.url());
    Run::dbm().url(url).path(&folder).arg("up").output().assert_status(0);
    let (total, ends) = (proxy.total(), proxy.boundaries());
    assert!(ends.len() > usize::try_from(FILES).expect("few"), "a message a file: {ends:?}");
    (total, ends)
}

/// One `up` in trouble, and what must be true afterwards. Gives the version that was reached, and
/// whether the trouble came at all: lengths differ by a digit of a process id from run to run, so
/// the last places may be behind the end.
#[track_caller]
fn survive(db: &Database, folder: &Folder, expected: &str, trouble: Trouble) -> (i64, bool) {
    let proxy = Proxy::before(address::of_server(), trouble);
    let url = address::through(proxy.port(), &db.url());
    let output = Run::dbm().url(url).path(folder).arg("up").output();
    assert!(matches!(output.status, Some(0 | 1)), "{output}");
    (assert_survived(db, folder, expected, &output), proxy.struck())
}

/// The next connection gets through: dbm may ask what became of the file. In `EVENLY` places, and
/// one byte before, at and behind the end of each message.
#[test]
fn for_a_moment() {
    let (total, ends) = undisturbed();
    let evenly = (0..EVENLY).map(|step| 1 + step * (total - 1) / (EVENLY - 1));
    let around = ends.iter().flat_map(|end| [end - 1, *end, end + 1]);
    let places: BTreeSet<u64> =
        evenly.chain(around).filter(|byte| (1..=total).contains(byte)).collect();
    let (db, folder) = (Database::new(), folder());
    let expected = expected(&folder);
    let (mut struck, mut reached) = (0, BTreeSet::new());
    for byte in &places {
        db.clear();
        let (version, cut) = survive(&db, &folder, &expected, Trouble::CutAfter(*byte));
        struck += usize::from(cut);
        reached.insert(version);
    }
    report("cuts::for_a_moment", &format!("{struck} connections cut, at versions {reached:?}"));
    assert!(struck + 5 >= places.len(), "{struck} cuts of {}", places.len());
    assert!(reached.len() > 3, "cut in different files: {reached:?}");
}

/// Nobody gets through any more: it cannot ask, and must not guess. At the end of each message,
/// and in the middle of each; all at once, since each of them asks for a while in vain.
#[test]
fn for_good() {
    let (_, ends) = undisturbed();
    let starts = [0].into_iter().chain(ends.iter().copied());
    let middles = starts.zip(&ends).map(|(start, end)| u64::midpoint(start, *end));
    let places: BTreeSet<u64> =
        middles.chain(ends.iter().copied()).filter(|byte| *byte > 0).collect();
    let folder = folder();
    let expected = expected(&folder);
    let struck: usize = thread::scope(|scope| {
        let runs: Vec<_> = places
            .iter()
            .map(|byte| {
                let (folder, expected) = (&folder, &expected);
                scope.spawn(move || {
                    let db = Database::new();
                    db.clear();
                    survive(&db, folder, expected, Trouble::DownAfter(*byte)).1
                })
            })
            .collect();
        runs.into_iter().map(|run| usize::from(run.join().expect("a run in trouble"))).sum()
    });
    report("cuts::for_good", &format!("{struck} times the network went down"));
    assert!(struck + 5 >= places.len(), "{struck} of {}", places.len());
}
