//! The library as a service uses it: no process, no terminal, texts built in.

mod current;
mod example;
mod services;
mod tracing;

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use dbm::{
    Cause, DatabaseUrl, Direction, Error, Event, Interrupt, Migrator, Outcome, Source, State,
};

use crate::support::database::Database;
use crate::support::locks::Gate;
use crate::support::wait;

fn url(database: &Database) -> DatabaseUrl {
    DatabaseUrl::parse(&database.url(), |_| None).expect("the test's URL")
}

fn open(database: &Database, files: &[(&'static str, &'static str)]) -> Migrator {
    let source = Source::texts(files.iter().copied()).expect("a source");
    Migrator::new(url(database), source)
}

const THREE: [(&str, &str); 5] = [
    ("1_a.up.sql", "create table a (id int)"),
    ("1_a.down.sql", "drop table a"),
    ("2_b.up.sql", "create table b (id int)"),
    ("2_b.down.sql", "drop table b"),
    ("3_c.up.sql", "create table c (id int)"),
];

#[test]
fn the_documented_example_runs() {
    let database = Database::new();
    assert_eq!(example::migrate(&database.url()).expect("first run"), 4);
    assert_eq!(example::migrate(&database.url()).expect("second run"), 0);
    assert_eq!(database.row(), Some((4, false)));
}

#[test]
fn texts_go_up_and_down_and_tell_what_they_do() {
    let database = Database::new();
    let finished = Arc::new(Mutex::new(Vec::new()));
    let hear = finished.clone();
    let mut migrator = open(&database, &THREE).on_event(move |event| {
        if let Event::Finished { file, .. } = event {
            hear.lock().unwrap().push((file.version, file.direction, file.name.clone()));
        }
    });
    assert_eq!(migrator.version().unwrap(), State::NONE);
    let report = migrator.up().unwrap();
    assert_eq!((report.ran, report.left, report.state), (3, 0, State::clean(Some(3))));
    let report = migrator.goto(1).unwrap();
    assert_eq!((report.ran, report.state), (2, State::clean(Some(1))));
    let name = |name: &str| Some(name.to_string());
    assert_eq!(
        *finished.lock().unwrap(),
        [
            (1, Direction::Up, name("a")),
            (2, Direction::Up, name("b")),
            (3, Direction::Up, name("c")),
            // There is no down file of the third: only the version moves.
            (3, Direction::Down, None),
            (2, Direction::Down, name("b")),
        ]
    );
    assert_eq!(database.tables(), ["public.a", "public.c", "public.schema_migrations"]);
    migrator.force(None).unwrap();
    assert_eq!(migrator.version().unwrap(), State::NONE);
    assert_eq!(database.advisory_locks(), []);
}

#[test]
fn a_failure_is_typed_and_says_where_and_what_became_of_it() {
    let database = Database::new();
    let files = [("1_a.up.sql", "create table a (id int)"), ("2_b.up.sql", "select 1;\nselect é")];
    let error = open(&database, &files).up().expect_err("a broken file");
    let Error::Failed(failure) = error else { panic!("{error}") };
    let at = failure.at.clone().expect("a place");
    assert_eq!((failure.version, at.line, at.column, at.text.as_str()), (2, 2, 8, "select é"));
    assert_eq!(failure.outcome, Outcome::Unchanged(State::clean(Some(1))));
    assert!(matches!(&failure.cause, Cause::Server(server) if server.code == "42703"));
    assert_eq!(database.row(), Some((1, false)));
}

#[test]
fn a_lost_session_is_opened_again_by_the_next_call() {
    let database = Database::new();
    let mut migrator = open(&database, &THREE);
    assert_eq!(migrator.version().unwrap(), State::NONE);
    database.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity \
         where datname = current_database() and application_name = 'dbm'",
    );
    assert_eq!(migrator.up().unwrap().ran, 3);
}

#[test]
fn a_run_is_interrupted_between_two_files() {
    let database = Database::new();
    let interrupt = Interrupt::new();
    let left = Arc::new(Mutex::new(None));
    let (stop, seen) = (interrupt.clone(), left.clone());
    let mut migrator =
        open(&database, &THREE).interrupt(interrupt).on_event(move |event| match event {
            Event::Finished { file, .. } if file.version == 2 => stop.stop(),
            Event::Stopped { left } => *seen.lock().unwrap() = Some(*left),
            _ => {}
        });
    let report = migrator.up().unwrap();
    let left = *left.lock().unwrap();
    assert_eq!((report.ran, report.left, left), (2, 1, Some(1)));
    assert_eq!(database.row(), Some((2, false)));
}

#[test]
fn a_running_file_is_cancelled_from_another_thread() {
    let database = Database::new();
    let interrupt = Interrupt::new();
    let files = [("1_a.up.sql", "create table a (id int); select pg_sleep(600)")];
    let mut migrator = open(&database, &files).interrupt(interrupt.clone());
    let (sender, receiver) = channel();
    let runner = thread::spawn(move || {
        let result = migrator.up();
        sender.send(()).expect("the test listens");
        result
    });
    wait::until_true("the file to run", || {
        database.number(
            "select count(*) from pg_stat_activity where wait_event = 'PgSleep' \
             and datname = current_database()",
        ) == 1
    });
    interrupt.cancel();
    receiver.recv_timeout(Duration::from_secs(60)).expect("the run ends");
    let error = runner.join().expect("no panic").expect_err("a cancelled file");
    let Error::Failed(failure) = error else { panic!("{error}") };
    assert_eq!(failure.outcome, Outcome::Unchanged(State::NONE));
    assert_eq!(database.tables(), ["public.schema_migrations"]);
}

#[test]
fn it_works_inside_an_asynchronous_program() {
    let database = Database::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let ran = runtime.block_on(async {
        let mut migrator = open(&database, &THREE);
        migrator.up().map(|report| report.ran)
    });
    assert_eq!(ran.unwrap(), 3);
}

/// Inside a runtime a command runs whole on one thread beside it, and not a thread for each answer.
#[test]
fn inside_a_runtime_a_command_has_one_thread() {
    let database = Database::new();
    let threads = Arc::new(Mutex::new(Vec::new()));
    let seen = threads.clone();
    let mut migrator = open(&database, &THREE)
        .on_event(move |_| seen.lock().unwrap().push(thread::current().id()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let ran = runtime.block_on(async {
        dbm::ping(&url(&database)).expect("a session");
        migrator.up()
    });
    assert_eq!(ran.unwrap().ran, 3);
    let mut threads = threads.lock().unwrap().clone();
    assert!(threads.len() >= 9, "{threads:?}");
    threads.dedup();
    assert_eq!(threads.len(), 1, "{threads:?}");
    assert_ne!(threads[0], thread::current().id());
}

#[test]
fn events_and_errors_can_be_printed() {
    let database = Database::new();
    let said = Arc::new(Mutex::new(Vec::new()));
    let hear = said.clone();
    let files = [("1_a.up.sql", "create table a (id int)"), ("2_b.up.sql", "select nope")];
    let mut migrator =
        open(&database, &files).on_event(move |event| hear.lock().unwrap().push(event.to_string()));
    let error = migrator.up().expect_err("a broken file");
    let said = said.lock().unwrap();
    assert!(said.iter().any(|line| line.starts_with("1/u a (")), "{said:?}");
    assert!(said.contains(&"running 2/u b".to_string()), "{said:?}");
    let source = std::error::Error::source(&error).expect("a source");
    assert_eq!(source.to_string(), "column \"nope\" does not exist");
}

#[test]
fn warnings_and_notices_of_the_server_are_events() {
    let database = Database::new();
    let files = [("1_a.up.sql", "do $$ begin raise warning 'w'; raise notice 'n'; end $$")];
    let said = Arc::new(Mutex::new(Vec::new()));
    let hear = said.clone();
    let mut migrator = open(&database, &files).on_event(move |event| {
        if let Event::Notice(notice) = event {
            hear.lock().unwrap().push((notice.severity.clone(), notice.message.clone()));
        }
    });
    migrator.up().unwrap();
    let pair = |severity: &str, message: &str| (severity.to_string(), message.to_string());
    assert_eq!(*said.lock().unwrap(), [pair("WARNING", "w"), pair("NOTICE", "n")]);
}

/// What a service needs for a line of progress: how many files there are, and what one waits for.
#[test]
fn a_file_that_runs_for_long_tells_what_it_waits_for() {
    let database = Database::new();
    let gate = Gate::close(database.client());
    let holder = database.advisory_locks()[0].1;
    let files = [("1_a.up.sql", "select 1"), ("2_b.up.sql", Gate::SQL)];
    let (sender, events) = channel();
    let mut migrator =
        open(&database, &files).on_event(move |event| sender.send(event.clone()).unwrap());
    let run = thread::spawn(move || migrator.up());
    let next = |is_it: fn(&Event) -> bool| {
        std::iter::repeat_with(|| events.recv_timeout(wait::DEADLINE).expect("an event"))
            .find(is_it)
    };
    let planned = next(|event| matches!(event, Event::Planned { .. }));
    assert_eq!(planned, Some(Event::Planned { files: 2, from: State::NONE }));
    let running = next(|event| matches!(event, Event::Running { .. }));
    let Some(Event::Running { file, ran, waits_for, builds }) = running else { panic!() };
    assert_eq!((file.version, builds), (2, None));
    assert!(ran >= Duration::from_secs(5), "{ran:?}");
    assert_eq!(waits_for.iter().map(|holder| holder.pid).collect::<Vec<_>>(), [holder]);
    gate.open();
    assert_eq!(run.join().unwrap().unwrap().ran, 2);
}
