//! The tools that are measured, and where they are.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Outcome;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    Dbm,
    /// `up -single-transaction`.
    DbmSingle,
    /// One process, one message a file. psql keeps no book: it says how fast a client can be that only
    /// sends files.
    PsqlEach,
    /// One process, all files as one script in one transaction, a message a statement.
    PsqlWhole,
    /// One process, all files in one message.
    PsqlMessage,
    GolangMigrate,
    Dbmate,
    Goose,
    Tern,
    Sqlx,
    Refinery,
}

/// In the order of the tables. A tool's place here is its place in all that is measured.
pub const TOOLS: [Tool; 11] = [
    Tool::Dbm,
    Tool::DbmSingle,
    Tool::PsqlEach,
    Tool::PsqlWhole,
    Tool::PsqlMessage,
    Tool::GolangMigrate,
    Tool::Dbmate,
    Tool::Goose,
    Tool::Tern,
    Tool::Sqlx,
    Tool::Refinery,
];

/// Those that do what dbm does.
pub const PEERS: [Tool; 6] =
    [Tool::GolangMigrate, Tool::Dbmate, Tool::Goose, Tool::Tern, Tool::Sqlx, Tool::Refinery];

impl Tool {
    pub fn name(self) -> &'static str {
        match self {
            Tool::Dbm => "dbm",
            Tool::DbmSingle => "dbm, -single-transaction",
            Tool::PsqlEach => "psql, a message a file",
            Tool::PsqlWhole => "psql -1, all in one file",
            Tool::PsqlMessage => "psql, all in one message",
            Tool::GolangMigrate => "golang-migrate",
            Tool::Dbmate => "dbmate",
            Tool::Goose => "goose",
            Tool::Tern => "tern",
            Tool::Sqlx => "sqlx",
            Tool::Refinery => "refinery",
        }
    }

    pub fn is_psql(self) -> bool {
        matches!(self, Tool::PsqlEach | Tool::PsqlWhole | Tool::PsqlMessage)
    }
}

/// The programs, in the order of [`TOOLS`]; `None` is one that is not there.
pub struct Tools([Option<PathBuf>; TOOLS.len()]);

impl Tools {
    /// Looks for all. `scratch` is an empty folder to run them in.
    pub fn find(scratch: &Path) -> Outcome<Tools> {
        let dbm = match std::env::var_os("DBM_BENCH_DBM") {
            Some(other) => PathBuf::from(other).canonicalize()?,
            // The one that the tests use.
            None => PathBuf::from(env!("CARGO_BIN_EXE_dbm")),
        };
        let has_single =
            said(bare(&dbm, scratch).args(["up", "-help"]))?.contains("-single-transaction");
        let psql = find_psql();
        Ok(Tools(TOOLS.map(|tool| match tool {
            Tool::Dbm => Some(dbm.clone()),
            Tool::DbmSingle => has_single.then(|| dbm.clone()),
            Tool::PsqlEach | Tool::PsqlWhole | Tool::PsqlMessage => psql.clone(),
            Tool::GolangMigrate => std::env::var_os("DBM_TEST_MIGRATE").map(PathBuf::from),
            Tool::Dbmate | Tool::Goose | Tool::Tern | Tool::Sqlx | Tool::Refinery => {
                Some(peers().join(tool.name())).filter(|file| file.is_file())
            }
        })))
    }

    pub fn program(&self, tool: Tool) -> Option<&Path> {
        self.0[tool as usize].as_deref()
    }

    /// The version of a tool that is there, behind its name.
    pub fn version(&self, tool: Tool, scratch: &Path) -> Outcome<Option<String>> {
        let Some(program) = self.program(tool) else {
            return Ok(None);
        };
        let version = match tool {
            Tool::Dbm | Tool::DbmSingle => said(bare(program, scratch).arg("-version"))?,
            Tool::PsqlEach | Tool::PsqlWhole | Tool::PsqlMessage => {
                said(bare(program, scratch).arg("--version"))?
            }
            Tool::GolangMigrate => match module_version(&fs::read(program)?) {
                Some(version) => version,
                None => said(bare(program, scratch).arg("-version"))?,
            },
            // benches/peers.sh notes what it has installed.
            _ => fs::read_to_string(program.with_extension("version"))?,
        };
        let number = |word: &&str| word.contains('.');
        let version = version.split_whitespace().find(number).unwrap_or(version.trim());
        let name = if tool.is_psql() { "psql" } else { tool.name() };
        Ok(Some(format!("{name} {}", version.trim_start_matches('v'))))
    }

    /// The bytes of a program without its symbols. psql's say little: most of it is in its libraries.
    pub fn size(&self, tool: Tool, scratch: &Path) -> Outcome<Option<f64>> {
        let Some(program) = self.program(tool).filter(|_| !tool.is_psql()) else {
            return Ok(None);
        };
        let stripped = scratch.join("stripped");
        let strip = Command::new("strip").arg("-o").arg(&stripped).arg(program).output();
        let measured = match strip {
            Ok(output) if output.status.success() => &stripped,
            _ => program,
        };
        Ok(Some(fs::metadata(measured)?.len() as f64))
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

fn said(command: &mut Command) -> Outcome<String> {
    let output = command.output()?;
    let text = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8_lossy(&text).trim().to_owned())
}

fn peers() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/peers/bin"))
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
fn find_psql() -> Option<PathBuf> {
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
