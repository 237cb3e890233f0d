//! A program that does not migrate refuses to start on another schema than its own.

use std::sync::{Arc, Mutex};

use dbm::{Error, Event, Migrator, Source, State};

use crate::history::role::Role;
use crate::library::{THREE, open};
use crate::support::Database;
use crate::support::locks;

fn require(database: &Database, files: &[(&'static str, &'static str)]) -> Result<State, Error> {
    open(database, files).require_current()
}

#[test]
fn what_is_pending_is_named_and_nothing_is_run() {
    let database = Database::new();
    let error = require(&database, &THREE).expect_err("a fresh database");
    assert!(
        matches!(&error, Error::Pending { versions, state } if versions == &[1, 2, 3] && *state == State::NONE),
        "{error:?}"
    );
    assert_eq!(error.to_string(), "migrations are pending: 1, 2, 3 (none has been applied)");
    assert_eq!(database.tables(), [""; 0]);

    open(&database, &THREE[..2]).up().expect("the first file");
    let error = require(&database, &THREE).expect_err("two files are left");
    assert_eq!(error.to_string(), "migrations are pending: 2, 3 (the database is at version 1)");
    assert_eq!(database.row(), Some((1, false)));
}

#[test]
fn where_up_would_have_nothing_to_do_it_is_current() {
    let database = Database::new();
    open(&database, &THREE).up().expect("three files");
    assert_eq!(require(&database, &THREE).expect("current"), State::clean(Some(3)));
    let error = require(&database, &[]).expect_err("no file at all");
    assert!(matches!(error, Error::Ahead { version: 3, newest: None, .. }), "{error:?}");
    let error = require(&Database::new(), &[]).expect_err("no file at all");
    assert!(matches!(error, Error::EmptySource), "{error:?}");
}

/// It waits for nobody: a run in progress holds the lock.
#[test]
fn it_takes_no_lock_and_needs_no_right_but_to_read() {
    let database = Database::new();
    open(&database, &THREE).up().expect("three files");
    let role = Role::new(&database);
    database.execute(&format!("GRANT SELECT ON schema_migrations TO {}", role.name));
    let mut holder = database.client();
    let id = locks::id(&format!("/{}", database.name()), "public", "schema_migrations");
    holder.execute("SELECT pg_advisory_lock($1)", &[&id]).expect("hold the lock");
    let url = dbm::DatabaseUrl::parse(&role.url(&database), |_| None).expect("the role's URL");
    let source = Source::texts(THREE).expect("a source");
    let state = Migrator::new(url, source).require_current().expect("current");
    assert_eq!(state, State::clean(Some(3)));
}

#[test]
fn a_database_that_is_ahead_is_refused_unless_that_is_allowed() {
    let database = Database::new();
    open(&database, &THREE).up().expect("three files");
    let older = &THREE[..4];
    type Command = fn(&mut Migrator) -> Result<State, Error>;
    let runs: [Command; 2] = [
        |migrator| migrator.require_current(),
        |migrator| migrator.up().map(|report| report.state),
    ];
    for run in runs {
        let error = run(&mut open(&database, older)).expect_err("an older release");
        assert!(
            matches!(error, Error::Ahead { version: 3, newest: Some(2), is_kept: false }),
            "{error:?}"
        );
        assert_eq!(
            error.to_string(),
            "the database is at version 3, which is newer than all migrations here (the newest is 2)"
        );
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hear = heard.clone();
        let mut migrator = open(&database, older)
            .allow_newer(true)
            .on_event(move |event| hear.lock().unwrap().push(event.clone()));
        assert_eq!(run(&mut migrator).expect("allowed"), State::clean(Some(3)));
        let ahead = Event::Ahead { version: 3, newest: Some(2) };
        assert!(heard.lock().unwrap().contains(&ahead), "{heard:?}");
    }
}

#[test]
fn what_would_stop_up_stops_it() {
    let database = Database::new();
    open(&database, &THREE).up().expect("three files");

    let mut edited = THREE;
    edited[2].1 = "create table b (id bigint)";
    let error = require(&database, &edited).expect_err("an edited file");
    assert!(matches!(&error, Error::Edited { files, .. } if files[0].version == 2), "{error:?}");
    let mut migrator = open(&database, &edited).allow_edited(true);
    assert_eq!(migrator.require_current().expect("allowed"), State::clean(Some(3)));

    let late = [&THREE[..4], &[("4_d.up.sql", "create table d ()")]].concat();
    let newer = [&late[..], &THREE[4..], &[("5_e.up.sql", "create table e ()")]].concat();
    let error = require(&database, &newer).expect_err("4 and 5 are to run");
    assert!(matches!(&error, Error::Pending { versions, .. } if versions == &[4, 5]), "{error:?}");
    let without_4 = [&THREE[..], &[("5_e.up.sql", "create table e ()")]].concat();
    open(&database, &without_4).up().expect("the fifth file");
    let error = require(&database, &newer).expect_err("4 was left behind");
    assert!(matches!(&error, Error::Late { files, .. } if files[0].0 == 4), "{error:?}");
    let error =
        open(&database, &newer).allow_late(true).require_current().expect_err("4 would run");
    assert!(matches!(&error, Error::Pending { versions, .. } if versions == &[4]), "{error:?}");

    database.set_row(3, true);
    let error = require(&database, &THREE).expect_err("a dirty row");
    assert!(matches!(error, Error::Dirty { .. }), "{error:?}");
    // Nor is a version in the middle that has no file here.
    database.set_row(2, false);
    let without_2 = [&THREE[..2], &THREE[4..]].concat();
    let error = require(&database, &without_2).expect_err("2 has no file");
    assert!(
        matches!(error, Error::NoMigrationFor { version: 2, is_applied: true, .. }),
        "{error:?}"
    );
}
