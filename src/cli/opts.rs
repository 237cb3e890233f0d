//! The command line as clap reads it: the program's flags and the list of the commands. Each
//! command's own flags and help text stand in its file below `commands`.
//!
//! A text for people is a doc comment here and there: its first paragraph is the line in lists, the
//! rest is added in the command's own help.

use clap::CommandFactory;

use crate::cli::commands::{
    create, down, drop, force, goto, log, redo, renumber, repair, rollback, status, up, verify,
    version, wait,
};
use crate::cli::config::Flags;

/// What is declared.
#[derive(clap::Parser)]
#[command(
    name = "dbm",
    disable_help_flag = true,
    disable_help_subcommand = true,
    disable_version_flag = true,
    args_override_self = true,
    after_help = "In the database's URL: x-migrations-table, x-migrations-table-quoted, \
                  x-statement-timeout (ms), x-multi-statement; search_path and other settings of \
                  the server; sslmode, connect_timeout.\n\n\
                  A flag that is given empty is an error: it never falls back to a variable."
)]
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
    pub command: Option<Command>,
}

/// The commands, in the order of the help.
#[derive(clap::Subcommand)]
pub enum Command {
    Up(up::Args),
    Down(down::Args),
    Goto(goto::Args),
    Redo(redo::Args),
    Rollback(rollback::Args),
    Status(status::Args),
    Verify(verify::Args),
    Log(log::Args),
    Repair(repair::Args),
    Version(version::Args),
    Force(force::Args),
    Drop(drop::Args),
    Wait(wait::Args),
    Create(create::Args),
    Renumber(renumber::Args),
}

/// The whole declaration, for help texts, completions and the like.
pub fn command() -> clap::Command {
    let mut command = Opts::command();
    command.build();
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_is_sound() {
        Opts::command().debug_assert();
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
