//! Help texts, written from clap's declaration with flags as Go writes them: `-path FOLDER`.
//!
//! clap's own writer knows two dashes only. The texts and the flags are all clap's: nothing is said
//! here of a single command.

use clap::builder::StyledStr;
use clap::{Arg, Command};

/// As wide as a terminal is at least.
const WIDTH: usize = 80;
/// Where the texts of flags begin, and those of commands.
const FLAGS: usize = 24;
const COMMANDS: usize = 20;

/// The whole program's help.
pub fn program(program: &str, declared: &Command) -> String {
    let mut text = format!(
        "Usage: {program} OPTIONS COMMAND [arg...]\n       {program} [ -version | -help ]\n\n\
         Options, before or after the command (-x V, -x=V, --x V, --x=V):\n"
    );
    text.push_str(&list(flags(declared)));
    text.push_str("\nCommands:\n");
    for command in declared.get_subcommands() {
        text.push_str(&row(&usage(command), &plain(command.get_about()), COMMANDS));
    }
    let more = plain(declared.get_after_help());
    let more = format!("{program} COMMAND -help shows the help of one command.\n\n{more}");
    for paragraph in more.split("\n\n") {
        text.push_str(&format!("\n{}", wrapped(paragraph, 0)));
    }
    text.trim_end().to_string()
}

/// One command's help.
pub fn command(program: &str, declared: &Command) -> String {
    let about = plain(declared.get_long_about().or(declared.get_about()));
    let (first, more) = about.split_once("\n\n").unwrap_or((&about, ""));
    let mut text = format!("Usage: {program} {}\n\n{}", usage(declared), wrapped(first, 0));
    let own = list(flags(declared).filter(|flag| !flag.is_global_set()));
    if !own.is_empty() {
        text.push_str(&format!("\nOptions:\n{own}"));
    }
    let last = format!("{program} -help lists the options that all commands share.");
    for paragraph in more.split("\n\n").filter(|part| !part.is_empty()).chain([&*last]) {
        text.push_str(&format!("\n{}", wrapped(paragraph, 0)));
    }
    text.trim_end().to_string()
}

fn plain(text: Option<&StyledStr>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}

/// The command and its words: `up [N]`.
fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.strip_prefix("Usage: ").unwrap_or(&usage).to_string()
}

/// Flags, which clap tells apart in options and switches.
fn flags(level: &Command) -> impl Iterator<Item = &Arg> {
    level.get_arguments().filter(|arg| !arg.is_positional())
}

fn list<'a>(flags: impl Iterator<Item = &'a Arg>) -> String {
    let mut text = String::new();
    for flag in flags.filter(|flag| !flag.is_hide_set()) {
        let names = flag.get_value_names().filter(|_| flag.get_action().takes_values());
        let value = names.and_then(<[_]>::first).map_or("", |name| name.as_str());
        let call = format!("-{} {value}", flag.get_long().unwrap_or_default());
        text.push_str(&row(call.trim_end(), &plain(flag.get_help()), FLAGS));
    }
    text
}

/// A line of a list, and more lines where the text is too long for one.
fn row(call: &str, help: &str, column: usize) -> String {
    let help = wrapped(help, column);
    match call.len() + 3 > column {
        true => format!("  {call}\n{help}"),
        false => format!("  {call:<width$}{}", help.trim_start(), width = column - 2),
    }
}

/// The text in lines that begin at a column and end before [`WIDTH`].
fn wrapped(text: &str, column: usize) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && column + line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push_str(&format!("{:column$}{line}\n", ""));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push_str(&format!("{:column$}{line}\n", ""));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::opts;

    #[test]
    fn lines_fit_a_terminal() {
        let declared = opts::command();
        let all = declared.get_subcommands().map(|level| command("migrate", level));
        for text in all.chain([program("migrate", &declared)]) {
            for line in text.lines() {
                assert!(line.chars().count() <= WIDTH, "{line}");
            }
        }
    }

    #[test]
    fn flags_are_written_as_go_writes_them() {
        let declared = opts::command();
        let text = program("migrate", &declared);
        assert!(text.starts_with("Usage: migrate OPTIONS COMMAND [arg...]\n"), "{text}");
        assert!(text.contains("\n  -path FOLDER          the same, as a folder"), "{text}");
        assert!(text.contains("\n  up [N]            run all up files"), "{text}");
        let up = declared.find_subcommand("up").map(|up| command("dbm", up)).unwrap_or_default();
        assert!(up.starts_with("Usage: dbm up [N]\n\nrun all up files"), "{up}");
        assert!(up.contains("\n  -allow-late           ") && !up.contains("-path"), "{up}");
        for text in [text, up] {
            assert!(!text.contains("--allow") && !text.contains("--path"), "{text}");
        }
    }
}
