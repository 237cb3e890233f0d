//! How a migrator is configured, before it connects.

use std::time::Duration;

use crate::event::Event;
use crate::interrupt::Interrupt;
use crate::migrator::Migrator;
use crate::session::waiting::LONGEST_TRY;
use crate::table::Operator;
use crate::trace;

impl Migrator {
    /// How long to wait for the lock; for as long as it takes unless set.
    pub fn lock_timeout(mut self, timeout: Duration) -> Migrator {
        self.options.lock_timeout = Some(timeout);
        self
    }

    /// How long to wait for a server that does not answer, at the first connection and whenever one is
    /// lost while files run: such a run then connects again, and goes on where the row is. Without it
    /// the run ends there. One attempt to connect takes 30 seconds at most, unless the URL has a
    /// `connect_timeout`.
    pub fn server_wait(mut self, wait: Duration) -> Migrator {
        self.url.connect_timeout.get_or_insert(LONGEST_TRY);
        self.options.server_wait = Some(wait);
        self
    }

    /// How many files to read ahead of the one that runs (10).
    pub fn prefetch(mut self, files: usize) -> Migrator {
        self.options.prefetch = files;
        self
    }

    /// How long a statement of a file may wait for a lock, so that those queued behind it do not
    /// wait for long either. A file that could not get a lock is rolled back and retried, see
    /// [`Migrator::retries`]. Through a pooler, files that cannot run in one transaction are not
    /// bound by it.
    pub fn lock_wait(mut self, wait: Duration) -> Migrator {
        // PostgreSQL counts in milliseconds, in 31 bits; zero is no limit, there and here.
        let wait = wait.min(Duration::from_millis(i32::MAX as u64));
        self.options.lock_wait = (wait.as_millis() > 0).then_some(wait);
        self
    }

    /// How often to retry a file that could not get a lock within [`Migrator::lock_wait`] (5).
    pub fn retries(mut self, retries: u32) -> Migrator {
        self.options.retries = retries;
        self
    }

    /// Who runs this, for the log; the library's name and version unless set.
    pub fn operator(mut self, operator: Operator) -> Migrator {
        self.options.operator = operator;
        self
    }

    /// Whether a run up goes on although applied files were edited.
    pub fn allow_edited(mut self, allow: bool) -> Migrator {
        self.options.allow_edited = allow;
        self
    }

    /// Whether a run up first runs files below the database's version that never ran.
    pub fn allow_late(mut self, allow: bool) -> Migrator {
        self.options.allow_late = allow;
        self
    }

    /// Whether a run up accepts a database that is newer than the source: then it runs nothing, and
    /// tells [`Event::Ahead`]. For replicas of an older release that start again while a newer one is
    /// rolled out.
    pub fn allow_newer(mut self, allow: bool) -> Migrator {
        self.options.allow_newer = allow;
        self
    }

    /// Whether a run up or down runs all its files in one transaction: all or nothing. They are sent
    /// without waiting for the answers in between, which saves a round trip and a commit for each.
    ///
    /// A file that cannot run with others in one transaction is refused before the first is sent:
    /// [`Error::Failed`](crate::Error::Failed) with [`Sharing::Unfit`](crate::Sharing::Unfit). A run
    /// that is asked to stop, by whichever of the [`Interrupt`]'s methods, is rolled back.
    /// [`Event::Finished`] is told of all files when they are committed.
    ///
    /// ```no_run
    /// # let url = dbm::DatabaseUrl::parse("postgres://localhost/app", |_| None)?;
    /// # let source = dbm::Source::default();
    /// use dbm::{Error, Migrator, Sharing};
    ///
    /// match Migrator::new(url, source).single_transaction(true).up() {
    ///     Ok(report) => println!("{} files, and one commit", report.ran),
    ///     Err(Error::Failed(failure)) if matches!(failure.sharing, Sharing::Unfit { .. }) => {
    ///         println!("{} has to run by itself", failure.path.display());
    ///     }
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok::<(), Error>(())
    /// ```
    pub fn single_transaction(mut self, single: bool) -> Migrator {
        self.options.single_transaction = single;
        self
    }

    /// Whether a run down runs a text of the log, where the file is not in the source, although
    /// others than the log's owner may have written it. A text that does not match its checksum is
    /// never run.
    pub fn from_log(mut self, allow: bool) -> Migrator {
        self.options.from_log = allow;
        self
    }

    /// A handle that can end runs early, from another thread.
    pub fn interrupt(mut self, interrupt: Interrupt) -> Migrator {
        self.options.interrupt = interrupt;
        self
    }

    /// What is called with each event of a run.
    pub fn on_event(mut self, mut on_event: impl FnMut(&Event) + Send + 'static) -> Migrator {
        self.on_event = Box::new(move |event| {
            trace::event(event);
            on_event(event);
        });
        self
    }
}
