//! Help texts, made from the flags' declarations so that they cannot differ from them.

use clap::Arg;
use clap::Command as Declared;

use crate::cli::flags::is_switch;

/// Commands: name, what may stand behind it, and what it does.
const COMMANDS: [(&str, &str, &str); 15] = [
    ("up", "[N]", "run all up files that have not run, or the next N"),
    ("down", "[N] [-all]", "run the down files of all versions, or of the last N"),
    ("goto", "V", "go up or down to version V"),
    ("redo", "", "run the last version's down file and then its up file again"),
    ("rollback", "", "run the down file of the last version"),
    ("status", "[-exit-code]", "show each version: applied, pending, late, edited, missing"),
    ("verify", "[-allow KINDS]", "check the folder, and the database if one is given; for CI"),
    ("log", "[-n N]", "show what was run, when, by whom, and for how long"),
    ("repair", "[-f] [V...]", "record edited files, as they are, as the right ones"),
    ("version", "", "print the version that the database is at"),
    ("force", "V", "set the version to V and run nothing (-1: nothing applied)"),
    ("drop", "[-f] [-all-objects]", "drop all tables of the current schema"),
    ("wait", "[-timeout N]", "wait until the server accepts connections"),
    (
        "create",
        "[-ext E] [-dir D] [-seq] [-digits N] [-format F] [-tz Z] NAME",
        "make a pair of empty files, numbered by the time or in sequence",
    ),
    ("renumber", "V [-to N]", "give a version that is not applied the number at the end"),
];

/// What a command does; `None` for what is no command.
pub fn about(name: &str) -> Option<&'static str> {
    COMMANDS.iter().find(|(command, ..)| *command == name).map(|(_, _, about)| *about)
}

/// The whole help.
pub fn program(program: &str, declared: &Declared) -> String {
    let mut text = format!(
        "Usage: {program} OPTIONS COMMAND [arg...]\n       {program} [ -version | -help ]\n\n\
         Options, before or after the command (-x V, -x=V, --x V, --x=V):\n"
    );
    let flags: Vec<&Arg> = declared.get_arguments().filter(|flag| !flag.is_hide_set()).collect();
    text.push_str(&list(flags.into_iter()));
    text.push_str("\nCommands:\n");
    for (name, words, about) in COMMANDS {
        let call = format!("{name} {words}");
        match call.len() {
            ..=24 => text.push_str(&format!("  {call:<26}{about}\n")),
            _ => text.push_str(&format!("  {call}\n  {:<26}{about}\n", "")),
        }
    }
    text.push_str(&format!(
        "\n{program} COMMAND -help tells more of one command.\n\
         In the database's URL: x-migrations-table, x-migrations-table-quoted, \
         x-statement-timeout (ms),\nx-multi-statement; search_path and other settings of the \
         server; sslmode, connect_timeout.\n\
         A flag that is given empty is an error: it never falls back to a variable."
    ));
    text
}

/// One command's help.
pub fn command(program: &str, name: &str, about: &str, flags: &[Arg]) -> String {
    let words = COMMANDS.iter().find(|(command, ..)| *command == name).map_or("", |(_, w, _)| *w);
    let mut text = format!("Usage: {program} {}\n\n{about}\n", format!("{name} {words}").trim());
    if !flags.is_empty() {
        text.push_str("\nOptions:\n");
        text.push_str(&list(flags.iter()));
    }
    text.push_str(match name {
        "up" => {
            "\nA file that fails leaves the database as it was before that file. Applied files that \
             were\nedited stop it, and so do files that were merged late, below the database's \
             version: nothing\nis run then."
        }
        "redo" => "\nIn one transaction, where both files can run in one.",
        "rollback" => "\nThe same as: down 1",
        "status" => "\nReads only: creates nothing and takes no lock.",
        "verify" => {
            "\nReads only. Exits 1 if it finds something, and names a remedy for each. Without a \
             database\nURL it looks at the folder alone."
        }
        "log" => "\nReads only: creates nothing and takes no lock.",
        "repair" => {
            "\nAsks first, unless -f. Changes neither the schema nor the version: it adds to the log \
             that the\nfiles as they are now are the right ones for the edited versions, or for those \
             that are named.\nA late version that is named is recorded as applied."
        }
        "down" => "\nWithout N and without -all it asks first.",
        "force" => {
            "\nFor a database that is dirty: mend by hand what the broken file left, then force \
             the version\nthat is really applied."
        }
        "drop" => {
            "\nAsks first, unless -f. Types, functions, views and sequences stay behind, and make \
             the next\nup fail, unless -all-objects. What belongs to an extension stays."
        }
        "version" => "\nReads only: creates nothing and takes no lock.",
        "wait" => {
            "\nWaits for what can pass: a refused connection, a name not yet known, a server that \
             starts up.\nA wrong password or a database that is not there is an error at once."
        }
        "create" => "\nNeeds no database. Prints the paths of the two files.",
        "renumber" => {
            "\nRenames the files of version V, and changes nothing in the database. What is applied \
             keeps\nits number."
        }
        _ => "",
    });
    text.push_str(&format!("\n{program} -help lists the options that all commands share."));
    text
}

fn list<'a>(flags: impl Iterator<Item = &'a Arg>) -> String {
    let mut text = String::new();
    for flag in flags {
        let value = match is_switch(flag) {
            true => "",
            false => flag.get_value_names().and_then(|n| n.first()).map_or("", |n| n.as_str()),
        };
        let call = format!("-{} {value}", flag.get_id());
        let help = flag.get_help().map(ToString::to_string).unwrap_or_default();
        let help = help.replace('\n', &format!("\n{:<24}", ""));
        text.push_str(&format!("  {:<22}{help}\n", call.trim_end()));
    }
    text
}
