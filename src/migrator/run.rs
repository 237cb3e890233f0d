//! Runs a plan: reads files a little ahead, runs one after the other, tells what happens, and
//! stops between two files when it is asked to.

use std::cell::Cell;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::connection::Limits;
use crate::connection::lock::{Locked, Wait};
use crate::error::Error;
use crate::event::{Event, File};
use crate::history::History;
use crate::migration::{Direction, State};
use crate::migrator::adopt::unusable;
use crate::migrator::job::{Job, Ran};
use crate::migrator::{OnEvent, Report, Shared};
use crate::plan::{Plan, Step};

/// A plan being run.
pub struct Run<'a, 'b> {
    pub(super) plan: &'a Plan,
    pub(super) shared: &'a mut Shared<'b>,
    history: &'a History,
    /// Files that are read and not yet run.
    ahead: VecDeque<Buffered>,
    /// How many of the plan's steps have been read.
    read_to: usize,
}

/// How far a plan came.
pub enum Progress {
    /// To its end, or to where it was asked to stop.
    Ended(Report),
    /// We were without the lock for a while: the row may be anywhere now.
    Replan {
        /// How many files were run.
        ran: usize,
        /// Where the row is if others have run the next file in our place.
        lent: Option<State>,
    },
}

/// A file that is read.
pub struct Buffered {
    /// As events name it.
    pub file: File,
    /// `None` where the pair lacks it.
    pub text: Option<String>,
    /// Where it is, for messages.
    pub path: PathBuf,
    /// The text is the log's.
    pub is_from_log: bool,
    /// The text of the pair's other file, for the log.
    pub other: Option<String>,
    /// Time spent on reading it.
    pub read: Duration,
}

impl<'a, 'b> Run<'a, 'b> {
    /// Nothing has been read yet.
    pub fn new(plan: &'a Plan, shared: &'a mut Shared<'b>, history: &'a History) -> Run<'a, 'b> {
        Run { plan, shared, history, ahead: VecDeque::new(), read_to: 0 }
    }

    /// Runs every step that is still to be run when its turn comes.
    ///
    /// # Errors
    ///
    /// Those of the file that fails; the ones before it stay run.
    pub fn all(
        &mut self,
        locked: &mut Locked<'_>,
        mut state: State,
        on_event: OnEvent<'_>,
    ) -> Result<Progress, Error> {
        let steps = self.plan.steps.len();
        for (ran, step) in self.plan.steps.iter().enumerate() {
            if self.shared.interrupt.is_stopped() {
                on_event(Event::Stopped { left: steps - ran });
                return Ok(Progress::Ended(Report { ran, left: steps - ran, state }));
            }
            self.read_ahead(locked, on_event)?;
            let Some(buffered) = self.ahead.pop_front() else { continue };
            let may_unlock = buffered.text.as_deref().is_some_and(may_unlock);
            if self.one(locked, *step, buffered, on_event)? == Ran::GaveWay {
                // A late file leaves the row where it is, whoever runs it.
                let lent = (step.from != step.target).then(|| State::clean(step.target));
                return Ok(Progress::Replan { ran, lent });
            }
            if may_unlock {
                let mut on_wait = |holders, waited| on_event(Event::Waiting { holders, waited });
                let interrupt = self.shared.interrupt;
                let wait = Wait { timeout: None, interrupt, on_wait: &mut on_wait };
                if locked.take_back(wait)? {
                    return Ok(Progress::Replan { ran: ran + 1, lent: None });
                }
            }
            state = State::clean(step.target);
        }
        Ok(Progress::Ended(Report { ran: steps, left: 0, state }))
    }

    /// Reads files until so many lie ready beside the one that runs next.
    fn read_ahead(&mut self, locked: &mut Locked<'_>, on_event: OnEvent<'_>) -> Result<(), Error> {
        while self.ahead.len() <= self.shared.prefetch {
            let Some(step) = self.plan.steps.get(self.read_to) else { break };
            let buffered = match self.read(locked, *step) {
                Ok(buffered) => buffered,
                // Those before it run first, as if one had not looked ahead.
                Err(_) if !self.ahead.is_empty() => break,
                Err(error) => return Err(error),
            };
            self.read_to += 1;
            let file = buffered.file.clone();
            on_event(match buffered.text {
                Some(_) => Event::Buffered(file),
                None => Event::Scheduled(file),
            });
            self.ahead.push_back(buffered);
        }
        Ok(())
    }

    /// Reads a step's file, or takes the log's text where it is not here and was once.
    pub(super) fn read(&mut self, locked: &mut Locked<'_>, step: Step) -> Result<Buffered, Error> {
        let begun = Instant::now();
        let Step { version, direction, .. } = step;
        let source = self.shared.source;
        let file = |name: Option<&str>| File { version, direction, name: name.map(str::to_string) };
        if let Some(entry) = source.entry(version, direction) {
            // It is not run, so that it cannot be read is nobody's concern now.
            let other = source.entry(version, direction.opposite());
            let other = other.filter(|_| self.shared.table.log.is_on).and_then(|e| e.read().ok());
            return Ok(Buffered {
                file: file(Some(entry.name())),
                text: Some(entry.read()?.into_owned()),
                path: entry.path().to_path_buf(),
                is_from_log: false,
                other: other.map(|text| text.into_owned()),
                read: begun.elapsed(),
            });
        }
        let other = source.entry(version, direction.opposite()).and_then(|entry| entry.read().ok());
        let mut empty = Buffered {
            file: file(None),
            text: None,
            path: PathBuf::new(),
            is_from_log: false,
            other: other.map(|text| text.into_owned()),
            read: begun.elapsed(),
        };
        let known = self.history.known(version).filter(|_| direction == Direction::Down);
        let Some(known) = known.filter(|known| known.down.is_some() || known.up.is_some()) else {
            return Ok(empty);
        };
        // One by one: a release that is rolled back may be any number of files of any size.
        let table = &self.shared.table;
        let texts = table.texts(locked.connection(), &[known.entry], true);
        let texts = texts.map_err(|fault| unusable(table, &fault))?;
        let texts = texts.into_iter().next().map(|(_, texts)| texts).unwrap_or_default();
        empty.other = empty.other.or(texts.up);
        if texts.down.is_none() {
            return Ok(empty);
        }
        let name = known.name.clone().unwrap_or_default();
        let path = format!("{}/{version}_{name}.down.sql", self.shared.table.log.name);
        Ok(Buffered {
            file: file(Some(&name)),
            text: texts.down,
            path: path.into(),
            is_from_log: true,
            read: begun.elapsed(),
            ..empty
        })
    }

    fn one(
        &mut self,
        locked: &mut Locked<'_>,
        step: Step,
        buffered: Buffered,
        on_event: OnEvent<'_>,
    ) -> Result<Ran, Error> {
        let begun = Instant::now();
        self.begin(&buffered, on_event);
        let limits = self.limits();
        let log_failed = Cell::new(None);
        let job = self.job(step, &buffered, &limits, &log_failed);
        let ran = job.run(locked, on_event);
        if let Some(reason) = log_failed.take() {
            self.stop_logging(reason, on_event);
        }
        let ran = ran?;
        if ran == Ran::Done {
            let Buffered { file, read, .. } = buffered;
            on_event(Event::Finished { file, read, ran: begun.elapsed() });
        }
        Ok(ran)
    }

    /// Tells that a file goes out now.
    pub(super) fn begin(&mut self, buffered: &Buffered, on_event: OnEvent<'_>) {
        if buffered.is_from_log {
            on_event(Event::FromLog(buffered.file.clone()));
        }
        if let Some(text) = &buffered.text {
            on_event(Event::Started(buffered.file.clone()));
            self.shared.table.look_into(text);
        }
    }

    /// The log has refused an entry, and will refuse the next.
    pub(super) fn stop_logging(&mut self, reason: String, on_event: OnEvent<'_>) {
        self.shared.table.log.is_on = false;
        if !std::mem::replace(&mut self.shared.said_no_log, true) {
            on_event(Event::NoLog { table: self.shared.table.quoted_log(), reason });
        }
    }

    pub(super) fn limits(&self) -> Limits {
        Limits {
            timeout: self.shared.url.statement_timeout,
            lock_wait: self.shared.lock_wait,
            interrupt: self.shared.interrupt.clone(),
        }
    }

    pub(super) fn job<'j>(
        &'j self,
        step: Step,
        buffered: &'j Buffered,
        limits: &'j Limits,
        log_failed: &'j Cell<Option<String>>,
    ) -> Job<'j> {
        Job {
            step,
            buffered,
            text: buffered.text.as_deref().unwrap_or_default(),
            table: self.shared.table,
            operator: self.shared.operator,
            log_failed,
            limits,
            patience: &self.shared.patience,
            multi_statement: self.shared.url.multi_statement,
        }
    }
}

/// Whether a file may give advisory locks away, ours among them.
fn may_unlock(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("discard") || text.contains("pg_advisory_unlock_all")
}
