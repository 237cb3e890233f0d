//! Errors that name their cause: who cancelled, that the connection is gone, that nothing can be
//! written, what is too long.

use crate::support::locks::Gate;
use crate::support::sessions::Sessions;
use crate::support::{Database, Folder, Run};

/// The role's own `statement_timeout` is among those that may have done it.
#[test]
fn a_statement_timeout_of_the_database() {
    let db = Database::new();
    db.execute(&format!("ALTER DATABASE {} SET statement_timeout = '300ms'", db.name()));
    let folder = Folder::new().file("1_a.up.sql", "SELECT pg_sleep(30)");
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output
        .assert_status(1)
        .assert_line("hint: ", "nothing of 1_a.up.sql was applied")
        .assert_line("hint: ", "a statement_timeout of the role, the database or the server");
}

/// `in line 0: SELECT …` is how golang-migrate reports what the server refused; this is no refusal.
#[test]
fn a_connection_that_is_lost_between_files() {
    let (db, folder) = (Database::new(), Folder::four());
    let mut holder = db.client();
    holder.execute("SELECT pg_advisory_lock($1)", &[&db.cli_lock()]).expect("take the lock");
    let mut run = Run::dbm().db(&db).path(&folder).arg("up").spawn();
    run.wait_for("waiting for the migration lock");
    let mut sessions = Sessions::of(&db);
    for pid in sessions.pids() {
        sessions.terminate(pid);
    }
    let output = run.finish();
    output
        .assert_status(1)
        .assert_line("error: connection lost: ", "")
        .assert_line("hint: no file was being run", "to wait for it: dbm wait")
        .assert_silent_about("line 0")
        .assert_silent_about("pg_try_advisory_lock");
}

#[test]
fn a_server_that_takes_no_writes() {
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm().db(&db).path(&folder).args(["up", "2"]).output().assert_status(0);
    db.execute(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", db.name()));
    for words in [&["up"][..], &["down", "1"], &["goto", "4"], &["force", "1"], &["drop", "-f"]] {
        let output = Run::dbm().db(&db).path(&folder).args(words.iter().copied()).output();
        output
            .assert_status(1)
            .assert_line("error: nothing can be written, for the session is read-only: ", "")
            .assert_line("hint: is this server a standby?", "target_session_attrs=read-write")
            .assert_silent_about("fix the file");
        assert_eq!(db.row(), Some((2, false)), "{output}");
    }
}

/// PostgreSQL hangs up on more than 10,000 bytes, which looks as if nobody were there.
#[test]
fn settings_that_are_too_long() {
    let (db, folder) = (Database::new(), Folder::four());
    let long = "x".repeat(100_000);
    let base = db.url();
    let (before, after) = base.split_once(db.name()).expect("the database's name");
    for (url, what) in [
        (format!("{before}{long}{after}"), "the database's name"),
        (format!("{base}&application_name={long}"), "application_name"),
        (format!("{base}&search_path={long}"), "search_path"),
        (format!("{base}&options=-c%20a.b%3D{long}"), "options"),
    ] {
        let output = Run::dbm().url(url).path(&folder).arg("version").output();
        let said = format!("the connection's settings are too long: {what} has 100,0");
        output
            .assert_status(1)
            .assert_says(&said.replace(',', ""))
            .assert_silent_about("answers at");
        assert!(output.stderr.len() < 1_000, "{} bytes", output.stderr.len());
    }
    // What still fits connects.
    let fits = format!("{base}&application_name={}", "x".repeat(9_000));
    let output = Run::dbm().url(fits).path(&folder).arg("status").output();
    output.assert_status(0);
}

/// A signal is not the only one who cancels, but it is one of them.
#[test]
fn a_person_who_cancels() {
    let db = Database::new();
    let folder = Folder::new().file("1_a.up.sql", Gate::SQL);
    let mut gate = Gate::close(db.client());
    let run = Run::dbm().db(&db).path(&folder).arg("up").spawn();
    gate.waiting();
    let mut sessions = Sessions::of(&db);
    let pids = sessions.pids();
    let mut client = db.client();
    for pid in pids {
        client.execute("SELECT pg_cancel_backend($1)", &[&pid]).expect("cancel");
    }
    run.finish().assert_status(1).assert_line("hint: it was cancelled: ", "by a person");
    gate.open();
}
