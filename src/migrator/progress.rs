//! A plan and how far it has been carried out. It outlives the session: where the connection is lost
//! and the run may wait for the server, it goes on with the same plan on a new one.

use std::time::{Duration, Instant};

use crate::error::{Error, Failure, Outcome};
use crate::event::{Event, File};
use crate::history::History;
use crate::migration::State;
use crate::migrator::options::Report;
use crate::plan::{End, Goal, Plan};
use crate::session::mark::Mark;

/// How often the connection may be lost in one file: a file that makes the server fall over must not
/// do so for ever.
const MOST_LOSSES: u32 = 5;

/// A command's way to its goal.
pub struct Progress {
    /// What was asked for.
    pub goal: Goal,
    /// The plan, once it is made.
    pub planned: Option<Planned>,
    /// The number of the log's last entry before the plan was made.
    pub last_entry: i64,
    /// The file that was under way when the connection was lost, and of which it is not known yet
    /// what became.
    pub lost: Option<LostFile>,
    /// What the lost session's messages bear, where it was a pooler's: they may still run.
    pub pooled: Option<Mark>,
    /// How often the connection was lost in a file since one was done.
    pub losses: u32,
    /// A file of this run that has left something on the session, which files after it may need.
    pub on_session: Option<File>,
}

/// A plan that is being carried out.
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What the log knew when it was made.
    pub history: History,
    /// The index of the next step.
    pub next: usize,
    /// What has been done.
    pub report: Report,
}

/// A file whose answer was lost.
#[derive(Clone, Debug)]
pub struct LostFile {
    /// The file; all those that shared its transaction, where it shared one.
    pub files: Vec<File>,
    /// When it was begun.
    pub begun: Instant,
    /// If it was committed, it has left something on the session that is gone.
    pub changes_session: bool,
    /// What would be told of it.
    pub failure: Box<Failure>,
}

impl Progress {
    /// Nothing is planned yet.
    pub fn new(goal: Goal) -> Progress {
        Progress {
            goal,
            planned: None,
            last_entry: 0,
            lost: None,
            pooled: None,
            losses: 0,
            on_session: None,
        }
    }

    /// Takes note of files that an error came from, if it is not known what became of them.
    pub fn note_lost(
        &mut self,
        error: &Error,
        files: Vec<File>,
        changes_session: bool,
        begun: Instant,
    ) {
        if let Error::Failed(failure) = error
            && failure.outcome == Outcome::Unknown
        {
            self.losses += 1;
            self.lost = Some(LostFile { files, begun, changes_session, failure: failure.clone() });
        }
    }

    /// Whether to go on after the connection was lost.
    pub fn may_go_on(&self) -> bool {
        self.losses < MOST_LOSSES && self.on_session.is_none()
    }

    /// What to tell if nobody finds out any more what became of the file that was lost; `error`
    /// where there is none.
    pub fn give_up(&mut self, error: Error) -> Error {
        self.lost.take().map_or(error, |lost| Error::Failed(lost.failure))
    }

    /// The report, where every step is done.
    pub fn finished(&self) -> Option<Result<Report, Error>> {
        let planned = self.planned.as_ref()?;
        (planned.next >= planned.plan.steps.len()).then(|| planned.conclude())
    }

    /// The file that was lost turned out to be committed.
    pub fn found_committed(&mut self, state: State, tell: &mut dyn FnMut(Event)) {
        let (Some(lost), Some(planned)) = (self.lost.take(), &mut self.planned) else { return };
        if let Some(last) = lost.files.last() {
            tell(Event::FoundCommitted(last.clone()));
        }
        for file in lost.files {
            planned.report.ran += 1;
            planned.next += 1;
            tell(Event::Finished { file, read: Duration::ZERO, ran: lost.begun.elapsed() });
        }
        planned.report.state = state;
        self.losses = 0;
    }
}

impl Planned {
    /// A plan of which nothing is done.
    pub fn new(plan: Plan, history: History, state: State) -> Planned {
        Planned { plan, history, next: 0, report: Report { ran: 0, left: 0, state } }
    }

    /// What to say at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Short`], [`Error::NoneThere`].
    pub fn conclude(&self) -> Result<Report, Error> {
        match self.plan.end {
            _ if self.report.left > 0 => Ok(self.report),
            End::Reached | End::NoChange => Ok(self.report),
            End::Short(short) => Err(Error::Short(short)),
            End::NoneThere => Err(Error::NoneThere),
        }
    }
}
