//! Runs a plan: reads files a little ahead, runs one after the other, tells what happens, and
//! stops between two files when it is asked to.

use std::collections::VecDeque;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::connection::Limits;
use crate::connection::lock::{Locked, Wait};
use crate::error::Error;
use crate::event::{Event, File};
use crate::migration::State;
use crate::migrator::job::{Job, Ran};
use crate::migrator::{OnEvent, Report, Shared};
use crate::plan::{Plan, Step};

/// A plan being run.
pub struct Run<'a, 'b> {
    plan: &'a Plan,
    shared: &'a mut Shared<'b>,
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
struct Buffered {
    /// `None` where the pair lacks it.
    text: Option<String>,
    read: Duration,
}

impl<'a, 'b> Run<'a, 'b> {
    /// Nothing has been read yet.
    pub fn new(plan: &'a Plan, shared: &'a mut Shared<'b>) -> Run<'a, 'b> {
        Run { plan, shared, ahead: VecDeque::new(), read_to: 0 }
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
            self.read_ahead(on_event)?;
            let Some(buffered) = self.ahead.pop_front() else { continue };
            let may_unlock = buffered.text.as_deref().is_some_and(may_unlock);
            if self.one(locked, *step, buffered, on_event)? == Ran::GaveWay {
                let lent = Some(State::clean(step.target));
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
    fn read_ahead(&mut self, on_event: OnEvent<'_>) -> Result<(), Error> {
        while self.ahead.len() <= self.shared.prefetch {
            let Some(step) = self.plan.steps.get(self.read_to) else { break };
            let begun = Instant::now();
            let entry = self.shared.source.entry(step.version, step.direction);
            let text = match entry.map(|entry| entry.read()).transpose() {
                Ok(text) => text.map(|text| text.into_owned()),
                // Those before it run first, as if one had not looked ahead.
                Err(_) if !self.ahead.is_empty() => break,
                Err(error) => return Err(error),
            };
            self.read_to += 1;
            let file = self.file(*step);
            on_event(if text.is_some() { Event::Buffered(file) } else { Event::Scheduled(file) });
            self.ahead.push_back(Buffered { text, read: begun.elapsed() });
        }
        Ok(())
    }

    fn one(
        &mut self,
        locked: &mut Locked<'_>,
        step: Step,
        buffered: Buffered,
        on_event: OnEvent<'_>,
    ) -> Result<Ran, Error> {
        let begun = Instant::now();
        let file = self.file(step);
        let entry = self.shared.source.entry(step.version, step.direction);
        if entry.is_some() {
            on_event(Event::Started(file.clone()));
        }
        let limits = Limits {
            timeout: self.shared.url.statement_timeout,
            lock_wait: self.shared.lock_wait,
            interrupt: self.shared.interrupt.clone(),
        };
        let text = buffered.text.as_deref().unwrap_or_default();
        self.shared.table.look_into(text);
        let job = Job {
            step,
            file: &file,
            path: entry.map_or(Path::new(""), |entry| entry.path()),
            text,
            table: self.shared.table,
            limits: &limits,
            patience: &self.shared.patience,
            multi_statement: self.shared.url.multi_statement,
        };
        let ran = job.run(locked, on_event)?;
        if ran == Ran::Done {
            on_event(Event::Finished { file, read: buffered.read, ran: begun.elapsed() });
        }
        Ok(ran)
    }

    fn file(&self, step: Step) -> File {
        let entry = self.shared.source.entry(step.version, step.direction);
        File {
            version: step.version,
            direction: step.direction,
            name: entry.map(|entry| entry.name().to_string()),
        }
    }
}

/// Whether a file may give advisory locks away, ours among them.
fn may_unlock(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("discard") || text.contains("pg_advisory_unlock_all")
}
