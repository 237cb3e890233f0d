//! As many of dbm as of golang-migrate, all at once.

use crate::support::locks::Gate;
use crate::support::{Database, Folder, Output, Process, Run, reference, wait};

const FILES: i64 = 6;

fn counted() -> Folder {
    (2..=FILES).fold(
        Folder::new().pair(
            "1_ran",
            "CREATE TABLE ran (version int); INSERT INTO ran VALUES (1)",
            "DROP TABLE ran",
        ),
        |folder, version| {
            let (begin, commit) = if version % 2 == 0 { ("BEGIN; ", " COMMIT;") } else { ("", "") };
            folder.pair(
                &format!("{version}_more"),
                &format!("{begin}INSERT INTO ran VALUES ({version});{commit}"),
                &format!("DELETE FROM ran WHERE version = {version};"),
            )
        },
    )
}

#[track_caller]
fn assert_each_once(db: &Database, outputs: &[Output]) {
    let said: String = outputs.iter().map(ToString::to_string).collect();
    for output in outputs {
        output.assert_status(0);
    }
    assert_eq!(db.number("SELECT count(*) FROM ran"), FILES, "{said}");
    assert_eq!(db.number("SELECT count(DISTINCT version) FROM ran"), FILES, "{said}");
    assert_eq!(db.row(), Some((FILES, false)), "{said}");
    assert_eq!(db.advisory_locks(), [], "{said}");
    for version in 1..=FILES {
        let lines = outputs
            .iter()
            .flat_map(|output| output.stderr.lines())
            .filter(|line| line.starts_with(&format!("{version}/u ")))
            .count();
        assert_eq!(lines, 1, "file {version} is reported once\n{said}");
    }
}

#[test]
fn of_both_tools() {
    let Some(reference) = reference::find("crowd::runners::of_both_tools") else { return };
    let (db, folder) = (Database::new(), counted());
    for _ in 0..5 {
        db.clear();
        let runs: Vec<_> = (0..10)
            .map(|index| {
                let run = if index % 2 == 0 { Run::dbm() } else { Run::program(&reference) };
                run.db(&db).path(&folder).arg("up").spawn()
            })
            .collect();
        let outputs: Vec<_> = runs.into_iter().map(Process::finish).collect();
        assert_each_once(&db, &outputs);
    }
}

#[test]
fn of_dbm() {
    let (db, folder) = (Database::new(), counted());
    for _ in 0..5 {
        db.clear();
        let runs: Vec<_> =
            (0..12).map(|_| Run::dbm().db(&db).path(&folder).arg("up").spawn()).collect();
        let outputs: Vec<_> = runs.into_iter().map(Process::finish).collect();
        assert_each_once(&db, &outputs);
    }
}

/// The URL's path may be another name than the database's, `dbname` has the say: the locks of all
/// names are taken, so these exclude each other too.
#[test]
fn of_different_names() {
    let (db, folder) = (Database::new(), counted());
    for _ in 0..3 {
        db.clear();
        let other = db.url().replace(db.name(), "another_path");
        let runs: Vec<_> = (0..8)
            .map(|index| {
                let url = match index % 2 {
                    0 => db.url(),
                    _ => format!("{other}&dbname={}", db.name()),
                };
                Run::dbm().url(url).path(&folder).arg("up").spawn()
            })
            .collect();
        let outputs: Vec<_> = runs.into_iter().map(Process::finish).collect();
        assert_each_once(&db, &outputs);
    }
}

/// Who waits says for whom: pid, application, user, since when.
#[test]
fn the_one_that_waits_says_for_whom() {
    let (db, folder) = (Database::new(), Folder::new().pair("1_slow", Gate::SQL, "SELECT 1"));
    let (first, gate, said) = one_waits_for_another(&db, &folder);
    let user: String =
        db.client().query_one("SELECT session_user::text", &[]).expect("ask who we are").get(0);
    for part in ["the_first_deployment", &format!("user {user}"), "since "] {
        assert!(said.contains(part), "{part:?} in\n{said}");
    }
    gate.open();
    first.finish().assert_status(0);
}

/// And what that session is running: the file's own statement or its name, not what dbm puts
/// around it.
#[test]
fn the_one_that_waits_says_for_what() {
    let (db, folder) = (Database::new(), Folder::new().pair("1_slow", Gate::SQL, "SELECT 1"));
    let (first, gate, said) = one_waits_for_another(&db, &folder);
    gate.open();
    first.finish().assert_status(0);
    assert!(said.contains("pg_advisory_xact_lock(424242)") || said.contains("1_slow"), "{said}");
}

/// A run at the gate, and what another says that waits for it: all of its first remark.
fn one_waits_for_another(db: &Database, folder: &Folder) -> (Process, Gate, String) {
    let mut gate = Gate::close(db.client());
    let first = Run::dbm()
        .url(db.url_with("application_name=the_first_deployment"))
        .path(folder)
        .arg("up")
        .spawn();
    let pid = gate.waiting();
    let second = Run::dbm().db(db).path(folder).arg("up").spawn();
    let said = wait::until("a remark of the one that waits", || {
        let said = second.stderr();
        (said.contains(&pid.to_string()) && said.ends_with('\n')).then_some(said)
    });
    (first, gate, said)
}

/// A reader of the version table holds up nobody.
#[test]
fn beside_a_reader_of_the_version_table() {
    let (db, folder) = (Database::new(), counted());
    db.set_row(0, false);
    db.execute("DELETE FROM schema_migrations");
    let mut reader = db.client();
    let mut open = reader.transaction().expect("a transaction");
    open.query("SELECT * FROM schema_migrations", &[]).expect("read the version table");
    let runs: Vec<_> = (0..4).map(|_| Run::dbm().db(&db).path(&folder).arg("up").spawn()).collect();
    let outputs: Vec<_> = runs.into_iter().map(Process::finish).collect();
    assert_each_once(&db, &outputs);
    drop(open);
    wait::until_true("nothing", || db.row() == Some((FILES, false)));
}
