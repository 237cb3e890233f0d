//! Histories that are thought to come out wrong, each as small as it could be made, with what
//! should come of it. A test that passes belongs into `named`.

use crate::checksum::Checksum;
use crate::history::tests::world::{Stop, World};
use crate::history::{Action, History};
use crate::migration::{Direction, State, Version};

fn after_up(versions: &[Version]) -> World {
    let mut world = World::new(versions);
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(versions.len()));
    world
}

/// golang-migrate took 2 and 3 down; `force` says that they are applied, by hand or whatever. What
/// `dbm` ran once is not there any more, so the file cannot differ from it.
#[test]
#[ignore = "`force` does not adopt the downs that lie between the log and the row"]
fn force_forgets_what_was_taken_down_before_it() {
    let mut world = after_up(&[1, 2, 3]);
    world.golang_down(2);
    world.edit(2, "select 22");
    world.dbm_force(Some(3));
    assert_eq!(world.dbm_up(), Ok(vec![]));
}

/// The usual day of somebody who uses both: down, edit, up, the next one fails, force. The row is
/// `dbm`'s then, and what golang-migrate did before is forgotten.
#[test]
#[ignore = "`force` writes the row, and with it goes the trace of who wrote it before"]
fn force_hides_that_another_tool_was_there() {
    let mut world = after_up(&[1, 2, 3]);
    world.golang_down(1);
    world.edit(3, "select 33");
    world.golang_up(1);
    world.merge(&[4]);
    world.golang_fails();
    world.dbm_force(Some(3));
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(1));
}

/// The same without a dirty row.
#[test]
#[ignore = "`force` writes the row, and with it goes the trace of who wrote it before"]
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
#[ignore = "an adoption by a checkout without the file takes the place of the texts in the log"]
fn an_old_checkout_can_still_go_down_from_a_row_that_was_touched() {
    let mut world = after_up(&[1, 2, 3]);
    world.golang_force(Some(3));
    world.checkout(&[1, 2]);
    assert_eq!(world.dbm_down(1).map(|steps| steps.len()), Ok(1));
}

/// Adopting one version clears all stretches of which nothing is known, also where the folder has
/// none of their files.
#[test]
#[ignore = "any adoption clears `blind`, and a version that golang-migrate ran is said to be late"]
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
#[ignore = "whether the log was copied is read off its last entry, also where that moved nothing"]
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
#[ignore = "whether the log was copied is read off its last entry, also where that moved nothing"]
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
#[ignore = "such an entry looks like a copied one, and what golang-migrate does next is not seen"]
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
#[ignore = "an adoption of a version that is known forgets which texts were right"]
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
#[ignore = "an adoption of a version that is known forgets which texts were right"]
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
#[ignore = "where the row goes down and no known version lies between, nothing is logged"]
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
#[ignore = "`is_unseen` asks for the up text alone"]
fn an_adopted_version_with_a_down_file_alone_was_seen() {
    let mut world = World::new(&[1]);
    world.golang_up(1);
    world.find();
    world.log[0].up = None;
    assert_eq!(world.log[0].down, Some(Checksum::of("down 1")));
    assert!(!History::fold(&world.log).known(1).unwrap().is_unseen());
}

/// `repair 2`, a late one, while the row is dirty at 4: its entry says that the row is clean at 4, so
/// the log believes that 4 was passed without being run.
#[test]
#[ignore = "`repaired` writes the row's version as a clean one"]
fn a_repair_under_a_dirty_row_does_not_make_its_version_late() {
    let mut world = after_up(&[1, 3]);
    world.merge(&[2, 4]);
    world.golang_fails();
    assert_eq!((world.row.version, world.row.dirty, world.late()), (Some(4), true, vec![2]));
    let said = State::clean(world.row.version);
    world.add(Action::Adopt, Some(Direction::Up), Some(2), said, said);
    // Mended by hand.
    world.golang_force(Some(4));
    world.merge(&[5]);
    world.golang_up(1);
    assert_eq!(world.dbm_up(), Ok(vec![]));
}

/// The file of an applied version was deleted. `migrate down 1` and `migrate up` go by the folder,
/// to 1 and back; `dbm down 1` ends at 2, from where no tool goes up.
#[test]
#[ignore = "a question of design: a step down may end at a version that has no file here"]
fn down_does_not_end_where_up_cannot_begin() {
    let mut world = after_up(&[1, 2, 3]);
    world.checkout(&[1, 3]);
    assert_eq!(world.dbm_down(1).map(|steps| steps.len()), Ok(1));
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(1));
}

/// golang-migrate: down 1, edit, up with a file more. That the shortest way is none but up proves
/// nothing: `up` is refused for a text that ran.
#[test]
#[ignore = "a question of design: away and back is allowed for, away and beyond is not"]
fn golang_migrate_ran_an_edited_file_again_and_one_more() {
    let mut world = after_up(&[1, 2, 3]);
    world.golang_down(1);
    world.edit(3, "select 33");
    world.merge(&[4]);
    world.golang_up(2);
    assert_eq!(world.dbm_up(), Ok(vec![]));
}

/// golang-migrate: down 1, merge, up. 2 has run, and `up` is refused because it never did.
#[test]
#[ignore = "a question of design: a row that was touched is allowed for in edits, not in late files"]
fn golang_migrate_ran_a_late_file_on_its_way_back() {
    let mut world = after_up(&[1, 3]);
    world.golang_down(1);
    world.merge(&[2]);
    world.golang_up(2);
    assert!(world.ran.contains_key(&2));
    assert_eq!(world.dbm_up(), Ok(vec![]));
}
