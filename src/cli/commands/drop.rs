//! `drop`: drops what the current schema holds.

use anyhow::Result;
use dbm::Leftovers;

use crate::cli::context::{Answer, Context};
use crate::cli::go_flags::BEFORE_WORDS;
use crate::cli::open::open;
use crate::cli::prompt::confirm;
use crate::render::json::NoBody;
use crate::render::printer::Printer;

/// drop the current schema's tables (-all-objects: everything)
///
/// Asks first, unless -f. Without -all-objects, types, functions, views and sequences stay, and an up
/// that creates them again fails. What belongs to an extension always stays.
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

/// Runs it. The errors are those of opening and of the database, and a "no".
pub fn run(context: &Context, args: Args, _: &mut Answer<NoBody>) -> Result<()> {
    // Asked before anything is opened, as golang-migrate does.
    if !args.f {
        let question = "Are you sure you want to drop the entire database schema? [y/N]";
        confirm(&context.printer, question, "Aborted dropping the entire database schema")?;
        context.printer.line("Dropping the entire database schema");
    }
    let left = open(context)?.drop_schema(args.all_objects)?;
    leftovers(&context.printer, &left, args.all_objects);
    context.say_finished();
    Ok(())
}

/// Says what `drop` has left in the schema.
fn leftovers(printer: &Printer, left: &Leftovers, all_objects: bool) {
    if let Some(table) = &left.version_table {
        printer.hint(&format!(
            "the version table {table} is in another schema and stands: {} force -1 empties it",
            printer.program()
        ));
    }
    if left.objects.is_empty() {
        return;
    }
    const MOST: usize = 20;
    let objects = left.objects.iter().take(MOST).map(|(kind, name)| format!("{kind} {name}"));
    let mut objects = objects.collect::<Vec<_>>().join(", ");
    if left.objects.len() > MOST {
        objects.push_str(&format!(", and {} more", left.objects.len() - MOST));
    }
    if !all_objects {
        let program = printer.program();
        objects.push_str(&format!(
            ": an up that creates them again fails; {program} drop -all-objects takes them too"
        ));
    }
    printer.hint(&format!("still in schema {}: {objects}", left.schema));
}
