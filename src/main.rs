//! `dbm`: reads what was typed, runs it, exits.

mod cli;
mod render;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let program = cli::program_name(words.next());
    let words: Vec<String> = words.collect();
    match cli::parse(&program, &words) {
        Ok(cli::Parsed::Run(request)) => {
            let printer = render::Printer::new(&program, request.settings.verbose, request.json);
            ExitCode::from(cli::run(request, &printer))
        }
        Ok(cli::Parsed::Schema) => {
            render::json::print_schema();
            ExitCode::SUCCESS
        }
        Ok(cli::Parsed::Say(text)) => {
            render::say(&text);
            ExitCode::SUCCESS
        }
        Err(misuse) => {
            render::say(&misuse.0);
            if words.iter().any(|word| matches!(word.as_str(), "-json" | "--json")) {
                cli::print_misuse(&misuse.0);
            }
            ExitCode::from(2)
        }
    }
}
