//! Signals: the first lets the running file finish, the second cancels it and rolls it back.

use std::process::Command;

use crate::support::locks::Gate;
use crate::support::proxy::{Proxy, Trouble};
use crate::support::sessions::Sessions;
use crate::support::{Database, Folder, Process, Run, address, wait};

const STOPPING: &str = "Stopping after this running migration ...";

/// The first of three files waits at the gate.
fn slow() -> Folder {
    Folder::new()
        .pair("1_slow", &format!("CREATE TABLE slow (id int); {}", Gate::SQL), "DROP TABLE slow")
        .pair("2_b", "CREATE TABLE b (id int)", "DROP TABLE b")
        .pair("3_c", "CREATE TABLE c (id int)", "DROP TABLE c")
}

/// A run of `command` with its first file at the gate.
fn at_the_gate(db: &Database, folder: &Folder, command: &[&str]) -> (Process, Gate) {
    let mut gate = Gate::close(db.client());
    let run = Run::dbm().db(db).path(folder).args(command.iter().copied()).spawn();
    gate.waiting();
    (run, gate)
}

#[test]
fn with_files_left() {
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        let (db, folder) = (Database::new(), slow());
        let (mut run, gate) = at_the_gate(&db, &folder, &["up"]);
        run.signal(signal);
        run.wait_for(STOPPING);
        gate.open();
        let output = run.finish();
        output.assert_status(status).assert_essence(&format!("{STOPPING}\n1/u slow (TIME)\n"));
        assert_eq!(db.row(), Some((1, false)));
        assert_eq!(db.tables(), ["public.schema_migrations", "public.slow"]);
        assert!(db.advisory_locks().is_empty());
        // Nothing is in the way of the next run.
        Run::dbm().db(&db).path(&folder).arg("up").stderr("2/u b (TIME)\n3/u c (TIME)\n").check();
    }
}

#[test]
fn with_no_files_left() {
    for signal in ["INT", "TERM"] {
        let (db, folder) = (Database::new(), slow());
        let (mut run, gate) = at_the_gate(&db, &folder, &["up", "1"]);
        run.signal(signal);
        run.wait_for(STOPPING);
        gate.open();
        run.finish().assert_status(0).assert_essence(&format!("{STOPPING}\n1/u slow (TIME)\n"));
        assert_eq!(db.row(), Some((1, false)));
    }
}

#[test]
fn on_the_way_down() {
    let (db, folder) = (Database::new(), slow());
    folder.write("3_c.down.sql", format!("DROP TABLE c; {}", Gate::SQL));
    folder.write("1_slow.up.sql", "CREATE TABLE slow (id int)");
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    let (mut run, gate) = at_the_gate(&db, &folder, &["down", "-all"]);
    run.signal("INT");
    run.wait_for(STOPPING);
    gate.open();
    run.finish().assert_status(130).assert_essence(&format!("{STOPPING}\n3/d c (TIME)\n"));
    assert_eq!(db.row(), Some((2, false)));
}

/// A second signal, of either kind, cancels: the file has not happened.
#[test]
fn twice() {
    for (begin, commit) in [("", ""), ("BEGIN; ", "; COMMIT;")] {
        for (first, second) in [("INT", "INT"), ("TERM", "TERM"), ("INT", "TERM"), ("TERM", "INT")]
        {
            let (db, folder) = (Database::new(), slow());
            folder.write(
                "1_slow.up.sql",
                format!("{begin}CREATE TABLE slow (id int); {}{commit}", Gate::SQL),
            );
            let (mut run, gate) = at_the_gate(&db, &folder, &["up"]);
            let before = db.dump();
            run.signal(first);
            run.wait_for(STOPPING);
            run.signal(second);
            // The gate stays closed: only a cancelled statement ends this run.
            let output = run.finish();
            assert!(matches!(output.status, Some(130 | 143)), "{first}, {second}\n{output}");
            assert_eq!(db.row(), None, "{first}, {second}");
            assert_eq!(db.dump(), before, "{first}, {second}");
            gate.open();
            assert!(db.advisory_locks().is_empty());
            Run::dbm()
                .db(&db)
                .path(&folder)
                .arg("up")
                .stderr("1/u slow (TIME)\n2/u b (TIME)\n3/u c (TIME)\n")
                .check();
        }
    }
}

/// The third at once behind the second: the cancel request is out before dbm ends, so the file does
/// not happen behind its back.
#[test]
fn three_at_once() {
    let (db, folder) = (Database::new(), slow());
    let (mut run, gate) = at_the_gate(&db, &folder, &["up"]);
    // Two of a kind that nobody has heard yet are one.
    run.signal("INT");
    run.wait_for(STOPPING);
    run.signal("INT").signal("TERM");
    let output = run.finish();
    gate.open();
    Sessions::of(&db).wait_until_gone();
    assert_eq!(db.row(), None, "{output}");
    assert_eq!(output.status, Some(130), "{output}");
    output.assert_line("hint: ", "nothing of 1_slow.up.sql was applied");
}

/// What cannot be rolled back is dirty after a cancel, and it is said.
#[test]
fn twice_in_a_loose_file() {
    let (db, folder) = (Database::new(), slow());
    folder.write("1_slow.up.sql", format!("CREATE TABLE slow (id int);\nCOMMIT;\n{}\n", Gate::SQL));
    let (mut run, gate) = at_the_gate(&db, &folder, &["up"]);
    run.signal("INT");
    run.wait_for(STOPPING);
    run.signal("INT");
    let output = run.finish();
    assert!(matches!(output.status, Some(130 | 143)), "{output}");
    output.assert_says("statement 3 of 3").assert_line("hint: ", "force");
    assert_eq!(db.row(), Some((1, true)));
    gate.open();
}

/// A server that does not answer whether the lock is free keeps nobody waiting.
#[test]
fn while_the_lock_is_asked_for_in_vain() {
    let (db, folder) = (Database::new(), Folder::four());
    // So that it is not asked for with the first query.
    db.execute("CREATE SCHEMA app");
    db.execute(&format!("ALTER DATABASE {} SET search_path = app", db.name()));
    let asking = Trouble::Swallow("SELECT pg_catalog.pg_try_advisory_lock(".to_owned());
    let proxy = Proxy::before(address::of_server(), asking);
    let url = address::through(proxy.port(), &db.url());
    let run = Run::dbm().url(url).path(&folder).arg("up").spawn();
    wait::until_true("the lock to be asked for", || proxy.struck());
    run.signal("INT");
    run.finish().assert_status(130);
    assert!(db.tables().is_empty(), "nothing was done");
}

/// While it waits for the lock there is no file to finish: it ends.
#[test]
fn while_it_waits_for_the_lock() {
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        let (db, folder) = (Database::new(), Folder::four());
        let mut holder = db.client();
        let pid: i32 = holder
            .query_one("SELECT pg_backend_pid(), pg_advisory_lock($1)", &[&db.cli_lock()])
            .expect("take the lock")
            .get(0);
        let mut run = Run::dbm().db(&db).path(&folder).arg("up").spawn();
        run.wait_for(&pid.to_string());
        run.signal(signal);
        run.finish().assert_status(status);
        assert!(db.tables().is_empty(), "nothing was done");
        assert_eq!(db.advisory_locks().len(), 1, "only the holder's");
    }
}

/// At a question too: whoever presses ctrl-C there wants out, and nothing done.
#[test]
fn at_a_question() {
    for command in ["down", "drop"] {
        for (signal, status) in [("INT", 130), ("TERM", 143)] {
            let (db, folder) = (Database::new(), Folder::four());
            Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
            let before = db.dump();
            let mut run = Run::dbm().db(&db).path(&folder).arg(command).stdin_left_open().spawn();
            run.wait_for("Are you sure");
            run.signal(signal);
            let output = run.finish();
            // Ended by the signal itself, or by a handler: to a shell it is the same number.
            assert!(output.status.is_none_or(|code| code == status), "{output}");
            assert_eq!(db.dump(), before, "{command}, {signal}");
            assert_eq!(db.row(), Some((4, false)), "{command}, {signal}");
        }
    }
}

/// The timestamps of `-verbose` stand before this line as well.
#[test]
fn with_verbose() {
    let (db, folder) = (Database::new(), slow());
    let mut gate = Gate::close(db.client());
    let mut run = Run::dbm().arg("-verbose").db(&db).path(&folder).args(["up", "1"]).spawn();
    gate.waiting();
    run.signal("INT");
    run.wait_for(STOPPING);
    gate.open();
    let output = run.finish();
    output.assert_status(0);
    assert!(output.masked().contains(&format!("\nSTAMP {STOPPING}\n")), "{output}");
}

/// `sh -c 'make test &'` ignores SIGINT, and so would every dbm that a test signals.
#[test]
fn where_whoever_started_the_tests_ignores_them() {
    let tests = std::env::current_exe().expect("the tests' own binary");
    let output = Command::new("sh")
        .args(["-c", "trap '' INT TERM; exec \"$0\" --exact commands::signals::at_a_question"])
        .arg(tests)
        .output()
        .expect("run a test");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}
