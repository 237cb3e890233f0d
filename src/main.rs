//! `dbm`: reads what was typed, runs it, exits.

mod cli;
mod render;

use std::ffi::OsString;
use std::process::ExitCode;

use cli::{Parsed, Program};
use render::invocation::Invocation;
use render::printer::Printer;

fn main() -> ExitCode {
    let mut words = std::env::args_os();
    let program = Program::of(words.next());
    let words: Vec<OsString> = words.collect();
    let printer = Printer::new(Invocation::of_name(&program.name), false, false);
    ExitCode::from(match cli::parse(&program, &words) {
        Ok(Parsed::Run(config, command)) => cli::run(*config, *command),
        Ok(Parsed::Help { of, is_answer }) => {
            cli::print_help(&printer, of.as_deref(), is_answer);
            printer.close(0)
        }
        Ok(Parsed::Version) => {
            printer.say(concat!("dbm ", env!("CARGO_PKG_VERSION")));
            printer.close(0)
        }
        Ok(Parsed::Text(text)) => {
            printer.answer(&text);
            printer.close(0)
        }
        Err(misuse) => {
            if misuse.message.is_none() {
                cli::print_help(&printer, None, false);
            }
            misuse.print(&printer, &words)
        }
    })
}
