//! Does what a [`Request`] asks for, in the order in which golang-migrate does it.

use std::io::BufRead;
use std::time::{Duration, Instant};

use anyhow::Result;
use dbm::{Error, Event, Interrupt, MAX_VERSION, Migrator, Report, Version};

use crate::cli::create;
use crate::cli::renumber;
use crate::cli::settings::{Opened, Settings};
use crate::cli::signals::Signals;
use crate::cli::wording::shown;
use crate::cli::{Command, Request, waiting};
use crate::render::error::Complaint;
use crate::render::{self, Printer};

fn refused(message: &str) -> anyhow::Error {
    Complaint::new(message).into()
}

/// A "no" of the person who was asked.
fn declined(message: &str) -> anyhow::Error {
    Complaint { bare: true, ..Complaint::new(message) }.into()
}

/// Runs a command; gives the exit code.
///
/// # Errors
///
/// What [`render::error::print`] prints.
pub fn run(request: Box<Request>, printer: &Printer) -> Result<u8> {
    let begun = Instant::now();
    let Request { settings, command, ignored } = *request;
    if !ignored.is_empty() {
        printer.warning(&format!("this counts for nothing where it stands: {}", ignored.join(" ")));
    }
    let code = match command {
        Command::Create { name, request } => {
            return create(name, request, printer);
        }
        Command::Version => {
            let code = version(&settings, printer)?;
            close(printer, None);
            return Ok(code);
        }
        Command::Wait(timeout) => {
            let limit = timeout.or(settings.wait).map(Duration::from_secs);
            let (url, warnings) = settings.database()?;
            for warning in &warnings {
                printer.warning(warning);
            }
            waiting::for_server(&url, limit, printer, dbm::ping)?;
            return Ok(0);
        }
        Command::Goto(typed) => {
            let migrator = open(&settings, printer)?;
            let version = version_number(&required(typed)?)?;
            migrate(migrator, printer, |m, on_event| m.goto(version, on_event))?
        }
        Command::Up(typed) => {
            let migrator = open(&settings, printer)?;
            let limit = typed.map(|typed| limit_number(&typed)).transpose()?;
            migrate(migrator, printer, |m, on_event| m.up(limit, on_event))?
        }
        Command::Down { all, words } => {
            let migrator = open(&settings, printer)?;
            let limit = down_limit(all, &words)?;
            if limit.is_none() && !all {
                let question = "Are you sure you want to apply all down migrations? [y/N]";
                if !confirmed(printer, question) {
                    return Err(declined("Not applying all down migrations"));
                }
                printer.line("Applying all down migrations");
            }
            migrate(migrator, printer, |m, on_event| m.down(limit, on_event))?
        }
        Command::Drop { force, all_objects } => {
            // Asked before anything is opened, as golang-migrate does.
            if !force {
                let question = "Are you sure you want to drop the entire database schema? [y/N]";
                if !confirmed(printer, question) {
                    return Err(declined("Aborted dropping the entire database schema"));
                }
                printer.line("Dropping the entire database schema");
            }
            let mut migrator = open(&settings, printer)?;
            let left = migrator.drop(all_objects, &mut |event| render::event(printer, event))?;
            render::leftovers(printer, &left, all_objects);
            0
        }
        Command::Force(typed) => {
            let mut migrator = open(&settings, printer)?;
            let version = forced_version(&required(typed)?)?;
            migrator.force(version, &mut |event| render::event(printer, event))?;
            0
        }
        Command::Renumber { version, to } => renumber(&settings, version, to, printer)?,
    };
    close(printer, Some(begun.elapsed()));
    Ok(code)
}

/// What golang-migrate says at the end with `-verbose`.
fn close(printer: &Printer, took: Option<Duration>) {
    if printer.is_verbose() {
        if let Some(took) = took {
            printer.line(&format!("Finished after {}", render::duration(took)));
        }
        printer.line("Closing source and database");
    }
}

fn open(settings: &Settings, printer: &Printer) -> Result<Migrator> {
    let Opened { url, source, warnings } = settings.open()?;
    for warning in &warnings {
        printer.warning(warning);
    }
    let mut migrator = match settings.wait {
        None => Migrator::open(&url, source)?,
        Some(seconds) => {
            let limit = Some(Duration::from_secs(seconds));
            waiting::for_server(&url, limit, printer, |url| Migrator::open(url, source.clone()))?
        }
    };
    if let Some(seconds) = settings.lock_timeout {
        migrator = migrator.lock_timeout(Duration::from_secs(seconds));
    }
    if let Some(millis) = settings.lock_wait {
        migrator = migrator.lock_wait(Duration::from_millis(millis));
    }
    if let Some(retries) = settings.retries {
        migrator = migrator.retries(u32::try_from(retries).unwrap_or(u32::MAX));
    }
    if let Some(files) = settings.prefetch {
        migrator = migrator.prefetch(usize::try_from(files).unwrap_or(usize::MAX));
    }
    Ok(migrator)
}

fn migrate(
    migrator: Migrator,
    printer: &Printer,
    run: impl FnOnce(&mut Migrator, &mut dyn FnMut(Event)) -> Result<Report, dbm::Error>,
) -> Result<u8> {
    for warning in migrator.source().warnings() {
        printer.warning(warning);
    }
    let interrupt = Interrupt::new();
    let signals = Signals::catch(interrupt.clone(), printer);
    let mut migrator = migrator.interrupt(interrupt);
    let result = run(&mut migrator, &mut |event| render::event(printer, event));
    let stopped = signals.stopped();
    match result {
        Ok(report) => {
            if report.ran == 0 && report.left == 0 {
                printer.line("no change");
            }
            Ok(if report.left > 0 { stopped.unwrap_or(0) } else { 0 })
        }
        Err(error) => match stopped {
            Some(code) => {
                render::error::print(printer, &error.into());
                Ok(code)
            }
            None => Err(error.into()),
        },
    }
}

fn create(name: Option<String>, mut request: create::Request, printer: &Printer) -> Result<u8> {
    request.name = name.ok_or_else(|| refused("please specify name"))?;
    if request.ext.is_empty() {
        return Err(refused("-ext flag must be specified"));
    }
    let created = create::create(&request, chrono::Utc::now()).map_err(|error| Complaint {
        message: error.to_string(),
        bare: error.bare(),
        hint: error.hint(),
    })?;
    for path in created.paths {
        printer.line(&path.display().to_string());
    }
    if let Some(hint) = created.hint {
        printer.hint(&hint);
    }
    Ok(0)
}

