//! What was typed becomes a plain [`Request`]; clap's types stay in this folder.

mod answer;
mod create;
mod declared;
mod dot_env;
mod flags;
mod golayout;
mod mending;
mod numbered_file;
mod numbers;
mod reading;
mod renumber;
mod run;
mod settings;
mod signals;
mod usage;
mod waiting;

use std::path::Path;

use clap::{ArgMatches, Command as Declared};
use dbm::FindingKind;

pub use answer::print_misuse;
pub use create::CreateRequest;
pub use run::run;
pub use settings::Settings;

use declared::{behind, own, program, shared};
use flags::{Behind, Words, is_given, switch};

/// What to do.
pub struct Request {
    /// Flags that all commands share.
    pub settings: Settings,
    /// The command's name.
    pub name: String,
    /// `-json`
    pub json: bool,
    /// The command.
    pub command: Command,
    /// Words behind the command's own, which count for nothing, as with golang-migrate.
    pub ignored: Vec<String>,
}

/// A command and its own words. Numbers are read when the database is open, because
/// golang-migrate complains of a connection first.
pub enum Command {
    /// `create`
    Create {
        /// `None` when no name was typed.
        name: Option<String>,
        /// Everything but the name.
        request: CreateRequest,
    },
    /// `goto V`
    Goto {
        /// V.
        version: Option<String>,
        /// `-allow-edited`
        allow_edited: bool,
    },
    /// `up [N]`
    Up {
        /// N.
        limit: Option<String>,
        /// `-allow-edited`
        allow_edited: bool,
        /// `-allow-late`
        allow_late: bool,
        /// `-allow-newer`
        allow_newer: bool,
    },
    /// `redo`
    Redo,
    /// `rollback`
    Rollback,
    /// `status`
    Status {
        /// `-exit-code`
        exit_code: bool,
        /// Which rows; all where none is chosen.
        filter: Filter,
    },
    /// `verify`
    Verify {
        /// `-offline`
        offline: bool,
        /// `-allow`
        allow: Vec<FindingKind>,
    },
    /// `log`: the newest so many entries.
    Log(Option<u64>),
    /// `repair [V...]`
    Repair {
        /// `-f`: do not ask.
        force: bool,
        /// Which versions; all that were edited, where none is named.
        versions: Vec<String>,
    },
    /// `down [N] [-all]`
    Down {
        /// `-all`
        all: bool,
        /// What else was typed.
        words: Vec<String>,
    },
    /// `drop`
    Drop {
        /// `-f`: do not ask.
        force: bool,
        /// `-all-objects`: not only tables.
        all_objects: bool,
    },
    /// `force V`
    Force(Option<String>),
    /// `renumber V [-to N]`
    Renumber {
        /// `None` when no version was typed.
        version: Option<String>,
        /// `-to`: the number that it gets.
        to: Option<String>,
    },
    /// `version`
    Version,
    /// `wait [-timeout N]`, in seconds
    Wait(Option<u64>),
}

/// Which rows `status` shows.
#[derive(Clone, Copy, Default)]
pub struct Filter {
    /// What `up` would run.
    pub pending: bool,
    /// What is applied.
    pub applied: bool,
    /// Where something is wrong.
    pub wrong: bool,
}

/// What a command line asks for.
pub enum Parsed {
    /// To do something.
    Run(Box<Request>),
    /// To say something: a help text or the version.
    Say(String),
    /// To print what the JSON objects look like.
    Schema,
}

/// A command line that means nothing: what to say of it. Exit code 2.
pub struct Misuse(pub String);

/// What to call ourselves: `migrate` where a link of that name was called.
pub fn program_name(called: Option<String>) -> String {
    let called = called.unwrap_or_default();
    match Path::new(&called).file_stem().and_then(|name| name.to_str()) {
        Some("migrate") => "migrate".to_string(),
        _ => "dbm".to_string(),
    }
}

/// Reads a command line, without the program's own name.
///
/// # Errors
///
/// [`Misuse`] with the text to print.
pub fn parse(program_name: &str, words: &[String]) -> Result<Parsed, Misuse> {
    let usage = || usage::program(program_name, &program());
    let misuse = |said: String| Misuse(format!("{said}\n{}", usage()));
    let Words { matches, rest } =
        flags::read(program(), words, Behind::Leave, false).map_err(misuse)?;
    if matches.get_flag("version") {
        return Ok(Parsed::Say(format!("dbm {}", env!("CARGO_PKG_VERSION"))));
    }
    if matches.get_flag("help") || matches.get_flag("h") {
        return Ok(Parsed::Say(usage()));
    }
    if matches.get_flag("json-schema") {
        return Ok(Parsed::Schema);
    }
    let Some((name, words)) = rest.split_first() else {
        return Err(Misuse(usage()));
    };
    let Some(about) = usage::about(name) else {
        return Err(Misuse(format!("{}\nhint: no such command: {name}", usage())));
    };
    let declared = own(name)
        .into_iter()
        .fold(shared(Declared::new("command")), Declared::arg)
        .arg(switch("help", "print this help"))
        .arg(switch("h", "").hide(true));
    let help = usage::command(program_name, name, about, &own(name));
    let Words { matches: ours, rest } =
        flags::read(declared, words, Behind::Accept(&behind(name)), name == "force")
            .map_err(|said| Misuse(format!("{said}\n{help}")))?;
    if ours.get_flag("help") || ours.get_flag("h") {
        return Ok(Parsed::Say(help));
    }
    let settings = settings(&matches, &ours);
    let mut words = rest.into_iter();
    let command = command(name, &ours, &mut words);
    let command = command.map_err(|said| Misuse(format!("{said}\n{help}")))?;
    let json = ours.try_get_one("json").ok().flatten().copied();
    let before = matches.get_flag("json");
    if before && json.is_none() {
        return Err(Misuse(format!("{name} has no -json\n{help}")));
    }
    let json = before || json.unwrap_or(false);
    let (name, ignored) = (name.clone(), words.collect());
    Ok(Parsed::Run(Box::new(Request { settings, name, json, command, ignored })))
}

/// What stands behind the command wins over what stands before it.
fn settings(before: &ArgMatches, behind: &ArgMatches) -> Settings {
    let either = |name: &str| if is_given(behind, name) { behind } else { before };
    let text = |name: &str| either(name).get_one::<String>(name).cloned();
    let number = |name: &str| either(name).get_one::<u64>(name).copied();
    Settings {
        source: text("source"),
        path: text("path"),
        database: text("database"),
        database_env: text("database-env"),
        prefetch: number("prefetch"),
        lock_timeout: number("lock-timeout"),
        lock_wait: number("lock-wait"),
        retries: number("retries"),
        wait: number("wait"),
        verbose: either("verbose").get_flag("verbose"),
    }
}

fn command(
    name: &str,
    matches: &ArgMatches,
    words: &mut impl Iterator<Item = String>,
) -> Result<Command, String> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    Ok(match name {
        "create" => {
            let digits = text("digits").unwrap_or_else(|| "6".to_string());
            Command::Create {
                name: words.next(),
                request: CreateRequest {
                    name: String::new(),
                    ext: text("ext").unwrap_or_default(),
                    dir: text("dir").unwrap_or_default().into(),
                    sequential: matches.get_flag("seq"),
                    digits: digits.parse().map_err(|_| {
                        format!("invalid value {digits:?} for flag -digits: parse error")
                    })?,
                    format: text("format"),
                    zone: text("tz").unwrap_or_else(|| "UTC".to_string()),
                },
            }
        }
        "goto" => {
            Command::Goto { version: words.next(), allow_edited: matches.get_flag("allow-edited") }
        }
        "up" => Command::Up {
            limit: words.next(),
            allow_edited: matches.get_flag("allow-edited"),
            allow_late: matches.get_flag("allow-late"),
            allow_newer: matches.get_flag("allow-newer"),
        },
        "redo" => Command::Redo,
        "rollback" => Command::Rollback,
        "status" => Command::Status {
            exit_code: matches.get_flag("exit-code"),
            filter: Filter {
                pending: matches.get_flag("pending"),
                applied: matches.get_flag("applied"),
                wrong: matches.get_flag("wrong"),
            },
        },
        "verify" => Command::Verify {
            offline: matches.get_flag("offline"),
            allow: kinds(&text("allow").unwrap_or_default())?,
        },
        "log" => Command::Log(matches.get_one("n").copied()),
        "repair" => Command::Repair { force: matches.get_flag("f"), versions: words.collect() },
        "down" => Command::Down { all: matches.get_flag("all"), words: words.collect() },
        "drop" => Command::Drop {
            force: matches.get_flag("f"),
            all_objects: matches.get_flag("all-objects"),
        },
        "force" => Command::Force(words.next()),
        "renumber" => Command::Renumber { version: words.next(), to: text("to") },
        "wait" => Command::Wait(matches.get_one("timeout").copied()),
        _ => Command::Version,
    })
}

/// Words with commas between them.
fn kinds(text: &str) -> Result<Vec<FindingKind>, String> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| {
            FindingKind::from_word(word).ok_or_else(|| {
                let all: Vec<&str> = FindingKind::ALL.iter().map(|kind| kind.word()).collect();
                format!("invalid value {word:?} for flag -allow: one of {}", all.join(", "))
            })
        })
        .collect()
}
