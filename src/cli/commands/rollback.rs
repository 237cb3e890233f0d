//! `rollback`: runs the down file of the last version.

use anyhow::Result;

use crate::cli::config::json_flag;
use crate::cli::context::{Answer, Context};
use crate::cli::numbers::limit_number;
use crate::cli::open::open;
use crate::cli::run_files::{End, RunBody, run_files};
use crate::render::error::Complaint;

/// run the down file of the last version
///
/// The same as: down 1
#[derive(clap::Args)]
#[command(override_usage = "rollback", arg = json_flag())]
pub struct Args {
    /// run texts of the log although others may have written them
    #[arg(long)]
    from_log: bool,
    #[arg(hide = true)]
    words: Vec<String>,
}

/// Runs it. The errors are those of opening and of the run, and any word.
pub fn run(context: &Context, args: Args, answer: &mut Answer<RunBody>) -> Result<()> {
    if !args.words.is_empty() {
        // Some tools take a number here.
        let complaint = Complaint::new("too many arguments");
        let count = args.words.first().and_then(|word| limit_number(word).ok());
        return Err(match count {
            Some(count) => {
                let program = context.printer.program();
                complaint.hint(format!("to take several versions down: {program} down {count}"))
            }
            None => complaint,
        }
        .into());
    }
    let migrator = open(context)?.from_log(args.from_log);
    run_files(context, answer, migrator, End::AfterFile, |migrator| migrator.down_by(1))
}
