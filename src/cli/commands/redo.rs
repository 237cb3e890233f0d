//! `redo`: runs the last version's down file and then its up file.

use anyhow::Result;

use crate::cli::config::json_flag;
use crate::cli::context::{Answer, Context};
use crate::cli::open::open_to_write;
use crate::cli::run_files::{End, RunBody, run_files};

/// run the last version's down file and then its up file again
///
/// In one transaction, if both files can run in one.
#[derive(clap::Args)]
#[command(override_usage = "redo", arg = json_flag())]
pub struct Args {
    /// run texts of the log although others may have written them
    #[arg(long)]
    from_log: bool,
}

/// Runs it. The errors are those of opening and of the run.
pub fn run(context: &Context, args: Args, answer: &mut Answer<RunBody>) -> Result<()> {
    let migrator = open_to_write(context)?.from_log(args.from_log);
    run_files(context, answer, migrator, End::AfterFile, |migrator| migrator.redo())
}
