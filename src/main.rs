//! `dbm`: reads what was typed, runs it, exits.

mod cli;
mod render;

use std::ffi::OsString;
use std::process::ExitCode;

use cli::Parsed;

fn main() -> ExitCode {
    let mut words = std::env::args_os();
    let program = cli::program_name(words.next());
    let words: Vec<OsString> = words.collect();
    ExitCode::from(match cli::parse(&program, &words) {
        Ok(Parsed::Run(config, command)) => cli::run(*config, *command),
        Ok(Parsed::Say(text)) => {
            render::printer::say(&text);
            0
        }
        Ok(Parsed::Schema) => {
            render::json::print_schema();
            0
        }
        Err(misuse) => misuse.print(&words),
    })
}
