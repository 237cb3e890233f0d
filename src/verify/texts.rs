//! Texts: what keeps a file from running at all, or from running in one transaction.

use std::collections::BTreeMap;

use crate::source::{Unreadable, read_text, shown};
use crate::sql::{self, Kind, Refusal, Route, Statement};
use crate::verify::folder::{Folder, Migration};
use crate::verify::{Finding, FindingKind};

/// Whether files have statements, by their names; those that could not be read are not in it.
pub struct Holds(BTreeMap<String, bool>);

impl Holds {
    /// `None` where it is not known.
    pub fn statements(&self, file: &Migration) -> Option<bool> {
        self.0.get(&file.file_name).copied()
    }
}

pub fn check(folder: &Folder, findings: &mut Vec<Finding>) -> Holds {
    let mut holds = BTreeMap::new();
    // What was put aside is to go, and is often no text at all.
    for file in folder.migrations.iter().filter(|file| !file.is_left_over) {
        match read_text(&file.path) {
            Ok(text) => {
                let statements = sql::scan(&text);
                holds.insert(file.file_name.clone(), statements.iter().any(|s| !s.is_empty()));
                findings.extend(transaction(file, &text, &statements));
            }
            Err(error) => findings.push(unreadable(file, &error)),
        }
    }
    Holds(holds)
}

fn unreadable(file: &Migration, error: &Unreadable) -> Finding {
    let name = shown(&file.file_name);
    let remedy = match error {
        Unreadable::Io(_) => format!("see what it is: ls -l {name}"),
        Unreadable::Utf16 | Unreadable::NotUtf8 { .. } => {
            "save it as UTF-8: iconv -f OLD -t UTF-8, or in the editor".to_string()
        }
        Unreadable::ZeroByte { .. } => "take the zero byte out".to_string(),
    };
    let message = error.to_string();
    let finding = Finding::new(FindingKind::Unreadable, Some(file.version), message, remedy);
    finding.in_file(&file.file_name).at_line(error.line())
}

/// What the file does about transactions, where that is worth a word.
fn transaction(file: &Migration, text: &str, statements: &[Statement]) -> Option<Finding> {
    let code: Vec<&Statement> = statements.iter().filter(|s| !s.is_empty()).collect();
    let odd = match sql::route(statements) {
        Route::Plain { .. } => return None,
        Route::Wrapped { .. } => alone_in_block(text, &code)?,
        Route::Loose => alone(text, &code).or_else(|| control(text, &code))?,
        Route::Refused(refusal) => refused(text, &code, refusal),
    };
    let mut finding = Finding::new(odd.kind, Some(file.version), odd.message, odd.remedy)
        .in_file(&file.file_name)
        .at_line(line(text, odd.at));
    finding.is_note = odd.is_note;
    Some(finding)
}

/// A statement that is worth a word.
struct Odd {
    kind: FindingKind,
    /// The byte at which it begins.
    at: usize,
    message: String,
    remedy: String,
    is_note: bool,
}

impl Odd {
    fn loose(statement: &Statement, message: String, remedy: &str) -> Odd {
        Odd {
            kind: FindingKind::Loose,
            at: statement.code.start,
            message,
            remedy: remedy.to_string(),
            is_note: false,
        }
    }
}

fn refused(text: &str, code: &[&Statement], refusal: Refusal) -> Odd {
    match refusal {
        Refusal::CopyFromStdin { at } => Odd {
            kind: FindingKind::CopyFromStdin,
            at,
            message: "COPY FROM STDIN takes its rows from a client: the file is not run"
                .to_string(),
            remedy: "write INSERT statements (pg_dump --inserts does), or COPY from a file that \
                     the server can read"
                .to_string(),
            is_note: false,
        },
        Refusal::LeavesTransactionOpen { at } => {
            let opener = code.iter().find(|s| s.code.start == at);
            let head = opener.map_or_else(String::new, |s| head(text, s));
            let is_begin = opener.is_none_or(|s| s.kind == Kind::Begin);
            let remedy = match is_begin {
                true => {
                    "end it with COMMIT, or take the BEGIN out: dbm runs the file in a \
                         transaction anyway"
                }
                false => "take AND CHAIN out, or end that transaction with COMMIT",
            };
            Odd {
                kind: FindingKind::OpenTransaction,
                at,
                message: format!(
                    "{} opens a transaction that the file does not end: the file is not run",
                    if is_begin { head } else { format!("{head} AND CHAIN") }
                ),
                remedy: remedy.to_string(),
                is_note: false,
            }
        }
    }
}

/// A statement that refuses a transaction, in a file that runs loosely for it.
fn alone(text: &str, code: &[&Statement]) -> Option<Odd> {
    let statement = code.iter().find(|s| s.kind == Kind::NonTransactional)?;
    let head = head(text, statement);
    if code.len() == 1 {
        let message =
            format!("{head} cannot run in a transaction, and runs by itself under the dirty flag");
        let remedy = "nothing to do: in a file of its own it is as good as it can be; if it fails, \
                      dbm says what is left and what to type";
        return Some(Odd { is_note: true, ..Odd::loose(statement, message, remedy) });
    }
    let message = format!(
        "{head} cannot run in a transaction, so none of the file's {} statements does: if one \
         fails, those before it stand",
        code.len()
    );
    let remedy = match code.iter().filter(|s| s.kind == Kind::NonTransactional).count() {
        1 => "put it into a file of its own",
        _ => "put each statement of that kind into a file of its own",
    };
    Some(Odd::loose(statement, message, remedy))
}

/// The same between the file's BEGIN and COMMIT, where the server is bound to refuse it.
fn alone_in_block(text: &str, code: &[&Statement]) -> Option<Odd> {
    let begin = code.iter().find(|s| s.kind == Kind::Begin)?;
    let statement = code.iter().find(|s| s.kind == Kind::NonTransactional)?;
    let message = format!(
        "{} cannot run in the transaction that line {} begins: the file fails",
        head(text, statement),
        line(text, begin.code.start).unwrap_or(1)
    );
    let remedy = "put it into a file of its own, without BEGIN and COMMIT";
    Some(Odd::loose(statement, message, remedy))
}

/// The first statement by which a file is not one transaction: neither none of its own nor one
/// BEGIN and one COMMIT at the end.
fn control(text: &str, code: &[&Statement]) -> Option<Odd> {
    const SPLIT: &str = "split the file there, or take its BEGIN and COMMIT out: dbm runs it in a \
                         transaction anyway";
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
        let remedy = "take it out: dbm runs the file in a transaction anyway";
        return Some(Odd::loose(first, message, remedy));
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
        return Some(Odd::loose(second, message, "take it out, or split the file there"));
    }
    let behind = code.get(index + 1)?;
    let ended = line(text, second.code.start).unwrap_or(1);
    let message = format!(
        "{} stands behind the COMMIT in line {ended}: if it fails, what was committed stands",
        head_of(behind)
    );
    Some(Odd::loose(behind, message, SPLIT))
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
