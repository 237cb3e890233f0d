//! Prints what happens in a run.

use std::time::Duration;

use dbm::{Adopted, Event, Holder, IndexBuild, Passed};

use crate::render::format::{described, duration, one_line, place};
use crate::render::printer::Printer;

/// As many versions as a line takes.
const MOST: usize = 12;

/// Prints what happens in a run.
pub fn print(printer: &Printer, event: &Event) {
    match event {
        Event::Waiting { holders, waited } => waiting(printer, holders, *waited),
        Event::ServerAway { place, reason, .. } => {
            printer.warning(&format!("waiting for the server at {place}: {reason}"));
        }
        Event::TemplateAwaited { name, waited } => printer.warning(&format!(
            "waiting for another process that makes the template {name} ({})",
            duration(Duration::from_secs(waited.as_secs().max(1)))
        )),
        Event::TemplateMade { name, files, took } => printer.detail(&format!(
            "made the template {name}: {files} {} in {}",
            if *files == 1 { "file" } else { "files" },
            duration(*took)
        )),
        Event::ConnectionLost { reason, file } => {
            let file = file.as_ref().map_or(String::new(), |file| format!(" while {file} ran"));
            printer.warning(&format!("connection lost{file} ({reason}); connecting again"));
        }
        Event::SessionNeeded(file) => printer.warning(&format!(
            "-wait does not carry this run over: {file} has set something on the session \
             (search_path, for example) that the files after it may need"
        )),
        Event::Reconnected { state, left } => {
            let files = if *left == 1 { "file" } else { "files" };
            let place = place(*state);
            printer.progress().left(*left);
            printer.hint(&format!("connected again {place}: {left} {files} left to run"));
        }
        Event::FoundCommitted(file) => printer.warning(&format!(
            "{file} was committed, although the server's answer was lost with the connection"
        )),
        Event::Planned { files, .. } => printer.progress().begin(*files),
        Event::Running { ran, waits_for, builds, .. } => {
            let waits = waits_for.iter().map(|holder| format!("waits for {}", described(holder)));
            let busy: Vec<String> = builds.iter().map(build).chain(waits).collect();
            if let Some(text) = printer.progress().still_runs(*ran, &busy.join("; ")) {
                printer.detail(&text);
            }
        }
        Event::Buffered(file) => printer.step(&format!("Start buffering {file}")),
        Event::Scheduled(file) => printer.step(&format!("Scheduled {file}")),
        Event::NoStatement(file) => {
            printer.warning(&format!("{file} has no statement: only the version moves"));
        }
        Event::Started(file) => {
            printer.step(&format!("Read and execute {file}"));
            printer.progress().start(&file.to_string());
        }
        Event::Uncommitted(_) => printer.progress().finish(),
        Event::FellBack(file, reason) => printer.warning(&format!(
            "{file} cannot run in one transaction ({reason}): it now runs statement by statement"
        )),
        Event::Retrying { file, tries, of, pause, blockers } => {
            let pause = duration(*pause);
            printer.warning(&format!(
                "{file} could not get a lock and was rolled back; retry {tries} of {of} in {pause}"
            ));
            for blocker in blockers {
                printer.detail(&format!("blocked by {}", described(blocker)));
            }
        }
        Event::GaveWay { file, waiters } => {
            printer.warning(&format!(
                "{file} would wait for sessions that wait for our lock: they go first"
            ));
            for waiter in waiters {
                printer.detail(&described(waiter));
            }
        }
        Event::Finished { file, read, ran } => {
            printer.progress().finish();
            let (read, ran, both) = (duration(*read), duration(*ran), duration(*read + *ran));
            printer.line(&match printer.is_verbose() {
                true => format!("Finished {file} (read {read}, ran {ran})"),
                false => format!("{file} ({both})"),
            });
        }
        Event::Notice(notice) => {
            let text = match (&notice.detail, &notice.hint) {
                (Some(more), _) | (None, Some(more)) => format!("{} ({more})", notice.message),
                (None, None) => notice.message.clone(),
            };
            match notice.severity.as_str() {
                "WARNING" => printer.warning(&one_line(&text)),
                severity if printer.is_verbose() => {
                    printer.detail(&format!("{}: {text}", severity.to_lowercase()));
                }
                _ => {}
            }
        }
        Event::Stopped { left } => {
            let files = if *left == 1 { "file is" } else { "files are" };
            printer.hint(&format!(
                "stopped: {left} {files} left to run; the same command goes on from here"
            ));
        }
        Event::Adopted(steps) => adopted(printer, steps),
        Event::Edited { file, why } => {
            let path = file.path.display();
            printer.warning(&match why {
                Passed::Cosmetic => format!(
                    "{path} differs from what ran only in comments and white space; to record it: \
                     {} repair",
                    printer.program()
                ),
                _ => format!(
                    "{path} was edited after it was applied: what ran stays in the database"
                ),
            });
        }
        Event::FromLog(file) => {
            printer
                .hint(&format!("{file} is not in this folder: running the text kept in the log"));
        }
        Event::NoLog { table, reason } => {
            printer.warning(&format!("nothing is logged in {table}: {reason}"));
        }
        Event::Ahead { version, newest } => {
            let newest = newest.map_or("there are none".to_string(), |v| format!("up to {v}"));
            printer.hint(&format!(
                "the database is newer than this folder: version {version} has no file here ({newest})"
            ));
        }
        _ => {}
    }
}

/// How far an index is: `index users_email: building index: scanning table, 40%`.
fn build(build: &IndexBuild) -> String {
    let IndexBuild { index, phase, done, total, .. } = build;
    let index = index.as_ref().map_or("an index".to_string(), |name| format!("index {name}"));
    // Rounded down: what is not done is not called done.
    let percent = done.saturating_mul(100).checked_div(*total);
    let percent = percent.map_or(String::new(), |percent| format!(", {}%", percent.min(100)));
    format!("{index}: {phase}{percent}")
}

fn waiting(printer: &Printer, holders: &[Holder], waited: Duration) {
    let waited = duration(Duration::from_secs(waited.as_secs().max(1)));
    let holders: Vec<String> = holders.iter().map(described).collect();
    let by = if holders.is_empty() { "" } else { ", held by:" };
    let text = format!("waiting for the migration lock ({waited}){by}");
    printer.warning_with(&text, &holders);
}

fn adopted(printer: &Printer, steps: &[Adopted]) {
    let step = |step: &Adopted| format!("{}/{}", step.version, step.direction.letter());
    let mut listed = steps.iter().take(MOST).map(step).collect::<Vec<_>>().join(", ");
    if steps.len() > MOST {
        listed.push_str(&format!(" and {} more", steps.len() - MOST));
    }
    printer.hint(&format!("run by another tool, and recorded in the log: {listed}"));
}
