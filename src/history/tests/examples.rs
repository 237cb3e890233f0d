//! What people do with both tools, step by step, and what `up` says then.

use crate::history::tests::world::{Allowed, Stop, World};
use crate::migration::{State, Version};
use crate::plan::Goal;

/// `dbm` has run these.
fn after_up(versions: &[Version]) -> World {
    let mut world = World::new(versions);
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(versions.len()));
    world.stands_at(versions.last().copied(), versions, &[]);
    world
}

#[test]
fn golang_migrate_ran_everything() {
    let mut world = World::new(&[1, 2, 3]);
    world.golang_up(2);
    world.find();
    world.stands_at(Some(2), &[1, 2], &[]);
    assert!(world.history().known(1).is_some_and(|known| known.is_adopted));
    // From now on a file between the two is late.
    world.merge(&[0]);
    world.stands_at(Some(2), &[1, 2], &[0]);
}

#[test]
fn golang_migrate_went_up_past_a_late_file() {
    let mut world = after_up(&[1, 3]);
    world.merge(&[2, 4, 5]);
    world.golang_up(2);
    assert_eq!(world.dbm_up(), Err(Stop::Late(vec![2])));
    world.stands_at(Some(5), &[1, 3, 4, 5], &[2]);
    assert!(!world.history().known(3).unwrap().is_adopted);
}

/// What is above the row is not applied, so it may be edited, and nothing is late.
#[test]
fn golang_migrate_went_down() {
    let mut world = after_up(&[1, 2, 3]);
    world.golang_down(2);
    world.edit(2, "select 22");
    world.merge(&[4]);
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(3));
    world.stands_at(Some(4), &[1, 2, 3, 4], &[]);
    world.golang_down(4);
    world.find();
    world.stands_at(None, &[], &[]);
}

/// The row is where the log left it: nothing is adopted, and what differs stops `up`.
#[test]
fn golang_migrate_went_away_and_back() {
    let mut world = after_up(&[1, 2, 3]);
    world.golang_down(1);
    world.golang_up(1);
    assert_eq!(world.dbm_up(), Ok(vec![]));
    assert_eq!(world.log.len(), 3);
    world.golang_down(1);
    world.edit(3, "select 33");
    world.golang_up(1);
    assert_eq!(world.dbm_up(), Err(Stop::Edited(vec![3])));
    assert_eq!(world.dbm_repair(), [3]);
    assert_eq!(world.dbm_up(), Ok(vec![]));
}

/// The same with a file more: the row is not where the log left it, and 3 is known all the same.
#[test]
fn golang_migrate_ran_an_edited_file_again_and_one_more() {
    let mut world = after_up(&[1, 2, 3]);
    world.golang_down(1);
    world.edit(3, "select 33");
    world.merge(&[4]);
    world.golang_up(2);
    assert_eq!(world.dbm_up(), Err(Stop::Edited(vec![3])));
    world.stands_at(Some(4), &[1, 2, 3, 4], &[]);
}

/// It ran 2, and the log did not see it.
#[test]
fn golang_migrate_ran_a_late_file_on_its_way_back() {
    let mut world = after_up(&[1, 3]);
    world.golang_down(1);
    world.merge(&[2]);
    world.golang_up(2);
    assert!(world.ran.contains_key(&2));
    assert_eq!(world.dbm_up(), Err(Stop::Late(vec![2])));
}

#[test]
fn dbm_forces_the_row() {
    let mut world = after_up(&[1, 2, 3]);
    world.merge(&[4, 5, 6]);
    for (to, known) in
        [(Some(5), &[1, 2, 3, 4, 5][..]), (Some(2), &[1, 2]), (None, &[]), (Some(3), &[1, 2, 3])]
    {
        world.dbm_force(to);
        world.stands_at(to, known, &[]);
    }
    assert_eq!(world.dbm_up().map(|steps| steps.len()), Ok(3));
    world.stands_at(Some(6), &[1, 2, 3, 4, 5, 6], &[]);
}

#[test]
fn golang_migrate_forces_the_row() {
    let mut world = after_up(&[1, 2, 3]);
    world.merge(&[4, 5]);
    for (to, known) in [(Some(5), &[1, 2, 3, 4, 5][..]), (Some(2), &[1, 2]), (None, &[])] {
        world.golang_force(to);
        world.find();
        world.stands_at(to, known, &[]);
    }
}

/// golang-migrate took 2 and 3 down, and `force` says that they are applied: with the texts of now.
#[test]
fn force_adopts_what_was_rolled_back_before() {
    let mut world = after_up(&[1, 2, 3]);
    world.golang_down(2);
    world.edit(2, "select 22");
    world.dbm_force(Some(3));
    assert_eq!(world.dbm_up(), Ok(vec![]));
}

/// `force` does not adopt what the log knows: an edit stays one.
#[test]
fn force_takes_no_text_as_it_is_that_is_known() {
    let mut world = after_up(&[1, 2, 3]);
    world.edit(2, "select 22");
    world.dbm_force(Some(3));
    assert_eq!(world.dbm_up(), Err(Stop::Edited(vec![2])));
    // Nor after golang-migrate left a dirty row.
    world.merge(&[4]);
    world.golang_fails();
    world.dbm_force(Some(3));
    assert_eq!(world.dbm_up(), Err(Stop::Edited(vec![2])));
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

/// A newer release has gone on; this folder does not know with which files. The newer one does.
#[test]
fn an_older_checkout_adopts_no_file() {
    let mut world = after_up(&[1, 2, 3]);
    world.merge(&[4, 5]);
    world.golang_up(2);
    world.checkout(&[1, 2, 3]);
    assert_eq!(world.dbm_up(), Err(Stop::NoMigration(5)));
    assert_eq!(world.log.len(), 3);
    world.dbm_force(Some(5));
    world.merge(&[4, 5]);
    assert_eq!(world.dbm_up(), Ok(vec![]));
    world.stands_at(Some(5), &[1, 2, 3, 4, 5], &[]);
}

/// The texts are in the log.
#[test]
fn an_older_checkout_goes_down_from_a_newer_version() {
    let mut world = after_up(&[1, 2, 3, 4]);
    world.checkout(&[1, 2]);
    assert_eq!(world.dbm_up(), Err(Stop::NoMigration(4)));
    assert_eq!(world.dbm_down(2).map(|steps| steps.len()), Ok(2));
    world.stands_at(Some(2), &[1, 2], &[]);
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

/// A file between two that were run is late, whichever tool ran them. A run down goes past it.
#[test]
fn a_file_is_merged_late() {
    let mut world = after_up(&[1, 3]);
    world.merge(&[2]);
    world.stands_at(Some(3), &[1, 3], &[2]);
    assert_eq!(world.dbm_up(), Err(Stop::Late(vec![2])));
    world.merge(&[4]);
    world.golang_up(1);
    assert_eq!(world.dbm_up(), Err(Stop::Late(vec![2])));
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

/// An older release, with the text that was right before, is no fault.
#[test]
fn a_repair_accepts_the_new_text_and_the_old() {
    let mut world = after_up(&[1, 2]);
    world.edit(1, "select 11");
    assert_eq!(world.dbm_up(), Err(Stop::Edited(vec![1])));
    assert_eq!(world.dbm_repair(), [1]);
    for text in ["select 11", "select 1"] {
        world.edit(1, text);
        assert_eq!(world.dbm_up(), Ok(vec![]));
    }
    world.edit(1, "select 111");
    assert_eq!(world.dbm_up(), Err(Stop::Edited(vec![1])));
}
