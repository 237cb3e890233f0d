//! With `-wait` a run outlives its connection: it connects again, sees in the row where it is, and goes
//! on with the same plan.

use std::collections::BTreeSet;

use crate::faults::outcome::{FILES, assert_mended, assert_whole, expected, folder, mark, report};
use crate::support::cluster::{Cluster, REPLICATING, TRUSTING};
use crate::support::proxy::{Proxy, Trouble};
use crate::support::sessions::Sessions;
use crate::support::{Database, Folder, Output, Process, Run, address, wait};

const WAIT: [&str; 2] = ["-wait", "600"];

/// `up` through a proxy in trouble, with `-wait` or what else is given.
fn up_through(db: &Database, folder: &Folder, trouble: Trouble, flags: &[&str]) -> (Output, Proxy) {
    let proxy = Proxy::before(address::of_server(), trouble);
    let url = address::through(proxy.port(), &db.url());
    let run = Run::dbm().url(url).path(folder).args(flags.iter().copied()).arg("up");
    (run.output(), proxy)
}

/// Cut at the end of each message, and before it: whatever was under way, the run ends well.
#[test]
fn cut_anywhere() {
    let (db, folder) = (Database::new(), folder());
    let expected = expected(&folder);
    db.clear();
    let (output, proxy) = up_through(&db, &folder, Trouble::Nothing, &WAIT);
    output.assert_status(0);
    let ends = proxy.boundaries();
    let places: BTreeSet<u64> = ends.iter().flat_map(|end| [end - 1, *end]).collect();
    let mut struck = 0;
    for byte in &places {
        db.clear();
        let (output, proxy) = up_through(&db, &folder, Trouble::CutAfter(*byte), &WAIT);
        assert_eq!(output.status, Some(0), "cut after {byte}\n{output}");
        Sessions::of(&db).wait_until_gone();
        assert_eq!(assert_whole(&db, &output), FILES, "{output}");
        assert_mended(&db, &folder, &expected, &output);
        struck += usize::from(proxy.struck());
    }
    report("carried_over::cut_anywhere", &format!("{struck} connections cut, all runs ended well"));
    assert!(struck + 5 >= places.len(), "{struck} of {}", places.len());
}

/// The answer to a file is lost and the file is committed: that is found out, and said.
#[test]
fn a_lost_answer() {
    for version in [2, FILES] {
        let (db, folder) = (Database::new(), folder());
        let (output, _) = up_through(&db, &folder, Trouble::LoseAnswerTo(mark(version)), &WAIT);
        output.assert_status(0);
        output.assert_line("warning: ", &format!("connection lost while {version}/u file ran"));
        output.assert_line("warning: ", &format!("{version}/u file was committed"));
        output.assert_line(&format!("{version}/u file ("), "s)");
        assert_eq!(assert_whole(&db, &output), FILES, "{output}");
    }
}

/// Where it was the last file there is nothing left to do, also without `-wait`.
#[test]
fn the_last_answer_lost() {
    let (db, folder) = (Database::new(), folder());
    let (output, _) = up_through(&db, &folder, Trouble::LoseAnswerTo(mark(FILES)), &[]);
    output.assert_status(0).assert_line("warning: ", &format!("{FILES}/u file was committed"));
    assert_eq!(assert_whole(&db, &output), FILES, "{output}");
}

/// Down, goto and redo, each with its one transaction lost before or behind the commit.
#[test]
fn other_commands() {
    let folder = folder();
    for (args, row) in [
        (&["down", "2"][..], FILES - 2),
        (&["goto", "3"], 3),
        (&["redo"], FILES),
        (&["rollback"], FILES - 1),
    ] {
        for trouble in [Trouble::LoseAnswerTo, Trouble::LoseMessage] {
            // The down file of the last version; in a redo it is the commit of both that counts.
            let texts = match args[0] {
                "redo" => vec!["DROP TABLE t6", "COMMIT\0"],
                _ => vec!["DROP TABLE t6"],
            };
            for text in texts {
                let db = Database::new();
                Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
                let proxy = Proxy::before(address::of_server(), trouble(text.to_owned()));
                let url = address::through(proxy.port(), &db.url());
                let run = Run::dbm().url(url).path(&folder).args(WAIT).args(args.iter().copied());
                let output = run.output();
                assert!(proxy.struck(), "{text} was not seen\n{output}");
                output.assert_status(0);
                assert_eq!(db.row(), Some((row, false)), "{output}");
                assert_eq!(db.number("SELECT count(*) FROM ran"), row, "{output}");
            }
        }
    }
}

/// What is not transactional cannot be undone: the row is dirty, and that is said.
#[test]
fn a_file_that_broke_off() {
    let db = Database::new();
    let folder = Folder::new().pair("1_t", "CREATE TABLE t (id int)", "DROP TABLE t").pair(
        "2_i",
        "CREATE INDEX CONCURRENTLY i ON t (id);\nVACUUM t;\n",
        "DROP INDEX i",
    );
    let (output, _) = up_through(&db, &folder, Trouble::LoseMessage("VACUUM t".into()), &WAIT);
    output.assert_status(1).assert_line("hint: ", "dirty at version 2").assert_says("force 1");
    assert_eq!(db.row(), Some((2, true)), "{output}");
}

/// What a file has set on the session is lost with it: the rest may not run without.
#[test]
fn a_session_that_is_needed() {
    for (settings, goes_on) in [("SET search_path = s", false), ("SET lock_timeout = '9s'", true)] {
        let db = Database::new();
        db.execute("CREATE SCHEMA s");
        let folder = Folder::new()
            .pair("1_set", settings, "")
            .pair("2_t", "CREATE TABLE t (id int)", "DROP TABLE t")
            .pair("3_u", "CREATE TABLE u (id int)", "DROP TABLE u");
        let trouble = Trouble::LoseMessage("CREATE TABLE u".into());
        let (output, _) = up_through(&db, &folder, trouble, &WAIT);
        if goes_on {
            output.assert_status(0);
        } else {
            output.assert_status(1).assert_line("warning: ", "1/u set has set something");
            output.assert_line("hint: ", "nothing of 3_u.up.sql was applied");
            assert_eq!(db.row(), Some((2, false)), "{output}");
        }
    }
}

/// The same where the file's own answer is lost, and it was committed.
#[test]
fn a_session_that_is_lost_with_the_answer() {
    let db = Database::new();
    db.execute("CREATE SCHEMA s");
    let folder = Folder::new().pair("1_set", "SET search_path = s", "").pair(
        "2_t",
        "CREATE TABLE t (id int)",
        "DROP TABLE t",
    );
    let trouble = Trouble::LoseAnswerTo("SET search_path = s".into());
    let (output, _) = up_through(&db, &folder, trouble, &WAIT);
    output.assert_status(1).assert_line("warning: ", "1/u set has set something");
    output.assert_line("hint: ", "1_set.up.sql was committed");
    assert_eq!(db.row(), Some((1, false)), "{output}");
}

/// A file that ends its own connection each time is given up.
#[test]
fn a_file_that_ends_every_connection() {
    let db = Database::new();
    let folder = Folder::new().pair("1_t", "CREATE TABLE t (id int)", "DROP TABLE t").pair(
        "2_end",
        "SELECT pg_terminate_backend(pg_backend_pid())",
        "",
    );
    let output = Run::dbm().db(&db).path(&folder).args(WAIT).arg("up").output();
    output.assert_status(1).assert_says("nothing of 2_end.up.sql was applied");
    assert_eq!(output.stderr.matches("connection lost while").count(), 4, "{output}");
    assert_eq!(db.row(), Some((1, false)), "{output}");
}

/// Nine files. Three of them wait until their row stands in `gates`, which outlives the server.
fn gated() -> Folder {
    (1..=9).fold(Folder::new(), |folder, version| {
        let gate = match version {
            2 | 5 | 8 => gate(version),
            _ => String::new(),
        };
        folder.pair(
            &format!("{version}_t"),
            &format!("{gate}CREATE TABLE t{version} (id int); INSERT INTO ran VALUES ({version});"),
            &format!("DROP TABLE t{version};"),
        )
    })
}

fn gate(version: i64) -> String {
    format!(
        "DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM gates WHERE version = {version}) LOOP \
         PERFORM pg_sleep(0.01); END LOOP; END $$;"
    )
}

const GATES: &str = "CREATE TABLE gates (version int); CREATE TABLE ran (version int)";

/// Waits until somebody runs the file `version_t`.
fn wait_for_file(cluster: &Cluster, version: i64) {
    let mut client = cluster.client("app");
    let sql = "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE $1";
    let name = format!("/* {version}_t.up.sql%");
    wait::until_true(&format!("file {version} to run"), || {
        !client.query(sql, &[&name]).expect("look for the file").is_empty()
    });
}

fn assert_all_ran(cluster: &Cluster, outputs: &[Output]) {
    let said: String = outputs.iter().map(ToString::to_string).collect();
    for output in outputs {
        assert_eq!(output.status, Some(0), "{said}");
    }
    let row = cluster.client("app").query_one(
        "SELECT (SELECT version FROM schema_migrations WHERE NOT dirty), count(*), \
         count(DISTINCT version) FROM ran",
        &[],
    );
    let row = row.expect("read what ran");
    let (version, ran, distinct): (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
    assert_eq!((version, ran, distinct), (9, 9, 9), "{said}");
}

#[test]
fn eight_runners_through_three_restarts() {
    let cluster = Cluster::started(&[], TRUSTING);
    cluster.execute("postgres", "CREATE DATABASE app TEMPLATE template0");
    cluster.execute("app", GATES);
    let folder = gated();
    let url = cluster.url("postgres", "app?sslmode=disable");
    let up = || Run::dbm().url(url.clone()).path(&folder).args(WAIT).arg("up");
    let runs: Vec<Process> = (0..8).map(|_| up().spawn()).collect();
    for (version, mode) in [(2, "immediate"), (5, "fast"), (8, "immediate")] {
        wait_for_file(&cluster, version);
        cluster.stop(mode);
        cluster.start();
        cluster.execute("app", &format!("INSERT INTO gates VALUES ({version})"));
    }
    let outputs: Vec<Output> = runs.into_iter().map(Process::finish).collect();
    assert_all_ran(&cluster, &outputs);
    report("carried_over::eight_runners", "8 runners through 3 restarts, all ended well");
}

/// The primary is lost in the middle of a file, and its synchronous standby takes over.
#[test]
fn a_failover() {
    let primary = Cluster::started(&[], REPLICATING);
    primary.execute("postgres", "CREATE DATABASE app TEMPLATE template0");
    let standby = Cluster::standby_of(&primary);
    primary.execute("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
    primary.execute("postgres", "SELECT pg_reload_conf()");
    let mut client = primary.client("postgres");
    wait::until_true("the standby to be synchronous", || {
        let sql = "SELECT FROM pg_stat_replication WHERE sync_state = 'sync'";
        !client.query(sql, &[]).expect("look for the standby").is_empty()
    });
    drop(client);
    primary.execute("app", GATES);
    let folder = gated();
    let url = format!(
        "postgres://postgres@127.0.0.1:{},127.0.0.1:{}/app?sslmode=disable\
         &target_session_attrs=read-write",
        primary.port(),
        standby.port()
    );
    let up = || Run::dbm().url(url.clone()).path(&folder).args(WAIT).arg("up");
    let mut runs: Vec<Process> = (0..2).map(|_| up().spawn()).collect();
    primary.execute("app", "INSERT INTO gates VALUES (2)");
    wait_for_file(&primary, 5);
    primary.stop("immediate");
    // Until it is promoted there is no primary at all.
    for run in &mut runs {
        run.wait_for("waiting for the server");
    }
    standby.promote();
    standby.execute("app", "INSERT INTO gates VALUES (5), (8)");
    let outputs: Vec<Output> = runs.into_iter().map(Process::finish).collect();
    assert_all_ran(&standby, &outputs);
    report("carried_over::a_failover", "2 runners from a primary to its standby");
}
