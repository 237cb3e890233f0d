//! A database, a folder, and the two tools that work on them: what each writes, without a server.
//!
//! `dbm` here does what `migrator` does (`adopt`, `checks`, `migrate`, `force`, `repair`), by the same
//! pure functions; golang-migrate moves the row and writes no log.

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::checksum::Checksum;
use crate::error::Error;
use crate::history::tests::few::few;
use crate::history::{Action, Adoption, History, Known, LogEntry};
use crate::migration::{Direction, State, Version};
use crate::plan::{Goal, Ground, Step, plan};
use crate::source::Source;

/// Why `dbm` did not do it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Dirty,
    NoMigration(Version),
    Edited(Vec<Version>),
    Late(Vec<Version>),
    Nothing,
}

/// What `dbm up` is allowed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Allowed {
    pub(crate) late: bool,
    pub(crate) edited: bool,
}

#[derive(Clone, Default)]
pub(crate) struct World {
    /// Up texts; the down text of each is `down` and the version.
    pub(crate) here: BTreeMap<Version, String>,
    pub(crate) row: State,
    pub(crate) log: Vec<LogEntry>,
    /// What really ran and was not undone, with its text.
    pub(crate) ran: BTreeMap<Version, String>,
}

impl World {
    pub(crate) fn new(versions: &[Version]) -> World {
        let mut world = World::default();
        world.merge(versions);
        world
    }

    /// New files.
    pub(crate) fn merge(&mut self, versions: &[Version]) {
        for version in versions {
            self.here.entry(*version).or_insert_with(|| format!("select {version}"));
        }
    }

    pub(crate) fn edit(&mut self, version: Version, text: &str) {
        self.here.insert(version, text.to_string());
    }

    /// Another checkout: these files and no others.
    pub(crate) fn checkout(&mut self, versions: &[Version]) {
        self.here.retain(|version, _| versions.contains(version));
        self.merge(versions);
    }

    pub(crate) fn versions(&self) -> Vec<Version> {
        self.here.keys().copied().collect()
    }

    pub(crate) fn source(&self) -> Source {
        let files = self.here.iter().flat_map(|(version, text)| {
            let down = format!("down {version}");
            [(format!("{version}_n.up.sql"), text.clone()), (format!("{version}_n.down.sql"), down)]
        });
        Source::texts(files).unwrap()
    }

    pub(crate) fn history(&self) -> History {
        let history = History::fold(&self.log);
        assert_eq!(History::fold(&few(&self.log)), history);
        history
    }

    /// `status::late`.
    pub(crate) fn late(&self) -> Vec<Version> {
        let history = self.history();
        self.here.keys().copied().filter(|version| history.is_late(*version, self.row)).collect()
    }

    /// The versions of `status::differences`.
    pub(crate) fn edited(&self) -> Vec<Version> {
        let history = self.history();
        let differs = |(version, known): (Version, &Known)| {
            let text = self.here.get(&version)?;
            (!known.accepts(Some(Checksum::of(text)))).then_some(version)
        };
        history.applied(self.row).filter_map(differs).collect()
    }

    /// What the log takes for applied.
    pub(crate) fn known(&self) -> Vec<Version> {
        self.history().applied(self.row).map(|(version, _)| version).collect()
    }

    /// Where the row is, which versions are known, and which are late; nothing is left to adopt.
    #[track_caller]
    pub(crate) fn stands_at(&self, row: Option<Version>, known: &[Version], late: &[Version]) {
        assert_eq!(self.row, State::clean(row));
        assert_eq!(self.known(), known);
        assert_eq!(self.late(), late);
        assert_eq!(self.history().adoptions(&self.versions(), self.row), []);
    }

    /// An entry of the log.
    pub(crate) fn add(
        &mut self,
        action: Action,
        direction: Option<Direction>,
        version: Option<Version>,
        from: State,
        to: State,
    ) -> &mut LogEntry {
        let is_of_files = !matches!(action, Action::Force)
            && (action != Action::Adopt || direction == Some(Direction::Up));
        let text = version.and_then(|version| self.here.get(&version)).filter(|_| is_of_files);
        let down = text.and(version).map(|version| Checksum::of(&format!("down {version}")));
        self.log.push(LogEntry {
            id: self.log.len() as i64 + 1,
            at: SystemTime::UNIX_EPOCH,
            action,
            direction,
            version,
            name: text.map(|_| "n".to_string()),
            error: None,
            from,
            to,
            up: text.map(|text| Checksum::of(text)),
            down,
            took: None,
            role: String::new(),
            os_user: None,
            os_host: None,
            program: String::new(),
        });
        self.log.last_mut().unwrap()
    }

    fn adopt(&mut self, steps: &[Adoption]) {
        for step in steps {
            let (from, to) = (State::clean(step.from), State::clean(step.to));
            self.add(Action::Adopt, Some(step.direction), Some(step.version), from, to);
        }
    }

    /// `adopt::find`: every command that changes something begins with it.
    pub(crate) fn find(&mut self) {
        if !self.row.dirty {
            let steps = self.history().adoptions(&self.versions(), self.row);
            self.adopt(&steps);
        }
    }

    /// `dbm up`, `down`, `goto`, `redo`; the steps that it took.
    pub(crate) fn dbm(&mut self, goal: Goal, allowed: Allowed) -> Result<Vec<Step>, Stop> {
        self.find();
        let steps = self.planned(goal, allowed)?;
        for step in &steps {
            self.step(*step);
        }
        Ok(steps)
    }

    /// What comes before the first file.
    fn planned(&self, goal: Goal, allowed: Allowed) -> Result<Vec<Step>, Stop> {
        let (here, late, history) = (self.versions(), self.late(), self.history());
        let seen = history.applied(self.row).filter(|(_, known)| known.down.is_some());
        let kept: Vec<Version> =
            seen.map(|(version, _)| version).filter(|v| !here.contains(v)).collect();
        let ground = Ground { here: &here, late: &late, kept: &kept };
        let plan = plan(&ground, self.row, goal).map_err(|error| match error {
            Error::Dirty { .. } => Stop::Dirty,
            Error::NoMigrationFor { version, .. } | Error::Ahead { version, .. } => {
                Stop::NoMigration(version)
            }
            _ => Stop::Nothing,
        })?;
        let is_up = match goal {
            Goal::Goto(version) | Goal::GotoWithLate(version) => Some(version) > self.row.version,
            Goal::Up(_) | Goal::UpWithLate(_) => true,
            Goal::Down(_) | Goal::Redo => false,
        };
        let edited = self.edited();
        if is_up && !edited.is_empty() && !allowed.edited {
            return Err(Stop::Edited(edited));
        }
        if is_up && !late.is_empty() && !allowed.late {
            return Err(Stop::Late(late));
        }
        Ok(plan.steps)
    }

    fn step(&mut self, Step { version, direction, from, target }: Step) {
        let (from, to) = (State::clean(from), State::clean(target));
        self.row = to;
        self.add(Action::Run, Some(direction), Some(version), from, to);
        self.ran(direction, version);
    }

    fn ran(&mut self, direction: Direction, version: Version) {
        match direction {
            Direction::Up => self.ran.insert(version, self.here[&version].clone()),
            Direction::Down => self.ran.remove(&version),
        };
    }

    pub(crate) fn dbm_up(&mut self) -> Result<Vec<Step>, Stop> {
        self.dbm(Goal::Up(None), Allowed::default())
    }

    pub(crate) fn dbm_down(&mut self, files: u64) -> Result<Vec<Step>, Stop> {
        self.dbm(Goal::Down(Some(files)), Allowed::default())
    }

    /// `force::force`.
    pub(crate) fn dbm_force(&mut self, version: Option<Version>) {
        self.find();
        let (from, to) = (self.row, State::clean(version));
        let mut steps = self.history().adoptions(&self.versions(), to);
        steps.retain(|step| step.direction == Direction::Up);
        steps.iter_mut().for_each(|step| (step.from, step.to) = (to.version, to.version));
        self.row = to;
        self.add(Action::Force, None, version, from, to);
        self.adopt(&steps);
    }

    /// `dbm repair` of all that were edited; neither the row nor the schema is touched.
    pub(crate) fn dbm_repair(&mut self) -> Vec<Version> {
        self.find();
        let edited = self.edited();
        for version in &edited {
            self.add(Action::Repair, None, Some(*version), self.row, self.row);
        }
        edited
    }

    /// golang-migrate's `up N`; where it cannot, it does nothing, and so do the others below.
    pub(crate) fn golang_up(&mut self, files: usize) {
        for _ in 0..files {
            let row = self.row.version;
            let next = self.here.keys().copied().find(|version| Some(*version) > row);
            let (true, Some(next)) = (self.may_go(), next) else { return };
            self.row = State::clean(Some(next));
            self.ran(Direction::Up, next);
        }
    }

    pub(crate) fn golang_down(&mut self, files: usize) {
        for _ in 0..files {
            let (true, Some(row)) = (self.may_go(), self.row.version) else { return };
            let previous = self.here.range(..row).next_back().map(|(version, _)| *version);
            self.row = State::clean(previous);
            self.ran(Direction::Down, row);
        }
    }

    pub(crate) fn golang_force(&mut self, version: Option<Version>) {
        self.row = State::clean(version);
    }

    /// The next file up fails.
    pub(crate) fn golang_fails(&mut self) {
        let row = self.row.version;
        let next = self.here.keys().copied().find(|version| Some(*version) > row);
        if let (true, Some(_)) = (self.may_go(), next) {
            self.row = State { version: next, dirty: true };
        }
    }

    fn may_go(&self) -> bool {
        !self.row.dirty && self.row.version.is_none_or(|row| self.here.contains_key(&row))
    }
}
