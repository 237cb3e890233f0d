//! What `up`, `down`, `goto`, `redo` and `rollback` share: running files, signals on the way, and
//! the JSON of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;
use dbm::{Event, File, Interrupt, Migrator, Report, State, Version};
use serde::Serialize;

use crate::cli::context::{Answer, Context};
use crate::cli::open::warn_of_names;
use crate::cli::signals::Signals;
use crate::render::event;
use crate::render::format::duration;
use crate::render::json::{direction, millis};

/// So many files that one wants a summary of them.
const MANY: usize = 10;

/// What became of a run, as JSON.
#[derive(Default, Serialize)]
pub struct RunBody {
    /// Files that were run and are committed, in order.
    pub files: Vec<FileItem>,
    /// How many were planned and not run, because the run was asked to stop.
    pub left: usize,
    /// The row is above all files here, and that is allowed.
    pub ahead: bool,
    /// Files whose texts come from the log.
    #[serde(skip)]
    pub from_log: Vec<File>,
    /// Where the row was.
    #[serde(skip)]
    pub from: State,
}

/// A file that was run, as `json.schema.json` describes it.
#[derive(Serialize)]
pub struct FileItem {
    pub version: Version,
    pub direction: &'static str,
    pub name: Option<String>,
    pub duration_ms: f64,
    pub from_log: bool,
}

impl RunBody {
    fn hear(&mut self, event: &Event) {
        match event {
            Event::FromLog(file) => self.from_log.push(file.clone()),
            Event::Finished { file, read, ran } => self.files.push(FileItem {
                version: file.version,
                direction: direction(file.direction),
                name: file.name.clone(),
                duration_ms: millis(*read + *ran),
                from_log: self.from_log.contains(file),
            }),
            Event::Planned { from, .. } => self.from = *from,
            Event::Ahead { .. } => self.ahead = true,
            _ => {}
        }
    }
}

/// What the first signal does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Ends the run after the file that is being run.
    AfterFile,
    /// Cancels what is being run: all of it is rolled back.
    AtOnce,
}

impl End {
    /// Of a run in one transaction, or not.
    pub fn of(single_transaction: bool) -> End {
        if single_transaction { End::AtOnce } else { End::AfterFile }
    }
}

/// Runs files, prints what happens, and fills in the answer.
pub fn run_files(
    context: &Context,
    answer: &mut Answer<RunBody>,
    migrator: Migrator,
    end: End,
    run: impl FnOnce(&mut Migrator) -> Result<Report, dbm::Error>,
) -> Result<()> {
    let printer = &context.printer;
    warn_of_names(&migrator, context);
    let interrupt = Interrupt::new();
    let signals = match end {
        End::AfterFile => Signals::catch(interrupt.clone(), printer),
        End::AtOnce => {
            let says = "Stopping: nothing of this run will be applied ...";
            Signals::catch_to_cancel(interrupt.clone(), printer, says)
        }
    };
    let body = Arc::new(Mutex::new(RunBody::default()));
    let (heard, events) = (body.clone(), printer.clone());
    let mut migrator = migrator.interrupt(interrupt).on_event(move |event| {
        heard.lock().unwrap_or_else(PoisonError::into_inner).hear(event);
        event::print(&events, event);
    });
    let begun = Instant::now();
    let result = run(&mut migrator);
    printer.progress().end();
    answer.body = std::mem::take(&mut body.lock().unwrap_or_else(PoisonError::into_inner));
    match result {
        Ok(report) => {
            answer.body.left = report.left;
            answer.state = Some(report.state);
            if report.left > 0 {
                answer.exit_code = signals.stopped();
            }
            if report.ran == 0 && report.left == 0 {
                printer.line("no change");
            }
            if report.ran >= MANY {
                let (ran, time) = (report.ran, duration(begun.elapsed()));
                let from = answer.body.from;
                printer.detail(&format!("{ran} files in {time}: {from} -> {}", report.state));
            }
            context.say_finished();
            Ok(())
        }
        Err(error) => {
            if printer.is_json() {
                answer.state = migrator.version().ok();
            }
            answer.exit_code = signals.stopped();
            Err(error.into())
        }
    }
}
