//! Runs one file of a plan, in the way that its text asks for.
//!
//! A *transactional* file, or one that is a single BEGIN … COMMIT, is one message and one
//! transaction: the version row moves in it, so either all of it has happened or nothing. A
//! *non-transactional* file has statements that refuse a transaction; it runs statement by
//! statement between a dirty row and a clean one, as golang-migrate runs every file.

mod attempt;
mod loaded;
mod message;
mod retry;
mod shared;
mod statements;
mod together;
mod transactional;
mod verdict;

use std::time::Instant;

use crate::error::Error;
use crate::event::{Event, Holder};
use crate::migrator::run::Run;
use crate::sql::Mode;

use retry::Retries;

pub use loaded::{LoadedFile, Ran};
pub use shared::SharedRun;
pub use together::Together;

impl Run<'_> {
    /// Runs a file, moves the row, and tells of it.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] with what has become of the database ([`Outcome::Unknown`] when the
    /// connection went with it), [`Error::Moved`] when the row is not at the step's start,
    /// [`Error::Statement`].
    pub fn file(&mut self, file: &mut LoadedFile) -> Result<Ran, Error> {
        let begun = Instant::now();
        self.start(file);
        let multi_statement = self.url.multi_statement && !file.script.is_empty();
        let ran = match file.script.mode() {
            Mode::Refused(refusal) => Err(file.refused(refusal)),
            _ if multi_statement => self.non_transactional(file, false),
            Mode::Transactional { guard_at } | Mode::OwnTransaction { guard_at } => {
                self.transactional(file, guard_at)
            }
            Mode::NonTransactional { as_one } => self.non_transactional(file, as_one),
        };
        match &ran {
            Ok(Ran::Done) => self.tell(Event::Finished {
                file: file.file.clone(),
                read: file.read,
                ran: begun.elapsed(),
            }),
            Ok(Ran::GaveWay) => {}
            Err(Error::Failed(failure)) => self.log_failure(file, failure),
            Err(_) => {}
        }
        ran
    }

    /// Waits a while for a lock that was not to be had, and says for whom.
    fn retry(&mut self, file: &LoadedFile, retries: &mut Retries, blockers: Vec<Holder>) {
        let pause = retries.next();
        self.tell(Event::Retrying {
            file: file.file.clone(),
            tries: retries.count,
            of: retries.limit,
            pause,
            blockers,
        });
        retries.wait(pause);
    }
}
