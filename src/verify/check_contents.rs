//! What is in the files: what keeps one from running at all, or from running in one transaction.

use std::collections::BTreeMap;

use crate::source::{Unreadable, read_text};
use crate::sql::{self, Kind, Mode, Refusal, Script, Statement};
use crate::verify::finding::{Finding, FindingKind};
use crate::verify::folder_files::{FolderFiles, MigrationFile};
use crate::verify::remedy::Remedy;

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
                let script = Script::new(&text);
                holds.insert(file.file_name.clone(), !script.is_empty());
                findings.extend(transaction(file, &text, &script));
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
fn transaction(file: &MigrationFile, text: &str, script: &Script) -> Option<Finding> {
    let code = script.statements();
    let notable = match script.mode() {
        Mode::Transactional { .. } => return None,
        Mode::OwnTransaction { .. } => outside_in_block(text, code)?,
        Mode::NonTransactional { .. } => outside(text, code).or_else(|| control(text, code))?,
        Mode::Refused(refusal) => refused(text, code, refusal),
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

fn refused(text: &str, code: &[Statement], refusal: Refusal) -> Notable {
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
            let head = opener.map_or_else(String::new, |s| s.head(text));
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
fn outside(text: &str, code: &[Statement]) -> Option<Notable> {
    let statement = code.iter().find(|s| s.kind == Kind::NonTransactional)?;
    let head = statement.head(text);
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
    let several = code.iter().filter(|s| s.kind == Kind::NonTransactional).count() > 1;
    Some(Notable::non_transactional(statement, message, Remedy::OwnFile { several }))
}

/// The same between the file's BEGIN and COMMIT, where the server is bound to refuse it.
fn outside_in_block(text: &str, code: &[Statement]) -> Option<Notable> {
    let begin = code.iter().find(|s| s.kind == Kind::Begin)?;
    let statement = code.iter().find(|s| s.kind == Kind::NonTransactional)?;
    let message = format!(
        "{} cannot run in the transaction that line {} begins: the file fails",
        statement.head(text),
        line(text, begin.code.start).unwrap_or(1)
    );
    let remedy = Remedy::OwnFileWithoutTransaction;
    Some(Notable::non_transactional(statement, message, remedy))
}

/// The first statement by which a file is not one transaction: neither none of its own nor one
/// BEGIN and one COMMIT at the end.
fn control(text: &str, code: &[Statement]) -> Option<Notable> {
    let mut controls = code.iter().enumerate().filter(|(_, s)| {
        matches!(
            s.kind,
            Kind::Begin | Kind::Commit { .. } | Kind::Rollback { .. } | Kind::PrepareTransaction
        )
    });
    let (_, first) = controls.next()?;
    if first.kind != Kind::Begin {
        let message =
            format!("{} ends a transaction that the file does not begin", first.head(text));
        return Some(Notable::non_transactional(first, message, Remedy::RemoveStatement));
    }
    let (index, second) = controls.next()?;
    let begun = line(text, first.code.start).unwrap_or(1);
    if second.kind != (Kind::Commit { chain: false }) {
        let message = match second.kind {
            Kind::Begin => format!("BEGIN stands within the transaction that line {begun} begins"),
            Kind::Rollback { .. } => {
                format!("{} undoes what the file has done since line {begun}", second.head(text))
            }
            Kind::Commit { .. } => {
                format!("{} AND CHAIN makes two transactions", second.head(text))
            }
            _ => format!("{} leaves the transaction to somebody else", second.head(text)),
        };
        return Some(Notable::non_transactional(second, message, Remedy::RemoveOrSplit));
    }
    let behind = code.get(index + 1)?;
    let ended = line(text, second.code.start).unwrap_or(1);
    let message = format!(
        "{} stands behind the COMMIT in line {ended}: if it fails, what was committed stands",
        behind.head(text)
    );
    Some(Notable::non_transactional(behind, message, Remedy::SplitOrUnwrap))
}

/// The line of a byte, counted from 1.
fn line(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    sql::locate(text, before.chars().count() + 1).map(|location| location.line)
}
