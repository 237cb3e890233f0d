//! Histories that came out wrong once, or that could be judged in two ways, each as small as it could
//! be made.

use crate::checksum::Checksum;
use crate::history::History;
use crate::history::tests::world::{Stop, World};
use crate::migration::Version;

fn after_up(versions: &[Version]) -> World {
    let mut world = World::new(versions);
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(versions.len()));
    world
}

/// golang-migrate took 2 and 3 down; `force` says that they are applied, by hand or whatever. What
/// `dbm` ran once is not there any more, so the file cannot differ from it.
#[test]
fn force_forgets_what_was_taken_down_before_it() {
    let mut world = after_up(&[1, 2, 3]);
    world.golang_down(2);
    world.edit(2, "select 22");
    world.dbm_force(Some(3));
    assert_eq!(world.dbm_up(), Ok(vec![]));
}

/// The row is `dbm`'s after the force, and golang-migrate was there before.
#[test]
fn force_to_where_the_row_is_hides_that_another_tool_was_there() {
    let mut world = after_up(&[1, 2, 3]);
    world.golang_down(1);
    world.edit(3, "select 33");
    world.golang_up(1);
    world.dbm_force(Some(3));
    assert_eq!(world.dbm_up(), Ok(vec![]));
}

/// An old checkout finds a row that was touched and has no file of its version: it logs an adoption
/// without texts, which from then on stands for the version. No roll-back any more, by any checkout.
#[test]
fn an_old_checkout_can_still_go_down_from_a_row_that_was_touched() {
    let mut world = after_up(&[1, 2, 3]);
    world.golang_force(Some(3));
    world.checkout(&[1, 2]);
    assert_eq!(world.dbm_down(1).map(|steps| steps.len()), Ok(1));
}

/// Adopting one version clears all stretches of which nothing is known, also where the folder has
/// none of their files.
#[test]
fn an_old_checkout_proves_nothing_of_a_stretch_that_it_cannot_see() {
    let mut world = after_up(&[1, 2, 3]);
    world.merge(&[4, 5]);
    world.golang_up(2);
    world.checkout(&[1, 2, 3]);
    world.dbm_force(Some(5));
    world.golang_force(Some(5));
    assert_eq!(world.dbm_up(), Err(Stop::NoMigration(5)));
    world.merge(&[4, 5]);
    assert_eq!(world.dbm_up(), Ok(vec![]));
}

/// Restored from a dump; then a file fails, which is logged by a transaction of this server. Now
/// the row, which the restore wrote, counts as written by another tool, and an edit is waved through.
#[test]
fn a_failed_entry_does_not_make_a_restored_dump_touched() {
    let mut world = after_up(&[1, 2, 3]);
    world.restore();
    world.dbm_fails(4);
    assert!(!world.history().is_touched(world.xmin));
    world.edit(2, "select 22");
    assert_eq!(world.dbm_up(), Err(Stop::Edited(vec![2])));
}

/// The same by a repair of another version.
#[test]
fn a_repair_does_not_make_a_restored_dump_touched() {
    let mut world = after_up(&[1, 2, 3]);
    world.restore();
    world.edit(1, "select 11");
    assert_eq!(world.dbm_repair(), [1]);
    world.edit(2, "select 22");
    assert_eq!(world.dbm_up(), Err(Stop::Edited(vec![2])));
}

/// A wrapped file that leaves a savepoint open: our entry goes before its COMMIT, so a
/// subtransaction writes it, and its `xmin` is not `txid_current()`.
#[test]
fn an_entry_of_a_subtransaction_is_not_a_copy() {
    let mut world = after_up(&[1, 2]);
    let last = world.log.last_mut().unwrap();
    last.xmin = last.xid + 1;
    world.golang_down(1);
    world.edit(2, "select 22");
    world.golang_up(1);
    assert_eq!(world.dbm_up(), Ok(vec![]));
}

/// The row was touched, not moved. A release with the new text adopts that; a release with the
/// text that `dbm` really ran is refused then.
#[test]
fn what_really_ran_stays_right_after_an_adoption() {
    let mut world = after_up(&[1, 2]);
    world.edit(2, "select 22");
    world.golang_force(Some(2));
    assert_eq!(world.dbm_up(), Ok(vec![]));
    world.edit(2, "select 2");
    assert_eq!(world.dbm_up(), Ok(vec![]));
}

/// The same after a repair, which says that both are right.
#[test]
fn what_was_right_before_a_repair_stays_right_after_an_adoption() {
    let mut world = after_up(&[1, 2]);
    world.edit(2, "select 22");
    assert_eq!(world.dbm_repair(), [2]);
    world.golang_force(Some(2));
    assert_eq!(world.dbm_up(), Ok(vec![]));
    world.edit(2, "select 2");
    assert_eq!(world.dbm_up(), Ok(vec![]));
}

/// From a version that no file has back to one that is known: no file was run, so nothing is
/// adopted, and the log ends at 5 where the row is at 2. A touch is not seen then, either.
#[test]
fn the_log_explains_a_row_that_was_forced_back() {
    let mut world = after_up(&[1, 2]);
    world.dbm_force(Some(5));
    world.golang_force(Some(2));
    world.find();
    world.stands_at(Some(2), &[1, 2], &[]);
}

/// A pair without an up file, as golang-migrate ran it. The log has its down text, and an older
/// checkout cannot go down by it.
#[test]
fn an_adopted_version_with_a_down_file_alone_was_seen() {
    let mut world = World::new(&[1]);
    world.golang_up(1);
    world.find();
    world.log[0].up = None;
    assert_eq!(world.log[0].down, Some(Checksum::of("down 1")));
    assert!(!History::fold(&world.log).known(1).unwrap().is_unseen());
}

// golang-migrate leaves no trace of where it went between two rows. It is taken to have gone the
// shortest way: else no edit and no late file could be found where it is used as well. Whoever went
// another way says so with `repair`.

/// The usual day of somebody who uses both: down, edit, up, the next one fails, force. Who forces a
/// version says that what is there is right.
#[test]
fn a_force_takes_the_files_as_they_are_where_another_tool_was() {
    let mut world = after_up(&[1, 2, 3]);
    world.golang_down(1);
    world.edit(3, "select 33");
    world.golang_up(1);
    world.merge(&[4]);
    world.golang_fails();
    world.dbm_force(Some(3));
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(1));
}

/// The file of an applied version was deleted. `migrate down 1` and `migrate up` go by the folder,
/// to 1 and back, and leave what 2 made; `dbm down 1` ends at 2, which is still applied. Going down
/// another one undoes it, by the log's text.
#[test]
fn down_stops_at_what_is_applied_though_its_file_is_gone() {
    let mut world = after_up(&[1, 2, 3]);
    world.checkout(&[1, 3]);
    assert_eq!(world.dbm_down(1).map(|steps| steps.len()), Ok(1));
    assert_eq!(world.dbm_up(), Err(Stop::NoMigration(2)));
    assert_eq!(world.dbm_down(1).map(|steps| steps.len()), Ok(1));
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(1));
}

/// golang-migrate: down 1, edit, up with a file more. That the shortest way is none but up proves
/// nothing: `up` is refused for a text that ran.
#[test]
fn golang_migrate_ran_an_edited_file_again_and_one_more() {
    let mut world = after_up(&[1, 2, 3]);
    world.golang_down(1);
    world.edit(3, "select 33");
    world.merge(&[4]);
    world.golang_up(2);
    assert!(world.dbm_up().is_err());
}

/// golang-migrate: down 1, merge, up: away and back, so nobody knows what it ran.
#[test]
fn golang_migrate_ran_a_late_file_on_its_way_back() {
    let mut world = after_up(&[1, 3]);
    world.golang_down(1);
    world.merge(&[2]);
    world.golang_up(2);
    assert!(world.ran.contains_key(&2));
    assert_eq!(world.dbm_up(), Ok(vec![]));
}
