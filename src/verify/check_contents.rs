//! What is in the files: what keeps one from running at all, or from running in one transaction.

use std::collections::BTreeMap;

use crate::source::{Unreadable, read_text};
use crate::sql::{self, Kind, Refusal, Route, Statement};
use crate::verify::folder_files::{FolderFiles, MigrationFile};
use crate::verify::remedy::Remedy;
use crate::verify::{Finding, FindingKind};

/// Whether files have statements, by their names; those that could not be read are not in it.
pub struct HasStatements(BTreeMap<String, bool>);

impl HasStatements {
    /// `None` where it is not known.
    pub fn of(&self, file: &MigrationFile) -> Option<bool> {
        self.0.get(&file.file_name).copied()
    }
}

pub fn check(folder: &FolderFiles, findings: &mut Vec<Finding>) -> HasStatements {
    let mut holds = BTreeMap::new();
    // A backup is to go, and is often no text at all.
    for file in folder.migrations.iter().filter(|file| !file.is_backup) {
        match read_text(&file.path) {
            Ok(text) => {
                let statements = sql::scan(&text);
                holds.insert(file.file_name.clone(), statements.iter().any(|s| !s.is_empty()));
                findings.extend(transaction(file, &text, &statements));
            }
            Err(error) => findings.push(unreadable(file, &error)),
        }
    }
    HasStatements(holds)
}

fn unreadable(file: &MigrationFile, error: &Unreadable) -> Finding {
    let remedy = match error {
        Unreadable::Io(_) => Remedy::Inspect { file: file.file_name.clone() },
        Unreadable::Utf16 | Unreadable::NotUtf8 { .. } => Remedy::SaveAsUtf8,
        Unreadable::ZeroByte { .. } => Remedy::RemoveZeroByte,
    };
    let message = error.to_string();
    let finding = Finding::new(FindingKind::Unreadable, Some(file.version), message, remedy);
    finding.in_file(&file.file_name).at_line(error.line())
}

/// What the file does about transactions, where that is worth a word.
fn transaction(file: &MigrationFile, text: &str, statements: &[Statement]) -> Option<Finding> {
    let code: Vec<&Statement> = statements.iter().filter(|s| !s.is_empty()).collect();
    let notable = match sql::route(statements) {
        Route::Plain { .. } => return None,
        Route::Wrapped { .. } => alone_in_block(text, &code)?,
        Route::Loose => alone(text, &code).or_else(|| control(text, &code))?,
        Route::Refused(refusal) => refused(text, &code, refusal),
    };
    let mut finding =
        Finding::new(notable.kind, Some(file.version), notable.message, notable.remedy)
            .in_file(&file.file_name)
            .at_line(line(text, notable.at));
    finding.is_note = finding.remedy == Remedy::Nothing;
    Some(finding)
}

/// A statement that is worth a word.
struct Notable {
    kind: FindingKind,
    /// The byte at which it begins.
    at: usize,
    message: String,
    remedy: Remedy,
}

impl Notable {
    fn non_transactional(statement: &Statement, message: String, remedy: Remedy) -> Notable {
        Notable { kind: FindingKind::NonTransactional, at: statement.code.start, message, remedy }
    }
}

fn refused(text: &str, code: &[&Statement], refusal: Refusal) -> Notable {
    match refusal {
        Refusal::CopyFromStdin { at } => Notable {
            kind: FindingKind::CopyFromStdin,
            at,
            message: "COPY FROM STDIN takes its rows from a client: the file is not run"
                .to_string(),
            remedy: Remedy::ReplaceCopy,
        },
        Refusal::LeavesTransactionOpen { at } => {
            let opener = code.iter().find(|s| s.code.start == at);
            let head = opener.map_or_else(String::new, |s| head(text, s));
            let (opening, remedy) = match opener.is_none_or(|s| s.kind == Kind::Begin) {
                true => (head, Remedy::EndTransaction),
                false => (format!("{head} AND CHAIN"), Remedy::RemoveChain),
            };
            Notable {
                kind: FindingKind::OpenTransaction,
                at,
                message: format!(
                    "{opening} opens a transaction that the file does not end: the file is not run"
                ),
                remedy,
            }
        }
    }
}

/// A statement that refuses a transaction, in a file that is non-transactional because of it.
fn alone(text: &str, code: &[&Statement]) -> Option<Notable> {
    let statement = code.iter().find(|s| s.kind == Kind::Alone)?;
    let head = head(text, statement);
    if code.len() == 1 {
        let message =
            format!("{head} cannot run in a transaction, and runs by itself under the dirty flag");
        return Some(Notable::non_transactional(statement, message, Remedy::Nothing));
    }
    let message = format!(
        "{head} cannot run in a transaction, so none of the file's {} statements does: if one \
         fails, those before it stand",
        code.len()
    );
    let several = code.iter().filter(|s| s.kind == Kind::Alone).count() > 1;
    Some(Notable::non_transactional(statement, message, Remedy::OwnFile { several }))
}

/// The same between the file's BEGIN and COMMIT, where the server is bound to refuse it.
fn alone_in_block(text: &str, code: &[&Statement]) -> Option<Notable> {
    let begin = code.iter().find(|s| s.kind == Kind::Begin)?;
    let statement = code.iter().find(|s| s.kind == Kind::Alone)?;
    let message = format!(
        "{} cannot run in the transaction that line {} begins: the file fails",
        head(text, statement),
        line(text, begin.code.start).unwrap_or(1)
    );
    let remedy = Remedy::OwnFileWithoutTransaction;
    Some(Notable::non_transactional(statement, message, remedy))
}

/// The first statement by which a file is not one transaction: neither none of its own nor one
/// BEGIN and one COMMIT at the end.
fn control(text: &str, code: &[&Statement]) -> Option<Notable> {
    let mut controls = code.iter().enumerate().filter(|(_, s)| {
        matches!(
            s.kind,
            Kind::Begin | Kind::Commit { .. } | Kind::Rollback { .. } | Kind::PrepareTransaction
        )
    });
    let (_, first) = controls.next()?;
    let head_of = |statement: &Statement| head(text, statement);
    if first.kind != Kind::Begin {
        let message = format!("{} ends a transaction that the file does not begin", head_of(first));
        return Some(Notable::non_transactional(first, message, Remedy::RemoveStatement));
    }
    let (index, second) = controls.next()?;
    let begun = line(text, first.code.start).unwrap_or(1);
    if second.kind != (Kind::Commit { chain: false }) {
        let message = match second.kind {
            Kind::Begin => format!("BEGIN stands within the transaction that line {begun} begins"),
            Kind::Rollback { .. } => {
                format!("{} undoes what the file has done since line {begun}", head_of(second))
            }
            Kind::Commit { .. } => format!("{} AND CHAIN makes two transactions", head_of(second)),
            _ => format!("{} leaves the transaction to somebody else", head_of(second)),
        };
        return Some(Notable::non_transactional(second, message, Remedy::RemoveOrSplit));
    }
    let behind = code.get(index + 1)?;
    let ended = line(text, second.code.start).unwrap_or(1);
    let message = format!(
        "{} stands behind the COMMIT in line {ended}: if it fails, what was committed stands",
        head_of(behind)
    );
    Some(Notable::non_transactional(behind, message, Remedy::SplitOrUnwrap))
}

/// The line of a byte, counted from 1.
fn line(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    sql::locate(text, before.chars().count() + 1).map(|location| location.line)
}

/// What to call a statement: its first words, in capitals. No more of it, since a password may
/// follow.
fn head(text: &str, statement: &Statement) -> String {
    const PAIRS: [&str; 7] = ["ALTER", "CREATE", "DISCARD", "DROP", "PREPARE", "REINDEX", "START"];
    let code = text.get(statement.code.clone()).unwrap_or_default();
    let words: Vec<String> = code
        .split_whitespace()
        .map_while(|word| {
            let end = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
            word.get(..end).filter(|word| !word.is_empty()).map(str::to_ascii_uppercase)
        })
        .take(4)
        .collect();
    let is_at = |n: usize, some: &[&str]| words.get(n).is_some_and(|w| some.contains(&w.as_str()));
    let length = match words.iter().position(|word| word == "CONCURRENTLY") {
        Some(at) => at + 1,
        None if is_at(1, &["OR"]) => 4,
        None if is_at(0, &PAIRS) || is_at(1, &["PREPARED"]) => 2,
        None => 1,
    };
    let head = words.get(..length.min(words.len())).unwrap_or_default().join(" ");
    if head.is_empty() { "a statement".to_string() } else { head }
}
