//! The texts of the log that a run takes in the place of files that are not here: whether they are
//! there, and whether they may be run unread.

use crate::checksum::Checksum;
use crate::error::{Distrust, Error};
use crate::history::{History, Known};
use crate::migration::{Direction, State};
use crate::migrator::run::Run;
use crate::plan::{Plan, Step};
use crate::table::Texts;

impl Run<'_> {
    /// Stops a run before its first file if the log lacks a text that it needs, or if somebody may
    /// have written one who should not decide what is run.
    ///
    /// # Errors
    ///
    /// [`Error::LogText`], [`Error::Log`].
    pub fn check_log_texts(&mut self, plan: &Plan, history: &History) -> Result<(), Error> {
        let is_gone = |step: &&Step| {
            step.direction == Direction::Down
                && self.source.entry(step.version, Direction::Down).is_none()
        };
        let gone = plan.steps.iter().filter(is_gone);
        let needed: Vec<(Step, &Known)> = gone
            .filter_map(|step| Some((*step, history.known(step.version)?)))
            .filter(|(_, known)| known.down.is_some())
            .collect();
        let Some((first, known)) = needed.first() else { return Ok(()) };
        let at = plan.steps.first().map_or(first.from, |step| step.from);
        let ids: Vec<i64> = needed.iter().map(|(_, known)| known.entry).collect();
        let kept = self.table.with_down_text(self.locked.session(), &ids);
        let kept = kept.map_err(|fault| self.table.log_error(fault))?;
        if let Some((step, known)) = needed.iter().find(|(_, known)| !kept.contains(&known.entry)) {
            return Err(self.log_text_error(Step { from: at, ..*step }, known, Distrust::NotKept));
        }
        if self.options.from_log {
            return Ok(());
        }
        let distrust = self.table.distrust(self.locked.session());
        match distrust.map_err(|fault| self.table.log_error(fault))? {
            Some(why) => Err(self.log_text_error(Step { from: at, ..*first }, known, why)),
            None => Ok(()),
        }
    }

    /// The texts of a step's entry, each of which is what its checksum says: an up text that is not
    /// is left out.
    ///
    /// # Errors
    ///
    /// [`Error::LogText`] for a down text that is not, or is not there; [`Error::Log`].
    pub fn log_texts(&mut self, step: Step, known: &Known) -> Result<Texts, Error> {
        let texts = self.table.texts(self.locked.session(), &[known.entry], true);
        let texts = texts.map_err(|fault| self.table.log_error(fault))?;
        let Texts { name, up, down } =
            texts.into_iter().next().map(|(_, texts)| texts).unwrap_or_default();
        let sum = |text: &Option<String>| text.as_deref().map(Checksum::of);
        let why = match &down {
            None if known.down.is_some() => Distrust::NotKept,
            _ if sum(&down) != known.down => Distrust::Changed,
            _ => {
                let up = up.filter(|text| known.up == Some(Checksum::of(text)));
                return Ok(Texts { name, up, down });
            }
        };
        Err(self.log_text_error(step, known, why))
    }

    fn log_text_error(&self, step: Step, known: &Known, why: Distrust) -> Error {
        Error::LogText {
            version: step.version,
            state: State::clean(step.from),
            below: step.target,
            table: self.table.quoted_log(),
            entry: known.entry,
            why,
        }
    }
}
