//! SIGKILL, again and again, wherever dbm happens to be.

use std::hint;

use crate::faults::outcome::{FILES, assert_mended, assert_whole, busy_folder, expected, report};
use crate::support::chance::Chance;
use crate::support::sessions::Sessions;
use crate::support::{Database, Run, wait};

const KILLS: u32 = 45;

/// Each kill on a condition (so many files are done, as the row says) and a number of turns of an
/// empty loop behind it, so that it strikes within a file as well as between two.
#[test]
fn at_any_moment() {
    let (db, folder) = (Database::new(), busy_folder());
    let expected = expected(&folder);
    let mut chance = Chance::new(20_261_120);
    let (mut killed, mut dirty) = (0, 0);
    let mut versions = Vec::new();
    for _ in 0..KILLS {
        db.clear();
        let done =
            i64::try_from(chance.below(u64::try_from(FILES).expect("positive"))).expect("few");
        let turns = chance.below(3_000_000);
        let mut run = Run::dbm().db(&db).path(&folder).arg("up").spawn();
        wait::until_true("the row", || {
            db.row().is_some_and(|(version, _)| version >= done) || done == 0 || !run.is_running()
        });
        for turn in 0..turns {
            hint::black_box(turn);
        }
        killed += u32::from(run.is_running());
        run.kill();
        let output = run.finish();
        Sessions::of(&db).wait_until_gone();
        dirty += u32::from(db.row().is_some_and(|(_, dirty)| dirty));
        versions.push(assert_whole(&db, &output));
        assert_mended(&db, &folder, &expected, &output);
    }
    report(
        "kills::at_any_moment",
        &format!("{killed} of {KILLS} runs killed, {dirty} dirty, at versions {versions:?}"),
    );
    assert!(killed >= 30, "only {killed} runs were still there to be killed");
}

/// On the way down.
#[test]
fn on_the_way_down() {
    let (db, folder) = (Database::new(), busy_folder());
    let mut chance = Chance::new(7);
    let mut killed = 0;
    for _ in 0..15 {
        db.clear();
        Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
        let left = i64::try_from(chance.below(6) + 1).expect("few");
        let turns = chance.below(2_000_000);
        let mut run = Run::dbm().db(&db).path(&folder).args(["down", "-all"]).spawn();
        wait::until_true("the row", || {
            db.row().is_none_or(|(version, _)| version <= left) || !run.is_running()
        });
        for turn in 0..turns {
            hint::black_box(turn);
        }
        killed += u32::from(run.is_running());
        run.kill();
        let output = run.finish();
        Sessions::of(&db).wait_until_gone();
        assert_whole(&db, &output);
        Run::dbm().db(&db).path(&folder).args(["down", "-all"]).output().assert_status(0);
        assert_eq!(db.row(), None, "{output}");
        assert_eq!(db.tables(), ["public.schema_migrations"], "{output}");
    }
    report("kills::on_the_way_down", &format!("{killed} of 15 runs killed"));
    assert!(killed >= 5, "only {killed} runs were still there to be killed");
}
