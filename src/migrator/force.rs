//! `force`: sets the row, and logs which versions count as applied from now on. It runs no file.

use crate::error::Error;
use crate::fault::Fault;
use crate::history::{Action, Adoption, History};
use crate::migration::{Direction, State, Version};
use crate::migrator::adopt::Found;
use crate::migrator::run::Run;
use crate::table::{NewEntry, Took};

impl Run<'_> {
    /// Sets the row, and logs that. Versions that count as applied from now on are logged with
    /// their files as they are.
    ///
    /// # Errors
    ///
    /// As [`Migrator::force`](crate::migrator::Migrator::force).
    pub fn force(&mut self, version: Option<Version>) -> Result<(), Error> {
        let Found { state: from, history } = match self.find() {
            // A row that cannot be read is what `force` is for. As a dirty one, it does not say
            // what is applied.
            Err(Error::BadRow { .. }) => {
                Found { state: State { version: None, dirty: true }, history: self.open_log()? }
            }
            found => found?,
        };
        let to = State::clean(version);
        let row = self.table.set(to).sql + &self.table.check(to).sql;
        let entry = NewEntry {
            action: Action::Force,
            direction: None,
            version,
            name: version.and_then(|version| self.source.name(version)),
            error: None,
            from,
            to,
            up: None,
            down: None,
            keeps_texts: false,
            took: Took::Unknown,
        };
        // Who may not read the log cannot tell what is missing from it.
        let steps = match self.table.log.may_read {
            true => forced(&history, self.source.versions(), to),
            false => Vec::new(),
        };
        let logged = self.table.record(&self.options.operator, &entry).sql;
        match self.write_adoptions(row.clone() + &logged, &steps) {
            Err(Error::Statement { fault: Fault::Server(error), .. })
                if self.table.is_not_kept(&error) =>
            {
                Err(self.not_kept())
            }
            Err(Error::Statement { fault: Fault::Server(error), .. }) if !logged.is_empty() => {
                self.locked.write(&row)?;
                self.stop_logging(error.message);
                Ok(())
            }
            written => written,
        }
    }
}

/// Versions that a forced row declares to be applied, to be logged behind it. Those that it declares
/// not to be need no entry of their own.
fn forced(history: &History, folder: &[Version], to: State) -> Vec<Adoption> {
    let mut steps = history.adoptions(folder, to);
    steps.retain(|step| step.direction == Direction::Up);
    steps.iter_mut().for_each(|step| (step.from, step.to) = (to.version, to.version));
    steps
}
