//! An error as a program wants it: a word for its kind, and its facts in fields of their own.

use std::path::Path;

use dbm::sql::Location;
use dbm::{Cause, Error, Fault, Outcome, Version};
use serde::Serialize;

use crate::render::error::Complaint;

/// The exit code for a command line that means nothing.
const USAGE: u8 = 2;

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
        let fields = match ours {
            Error::ReadFile { path, .. } => {
                ErrorFields { file: Some(shown(path)), ..ErrorFields::default() }
            }
            Error::Edited { files } => ErrorFields {
                versions: files.iter().map(|file| file.version).collect(),
                file: match files.as_slice() {
                    [file] => Some(shown(&file.path)),
                    _ => None,
                },
                ..ErrorFields::default()
            },
            Error::Late { files, .. } => ErrorFields {
                versions: files.iter().map(|(version, _)| *version).collect(),
                file: match files.as_slice() {
                    [(_, path)] => Some(shown(path)),
                    _ => None,
                },
                ..ErrorFields::default()
            },
            Error::NoMigrationFor { version, .. }
            | Error::NotApplied { version }
            | Error::NoUpFile { version } => ErrorFields::with([*version]),
            Error::Dirty { state } => ErrorFields::with(state.version),
            Error::Moved { planned, .. } => ErrorFields::with(planned.version),
            Error::Connect { fault, .. } | Error::Statement { fault, .. } => {
                ErrorFields { sqlstate: code(fault), ..ErrorFields::default() }
            }
            Error::Failed(failure) => ErrorFields {
                versions: vec![failure.version],
                file: Some(shown(&failure.path)),
                sqlstate: cause_code(&failure.cause),
                outcome: Some(outcome(&failure.outcome)),
                ..ErrorFields::default()
            }
            .at(failure.at.as_ref()),
            _ => ErrorFields::default(),
        };
        ErrorFields { kind: kind(ours), message: ours.to_string(), ..fields }
    }

    fn with(versions: impl IntoIterator<Item = Version>) -> ErrorFields {
        ErrorFields { versions: versions.into_iter().collect(), ..ErrorFields::default() }
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
        Error::NoMigrationFor { .. } => "no-migration-for",
        Error::Edited { .. } => "edited",
        Error::Late { .. } => "late",
        Error::NotApplied { .. } => "not-applied",
        Error::NoUpFile { .. } => "no-up-file",
        Error::Log { .. } => "log",
        Error::Dirty { .. } => "dirty",
        Error::Short(_) => "short",
        Error::NoneThere => "none-there",
        Error::Connect { .. } => "connect",
        Error::NoSchema => "no-schema",
        Error::LockTimeout { .. } => "lock-timeout",
        Error::Interrupted => "interrupted",
        Error::Moved { .. } => "moved",
        Error::BadRow { .. } => "bad-row",
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

fn code(fault: &Fault) -> Option<String> {
    fault.code().and_then(sqlstate)
}

fn sqlstate(code: &str) -> Option<String> {
    (!code.is_empty()).then(|| code.to_string())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
