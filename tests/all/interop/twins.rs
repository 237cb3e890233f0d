//! Two databases that are to stay alike: one is driven by `dbm`, the other by golang-migrate.

use std::path::{Path, PathBuf};

use crate::support::{Database, Folder, Output, Run, reference};

/// Differences are collected, not thrown at the first: one run gives the whole list.
pub struct Twins {
    reference: PathBuf,
    pub ours: Database,
    pub theirs: Database,
    /// Added to both URLs: `x-multi-statement=true`.
    pub parameters: String,
    /// The version table, as SQL names it.
    pub table: String,
    differences: Vec<String>,
}

/// What is typed. `{db}`, `{name}`, `{path}` stand for the twin's URL, the name of its database,
/// and the folder.
pub struct Typed<'a> {
    pub args: Vec<&'a str>,
    pub stdin: &'a str,
    pub cwd: Option<&'a Path>,
}

/// How much of it must be equal.
#[derive(Clone, Copy, PartialEq)]
pub enum Level {
    /// Everything but dbm's own lines.
    Same,
    /// A usage text: exit code, and that stderr says the same kind of thing in its first line.
    Usage,
    /// A failing file: exit code and message. The row differs on purpose.
    Failure,
    /// A connection that fails: exit code, and the line up to here.
    Until(&'static str),
}

impl<'a> Typed<'a> {
    /// These arguments after `-path {path} -database {db}`.
    pub fn command(args: &[&'a str]) -> Self {
        let mut typed = Self::raw(&["-path", "{path}", "-database", "{db}"]);
        typed.args.extend(args);
        typed
    }

    /// As [`Typed::command`], with `-verbose`.
    pub fn verbose(args: &[&'a str]) -> Self {
        let mut typed = Self::command(&["-verbose"]);
        typed.args.extend(args);
        typed
    }

    /// These arguments and no others.
    pub fn raw(args: &[&'a str]) -> Self {
        Self { args: args.to_vec(), stdin: "", cwd: None }
    }

    pub fn stdin(mut self, text: &'a str) -> Self {
        self.stdin = text;
        self
    }

    pub fn cwd(mut self, folder: &'a Path) -> Self {
        self.cwd = Some(folder);
        self
    }
}

impl Twins {
    /// `None` where there is no reference on this machine; that has been said loudly.
    pub fn new(test: &str) -> Option<Self> {
        Some(Self {
            reference: reference::find(test)?,
            ours: Database::new(),
            theirs: Database::new(),
            parameters: String::new(),
            table: "public.schema_migrations".to_owned(),
            differences: Vec::new(),
        })
    }

    /// The same SQL in both.
    #[track_caller]
    pub fn execute(&self, sql: &str) {
        self.ours.execute(sql);
        self.theirs.execute(sql);
    }

    /// Both back to empty.
    pub fn clear(&self) {
        self.ours.clear();
        self.theirs.clear();
    }

    /// `dbm` on our database.
    pub fn run_ours(&self, folder: &Folder, typed: &Typed) -> Output {
        self.run(Run::dbm(), &self.ours, folder, typed)
    }

    /// golang-migrate on our database.
    pub fn run_reference_on_ours(&self, folder: &Folder, typed: &Typed) -> Output {
        self.run(Run::program(&self.reference), &self.ours, folder, typed)
    }

    /// golang-migrate on its own database.
    pub fn run_theirs(&self, folder: &Folder, typed: &Typed) -> Output {
        self.run(Run::program(&self.reference), &self.theirs, folder, typed)
    }

    /// Runs both and notes what differs. True when nothing does.
    pub fn compare(&mut self, folder: &Folder, typed: &Typed, level: Level) -> bool {
        let theirs = self.run_theirs(folder, typed);
        let ours = self.run_ours(folder, typed);
        self.note(typed, &ours, &theirs, level)
    }

    /// Notes the difference between two runs that have happened.
    pub fn note(&mut self, typed: &Typed, ours: &Output, theirs: &Output, level: Level) -> bool {
        let mut found = streams(ours, theirs, level);
        if level != Level::Failure {
            let dropped =
                typed.args.contains(&"drop") && theirs.status == Some(0) && level == Level::Same;
            found.extend(self.state(dropped));
        }
        if found.is_empty() {
            return true;
        }
        self.differences
            .push(format!("{}\ngolang-migrate: {theirs}\ndbm: {ours}", found.join("\n")));
        false
    }

    /// Fails the test with all the differences. To be called last.
    #[track_caller]
    pub fn finish(self) {
        assert!(
            self.differences.is_empty(),
            "{} differences\n\n{}",
            self.differences.len(),
            self.differences.join("\n\n")
        );
    }

    /// Differences of row and tables. The version table itself counts only after `drop`: the
    /// reference makes it even for `version` or a mistyped argument, dbm when there is something
    /// to write in it.
    fn state(&self, with_version_table: bool) -> Vec<String> {
        let mut found = Vec::new();
        let (ours, theirs) = (self.ours.row_of(&self.table), self.theirs.row_of(&self.table));
        if ours != theirs {
            found.push(format!("ROW: expected {theirs:?}, got {ours:?}"));
        }
        let tables = |database: &Database| {
            let mut tables = database.tables();
            if !with_version_table {
                tables.retain(|name| *name != self.table);
            }
            tables
        };
        let (ours, theirs) = (tables(&self.ours), tables(&self.theirs));
        if ours != theirs {
            found.push(format!("TABLES: expected {theirs:?}, got {ours:?}"));
        }
        found
    }

    fn run(&self, run: Run, database: &Database, folder: &Folder, typed: &Typed) -> Output {
        let url = match self.parameters.as_str() {
            "" => database.url(),
            parameters => database.url_with(parameters),
        };
        let path = folder.arg();
        let args = typed.args.iter().map(|arg| {
            arg.replace("{db}", &url).replace("{name}", database.name()).replace("{path}", &path)
        });
        let run = run.args(args).stdin(typed.stdin);
        match typed.cwd {
            Some(cwd) => run.cwd(cwd),
            None => run,
        }
        .output()
    }
}

fn streams(ours: &Output, theirs: &Output, level: Level) -> Vec<String> {
    let mut found = Vec::new();
    if ours.status != theirs.status {
        found.push(format!("EXIT: expected {:?}, got {:?}", theirs.status, ours.status));
    }
    let (expected, got) = match level {
        Level::Same => (canonical(&theirs.masked()), ours.essence()),
        Level::Usage => {
            (usage_kind(&theirs.stderr).to_owned(), usage_kind(&ours.stderr).to_owned())
        }
        Level::Failure => {
            (failure_kind(&canonical(&theirs.masked())), failure_kind(&ours.essence()))
        }
        Level::Until(end) => (until(&theirs.stderr, end), until(&ours.stderr, end)),
    };
    if expected != got {
        found.push(format!("STDERR: expected {expected:?}, got {got:?}"));
    }
    if level != Level::Usage && ours.stdout != theirs.stdout {
        found.push(format!("STDOUT: expected {:?}, got {:?}", theirs.stdout, ours.stdout));
    }
    found
}

/// The reference's stderr with its two accidents put right.
///
/// It reads ahead in a thread of its own, so where a `Start buffering` line stands among the others
/// is chance; nearly always they come first, and so they do here. And it says `no migration found
/// for version …` twice, without a line break between.
fn canonical(text: &str) -> String {
    let ahead = |line: &&str| {
        line.starts_with("STAMP Start buffering ") || line.starts_with("STAMP Scheduled ")
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let first = lines.iter().position(ahead).unwrap_or(0);
    let (before, rest) = lines.split_at(first);
    let (buffering, others): (Vec<&str>, Vec<&str>) = rest.iter().partition(|line| ahead(line));
    without_doubles(&[before.to_vec(), buffering, others].concat().concat())
}

fn without_doubles(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        let not_found = bare.contains("error: no migration found for version ");
        let half = bare.len() / 2;
        let doubled = not_found && bare.is_char_boundary(half) && bare[..half] == bare[half..];
        let line = if doubled { &line[half..] } else { line };
        if !(not_found && lines.last() == Some(&line)) {
            lines.push(line);
        }
    }
    lines.concat()
}

/// A complaint of Go's `flag` package is compared word for word. Of a usage text only that it is
/// there: it is each tool's own. For a word that is no command, dbm has two lines in its place.
fn usage_kind(text: &str) -> &str {
    let first = text.lines().next().unwrap_or_default();
    if ["error: unknown command ", "error: no command"].iter().any(|said| first.starts_with(said)) {
        return "a usage text";
    }
    let complaint =
        ["flag ", "invalid ", "bad flag", "error: "].iter().any(|start| first.starts_with(start));
    match (complaint, first) {
        (true, _) => first,
        (false, "") => "nothing",
        (false, _) => "a usage text",
    }
}

/// Everything up to the line number: there the reference goes on with the whole file, dbm with the
/// position.
fn failure_kind(text: &str) -> String {
    let Some(failure) = text.find("migration failed: ") else {
        return text.to_owned();
    };
    const MARK: &str = " in line ";
    let end = match text[failure..].find(MARK) {
        Some(at) => {
            let number = failure + at + MARK.len();
            let digits = text[number..].bytes().take_while(u8::is_ascii_digit).count();
            number + digits
        }
        None => text.len(),
    };
    text[..end].to_owned()
}

fn until(text: &str, end: &str) -> String {
    match text.find(end) {
        Some(at) => text[..at + end.len()].to_owned(),
        None => text.to_owned(),
    }
}

#[test]
fn the_accidents_of_the_reference_are_put_right() {
    assert_eq!(
        canonical(
            "STAMP ask\nSTAMP Start buffering 1/u a\nSTAMP Read and execute 1/u a\nSTAMP Start buffering 2/u b\n"
        ),
        "STAMP ask\nSTAMP Start buffering 1/u a\nSTAMP Start buffering 2/u b\nSTAMP Read and execute 1/u a\n"
    );
    let error = "error: no migration found for version 9: x";
    assert_eq!(canonical(&format!("{error}{error}\n")), format!("{error}\n"));
    assert_eq!(canonical(&format!("{error}\n{error}\n")), format!("{error}\n"));
}

#[test]
fn a_failure_is_compared_up_to_its_position() {
    assert_eq!(
        failure_kind("1/u a (TIME)\nerror: migration failed: bad (column 2) in line 13: SELEC\n"),
        "1/u a (TIME)\nerror: migration failed: bad (column 2) in line 13"
    );
    assert_eq!(
        failure_kind("error: migration failed: twice, Key (a)=(1) exists. in line 0: x in line 7"),
        "error: migration failed: twice, Key (a)=(1) exists. in line 0"
    );
}
