//! golang-migrate in between: what it did is put into the log by the next command that changes
//! something, and only by such a one.

use crate::history::book::{
    LOG, assert_explained, dbm, entries, exists, last, lines, migrate, ok, says,
};
use crate::support::{Database, Folder, reference};

#[test]
fn a_database_that_golang_migrate_made() {
    let Some(tool) = reference::find("history::a_database_that_golang_migrate_made") else {
        return;
    };
    let (db, folder) = (Database::new(), Folder::four());
    migrate(&tool, &db, &folder, &["up", "3"]);
    for command in ["version", "status", "verify", "log"] {
        dbm(&db, &folder, &[command]);
        assert!(!exists(&db, LOG), "{command}");
    }
    says(
        &db,
        &folder,
        &["up"],
        "hint: run by another tool, and recorded in the log: 1/u, 2/u, 3/u\n4/u d (TIME)\n",
    );
    assert_eq!(
        lines(&db),
        ["adopt up 1: -1 -> 1", "adopt up 2: 1 -> 2", "adopt up 3: 2 -> 3", "run up 4: 3 -> 4"]
    );
    let book = entries(&db);
    assert_eq!(book[0].up_text.as_deref(), Some("CREATE TABLE a (id int);\n"));
    assert_eq!(book[0].down_text.as_deref(), Some("DROP TABLE a;\n"));
    assert_eq!(book[0].name.as_deref(), Some("a"));
    assert_eq!(book[0].duration_ms, None, "nobody measured it");
    says(&db, &folder, &["up"], "no change\n");
    assert_eq!(lines(&db).len(), 4);
}

/// What is read only adopts nothing, also where there is a log.
#[test]
fn reading_adopts_nothing() {
    let Some(tool) = reference::find("history::reading_adopts_nothing") else { return };
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up", "1"]);
    migrate(&tool, &db, &folder, &["up", "2"]);
    for command in ["version", "status", "verify", "log"] {
        dbm(&db, &folder, &[command]);
        assert_eq!(lines(&db), ["run up 1: -1 -> 1"], "{command}");
    }
}

/// Each of golang-migrate's steps between two of dbm's: its command, what is adopted by the next
/// `up`, and what that runs.
#[test]
fn each_step_of_golang_migrate() {
    let Some(tool) = reference::find("history::each_step_of_golang_migrate") else { return };
    type Case<'a> = (&'a [&'a str], &'a [&'a str], &'a [&'a str]);
    let cases: &[Case] = &[
        (&["up", "1"], &["adopt up 3: 2 -> 3"], &["4/u d"]),
        (&["up"], &["adopt up 3: 2 -> 3", "adopt up 4: 3 -> 4"], &[]),
        (&["down", "1"], &["adopt down 2: 2 -> 1"], &["2/u b", "3/u c", "4/u d"]),
        (
            &["down", "-all"],
            &["adopt down 2: 2 -> 1", "adopt down 1: 1 -> -1"],
            &["1/u a", "2/u b", "3/u c", "4/u d"],
        ),
        (&["goto", "3"], &["adopt up 3: 2 -> 3"], &["4/u d"]),
        (&["goto", "1"], &["adopt down 2: 2 -> 1"], &["2/u b", "3/u c", "4/u d"]),
        (&["up", "0"], &[], &["3/u c", "4/u d"]),
        (&["version"], &[], &["3/u c", "4/u d"]),
    ];
    for (command, adopted, run) in cases {
        let (db, folder) = (Database::new(), Folder::four());
        ok(&db, &folder, &["up", "2"]);
        migrate(&tool, &db, &folder, command);
        let output = ok(&db, &folder, &["up"]);
        let expected = match run {
            [] => "no change\n".to_owned(),
            files => files.iter().map(|file| format!("{file} (TIME)\n")).collect(),
        };
        assert_eq!(output.essence(), expected, "{command:?}");
        let book = lines(&db);
        assert_eq!(book[2..2 + adopted.len()], **adopted, "{command:?}\n{book:#?}");
        assert_eq!(book.len(), 2 + adopted.len() + run.len(), "{command:?}\n{book:#?}");
        assert_explained(&db, &format!("{command:?}"));
        says(&db, &folder, &["up"], "no change\n");
        assert_eq!(lines(&db), book, "the second time nothing more is adopted");
    }
}

/// golang-migrate's `force` leaves the same row as its `up` or `down`, and is adopted as those are.
#[test]
fn its_force() {
    let Some(tool) = reference::find("history::its_force") else { return };
    for (to, adopted) in [
        ("3", &["adopt up 3: 2 -> 3"][..]),
        ("1", &["adopt down 2: 2 -> 1"]),
        ("4", &["adopt up 3: 2 -> 3", "adopt up 4: 3 -> 4"]),
    ] {
        let (db, folder) = (Database::new(), Folder::four());
        ok(&db, &folder, &["up", "2"]);
        migrate(&tool, &db, &folder, &["force", to]);
        // `goto` where it is changes nothing but the log.
        ok(&db, &folder, &["goto", to]).assert_essence("no change\n");
        assert_eq!(lines(&db)[2..], *adopted, "force {to}");
        assert_explained(&db, &format!("force {to}"));
    }
}

/// Down and up again in between leaves the row as it was: there is nothing to adopt.
#[test]
fn away_and_back() {
    let Some(tool) = reference::find("history::away_and_back") else { return };
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    ok(&db, &folder, &["up"]);
    migrate(&tool, &db, &folder, &["down", "1"]);
    migrate(&tool, &db, &folder, &["up"]);
    says(&db, &folder, &["up"], "no change\n");
    assert_eq!(lines(&db).len(), 2);
}

/// Every command that changes something adopts first.
#[test]
fn every_changing_command_adopts() {
    let Some(tool) = reference::find("history::every_changing_command_adopts") else { return };
    for (command, then) in [
        (&["up"][..], &["run up 4: 3 -> 4"][..]),
        (&["down", "1"], &["run down 3: 3 -> 2"]),
        (&["goto", "2"], &["run down 3: 3 -> 2"]),
        (&["goto", "3"], &[]),
        (&["redo"], &["run down 3: 3 -> 2", "run up 3: 2 -> 3"]),
        (&["rollback"], &["run down 3: 3 -> 2"]),
    ] {
        let (db, folder) = (Database::new(), Folder::four());
        migrate(&tool, &db, &folder, &["up", "3"]);
        ok(&db, &folder, command).assert_says("1/u, 2/u, 3/u");
        let book = lines(&db);
        let adopted = ["adopt up 1: -1 -> 1", "adopt up 2: 1 -> 2", "adopt up 3: 2 -> 3"];
        assert_eq!(book[..3], adopted, "{command:?}");
        assert_eq!(book[3..], *then, "{command:?}");
    }
    // What `force` leads to is what counts.
    let (db, folder) = (Database::new(), Folder::four());
    migrate(&tool, &db, &folder, &["up", "3"]);
    ok(&db, &folder, &["force", "2"]);
    let book = lines(&db);
    assert_eq!(book.last().map(String::as_str), Some("force 2: 3 -> 2"), "{book:#?}");
    assert_eq!(book[..2], ["adopt up 1: -1 -> 1", "adopt up 2: 1 -> 2"]);
    ok(&db, &folder, &["goto", "2"]).assert_essence("no change\n");
    assert_eq!(lines(&db), book);
}

/// A dirty row is nobody's to adopt; once it is forced, it is.
#[test]
fn a_dirty_row_is_not_adopted() {
    let Some(tool) = reference::find("history::a_dirty_row_is_not_adopted") else { return };
    let db = Database::new();
    let folder = Folder::tables(&["a"]).pair("2_b", "SELEC;", "SELECT 1;");
    ok(&db, &folder, &["up", "1"]);
    let theirs = crate::support::Run::program(&tool).db(&db).path(&folder).arg("up").output();
    theirs.assert_status(1);
    assert_eq!(db.row(), Some((2, true)));
    dbm(&db, &folder, &["up"]).assert_status(1);
    assert_eq!(lines(&db), ["run up 1: -1 -> 1"]);
    ok(&db, &folder, &["force", "1"]);
    assert_eq!(last(&db).line(), "force 1: 2! -> 1");
    folder.write("2_b.up.sql", "SELECT 1;");
    says(&db, &folder, &["up"], "2/u b (TIME)\n");
    assert_explained(&db, "after a dirty row");
}

/// An older checkout does not know what ran between; it adopts nothing. The newer one then knows,
/// and does not call late what golang-migrate ran.
#[test]
fn an_older_checkout_adopts_no_file() {
    let Some(tool) = reference::find("history::an_older_checkout_adopts_no_file") else { return };
    let (db, newer) = (Database::new(), Folder::four());
    let older = Folder::tables(&["a", "b"]);
    ok(&db, &older, &["up", "1"]);
    migrate(&tool, &db, &newer, &["up"]);
    dbm(&db, &older, &["up"]).assert_status(1);
    ok(&db, &older, &["up", "-allow-newer"]).assert_essence("no change\n");
    assert_eq!(lines(&db), ["run up 1: -1 -> 1"]);
    ok(&db, &newer, &["up"]).assert_essence("no change\n");
    assert_eq!(lines(&db)[1..], ["adopt up 2: 1 -> 2", "adopt up 3: 2 -> 3", "adopt up 4: 3 -> 4"]);
}

/// A file that is not in the checkout that adopts, below the row: in the next checkout that has it, it
/// is late.
#[test]
fn a_checkout_with_a_gap() {
    let Some(tool) = reference::find("history::a_checkout_with_a_gap") else { return };
    let db = Database::new();
    let gap = Folder::new().pair("1_a", "SELECT 1", "").pair("3_c", "SELECT 3", "");
    migrate(&tool, &db, &gap, &["up"]);
    ok(&db, &gap, &["up"]).assert_essence("no change\n");
    let whole = Folder::new()
        .pair("1_a", "SELECT 1", "")
        .pair("2_b", "SELECT 2", "")
        .pair("3_c", "SELECT 3", "");
    dbm(&db, &whole, &["up"]).assert_status(1).assert_line("error: late: ", "2_b.up.sql");
}

/// By turns, many times; whatever happened, after each of dbm's commands the log ends at the row.
#[test]
fn by_turns() {
    let Some(tool) = reference::find("history::by_turns") else { return };
    let (db, folder) = (Database::new(), Folder::four());
    let turns: &[(&[&str], &[&str])] = &[
        (&["up", "2"], &["up", "1"]),
        (&["down", "1"], &["goto", "1"]),
        (&["goto", "4"], &["down", "2"]),
        (&["up", "1"], &["redo"]),
        (&["down", "-all"], &["up", "3"]),
        (&["force", "2"], &["force", "3"]),
        (&["goto", "2"], &["rollback"]),
        (&["up"], &["down", "-all"]),
        (&["up"], &["goto", "4"]),
    ];
    for (theirs, ours) in turns {
        migrate(&tool, &db, &folder, theirs);
        ok(&db, &folder, ours);
        assert_explained(&db, &format!("{theirs:?}, then {ours:?}"));
    }
    let expected: Vec<String> = ["a", "b", "c", "d", "schema_migrations"]
        .iter()
        .map(|table| format!("public.{table}"))
        .collect();
    assert_eq!(db.tables(), expected);
}

/// Eight at once find the same steps to adopt; they are adopted once.
#[test]
fn many_at_once_adopt_once() {
    let Some(tool) = reference::find("history::many_at_once_adopt_once") else { return };
    let (db, folder) = (Database::new(), Folder::four());
    migrate(&tool, &db, &folder, &["up", "3"]);
    let runs: Vec<_> = (0..8)
        .map(|_| crate::support::Run::dbm().db(&db).path(&folder).arg("up").spawn())
        .collect();
    for run in runs {
        run.finish().assert_status(0);
    }
    assert_eq!(
        lines(&db),
        ["adopt up 1: -1 -> 1", "adopt up 2: 1 -> 2", "adopt up 3: 2 -> 3", "run up 4: 3 -> 4"]
    );
}

/// Forced by a checkout that does not have the version: what lies below it may have run, and
/// whoever has the files does not call them late.
#[test]
fn forced_by_an_older_checkout() {
    let Some(tool) = reference::find("history::forced_by_an_older_checkout") else { return };
    let (db, newer) = (Database::new(), Folder::four());
    let older = Folder::tables(&["a"]);
    ok(&db, &older, &["up"]);
    migrate(&tool, &db, &newer, &["up", "3"]);
    ok(&db, &older, &["force", "4"]);
    assert_eq!(lines(&db)[1..], ["force 4: 4 -> 4"]);
    let output = ok(&db, &newer, &["up"]);
    output.assert_essence("no change\n").assert_line("hint: ", "2/u, 3/u, 4/u");
    output.assert_silent_about("warning");
    assert_explained(&db, "forced by an older checkout");
    says(&db, &newer, &["up"], "no change\n");
}
