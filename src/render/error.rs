//! Errors for people: what happened, where the database stands, what to type next.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use dbm::text::{go_reason, printable_path};
use dbm::{
    Cause, Distrust, Edited, Error, Failure, Fault, Likely, Outcome, Sharing, State, UrlError,
    Version,
};

use crate::render::dirty;
use crate::render::failure::{extras, next, shared, show};
use crate::render::format::{described, place};
use crate::render::message::message;
use crate::render::printer::Printer;
use crate::render::{advice, connecting, difference, schema};

/// What is wrong with what was typed, rather than with the database.
#[derive(Debug)]
pub struct Complaint {
    /// What golang-migrate says of it, where it has words for it.
    pub message: String,
    /// Whether it stands without `error: ` in front.
    pub bare: bool,
    /// What to type instead.
    pub hint: Option<String>,
}

impl Complaint {
    /// An error without a hint.
    pub fn new(message: impl ToString) -> Complaint {
        Complaint { message: message.to_string(), bare: false, hint: None }
    }

    /// The operating system refused `action` on `path`: in Go's words.
    pub fn io(action: &str, path: &Path, reason: &io::Error) -> Complaint {
        Complaint::new(format!("{action} {}: {}", printable_path(path), go_reason(reason)))
    }

    /// With a line that says what to do instead.
    pub fn hint(self, hint: impl Into<String>) -> Complaint {
        Complaint { hint: Some(hint.into()), ..self }
    }

    /// Without `error: ` in front.
    pub fn bare(self) -> Complaint {
        Complaint { bare: true, ..self }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Complaint {}

/// What to do about an error of the library, where the command line knows it better than the error
/// does: hints, a line each, put around it with anyhow's `context`.
#[derive(Debug)]
pub struct Advice(pub Vec<String>);

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

/// The error is that of a file in a database of our own, which is dropped: put around it with anyhow's
/// `context`.
#[derive(Debug)]
pub struct Elsewhere;

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("in a database of our own")
    }
}

/// Prints an error and gives the exit code.
pub fn print(printer: &Printer, error: &anyhow::Error) -> u8 {
    if let Some(complaint) = error.downcast_ref::<Complaint>() {
        match complaint.bare {
            true => printer.line(&complaint.message),
            false => printer.error(&complaint.message),
        }
        if let Some(hint) = &complaint.hint {
            printer.hint(hint);
        }
        return 1;
    }
    match error.downcast_ref::<Error>() {
        Some(Error::Interrupted) => {
            printer.hint("stopped while it waited for the server or the migration lock");
        }
        Some(ours) => {
            printer.error(&message(ours, printer.is_terminal()));
            match error.downcast_ref::<Advice>() {
                Some(Advice(hints)) => hints.iter().for_each(|hint| printer.hint(hint)),
                None if error.is::<Elsewhere>() => elsewhere(printer, ours),
                None => explain(printer, ours),
            }
        }
        None => printer.error(&format!("{error:#}")),
    }
    1
}

fn explain(printer: &Printer, error: &Error) {
    let program = printer.program();
    let number = |version: Option<Version>| State::clean(version).number();
    let hint = match error {
        Error::Failed(failure) => return failed(printer, failure),
        Error::Url(UrlError { likely: Some(likely), .. }) => match likely {
            Likely::Url(url) => format!("write it as a URL: {url}"),
            Likely::OtherDatabase => {
                "only PostgreSQL is supported: its URLs begin with postgres://".to_string()
            }
            Likely::Unclear => {
                "a database is named by a URL: postgres://USER:PASSWORD@HOST:PORT/NAME".to_string()
            }
        },
        Error::Edited { files, state } => return edited(printer, files, *state),
        Error::Late { files, .. } => return late(printer, files),
        Error::LogText { version, state, below, table, entry, why } => {
            printer.hint(&format!(
                "nothing of it was run: the database is {}; check out the release that has the \
                 file, and run the same command there",
                place(*state)
            ));
            match why {
                Distrust::Writers { .. } | Distrust::Owner { .. } => {
                    printer.hint(&format!(
                        "or read the text, in psql: SELECT down_text FROM {table} WHERE id = {entry};"
                    ));
                    format!("and if it is right, run it: {}", printer.again("-from-log"))
                }
                _ if state.version == Some(*version) => {
                    let below = number(*below);
                    format!("or undo it by hand, and then run: {program} force {below}")
                }
                _ => return,
            }
        }
        Error::NoMigrationFor { version, is_applied, is_kept, below } => {
            return no_migration(printer, *version, *is_applied, below.filter(|_| *is_kept));
        }
        Error::Ahead { version, newest, is_kept } => {
            return no_migration(printer, *version, true, newest.filter(|_| *is_kept));
        }
        Error::Connect { place, fault } => match connecting::hint(program, place, fault) {
            Some(hint) => hint,
            None => return,
        },
        Error::Statement { fault: Fault::Server(server), .. } => {
            extras(printer, server);
            match connecting::refusal(&server.code) {
                Some(hint) => hint.to_string(),
                None => return,
            }
        }
        Error::Statement { fault: Fault::Lost(_), .. } => format!(
            "no file was being run, and those that were reported as done stand; run the same \
             command again when the server is back; to wait for it: {program} wait"
        ),
        Error::Dirty { state, failure, below } => {
            return dirty::explain(printer, *state, failure.as_deref(), *below);
        }
        Error::NotApplied { .. } => {
            format!("what is applied, and what has a file: {program} status")
        }
        Error::NoUpFile { .. } => format!(
            "nothing was run; bring the file back, or take the version down: {program} rollback"
        ),
        Error::Log { table, reason } if reason.contains("may not") || reason.contains("denied") => {
            format!(
                "grant this role SELECT and INSERT on {table}, or run this as the role that owns it"
            )
        }
        Error::Log { reason, .. } if reason.contains("x-log=off") => {
            "without x-log=off in the URL there is a log".to_string()
        }
        Error::Log { table, .. } => format!(
            "{table} is not as {} makes it: is it another program's? all but the log works \
             without it",
            printer.name()
        ),
        Error::EmptySource => {
            "the folder has no file named NNN_name.up.sql or .down.sql".to_string()
        }
        Error::Source { reason, .. } if reason.starts_with("open .: no such file") => {
            "the path is relative to the working directory; give another with -path".to_string()
        }
        Error::LockTimeout { holders } => {
            for holder in holders {
                printer.detail(&format!("held by {}", described(holder)));
            }
            "nothing was run; wait for the other run to end, or end its session".to_string()
        }
        Error::Moved { while_lent: true, .. } => {
            "another session had the migration lock in between; run the same command again"
                .to_string()
        }
        Error::Moved { planned, .. } => format!(
            "{}something moves the version without the migration lock; run the same command again; \
             where the database is now: {program} version",
            if planned.dirty { "" } else { "nothing of the file was run; " }
        ),
        Error::RowNotKept { table } => format!(
            "nothing of it was committed; a trigger, rule or policy on the table changes what is \
             written; to see it, in psql: \\d {table}"
        ),
        Error::BadRow { .. } => {
            "fix the version table by hand, or set the version that is really applied with force"
                .to_string()
        }
        Error::NoSchema => "no schema of the search_path exists, or the role has no USAGE on it: \
                            create one, grant it, or name another with search_path in the URL"
            .to_string(),
        Error::Schema(error) => return schema::explain(printer, error),
        other => match advice::of_database(program, other) {
            Some(hint) => hint,
            None => return,
        },
    };
    printer.hint(&hint);
}

/// `back` is where the log's texts lead back to.
fn no_migration(printer: &Printer, version: Version, is_applied: bool, back: Option<Version>) {
    let program = printer.program();
    if !is_applied {
        return printer.hint(&format!(
            "no file of this folder begins with {version}_, and the log knows of none that is \
             applied; all versions: {program} status"
        ));
    }
    printer.hint(&format!(
        "the database is at version {version}, and no file of this folder begins with {version}_: is \
         it the right folder, or an older checkout than the one that ran last?"
    ));
    printer.hint(&format!("to accept a database that is ahead: {program} up -allow-newer"));
    if let Some(back) = back {
        printer.hint(&format!(
            "to go back to version {back}, by the texts in the log: {program} goto {back}"
        ));
    }
}

fn edited(printer: &Printer, files: &[Edited], state: State) {
    let program = printer.program();
    for file in files {
        difference::print(printer, file);
    }
    if let [file] = files
        && Some(file.version) == state.version
    {
        printer.hint(&format!(
            "on a development database, roll it back and run it again: {program} redo"
        ));
    }
    printer.hint(
        "nothing was run; put back the text that ran, and write what is to change into a new \
         migration",
    );
    printer.hint(&format!(
        "or, where the present text is right (golang-migrate ran it, for example), accept it: \
         {program} repair"
    ));
    printer.hint(&format!("or go on all the same, this once: {}", printer.again("-allow-edited")));
}

fn late(printer: &Printer, files: &[(Version, PathBuf)]) {
    let program = printer.program();
    let versions: Vec<String> = files.iter().map(|(version, _)| version.to_string()).collect();
    let [first, ..] = &versions[..] else { return };
    let (them, each, of_them) = match versions.len() {
        1 => ("it", "it", ""),
        _ => ("them", "each of them", ", the first one"),
    };
    printer.hint(&format!(
        "nothing was run; if no other database has run {them}, give {each} a number at the \
         end{of_them}: {program} renumber {first}"
    ));
    printer.hint(&format!(
        "or run {them} now, out of order, and then what is pending: {program} up -allow-late"
    ));
    printer.hint(&format!("or {them} alone: {program} up -allow-late {}", versions.len()));
    printer.hint(&format!(
        "or, where a person or golang-migrate has run {them}, record that: {program} repair {}",
        versions.join(" ")
    ));
}

/// What there is to say where the database is gone.
fn elsewhere(printer: &Printer, error: &Error) {
    if let Error::Failed(failure) = error {
        show(printer, failure, None);
        if matches!(failure.cause, Cause::Lost(_)) {
            let program = printer.program();
            return printer.hint(&format!(
                "the migrations ran in a new database, which may still be there; an hour later this \
                 drops it: {program} testdb -prune"
            ));
        }
    }
    printer.hint(
        "nothing is left behind: the migrations ran in a new database, which is dropped; fix the file, \
         then run the same command again",
    );
}

fn failed(printer: &Printer, failure: &Failure) {
    let program = printer.program();
    let advice = match &failure.cause {
        Cause::Server(error) => advice::of_file(program, failure, error),
        _ => None,
    };
    show(printer, failure, advice.as_deref());
    let file = failure.path.file_name().unwrap_or_default().to_string_lossy();
    match &failure.outcome {
        Outcome::Unchanged(state) if failure.is_second_half => {
            let (is, was) = (place(*state), place(failure.after));
            printer.hint(&format!(
                "nothing of {file} was applied, and the down file before it stands: the database \
                 is {is}, and was {was}"
            ));
            printer.hint(&format!("fix the file, then run: {program} up 1"));
        }
        Outcome::Unchanged(state) if failure.sharing != Sharing::Alone => {
            shared(printer, failure, *state);
        }
        Outcome::Unchanged(state) => {
            let is = place(*state);
            printer
                .hint(&format!("nothing of {file} was applied: the database is {is}, as before"));
            printer.hint(next(failure));
        }
        Outcome::Committed(state) => printer.hint(&format!(
            "{file} was committed before the connection went: the database is {}; \
             the same command goes on from there",
            place(*state)
        )),
        Outcome::Partly { statement, of, standing, invalid_indexes, .. } => {
            let stands = match (statement - 1, *standing) {
                (0, _) => "nothing before it was run".to_string(),
                (_, 0) => "what was before it is rolled back".to_string(),
                (1, _) => "the statement before it stands".to_string(),
                (n, all) if n == all => format!("the {n} statements before it stand"),
                (_, 1) => "the first one stands, the rest is rolled back".to_string(),
                (_, some) => format!("the first {some} stand, the rest is rolled back"),
            };
            printer.detail(&format!("statement {statement} of {of} failed; {stands}"));
            for index in invalid_indexes {
                printer.detail(&format!("index {index} is INVALID: drop index {index};"));
            }
            dirty::after(printer, failure);
        }
        Outcome::Dirty(_) => {
            printer.detail("the file cannot run in one transaction: some of it may stand");
            dirty::after(printer, failure);
        }
        _ => printer.hint(&format!(
            "the outcome of {file} is unknown: the server could not be asked; when it answers, run: \
             {program} status"
        )),
    }
}
