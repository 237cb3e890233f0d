//! What every command gets, and what it gives back.

use std::sync::OnceLock;
use std::time::Instant;

use dbm::State;

use crate::cli::config::Config;
use crate::cli::env_file::{self, EnvFile};
use crate::cli::invocation::invocation;
use crate::render::format::duration;
use crate::render::printer::Printer;

/// What every command gets.
pub struct Context {
    /// What was asked for beside the command's own arguments.
    pub config: Config,
    /// Where lines for people go.
    pub printer: Printer,
    env_file: OnceLock<Result<Option<EnvFile>, String>>,
    begun: Instant,
}

/// What a command found out, for the exit code and the JSON object. It is filled in on the way, so
/// that a command that fails still tells how far it came.
#[derive(Default)]
pub struct Answer<Body> {
    /// Where the row stands when the command ends; `None` where that is not known.
    pub state: Option<State>,
    /// What the command is for.
    pub body: Body,
    /// The exit code, where it is not 0 for success and 1 for an error.
    pub exit_code: Option<u8>,
}

impl Context {
    /// For one command, which begins now.
    pub fn new(config: Config) -> Context {
        let printer = Printer::new(invocation(&config), config.flags.verbose, config.json);
        Context { config, printer, env_file: OnceLock::new(), begun: Instant::now() }
    }

    /// The `.env` file, if there is one, or why it cannot be read. It is read once, and warned of then.
    pub fn env_file(&self) -> Result<Option<&EnvFile>, &str> {
        let file = self.env_file.get_or_init(|| {
            let file = env_file::nearest().map(EnvFile::read).transpose()?;
            if let Some(warning) = file.as_ref().and_then(EnvFile::warning) {
                self.printer.warning(&warning);
            }
            Ok(file)
        });
        file.as_ref().map(Option::as_ref).map_err(String::as_str)
    }

    /// Says with `-verbose`, as golang-migrate does, that the command is done.
    pub fn say_finished(&self) {
        self.printer.step(&format!("Finished after {}", duration(self.begun.elapsed())));
        self.say_closed();
    }

    /// Says with `-verbose`, as golang-migrate does, that the session is at its end.
    pub fn say_closed(&self) {
        self.printer.step("Closing source and database");
    }
}
