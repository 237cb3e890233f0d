//! The builder of a run: what is typed, what surrounds it, and what is expected of it.
//!
//! Expected are exit 0, an empty stdout and an empty stderr, unless the test says otherwise
//! (after `just`'s own tests): so that a line too many is a failure everywhere, and not only where
//! somebody thought of it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::database::Database;
use crate::support::folder::Folder;
use crate::support::output::Output;
use crate::support::pasted::Shell;
use crate::support::process::{Process, Stdin};
use crate::support::terminal::Terminal;

pub struct Run {
    program: PathBuf,
    args: Vec<String>,
    envs: Vec<(String, OsString)>,
    stdin: Stdin,
    folder: Option<PathBuf>,
    stderr: String,
    status: i32,
}

/// Copies a program by another process. A copy that was written by this one could not be run for as
/// long as a child that another test has just started holds the file open.
pub fn copy_program(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg(from).arg(to).status().expect("run cp");
    assert!(copied.success(), "cp {} {}", from.display(), to.display());
}

/// The `dbm` that cargo has built. `DBM_TEST_BINARY` puts another in its place: the reference, to see
/// whether a test asks too much.
pub fn binary() -> PathBuf {
    match std::env::var_os("DBM_TEST_BINARY") {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(env!("CARGO_BIN_EXE_dbm")),
    }
}

impl Run {
    /// The `dbm` of [`binary`].
    pub fn dbm() -> Self {
        Self::program(binary())
    }

    /// The same in a shell, for its streams: `"$@"` in the script is dbm and its arguments.
    pub fn dbm_in_shell(script: &str) -> Self {
        let program = Self::dbm().program.to_str().expect("a UTF-8 path").to_owned();
        Self::program("sh").args(["-c", script, "sh"]).arg(program)
    }

    pub fn program(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            envs: Vec::new(),
            stdin: Stdin::Empty,
            folder: None,
            stderr: String::new(),
            status: 0,
        }
    }

    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// `-database URL` of this database.
    pub fn db(self, database: &Database) -> Self {
        self.url(database.url())
    }

    pub fn url(self, url: impl Into<String>) -> Self {
        self.arg("-database").arg(url)
    }

    /// `-path FOLDER`.
    pub fn path(self, folder: &Folder) -> Self {
        let path = folder.arg();
        self.arg("-path").arg(path)
    }

    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.envs.push((name.to_owned(), value.into()));
        self
    }

    /// What is typed. Without it stdin is empty.
    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = Stdin::Text(text.to_owned());
        self
    }

    /// Nothing is typed, and stdin stays open.
    pub fn stdin_left_open(mut self) -> Self {
        self.stdin = Stdin::Open;
        self
    }

    /// The working folder; without it an empty one.
    pub fn cwd(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// Expected stderr, with durations as `(TIME)` and the timestamps of `-verbose` as `STAMP `.
    pub fn stderr(mut self, expected: &str) -> Self {
        self.stderr = expected.to_owned();
        self
    }

    pub fn status(mut self, expected: i32) -> Self {
        self.status = expected;
        self
    }

    /// Runs it to the end and compares all three.
    #[track_caller]
    pub fn check(self) -> Output {
        let (status, stderr) = (self.status, self.stderr.clone());
        let output = self.output();
        output.assert_status(status);
        assert_eq!(output.masked(), stderr, "stderr\n{output}");
        assert_eq!(output.stdout, "", "stdout\n{output}");
        output
    }

    /// As [`Run::check`], but lines of dbm's own are welcome in stderr beside the expected ones.
    #[track_caller]
    pub fn check_essence(self) -> Output {
        let (status, stderr) = (self.status, self.stderr.clone());
        let output = self.output();
        output.assert_status(status).assert_essence(&stderr);
        assert_eq!(output.stdout, "", "stdout\n{output}");
        output
    }

    /// Runs it to the end, for assertions of the test's own.
    #[track_caller]
    pub fn output(self) -> Output {
        self.spawn().finish()
    }

    /// Starts it, in an environment that has nothing but `PATH` and a `HOME` of its own.
    pub fn spawn(self) -> Process {
        let label = format!("{} {}", self.program.display(), self.args.join(" "));
        let stdin = self.stdin.clone();
        let (command, shell, home) = self.command();
        Process::start(command, label, stdin, shell, home)
    }

    /// Runs it to the end on a terminal, and gives what stands there.
    #[track_caller]
    pub fn on_a_terminal(self) -> String {
        self.spawn_on_a_terminal(0).finish()
    }

    /// Starts it on a terminal of so many columns.
    #[track_caller]
    pub fn spawn_on_a_terminal(self, columns: u16) -> Terminal {
        let (command, shell, home) = self.command();
        Terminal::start(command, columns, shell, home)
    }

    fn command(self) -> (Command, Shell, TempDir) {
        let home =
            tempfile::Builder::new().prefix("dbm-home-").tempdir().expect("a temporary folder");
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home.path())
            .envs(self.envs.iter().cloned())
            .current_dir(self.folder.as_deref().unwrap_or(home.path()));
        let called = match self.program == Path::new("sh") {
            true => self.args.get(3).map_or_else(binary, PathBuf::from),
            false => self.program.clone(),
        };
        let shell = Shell {
            program: called.to_string_lossy().into_owned(),
            envs: self.envs,
            folder: self.folder.unwrap_or_else(|| home.path().to_owned()),
            args: self.args,
        };
        (command, shell, home)
    }
}
