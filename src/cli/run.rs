//! Does what a [`Request`] asks for, in the order in which golang-migrate does it.

use std::io::BufRead;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use dbm::{Interrupt, Migrator, Operator, Report};

use crate::cli::answer::{Answer, Body, Ran};
use crate::cli::create;
use crate::cli::mending::{renumber, repair};
use crate::cli::numbers::{down_limit, forced_version, limit_number, required, version_number};
use crate::cli::reading::{log, status, verify, version, warn_of_names};
use crate::cli::settings::{Opened, Settings};
use crate::cli::signals::Signals;
use crate::cli::{Command, Request, waiting};
use crate::render::error::Complaint;
use crate::render::{self, Printer};

/// An error in words of ours or golang-migrate's.
pub fn refused(message: &str) -> anyhow::Error {
    Complaint::new(message).into()
}

/// A "no" of the person who was asked.
pub fn declined(message: &str) -> anyhow::Error {
    Complaint { bare: true, ..Complaint::new(message) }.into()
}

/// Runs a command, prints what comes of it, and gives the exit code.
pub fn run(request: Box<Request>, printer: &Printer) -> u8 {
    let name = request.name.clone();
    let mut answer = Answer::default();
    let result = dispatch(request, printer, &mut answer);
    let code = match &result {
        Ok(code) => *code,
        Err(error) => {
            let code = render::error::print(printer, error);
            answer.code.unwrap_or(code)
        }
    };
    if printer.is_json() {
        answer.print(&name, code, printer, result.err().as_ref());
    }
    code
}

fn dispatch(request: Box<Request>, printer: &Printer, answer: &mut Answer) -> Result<u8> {
    let begun = Instant::now();
    let Request { settings, command, ignored, .. } = *request;
    let takes_none = matches!(
        command,
        Command::Redo
            | Command::Rollback
            | Command::Status { .. }
            | Command::Verify { .. }
            | Command::Log(_)
            | Command::Renumber { .. }
    );
    if takes_none && !ignored.is_empty() {
        // golang-migrate has none of these: there is nothing to be lenient for.
        let hint = matches!(command, Command::Rollback)
            .then(|| format!("{} down N takes the last N versions down", printer.program()));
        let message = "too many arguments".to_string();
        return Err(Complaint { message, bare: false, hint }.into());
    }
    if !ignored.is_empty() {
        printer.warning(&format!("this counts for nothing where it stands: {}", ignored.join(" ")));
    }
    let code = match command {
        Command::Create { name, request } => {
            return create(name, request, printer);
        }
        Command::Version => {
            let code = version(&settings, printer, answer)?;
            close(printer, None);
            return Ok(code);
        }
        Command::Status { exit_code, filter } => {
            return status(&settings, printer, answer, exit_code, filter);
        }
        Command::Verify { offline, allow } => {
            return verify(&settings, printer, answer, offline, &allow);
        }
        Command::Log(limit) => return log(&settings, printer, answer, limit),
        Command::Wait(timeout) => {
            let limit = timeout.or(settings.wait).map(Duration::from_secs);
            let (url, warnings) = settings.database()?;
            for warning in &warnings {
                printer.warning(warning);
            }
            waiting::for_server(&url, limit, printer, dbm::ping)?;
            return Ok(0);
        }
        Command::Goto { version, allow_edited } => {
            let migrator = open(&settings, printer)?.allow_edited(allow_edited);
            let version = version_number(&required(version)?)?;
            migrate(migrator, printer, answer, |m| m.goto(version))?
        }
        Command::Up { limit, allow_edited, allow_late, allow_newer } => {
            let migrator = open(&settings, printer)?
                .allow_edited(allow_edited)
                .allow_late(allow_late)
                .allow_newer(allow_newer);
            let limit = limit.map(|typed| limit_number(&typed)).transpose()?;
            migrate(migrator, printer, answer, |m| match limit {
                Some(count) => m.up_by(count),
                None => m.up(),
            })?
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
            migrate(migrator, printer, answer, |m| match limit {
                Some(count) => m.down_by(count),
                None => m.down_all(),
            })?
        }
        Command::Redo => {
            let migrator = open(&settings, printer)?;
            migrate(migrator, printer, answer, |m| m.redo())?
        }
        Command::Rollback => {
            let migrator = open(&settings, printer)?;
            migrate(migrator, printer, answer, |m| m.down_by(1))?
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
            let left = migrator.drop_schema(all_objects)?;
            render::leftovers(printer, &left, all_objects);
            0
        }
        Command::Force(typed) => {
            let mut migrator = open(&settings, printer)?;
            let version = forced_version(&required(typed)?)?;
            migrator.force(version)?;
            0
        }
        Command::Repair { force, versions } => {
            repair(&settings, printer, answer, force, &versions)?
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

/// Connects, as the flags say.
///
/// # Errors
///
/// Those of the URL, the folder and the server.
pub fn open(settings: &Settings, printer: &Printer) -> Result<Migrator> {
    let Opened { url, source, warnings } = settings.open()?;
    for warning in &warnings {
        printer.warning(warning);
    }
    let mut url = url;
    if settings.wait.is_some() {
        url.connect_timeout.get_or_insert(waiting::LONGEST_TRY);
    }
    let events = printer.clone();
    let mut migrator = Migrator::new(url.clone(), source)
        .on_event(move |event| render::event(&events, event.clone()));
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
    let (user, host) = (whoami::username().ok(), whoami::hostname().ok());
    let mut migrator = migrator.operator(Operator { user, host, ..Operator::default() });
    match settings.wait {
        None => migrator.connect()?,
        Some(seconds) => {
            let limit = Some(Duration::from_secs(seconds));
            waiting::for_server(&url, limit, printer, |_| migrator.connect())?;
        }
    }
    Ok(migrator)
}

fn migrate(
    migrator: Migrator,
    printer: &Printer,
    answer: &mut Answer,
    run: impl FnOnce(&mut Migrator) -> Result<Report, dbm::Error>,
) -> Result<u8> {
    warn_of_names(&migrator, printer);
    let interrupt = Interrupt::new();
    let signals = Signals::catch(interrupt.clone(), printer);
    let ran = Arc::new(Mutex::new(Ran::default()));
    let (heard, events) = (ran.clone(), printer.clone());
    let mut migrator = migrator.interrupt(interrupt).on_event(move |event| {
        heard.lock().unwrap_or_else(PoisonError::into_inner).hear(event);
        render::event(&events, event.clone());
    });
    let result = run(&mut migrator);
    let mut ran = std::mem::take(&mut *ran.lock().unwrap_or_else(PoisonError::into_inner));
    let stopped = signals.stopped();
    ran.left = result.as_ref().map_or(0, |report| report.left);
    answer.body = Body::Run(ran.finished());
    match result {
        Ok(report) => {
            if report.ran == 0 && report.left == 0 {
                printer.line("no change");
            }
            answer.state = Some(report.state);
            Ok(if report.left > 0 { stopped.unwrap_or(0) } else { 0 })
        }
        Err(error) => {
            if printer.is_json() {
                answer.state = migrator.version().ok();
            }
            answer.code = stopped;
            Err(error.into())
        }
    }
}

fn create(
    name: Option<String>,
    mut request: create::CreateRequest,
    printer: &Printer,
) -> Result<u8> {
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

/// Asks, and takes one word: only `y` or `Y` is yes.
pub fn confirmed(printer: &Printer, question: &str) -> bool {
    printer.line(question);
    let mut answer = String::new();
    // What cannot be read is no yes.
    let _ = std::io::stdin().lock().read_line(&mut answer);
    answer.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("y"))
}
