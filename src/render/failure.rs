//! A file that failed: where, and what the server says besides.

use dbm::{Cause, Failure, ServerError, Sharing, State};

use crate::render::connecting;
use crate::render::excerpt::excerpt;
use crate::render::format::{described, place};
use crate::render::printer::Printer;

/// The place of the failure, what the server says besides, and what to do about it.
pub fn show(printer: &Printer, failure: &Failure, advice: Option<&str>) {
    let in_body = failure.in_body.as_ref();
    // A line is not shown twice: what is on the first line of a body has a place of its own.
    let in_body = in_body.filter(|body| failure.at.as_ref().is_none_or(|at| at.line != body.line));
    for at in failure.at.iter().chain(in_body) {
        for line in excerpt(at, printer.width()) {
            printer.detail(&line);
        }
    }
    if let Cause::Server(error) = &failure.cause {
        // Class 23 is a constraint; one that is not deferred has a statement to its name.
        if failure.at.is_none() && error.code.starts_with("23") {
            printer.detail(match failure.sharing {
                Sharing::Alone => "at the commit: a deferred constraint",
                _ => "at the commit: a deferred constraint of one of the files",
            });
        }
        extras(printer, error);
    }
    if let Some(advice) = advice {
        printer.hint(advice);
    }
    for blocker in &failure.blockers {
        printer.detail(&format!("blocked by {}", described(blocker)));
    }
}

/// What the server says besides the message.
pub fn extras(printer: &Printer, error: &ServerError) {
    if let Some(hint) = &error.hint {
        printer.detail(&format!("HINT: {hint}"));
    }
    if let Some(context) = &error.context {
        printer.detail(&format!("CONTEXT: {context}"));
    }
    printer.detail(&format!("SQLSTATE: {}", error.code));
}

/// What there is to say, and to do, where files were to run in one transaction.
pub fn shared(printer: &Printer, failure: &Failure, state: State) {
    let is = place(state);
    printer.hint(&format!("nothing was applied: the database is {is}, as before"));
    let Sharing::Unfit { up_to } = failure.sharing else {
        return printer.hint(next(failure));
    };
    let file = failure.path.file_name().unwrap_or_default().to_string_lossy();
    printer.hint(&format!(
        "{file} cannot run in one transaction with other files; to run each file in a transaction of its own: {}",
        printer.without(SINGLE_TRANSACTION)
    ));
    if let Some(version) = up_to {
        printer.hint(&format!(
            "or only the files before it, in one transaction: {} goto {SINGLE_TRANSACTION} {version}",
            printer.program()
        ));
    }
}

/// The flag that has run files in one transaction.
const SINGLE_TRANSACTION: &str = "-single-transaction";

/// What to do where nothing has happened.
pub fn next(failure: &Failure) -> &'static str {
    match &failure.cause {
        Cause::Server(error) if error.code == "55P03" => {
            "run the same command again when nobody holds the lock"
        }
        Cause::Server(error) if error.code == "57014" => connecting::CANCELLED,
        _ if failure.is_from_log => {
            "the text is the log's: check out the release that has the file, or undo by \
             hand and force the version"
        }
        Cause::Server(error) if error.code == "P0001" || error.code.starts_with("23") => {
            "fix the file, or what it found in the database, then run the same command again"
        }
        Cause::Server(_) | Cause::Refused(_) => "fix the file, then run the same command again",
        _ => "run the same command again",
    }
}
