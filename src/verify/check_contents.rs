//! What is in the files: what keeps one from running at all, or from running in one transaction.

use std::collections::BTreeMap;

use crate::migration::Direction;
use crate::source::{Unreadable, read_each, read_text};
use crate::sql::{self, Kind, Mode, Refusal, Script, Statement, Strings};
use crate::verify::finding::{Finding, FindingKind};
use crate::verify::folder_files::{FolderFiles, MigrationFile};
use crate::verify::remedy::Remedy;

/// Whether files have statements that do something, or say that nothing can be done, by their names; those that
/// could not be read are not in it.
pub type HasStatements<'f> = BTreeMap<&'f str, bool>;

pub fn check<'f>(folder: &'f FolderFiles, findings: &mut Vec<Finding>) -> HasStatements<'f> {
    let mut holds = BTreeMap::new();
    // A backup is to go, and is often no text at all.
    let checked =
        read_each(&folder.migrations, |file, _| (!file.is_backup).then(|| check_file(file)));
    for (file_name, does_something, found) in checked {
        holds.extend(does_something.map(|does_something| (file_name, does_something)));
        findings.extend(found);
    }
    holds
}

/// A file's name, whether it does something, if it can be read, and what was found in it.
fn check_file(file: &MigrationFile) -> (&str, Option<bool>, Vec<Finding>) {
    let file_name = file.file_name.as_str();
    let text = match read_text(&file.path) {
        Ok(text) => text,
        Err(error) => return (file_name, None, vec![unreadable(file, &error)]),
    };
    let script = Script::new(&text);
    let statements = script.statements();
    let does_something = statements.iter().any(does_something)
        || file.direction == Direction::Down && sql::irreversible(&text).is_some()
        || matches!(script.mode(), Mode::Refused(_) | Mode::NonTransactional { .. });
    let contents = Contents { file, text: &text, statements };
    let mut found = Vec::new();
    found.extend(contents.transaction(script.mode()));
    found.extend(contents.psql(script.mode()));
    found.extend(contents.session(&script));
    (file_name, Some(does_something), found)
}

/// `BEGIN; COMMIT;` does nothing.
fn does_something(statement: &Statement) -> bool {
    !statement.kind.controls_transaction() && statement.kind != Kind::SetTransaction
}

fn unreadable(file: &MigrationFile, error: &Unreadable) -> Finding {
    let remedy = match error {
        Unreadable::Io(_) => Remedy::Inspect { file: file.file_name.clone() },
        Unreadable::Utf16 | Unreadable::NotUtf8 { .. } => Remedy::SaveAsUtf8,
        Unreadable::ZeroByte { .. } => Remedy::RemoveZeroByte,
    };
    file.finding(FindingKind::Unreadable, error.to_string(), remedy).at_line(error.line())
}

/// A file that could be read.
struct Contents<'a> {
    file: &'a MigrationFile,
    text: &'a str,
    statements: &'a [Statement],
}

impl Contents<'_> {
    /// What the file does about transactions, where that is worth a word.
    fn transaction(&self, mode: Mode) -> Option<Finding> {
        match mode {
            Mode::Transactional { .. } => None,
            Mode::OwnTransaction { .. } => self.outside_in_block(),
            Mode::NonTransactional { .. } => self.outside().or_else(|| self.control()),
            Mode::Refused(refusal) => Some(self.refused(refusal)),
        }
    }

    /// A command of psql. What stands behind a COPY FROM STDIN is data.
    fn psql(&self, mode: Mode) -> Option<Finding> {
        let command = sql::psql_command(self.text, Strings::default())?;
        if matches!(mode, Mode::Refused(Refusal::CopyFromStdin { .. })) {
            return None;
        }
        let line = self.line(command.start);
        let name = self.text.get(command)?.split_whitespace().next()?;
        let from = match name {
            "\\restrict" | "\\unrestrict" => " (pg_dump writes it)",
            _ => "",
        };
        let message = format!("{name} is a command of psql{from}: the server refuses the file");
        Some(self.file.finding(FindingKind::Psql, message, Remedy::DeleteLine).at_line(line))
    }

    /// Settings that are left on the session: whether the next file finds them depends on which files
    /// are run together.
    fn session(&self, script: &Script) -> Option<Finding> {
        if !script.facts().changes_session {
            return None;
        }
        let changes = |statement: &&Statement| {
            let code = self.text.get(statement.code.clone()).unwrap_or_default();
            Script::new(code).facts().changes_session
        };
        let statement = self.statements.iter().find(changes)?;
        let message = format!(
            "what {} sets stays on the session: files that run after it in the same command find it, and the \
             same files in the next command do not",
            statement.head(self.text)
        );
        let finding = self.file.finding(FindingKind::Session, message, Remedy::SetLocal);
        Some(Finding { is_note: true, ..finding.at_line(self.line(statement.code.start)) })
    }

    fn refused(&self, refusal: Refusal) -> Finding {
        let (kind, at, message, remedy) = match refusal {
            Refusal::CopyFromStdin { at } => {
                let message = "COPY FROM STDIN takes its rows from a client: the file is not run";
                (FindingKind::CopyFromStdin, at, message.to_string(), Remedy::ReplaceCopy)
            }
            Refusal::LeavesTransactionOpen { at } => {
                let opener = self.statements.iter().find(|s| s.code.start == at);
                let head = opener.map_or_else(String::new, |s| s.head(self.text));
                let (chain, remedy) = match opener.is_none_or(|s| s.kind == Kind::Begin) {
                    true => ("", Remedy::EndTransaction),
                    false => (" AND CHAIN", Remedy::RemoveChain),
                };
                let message = format!(
                    "{head}{chain} opens a transaction that the file does not end: \
                     the file is not run"
                );
                (FindingKind::OpenTransaction, at, message, remedy)
            }
        };
        self.file.finding(kind, message, remedy).at_line(self.line(at))
    }

    /// A statement that refuses a transaction, in a file that is non-transactional because of it.
    fn outside(&self) -> Option<Finding> {
        let mut outside = self.statements.iter().filter(|s| s.kind == Kind::NonTransactional);
        let statement = outside.next()?;
        let head = statement.head(self.text);
        if self.statements.len() == 1 {
            let message = format!(
                "{head} cannot run in a transaction, and runs by itself under the dirty flag"
            );
            let finding = self.non_transactional(statement, message, Remedy::Nothing);
            return Some(Finding { is_note: true, ..finding });
        }
        let message = format!(
            "{head} cannot run in a transaction, so none of the file's {} statements does: if one \
             fails, those before it stand",
            self.statements.len()
        );
        let several = outside.next().is_some();
        Some(self.non_transactional(statement, message, Remedy::OwnFile { several }))
    }

    /// The same between the file's BEGIN and COMMIT, where the server is bound to refuse it.
    fn outside_in_block(&self) -> Option<Finding> {
        let begin = self.statements.iter().find(|s| s.kind == Kind::Begin)?;
        let statement = self.statements.iter().find(|s| s.kind == Kind::NonTransactional)?;
        let message = format!(
            "{} cannot run in the transaction that line {} begins: the file fails",
            statement.head(self.text),
            self.line(begin.code.start).unwrap_or(1)
        );
        Some(self.non_transactional(statement, message, Remedy::OwnFileWithoutTransaction))
    }

    /// The first statement by which a file is not one transaction: neither none of its own nor one
    /// BEGIN and one COMMIT at the end.
    fn control(&self) -> Option<Finding> {
        let statements = self.statements.iter().enumerate();
        let mut controls = statements.filter(|(_, s)| s.kind.controls_transaction());
        let (_, first) = controls.next()?;
        if first.kind != Kind::Begin {
            let head = first.head(self.text);
            let message = format!("{head} ends a transaction that the file does not begin");
            return Some(self.non_transactional(first, message, Remedy::RemoveStatement));
        }
        let (index, second) = controls.next()?;
        let head = second.head(self.text);
        let begun = self.line(first.code.start).unwrap_or(1);
        let message = match second.kind {
            Kind::Commit { chain: false } => {
                let behind = self.statements.get(index + 1)?;
                let message = format!(
                    "{} stands behind the COMMIT in line {}: if it fails, what was committed stands",
                    behind.head(self.text),
                    self.line(second.code.start).unwrap_or(1)
                );
                return Some(self.non_transactional(behind, message, Remedy::SplitOrUnwrap));
            }
            Kind::Begin => format!("BEGIN stands within the transaction that line {begun} begins"),
            Kind::Rollback { .. } => {
                format!("{head} undoes what the file has done since line {begun}")
            }
            Kind::Commit { .. } => format!("{head} AND CHAIN makes two transactions"),
            _ => format!("{head} leaves the transaction to somebody else"),
        };
        Some(self.non_transactional(second, message, Remedy::RemoveOrSplit))
    }

    fn non_transactional(&self, statement: &Statement, message: String, remedy: Remedy) -> Finding {
        let finding = self.file.finding(FindingKind::NonTransactional, message, remedy);
        finding.at_line(self.line(statement.code.start))
    }

    /// The line of a byte, counted from 1.
    fn line(&self, at: usize) -> Option<usize> {
        let before = self.text.get(..at)?;
        sql::locate(self.text, before.chars().count() + 1).map(|location| location.line)
    }
}
