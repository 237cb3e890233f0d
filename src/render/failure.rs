//! A file that failed: where, and what the server says besides.

use dbm::{Cause, Failure, ServerError};

use crate::render::excerpt::excerpt;
use crate::render::format::described;
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
            printer.detail("at the commit: a deferred constraint");
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
