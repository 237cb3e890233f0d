//! A command line that cannot be read: what is wrong, in Go's words where it has them, and what to
//! type instead; exit code 2. The help text is printed where nothing at all was typed, and where it is
//! asked for.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use crate::cli::go_flags::asks_for_json;
use crate::cli::help;
use crate::render::json::{self, Document, NoBody};
use crate::render::printer::{Printer, Said, USAGE};
use crate::render::shown::shown;

/// What other tools call a command, and what it is called here.
const COMMANDS_ELSEWHERE: [(&str, &str); 31] = [
    ("add", "new"),
    ("apply", "up"),
    ("check", "verify"),
    ("deploy", "up"),
    ("downgrade", "down"),
    ("fix", "renumber"),
    ("g", "new"),
    ("gen", "new"),
    ("generate", "new"),
    ("history", "log"),
    ("info", "status"),
    ("latest", "up"),
    ("lint", "verify"),
    ("list", "status"),
    ("ls", "status"),
    ("make", "new"),
    ("migrate", "up"),
    ("n", "new"),
    ("pending", "status"),
    ("ping", "wait"),
    ("resolve", "force"),
    ("revert", "rollback"),
    ("run", "up"),
    ("set", "force"),
    ("stamp", "force"),
    ("to", "goto"),
    ("undo", "rollback"),
    ("up-by-one", "up 1"),
    ("up-to", "goto"),
    ("upgrade", "up"),
    ("validate", "verify"),
];

/// The same of flags.
const FLAGS_ELSEWHERE: [(&str, &str); 9] = [
    ("conn", "database"),
    ("connection", "database"),
    ("db", "database"),
    ("dir", "path"),
    ("dsn", "database"),
    ("folder", "path"),
    ("migrations", "path"),
    ("migrations-dir", "path"),
    ("url", "database"),
];

/// Why a command line cannot be read.
#[derive(Default)]
pub struct Misuse {
    /// What is wrong; `None` where nothing was typed, and the help text is the answer.
    pub message: Option<String>,
    /// Whether the message is ours and stands behind `error: `: golang-migrate prints its help alone.
    is_ours: bool,
    /// What to type instead, without `hint: `.
    hint: Option<String>,
    /// The flag that it is about.
    flag: Option<String>,
    /// Whether that flag is unknown.
    is_unknown: bool,
}

impl Misuse {
    /// One line in Go's words, which name the flag last or behind `flag `.
    pub fn new(message: String) -> Misuse {
        let flag = message.split([' ', ':']).rfind(|word| word.starts_with('-') && word.len() > 1);
        let flag = flag.map(|flag| flag.trim_start_matches('-').to_string());
        Misuse { message: Some(message), flag, ..Misuse::default() }
    }

    /// One line of ours.
    pub fn error(message: String) -> Misuse {
        Misuse { message: Some(message), is_ours: true, ..Misuse::default() }
    }

    /// An empty command line.
    pub fn nothing_typed() -> Misuse {
        Misuse::default()
    }

    /// Flags, and no command.
    pub fn no_command() -> Misuse {
        Misuse::error("no command".to_string())
    }

    /// A word that is no command.
    pub fn unknown_command(name: &str, declared: &mut Command) -> Misuse {
        let lower = name.to_lowercase();
        let elsewhere = COMMANDS_ELSEWHERE.iter().find(|(other, _)| *other == lower);
        let known = match elsewhere {
            Some((_, known)) => Some((*known).to_string()),
            None if declared.find_subcommand(&lower).is_some() => Some(lower),
            None => {
                let line = [declared.get_name().to_string(), lower];
                let refusal = declared.try_get_matches_from_mut(line).err();
                refusal.and_then(|error| text(&error, ContextKind::SuggestedSubcommand))
            }
        };
        let hint = known.map(|known| format!("did you mean: {known}?"));
        Misuse { hint, ..Misuse::error(format!("unknown command {name:?}")) }
    }

    /// clap's refusal.
    pub fn of_clap(error: &clap::Error) -> Misuse {
        let flag = text(error, ContextKind::InvalidArg).unwrap_or_default();
        let name = flag.split([' ', '=']).next().unwrap_or_default().trim_start_matches('-');
        let of_flag = |message| Misuse { flag: Some(name.to_string()), ..Misuse::new(message) };
        match error.kind() {
            ErrorKind::UnknownArgument => Misuse {
                // Of a single letter nearly every flag would do.
                hint: text(error, ContextKind::SuggestedArg)
                    .filter(|_| name.len() > 1)
                    .map(|flag| format!("did you mean: {}?", flag.replacen("--", "-", 1))),
                is_unknown: true,
                ..of_flag(format!("flag provided but not defined: -{name}"))
            },
            ErrorKind::ValueValidation => {
                let value = text(error, ContextKind::InvalidValue).unwrap_or_default();
                let reason = std::error::Error::source(error).map(ToString::to_string);
                let reason = reason.unwrap_or_else(|| "parse error".to_string());
                of_flag(format!("invalid value {value:?} for flag -{name}: {reason}"))
            }
            ErrorKind::InvalidValue => {
                let value = text(error, ContextKind::InvalidValue).unwrap_or_default();
                let known = listed(error);
                let misuse = match flag.starts_with('-') {
                    true => of_flag(format!(
                        "invalid value {value:?} for flag -{name}: not one of {known}"
                    )),
                    false => Misuse::error(format!("{value:?} is not one of {known}")),
                };
                let near = text(error, ContextKind::SuggestedValue);
                Misuse { hint: near.map(|near| format!("did you mean: {near}?")), ..misuse }
            }
            ErrorKind::InvalidUtf8 => Misuse::new("an argument is not valid UTF-8".to_string()),
            kind => Misuse::new(kind.to_string()),
        }
    }

    /// With a hint, for what stands before the command in `typed`.
    pub fn in_program(self, program: &str, declared: &Command, typed: &[OsString]) -> Misuse {
        let flags: Vec<&Arg> = declared.get_arguments().collect();
        let mut commands = typed.iter().filter_map(|word| declared.find_subcommand(word.to_str()?));
        if let Some(name) = self.flag.as_deref().filter(|_| self.is_unknown)
            && let Some(owner) = commands.find(|level| find(level.get_arguments(), name).is_some())
        {
            let owner = owner.get_name();
            let hint = format!("-{name} stands after the command: {owner} -{name}");
            return Misuse { hint: Some(hint), ..self };
        }
        self.with_hint(&flags, format!("to list the commands and options: {program} help"))
    }

    /// With a hint, for what stands behind the command called `name`.
    pub fn in_command(self, program: &str, name: &str, declared: &Command) -> Misuse {
        let levels = || declared.get_subcommands();
        let own =
            levels().filter(|level| level.get_name() == name).flat_map(Command::get_arguments);
        let shared = declared.get_arguments().filter(|flag| flag.is_global_set());
        let flags: Vec<&Arg> = own.chain(shared).collect();
        if let Some(flag) = self.flag.as_deref().filter(|_| self.is_unknown) {
            let owners = levels().filter(|level| find(level.get_arguments(), flag).is_some());
            let owners: Vec<&str> = owners.map(Command::get_name).collect();
            if !owners.is_empty() && !FLAGS_ELSEWHERE.iter().any(|(other, _)| *other == flag) {
                let owners = owners.join(", ");
                let hint = format!("-{flag} is an option of {owners}, and not of {name}");
                return Misuse { hint: Some(hint), ..self };
            }
        }
        self.with_hint(
            &flags,
            match name {
                "help" => format!("to list the commands and options: {program} help"),
                _ => format!("to list the options of {name}: {program} help {name}"),
            },
        )
    }

    /// What the flag takes, what another name for it is, or else where to read on.
    fn with_hint(self, flags: &[&Arg], more: String) -> Misuse {
        let name = self.flag.as_deref().unwrap_or_default();
        let elsewhere = FLAGS_ELSEWHERE.iter().find(|(other, _)| *other == name);
        let hint = match (self.hint.clone(), find(flags.iter().copied(), name), elsewhere) {
            (_, None, Some((_, known))) => format!("did you mean: -{known}?"),
            (Some(hint), _, _) => hint,
            (None, Some(flag), _) if !self.is_unknown => help::flag(flag),
            _ => more,
        };
        Misuse { hint: Some(hint), ..self }
    }

    /// Prints it, as a JSON object too if `typed` asks for one, and gives the exit code.
    pub fn print(&self, printer: &Printer, typed: &[OsString]) -> u8 {
        match &self.message {
            Some(message) if self.is_ours => printer.error(message),
            Some(message) => printer.say(&shown(message)),
            None => {}
        }
        if let Some(hint) = &self.hint {
            printer.hint(hint);
        }
        if asks_for_json(typed) {
            let message = self.message.as_deref().unwrap_or_default().to_string();
            let document = Document {
                command: None,
                exit_code: USAGE,
                state: None,
                body: &NoBody {},
                said: Said { warnings: Vec::new(), hints: self.hint.iter().cloned().collect() },
                error: Some(&anyhow::Error::msg(message)),
            };
            json::print(printer, &document);
        }
        printer.close(USAGE)
    }
}

fn find<'a>(mut flags: impl Iterator<Item = &'a Arg>, name: &str) -> Option<&'a Arg> {
    flags.find(|flag| flag.get_long() == Some(name) && !flag.is_hide_set())
}

/// What clap would have taken.
fn listed(error: &clap::Error) -> String {
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) => values.join(", "),
        _ => String::new(),
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
