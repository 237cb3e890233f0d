//! `drop`: drops what the current schema holds.

use anyhow::Result;

use crate::cli::context::{Answer, Context};
use crate::cli::go_flags::BEFORE_WORDS;
use crate::cli::open::open;
use crate::cli::prompt::confirmed;
use crate::cli::refusal::declined;
use crate::render;
use crate::render::json::NoBody;

/// drop the current schema's tables (-all-objects: everything)
///
/// Asks first, unless -f. Types, functions, views and sequences stay behind, and make the next up
/// fail, unless -all-objects. What belongs to an extension stays.
#[derive(clap::Args)]
#[command(override_usage = "drop")]
pub struct Args {
    /// do not ask
    #[arg(long, group = BEFORE_WORDS)]
    f: bool,
    /// drop types, functions, views and sequences too
    #[arg(long)]
    all_objects: bool,
}

/// Runs it.
///
/// # Errors
///
/// Those of opening and of the database, and a "no".
pub fn run(context: &Context, args: Args, _: &mut Answer<NoBody>) -> Result<()> {
    // Asked before anything is opened, as golang-migrate does.
    if !args.f {
        let question = "Are you sure you want to drop the entire database schema? [y/N]";
        if !confirmed(&context.printer, question) {
            return Err(declined("Aborted dropping the entire database schema"));
        }
        context.printer.line("Dropping the entire database schema");
    }
    let left = open(context)?.drop_schema(args.all_objects)?;
    render::leftovers(&context.printer, &left, args.all_objects);
    context.say_finished();
    Ok(())
}
