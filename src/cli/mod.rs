//! What was typed becomes a plain [`Request`]; clap's types stay in this folder.

mod create;
mod dot_env;
mod flags;
mod golayout;
mod numbered;
mod renumber;
mod run;
mod settings;
mod signals;
mod usage;
mod waiting;
mod wording;

use std::path::Path;

use clap::{ArgMatches, Command as Declared};

pub use create::Request as CreateRequest;
pub use run::run;
pub use settings::Settings;

use flags::{Behind, Words, is_given, switch, value, whole_number};

/// What to do.
pub struct Request {
    /// Flags that all commands share.
    pub settings: Settings,
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
    Goto(Option<String>),
    /// `up [N]`
    Up(Option<String>),
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

/// What a command line asks for.
pub enum Parsed {
    /// To do something.
    Run(Box<Request>),
    /// To say something: a help text or the version.
    Say(String),
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

/// Flags that may stand before or after the command.
const SHARED: [&str; 10] = [
    "source",
    "path",
    "database",
    "database-env",
    "prefetch",
    "lock-timeout",
    "lock-wait",
    "retries",
    "wait",
    "verbose",
];

/// Flags that may stand behind the words of a command. golang-migrate takes none there; a command
/// that it does not have need not do so.
fn behind(name: &str) -> Vec<&'static str> {
    let own: &[&str] = if name == "renumber" { &["to"] } else { &[] };
    [&SHARED, own].concat()
}

fn shared(command: Declared) -> Declared {
    command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(value("source", "URL", "where the migrations are: file://FOLDER"))
        .arg(value("path", "FOLDER", "the same, as a folder; else $DBM_PATH, else ./migrations"))
        .arg(value(
            "database",
            "URL",
            "the database: postgres://USER:PASSWORD@HOST:PORT/NAME?PARAMETERS;\n\
             else $DATABASE_URL, else DATABASE_URL in ./.env",
        ))
        .arg(value("database-env", "NAME", "read the URL from this variable, not DATABASE_URL"))
        .arg(
            value("prefetch", "N", "read N files ahead of the one that runs (10)")
                .value_parser(whole_number),
        )
        .arg(
            value("lock-timeout", "N", "give up after N seconds of waiting for the lock (never)")
                .value_parser(whole_number),
        )
        .arg(
            value("lock-wait", "MS", "let no statement wait longer than MS for a lock; try again")
                .value_parser(whole_number),
        )
        .arg(
            value("retries", "N", "with -lock-wait, try a file again N times (5)")
                .value_parser(whole_number),
        )
        .arg(
            value("wait", "N", "wait up to N seconds for the server to accept connections")
                .value_parser(whole_number),
        )
        .arg(switch("verbose", "tell every step, with the time"))
}

fn program() -> Declared {
    shared(Declared::new("dbm"))
        .arg(switch("version", "print the version of this program"))
        .arg(switch("help", "print this help"))
        .arg(switch("h", "").hide(true))
}

/// A command's own flags, in the order in which the help shows them.
fn own(name: &str) -> Vec<clap::Arg> {
    match name {
        "create" => vec![
            value("ext", "E", "the files' extension, for instance sql; must be given"),
            value("dir", "D", "the folder, made where it is missing (the working directory)"),
            switch("seq", "number on from the highest number instead of by the time"),
            value("digits", "N", "with -seq, pad numbers to N digits (6)"),
            value("format", "F", "unix, unixNano, or a Go time layout (20060102150405)"),
            value("tz", "Z", "the zone of the time (UTC)"),
        ],
        "wait" => vec![
            value("timeout", "N", "give up after N seconds (never)").value_parser(whole_number),
        ],
        "down" => vec![switch("all", "run all down files, without asking")],
        "drop" => vec![
            switch("f", "do not ask"),
            switch("all-objects", "drop types, functions, views and sequences too"),
        ],
        "renumber" => vec![value("to", "N", "the new number (the next at the end)")],
        _ => Vec::new(),
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
    let Some((name, words)) = rest.split_first() else {
        return Err(Misuse(usage()));
    };
    let Some(about) = usage::about(name) else {
        return Err(Misuse(usage()));
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
    Ok(Parsed::Run(Box::new(Request { settings, command, ignored: words.collect() })))
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
        "goto" => Command::Goto(words.next()),
        "up" => Command::Up(words.next()),
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
