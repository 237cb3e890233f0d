//! Histories that people make, one by one.

use crate::checksum::Checksum;
use crate::history::tests::world::{Allowed, Stop, World};
use crate::history::{Action, Adoption, History};
use crate::migration::{Direction, State, Version};
use crate::plan::Goal;

/// `dbm` has run these.
pub(super) fn after_up(versions: &[Version]) -> World {
    let mut world = World::new(versions);
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(versions.len()));
    world.stands_at(versions.last().copied(), versions, &[]);
    world
}

pub(super) fn step(
    version: Version,
    direction: Direction,
    from: u64,
    to: u64,
    is_trusted: bool,
) -> Adoption {
    // 0 is none in these histories.
    let row = |number| Some(number).filter(|number| *number > 0);
    let (version, direction) = (Some(version), Some(direction));
    Adoption { version, direction, from: row(from), to: row(to), is_trusted }
}

pub(super) fn adoptions(world: &World) -> Vec<Adoption> {
    world.history().adoptions(&world.versions(), world.row)
}

use Direction::{Down, Up};

#[test]
fn nothing_is_known_before_the_first_entry() {
    let mut world = World::new(&[1, 2, 3]);
    world.golang_up(2);
    let history = world.history();
    assert!(!history.is_at(world.row) && history.known(1).is_none());
    assert!((1..4).all(|version| !history.is_late(version, world.row)));
    // Everything up to the row is golang-migrate's; it is seen, not trusted.
    assert_eq!(adoptions(&world), [step(1, Up, 0, 1, false), step(2, Up, 1, 2, false)]);
    world.find();
    world.stands_at(Some(2), &[1, 2], &[]);
    assert!(world.history().known(1).is_some_and(|known| known.is_adopted));
    // From now on a file between the two is late.
    world.merge(&[0]);
    world.stands_at(Some(2), &[1, 2], &[0]);
}

#[test]
fn golang_migrate_went_up_in_between() {
    let mut world = after_up(&[1, 3]);
    world.merge(&[2, 4, 5]);
    world.golang_up(2);
    // 2 was merged late: golang-migrate has passed it by. It is not proven of 4 and 5.
    assert_eq!(adoptions(&world), [step(4, Up, 3, 4, false), step(5, Up, 4, 5, false)]);
    assert_eq!(world.dbm_up(), Err(Stop::Late(vec![2])));
    world.stands_at(Some(5), &[1, 3, 4, 5], &[2]);
    assert!(!world.history().known(3).unwrap().is_adopted);
}

#[test]
fn golang_migrate_went_down_in_between() {
    let mut world = after_up(&[1, 2, 3]);
    world.golang_down(2);
    assert_eq!(adoptions(&world), [step(3, Down, 3, 2, false), step(2, Down, 2, 1, false)]);
    // What is above the row is not applied, so it may be edited and there is none late.
    world.edit(2, "select 22");
    world.merge(&[4]);
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(3));
    world.stands_at(Some(4), &[1, 2, 3, 4], &[]);

    world.golang_down(4);
    assert_eq!(adoptions(&world).last(), Some(&step(1, Down, 1, 0, false)));
    world.find();
    world.stands_at(None, &[], &[]);
}

/// The row is where it was, and another transaction has written it.
#[test]
fn golang_migrate_went_down_and_up_again() {
    let mut world = after_up(&[1, 2, 3]);
    assert!(!world.history().is_touched(world.xmin));
    world.golang_down(1);
    world.edit(3, "select 33");
    world.golang_up(1);
    assert_eq!(adoptions(&world), []);
    assert!(world.history().is_at(world.row) && world.history().is_touched(world.xmin));
    // It may have run the new text, and has.
    assert_eq!(world.dbm_up(), Ok(vec![]));
    let history = world.history();
    assert!(!history.is_touched(world.xmin), "the row is written by the transaction that adopts");
    assert!(history.known(3).unwrap().is_adopted && !history.known(2).unwrap().is_adopted);
    // And nothing is forgiven that comes after.
    world.edit(3, "select 333");
    assert_eq!(world.dbm_up(), Err(Stop::Edited(vec![3])));
    // No row, no transaction: nothing to be touched.
    assert!(!history.is_touched(None));
}

#[test]
fn dbm_forces_the_row() {
    let mut world = after_up(&[1, 2, 3]);
    world.merge(&[4, 5, 6]);
    world.dbm_force(Some(5));
    world.stands_at(Some(5), &[1, 2, 3, 4, 5], &[]);
    assert!(world.history().known(4).unwrap().is_adopted);
    world.dbm_force(Some(2));
    world.stands_at(Some(2), &[1, 2], &[]);
    world.dbm_force(None);
    world.stands_at(None, &[], &[]);
    world.dbm_force(Some(3));
    world.stands_at(Some(3), &[1, 2, 3], &[]);
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(3));
    world.stands_at(Some(6), &[1, 2, 3, 4, 5, 6], &[]);
}

#[test]
fn golang_migrate_forces_the_row() {
    let mut world = after_up(&[1, 2, 3]);
    world.merge(&[4, 5]);
    world.golang_force(Some(5));
    world.find();
    world.stands_at(Some(5), &[1, 2, 3, 4, 5], &[]);
    world.golang_force(Some(2));
    world.find();
    world.stands_at(Some(2), &[1, 2], &[]);
    world.golang_force(None);
    world.find();
    world.stands_at(None, &[], &[]);
    // To where it is: somebody was there, and the row's own version is taken on trust.
    world.golang_force(Some(2));
    world.find();
    world.golang_force(Some(2));
    let entries = world.log.len();
    world.find();
    let last = &world.log[entries..];
    assert!(last.len() == 1 && last[0].from == last[0].to && last[0].version == Some(2));
}

/// A number that no file has: what lies below it may have run, for all the log knows.
#[test]
fn forced_to_a_version_without_a_file() {
    let mut world = after_up(&[1, 2]);
    world.dbm_force(Some(5));
    world.stands_at(Some(5), &[1, 2], &[]);
    assert_eq!(world.dbm_up(), Err(Stop::NoMigration(5)));
    // A checkout that has them: 4 was declared to be applied, not left behind.
    world.merge(&[4, 5]);
    assert_eq!(world.late(), []);
    assert_eq!(adoptions(&world), [step(4, Up, 5, 5, false), step(5, Up, 5, 5, false)]);
    assert_eq!(world.dbm_up(), Ok(vec![]));
    world.stands_at(Some(5), &[1, 2, 4, 5], &[]);
    world.merge(&[3]);
    assert_eq!(world.dbm_up(), Err(Stop::Late(vec![3])));
}

#[test]
fn a_dirty_row_says_nothing_until_it_is_forced() {
    for (to, known) in [(3, vec![1, 2, 3]), (2, vec![1, 2])] {
        for is_dbms in [true, false] {
            let mut world = after_up(&[1, 2]);
            world.merge(&[3, 4]);
            world.golang_fails();
            assert_eq!(world.row, State { version: Some(3), dirty: true });
            assert_eq!(world.dbm_up(), Err(Stop::Dirty));
            assert!(world.late().is_empty() && world.log.len() == 2);
            match is_dbms {
                true => world.dbm_force(Some(to)),
                false => world.golang_force(Some(to)),
            }
            world.find();
            world.stands_at(Some(to), &known, &[]);
        }
    }
}

/// A newer release has gone on; this folder does not know with which files.
#[test]
fn an_old_checkout_adopts_no_ups() {
    let mut world = after_up(&[1, 2, 3]);
    world.merge(&[4, 5]);
    world.golang_up(2);
    world.checkout(&[1, 2, 3]);
    assert_eq!(adoptions(&world), [Adoption::without_a_file(Some(3), Some(5))]);
    assert_eq!(world.dbm_up(), Err(Stop::NoMigration(5)));
    assert_eq!(world.log.len(), 4);
    // The newer one finds all of it.
    world.merge(&[4, 5]);
    world.find();
    world.stands_at(Some(5), &[1, 2, 3, 4, 5], &[]);
}

/// Going down needs no files: what is above the row is not applied.
#[test]
fn an_old_checkout_adopts_downs() {
    let mut world = after_up(&[1, 2, 3, 4]);
    world.golang_down(2);
    world.checkout(&[1]);
    assert_eq!(adoptions(&world), [step(4, Down, 4, 3, false), step(3, Down, 3, 2, false)]);
    world.find();
    world.stands_at(Some(2), &[1, 2], &[]);
}

/// The texts are in the log.
#[test]
fn an_old_checkout_goes_down_from_a_newer_version() {
    let mut world = after_up(&[1, 2, 3, 4]);
    world.checkout(&[1, 2]);
    assert_eq!(world.dbm_up(), Err(Stop::NoMigration(4)));
    assert_eq!(world.dbm_down(2).map(|steps| steps.len()), Ok(2));
    world.stands_at(Some(2), &[1, 2], &[]);
}

/// A file between two that were run at different times is late; which of the tools ran them, and
/// whether it was merged before or after, makes no difference.
#[test]
fn a_file_is_merged_late() {
    let mut world = after_up(&[1, 3]);
    world.merge(&[2]);
    world.stands_at(Some(3), &[1, 3], &[2]);
    assert_eq!(world.dbm_up(), Err(Stop::Late(vec![2])));
    world.merge(&[4]);
    world.golang_up(1);
    assert_eq!(world.dbm_up(), Err(Stop::Late(vec![2])));
    // A down passes it by.
    assert_eq!(world.dbm_down(1).map(|steps| steps[0].target), Ok(Some(3)));
    let late = Allowed { late: true, ..Allowed::default() };
    let ran = world.dbm(Goal::UpWithLate(None), late).unwrap();
    assert_eq!(ran.iter().map(|step| step.version).collect::<Vec<_>>(), [2, 4]);
    world.stands_at(Some(4), &[1, 2, 3, 4], &[]);
}

#[test]
fn a_late_file_is_pending_when_the_row_is_below_it() {
    let mut world = after_up(&[1, 3]);
    world.merge(&[2]);
    assert_eq!(world.dbm_down(1).map(|steps| steps[0].target), Ok(Some(1)));
    world.stands_at(Some(1), &[1], &[]);
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(2));
    world.stands_at(Some(3), &[1, 2, 3], &[]);
}

/// golang-migrate goes down file by file, and so to one that never ran. The row is the truth.
#[test]
fn golang_migrate_goes_down_onto_a_late_file() {
    let mut world = after_up(&[1, 3]);
    world.merge(&[2]);
    world.golang_down(1);
    assert_eq!(world.row.version, Some(2));
    assert_eq!(adoptions(&world), [step(3, Down, 3, 2, false), step(2, Up, 2, 2, true)]);
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(1));
    world.stands_at(Some(3), &[1, 2, 3], &[]);
}

/// Every row has the number of the transaction that restored it.
#[test]
fn a_restored_dump_is_not_touched() {
    let mut world = after_up(&[1, 2, 3]);
    world.restore();
    assert!(!world.history().is_touched(world.xmin));
    world.edit(2, "select 22");
    assert_eq!(world.dbm_up(), Err(Stop::Edited(vec![2])));
    world.edit(2, "select 2");
    world.merge(&[4]);
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(1));
    // From here on the numbers mean something again.
    assert!(!world.history().is_touched(world.xmin));
    world.golang_force(Some(4));
    assert!(world.history().is_touched(world.xmin));
}

/// Transactions have 64 bits in the log and 32 in the row.
#[test]
fn numbers_of_transactions_are_compared_in_32_bits() {
    let mut world = after_up(&[1]);
    let entry = &mut world.log[0];
    entry.xid = (7 << 32) | entry.xmin;
    assert!(!world.history().is_touched(world.xmin));
    assert!(world.history().is_touched(world.xmin.map(|xmin| xmin + 1)));
}

#[test]
fn a_failed_entry_changes_nothing() {
    let mut world = after_up(&[1, 2]);
    world.merge(&[3]);
    world.dbm_fails(3);
    assert!(!world.history().is_touched(world.xmin));
    world.stands_at(Some(2), &[1, 2], &[]);
    // Nor does one alone begin a history.
    let mut world = World::new(&[1]);
    world.dbm_fails(1);
    assert!(!world.history().is_at(State::NONE));
}

/// An older release, with the text that was right before, is no fault.
#[test]
fn a_repair_accepts_the_new_text_and_the_old() {
    let mut world = after_up(&[1, 2]);
    world.edit(1, "select 11");
    assert_eq!(world.dbm_up(), Err(Stop::Edited(vec![1])));
    assert_eq!(world.dbm_repair(), [1]);
    assert_eq!(world.dbm_up(), Ok(vec![]));
    let known = world.history().known(1).cloned().unwrap();
    assert_eq!((known.entry, known.up), (3, Some(Checksum::of("select 11"))));
    world.edit(1, "select 1");
    assert_eq!(world.dbm_up(), Ok(vec![]));
    world.edit(1, "select 111");
    assert_eq!(world.dbm_up(), Err(Stop::Edited(vec![1])));
    // Run again, it is what ran; what was right before is forgotten.
    assert!(world.dbm_down(2).is_ok() && world.dbm_up().is_ok());
    world.edit(1, "select 11");
    assert_eq!(world.dbm_up(), Err(Stop::Edited(vec![1])));
}

#[test]
fn a_repair_of_what_is_not_applied_is_passed_by() {
    let mut world = after_up(&[1]);
    let row = world.row;
    world.add(Action::Repair, None, Some(7), row, row);
    world.add(Action::Repair, None, None, row, row);
    world.stands_at(Some(1), &[1], &[]);
}

#[test]
fn an_empty_log_knows_nothing() {
    let history = History::fold(&[]);
    assert!(!history.is_at(State::NONE) && !history.is_touched(None));
    assert_eq!(
        history.adoptions(&[], State::clean(Some(3))),
        [Adoption::without_a_file(None, Some(3))]
    );
    assert_eq!(history.adoptions(&[1], State::NONE), []);
}
