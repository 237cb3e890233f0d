//! A failure on a terminal: no line of it is broken at the edge, and the place is said once; and
//! anywhere, the line within a body at which the server stopped.

use crate::support::{Database, Folder, Run};

/// A line of 1,000 characters, with something wrong in the middle.
fn long() -> String {
    let column = "'größe 数据', ";
    format!("SELECT 1;\nSELECT {}nothing, {}1;\n", column.repeat(40), column.repeat(40))
}

/// Columns that are taken on a terminal.
fn width(line: &str) -> usize {
    line.chars().map(|c| if ('\u{3000}'..'\u{ffff}').contains(&c) { 2 } else { 1 }).sum()
}

#[test]
fn a_line_is_cut_to_the_terminal() {
    let (db, folder) = (Database::new(), Folder::new().file("7_wrong.up.sql", long()));
    for columns in [60, 80, 200] {
        let run = Run::dbm().db(&db).path(&folder).arg("up").spawn_on_a_terminal(columns);
        let text = run.finish();
        let lines: Vec<&str> = text.lines().collect();
        let caret = lines.iter().position(|line| line.ends_with("| ^") || line.ends_with(" ^"));
        let caret = caret.unwrap_or_else(|| panic!("no caret: {text}"));
        let (line, below) = (lines[caret - 1], lines[caret]);
        assert!(line.starts_with("  2 | … ") && line.ends_with(" …"), "{text}");
        // As wide as it can be, give or take a character.
        let widest = usize::from(columns);
        assert!((widest - 6..widest).contains(&width(line)), "{columns}: {text}");
        let before = &line[..line.find("nothing").expect("the place")];
        assert_eq!(width(before), below.len() - 1, "{text}");
    }
    // A pipe has no width.
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    let line = output.stderr.lines().find(|line| line.starts_with("  2 | ")).expect("the line");
    assert!((114..=126).contains(&width(line)), "{output}");
}

#[test]
fn a_terminal_says_the_place_once() {
    let db = Database::new();
    let folder = Folder::new().file("7_wrong.up.sql", "SELECT 1;\nSELECT nothing;\n");
    let up = || Run::dbm().db(&db).path(&folder).arg("up");
    let path = folder.join("7_wrong.up.sql");
    let path = path.display();
    let text = up().env("NO_COLOR", "1").on_a_terminal();
    let message = "migration failed: column \"nothing\" does not exist";
    let first = text.lines().next().unwrap_or_default();
    assert_eq!(first, format!("error: {message} ({path}:2:8)"));
    let output = up().output();
    let first = format!("error: {message} (column 8) in line 2: {path}:2:8");
    assert_eq!(output.first_line(), first);
    // A statement of ours stands in no line.
    let locked = || Run::dbm().db(&db).path(&folder).args(["force", "3"]).env("NO_COLOR", "1");
    db.execute("DROP TABLE schema_migrations; CREATE TABLE schema_migrations (version text)");
    let text = locked().on_a_terminal();
    assert!(text.contains("\nerror: column") && !text.contains("line 0"), "{text}");
    locked().output().assert_status(1).assert_says(" in line 0: ");
}

/// Two lines, and the caret's below each.
#[track_caller]
fn assert_lines(text: &str, expected: &[&str]) {
    let db = Database::new();
    let folder = Folder::new().file("1_a.up.sql", text);
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output.assert_status(1);
    let shown = output.stderr.lines().filter(|line| line.contains(" | "));
    assert_eq!(shown.collect::<Vec<_>>(), expected, "{output}");
}

#[test]
fn the_line_within_a_do_block_is_shown() {
    let text = "CREATE TABLE t (a int);\n\nDO $$\nBEGIN\n  PERFORM 1;\n\tRAISE 'no';\nEND $$;\n";
    assert_lines(text, &["  3 | DO $$", "    | ^", "  6 | \tRAISE 'no';", "    | \t^"]);
    // On the first line there is nothing more to show.
    assert_lines(
        "DO $$ BEGIN RAISE 'no'; END $$;",
        &["  1 | DO $$ BEGIN RAISE 'no'; END $$;", "    | ^"],
    );
}

#[test]
fn the_line_within_a_function_is_shown() {
    let text = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE plpgsql AS $f$\nBEGIN\n  \
                RETURN 1 / a;\nEND $f$;\nSELECT 1;\nSELECT f(0);\n";
    assert_lines(text, &["  6 | SELECT f(0);", "    | ^", "  3 |   RETURN 1 / a;", "    |   ^"]);
}

/// In a file that cannot run in one transaction, too.
#[test]
fn the_line_within_a_body_of_a_non_transactional_file_is_shown() {
    let text = "VACUUM;\nDO $$\nBEGIN\n  RAISE 'no';\nEND $$;\n";
    assert_lines(text, &["  2 | DO $$", "    | ^", "  4 |   RAISE 'no';", "    |   ^"]);
}
