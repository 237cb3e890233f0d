//! The scanner beside the server: over a corpus of tricky files, both must see the same statements.

use std::fs;
use std::path::{Path, PathBuf};

use dbm::sql;
use postgres::{Client, SimpleQueryMessage};

use crate::support::Database;

/// The corpus: `tests/corpus/*.sql`, each a file that a fresh database takes.
fn corpus() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files: Vec<(PathBuf, String)> = fs::read_dir(&folder)
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a file of the corpus");
            (path, text)
        })
        .collect();
    files.sort();
    assert!(files.len() >= 40, "only {} files in the corpus", files.len());
    files
}

/// How many statements the server sees in this message; its complaint, if it has one.
///
/// A message with no statement at all is answered as if it had one, so one is put before it.
fn commands(client: &mut Client, text: &str) -> Result<usize, String> {
    let text = text.trim_start_matches('\u{feff}');
    let answers =
        client.simple_query(&format!("SELECT;{text}")).map_err(|error| format!("{error:?}"))?;
    let complete = answers
        .iter()
        .filter(|answer| matches!(answer, SimpleQueryMessage::CommandComplete(_)))
        .count();
    Ok(complete - 1)
}

fn statements(text: &str) -> Vec<sql::Statement> {
    sql::scan(text).into_iter().filter(|statement| !statement.is_empty()).collect()
}

#[test]
fn it_counts_as_the_server_counts() {
    let db = Database::new();
    let mut wrong = Vec::new();
    for (path, text) in corpus() {
        db.clear();
        let name = path.display().to_string();
        let server = commands(&mut db.client(), &text);
        let scanner = Ok(statements(&text).len());
        if scanner != server {
            wrong.push(format!(
                "{name}: the server sees {server:?} statements, the scanner {scanner:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each by itself is one statement to the server: so two mistakes cannot make up for each other.
#[test]
fn each_statement_is_one_to_the_server() {
    let db = Database::new();
    let mut wrong = Vec::new();
    for (path, text) in corpus() {
        db.clear();
        let name = path.display().to_string();
        let mut client = db.client();
        for statement in statements(&text) {
            let code = &text[statement.code.clone()];
            let count = commands(&mut client, code);
            if count != Ok(1) {
                wrong.push(format!("{name}: {count:?} statements in {code:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_spans_joined_are_the_text() {
    for (path, text) in corpus() {
        let joined: String =
            sql::scan(&text).iter().map(|statement| &text[statement.span.clone()]).collect();
        assert_eq!(joined, text, "{}", path.display());
    }
}

/// Whatever a file breaks off in, the scanner goes on to the end of it and loses nothing.
#[test]
fn every_beginning_of_a_file_is_scanned() {
    for (path, text) in corpus() {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let part = &text[..end];
            let joined: usize = sql::scan(part).iter().map(|statement| statement.span.len()).sum();
            assert_eq!(joined, end, "{} up to {end}", path.display());
        }
    }
}
