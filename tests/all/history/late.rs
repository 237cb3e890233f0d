//! Files with a number below the row's that never ran: two branches, merged in the wrong order.

use crate::history::book::{assert_explained, dbm, last, lines, migrate, ok, says};
use crate::support::{Database, Folder, Output, Run, reference};

/// Versions 1, 3, 5 with a table each, at 3 by dbm; then 2 comes in.
fn merged() -> (Database, Folder) {
    let (db, folder) = (Database::new(), odd());
    ok(&db, &folder, &["up", "2"]);
    add(&folder, 2, "b");
    (db, folder)
}

fn odd() -> Folder {
    let folder = Folder::new();
    for (version, name) in [(1, "a"), (3, "c"), (5, "e")] {
        add(&folder, version, name);
    }
    folder
}

fn add(folder: &Folder, version: u64, name: &str) {
    folder.write(&format!("{version}_{name}.up.sql"), format!("CREATE TABLE {name} (id int);\n"));
    folder.write(&format!("{version}_{name}.down.sql"), format!("DROP TABLE {name};\n"));
}

#[track_caller]
fn refused(db: &Database, folder: &Folder, args: &[&str]) -> Output {
    let (row, tables, book) = (db.row(), db.tables(), lines(db));
    let output = dbm(db, folder, args);
    output.assert_status(1).assert_line("error: late: ", ".up.sql never ran");
    assert_eq!((db.row(), db.tables(), lines(db)), (row, tables, book), "{output}");
    output
}

fn tables(names: &[&str]) -> Vec<String> {
    let mut tables: Vec<String> = names.iter().map(|name| format!("public.{name}")).collect();
    tables.push("public.schema_migrations".to_owned());
    tables.sort();
    tables
}

#[test]
fn it_stops_and_says_what_to_do() {
    let (db, folder) = merged();
    for command in [&["up"][..], &["up", "1"], &["goto", "5"]] {
        let output = refused(&db, &folder, command);
        output
            .assert_line("error: late: ", "2_b.up.sql never ran, and the database is at version 3")
            .assert_line("hint: ", "renumber 2")
            .assert_line("hint: ", "-allow-late")
            .assert_line("hint: ", "repair 2");
    }
    // Also with nothing above the row to run.
    let (db, folder) = (Database::new(), odd());
    ok(&db, &folder, &["up"]);
    add(&folder, 4, "d");
    add(&folder, 2, "b");
    let output = refused(&db, &folder, &["up"]);
    let first = output.first_line();
    assert!(first.find("2_b.up.sql") < first.find("4_d.up.sql"), "{output}");
}

#[test]
fn allowed_they_run_in_order_and_the_row_stays() {
    let (db, folder) = (Database::new(), odd());
    ok(&db, &folder, &["up", "2"]);
    add(&folder, 2, "b");
    add(&folder, 0, "z");
    says(&db, &folder, &["up", "-allow-late"], "0/u z (TIME)\n2/u b (TIME)\n5/u e (TIME)\n");
    assert_eq!(lines(&db)[2..], ["run up 0: 3 -> 3", "run up 2: 3 -> 3", "run up 5: 3 -> 5"]);
    assert_eq!(db.tables(), tables(&["a", "b", "c", "e", "z"]));
    assert_explained(&db, "late files");
    says(&db, &folder, &["up"], "no change\n");
    says(&db, &folder, &["up", "-allow-late"], "no change\n");
    // Taken down they are in the order of their numbers.
    says(
        &db,
        &folder,
        &["down", "-all"],
        "5/d e (TIME)\n3/d c (TIME)\n2/d b (TIME)\n1/d a (TIME)\n0/d z (TIME)\n",
    );
}

/// `goto` stops at them as `up` does, and runs them as `up` does.
#[test]
fn allowed_on_the_way_to_a_version() {
    for flags in [&["-allow-late"][..], &["-allow-late", "-single-transaction"]] {
        let (db, folder) = (Database::new(), odd());
        let goto = |version: &str, flags: &[&str]| {
            let words = [&["goto", version][..], flags].concat();
            dbm(&db, &folder, &words)
        };
        ok(&db, &folder, &["up", "2"]);
        add(&folder, 2, "b");
        goto("5", &[]).assert_status(1).assert_line("error: late: ", "2_b.up.sql");
        goto("5", flags).assert_status(0).assert_essence("2/u b (TIME)\n5/u e (TIME)\n");
        assert_eq!(lines(&db)[2..], ["run up 2: 3 -> 3", "run up 5: 3 -> 5"]);
        goto("5", flags).assert_status(0).assert_essence("no change\n");
        assert_explained(&db, "late files on the way to a version");
        // Downwards nothing is late.
        add(&folder, 4, "d");
        goto("3", flags).assert_status(0).assert_essence("5/d e (TIME)\n");
    }
}

/// Late files count among the N, and come first.
#[test]
fn so_many_of_them() {
    let (db, folder) = (Database::new(), odd());
    ok(&db, &folder, &["up", "2"]);
    add(&folder, 2, "b");
    add(&folder, 0, "z");
    says(&db, &folder, &["up", "1", "-allow-late"], "0/u z (TIME)\n");
    assert_eq!(db.row(), Some((3, false)));
    refused(&db, &folder, &["up", "1"]).assert_silent_about("0_z");
    says(&db, &folder, &["up", "2", "-allow-late"], "2/u b (TIME)\n5/u e (TIME)\n");
    dbm(&db, &folder, &["up", "1", "-allow-late"])
        .assert_status(1)
        .assert_essence("error: file does not exist\n");
    let (db, folder) = merged();
    dbm(&db, &folder, &["up", "5", "-allow-late"])
        .assert_status(1)
        .assert_essence("2/u b (TIME)\n5/u e (TIME)\nerror: limit 3 short\n");
    let (db, folder) = merged();
    says(&db, &folder, &["up", "0"], "no change\n");
}

/// A late file that fails has not happened; the one before it has.
#[test]
fn one_fails() {
    for (begin, commit) in [("", ""), ("BEGIN;\n", "COMMIT;\n")] {
        let (db, folder) = (Database::new(), odd());
        ok(&db, &folder, &["up", "2"]);
        add(&folder, 0, "z");
        folder.write("2_b.up.sql", format!("{begin}CREATE TABLE b ();\nSELECT 1/0;\n{commit}"));
        let output = dbm(&db, &folder, &["up", "-allow-late"]);
        output.assert_status(1).assert_says("0/u z").assert_says("division by zero");
        output.assert_line("hint: ", "at version 3, as before");
        assert_eq!(db.row(), Some((3, false)));
        assert_eq!(db.tables(), tables(&["a", "c", "z"]));
        assert_eq!(lines(&db)[2..], ["run up 0: 3 -> 3", "run up 2: 3 -> 3 failed"]);
        refused(&db, &folder, &["up"]).assert_silent_about("0_z");
        add(&folder, 2, "b");
        says(&db, &folder, &["up", "-allow-late"], "2/u b (TIME)\n5/u e (TIME)\n");
    }
}

/// Wrapped, loose, empty: each as ever, and the row stays.
#[test]
fn of_every_kind() {
    for (text, way) in [
        ("BEGIN; CREATE TABLE b (id int); COMMIT;", "wrapped"),
        ("CREATE TABLE b (id int);\nCREATE INDEX CONCURRENTLY b_id ON b (id);\n", "loose"),
        ("CREATE TABLE b (id int);\nCOMMIT;\nSELECT 1;\n", "commits"),
        ("CREATE TABLE b (id int); SET ROLE NONE; -- schema_migrations", "touching"),
    ] {
        let (db, folder) = merged();
        folder.write("2_b.up.sql", text);
        let output = dbm(&db, &folder, &["up", "1", "-allow-late"]);
        assert_eq!(output.status, Some(0), "{way}\n{output}");
        assert_eq!(db.row(), Some((3, false)), "{way}");
        assert_eq!(last(&db).line(), "run up 2: 3 -> 3", "{way}");
        says(&db, &folder, &["up"], "5/u e (TIME)\n");
        assert_explained(&db, way);
    }
    let (db, folder) = merged();
    folder.write("2_b.up.sql", "");
    ok(&db, &folder, &["up", "-allow-late"]);
    says(&db, &folder, &["up"], "no change\n");
}

/// A loose one that fails: the row is dirty where it stays, and the log says which file it was.
#[test]
fn a_loose_one_fails() {
    let (db, folder) = merged();
    folder.write("2_b.up.sql", "CREATE TABLE b ();\nCOMMIT;\nSELECT 1/0;\n");
    dbm(&db, &folder, &["up", "-allow-late"]).assert_status(1);
    assert_eq!(db.row(), Some((3, true)));
    assert_eq!(last(&db).line(), "run up 2: 3 -> 3! failed");
    db.execute("DROP TABLE b");
    ok(&db, &folder, &["force", "3"]);
    add(&folder, 2, "b");
    // It is still known never to have run to its end.
    refused(&db, &folder, &["up"]);
    says(&db, &folder, &["up", "-allow-late"], "2/u b (TIME)\n5/u e (TIME)\n");
}

/// It was run by hand: `repair` with its number says so.
#[test]
fn repair_records_it() {
    let (db, folder) = merged();
    says(&db, &folder, &["repair", "-f"], "nothing to repair\n");
    db.execute("CREATE TABLE b (id int)");
    let output = dbm(&db, &folder, &["repair", "-f", "2"]);
    output.assert_status(0).assert_says("recorded 2 b as applied");
    assert_eq!(db.row(), Some((3, false)));
    says(&db, &folder, &["up"], "5/u e (TIME)\n");
    says(
        &db,
        &folder,
        &["down", "-all"],
        "5/d e (TIME)\n3/d c (TIME)\n2/d b (TIME)\n1/d a (TIME)\n",
    );
}

#[test]
fn renumber_puts_it_at_the_end() {
    let (db, folder) = merged();
    ok(&db, &folder, &["renumber", "2"]);
    assert!(!folder.names().contains(&"2_b.up.sql".to_owned()), "{:?}", folder.names());
    says(&db, &folder, &["up"], "5/u e (TIME)\n6/u b (TIME)\n");
    // What is applied keeps its number.
    dbm(&db, &folder, &["renumber", "3"]).assert_status(1).assert_line("error: ", "applied");
    let (db, folder) = merged();
    ok(&db, &folder, &["renumber", "2", "-to", "4"]);
    says(&db, &folder, &["up"], "4/u b (TIME)\n5/u e (TIME)\n");
}

/// golang-migrate goes past a late file in silence; dbm then says so.
#[test]
fn golang_migrate_skips_it() {
    let Some(tool) = reference::find("history::golang_migrate_skips_it") else { return };
    let (db, folder) = merged();
    migrate(&tool, &db, &folder, &["up"]);
    assert_eq!(db.row(), Some((5, false)));
    let output = dbm(&db, &folder, &["up"]);
    output.assert_status(1).assert_line("error: late: ", "2_b.up.sql");
    assert_eq!(lines(&db)[2..], ["adopt up 5: 3 -> 5"]);
    says(&db, &folder, &["up", "-allow-late"], "2/u b (TIME)\n");
    assert_explained(&db, "skipped, then run late");
}

/// The number of a file that never ran must not be where the row goes.
#[test]
fn down_goes_past_it() {
    let (db, folder) = merged();
    folder.write("2_b.down.sql", "CREATE TABLE the_down_of_b_ran ();");
    says(&db, &folder, &["down", "1"], "3/d c (TIME)\n");
    assert_eq!(db.row(), Some((1, false)));
    assert_eq!(db.tables(), tables(&["a"]));
    // Now it is pending, as any other.
    says(&db, &folder, &["up"], "2/u b (TIME)\n3/u c (TIME)\n5/u e (TIME)\n");

    let (db, folder) = merged();
    says(&db, &folder, &["down", "-all"], "3/d c (TIME)\n1/d a (TIME)\n");
    assert_eq!(db.row(), None);
}

/// `goto` a late version goes down past it and runs it, for nothing else leads there.
#[test]
fn goto_it() {
    let (db, folder) = merged();
    let output = ok(&db, &folder, &["goto", "2"]);
    output.assert_essence("3/d c (TIME)\n2/u b (TIME)\n");
    assert_eq!(db.row(), Some((2, false)));
    assert_eq!(db.tables(), tables(&["a", "b"]));
    assert_explained(&db, "goto a late version");
    says(&db, &folder, &["up"], "3/u c (TIME)\n5/u e (TIME)\n");
}

/// Both at once: edits are spoken of first, and allowing the one does not allow the other.
#[test]
fn late_and_edited() {
    let (db, folder) = merged();
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint);");
    dbm(&db, &folder, &["up"]).assert_status(1).assert_line("error: edited", "1_a.up.sql");
    dbm(&db, &folder, &["up", "-allow-late"]).assert_status(1).assert_line("error: edited", "1_a");
    refused(&db, &folder, &["up", "-allow-edited"]);
    ok(&db, &folder, &["up", "-allow-edited", "-allow-late"])
        .assert_essence("2/u b (TIME)\n5/u e (TIME)\n");
}

/// On a database of golang-migrate's alone nobody knows what ran: nothing is called late.
#[test]
fn nothing_is_late_that_may_have_run() {
    let Some(tool) = reference::find("history::nothing_is_late_that_may_have_run") else { return };
    let (db, folder) = (Database::new(), Folder::four());
    migrate(&tool, &db, &folder, &["up", "3"]);
    ok(&db, &folder, &["up"]).assert_essence("4/u d (TIME)\n");
    let (db, folder) = (Database::new(), Folder::four());
    ok(&db, &folder, &["up", "1"]);
    migrate(&tool, &db, &folder, &["up"]);
    ok(&db, &folder, &["up", "-allow-late"]).assert_essence("no change\n");
}

/// golang-migrate went down and ran it on its way back: the log did not see that, so `up` stops.
/// `repair` with its number says that it ran.
#[test]
fn golang_migrate_ran_it_after_going_down() {
    let Some(tool) = reference::find("history::golang_migrate_ran_it_after_going_down") else {
        return;
    };
    let (db, folder) = (Database::new(), odd());
    ok(&db, &folder, &["up", "2"]);
    migrate(&tool, &db, &folder, &["down", "1"]);
    add(&folder, 2, "b");
    migrate(&tool, &db, &folder, &["up", "2"]);
    assert_eq!(db.row(), Some((3, false)));
    refused(&db, &folder, &["up"]).assert_line("hint: ", "repair 2");
    ok(&db, &folder, &["repair", "-f", "2"]).assert_says("recorded 2 b as applied");
    says(&db, &folder, &["up"], "5/u e (TIME)\n");
    assert_explained(&db, "run by golang-migrate, and recorded");
}

/// The row tells of the version above: finished by hand, a late file is still to be recorded.
#[test]
fn what_to_type_after_a_loose_one_failed() {
    let (db, folder) = merged();
    folder.write("2_b.up.sql", "CREATE TABLE b ();\nCOMMIT;\nSELECT 1/0;\n");
    let output = dbm(&db, &folder, &["up", "-allow-late"]);
    output.assert_status(1).assert_line("hint: ", "repair 2");
}

/// golang-migrate counts down by the folder: from 3 it comes to a late 2, which never ran. The row
/// is the truth.
#[test]
fn golang_migrate_goes_down_to_it() {
    let Some(tool) = reference::find("history::golang_migrate_goes_down_to_it") else { return };
    let (db, folder) = merged();
    migrate(&tool, &db, &folder, &["down", "1"]);
    assert_eq!(db.row(), Some((2, false)));
    let output = ok(&db, &folder, &["up"]);
    output.assert_essence("3/u c (TIME)\n5/u e (TIME)\n");
    output.assert_line("hint: run by another tool, and recorded in the log: ", "3/d, 2/u");
    assert_eq!(lines(&db)[2..4], ["adopt down 3: 3 -> 1", "adopt up 2: 1 -> 2"]);
    assert_explained(&db, "down to a late version");
}

/// Eight at once, directly and through PgBouncer: each late file runs once, though the row, which
/// stays where it is, tells nobody.
#[test]
fn many_at_once() {
    let pooler = crate::support::pgbouncer::shared("history::late::many_at_once");
    for through in [None, pooler] {
        let (db, folder) = merged();
        folder.write("2_b.up.sql", "CREATE TABLE b (id int);\nSELECT pg_sleep(0.1);\n");
        let url = through.map_or_else(|| db.url(), |pooler| pooler.url(&db));
        let runs: Vec<_> = (0..8)
            .map(|_| Run::dbm().url(&url).path(&folder).args(["up", "-allow-late"]).spawn())
            .collect();
        for run in runs {
            run.finish().assert_status(0);
        }
        assert_eq!(lines(&db)[2..], ["run up 2: 3 -> 3", "run up 5: 3 -> 5"]);
    }
}

/// The connection goes in the middle of it: the row does not tell what became of it, the log does.
#[test]
fn the_connection_goes() {
    let (db, folder) = merged();
    let dies = "CREATE TABLE b (id int);\nSELECT pg_terminate_backend(pg_backend_pid());\n";
    folder.write("2_b.up.sql", dies);
    let output = dbm(&db, &folder, &["up", "-allow-late"]);
    output.assert_status(1).assert_line("hint: nothing of 2_b.up.sql was applied", "version 3");
    assert_eq!(db.tables(), tables(&["a", "c"]));
    refused(&db, &folder, &["up"]);
}
