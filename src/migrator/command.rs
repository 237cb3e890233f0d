//! What every command needs: a session, the lock, and a way on where the connection is lost.

use crate::error::{Error, Outcome};
use crate::event::Event;
use crate::migrator::connected::{Connected, connected, lock_ids};
use crate::migrator::options::{Options, Report};
use crate::migrator::progress::Progress;
use crate::migrator::report::ReadOnly;
use crate::migrator::run::Run;
use crate::migrator::{Migrator, outcome};
use crate::plan::Goal;
use crate::session::lock::{Locked, Wait, give_back};
use crate::session::outside_a_runtime;
use crate::source::Source;
use crate::trace::RunSpan;
use crate::url::DatabaseUrl;

impl Migrator {
    /// Runs what leads to a goal. Where the connection is lost on the way, the run waits for the
    /// server and goes on, if it may; else it finds out what became of the file that was under way.
    ///
    /// # Errors
    ///
    /// As [`Migrator::up`].
    pub(super) fn migrate(&mut self, goal: Goal) -> Result<Report, Error> {
        let span = RunSpan::new(goal.command(), &self.url);
        let report = outside_a_runtime(|| span.within(|| self.run_to(goal)))?;
        span.ended(report.ran, report.state.version);
        Ok(report)
    }

    fn run_to(&mut self, goal: Goal) -> Result<Report, Error> {
        let mut progress = Progress::new(goal);
        loop {
            let Migrator { url, source, options, on_event, connected: slot } = self;
            let connected = connected(slot, url, options, true, on_event);
            let connected = connected.map_err(|error| progress.give_up(error))?;
            let run = |run: &mut Run<'_>| run.migrate(&mut progress);
            let error = match locked(connected, url, source, options, on_event, run) {
                Ok(report) => return Ok(report),
                Err(error) => error,
            };
            // A pooler's second connection may be refused after the first one was not.
            let is_lost = error.is_connection_lost() || error.may_pass();
            let is_stopped = options.interrupt.is_stopped();
            let may_wait = is_lost && options.server_wait.is_some() && !is_stopped;
            if !(may_wait && progress.may_go_on()) {
                if let Some(file) = progress.on_session.clone().filter(|_| may_wait) {
                    on_event(&Event::SessionNeeded(file));
                }
                return self.find_out(error, progress);
            }
            let file = progress.lost.as_ref().and_then(|lost| lost.files.last().cloned());
            on_event(&Event::ConnectionLost { reason: error.reason(), file });
            if let Some(Connected { session, table, .. }) = slot.take() {
                let mark = session.mark().clone();
                progress.pooled = (!table.is_session_ours).then_some(mark);
            }
        }
    }

    /// Finds out what became of the file that was under way when the connection was lost. If it was
    /// committed and was the last, the goal is reached.
    fn find_out(&mut self, error: Error, mut progress: Progress) -> Result<Report, Error> {
        let Migrator { url, options, on_event, connected, .. } = self;
        let (Error::Failed(mut failure), Some(_), Some(connected)) =
            (error.clone(), &progress.lost, connected)
        else {
            return Err(progress.give_up(error));
        };
        let (last_entry, interrupt) = (progress.last_entry, &options.interrupt);
        failure.outcome = outcome::find(url, connected, &failure, last_entry, interrupt);
        if let Outcome::Committed(state) = failure.outcome {
            progress.found_committed(state, &mut |event| on_event(&event));
            if let Some(report) = progress.finished() {
                return report;
            }
        }
        Err(Error::Failed(failure))
    }

    /// Does `work` without the lock, on a session that is known to answer.
    ///
    /// # Errors
    ///
    /// Those of [`connected`], and of `work`.
    pub(super) fn read<T: Send>(
        &mut self,
        work: impl FnOnce(&mut ReadOnly<'_>) -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        self.read_and_tell(|read_only, _, _| work(read_only))
    }

    /// The same, for work that goes by the options and has something to tell.
    ///
    /// # Errors
    ///
    /// As [`Migrator::read`].
    pub(super) fn read_and_tell<T: Send>(
        &mut self,
        work: impl FnOnce(&mut ReadOnly<'_>, &Options, &mut dyn FnMut(Event)) -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        outside_a_runtime(|| {
            let Migrator { url, source, options, on_event, connected: slot } = self;
            let connected = connected(slot, url, options, false, on_event)?;
            let taken = connected.taken();
            let Connected { session, table, .. } = connected;
            give_back(session, &taken)?;
            let mut read_only = ReadOnly { url, session, table, source };
            work(&mut read_only, options, &mut |event| on_event(&event))
        })
    }

    /// Does `work` under the lock, and gives the lock back whatever comes of it.
    ///
    /// # Errors
    ///
    /// Those of [`connected`] and [`Locked::acquire`], and of `work`.
    pub(super) fn locked<T: Send>(
        &mut self,
        command: &'static str,
        work: impl FnOnce(&mut Run<'_>) -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        let span = RunSpan::new(command, &self.url);
        let run = || {
            let Migrator { url, source, options, on_event, connected: slot } = self;
            let connected = connected(slot, url, options, true, on_event)?;
            locked(connected, url, source, options, on_event, work)
        };
        outside_a_runtime(|| span.within(run))
    }
}

/// Takes the lock, does `work`, and gives the lock back.
fn locked<T>(
    connected: &mut Connected,
    url: &DatabaseUrl,
    source: &Source,
    options: &Options,
    on_event: &mut (dyn FnMut(&Event) + Send),
    work: impl FnOnce(&mut Run<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let taken = connected.taken();
    let Connected { session, table, .. } = connected;
    let ids = lock_ids(url, table);
    let wait = Wait {
        timeout: options.lock_timeout,
        interrupt: &options.interrupt,
        on_wait: &mut |holders, waited| on_event(&Event::Waiting { holders, waited }),
    };
    let pid = table.is_session_ours.then_some(table.pid);
    let locked = Locked::acquire(session, url, pid, ids, &taken, wait)?;
    table.log.is_on = table.log.may_add;
    let (last_entry, told_no_log) = (0, false);
    let underway = None;
    let mut run =
        Run { locked, table, url, source, options, on_event, underway, last_entry, told_no_log };
    let result = work(&mut run);
    run.locked.release();
    result
}
