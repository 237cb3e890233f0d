//! A command line that cannot be read: in Go's words where it has them, with the help text, exit
//! code 2.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::go_flags::asks_for_json;
use crate::render::json::{self, Document, NoBody};
use crate::render::printer::{Printer, Said, USAGE};
use crate::render::shown::shown;

/// Why a command line cannot be read.
#[derive(Default)]
pub struct Misuse {
    /// What stands above the help text, as with Go.
    pub message: Option<String>,
    /// What stands below it, without `hint: `.
    pub hint: Option<String>,
    /// The help text of the program or the command.
    pub help: String,
}

impl Misuse {
    /// One line in Go's words.
    pub fn new(message: String) -> Misuse {
        Misuse { message: Some(message), ..Misuse::default() }
    }

    /// A word that is no command; `refusal` is what clap says of it.
    pub fn unknown_command(name: &str, refusal: Option<&clap::Error>) -> Misuse {
        let similar = refusal.and_then(|error| text(error, ContextKind::SuggestedSubcommand));
        let similar = similar.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
        Misuse { hint: Some(format!("no such command: {name}{similar}")), ..Misuse::default() }
    }

    /// clap's refusal.
    pub fn of_clap(error: &clap::Error) -> Misuse {
        let flag = text(error, ContextKind::InvalidArg).unwrap_or_default();
        let name = flag.split([' ', '=']).next().unwrap_or_default().trim_start_matches('-');
        match error.kind() {
            ErrorKind::UnknownArgument => Misuse {
                hint: text(error, ContextKind::SuggestedArg)
                    .map(|flag| format!("did you mean {}?", flag.replacen("--", "-", 1))),
                ..Misuse::new(format!("flag provided but not defined: -{name}"))
            },
            ErrorKind::ValueValidation => {
                let value = text(error, ContextKind::InvalidValue).unwrap_or_default();
                let reason = std::error::Error::source(error).map(ToString::to_string);
                let reason = reason.unwrap_or_else(|| "parse error".to_string());
                Misuse::new(format!("invalid value {value:?} for flag -{name}: {reason}"))
            }
            ErrorKind::InvalidUtf8 => Misuse::new("an argument is not valid UTF-8".to_string()),
            kind => Misuse::new(kind.to_string()),
        }
    }

    /// Prints it, as a JSON object too if `typed` asks for one, and gives the exit code.
    pub fn print(&self, printer: &Printer, typed: &[OsString]) -> u8 {
        let message = self.message.as_deref().map(shown);
        let hint = self.hint.as_ref().map(|hint| shown(&format!("hint: {hint}")));
        for part in [&message, &Some(self.help.clone()), &hint].into_iter().flatten() {
            printer.say(part);
        }
        if asks_for_json(typed) {
            let message = self.message.as_ref().or(self.hint.as_ref());
            let message = message.map_or("no command", String::as_str);
            let document = Document {
                command: None,
                exit_code: USAGE,
                state: None,
                body: &NoBody {},
                said: Said { warnings: Vec::new(), hints: self.hint.iter().cloned().collect() },
                error: Some(&anyhow::Error::msg(message.to_string())),
            };
            json::print(printer, &document);
        }
        printer.close(USAGE)
    }
}

/// What clap tells of an error; of several suggestions the best.
fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => texts.last().cloned(),
        _ => None,
    }
}
