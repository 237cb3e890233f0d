//! A file of a plan, read and analysed, and what is told of it when it fails.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::checksum::Checksum;
use crate::error::{Cause, Error, Failure, Outcome, Sharing};
use crate::event::{Event, File};
use crate::fault::Fault;
use crate::history::{Action, History};
use crate::migration::{Direction, State};
use crate::migrator::run::{Run, Underway};
use crate::plan::Step;
use crate::session::SendError;
use crate::source::Source;
use crate::sql::{Kind, Mode, Refusal, Script, Strings, irreversible, locate};
use crate::table::{NewEntry, Texts, Took};
use crate::text::printable;

/// What a file takes beside its texts, about, in bytes.
const BESIDE: usize = 1 << 9;

/// From how many bytes on a text is let go while it is sent.
const LARGE: usize = 1 << 20;

/// A file of a plan, read and analysed.
pub struct LoadedFile {
    /// What it does to the row.
    pub step: Step,
    /// As events name it.
    pub file: File,
    /// Where it is, for messages.
    pub path: PathBuf,
    /// Its text; empty where the pair lacks it.
    pub text: String,
    /// What the text is.
    pub script: Script,
    /// Whether the pair has this file.
    pub exists: bool,
    /// Whether the text is the log's, because the file is not here.
    pub is_from_log: bool,
    /// The text was let go while it was sent, and could not be read again.
    pub is_gone: bool,
    /// The text of the pair's other file, for the log.
    pub other: Option<String>,
    /// Time spent on reading it.
    pub read: Duration,
}

/// What became of a file that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// It ran.
    Done,
    /// It was undone to let somebody else go first, who may have run it or anything else: the row
    /// says where to go on.
    GaveWay,
}

impl LoadedFile {
    /// Analyses the text for a session that reads plain strings so, unless that was done.
    pub fn analyse(&mut self, strings: Strings) {
        if self.script.is_empty() || self.script.strings() != strings {
            self.script = Script::with_strings(&self.text, strings);
        }
    }

    /// What of it is sent: nothing of a file without a statement, as golang-migrate does not.
    pub fn sent(&self) -> &str {
        if self.script.is_empty() { "" } else { &self.text }
    }

    /// Whether it is better not kept while it is sent, and can be read again.
    pub fn is_large(&self) -> bool {
        let other = self.other.as_ref().map_or(0, String::len);
        self.text.len() + other > LARGE && !self.script.is_empty() && !self.is_from_log
    }

    /// Gives away the text, and forgets its statements and the other text.
    pub fn let_go(&mut self) -> String {
        self.script.forget_statements();
        self.other = None;
        std::mem::take(&mut self.text)
    }

    /// Reads both texts again; this one only if it is still the same.
    pub fn take_back(&mut self, source: &Source, sum: Checksum) {
        let Step { version, direction, .. } = self.step;
        let read = |direction| {
            source
                .entry(version, direction)
                .and_then(|entry| entry.read().ok())
                .map(Cow::into_owned)
        };
        self.other = read(direction.opposite());
        match read(direction).filter(|text| Checksum::of(text) == sum) {
            Some(text) => {
                self.script = Script::with_strings(&text, self.script.strings());
                self.text = text;
            }
            None => self.is_gone = true,
        }
    }

    /// Whether it may leave something on the session that the files after it need.
    pub fn changes_session(&self) -> bool {
        let facts = self.script.facts();
        facts.changes_session || facts.changes_role || facts.changes_encoding
    }

    /// How many bytes it takes in memory, about.
    pub fn size(&self) -> usize {
        self.text.len() + self.other.as_ref().map_or(0, String::len) + BESIDE
    }

    /// Where the row is before the file.
    pub fn before(&self) -> State {
        State::clean(self.step.from)
    }

    /// Where the row is after it.
    pub fn after(&self) -> State {
        State::clean(self.step.target)
    }

    /// The log's entry for the file, as it runs and succeeds.
    pub fn entry(&self, took: Took) -> NewEntry<'_> {
        let (this, other) = (self.exists.then_some(self.text.as_str()), self.other.as_deref());
        let (up, down) = match self.step.direction {
            Direction::Up => (this, other),
            Direction::Down => (other, this),
        };
        NewEntry {
            action: Action::Run,
            direction: Some(self.step.direction),
            version: Some(self.step.version),
            name: self.file.name.as_deref(),
            error: None,
            from: self.before(),
            to: self.after(),
            up,
            down,
            keeps_texts: true,
            took,
        }
    }

    /// The statement with the index `done` of the text that shares a transaction, where BEGIN and
    /// COMMIT are blank.
    pub fn shared_statement(&self, done: usize) -> usize {
        let is_own = matches!(self.script.mode(), Mode::OwnTransaction { .. });
        let begin = self.script.statements().iter().position(|s| s.kind == Kind::Begin);
        done + usize::from(is_own && begin.is_some_and(|begin| begin <= done))
    }

    /// The file has failed: `statement` of it, from 0, at character `position` of its text, from 1.
    pub fn failed(
        &self,
        error: SendError,
        statement: Option<usize>,
        position: Option<usize>,
        outcome: Outcome,
    ) -> Error {
        let at = match position {
            Some(position) => locate(&self.text, position),
            // The server gives no position for what fails while it runs.
            None => statement
                .and_then(|i| self.script.statements().get(i))
                .and_then(|s| locate(&self.text, self.position_of(s.code.start))),
        };
        // golang-migrate has no place for an error at the end of the input.
        let reported = position
            .filter(|position| *position <= self.text.chars().count())
            .and_then(|_| at.as_ref().map(|at| (at.line, at.column)));
        let in_body = match &error.fault {
            Fault::Server(said) => statement
                .zip(said.context.as_deref())
                .and_then(|(i, context)| self.script.in_body(&self.text, i, context)),
            _ => None,
        };
        let cause = match error.fault {
            Fault::Server(error) => Cause::Server(error),
            Fault::Lost(reason) => Cause::Lost(reason),
            Fault::Unreachable(reason) | Fault::Unclear(reason) => Cause::Unclear(reason),
        };
        let blockers = error.blockers;
        Error::Failed(Box::new(Failure {
            at,
            in_body,
            reported,
            blockers,
            ..self.failure(cause, outcome)
        }))
    }

    /// The file is not sent at all.
    pub fn refused(&self, refusal: Refusal) -> Error {
        let (at, reason) = why_refused(refusal);
        let outcome = Outcome::Unchanged(self.before());
        Error::Failed(Box::new(self.not_sent(Some(at), reason.to_string(), outcome)))
    }

    /// What is told of a file that is not sent, for the statement at byte `at` of it.
    pub fn not_sent(&self, at: Option<usize>, reason: String, outcome: Outcome) -> Failure {
        let at = at.and_then(|at| locate(&self.text, self.position_of(at)));
        Failure { at, ..self.failure(Cause::Refused(reason), outcome) }
    }

    fn failure(&self, cause: Cause, outcome: Outcome) -> Failure {
        Failure {
            path: self.path.clone(),
            version: self.step.version,
            cause,
            at: None,
            in_body: None,
            reported: None,
            before: self.before(),
            after: self.after(),
            outcome,
            blockers: Vec::new(),
            is_from_log: self.is_from_log,
            is_second_half: false,
            sharing: Sharing::Alone,
        }
    }

    /// A byte of the text as the server counts: in characters, from 1.
    fn position_of(&self, byte: usize) -> usize {
        self.text.get(..byte).map_or(1, |before| before.chars().count() + 1)
    }
}

impl Run<'_> {
    /// Reads a step's file, or takes the log's text where the file is not here and was once.
    ///
    /// # Errors
    ///
    /// [`Error::ReadFile`], [`Error::Log`], [`Error::Irreversible`].
    pub fn load(&mut self, step: Step, history: &History) -> Result<LoadedFile, Error> {
        let begun = Instant::now();
        let Step { version, direction, .. } = step;
        // It is not run, so it does not matter now if it cannot be read.
        let other = self.source.entry(version, direction.opposite());
        let other = other.filter(|_| self.table.log.is_on).and_then(|entry| entry.read().ok());
        let other = other.map(|text| text.into_owned());
        let mut file = LoadedFile {
            step,
            file: File { version, direction, name: None },
            path: PathBuf::new(),
            text: String::new(),
            script: Script::new(""),
            exists: false,
            is_from_log: false,
            is_gone: false,
            other,
            read: Duration::ZERO,
        };
        if let Some(entry) = self.source.entry(version, direction) {
            file.file.name = Some(entry.name().to_string());
            file.path = entry.path().to_path_buf();
            file.text = entry.read()?.into_owned();
            file.exists = true;
        } else if direction == Direction::Down {
            self.load_from_log(&mut file, history)?;
        }
        if direction == Direction::Down
            && let Some(why) = irreversible(&file.text)
        {
            let Step { target: below, .. } = step;
            return Err(Error::Irreversible { version, path: file.path, why, below });
        }
        file.analyse(self.locked.session().strings());
        file.read = begun.elapsed();
        Ok(file)
    }

    /// Takes the down text from the log, if it has one.
    fn load_from_log(&mut self, file: &mut LoadedFile, history: &History) -> Result<(), Error> {
        let step = file.step;
        let Some(known) = history.known(step.version) else { return Ok(()) };
        if known.down.is_none() && known.up.is_none() {
            return Ok(());
        }
        // One by one: a release that is rolled back may be any number of files of any size.
        let Texts { name, up, down } = self.log_texts(step, known)?;
        file.other = file.other.take().or(up);
        if let Some(down) = down {
            let name = printable(name.as_deref().unwrap_or_default()).into_owned();
            let version = step.version;
            file.path = format!("{}/{version}_{name}.down.sql", self.table.log.name).into();
            file.file.name = Some(name);
            file.text = down;
            file.exists = true;
            file.is_from_log = true;
        }
        Ok(())
    }

    /// Tells that a file goes out now, and takes note of what it may change.
    pub fn start(&mut self, file: &LoadedFile) {
        self.announce(file);
        self.begin(file);
        self.table.note(file.script.facts());
    }

    /// Tells that the server runs a file now.
    pub fn begin(&mut self, file: &LoadedFile) {
        self.underway = Some(Underway::new(file.file.clone()));
        if file.exists {
            self.tell(Event::Started(file.file.clone()));
        }
    }

    /// Tells what there is to know of a file before it runs.
    pub fn announce(&mut self, file: &LoadedFile) {
        if file.is_from_log {
            self.tell(Event::FromLog(file.file.clone()));
        }
        if file.exists && file.step.direction == Direction::Up && file.script.is_empty() {
            self.tell(Event::NoStatement(file.file.clone()));
        }
    }

    /// Logs that a file failed, where the session can still be spoken to. Without the texts: a pod
    /// that is started over and over must not fill the disk.
    pub fn log_failure(&mut self, file: &LoadedFile, failure: &Failure) {
        let Cause::Server(error) = &failure.cause else { return };
        if !self.table.log.is_on || failure.outcome == Outcome::Unknown || file.is_gone {
            return;
        }
        let (to, message) = match &failure.outcome {
            Outcome::Partly { state, statement, of, standing, .. } => {
                let before = match statement - 1 {
                    0 => String::new(),
                    before => format!("; {standing} of the {before} before it stand"),
                };
                let place = format!("statement {statement} of {of} failed{before}");
                (*state, format!("{} ({place})", error.message))
            }
            Outcome::Dirty(state) => (*state, error.message.clone()),
            _ => (failure.before, error.message.clone()),
        };
        let entry = NewEntry {
            error: Some(message),
            from: failure.before,
            to,
            keeps_texts: false,
            ..file.entry(Took::Unknown)
        };
        let sql = self.table.record(&self.options.operator, &entry).sql;
        // The failure is told in any case.
        let _ = self.locked.write(&sql);
    }
}

/// Where, and why, a file cannot run at all.
pub fn why_refused(refusal: Refusal) -> (usize, &'static str) {
    match refusal {
        Refusal::LeavesTransactionOpen { at } => {
            (at, "the file begins a transaction that it does not end")
        }
        Refusal::CopyFromStdin { at } => {
            (at, "COPY FROM STDIN takes its rows from a client; use INSERT, or COPY from a file")
        }
    }
}
