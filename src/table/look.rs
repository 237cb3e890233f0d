//! The row and the log in one message, made first where they are missing: what every run asks for when
//! it has the lock.

use crate::error::Error;
use crate::migration::State;
use crate::session::lock::Locked;
use crate::table::entries::{Columns, Latest};
use crate::table::version_table::{Table, state};

impl Table {
    /// Reads row and log. `None` where one message cannot do: where there is to be no log, where it
    /// cannot be read, or where the server refuses something. Then each is asked for by itself, and it
    /// is plain what was refused.
    ///
    /// # Errors
    ///
    /// [`Error::BadRow`] for a row that is no version.
    pub fn look(&mut self, locked: &mut Locked<'_>) -> Result<Option<(State, Latest)>, Error> {
        let is_there = self.exists && self.log.exists;
        if is_there && !self.log.may_read || !self.log.exists && !self.lacks_log() {
            return Ok(None);
        }
        let mut sql = format!("{};{}", self.select_sql(), self.latest_sql(Columns::Rule));
        if !is_there {
            sql = format!("{};{};{sql}", self.create(), self.create_log());
        }
        let (mut row, mut latest) = (None, Latest::default());
        let read = locked.write_each(&sql, |query, mut values| match query {
            0 => {
                let mut next = || values.next().flatten().map(str::to_string);
                row = Some(vec![next(), next()]);
            }
            _ => latest.read(values),
        });
        if read.is_err() {
            return Ok(None);
        }
        if !is_there {
            self.exists = true;
            self.log_is_there();
        }
        Ok(Some((row.map_or(Ok(State::NONE), state)?, latest)))
    }
}
