//! Flags that all commands share, as clap reads them, and the [`Config`] that the commands get.
//! Where the database and the folder come from is read off it in `settings`.

use std::ffi::OsString;
use std::time::Duration;

use clap::ValueHint::DirPath;
use clap::{Arg, ArgAction};

use crate::cli::go_flags::whole_number;
use crate::cli::program::Program;

/// Flags that stand before or after the command.
#[derive(clap::Args)]
pub struct Flags {
    /// where the migrations are: file://FOLDER
    #[arg(long, global = true, value_name = "URL")]
    pub source: Option<String>,
    /// the same, as a folder; else $DBM_PATH, also from .env, else ./migrations
    #[arg(long, global = true, value_name = "FOLDER", value_hint = DirPath)]
    pub path: Option<OsString>,
    /// the database: postgres://USER:PASSWORD@HOST:PORT/NAME?PARAMETERS; else $DATABASE_URL, else
    /// DATABASE_URL in .env, here or above in the same git repository
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// read the URL from this variable instead of DATABASE_URL
    #[arg(long, global = true, value_name = "NAME")]
    pub database_env: Option<String>,
    /// read N files ahead of the one that runs (10)
    #[arg(long, global = true, value_name = "N", value_parser = whole_number)]
    pub prefetch: Option<u64>,
    /// give up after N seconds of waiting for the lock (never)
    #[arg(long, global = true, value_name = "N", value_parser = seconds)]
    pub lock_timeout: Option<Duration>,
    /// let no statement wait longer than MS milliseconds for a lock; retry the file
    #[arg(long, global = true, value_name = "MS", value_parser = milliseconds)]
    pub lock_wait: Option<Duration>,
    /// with -lock-wait, retry a file up to N times (5)
    #[arg(long, global = true, value_name = "N", value_parser = whole_number)]
    pub retries: Option<u64>,
    /// wait up to N seconds for the server, at the start and whenever the connection is lost
    #[arg(long, global = true, value_name = "N", value_parser = seconds)]
    pub wait: Option<Duration>,
    /// show every step, with the time
    #[arg(long, global = true)]
    pub verbose: bool,
}

/// What was asked for beside the command's own arguments.
pub struct Config {
    /// How the program was called.
    pub program: Program,
    /// The command's name.
    pub command: String,
    /// Flags that all commands share.
    pub flags: Flags,
    /// `-json`, before the command or after it.
    pub json: bool,
    /// The command's own flags, in Go's form, and its words.
    pub words: Vec<OsString>,
    /// Words that the command has no place for.
    pub unexpected: Vec<String>,
}

/// The flag of commands that answer with JSON. It counts before the command as well, and so its
/// value is in [`Config::json`].
pub fn json_flag() -> Arg {
    let help = "print one JSON object on standard output, errors too";
    Arg::new("json").long("json").action(ArgAction::SetTrue).help(help)
}

/// For clap's `value_parser`.
pub fn seconds(text: &str) -> Result<Duration, String> {
    whole_number(text).map(Duration::from_secs)
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    whole_number(text).map(Duration::from_millis)
}
