//! Reads the log, and adds to it what another tool did: the `adopt` entries. Which steps those are
//! says `history`; whether the files are in order says `checks`.

use crate::error::Error;
use crate::event::{Adopted, Event};
use crate::fault::Fault;
use crate::history::{Action, Adoption, History};
use crate::migration::{Direction, State};
use crate::migrator::run::Run;
use crate::table::{Columns, Latest, Logged, NewEntry, Took};

/// What a command finds when it has the lock.
pub struct Found {
    /// The row.
    pub state: State,
    /// What the log knows.
    pub history: History,
}

/// As much as goes into one message, in bytes.
const PIECE: usize = 512 << 10;
/// About as much of that is an entry without its texts.
const ENTRY: usize = 300;

impl Run<'_> {
    /// Reads row and log, makes them where they are missing, and adds to the log what another tool
    /// has done since.
    ///
    /// # Errors
    ///
    /// Those of [`Table::ensure`](crate::table::Table::ensure). A log that cannot be used is no
    /// error.
    pub fn find(&mut self) -> Result<Found, Error> {
        let (state, mut history) = match self.table.look(&mut self.locked)? {
            Some((state, latest)) => (state, self.logged(latest)?),
            None => (self.table.ensure(&mut self.locked)?, self.open_log()?),
        };
        // Who may not read the log cannot tell what is missing from it.
        if !state.dirty && self.table.log.is_on && self.table.log.may_read {
            let steps = history.adoptions(self.source.versions(), state);
            if self.adopt(&steps)? {
                history = self.read_log()?;
            }
        }
        Ok(Found { state, history })
    }

    /// Makes the log where it is missing, and reads it. Says once if there is none to be had.
    ///
    /// # Errors
    ///
    /// [`Error::Statement`] when the connection is lost.
    pub fn open_log(&mut self) -> Result<History, Error> {
        let had = self.table.log.exists;
        if let Err(fault) = self.table.ensure_log(&mut self.locked) {
            return self.without_log(fault);
        }
        if had {
            self.tell_if_not_on();
        }
        self.read_log()
    }

    /// What the log says whose latest entries were read.
    fn logged(&mut self, latest: Latest) -> Result<History, Error> {
        self.tell_if_not_on();
        let logged = self.table.logged_after(self.locked.session(), Columns::Rule, latest);
        self.history(logged)
    }

    fn tell_if_not_on(&mut self) {
        if !self.table.log.is_on {
            self.stop_logging("this role may not add to it".to_string());
        }
    }

    /// Reads the log; without one nothing is known.
    ///
    /// # Errors
    ///
    /// As [`Run::open_log`].
    pub fn read_log(&mut self) -> Result<History, Error> {
        let logged = self.table.logged(self.locked.session(), Columns::Rule);
        self.history(logged)
    }

    fn history(&mut self, logged: Result<Logged, Fault>) -> Result<History, Error> {
        match logged {
            Ok(Logged { history, last }) => {
                self.last_entry = last;
                Ok(history)
            }
            Err(fault) => self.without_log(fault),
        }
    }

    /// The log cannot be used. A connection that is lost is another matter.
    fn without_log(&mut self, fault: Fault) -> Result<History, Error> {
        if let Fault::Lost(_) = fault {
            return Err(self.table.log_error(fault));
        }
        self.stop_logging(fault.to_string());
        Ok(History::default())
    }

    /// Adds steps of another tool to the log. Returns whether there were any, and they are logged.
    fn adopt(&mut self, steps: &[Adoption]) -> Result<bool, Error> {
        if steps.is_empty() {
            return Ok(false);
        }
        match self.write_adoptions(String::new(), steps) {
            Ok(()) => {
                let adopted =
                    |step: &Adoption| Adopted { version: step.version, direction: step.direction };
                self.tell(Event::Adopted(steps.iter().map(adopted).collect()));
                Ok(true)
            }
            // Whatever the reason: without a log nothing is lost that golang-migrate would keep.
            Err(Error::Statement { fault: Fault::Server(error), .. }) => {
                self.stop_logging(error.message);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Sends SQL, and with it, in the same transaction, the entries for steps of another tool: in
    /// pieces, for a folder may be of any size.
    ///
    /// # Errors
    ///
    /// [`Error::Statement`]; nothing has happened then.
    pub fn write_adoptions(
        &mut self,
        mut sql: String,
        mut steps: &[Adoption],
    ) -> Result<(), Error> {
        let mut is_open = false;
        loop {
            let (entries, count) = self.adoptions(steps);
            sql.push_str(&entries);
            steps = steps.get(count..).unwrap_or_default();
            if steps.is_empty() {
                break;
            }
            if !std::mem::replace(&mut is_open, true) {
                self.locked.write("BEGIN")?;
            }
            self.locked.write(&sql).inspect_err(|_| self.locked.roll_back())?;
            sql.clear();
        }
        if is_open {
            sql.push_str("COMMIT");
        }
        let written = self.locked.write(&sql).map(drop);
        if is_open && written.is_err() {
            self.locked.roll_back();
        }
        written
    }

    /// SQL that adds the entries for the first steps of another tool, with the texts as they are now,
    /// and for how many: one statement of as many as go into one message.
    pub fn adoptions(&self, steps: &[Adoption]) -> (String, usize) {
        let mut texts = Vec::new();
        let mut bytes = 0;
        for step in steps {
            if bytes > PIECE {
                break;
            }
            let read = |direction| match step.direction {
                Direction::Up => self.source.entry(step.version, direction)?.read().ok(),
                Direction::Down => None,
            };
            let (up, down) = (read(Direction::Up), read(Direction::Down));
            bytes +=
                ENTRY + [&up, &down].into_iter().flatten().map(|text| text.len()).sum::<usize>();
            texts.push((up, down));
        }
        let entries = steps.iter().zip(&texts).map(|(step, (up, down))| NewEntry {
            action: Action::Adopt,
            direction: Some(step.direction),
            version: Some(step.version),
            name: self.source.name(step.version),
            error: None,
            from: State::clean(step.from),
            to: State::clean(step.to),
            up: up.as_deref(),
            down: down.as_deref(),
            keeps_texts: true,
            took: Took::Unknown,
        });
        let entries: Vec<NewEntry<'_>> = entries.collect();
        (self.table.record_all(&self.options.operator, &entries).sql, entries.len())
    }
}
