//! Help texts, written from clap's declaration with flags as Go writes them: `-path FOLDER`.
//!
//! clap's own writer knows two dashes only. The texts and the flags are all clap's: nothing is said
//! here of a single command.

use clap::builder::StyledStr;
use clap::{Arg, Command};

use crate::cli::opts::GROUPS;
use crate::cli::page::{Page, row, wrapped};

/// Where the texts of flags begin, and those of commands.
const FLAGS: usize = 24;
const COMMANDS: usize = 20;

/// The whole program's help.
pub fn program(program: &str, declared: &Command, page: &Page) -> String {
    let mut text = format!(
        "{} {program} OPTIONS COMMAND [arg...]\n       {program} [ -version | -help ]\n\n{}\n",
        page.heading("Usage:"),
        page.heading("Options, before or after the command (-x V, -x=V, --x=V):"),
    );
    text.push_str(&list(flags(declared), page));
    for command in commands(declared) {
        if let Some((heading, _)) = GROUPS.iter().find(|(_, first)| *first == command.get_name()) {
            text.push_str(&format!("\n{}\n", page.heading(&format!("{heading}:"))));
        }
        text.push_str(&row(&usage(command), &plain(command.get_about()), COMMANDS, page));
    }
    let more = plain(declared.get_after_help());
    let more = format!("{program} help COMMAND shows the help of one command.\n\n{more}");
    for paragraph in more.split("\n\n") {
        text.push_str(&format!("\n{}", wrapped(paragraph, 0, page)));
    }
    text.trim_end().to_string()
}

/// One command's help.
pub fn command(program: &str, declared: &Command, page: &Page) -> String {
    let about = plain(declared.get_long_about().or(declared.get_about()));
    let (first, more) = about.split_once("\n\n").unwrap_or((&about, ""));
    let mut text = format!(
        "{} {program} {}\n\n{}",
        page.heading("Usage:"),
        usage(declared),
        wrapped(first, 0, page)
    );
    let own = list(flags(declared).filter(|flag| !flag.is_global_set()), page);
    if !own.is_empty() {
        text.push_str(&format!("\n{}\n{own}", page.heading("Options:")));
    }
    let last = format!("{program} help lists the options that all commands share.");
    for paragraph in more.split("\n\n").filter(|part| !part.is_empty()).chain([&*last]) {
        text.push_str(&format!("\n{}", wrapped(paragraph, 0, page)));
    }
    text.trim_end().to_string()
}

/// A flag in one line: what is typed, and what it does.
pub fn flag(flag: &Arg) -> String {
    format!("{}: {}", call(flag), plain(flag.get_help()))
}

/// clap's text as it was written.
pub fn plain(text: Option<&StyledStr>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}

/// The command and its words: `up [N]`.
pub fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.strip_prefix("Usage: ").unwrap_or(&usage).to_string()
}

/// Commands that are to be seen.
pub fn commands(program: &Command) -> impl Iterator<Item = &Command> {
    program.get_subcommands().filter(|command| !command.is_hide_set())
}

/// Flags that are to be seen, which clap tells apart in options and switches.
pub fn flags(level: &Command) -> impl Iterator<Item = &Arg> {
    level.get_arguments().filter(|arg| !arg.is_positional() && !arg.is_hide_set())
}

/// As it is typed: `-path FOLDER`.
fn call(flag: &Arg) -> String {
    format!("-{} {}", flag.get_long().unwrap_or_default(), value_name(flag)).trim_end().to_string()
}

/// What a flag takes: `FOLDER`, or nothing.
pub fn value_name(flag: &Arg) -> &str {
    let names = flag.get_value_names().filter(|_| flag.get_action().takes_values());
    names.and_then(<[_]>::first).map_or("", |name| name.as_str())
}

fn list<'a>(flags: impl Iterator<Item = &'a Arg>, page: &Page) -> String {
    flags.map(|flag| row(&call(flag), &plain(flag.get_help()), FLAGS, page)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::opts;
    use crate::cli::page::WIDTH;

    fn plain_page(width: usize) -> Page {
        Page { colour: false, width }
    }

    #[test]
    fn lines_fit_a_terminal() {
        let declared = opts::command();
        for width in [60, WIDTH] {
            let page = plain_page(width);
            let all = declared.get_subcommands().map(|level| command("migrate", level, &page));
            for text in all.chain([program("migrate", &declared, &page)]) {
                // A word is not cut.
                for line in text.lines().filter(|line| line.trim().contains(' ')) {
                    assert!(line.chars().count() <= width, "{line}");
                }
            }
        }
    }

    #[test]
    fn flags_are_written_as_go_writes_them() {
        let (declared, page) = (opts::command(), plain_page(WIDTH));
        let text = program("migrate", &declared, &page);
        assert!(text.starts_with("Usage: migrate OPTIONS COMMAND [arg...]\n"), "{text}");
        assert!(text.contains("\n  -path FOLDER          the same, as a folder"), "{text}");
        assert!(text.contains("\n  up [N]            run all up files"), "{text}");
        let up = declared.find_subcommand("up").map(|up| command("dbm", up, &page));
        let up = up.unwrap_or_default();
        assert!(up.starts_with("Usage: dbm up [N]\n\nrun all up files"), "{up}");
        assert!(up.contains("\n  -allow-late           ") && !up.contains("-path"), "{up}");
        for text in [text, up] {
            assert!(!text.contains("--allow") && !text.contains("--path"), "{text}");
        }
    }

    #[test]
    fn commands_stand_in_groups() {
        let declared = opts::command();
        let text = program("dbm", &declared, &plain_page(WIDTH));
        for (heading, first) in GROUPS {
            assert!(text.contains(&format!("\n\n{heading}:\n  {first} ")), "{heading}: {text}");
        }
        let colours = program("dbm", &declared, &Page { colour: true, width: WIDTH });
        assert!(colours.contains("\n\u{1b}[1mRepair:\u{1b}[0m\n  \u{1b}[36mrepair "), "{colours}");
    }
}
