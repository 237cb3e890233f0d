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

fn version(settings: &Settings, printer: &Printer) -> Result<u8> {
    let state = open(settings, printer)?.version()?;
    match (state.version, state.dirty) {
        (Some(version), false) => printer.line(&version.to_string()),
        (Some(version), true) => printer.line(&format!("{version} (dirty)")),
        (None, dirty) => {
            let hint = dirty.then(|| {
                "the database is dirty: the down file of the first version did not finish"
                    .to_string()
            });
            let message = "no migration".to_string();
            return Err(Complaint { message, bare: false, hint }.into());
        }
    }
    Ok(0)
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

fn renumber(
    settings: &Settings,
    version: Option<String>,
    to: Option<String>,
    printer: &Printer,
) -> Result<u8> {
    // golang-migrate has no words for this one: what was mistyped is said before anything is opened.
    let version = version_number(&required(version)?)?;
    let to = to.map(|to| digits(&to).ok_or_else(|| refused("can't read argument N of -to")));
    let to = to.transpose()?;
    let mut migrator = open(settings, printer)?;
    for warning in migrator.source().warnings() {
        printer.warning(warning);
    }
    let state = migrator.version()?;
    // Of a broken file the row tells where it leads, not which file it was: it may be this one.
    if state.dirty {
        return Err(Error::Dirty { state }.into());
    }
    // What has no file is not called applied: whoever mistyped a version shall be told so.
    let has_file = migrator.source().versions().contains(&version);
    if let Some(applied) = state.version.filter(|applied| has_file && *applied >= version) {
        let message = format!("version {version} is applied");
        let hint = Some(format!(
            "the database is at version {applied}: only what is not applied can get a new number"
        ));
        return Err(Complaint { message, bare: false, hint }.into());
    }
    let request = renumber::Request { version, to, above: state.version };
    let renumbered =
        renumber::renumber(&settings.folder()?, &request, chrono::Utc::now()).map_err(|error| {
            Complaint { message: error.to_string(), bare: false, hint: error.hint() }
        })?;
    for (old, new) in &renumbered.renamed {
        printer.line(&format!("{} -> {}", shown(old), shown(new)));
    }
    if printer.is_verbose() {
        printer.line(&format!("Renumbered {version} to {}", renumbered.version));
    }
    Ok(0)
}

/// Asks, and takes one word: only `y` or `Y` is yes.
fn confirmed(printer: &Printer, question: &str) -> bool {
    printer.line(question);
    let mut answer = String::new();
    // What cannot be read is no yes.
    let _ = std::io::stdin().lock().read_line(&mut answer);
    answer.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("y"))
}

fn required(typed: Option<String>) -> Result<String> {
    typed.ok_or_else(|| refused("please specify version argument V"))
}

/// Digits only, as Go's `ParseUint` wants them: no sign.
fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

fn limit_number(text: &str) -> Result<u64> {
    digits(text).ok_or_else(|| refused("can't read limit argument N"))
}

fn version_number(text: &str) -> Result<Version> {
    digits(text).ok_or_else(|| refused("can't read version argument V"))
}

/// `-1` is nothing applied.
fn forced_version(text: &str) -> Result<Option<Version>> {
    let sign = text.strip_prefix(['+', '-']).map_or(text, |rest| rest);
    let number = digits(sign).filter(|number| *number <= MAX_VERSION);
    let number = number.ok_or_else(|| refused("can't read version argument V"))?;
    match (text.starts_with('-'), number) {
        (false, number) => Ok(Some(number)),
        (true, 0) => Ok(Some(0)),
        (true, 1) => Ok(None),
        (true, _) => Err(refused("argument V must be >= -1")),
    }
}

/// `None` is all.
fn down_limit(all: bool, words: &[String]) -> Result<Option<u64>> {
    match (all, words) {
        (true, []) | (false, []) => Ok(None),
        (true, _) => Err(refused("-all cannot be used with other arguments")),
        (false, [limit]) => limit_number(limit).map(Some),
        (false, _) => Err(refused("too many arguments")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        assert_eq!(digits("007"), Some(7));
        for text in ["", "+1", "-1", "1_0", "x", "18446744073709551616", " 1"] {
            assert_eq!(digits(text), None, "{text}");
        }
        let forced = |text: &str| forced_version(text).map_err(|e| e.to_string());
        assert_eq!(forced("-1"), Ok(None));
        assert_eq!(forced("+2"), Ok(Some(2)));
        assert_eq!(forced("-2"), Err("argument V must be >= -1".to_string()));
        for text in ["x", "", "-", "9223372036854775808"] {
            assert_eq!(forced(text), Err("can't read version argument V".to_string()), "{text}");
        }
    }

    #[test]
    fn down_takes_one_number_or_all() {
        let words = |words: &[&str]| words.iter().map(|w| w.to_string()).collect::<Vec<_>>();
        let limit = |all, typed: &[&str]| down_limit(all, &words(typed)).map_err(|e| e.to_string());
        assert_eq!(limit(false, &["2"]), Ok(Some(2)));
        assert_eq!(limit(true, &[]), Ok(None));
        assert_eq!(limit(true, &["1"]), Err("-all cannot be used with other arguments".into()));
        assert_eq!(limit(false, &["1", "2"]), Err("too many arguments".into()));
        assert_eq!(limit(false, &["x"]), Err("can't read limit argument N".into()));
    }
}
