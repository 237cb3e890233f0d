//! The flags that there are, as clap declares them.

use clap::Command as Declared;

use crate::cli::flags::{switch, value, whole_number};

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
pub fn behind(name: &str) -> Vec<&'static str> {
    let own: &[&str] = match name {
        "up" => &["allow-edited", "allow-late", "allow-newer", "json"],
        "goto" => &["allow-edited", "json"],
        "down" | "redo" | "rollback" | "version" => &["json"],
        "status" => &["exit-code", "pending", "applied", "wrong", "json"],
        "verify" => &["offline", "allow", "json"],
        "log" => &["n", "json"],
        "repair" => &["f", "json"],
        "renumber" => &["to"],
        _ => &[],
    };
    [&SHARED, own].concat()
}

/// A command with the flags that all share.
pub fn shared(command: Declared) -> Declared {
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

/// The program's own flags.
pub fn program() -> Declared {
    shared(Declared::new("dbm"))
        .arg(switch("version", "print the version of this program"))
        .arg(switch("json", "print one JSON object on standard output, where the command has one"))
        .arg(switch("json-schema", "print the JSON Schema of what -json prints"))
        .arg(switch("help", "print this help"))
        .arg(switch("h", "").hide(true))
}

/// A command's own flags, in the order in which the help shows them.
pub fn own(name: &str) -> Vec<clap::Arg> {
    let json = switch("json", "print one JSON object on standard output, errors too");
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
        "up" => vec![
            switch("allow-edited", "go on although applied files were edited"),
            switch("allow-late", "first run the files below the database's version that never ran"),
            switch("allow-newer", "be content with a database that is ahead of this folder"),
            json,
        ],
        "goto" => vec![switch("allow-edited", "go up although applied files were edited"), json],
        "down" => vec![switch("all", "run all down files, without asking"), json],
        "redo" | "rollback" | "version" => vec![json],
        "status" => vec![
            switch("exit-code", "exit 3 if files are pending, 4 if something is wrong, else 0"),
            switch("pending", "show what up would run, late files too"),
            switch("applied", "show what is applied"),
            switch("wrong", "show what is late, edited, missing or dirty"),
            json,
        ],
        "verify" => vec![
            switch("offline", "look at the folder alone"),
            value("allow", "KINDS", "let these pass, the words in brackets: no-down,loose"),
            json,
        ],
        "log" => vec![
            value("n", "N", "show the newest N entries (0: all)").value_parser(whole_number),
            json,
        ],
        "repair" => vec![switch("f", "do not ask"), json],
        "drop" => vec![
            switch("f", "do not ask"),
            switch("all-objects", "drop types, functions, views and sequences too"),
        ],
        "renumber" => vec![value("to", "N", "the new number (the next at the end)")],
        _ => Vec::new(),
    }
}
