//! How a failure is shown: `file:line:column`, the line, a caret under the right character, and what
//! else the server said.

use crate::support::{Database, Folder, Output, Run};

/// Runs this text as a migration, which must fail at `token` (its last occurrence).
#[track_caller]
fn assert_points_at(text: &str, token: &str, message: &str) -> Output {
    assert_bytes_point_at(text.as_bytes(), text, token, message, "")
}

/// As [`assert_points_at`], for bytes that are `text` with something before it.
#[track_caller]
fn assert_bytes_point_at(
    bytes: &[u8],
    text: &str,
    token: &str,
    message: &str,
    parameters: &str,
) -> Output {
    let db = Database::new();
    let folder = Folder::new().file("7_wrong.up.sql", bytes);
    let url = match parameters {
        "" => db.url(),
        parameters => db.url_with(parameters),
    };
    let output = Run::dbm().url(url).path(&folder).arg("up").output();

    let at = text.rfind(token).expect("the token stands in the text");
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[..at].matches('\n').count() + 1;
    let column = text[line_start..at].chars().count() + 1;
    let source = text[line_start..].lines().next().unwrap_or_default();
    let source = source.trim_end_matches('\r');

    let first = format!("error: migration failed: {message} (column {column}) in line {line}: ");
    output.assert_status(1);
    assert!(output.first_line().starts_with(&first), "expected {first:?}\n{output}");
    output.assert_says(&format!("7_wrong.up.sql:{line}:{column}"));
    assert_caret(&output, source, token);
    output
}

/// Under the source's line stands a caret, in the column where the token begins to the eye.
#[track_caller]
fn assert_caret(output: &Output, source: &str, token: &str) {
    let lines: Vec<&str> = output.stderr.lines().collect();
    let caret = lines
        .iter()
        .position(|line| {
            line.contains('^') && line.chars().all(|c| matches!(c, ' ' | '\t' | '^' | '|' | '~'))
        })
        .unwrap_or_else(|| panic!("expected a line with a caret\n{output}"));
    let shown = lines[caret - 1];
    let token_line = token.lines().next().unwrap_or_default();
    let untabbed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        untabbed(shown).contains(&untabbed(source)),
        "expected {source:?} above the caret, got {shown:?}\n{output}"
    );
    let token_at = shown.rfind(token_line).expect("the token in the line shown");
    let caret_at = lines[caret].find('^').expect("a caret");
    assert_eq!(
        width(&lines[caret][..caret_at]),
        width(&shown[..token_at]),
        "the caret stands wrong\n{output}"
    );
    assert!(
        shown.starts_with("  ") && lines[caret].starts_with("  "),
        "what dbm adds is indented\n{output}"
    );
}

/// Columns of a terminal, with a tab stop every eight.
fn width(text: &str) -> usize {
    text.chars().fold(0, |width, c| match c {
        '\t' => (width / 8 + 1) * 8,
        _ => width + 1,
    })
}

const NO_COLUMN: &str = "column \"nothing\" does not exist";

#[test]
fn in_the_first_line() {
    assert_points_at("SELECT nothing;\n", "nothing", NO_COLUMN);
}

#[test]
fn in_a_later_line_of_a_later_statement() {
    assert_points_at(
        "CREATE TABLE t (a int);\n\n-- a word\nSELECT a,\n       nothing\n  FROM t;\nSELECT 1;\n",
        "nothing",
        NO_COLUMN,
    );
}

#[test]
fn in_the_last_line_without_a_newline() {
    assert_points_at("SELECT 1;\nSELECT nothing", "nothing", NO_COLUMN);
}

#[test]
fn after_letters_that_are_not_ascii() {
    assert_points_at("-- ünï\nSELECT 'é', 'ß', 'Ж', nothing;\n", "nothing", NO_COLUMN);
}

#[test]
fn after_tabs() {
    assert_points_at("SELECT\n\t1,\t\tnothing;\n", "nothing", NO_COLUMN);
}

#[test]
fn after_lines_that_end_in_crlf() {
    assert_points_at("SELECT 1;\r\nSELECT 2,\r\n  nothing;\r\nSELECT 3;\r\n", "nothing", NO_COLUMN);
}

#[test]
fn after_a_byte_order_mark() {
    let text = "SELECT nothing;\n";
    let bytes = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    assert_bytes_point_at(&bytes, text, "nothing", NO_COLUMN, "");
    let text = "SELECT 1;\nSELECT 'é', nothing;\n";
    let bytes = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    assert_bytes_point_at(&bytes, text, "nothing", NO_COLUMN, "");
}

#[test]
fn in_a_wrapped_file() {
    assert_points_at(
        "BEGIN;\nCREATE TABLE t (a int);\n\tSELECT 'ü', nothing FROM t;\nCOMMIT;\n",
        "nothing",
        NO_COLUMN,
    );
}

#[test]
fn behind_a_comment_before_the_begin() {
    assert_points_at(
        "-- why\n/* and\n   how */ BEGIN; SELECT nothing; COMMIT;\n",
        "nothing",
        NO_COLUMN,
    );
}

#[test]
fn in_a_loose_file() {
    assert_points_at(
        "CREATE TABLE t (a int);\nCREATE INDEX CONCURRENTLY t_a ON t (a);\nSELECT 'é',\n  nothing;\n",
        "nothing",
        NO_COLUMN,
    );
}

#[test]
fn in_one_of_multiple_statements() {
    let text = "CREATE TABLE t (a int);\nSELECT 'é',\n  nothing;\n";
    assert_bytes_point_at(text.as_bytes(), text, "nothing", NO_COLUMN, "x-multi-statement=true");
}

#[test]
fn in_a_syntax_error() {
    assert_points_at(
        "CREATE TABLE t (a int);\nCREATE TABEL u (a int);\n",
        "TABEL",
        "syntax error at or near \"TABEL\"",
    );
}

/// Of a file on one line of a hundred thousand characters only a part can be shown.
#[test]
fn in_a_line_too_long_to_show() {
    let filler = "SELECT 1; ".repeat(10_000);
    let db = Database::new();
    let folder = Folder::new().file("1_long.up.sql", format!("{filler}SELECT nothing; {filler}"));
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output.assert_status(1).assert_says("1_long.up.sql:1:100008");
    assert!(output.stderr.len() < 4096, "expected an excerpt, got {} bytes", output.stderr.len());
}

/// Where the server gives no position, the file is named all the same.
#[test]
fn without_a_position() {
    let db = Database::new();
    let folder = Folder::new().file("1_wrong.up.sql", "SELECT 1/0;\n");
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output.assert_status(1).assert_says("1_wrong.up.sql");
    assert!(
        output.first_line().starts_with("error: migration failed: division by zero in line "),
        "{output}"
    );
    output.assert_says("22012");
}

#[test]
fn with_detail_hint_and_sqlstate() {
    let db = Database::new();
    let folder = Folder::new().file(
        "1_wrong.up.sql",
        "DO $$ BEGIN\n  RAISE EXCEPTION 'the message' USING DETAIL = 'the detail',\n    \
         HINT = 'the hint', ERRCODE = 'P1234';\nEND $$;\n",
    );
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output.assert_status(1);
    assert!(output.first_line().starts_with("error: migration failed: the message"), "{output}");
    for said in ["the detail", "the hint", "P1234"] {
        output.assert_says(said);
    }
    assert_eq!(output.essence().lines().count(), 1, "{output}");
}

/// A message of several lines stays one error; its other lines are not mistaken for lines of dbm.
#[test]
fn with_the_end_of_the_input_missing() {
    let db = Database::new();
    let folder = Folder::new().file("1_wrong.up.sql", "SELECT 1;\nSELECT (2");
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output
        .assert_status(1)
        .assert_says("syntax error at end of input")
        .assert_says("1_wrong.up.sql");
    assert_eq!(db.row(), None);
}
