//! An error as a program wants it: a word for its kind, and its facts in fields of their own.

use std::path::Path;

use dbm::sql::Location;
use dbm::{Cause, Error, Outcome, SchemaError, Version};
use serde::Serialize;

use crate::render::error::Complaint;
use crate::render::message::message;
use crate::render::printer::USAGE;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct ErrorFields {
    pub kind: &'static str,
    pub message: String,
    pub versions: Vec<Version>,
    pub file: Option<String>,
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub sqlstate: Option<String>,
    pub outcome: Option<&'static str>,
}

impl ErrorFields {
    pub(super) fn of(error: &anyhow::Error, exit_code: u8) -> ErrorFields {
        let Some(ours) = error.downcast_ref::<Error>() else {
            let kind = match exit_code {
                USAGE => "usage",
                _ if error.is::<Complaint>() => "refused",
                _ => "other",
            };
            return ErrorFields { kind, message: format!("{error:#}"), ..ErrorFields::default() };
        };
        let mut fields = ErrorFields {
            kind: kind(ours),
            message: message(ours, false),
            ..ErrorFields::default()
        };
        match ours {
            Error::ReadFile { path, .. } => fields.file = Some(shown(path)),
            Error::Edited { files, .. } => {
                fields.versions = files.iter().map(|file| file.version).collect();
                fields.file = only(files).map(|file| shown(&file.path));
            }
            Error::Late { files, .. } => {
                fields.versions = files.iter().map(|(version, _)| *version).collect();
                fields.file = only(files).map(|(_, path)| shown(path));
            }
            Error::NoMigrationFor { version, .. }
            | Error::Ahead { version, .. }
            | Error::NotApplied { version }
            | Error::LogText { version, .. }
            | Error::NoUpFile { version } => fields.versions.push(*version),
            Error::Irreversible { version, path, .. } => {
                fields.versions.push(*version);
                fields.file = Some(shown(path));
            }
            Error::Scratch { fault: Some(fault), .. } => {
                fields.sqlstate = fault.code().and_then(sqlstate);
            }
            Error::Dirty { state: row, .. } | Error::Moved { planned: row, .. } => {
                fields.versions.extend(row.version);
            }
            Error::Connect { fault, .. } | Error::Statement { fault, .. } => {
                fields.sqlstate = fault.code().and_then(sqlstate);
            }
            Error::Schema(error) => match &**error {
                SchemaError::NoText { version, .. } => fields.versions.push(*version),
                SchemaError::NotBuilt(failure) => {
                    fields.versions.push(failure.version);
                    fields.file = Some(shown(&failure.path));
                    fields.sqlstate = cause_code(&failure.cause);
                }
                _ => {}
            },
            Error::Failed(failure) => {
                fields.versions.push(failure.version);
                fields.file = Some(shown(&failure.path));
                fields.sqlstate = cause_code(&failure.cause);
                fields.outcome = Some(outcome(&failure.outcome));
                return fields.at(failure.at.as_ref());
            }
            _ => {}
        }
        fields
    }

    pub(super) fn at(self, place: Option<&Location>) -> ErrorFields {
        ErrorFields {
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            ..self
        }
    }
}

/// A word that stays.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::Url(_) => "url",
        Error::Source { .. } => "source",
        Error::ReadFile { .. } => "read-file",
        Error::EmptySource => "empty-source",
        Error::NoMigrationFor { .. } | Error::Ahead { .. } => "no-migration-for",
        Error::Edited { .. } => "edited",
        Error::Late { .. } => "late",
        Error::NotApplied { .. } => "not-applied",
        Error::NoUpFile { .. } => "no-up-file",
        Error::Irreversible { .. } => "irreversible",
        Error::MayNotCreateDatabase { .. } => "may-not-create-database",
        Error::Scratch { .. } => "scratch",
        Error::NotATemplate { .. } => "not-a-template",
        Error::NotATestDatabase { .. } => "not-a-test-database",
        Error::Log { .. } => "log",
        Error::LogText { .. } => "log-text",
        Error::Dirty { .. } => "dirty",
        Error::Short(_) => "short",
        Error::NoneThere => "none-there",
        Error::Connect { .. } => "connect",
        Error::NoSchema => "no-schema",
        Error::LockTimeout { .. } => "lock-timeout",
        Error::Interrupted => "interrupted",
        Error::Moved { .. } => "moved",
        Error::BadRow { .. } => "bad-row",
        Error::RowNotKept { .. } => "row-not-kept",
        Error::Schema(error) => match &**error {
            SchemaError::NoText { .. } => "no-text",
            SchemaError::NotBuilt(_) => "not-built",
            SchemaError::Meanwhile { .. } => "version-changed",
            _ => "other",
        },
        Error::Failed(_) => "failed",
        Error::Statement { .. } => "statement",
        _ => "other",
    }
}

pub(super) fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Unchanged(_) => "unchanged",
        Outcome::Committed(_) => "committed",
        Outcome::Partly { .. } => "partly",
        Outcome::Dirty(_) => "dirty",
        _ => "unknown",
    }
}

pub(super) fn cause_code(cause: &Cause) -> Option<String> {
    match cause {
        Cause::Server(error) => sqlstate(&error.code),
        _ => None,
    }
}

fn sqlstate(code: &str) -> Option<String> {
    (!code.is_empty()).then(|| code.to_string())
}

fn only<T>(files: &[T]) -> Option<&T> {
    files.first().filter(|_| files.len() == 1)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
