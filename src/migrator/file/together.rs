//! The files of one transaction: read, and found fit to share it, before the first is sent.
//!
//! Small files stay in memory until they are sent. Those of a large folder are read once more when
//! their turn comes, and looked at once more.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::error::{Error, Failure, Outcome, Sharing};
use crate::event::{Event, File};
use crate::history::History;
use crate::migration::State;
use crate::migrator::file::loaded::{LoadedFile, why_refused};
use crate::migrator::run::Run;
use crate::plan::Step;
use crate::sql::{Statement, Unshared};

/// As much of files' texts is kept in memory, in bytes.
const KEPT: usize = 4 << 20;

/// Files that are to run in one transaction.
pub struct Together<'p> {
    steps: &'p [Step],
    history: &'p History,
    /// The row before them.
    pub before: State,
    /// The files' names, in order.
    pub files: Vec<File>,
    /// Whether one of them may leave something on the session.
    pub changes_session: bool,
    /// Files that are in memory, with the index of each.
    kept: VecDeque<(usize, LoadedFile)>,
    /// The index of the next one to run.
    next: usize,
}

impl<'p> Together<'p> {
    /// Of steps that are not read yet.
    pub fn new(steps: &'p [Step], history: &'p History, before: State) -> Together<'p> {
        let (files, kept) = (Vec::new(), VecDeque::new());
        Together { steps, history, before, files, changes_session: false, kept, next: 0 }
    }

    /// Where the row is after them.
    pub fn after(&self) -> State {
        self.steps.last().map_or(self.before, |step| State::clean(step.target))
    }

    /// The text of one of the files as it can run with the others.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] with [`Sharing::Unfit`] where it cannot.
    pub fn text<'f>(&self, file: &'f LoadedFile) -> Result<Cow<'f, str>, Error> {
        let is_last = self.steps.last() == Some(&file.step);
        let leaves = file.script.leaves(&file.text).filter(|_| !is_last);
        let text = file.script.in_shared_transaction(&file.text);
        let text = leaves.map_or(text, Err);
        text.map_err(|unshared| {
            let (at, reason) = reason(file, unshared);
            self.unfit(file, Some(at), reason)
        })
    }

    /// That a file is not sent, and none of the others.
    fn unfit(&self, file: &LoadedFile, at: Option<usize>, reason: String) -> Error {
        let failure = file.not_sent(at, reason, Outcome::Unchanged(self.before));
        Error::Failed(Box::new(self.in_company(file, failure, true)))
    }

    /// A failure of one of the files, of all of which nothing has happened.
    pub fn in_company(&self, file: &LoadedFile, failure: Failure, is_unfit: bool) -> Failure {
        // `goto` runs those before it, unless there are late ones among them.
        let is_late = self.steps.first().is_some_and(|step| step.from == step.target);
        let up_to = file.step.from.filter(|from| !is_late && Some(*from) != self.before.version);
        let sharing = if is_unfit { Sharing::Unfit { up_to } } else { Sharing::Shared };
        Failure { before: self.before, after: self.after(), sharing, ..failure }
    }
}

/// The statement at fault, and what to say of it.
fn reason(file: &LoadedFile, unshared: Unshared) -> (usize, String) {
    let head = |at: usize| {
        let is_it = |s: &&Statement| s.code.start == at;
        let statement = file.script.statements().iter().find(is_it);
        statement.map_or("a statement".to_string(), |statement| statement.head(&file.text))
    };
    match unshared {
        Unshared::Refused(refusal) => {
            let (at, reason) = why_refused(refusal);
            (at, reason.to_string())
        }
        Unshared::RefusesTransaction { at } => {
            (at, format!("{} cannot run in a transaction", head(at)))
        }
        Unshared::EndsTransaction { at } => {
            (at, format!("{} would end the transaction that all files share", head(at)))
        }
        Unshared::SetsMode { at } => {
            (at, format!("{} sets the mode of the transaction that all files share", head(at)))
        }
        Unshared::Leaves { at } => {
            let reason =
                "this holds until the end of the transaction, so for the files after it, too";
            (at, reason.to_string())
        }
    }
}

impl Run<'_> {
    /// Reads the files, and checks that they can share a transaction; tells of them the first time.
    ///
    /// # Errors
    ///
    /// Those of [`Run::load`], and of [`Together::text`].
    pub fn read_together(&mut self, together: &mut Together<'_>) -> Result<(), Error> {
        let is_first_time = together.files.is_empty();
        (together.next, together.kept) = (0, VecDeque::new());
        let mut size = 0;
        for (i, step) in together.steps.iter().enumerate() {
            let file = self.load(*step, together.history)?;
            if self.url.multi_statement {
                let reason = "x-multi-statement in the URL runs each statement by itself";
                return Err(together.unfit(&file, None, reason.to_string()));
            }
            // A file before it may change how strings are read: then it is judged when its turn comes.
            if let Err(unfit) = together.text(&file)
                && (i == 0 || !file.script.depends_on_strings(&file.text))
            {
                return Err(unfit);
            }
            if is_first_time {
                together.files.push(file.file.clone());
                together.changes_session |= file.changes_session();
                self.tell(match file.exists {
                    true => Event::Buffered(file.file.clone()),
                    false => Event::Scheduled(file.file.clone()),
                });
                self.announce(&file);
            }
            size += file.size();
            // The log cannot be asked in the middle of the transaction.
            if size <= KEPT || file.is_from_log {
                together.kept.push_back((i, file));
            }
        }
        Ok(())
    }

    /// The next file, which was read, or is read now; `None` behind the last.
    ///
    /// # Errors
    ///
    /// Those of [`Run::load`].
    pub fn next_together(
        &mut self,
        together: &mut Together<'_>,
    ) -> Result<Option<LoadedFile>, Error> {
        let next = together.next;
        together.next += 1;
        let is_kept = together.kept.front().is_some_and(|(i, _)| *i == next);
        if is_kept && let Some((_, file)) = together.kept.pop_front() {
            return Ok(Some(file));
        }
        let Some(step) = together.steps.get(next) else { return Ok(None) };
        self.load(*step, together.history).map(Some)
    }
}
