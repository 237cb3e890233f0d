//! `version`: prints the version that the database is at.

use anyhow::Result;

use crate::cli::config::json_flag;
use crate::cli::context::{Answer, Context};
use crate::cli::open::open;
use crate::render::error::Complaint;
use crate::render::json::NoBody;

/// print the version that the database is at
///
/// Reads only: creates nothing and takes no lock.
#[derive(clap::Args)]
#[command(override_usage = "version", arg = json_flag())]
pub struct Args {}

/// Runs it. The errors are those of opening. No version is one too, as with golang-migrate.
pub fn run(context: &Context, _: Args, answer: &mut Answer<NoBody>) -> Result<()> {
    let state = open(context)?.version()?;
    answer.state = Some(state);
    match (state.version, state.dirty) {
        (Some(version), false) => context.printer.line(&version.to_string()),
        (Some(version), true) => context.printer.line(&format!("{version} (dirty)")),
        (None, false) => return Err(Complaint::new("no migration").into()),
        (None, true) => {
            let hint = "the database is dirty: the down file of the first version did not finish";
            return Err(Complaint::new("no migration").hint(hint).into());
        }
    }
    context.say_closed();
    Ok(())
}
