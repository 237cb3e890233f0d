//! Flags that all commands share: as clap reads them, and as the plain [`Config`] that the commands
//! get. Where the database and the folder come from is read off it in `settings`.

use std::ffi::OsString;
use std::time::Duration;

use clap::{Arg, ArgAction};

use crate::cli::go_flags::whole_number;

/// As clap reads them, before or after the command.
#[derive(clap::Args)]
pub struct Shared {
    /// where the migrations are: file://FOLDER
    #[arg(long, global = true, value_name = "URL")]
    source: Option<String>,
    /// the same, as a folder; else $DBM_PATH, else ./migrations
    #[arg(long, global = true, value_name = "FOLDER")]
    path: Option<OsString>,
    /// the database: postgres://USER:PASSWORD@HOST:PORT/NAME?PARAMETERS; else $DATABASE_URL, else
    /// DATABASE_URL in ./.env
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// read the URL from this variable, not DATABASE_URL
    #[arg(long, global = true, value_name = "NAME")]
    database_env: Option<String>,
    /// read N files ahead of the one that runs (10)
    #[arg(long, global = true, value_name = "N", value_parser = whole_number)]
    prefetch: Option<u64>,
    /// give up after N seconds of waiting for the lock (never)
    #[arg(long, global = true, value_name = "N", value_parser = whole_number)]
    lock_timeout: Option<u64>,
    /// let no statement wait longer than MS for a lock; retry the file
    #[arg(long, global = true, value_name = "MS", value_parser = whole_number)]
    lock_wait: Option<u64>,
    /// with -lock-wait, retry a file N times (5)
    #[arg(long, global = true, value_name = "N", value_parser = whole_number)]
    retries: Option<u64>,
    /// wait up to N seconds for the server to accept connections
    #[arg(long, global = true, value_name = "N", value_parser = whole_number)]
    wait: Option<u64>,
    /// show every step, with the time
    #[arg(long, global = true)]
    verbose: bool,
}

/// What was asked for beside the command and its own arguments.
pub struct Config {
    /// What the program is called: `dbm`, or `migrate` where a link of that name was called.
    pub program: String,
    /// The command's name.
    pub command: String,
    /// `-source`
    pub source: Option<String>,
    /// `-path`; need not be UTF-8.
    pub path: Option<OsString>,
    /// `-database`
    pub database: Option<String>,
    /// `-database-env`
    pub database_env: Option<String>,
    /// `-prefetch`
    pub prefetch: Option<usize>,
    /// `-lock-timeout`
    pub lock_timeout: Option<Duration>,
    /// `-lock-wait`
    pub lock_wait: Option<Duration>,
    /// `-retries`
    pub retries: Option<u32>,
    /// `-wait`
    pub wait: Option<Duration>,
    /// `-verbose`
    pub verbose: bool,
    /// `-json`
    pub json: bool,
    /// Words that the command has no place for.
    pub unexpected: Vec<String>,
}

impl Config {
    /// The flags as plain values; `json` and `unexpected` are not among them.
    pub fn new(program: &str, command: &str, flags: Shared) -> Config {
        Config {
            program: program.to_string(),
            command: command.to_string(),
            source: flags.source,
            path: flags.path,
            database: flags.database,
            database_env: flags.database_env,
            prefetch: flags.prefetch.map(|files| usize::try_from(files).unwrap_or(usize::MAX)),
            lock_timeout: flags.lock_timeout.map(Duration::from_secs),
            lock_wait: flags.lock_wait.map(Duration::from_millis),
            retries: flags.retries.map(|retries| u32::try_from(retries).unwrap_or(u32::MAX)),
            wait: flags.wait.map(Duration::from_secs),
            verbose: flags.verbose,
            json: false,
            unexpected: Vec::new(),
        }
    }
}

/// The flag of commands that answer with JSON. It counts before the command as well, and so its
/// value is in [`Config::json`].
pub fn json_flag() -> Arg {
    let help = "print one JSON object on standard output, errors too";
    Arg::new("json").long("json").action(ArgAction::SetTrue).help(help)
}
