//! What each version is said to be, for folders, logs and rows of every kind.

use std::time::Duration;

use super::*;
use crate::history::tests::world::{Allowed, World};
use crate::history::{Action, LogEntry};
use crate::plan::Goal;

fn rows(world: &World) -> Vec<StatusRow> {
    let (source, history) = (world.source(), world.history());
    let edits: Vec<(Version, Edit)> = differences(&source, &history, world.row)
        .into_iter()
        .map(|difference| (difference.version, Edit::Substance))
        .collect();
    Status::rows(&source, &history, world.row, &edits)
}

fn standings(world: &World) -> Vec<(Version, Standing)> {
    rows(world).iter().map(|row| (row.version, row.standing)).collect()
}

fn row(world: &World, version: Version) -> StatusRow {
    rows(world).into_iter().find(|row| row.version == version).expect("a row of that version")
}

fn after_up(versions: &[Version]) -> World {
    let mut world = World::new(versions);
    assert!(world.dbm_up().is_ok());
    world
}

fn wrong(world: &World) -> Vec<Version> {
    rows(world).iter().filter(|row| row.is_wrong()).map(|row| row.version).collect()
}

use Standing::{Adopted, Applied, Dirty, Late, Pending, Recorded};

#[test]
fn a_database_that_no_tool_has_touched_has_everything_pending() {
    let world = World::new(&[0, 1]);
    assert_eq!(standings(&world), [(0, Pending), (1, Pending)]);
    let row = row(&world, 0);
    assert_eq!(row.checksum, Some(Checksum::of("select 0")));
    assert!(row.at.is_none() && !row.is_missing && !row.has_no_down && !row.is_wrong());
    assert_eq!(row.name.as_deref(), Some("n"));
    assert!(standings(&World::new(&[])).is_empty());
}

/// Without a log the row decides alone: what golang-migrate shows.
#[test]
fn without_a_log_everything_up_to_the_row_is_applied() {
    let mut world = World::new(&[1, 2, 3]);
    world.golang_up(2);
    assert_eq!(standings(&world), [(1, Applied), (2, Applied), (3, Pending)]);
    assert!(row(&world, 1).at.is_none() && wrong(&world).is_empty());
}

#[test]
fn what_each_tool_ran_is_told_apart() {
    let mut world = after_up(&[1]);
    world.merge(&[2, 3]);
    world.golang_up(1);
    // Nobody has adopted it yet; that it is applied is certain.
    assert_eq!(standings(&world), [(1, Applied), (2, Applied), (3, Pending)]);
    assert!(row(&world, 1).at.is_some() && row(&world, 2).at.is_none());
    world.find();
    assert_eq!(standings(&world), [(1, Applied), (2, Adopted), (3, Pending)]);
    assert!(row(&world, 2).at.is_some());
    // Undone by golang-migrate, and not adopted: above the row nothing is applied.
    world.golang_down(2);
    assert_eq!(standings(&world), [(1, Pending), (2, Pending), (3, Pending)]);
    assert!(row(&world, 2).at.is_none());
}

#[test]
fn late_files_are_wrong() {
    let mut world = after_up(&[1, 3]);
    world.merge(&[0, 2, 4]);
    let expected = [(0, Late), (1, Applied), (2, Late), (3, Applied), (4, Pending)];
    assert_eq!(standings(&world), expected);
    assert_eq!(late(&world.source(), &world.history(), world.row), [0, 2]);
    assert_eq!(wrong(&world), [0, 2]);
    let allowed = Allowed { late: true, ..Allowed::default() };
    assert!(world.dbm(Goal::UpWithLate(None), allowed).is_ok());
    assert!(wrong(&world).is_empty());
}

#[test]
fn a_dirty_version_is_wrong() {
    let mut world = after_up(&[1, 2]);
    world.merge(&[3]);
    world.golang_fails();
    assert_eq!(standings(&world), [(1, Applied), (2, Applied), (3, Dirty)]);
    assert_eq!(wrong(&world), [3]);
    // A down of the first version that failed: `(-1, dirty)`.
    world.row = State { version: None, dirty: true };
    assert_eq!(standings(&world), [(1, Dirty), (2, Pending), (3, Pending)]);
}

#[test]
fn edits_are_wrong_when_they_are_of_substance() {
    let mut world = after_up(&[1, 2]);
    world.edit(1, "select 11");
    world.merge(&[3]);
    assert_eq!(wrong(&world), [1]);
    let edited = row(&world, 1);
    assert_eq!((edited.standing, edited.edit), (Applied, Some(Edit::Substance)));
    assert_eq!(edited.checksum, Some(Checksum::of("select 1")), "of what ran");
    let (source, history) = (world.source(), world.history());
    let found = differences(&source, &history, world.row);
    let [Difference { version: 1, ran: 1, now, sum: Some(_) }] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(now, "select 11");
    let cosmetic = Status::rows(&source, &history, world.row, &[(1, Edit::Cosmetic)]);
    assert!(cosmetic.iter().all(|row| !row.is_wrong()));
    // What is not applied may be edited.
    assert!(world.dbm_down(2).is_ok());
    assert!(
        wrong(&world).is_empty() && differences(&source, &world.history(), world.row).is_empty()
    );
}

#[test]
fn applied_versions_without_a_file_are_missing() {
    let mut world = after_up(&[1, 2, 3]);
    world.checkout(&[1, 4]);
    assert_eq!(standings(&world), [(1, Applied), (2, Applied), (3, Applied), (4, Pending)]);
    assert_eq!(wrong(&world), [2, 3]);
    // The log has its name, its text and its down.
    let missing = row(&world, 2);
    assert!(missing.is_missing && !missing.has_no_down && missing.edit.is_none());
    assert_eq!(missing.name.as_deref(), Some("n"));
    assert_eq!(missing.checksum, Some(Checksum::of("select 2")));
}

/// The row has a row in any case.
#[test]
fn a_version_of_which_nobody_knows_more_than_the_row_is_shown() {
    let mut world = World::new(&[1]);
    world.golang_force(Some(77));
    assert_eq!(standings(&world), [(1, Applied), (77, Applied)]);
    let unknown = row(&world, 77);
    assert!(unknown.is_missing && unknown.has_no_down && unknown.is_wrong());
    assert!(unknown.name.is_none() && unknown.checksum.is_none());
}

/// An entry of a run up, with these texts.
fn ran(version: Version, up: Option<&str>, down: Option<&str>) -> LogEntry {
    let mut world = World::new(&[]);
    let (from, to) = (State::NONE, State::clean(Some(version)));
    let entry = world.add(Action::Run, Some(Direction::Up), Some(version), from, to);
    entry.up = up.map(Checksum::of);
    entry.down = down.map(Checksum::of);
    entry.took = Some(Duration::from_millis(7));
    entry.clone()
}

/// How `files` stand to an entry: `(name, text)` each.
fn one(entry: LogEntry, files: &[(&'static str, &'static str)]) -> StatusRow {
    let source = Source::texts(files.iter().copied()).unwrap();
    let history = History::fold(std::slice::from_ref(&entry));
    let state = entry.to;
    let edits = differences(&source, &history, state);
    let edits: Vec<_> = edits.iter().map(|edit| (edit.version, Edit::Substance)).collect();
    Status::rows(&source, &history, state, &edits).remove(0)
}

#[test]
fn down_files_are_told_and_nothing_is_wrong_with_them() {
    let up = ("1_n.up.sql", "a");
    let with = |down: Option<&'static str>, entry: LogEntry| {
        let files: Vec<_> = std::iter::once(up).chain(down.map(|d| ("1_n.down.sql", d))).collect();
        let row = one(entry, &files);
        assert!(!row.is_wrong() && row.edit.is_none() && !row.is_missing);
        (row.is_down_edited, row.has_no_down)
    };
    let both = || ran(1, Some("a"), Some("b"));
    assert_eq!(with(Some("b"), both()), (false, false));
    assert_eq!(with(Some("c"), both()), (true, false));
    // Gone from the folder; the log has it.
    assert_eq!(with(None, both()), (false, false));
    assert_eq!(with(None, ran(1, Some("a"), None)), (false, true));
    // Written afterwards.
    assert_eq!(with(Some("b"), ran(1, Some("a"), None)), (false, false));
}

#[test]
fn line_ends_and_marks_are_no_edit() {
    let row = one(
        ran(1, Some("a\nb"), Some("c\n")),
        &[("1_n.up.sql", "\u{feff}a\r\nb"), ("1_n.down.sql", "c\r\n")],
    );
    assert!(row.edit.is_none() && !row.is_down_edited);
    assert_eq!(row.took, Some(Duration::from_millis(7)));
}

#[test]
fn an_up_file_where_there_was_none_is_an_edit() {
    let files = [("1_n.up.sql", "a"), ("1_n.down.sql", "b")];
    assert_eq!(one(ran(1, None, Some("b")), &files).edit, Some(Edit::Substance));
    // An up file that is gone proves nothing; the pair is here.
    assert!(!one(ran(1, Some("a"), Some("b")), &files[1..]).is_wrong());
}

/// A file that cannot be read is not run, either.
#[test]
fn a_file_that_cannot_be_read_is_no_edit() {
    let row = one(ran(1, Some("a"), None), &[("1_n.up.sql", "a\0b")]);
    assert!(row.edit.is_none());
    assert_eq!(row.checksum, Some(Checksum::of("a")));
}

/// Every version once, and each is what the fold says it is.
#[test]
fn rows_are_ascending_and_complete_for_every_small_world() {
    let subset = |bits: u32| -> Vec<Version> { (0..4).filter(|i| bits & (1 << i) != 0).collect() };
    for bits in 0..16 {
        for other in 0..16 {
            let mut world = World::new(&subset(bits));
            // There may be no file to run.
            let _ = world.dbm_up();
            world.checkout(&subset(other));
            for version in std::iter::once(None).chain((0..5).map(Some)) {
                world.row = State::clean(version);
                let (rows, history) = (rows(&world), world.history());
                assert!(rows.windows(2).all(|pair| pair[0].version < pair[1].version));
                let applied = world.known();
                let mut all = [world.versions(), applied.clone()].concat();
                all.extend(version);
                assert!(rows.iter().all(|row| all.contains(&row.version)));
                assert!(all.iter().all(|v| rows.iter().any(|row| row.version == *v)));
                for row in &rows {
                    let is_late = history.is_late(row.version, world.row);
                    let expected = match row.standing {
                        Pending => Some(row.version) > version,
                        Late => is_late && !applied.contains(&row.version),
                        Applied => Some(row.version) <= version && !is_late,
                        Adopted | Recorded | Dirty => false,
                    };
                    assert!(expected, "{row:?} {version:?}");
                    assert_eq!(row.is_missing, !world.here.contains_key(&row.version));
                }
            }
        }
    }
}
