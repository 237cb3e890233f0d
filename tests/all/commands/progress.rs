//! How far a run is: a line that is written over on a terminal, and what a pipe gets.

use crate::support::locks::Gate;
use crate::support::terminal::Terminal;
use crate::support::{Database, Folder, Run};

/// What stood in one line of the terminal, one after the other.
fn drawn(text: &str) -> Vec<String> {
    let parts = text.split(['\r', '\n']).filter_map(|part| part.strip_suffix("\u{1b}[K"));
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn up(db: &Database, folder: &Folder, columns: u16) -> Terminal {
    Run::dbm().db(db).path(folder).arg("up").spawn_on_a_terminal(columns)
}

#[test]
fn a_terminal_shows_which_file_runs_and_what_it_waits_for() {
    let db = Database::new();
    let name = "a_name_that_is_much_too_long_for_a_narrow_terminal";
    let folder = Folder::tables(&["a", "b"])
        .file(&format!("3_{name}.up.sql"), Gate::SQL)
        .file("4_d.up.sql", "SELECT 1");
    for columns in [60, 80, 200] {
        let gate = Gate::close(db.client());
        let run = up(&db, &folder, columns);
        run.wait_for("3/4  3/u a_name_that").wait_for("s  waits for pid ");
        gate.open();
        let text = run.finish();
        for line in drawn(&text) {
            assert!(line.chars().count() < usize::from(columns), "{line:?} in {columns}");
        }
        // The name gives way to what it waits for.
        let whole = drawn(&text).iter().any(|line| line.contains(name) && line.contains("waits"));
        assert_eq!(whole, columns == 200, "{text:?}");
        // It is taken off before the next line is printed, and at the end.
        assert!(text.contains(&format!("\r\u{1b}[K3/u {name} (")), "{text:?}");
        assert!(text.rfind("\u{1b}[K") < text.rfind("4/u d ("), "{text:?}");
        db.clear();
    }
}

#[test]
fn a_terminal_shows_how_far_an_index_is() {
    let db = Database::new();
    let folder = Folder::new()
        .file("1_t.up.sql", "CREATE TABLE t (id int)")
        .file("2_i.up.sql", "CREATE INDEX CONCURRENTLY t_id ON t (id)");
    let mut old = db.client();
    old.batch_execute("CREATE TABLE o ()").unwrap();
    old.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; TABLE o").unwrap();
    let run = up(&db, &folder, 100);
    run.wait_for("2/2  2/u i  ").wait_for("s  index t_id: waiting for old snapshots");
    old.batch_execute("COMMIT").unwrap();
    assert!(run.finish().contains("2/u i ("));
}

/// Neither a run that is over at once, nor a terminal that cannot, nor a pipe.
#[test]
fn no_line_is_drawn_where_there_is_no_use() {
    let db = Database::new();
    let folder = Folder::tables(&["a", "b"]).file("3_slow.up.sql", Gate::SQL);
    let text = Run::dbm().db(&db).path(&folder).args(["up", "2"]).on_a_terminal();
    assert!(!text.contains("\u{1b}[K"), "{text:?}");
    let mut gate = Gate::close(db.client());
    let run = Run::dbm().db(&db).path(&folder).arg("up");
    let dumb = run.env("TERM", "dumb").spawn_on_a_terminal(80);
    gate.waiting();
    // By now it would have been drawn.
    wait_for_a_look(&db);
    gate.open();
    let text = dumb.finish();
    assert!(!text.contains('\u{1b}') && !text.contains("3/3"), "{text:?}");
    Run::dbm().db(&db).path(&folder).args(["down", "1"]).output().assert_status(0);
    let mut gate = Gate::close(db.client());
    let piped = Run::dbm().db(&db).path(&folder).arg("up").spawn();
    gate.waiting();
    wait_for_a_look(&db);
    gate.open();
    let output = piped.finish();
    output.assert_status(0);
    assert_eq!(output.masked(), "3/u slow (TIME)\n");
}

/// Until somebody has asked what a file waits for; the session that asks is gone after the file.
fn wait_for_a_look(db: &Database) {
    crate::support::wait::until_true("a look at the file", || {
        db.number(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
             AND state = 'idle' AND query LIKE '%pg_stat_progress_create_index p%'",
        ) > 0
    });
}

#[test]
fn many_files_are_summed_up() {
    let db = Database::new();
    let names: Vec<String> = (1..=12).map(|number| format!("t{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let folder = Folder::tables(&names);
    let last = |args: &[&str]| {
        let output = Run::dbm().db(&db).path(&folder).args(args.iter().copied()).output();
        output.assert_status(0);
        // It is our own line, and golang-migrate's are as they were.
        assert_eq!(output.essence().lines().count(), output.stderr.lines().count() - 1);
        output.stderr.lines().last().unwrap_or_default().to_owned()
    };
    let said = last(&["up"]);
    assert!(said.starts_with("  12 files in ") && said.ends_with("s: none -> 12"), "{said}");
    let said = last(&["goto", "2"]);
    assert!(said.starts_with("  10 files in ") && said.ends_with("s: 12 -> 2"), "{said}");
    let few = Run::dbm().db(&db).path(&folder).args(["up", "9"]).output();
    few.assert_status(0).assert_silent_about("files in");
}
