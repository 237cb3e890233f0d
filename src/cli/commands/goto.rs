//! `goto`: goes up or down to a version.

use anyhow::Result;

use crate::cli::config::json_flag;
use crate::cli::context::{Answer, Context};
use crate::cli::numbers::{required, version_number};
use crate::cli::open::open_to_write;
use crate::cli::run_files::{End, RunBody, run_files};

/// go up or down to version V
#[derive(clap::Args)]
#[command(override_usage = "goto V", arg = json_flag())]
pub struct Args {
    #[arg(value_name = "V")]
    version: Option<String>,
    /// go up although applied files were edited
    #[arg(long)]
    allow_edited: bool,
    /// going up, first run the files below the database's version that never ran
    #[arg(long)]
    allow_late: bool,
    /// run texts of the log although others may have written them
    #[arg(long)]
    from_log: bool,
    /// run all files in one transaction: all or nothing
    #[arg(long)]
    single_transaction: bool,
}

/// Runs it. The errors are those of opening and of the run.
pub fn run(context: &Context, args: Args, answer: &mut Answer<RunBody>) -> Result<()> {
    let migrator = open_to_write(context)?
        .allow_edited(args.allow_edited)
        .allow_late(args.allow_late)
        .from_log(args.from_log)
        .single_transaction(args.single_transaction);
    let version = version_number(&required(args.version)?)?;
    let end = End::of(args.single_transaction);
    run_files(context, answer, migrator, end, |migrator| migrator.goto(version))
}
