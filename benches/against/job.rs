//! What the tools are told to do, and how each is told.

use std::path::Path;
use std::process::Command;

use crate::folder::{Folder, Layout};
use crate::tool::{Tool, Tools, bare};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Run the last so many files of the folder: the others have been run before.
    Up {
        pending: usize,
    },
    /// Print the version. Tools that cannot are asked for their status.
    Version,
    Status,
    /// dbm alone, as the next.
    Verify,
    /// The proof that the down files undo the up files.
    Test,
}

/// The longest argument that Linux takes.
const LONGEST_ARGUMENT: usize = 128 * 1024;

impl Job {
    /// The command; `None` where the tool is missing, or has no such thing.
    pub fn command(
        self,
        tools: &Tools,
        tool: Tool,
        folder: &Folder,
        url: &str,
        scratch: &Path,
    ) -> Option<Command> {
        let mut command = bare(tools.program(tool)?, scratch);
        let known = match tool {
            Tool::Dbm | Tool::DbmSingle => self.dbm(tool, &mut command, folder, url),
            Tool::PsqlEach | Tool::PsqlWhole | Tool::PsqlMessage => {
                self.psql(tool, &mut command, folder, url)
            }
            Tool::GolangMigrate => {
                command.arg("-path").arg(folder.of(Layout::Pairs)).args(["-database", url]);
                self.word(&mut command, ["up", "version", ""])
            }
            Tool::Dbmate => {
                command.args(["--url", url, "--no-dump-schema", "--migrations-dir"]);
                command.arg(folder.of(Layout::Dbmate));
                self.word(&mut command, ["migrate", "status", "status"])
            }
            Tool::Goose => {
                command.arg("-dir").arg(folder.of(Layout::Goose)).args(["postgres", url]);
                self.word(&mut command, ["up", "version", "status"])
            }
            Tool::Tern => {
                let known = self.word(&mut command, ["migrate", "status", "status"]);
                command.arg("--migrations").arg(folder.of(Layout::Tern));
                command.args(["--conn-string", url]);
                known
            }
            Tool::Sqlx => {
                command.arg("migrate");
                let known = self.word(&mut command, ["run", "info", "info"]);
                command.arg("--source").arg(folder.of(Layout::Pairs)).args(["--database-url", url]);
                known
            }
            Tool::Refinery => {
                command.env("DATABASE_URL", url);
                let known = self.word(&mut command, ["migrate", "", ""]);
                command.args(["-e", "DATABASE_URL", "-p"]).arg(folder.of(Layout::Refinery));
                known
            }
        };
        known.then_some(command)
    }

    /// The tool's words for `up`, `version` and `status`; an empty one: it has none.
    fn word(self, command: &mut Command, [up, version, status]: [&str; 3]) -> bool {
        let word = match self {
            Job::Up { .. } => up,
            Job::Version => version,
            Job::Status => status,
            Job::Verify | Job::Test => "",
        };
        command.arg(word);
        !word.is_empty()
    }

    fn dbm(self, tool: Tool, command: &mut Command, folder: &Folder, url: &str) -> bool {
        command.arg("-path").arg(folder.of(Layout::Pairs)).args(["-database", url]);
        command.arg(match self {
            Job::Up { .. } => "up",
            Job::Version => "version",
            Job::Status => "status",
            Job::Verify => "verify",
            Job::Test => "test",
        });
        if tool == Tool::DbmSingle {
            command.arg("-single-transaction");
        }
        tool == Tool::Dbm || matches!(self, Job::Up { pending: 1.. })
    }

    fn psql(self, tool: Tool, command: &mut Command, folder: &Folder, url: &str) -> bool {
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", url]);
        let pending = match self {
            Job::Up { pending } => pending,
            Job::Version | Job::Status => 0,
            Job::Verify | Job::Test => return false,
        };
        let texts = &folder.texts[folder.len() - pending..];
        match tool {
            // The least that a client can do: start, connect, ask once.
            Tool::PsqlEach if texts.is_empty() => {
                command.args(["-A", "-t", "-c", "SELECT 1"]);
                true
            }
            Tool::PsqlEach => {
                for text in texts {
                    command.arg("-c").arg(text);
                }
                texts.iter().all(|text| text.len() < LONGEST_ARGUMENT)
            }
            Tool::PsqlWhole => {
                command.arg("-1").arg("-f").arg(folder.whole());
                texts.len() == folder.len()
            }
            _ => {
                let message = texts.concat();
                command.arg("-c").arg(&message);
                texts.len() == folder.len() && message.len() < LONGEST_ARGUMENT
            }
        }
    }
}
