//! `up`: runs up files that have not run.

use anyhow::Result;

use crate::cli::config::json_flag;
use crate::cli::context::{Answer, Context};
use crate::cli::numbers::limit_number;
use crate::cli::open::open_to_write;
use crate::cli::run_files::{End, RunBody, run_files};

/// run all up files that have not run, or the next N
///
/// A file that fails leaves the database as it was before that file; with -single-transaction, as it
/// was before all of them. Applied files that were edited stop it, and so do files that were merged
/// late, below the database's version: nothing is run then.
#[derive(clap::Args)]
#[command(override_usage = "up [N]", arg = json_flag())]
pub struct Args {
    #[arg(value_name = "N")]
    limit: Option<String>,
    /// go on although applied files were edited
    #[arg(long)]
    allow_edited: bool,
    /// first run the files below the database's version that never ran
    #[arg(long)]
    allow_late: bool,
    /// accept a database that is newer than this folder
    #[arg(long)]
    allow_newer: bool,
    /// run all files in one transaction: all or nothing
    #[arg(long)]
    single_transaction: bool,
}

/// Runs it. The errors are those of opening and of the run.
pub fn run(context: &Context, args: Args, answer: &mut Answer<RunBody>) -> Result<()> {
    let migrator = open_to_write(context)?
        .allow_edited(args.allow_edited)
        .allow_late(args.allow_late)
        .allow_newer(args.allow_newer)
        .single_transaction(args.single_transaction);
    // golang-migrate complains of the connection first, and of the number then.
    let limit = args.limit.map(|typed| limit_number(&typed)).transpose()?;
    let end = End::of(args.single_transaction);
    run_files(context, answer, migrator, end, |migrator| match limit {
        Some(count) => migrator.up_by(count),
        None => migrator.up(),
    })
}
