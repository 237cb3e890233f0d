//! The last version down and up again, in one transaction where both files are plain.

use std::cell::Cell;
use std::time::Instant;

use crate::connection::lock::Locked;
use crate::error::{Error, Outcome};
use crate::event::Event;
use crate::migration::State;
use crate::migrator::atomic::Within;
use crate::migrator::job::waited_in_vain;
use crate::migrator::run::{Buffered, Progress, Run};
use crate::migrator::{OnEvent, Report};
use crate::plan::Step;
use crate::sql::{self, Route, Statement};
use crate::table::GUARD;

/// What became of files that were to run in one transaction.
enum Together {
    /// They ran.
    Done(Report),
    /// They cannot; nothing has happened.
    Unfit,
    /// One breaks off; nothing has happened.
    BreaksOff,
}

impl Run<'_, '_> {
    /// Runs a plan of a step down and the step up again.
    ///
    /// # Errors
    ///
    /// As [`Run::all`]; where both files are plain, nothing has happened then.
    pub fn redo(
        &mut self,
        locked: &mut Locked<'_>,
        state: State,
        on_event: OnEvent<'_>,
    ) -> Result<Progress, Error> {
        // Going up without the file would leave an empty version behind.
        if let Some(step) = self.plan.steps.last()
            && self.shared.source.entry(step.version, step.direction).is_none()
        {
            return Err(Error::NoUpFile { version: step.version });
        }
        let mut files = Vec::new();
        for step in &self.plan.steps {
            files.push((*step, self.read(locked, *step)?));
        }
        let are_plain = files.iter().all(|(_, file)| is_plain(file.text.as_deref()))
            && !files.first().is_some_and(|(_, file)| reaches_on(file.text.as_deref()));
        if !are_plain || self.shared.url.multi_statement {
            return self.all(locked, state, on_event);
        }
        let (mut tries, mut are_last) = (0, false);
        loop {
            match self.in_one(locked, state, &files, (are_last, tries), on_event) {
                Ok(Together::Done(report)) => return Ok(Progress::Ended(report)),
                Ok(Together::Unfit) => return self.all(locked, state, on_event),
                Ok(Together::BreaksOff) => are_last = true,
                Err(Error::Failed(failure))
                    if waited_in_vain(&failure.cause)
                        && tries < self.shared.patience.retries
                        && !self.shared.interrupt.is_stopped() =>
                {
                    tries += 1;
                    let pause = self.shared.patience.pause(tries);
                    on_event(Event::Retrying {
                        file: files[usize::from(failure.after.version == state.version)]
                            .1
                            .file
                            .clone(),
                        tries,
                        of: self.shared.patience.retries,
                        pause,
                        blockers: failure.blockers,
                    });
                    self.shared.patience.wait(pause, self.shared.interrupt);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// All files in one transaction.
    fn in_one(
        &mut self,
        locked: &mut Locked<'_>,
        state: State,
        files: &[(Step, Buffered)],
        (are_last, tries): (bool, u32),
        on_event: OnEvent<'_>,
    ) -> Result<Together, Error> {
        locked.write("BEGIN")?;
        let mut took = Vec::new();
        for (step, buffered) in files {
            let begun = Instant::now();
            self.begin(buffered, on_event);
            let limits = self.limits();
            let log_failed = Cell::new(None);
            let job = self.job(*step, buffered, &limits, &log_failed);
            let statements = sql::scan(job.text);
            let code: Vec<&Statement> = statements.iter().filter(|s| !s.is_empty()).collect();
            match job.within(locked, on_event, &code, are_last) {
                Ok(Within::Done) => took.push(begun.elapsed()),
                Ok(unfit) => {
                    locked.roll_back();
                    return Ok(match unfit {
                        Within::BreaksOff => Together::BreaksOff,
                        _ => Together::Unfit,
                    });
                }
                Err(Error::Failed(mut failure)) => {
                    locked.roll_back();
                    failure.before = state;
                    if failure.outcome != Outcome::Unknown {
                        failure.outcome = Outcome::Unchanged(state);
                    }
                    let is_tried_again =
                        waited_in_vain(&failure.cause) && tries < self.shared.patience.retries;
                    if !is_tried_again {
                        job.record_failure(locked, &failure);
                    }
                    return Err(Error::Failed(failure));
                }
                Err(error) => {
                    locked.roll_back();
                    return Err(error);
                }
            }
        }
        self.commit(locked, state, files)?;
        for ((_, buffered), ran) in files.iter().zip(took) {
            on_event(Event::Finished { file: buffered.file.clone(), read: buffered.read, ran });
        }
        Ok(Together::Done(Report { ran: files.len(), left: 0, state }))
    }

    /// What is checked at the commit, as deferred constraints are, fails the last file.
    fn commit(
        &self,
        locked: &mut Locked<'_>,
        state: State,
        files: &[(Step, Buffered)],
    ) -> Result<(), Error> {
        let Err(error) = locked.write(&format!("COMMIT /* {GUARD}*/")) else { return Ok(()) };
        let (Error::Statement { fault, .. }, Some((step, buffered))) = (error, files.last()) else {
            return Ok(());
        };
        let (limits, log_failed) = (self.limits(), Cell::new(None));
        let job = self.job(*step, buffered, &limits, &log_failed);
        let outcome = match fault.code() {
            Some(_) => Outcome::Unchanged(state),
            None => Outcome::Unknown,
        };
        let failed = job.failed(fault, Default::default(), None, &|_| None, outcome);
        if let Error::Failed(mut failure) = failed {
            failure.before = state;
            job.record_failure(locked, &failure);
            return Err(Error::Failed(failure));
        }
        Err(failed)
    }
}

/// Whether a file may leave something to its transaction that the next file must not find: a setting, a
/// role, a temporary table, deferred constraints. If only as words.
fn reaches_on(text: Option<&str>) -> bool {
    let text = text.unwrap_or_default().to_ascii_lowercase();
    ["local", "set_config", "on commit", "constraints"].iter().any(|word| text.contains(word))
}

/// Whether a file can share a transaction with another.
fn is_plain(text: Option<&str>) -> bool {
    let text = text.unwrap_or_default();
    !sql::commits_in_do(text) && sql::route(&sql::scan(text)) == Route::Plain { insert_at: 0 }
}
