//! Entries that do not begin where the ones before them ended, and those that tell no more than where
//! the row was and is.

use crate::history::Action;
use crate::history::tests::named::{adoptions, after_up, step};
use crate::migration::Direction::{Down, Up};
use crate::migration::State;

fn other(word: &str) -> Action {
    Action::Other(word.to_string())
}

/// Something that a newer version does: it moves the row, and nobody knows by which files.
#[test]
fn entries_of_a_newer_dbm_are_jumps() {
    let mut world = after_up(&[1]);
    world.merge(&[2, 3]);
    let (from, to) = (world.row, State::clean(Some(3)));
    world.row = to;
    world.add(other("baseline"), None, Some(3), from, to);
    assert!(world.history().is_at(to) && world.late().is_empty());
    assert_eq!(adoptions(&world), [step(2, Up, 3, 3, false), step(3, Up, 3, 3, false)]);
    world.find();
    world.stands_at(Some(3), &[1, 2, 3], &[]);
    world.row = State::clean(Some(1));
    world.add(other("squash"), Some(Up), Some(1), to, world.row);
    world.stands_at(Some(1), &[1], &[]);
    // One that moves nothing changes nothing.
    world.add(other("note"), None, None, world.row, world.row);
    world.stands_at(Some(1), &[1], &[]);
}

/// Files that were run while the log could not be written, and then it could again.
#[test]
fn entries_with_a_gap_between_them_are_a_jump() {
    let mut world = after_up(&[1, 2, 3, 4]);
    world.log.retain(|entry| ![2, 3].contains(&entry.id));
    assert_eq!(world.known(), [1, 4]);
    assert_eq!(world.late(), [], "nobody knows whether 2 and 3 ran");
    world.find();
    world.stands_at(Some(4), &[1, 2, 3, 4], &[]);
}

/// A stretch of which nothing is known ends where the row came down to.
#[test]
fn what_was_passed_again_is_known() {
    let [one, three, five, six] = [1, 3, 5, 6].map(|version| State::clean(Some(version)));
    for is_undone in [true, false] {
        let mut world = after_up(&[1]);
        world.add(other("squash"), None, None, one, five);
        match is_undone {
            true => world.add(Action::Run, Some(Down), Some(5), five, three),
            false => world.add(other("squash"), None, None, five, three),
        };
        world.add(Action::Run, Some(Up), Some(6), three, six);
        world.row = six;
        world.merge(&[2, 3, 4, 5, 6]);
        // 2 and 3 may have run; 4 and 5 have not, or they were undone.
        world.find();
        world.stands_at(Some(6), &[1, 2, 3, 6], &[4, 5]);
    }
}

/// A dirty row is where somebody stumbled: here on the way down from 3.
#[test]
fn a_dirty_row_is_no_place_to_have_been() {
    let mut world = after_up(&[1, 2, 3]);
    let dirty = State { version: Some(2), dirty: true };
    world.add(other("resolve"), None, None, dirty, State::clean(Some(3)));
    world.stands_at(Some(3), &[1, 2, 3], &[]);
}

/// The log is further up than the row, and knows of nothing that lies between.
#[test]
fn forced_back_onto_a_file_that_is_new() {
    let mut world = after_up(&[1, 2]);
    world.dbm_force(Some(5));
    world.merge(&[3]);
    world.golang_force(Some(3));
    assert_eq!(adoptions(&world), [step(3, Up, 5, 3, false)]);
    world.find();
    world.stands_at(Some(3), &[1, 2, 3], &[]);
}
