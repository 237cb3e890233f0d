//! Every row of the contract's table of commands, from several states, on twin databases.

use crate::interop::twins::{Level, Twins, Typed};
use crate::support::{Database, Folder};

/// What is typed after `-path … -database …`, and what is answered.
struct Case(&'static [&'static str], &'static str, Level);

const CASES: &[Case] = &[
    same(&["version"]),
    same(&["up"]),
    same(&["up", "0"]),
    same(&["up", "1"]),
    same(&["up", "2"]),
    same(&["up", "4"]),
    same(&["up", "9"]),
    same(&["up", "01"]),
    same(&["up", "x"]),
    same(&["up", "+1"]),
    same(&["up", "1.5"]),
    same(&["up", ""]),
    same(&["up", "99999999999999999999"]),
    same(&["up", "1", "zzz"]),
    same(&["down", "0"]),
    same(&["down", "1"]),
    same(&["down", "2"]),
    same(&["down", "9"]),
    same(&["down", "-all"]),
    same(&["down", "x"]),
    same(&["down", "-all", "1"]),
    same(&["down", "1", "2"]),
    same(&["down", "1", "-all"]),
    answered(&["down"], "y\n"),
    answered(&["down"], "Y\n"),
    answered(&["down"], "n\n"),
    // Not `yes`, which dbm takes for one, see `commands::prompts`.
    answered(&["down"], "yup\n"),
    answered(&["down"], ""),
    answered(&["down"], "\n"),
    answered(&["down"], "y"),
    answered(&["down"], " y \n"),
    same(&["goto", "0"]),
    same(&["goto", "1"]),
    same(&["goto", "2"]),
    same(&["goto", "3"]),
    same(&["goto", "4"]),
    same(&["goto", "9"]),
    same(&["goto", "x"]),
    same(&["goto"]),
    same(&["goto", "2", "zzz"]),
    usage(&["goto", "-1"]),
    same(&["force", "0"]),
    same(&["force", "2"]),
    same(&["force", "77"]),
    same(&["force", "9223372036854775807"]),
    same(&["force", "9223372036854775808"]),
    same(&["force", "--", "-1"]),
    same(&["force", "--", "-2"]),
    same(&["force", "x"]),
    same(&["force"]),
    same(&["drop", "-f"]),
    answered(&["drop"], "y\n"),
    answered(&["drop"], "Y\n"),
    answered(&["drop"], "n\n"),
    answered(&["drop"], "yup\n"),
    answered(&["drop"], ""),
    usage(&[]),
    usage(&["nonsense"]),
    usage(&["-nonsense", "up"]),
    usage(&["up", "-nonsense"]),
    usage(&["up", "-1"]),
    usage(&["down", "-nonsense"]),
    usage(&["up", "-help"]),
    usage(&["down", "-help"]),
    usage(&["goto", "-help"]),
    usage(&["force", "-help"]),
    usage(&["drop", "-help"]),
    usage(&["create", "-help"]),
    usage(&["up", "-h"]),
    usage(&["-h"]),
    usage(&["-help"]),
    usage(&["--help"]),
];

/// The rows that say more with `-verbose`.
const VERBOSE: &[Case] = &[
    same(&["version"]),
    same(&["up"]),
    same(&["up", "1"]),
    same(&["up", "9"]),
    same(&["up", "0"]),
    same(&["up", "x"]),
    same(&["down", "1"]),
    same(&["down", "9"]),
    same(&["down", "-all"]),
    answered(&["down"], "y\n"),
    answered(&["down"], "n\n"),
    same(&["goto", "1"]),
    same(&["goto", "3"]),
    same(&["goto", "9"]),
    same(&["force", "2"]),
    same(&["force", "x"]),
    same(&["drop", "-f"]),
    answered(&["drop"], "y\n"),
    answered(&["drop"], "n\n"),
];

const fn same(args: &'static [&'static str]) -> Case {
    Case(args, "", Level::Same)
}

const fn answered(args: &'static [&'static str], answer: &'static str) -> Case {
    Case(args, answer, Level::Same)
}

const fn usage(args: &'static [&'static str]) -> Case {
    Case(args, "", Level::Usage)
}

/// A database in some state, made without either tool.
type State = fn(&Database);

fn fresh(_: &Database) {}

fn at_two_of_four(database: &Database) {
    database.execute("CREATE TABLE a (id int); CREATE TABLE b (id int)");
    database.set_row(2, false);
}

fn at_the_top(database: &Database) {
    for table in ["a", "b", "c", "d"] {
        database.execute(&format!("CREATE TABLE {table} (id int)"));
    }
    database.set_row(4, false);
}

fn dirty_at_one(database: &Database) {
    database.execute("CREATE TABLE a (id int)");
    database.set_row(1, true);
}

fn at_a_version_without_file(database: &Database) {
    database.set_row(77, false);
}

fn dirty_at_none(database: &Database) {
    database.set_row(-1, true);
}

/// Every case from this state, each on a database that was put back to it.
fn all(test: &str, state: State) {
    let Some(mut twins) = Twins::new(test) else {
        return;
    };
    let folder = Folder::four();
    let plain = CASES.iter().map(|case| (case, Typed::command(case.0)));
    let verbose = VERBOSE.iter().map(|case| (case, Typed::verbose(case.0)));
    for (Case(_, answer, level), typed) in plain.chain(verbose) {
        twins.clear();
        state(&twins.ours);
        state(&twins.theirs);
        twins.compare(&folder, &typed.stdin(answer), *level);
    }
    twins.finish();
}

#[test]
fn on_a_fresh_database() {
    all("on_a_fresh_database", fresh);
}

#[test]
fn half_way() {
    all("half_way", at_two_of_four);
}

#[test]
fn with_all_applied() {
    all("with_all_applied", at_the_top);
}

#[test]
fn on_a_dirty_row() {
    all("on_a_dirty_row", dirty_at_one);
}

#[test]
fn at_a_row_that_has_no_file() {
    all("at_a_row_that_has_no_file", at_a_version_without_file);
}

#[test]
fn on_the_dirty_row_of_a_failed_first_down() {
    all("on_the_dirty_row_of_a_failed_first_down", dirty_at_none);
}

/// A version table that the reference made and left empty is not the same as no table at all.
#[test]
fn with_an_empty_version_table() {
    all("with_an_empty_version_table", |database| {
        database.set_row(1, false);
        database.execute("DELETE FROM schema_migrations");
    });
}
