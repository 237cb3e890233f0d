//! The text of one version as the log keeps it, to be shown: it is not run here.

use crate::checksum::Checksum;
use crate::error::{Distrust, Error};
use crate::history::LogEntry;
use crate::migration::{Direction, Version};
use crate::migrator::report::ReadOnly;

/// A text that the log has, or its checksum at least.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct LoggedText {
    /// The migration's name.
    pub name: Option<String>,
    /// The text; or why it is not that which ran: it is not kept, or does not match its checksum.
    pub text: Result<String, Distrust>,
}

impl ReadOnly<'_> {
    /// See [`Migrator::logged_text`](crate::migrator::Migrator::logged_text).
    ///
    /// # Errors
    ///
    /// [`Error::Log`].
    pub fn logged_text(
        &mut self,
        version: Version,
        direction: Direction,
    ) -> Result<Option<LoggedText>, Error> {
        let sum = |entry: &LogEntry| match direction {
            Direction::Up => entry.up,
            Direction::Down => entry.down,
        };
        self.is_usable()?;
        let entry = self.table.newest_text(self.session, version, direction);
        let entry = entry.map_err(|fault| self.table.log_error(fault))?;
        let Some((sum, entry)) = entry.and_then(|entry| Some((sum(&entry)?, entry))) else {
            return Ok(None);
        };
        let texts = self.table.texts(self.session, &[entry.id], true);
        let texts = texts.map_err(|fault| self.table.log_error(fault))?;
        let texts = texts.into_iter().next().map(|(_, texts)| texts).unwrap_or_default();
        let text = match direction {
            Direction::Up => texts.up,
            Direction::Down => texts.down,
        };
        let text = match text {
            None => Err(Distrust::NotKept),
            Some(text) if Checksum::of(&text) != sum => Err(Distrust::Changed),
            Some(text) => Ok(text),
        };
        Ok(Some(LoggedText { name: entry.name, text }))
    }
}
