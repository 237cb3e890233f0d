//! `pg_terminate_backend`, at random moments, of each of dbm's sessions.

use std::hint;

use crate::faults::outcome::{FILES, assert_mended, assert_whole, busy_folder, expected, report};
use crate::support::chance::Chance;
use crate::support::sessions::Sessions;
use crate::support::{Database, Run, wait};

const ROUNDS: u32 = 30;

#[test]
fn at_any_moment() {
    let (db, folder) = (Database::new(), busy_folder());
    let expected = expected(&folder);
    let mut chance = Chance::new(911);
    let mut sessions = Sessions::of(&db);
    let mut ended = 0;
    let mut versions = Vec::new();
    for _ in 0..ROUNDS {
        db.clear();
        let done =
            i64::try_from(chance.below(u64::try_from(FILES).expect("positive"))).expect("few");
        let turns = chance.below(1_000_000);
        let mut run = Run::dbm().db(&db).path(&folder).arg("up").spawn();
        let pids = wait::until("dbm's session", || {
            let pids = sessions.pids();
            let far = done == 0 || db.row().is_some_and(|(version, _)| version >= done);
            ((far && !pids.is_empty()) || !run.is_running()).then_some(pids)
        });
        for turn in 0..turns {
            hint::black_box(turn);
        }
        for pid in pids {
            sessions.terminate(pid);
            ended += 1;
        }
        let output = run.finish();
        assert!(matches!(output.status, Some(0 | 1)), "{output}");
        sessions.wait_until_gone();
        versions.push(assert_whole(&db, &output));
        assert_mended(&db, &folder, &expected, &output);
    }
    report(
        "terminated::at_any_moment",
        &format!("{ended} sessions ended, at versions {versions:?}"),
    );
    assert!(ended >= ROUNDS / 2, "only {ended} sessions were still there");
}
