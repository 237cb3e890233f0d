//! What was typed becomes a plain [`Config`] and a [`Command`]; what they do is in `commands`.
//!
//! Words come as the system gives them. `go_flags` turns Go's forms into clap's, clap reads them as
//! `opts` declares, and [`parse`] puts the two together.

mod commands;
mod config;
mod context;
mod create;
mod env_file;
mod go_flags;
mod golayout;
mod help;
mod invocation;
mod misuse;
mod numbered_file;
mod numbers;
mod open;
mod opts;
mod program;
mod prompt;
mod renumber;
mod run;
mod run_files;
mod settings;
mod signals;

use std::ffi::OsString;

use clap::{Arg, CommandFactory, FromArgMatches};

pub use config::Config;
pub use misuse::Misuse;
pub use program::Program;
pub use run::{Command, run};

use opts::{Opts, command};

/// What a command line asks for.
pub enum Parsed {
    /// To run a command.
    Run(Box<Config>, Box<Command>),
    /// To print a help text or the version, on standard error as Go does.
    Say(String),
    /// To print what the JSON objects look like.
    Schema,
}

/// Reads a command line, without the program's own name.
///
/// clap's declaration is only built as far as it is needed, for that costs more than all the rest.
pub fn parse(called: &Program, typed: &[OsString]) -> Result<Parsed, Misuse> {
    let program = called.name.as_str();
    let mut declared = Opts::command();
    let mut line = vec![OsString::from(program)];
    let of_program = |misuse| Misuse { help: help::program(program, &command()), ..misuse };
    let rest = go_flags::read(&declared, &[], typed, &mut line).map_err(Misuse::new);
    let rest = rest.map_err(of_program)?;
    let is_given = |flag: &&str| line.iter().any(|word| word == flag);
    let is_about_program = ["--version", "--help", "--h", "--json-schema"].iter().any(is_given);
    let before = line.clone();
    let Some((name, words)) = rest.split_first().filter(|_| !is_about_program) else {
        return match read(&mut declared, &before).map_err(of_program)? {
            Opts { version: true, .. } => {
                Ok(Parsed::Say(format!("dbm {}", env!("CARGO_PKG_VERSION"))))
            }
            Opts { help, h, .. } if help || h => {
                Ok(Parsed::Say(help::program(program, &command())))
            }
            Opts { json_schema: true, .. } => Ok(Parsed::Schema),
            _ => Err(of_program(Misuse::default())),
        };
    };
    line.push(name.clone());
    let Some(level) = name.to_str().and_then(|name| declared.find_subcommand(name)) else {
        read(&mut declared, &before).map_err(of_program)?;
        let refusal = declared.try_get_matches_from_mut(&line).err();
        let misuse = Misuse::unknown_command(&name.to_string_lossy(), refusal.as_ref());
        return Err(of_program(misuse));
    };
    let mut level = level.clone();
    level.build();
    let name = level.get_name().to_string();
    let help = || {
        command()
            .find_subcommand(&name)
            .map_or(String::new(), |level| help::command(program, level))
    };
    let of_command = |misuse| Misuse { help: help(), ..misuse };
    let shared: Vec<&Arg> = declared.get_arguments().filter(|flag| flag.is_global_set()).collect();
    let words = go_flags::read(&level, &shared, words, &mut line).map_err(Misuse::new);
    let (words, unexpected) = go_flags::split_words(&level, words.map_err(of_command)?);
    // Here flags stand in one form, and values are parts of their words.
    let json = line.iter().any(|word| word == "--json");
    let mut own = go_flags::own(&level, &line);
    own.extend(words.iter().cloned());
    line.push("--".into());
    line.extend(words);
    let opts = read(&mut declared, &line).map_err(|misuse| {
        // What stands before the command counts alone first.
        match read(&mut Opts::command(), &before) {
            Err(misuse) => of_program(misuse),
            Ok(_) => of_command(misuse),
        }
    })?;
    if opts.help || opts.h {
        return Ok(Parsed::Say(help()));
    }
    if json && !level.get_arguments().any(|flag| flag.get_long() == Some("json")) {
        return Err(of_command(Misuse::new(format!("{name} has no -json"))));
    }
    let Some(command) = opts.command else {
        return Err(of_program(Misuse::default()));
    };
    let unexpected = unexpected.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let (program, flags) = (called.clone(), opts.flags);
    let config = Config { program, command: name, flags, json, words: own, unexpected };
    Ok(Parsed::Run(Box::new(config), Box::new(command)))
}

/// clap's part.
fn read(declared: &mut clap::Command, line: &[OsString]) -> Result<Opts, Misuse> {
    let matches = declared.try_get_matches_from_mut(line);
    matches.and_then(|matches| Opts::from_arg_matches(&matches)).map_err(|e| Misuse::of_clap(&e))
}
