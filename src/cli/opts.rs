//! The command line as clap reads it: the program's flags, and the commands of `run`. Each command's
//! own flags and help text stand in its file below `commands`.
//!
//! A text for people is a doc comment here and there: its first paragraph is the line in lists, the
//! rest is added in the command's own help.

use std::ffi::OsString;

use clap::Args;

use crate::cli::completions::SHELLS;
use crate::cli::config::Flags;
use crate::cli::run::Command;

/// What is declared.
#[derive(clap::Args)]
pub struct Opts {
    #[command(flatten)]
    pub flags: Flags,
    /// print the version of this program
    #[arg(long)]
    pub version: bool,
    /// print one JSON object on standard output, where the command has one
    #[arg(long)]
    pub json: bool,
    /// print the JSON Schema of what -json prints
    #[arg(long)]
    pub json_schema: bool,
    /// print this help
    #[arg(long, global = true)]
    pub help: bool,
    #[arg(long, global = true, hide = true)]
    pub h: bool,
    #[command(subcommand)]
    pub command: Option<Asked>,
}

/// What stands where a command stands.
#[derive(clap::Subcommand)]
pub enum Asked {
    #[command(flatten)]
    Run(Command),
    Completions(CompletionsArgs),
    #[command(name = "__complete", hide = true)]
    Complete(CompleteArgs),
    Man(ManArgs),
    Help(HelpArgs),
}

/// print the completions of a shell: bash, zsh or fish
///
/// In ~/.bashrc: eval "$(dbm completions bash)"
///
/// In ~/.zshrc, behind compinit: source <(dbm completions zsh)
///
/// In ~/.config/fish/config.fish: dbm completions fish | source
#[derive(clap::Args)]
#[command(override_usage = "completions SHELL")]
pub struct CompletionsArgs {
    #[arg(value_name = "SHELL", value_parser = SHELLS)]
    pub shell: Option<String>,
}

/// print what may come next on a command line, for the completions
#[derive(clap::Args)]
#[command(override_usage = "__complete -- WORD...")]
pub struct CompleteArgs {
    #[arg(value_name = "WORD")]
    pub words: Vec<OsString>,
}

/// print the manual page, for man
///
/// To read it: dbm man | man -l -
#[derive(clap::Args)]
#[command(override_usage = "man")]
pub struct ManArgs {}

/// show the commands and options, or the help of one command
#[derive(clap::Args)]
#[command(override_usage = "help [COMMAND]")]
pub struct HelpArgs {
    #[arg(id = COMMAND, value_name = "COMMAND")]
    pub of: Option<String>,
}

/// The id of an argument that is the name of a command.
pub const COMMAND: &str = "name of a command";

/// The headings of the commands in the help, each with the first command below it.
pub const GROUPS: [(&str, &str); 6] = [
    ("Run migrations", "up"),
    ("See what is applied, and check", "status"),
    ("Test, on databases of their own", "test"),
    ("Repair", "repair"),
    ("Create", "new"),
    ("Other", "wait"),
];

/// The whole declaration, for help texts, completions and the like.
pub fn command() -> clap::Command {
    let mut command = declared();
    command.build();
    command
}

/// The same, not built yet.
pub fn declared() -> clap::Command {
    Opts::augment_args(program())
}

/// The program's flags and one command of it. clap copies the shared flags into every command that it
/// knows, which takes as long as all the rest of reading a line.
pub fn alone(declared: &clap::Command, level: &clap::Command) -> clap::Command {
    program().args(declared.get_arguments()).subcommand(level)
}

/// The program without flags and commands.
fn program() -> clap::Command {
    clap::Command::new("dbm")
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .disable_version_flag(true)
        .args_override_self(true)
        .after_help(
            "In the database's URL: x-migrations-table, x-migrations-table-quoted, \
             x-statement-timeout (ms), x-multi-statement; x-log (off, checksums, or texts: what \
             the log keeps of each file); search_path and other settings of the server; \
             sslmode, connect_timeout, tcp_user_timeout (ms), keepalives.\n\n\
             A flag with an empty value is an error: it never falls back to a variable.",
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_is_sound() {
        declared().debug_assert();
    }

    #[test]
    fn every_group_begins_with_a_command() {
        let declared = command();
        let names: Vec<&str> = declared.get_subcommands().map(clap::Command::get_name).collect();
        let first = GROUPS.map(|(_, first)| names.iter().position(|name| *name == first));
        assert!(first.is_sorted() && first[0] == Some(0), "{first:?} {names:?}");
    }

    /// What clap would make of them otherwise is Go's business, or nobody's.
    #[test]
    fn every_flag_has_a_text() {
        for level in command().get_subcommands() {
            assert!(level.get_about().is_some(), "{}", level.get_name());
            for flag in
                level.get_arguments().filter(|arg| arg.get_long().is_some() && !arg.is_hide_set())
            {
                assert!(flag.get_help().is_some(), "{} -{}", level.get_name(), flag.get_id());
            }
        }
    }
}
