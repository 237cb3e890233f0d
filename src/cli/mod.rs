//! What was typed becomes a plain [`Config`] and a [`Command`]; what they do is in `commands`.
//!
//! Words come as the system gives them. `go_flags` turns Go's forms into clap's, clap reads them as
//! `opts` declares, and [`parse`] puts the two together.

mod commands;
mod complete;
mod completions;
mod config;
mod context;
mod create;
mod env_file;
mod fix;
mod format;
mod git;
mod go_flags;
mod golayout;
mod help;
mod init;
mod invocation;
mod likely_variable;
mod man;
mod misuse;
mod numbered_file;
mod numbers;
mod open;
mod opts;
mod page;
mod pair_items;
mod pg_dump;
mod plain_files;
mod program;
mod prompt;
mod renumber;
mod replace;
mod run;
mod run_files;
mod settings;
mod signals;
mod template;

use std::ffi::OsString;
use std::mem::ManuallyDrop;

use clap::{Arg, FromArgMatches};
use dbm::Version;

pub use config::Config;
pub use misuse::Misuse;
pub use program::Program;
pub use run::{Command, run};

use crate::render::json::SCHEMA;
use crate::render::printer::Printer;
use crate::render::shell::word;
use completions::SHELLS;
use context::Context;
use opts::{Asked, CompleteArgs, CompletionsArgs, HelpArgs, Opts, command};
use page::Page;

/// What a command line asks for.
pub enum Parsed {
    /// To run a command.
    Run(Box<Config>, Box<Command>),
    /// To print the help of a command, or else of the program.
    Help {
        /// The command.
        of: Option<String>,
        /// As the answer to `help`, and not for `-help`, which Go prints on standard error.
        is_answer: bool,
    },
    /// To print the version, on standard error as Go does.
    Version,
    /// To print a text that needs nothing but the declaration.
    Text(String),
}

/// Reads a command line, without the program's own name.
///
/// clap's declaration is only built as far as it is needed, for that costs more than all the rest.
pub fn parse(called: &Program, typed: &[OsString]) -> Result<Parsed, Misuse> {
    let program = called.name.as_str();
    // The process ends soon, and takes less time to do so than to free this.
    let mut declared = ManuallyDrop::new(opts::declared());
    let mut line = vec![OsString::from(program)];
    // Commands in hints are pasted.
    let pasted = word(&called.typed);
    let of_program = |misuse: Misuse| misuse.in_program(&pasted, &opts::declared(), typed);
    let rest = go_flags::read(&declared, &[], typed, &mut line).map_err(Misuse::new);
    let rest = rest.map_err(of_program)?;
    let is_given = |flag: &&str| line.iter().any(|word| word == flag);
    let is_about_program = ["--version", "--help", "--h", "--json-schema"].iter().any(is_given);
    let before = line.clone();
    let Some((name, words)) = rest.split_first().filter(|_| !is_about_program) else {
        return match read(&mut declared, &before).map_err(of_program)? {
            Opts { version: true, .. } => Ok(Parsed::Version),
            Opts { help, h, .. } if help || h => Ok(Parsed::Help { of: None, is_answer: false }),
            Opts { json_schema: true, .. } => Ok(Parsed::Text(SCHEMA.to_string())),
            _ if typed.is_empty() => Err(Misuse::nothing_typed()),
            _ => Err(of_program(Misuse::no_command())),
        };
    };
    line.push(name.clone());
    let Some(level) = name.to_str().and_then(|name| declared.find_subcommand(name)) else {
        read(&mut declared, &before).map_err(of_program)?;
        return Err(of_program(Misuse::unknown_command(&name.to_string_lossy(), &mut declared)));
    };
    let mut alone = opts::alone(&declared, level);
    let mut level = level.clone();
    level.build();
    let name = level.get_name().to_string();
    let shared: Vec<&Arg> = declared.get_arguments().filter(|flag| flag.is_global_set()).collect();
    let of_command = |misuse: Misuse| misuse.in_command(&pasted, &name, &opts::declared());
    let words = go_flags::read(&level, &shared, words, &mut line).map_err(Misuse::new);
    let (words, unexpected) = go_flags::split_words(&level, words.map_err(of_command)?);
    // Here flags stand in one form, and values are parts of their words.
    let json = line.iter().any(|word| word == "--json");
    let mut own = go_flags::own(&level, &line);
    own.extend(words.iter().cloned());
    line.push("--".into());
    line.extend(words);
    let opts = match read(&mut alone, &line) {
        Ok(opts) => opts,
        Err(_) => {
            // What stands before the command counts alone first. Of what may have been meant instead
            // the whole declaration knows.
            read(&mut opts::declared(), &before).map_err(of_program)?;
            read(&mut declared, &line).map_err(of_command)?
        }
    };
    if opts.help || opts.h {
        return Ok(Parsed::Help { of: Some(name), is_answer: false });
    }
    if json && !level.get_arguments().any(|flag| flag.get_long() == Some("json")) {
        return Err(of_command(Misuse::new(format!("{name} has no -json"))));
    }
    let command = match opts.command {
        Some(Asked::Run(command)) => command,
        Some(_) if !unexpected.is_empty() => {
            return Err(of_command(Misuse::error("too many arguments".to_string())));
        }
        Some(Asked::Help(HelpArgs { of })) => {
            return help_of(of, &mut declared).map_err(of_program);
        }
        Some(Asked::Completions(CompletionsArgs { shell })) => {
            let script = completions::script(shell.as_deref().unwrap_or_default(), program);
            let missing = || Misuse::error(format!("name a shell: {}", SHELLS.join(", ")));
            return script.map(Parsed::Text).ok_or_else(|| of_command(missing()));
        }
        Some(Asked::Complete(CompleteArgs { words })) => {
            return Ok(Parsed::Text(complete::candidates(&command(), &words, &|| {
                versions(called, &words)
            })));
        }
        Some(Asked::Man(_)) => return Ok(Parsed::Text(man::page(program, &command()))),
        None => return Err(of_program(Misuse::no_command())),
    };
    let unexpected = unexpected.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let (program, flags) = (called.clone(), opts.flags);
    let config = Config { program, command: name, flags, json, words: own, unexpected };
    Ok(Parsed::Run(Box::new(config), Box::new(command)))
}

/// Versions of the folder that a line names or means, with their names. `words` may end amid the line.
fn versions(called: &Program, words: &[OsString]) -> Vec<(Version, String)> {
    let before = &words[..words.len().saturating_sub(1)];
    let Ok(Parsed::Run(config, _)) = parse(called, before) else { return Vec::new() };
    let context = Context::new(*config);
    let source = context.folder().and_then(|folder| context.source(&folder));
    let Ok(source) = source else { return Vec::new() };
    let name = |version: &Version| source.name(*version).unwrap_or_default().to_string();
    source.versions().iter().map(|version| (*version, name(version))).collect()
}

fn help_of(of: Option<String>, declared: &mut clap::Command) -> Result<Parsed, Misuse> {
    match of {
        Some(name) if declared.find_subcommand(&name).is_none() => {
            Err(Misuse::unknown_command(&name, declared))
        }
        of => Ok(Parsed::Help { of, is_answer: true }),
    }
}

/// Prints the help of a command, or else of the program.
pub fn print_help(printer: &Printer, of: Option<&str>, is_answer: bool) {
    let page = match is_answer {
        true => Page::of(&std::io::stdout()),
        false => Page::of(&std::io::stderr()),
    };
    let (declared, program) = (command(), printer.program());
    let text = match of.and_then(|name| declared.find_subcommand(name)) {
        Some(level) => help::command(program, level, &page),
        None => help::program(program, &declared, &page),
    };
    match is_answer {
        true => printer.answer(&format!("{text}\n")),
        false => printer.say(&text),
    }
}

/// clap's part.
fn read(declared: &mut clap::Command, line: &[OsString]) -> Result<Opts, Misuse> {
    let matches = declared.try_get_matches_from_mut(line);
    matches.and_then(|matches| Opts::from_arg_matches(&matches)).map_err(|e| Misuse::of_clap(&e))
}
