//! The tools that are measured, and how each is told to do the same thing.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Outcome;
use crate::folder::Folder;

/// A column of the tables. psql keeps no book: it says how fast a client can be that only sends files.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    Dbm,
    GolangMigrate,
    /// One process, one message a file.
    PsqlEach,
    /// One process, all files as one script in one transaction, a message a statement.
    PsqlWhole,
}

pub const TOOLS: [Tool; 4] = [Tool::Dbm, Tool::GolangMigrate, Tool::PsqlEach, Tool::PsqlWhole];

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Job {
    Up,
    Version,
}

impl Tool {
    pub fn name(self) -> &'static str {
        match self {
            Tool::Dbm => "dbm",
            Tool::GolangMigrate => "golang-migrate",
            Tool::PsqlEach => "psql, a message a file",
            Tool::PsqlWhole => "psql, all in one",
        }
    }
}

/// A figure for each tool, in the order of [`TOOLS`]; `None` where there is none to be had.
#[derive(Clone, Copy)]
pub struct Figures(pub [Option<f64>; 4]);

impl Figures {
    pub fn zip(self, other: Figures, combine: impl Fn(f64, f64) -> f64) -> Figures {
        let mut figures = self.0;
        for (mine, other) in figures.iter_mut().zip(other.0) {
            *mine = mine.zip(other).map(|(mine, other)| combine(mine, other));
        }
        Figures(figures)
    }
}

/// Where the programs are.
pub struct Tools {
    pub dbm: PathBuf,
    pub migrate: Option<PathBuf>,
    pub psql: Option<PathBuf>,
}

impl Tools {
    pub fn program(&self, tool: Tool) -> Option<&Path> {
        match tool {
            Tool::Dbm => Some(&self.dbm),
            Tool::GolangMigrate => self.migrate.as_deref(),
            Tool::PsqlEach | Tool::PsqlWhole => self.psql.as_deref(),
        }
    }

    /// How to do the job with this tool; `None` where the tool is missing, or has no such thing.
    pub fn command(
        &self,
        tool: Tool,
        job: Job,
        folder: &Folder,
        url: &str,
        scratch: &Path,
    ) -> Outcome<Option<Command>> {
        let Some(program) = self.program(tool) else {
            return Ok(None);
        };
        let mut command = bare(program, scratch);
        match tool {
            Tool::Dbm | Tool::GolangMigrate => {
                command.arg("-path").arg(&folder.path);
                command.arg("-database").arg(url);
                command.arg(match job {
                    Job::Up => "up",
                    Job::Version => "version",
                });
            }
            Tool::PsqlEach | Tool::PsqlWhole => {
                if job != Job::Up {
                    return Ok(None);
                }
                command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", url]);
                if tool == Tool::PsqlEach {
                    for text in &folder.texts {
                        command.arg("-c").arg(text);
                    }
                } else {
                    let whole = scratch.join("whole.sql");
                    folder.write_whole(&whole)?;
                    command.arg("--single-transaction").arg("-f").arg(whole);
                }
            }
        }
        Ok(Some(command))
    }

    /// The tool and its version, in a few words. dbm and psql say their names themselves.
    pub fn version(&self, tool: Tool, scratch: &Path) -> Outcome<String> {
        let name = match tool {
            Tool::PsqlEach | Tool::PsqlWhole => "psql",
            _ => tool.name(),
        };
        let Some(program) = self.program(tool) else {
            return Ok(format!("no {name} here"));
        };
        let version = match tool {
            Tool::Dbm => return said(program, "-version", scratch),
            Tool::GolangMigrate => match module_version(&fs::read(program)?) {
                Some(version) => version,
                None => said(program, "-version", scratch)?,
            },
            Tool::PsqlEach | Tool::PsqlWhole => return said(program, "--version", scratch),
        };
        Ok(format!("golang-migrate {version}"))
    }

    /// Bytes of each program's file.
    pub fn sizes(&self) -> Outcome<Figures> {
        let size = |program: &Path| fs::metadata(program).map(|file| file.len() as f64);
        // psql's file says little: most of it is in libpq and OpenSSL.
        Ok(Figures([
            Some(size(&self.dbm)?),
            self.migrate.as_deref().map(size).transpose()?,
            None,
            None,
        ]))
    }
}

/// A command that sees nothing of ours: no `.env`, no `PGHOST`, no `DATABASE_URL`, no terminal.
pub fn bare(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("LC_ALL", "C")
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn said(program: &Path, flag: &str, scratch: &Path) -> Outcome<String> {
    let output = bare(program, scratch).arg(flag).output()?;
    let text = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8_lossy(&text).trim().to_owned())
}

/// The version that Go writes into a program that `go install` builds, `module TAB version TAB hash`.
/// Such a golang-migrate itself says no more than `dev`.
fn module_version(program: &[u8]) -> Option<String> {
    let module = b"github.com/golang-migrate/migrate/v4\t";
    let start = program.windows(module.len()).position(|bytes| bytes == module)? + module.len();
    let version = program[start..].split(|byte| byte.is_ascii_whitespace());
    String::from_utf8(version.into_iter().next()?.to_vec()).ok()
}

/// psql itself, if it is to be had. Beside the server first: Debian's `/usr/bin/psql` is a Perl
/// script, which takes longer to find psql than psql takes to work.
pub fn find_psql() -> Option<PathBuf> {
    let beside_server = || -> Option<PathBuf> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres.sh");
        let output = Command::new(script).arg("bin").stderr(Stdio::null()).output().ok()?;
        let folder = String::from_utf8(output.stdout).ok()?;
        Some(Path::new(folder.trim_end()).join("psql"))
    };
    let on_path = || {
        let folders = std::env::var_os("PATH")?;
        std::env::split_paths::<OsStr>(&folders)
            .map(|folder| folder.join("psql"))
            .find(|file| file.is_file())
    };
    beside_server().filter(|file| file.is_file()).or_else(on_path)
}
