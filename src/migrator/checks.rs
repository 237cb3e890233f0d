//! Stops a run up at applied files that are not what ran, and at files that were left behind.
//!
//! Which files those are says `status`; here they are read, reported and refused.

use std::collections::BTreeMap;

use crate::checksum::Checksum;
use crate::error::Error;
use crate::event::{Edited, Event, Passed};
use crate::fault::Fault;
use crate::migration::{Direction, State, Version};
use crate::migrator::adopt::Found;
use crate::migrator::options::Options;
use crate::migrator::run::Run;
use crate::session::Session;
use crate::source::Source;
use crate::sql::differs_only_in_comments;
use crate::status::{self, Difference};
use crate::table::{Table, Texts};

impl Run<'_> {
    /// Stops a run up that would go on from files that are not what ran, or that would leave files
    /// behind.
    ///
    /// # Errors
    ///
    /// [`Error::Edited`], [`Error::Late`], unless that is allowed.
    pub fn check(&mut self, found: &Found, late: &[Version]) -> Result<(), Error> {
        let Found { state, history } = found;
        let differences = status::differences(self.source, history, *state);
        let edited = edited(self.locked.session(), self.table, self.source, differences)?;
        let tell = &mut |event| (self.on_event)(&event);
        in_order(self.source, self.options, *state, edited, late, tell)
    }
}

/// Whether a run up may go on from edited and late files.
///
/// # Errors
///
/// [`Error::Edited`], [`Error::Late`], unless that is allowed.
pub fn in_order(
    source: &Source,
    options: &Options,
    state: State,
    edited: Vec<Edited>,
    late: &[Version],
    tell: &mut dyn FnMut(Event),
) -> Result<(), Error> {
    let mut stopping = Vec::new();
    for file in edited {
        match () {
            () if file.is_cosmetic => tell(Event::Edited { file, why: Passed::Cosmetic }),
            () if options.allow_edited => tell(Event::Edited { file, why: Passed::Allowed }),
            () => stopping.push(file),
        }
    }
    if !stopping.is_empty() {
        return Err(Error::Edited { files: stopping, state });
    }
    if !late.is_empty() && !options.allow_late {
        let file = |version: &Version| {
            let file = source.entry(*version, Direction::Up);
            let file = file.or_else(|| source.entry(*version, Direction::Down));
            (*version, file.map(|file| file.path().to_path_buf()).unwrap_or_default())
        };
        return Err(Error::Late { files: late.iter().map(file).collect(), state });
    }
    Ok(())
}

/// That the row is dirty: with the failure that left it so, if that was the last thing that was logged.
pub fn dirty(session: &mut Session, table: &Table, state: State, below: Option<Version>) -> Error {
    let newest = table.newest(session, Some(1));
    let last = newest.ok().and_then(|mut newest| newest.pop());
    let failure = last.filter(|entry| !entry.is_done() && entry.to == state);
    Error::Dirty { state, failure: failure.map(Box::new), below }
}

/// Differing files with the texts that ran, as far as the log keeps them.
///
/// # Errors
///
/// [`Error::Statement`].
pub fn edited(
    session: &mut Session,
    table: &Table,
    source: &Source,
    differences: Vec<Difference>,
) -> Result<Vec<Edited>, Error> {
    let ids: Vec<i64> = differences.iter().map(|difference| difference.ran).collect();
    // Without the texts there is still the checksum.
    let mut texts: BTreeMap<i64, Texts> = match table.texts(session, &ids, false) {
        Err(fault @ Fault::Lost(_)) => return Err(table.log_error(fault)),
        texts => texts.unwrap_or_default().into_iter().collect(),
    };
    let strings = session.strings();
    let file = |Difference { version, ran, sum, now }: Difference| {
        let text = texts.remove(&ran).and_then(|texts| texts.up);
        // Another text than the checksum's is not the one that ran.
        let text = text.filter(|text| sum == Some(Checksum::of(text)));
        let text = text.or_else(|| sum.is_none().then(String::new));
        let path = source.entry(version, Direction::Up).map(|entry| entry.path().to_path_buf());
        Edited {
            version,
            path: path.unwrap_or_default(),
            is_cosmetic: text
                .as_deref()
                .is_some_and(|ran| differs_only_in_comments(ran, &now, strings)),
            ran: text,
            now,
        }
    };
    Ok(differences.into_iter().map(file).collect())
}
