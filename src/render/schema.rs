//! What to do where the schema as a whole cannot be compared, written out or loaded.

use dbm::{Distrust, Failure, Fault, SchemaError, ServerError};

use crate::render::excerpt::excerpt;
use crate::render::printer::Printer;

/// Prints what else is to be said of it.
pub fn explain(printer: &Printer, error: &SchemaError) {
    let hint = match error {
        SchemaError::NoText { version, why } => match why {
            Some(Distrust::Writers { .. } | Distrust::Owner { .. }) => format!(
                "read it first: {} show {version} -from-log",
                printer.program()
            ),
            _ => "is it the right folder, or an older checkout than the one that ran last?".to_string(),
        },
        SchemaError::NotBuilt(failure) => return not_built(printer, failure),
        SchemaError::Meanwhile { .. } => "run the same command again".to_string(),
        SchemaError::Pooled { .. } => {
            "connect to the server itself: put its own host and port into the URL".to_string()
        }
        SchemaError::NoProgram { server, .. } => {
            return packages(printer, *server);
        }
        SchemaError::BadProgram { .. } => {
            "PG_DUMP names the pg_dump to be used; without it the fitting one is looked for".to_string()
        }
        SchemaError::Dump { reason, .. } if reason.contains("permission denied") => {
            "pg_dump takes a lock on every table: run it as the role that owns them, or grant this \
             role SELECT"
                .to_string()
        }
        SchemaError::NotEmpty { .. } => {
            "a schema is loaded into an empty database: create one, with createdb or CREATE DATABASE"
                .to_string()
        }
        SchemaError::Load { at, fault, .. } => {
            for line in at.iter().flat_map(|at| excerpt(at, printer.width())) {
                printer.detail(&line);
            }
            if let Fault::Server(error) = fault {
                extras(printer, error);
                if error.message.contains("\"\\\"") {
                    printer.hint("this line is a command of psql, which the server does not know");
                }
            }
            "nothing of it was loaded: the database is empty, as before".to_string()
        }
        _ => return,
    };
    printer.hint(&hint);
}

fn not_built(printer: &Printer, failure: &Failure) {
    for line in failure.at.iter().flat_map(|at| excerpt(at, printer.width())) {
        printer.detail(&line);
    }
    if let dbm::Cause::Server(error) = &failure.cause {
        extras(printer, error);
    }
    printer.hint("it was run on a scratch database; the database itself was only read");
}

fn extras(printer: &Printer, error: &ServerError) {
    for (word, text) in
        [("DETAIL", &error.detail), ("HINT", &error.hint), ("CONTEXT", &error.context)]
    {
        if let Some(text) = text {
            printer.detail(&format!("{word}: {text}"));
        }
    }
    printer.detail(&format!("SQLSTATE: {}", error.code));
}

/// Where a `pg_dump` comes from.
fn packages(printer: &Printer, server: u32) {
    printer.hint(&format!("install PostgreSQL's client programs in version {server} or later:"));
    for (system, command) in [
        ("Debian, Ubuntu", format!("apt-get install postgresql-client-{server}")),
        ("Alpine", format!("apk add postgresql{server}-client")),
        ("Fedora, RHEL", format!("dnf install postgresql{server}")),
        ("macOS", "brew install libpq".to_string()),
    ] {
        printer.detail(&format!("{system}: {command}"));
    }
    printer.hint("or name a pg_dump with PG_DUMP=/path/to/pg_dump");
}
