//! `dbm wait`, and `-wait N` before any command: until the server accepts connections, and not
//! where waiting cannot help.

use crate::support::cluster::{Cluster, TRUSTING};
use crate::support::doorkeeper::{Answer, Doorkeeper};
use crate::support::tls::{PASSWORD, servers};
use crate::support::{Database, Folder, Run, address, servant};

/// What passes: nobody there yet, and a server on its way up or down.
const PASSING: [Answer; 5] = [
    Answer::Reset,
    STARTING,
    Answer::Reset,
    Answer::Error("57P03", "the database system is in recovery mode"),
    Answer::Error("57P03", "the database system is shutting down"),
];
const STARTING: Answer = Answer::Error("57P03", "the database system is starting up");

fn wait() -> Run {
    Run::dbm().args(["wait", "-timeout", "600"])
}

/// Through a doorkeeper to the test server.
fn through(keeper: &Doorkeeper, db: &Database) -> String {
    address::through(keeper.port(), &db.url())
}

#[test]
fn until_it_is_let_in() {
    let db = Database::new();
    let keeper = Doorkeeper::new(&PASSING, Some(address::of_server()));
    wait().url(through(&keeper, &db)).output().assert_status(0);
    assert!(keeper.callers() > PASSING.len(), "{} callers", keeper.callers());
    assert!(db.tables().is_empty(), "it looks, and does nothing");
}

/// Docker's proxy takes the connection and closes it for as long as nobody listens behind it.
#[test]
fn until_it_is_not_hung_up_on() {
    let db = Database::new();
    let keeper = Doorkeeper::new(&[Answer::Close; 3], Some(address::of_server()));
    wait().url(through(&keeper, &db)).output().assert_status(0);
    assert!(keeper.callers() > 3, "{} callers", keeper.callers());
}

/// Flags stand where they like.
#[test]
fn spelt_as_the_other_flags() {
    let db = Database::new();
    for args in [&["wait"][..], &["wait", "--timeout", "9"], &["wait", "-timeout=9"]] {
        Run::dbm().db(&db).args(args.iter().copied()).output().assert_status(0);
        Run::dbm().args(args.iter().copied()).db(&db).output().assert_status(0);
    }
    Run::dbm().db(&db).args(["wait", "-timeout", "soon"]).output().assert_status(2);
}

#[test]
fn until_a_server_is_started() {
    let cluster = Cluster::make(&[], TRUSTING);
    let run = wait().url(cluster.url("postgres", "postgres?sslmode=disable")).spawn();
    cluster.start();
    run.finish().assert_status(0);
}

/// The same before any command.
#[test]
fn before_a_command() {
    let (db, folder) = (Database::new(), Folder::four());
    let keeper = Doorkeeper::new(&PASSING, Some(address::of_server()));
    Run::dbm()
        .args(["-wait", "600"])
        .url(through(&keeper, &db))
        .path(&folder)
        .arg("up")
        .stderr("1/u a (TIME)\n2/u b (TIME)\n3/u c (TIME)\n4/u d (TIME)\n")
        .check_essence();
    let keeper = Doorkeeper::new(&PASSING, Some(address::of_server()));
    Run::dbm()
        .url(through(&keeper, &db))
        .path(&folder)
        .args(["version", "--wait=600"])
        .stderr("4\n")
        .check_essence();
}

/// Without it nothing is tried again.
#[test]
fn only_when_asked_to() {
    let (db, folder) = (Database::new(), Folder::four());
    let keeper = Doorkeeper::new(&PASSING, Some(address::of_server()));
    Run::dbm().url(through(&keeper, &db)).path(&folder).arg("up").output().assert_status(1);
    assert_eq!(db.row(), None);
}

/// With an hour to wait it ends at once, which the deadline of every process sees to.
#[test]
fn not_where_waiting_cannot_help() {
    let plain = &servers().plain;
    for (url, words) in [
        (plain.url("scram:wr0ng-2288", "app"), "password authentication failed"),
        (plain.url("scram", "app"), "password"),
        (plain.url("no_such_role", "app"), "does not exist"),
        (plain.url("nobody_here", "app"), "pg_hba.conf"),
        (plain.url("trusted", "app?sslmode=require"), "S"),
        (plain.url("trusted", "app?sslmode=nonsense"), "sslmode"),
    ] {
        let output = Run::dbm().url(&url).args(["wait", "-timeout", "3600"]).output();
        output.assert_status(1).assert_says(words).assert_silent_about("wr0ng-2288");
        let folder = Folder::four();
        Run::dbm()
            .url(&url)
            .path(&folder)
            .args(["-wait", "3600", "up"])
            .output()
            .assert_status(1)
            .assert_says(words);
    }
}

#[test]
fn until_the_time_is_over() {
    let port = servant::port();
    for host in [format!("127.0.0.1:{port}"), format!("no-such-host.invalid:{port}")] {
        let url = format!("postgres://scram:{PASSWORD}@{host}/app?sslmode=disable");
        for args in [&["wait", "-timeout", "1"][..], &["-wait", "1", "version"]] {
            let folder = Folder::four();
            let output = Run::dbm().url(&url).path(&folder).args(args.iter().copied()).output();
            output.assert_status(1).assert_silent_about(PASSWORD);
            assert!(output.essence().starts_with("error: "), "{output}");
            output.assert_says(host.split(':').next().expect("a host"));
        }
    }
}

/// A server that takes the connection and is silent is one that is not there yet.
#[test]
fn until_somebody_answers() {
    let db = Database::new();
    let keeper = Doorkeeper::new(&[Answer::Silence; 2], Some(address::of_server()));
    let url = format!("{}&connect_timeout=1", through(&keeper, &db));
    wait().url(url).output().assert_status(0);
    assert!(keeper.callers() > 2, "{} callers", keeper.callers());
}

/// Signals end it.
#[test]
fn until_it_is_interrupted() {
    let keeper = Doorkeeper::new(&[STARTING], None);
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        let before = keeper.callers();
        let run = wait()
            .url(format!("postgres://u@127.0.0.1:{}/app?sslmode=disable", keeper.port()))
            .spawn();
        // By its second call it is surely in its waiting.
        crate::support::wait::until_true("two calls", || keeper.callers() >= before + 2);
        run.signal(signal);
        let output = run.finish();
        // There is nothing to finish: it may as well die of the signal, which a shell calls the same.
        assert!(output.status.is_none_or(|found| found == status), "{output}");
    }
}
