//! The scanner beside the server: over a corpus of tricky files, both must see the same statements.

use std::fs;
use std::path::{Path, PathBuf};

use dbm::sql::{Script, Strings};
use postgres::{Client, SimpleQueryMessage, Transaction};

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

#[test]
fn it_counts_as_the_server_counts() {
    let db = Database::new();
    let mut wrong = Vec::new();
    for (path, text) in corpus() {
        db.clear();
        let name = path.display().to_string();
        let server = commands(&mut db.client(), &text);
        let scanner = Ok(Script::new(&text).statements().len());
        if scanner != server {
            wrong.push(format!(
                "{name}: the server sees {server:?} statements, the scanner {scanner:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where a backslash escapes in plain strings too, a few of the files are refused.
#[test]
fn it_counts_as_the_server_counts_with_old_strings() {
    let db = Database::new();
    let (mut wrong, mut counted) = (Vec::new(), 0);
    for (path, text) in corpus() {
        db.clear();
        let mut client = db.client();
        client.batch_execute("SET standard_conforming_strings = off").expect("set it off");
        let Ok(server) = commands(&mut client, &text) else { continue };
        let scanner = Script::with_strings(&text, Strings::Escaping).statements().len();
        counted += 1;
        if scanner != server {
            wrong.push(format!(
                "{}: the server sees {server}, the scanner {scanner}",
                path.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(counted >= 30, "only {counted} files of the corpus run");
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
        for statement in Script::new(&text).statements() {
            let code = &text[statement.code.clone()];
            let count = commands(&mut client, code);
            if count != Ok(1) {
                wrong.push(format!("{name}: {count:?} statements in {code:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The parts that are overwritten are those of the BEGIN and the COMMIT, and nothing else: the server
/// then sees the others, and no end of the transaction that it is in.
#[test]
fn what_shares_a_transaction_ends_none() {
    let db = Database::new();
    let mut shared_ones = 0;
    for (path, text) in corpus() {
        let script = Script::new(&text);
        let Ok(shared) = script.in_shared_transaction(&text) else { continue };
        db.clear();
        let mut client = db.client();
        let xid = "SELECT txid_current()";
        let mut transaction = client.transaction().expect("a transaction");
        let before: String = read_one(&mut transaction, xid);
        transaction.batch_execute(shared.trim_start_matches('\u{feff}')).unwrap_or_else(|error| {
            panic!("{}: {error:?}", path.display());
        });
        assert_eq!(read_one(&mut transaction, xid), before, "{}", path.display());
        shared_ones += 1;
    }
    assert!(shared_ones > 30, "only {shared_ones} files of the corpus share a transaction");
}

fn read_one(transaction: &mut Transaction<'_>, sql: &str) -> String {
    let answers = transaction.simple_query(sql).expect("an answer");
    let value = answers.iter().find_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_string),
        _ => None,
    });
    value.expect("a value")
}
