//! `drop`: drops what the current schema holds.

use anyhow::Result;
use dbm::Dropped;

use crate::cli::context::{Answer, Context};
use crate::cli::go_flags::BEFORE_WORDS;
use crate::cli::open::open;
use crate::cli::prompt::confirm;
use crate::render::contents;
use crate::render::json::NoBody;
use crate::render::printer::Printer;

/// drop the current schema's tables (-all-objects: everything)
///
/// Names the database and what is in it, and asks first, unless -f; lists what it dropped. Without -all-objects, types, functions, views and sequences stay, and an up
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
    let printer = &context.printer;
    let mut opened = open(context);
    // golang-migrate asks before it opens anything, and so an error of that is told behind the answer.
    if !args.f {
        if let Ok(migrator) = &mut opened
            && let Ok(contents) = migrator.contents()
        {
            contents::print(printer, &contents);
        }
        let question = "Are you sure you want to drop the entire database schema? [y/N]";
        confirm(printer, question, "Aborted dropping the entire database schema", "-f")?;
        printer.line("Dropping the entire database schema");
    }
    let dropped = opened?.drop_schema(args.all_objects)?;
    if !dropped.objects.is_empty() {
        let objects = listed(&dropped.objects);
        printer.detail(&format!("dropped from schema {}: {objects}", dropped.schema));
    }
    leftovers(printer, &dropped, args.all_objects);
    context.say_finished();
    Ok(())
}

/// Says what `drop` has left in the schema.
fn leftovers(printer: &Printer, dropped: &Dropped, all_objects: bool) {
    let program = printer.program();
    if let Some(table) = &dropped.version_table {
        printer.hint(&format!(
            "the version table {table} is in another schema and stands; to empty it: {program} force -1"
        ));
    }
    if dropped.left.is_empty() {
        return;
    }
    printer.hint(&format!("still in schema {}: {}", dropped.schema, listed(&dropped.left)));
    if !all_objects {
        printer.hint(&format!(
            "an up that creates them again fails; to drop them too: {program} drop -all-objects"
        ));
    }
}

/// Kinds and names, as many as a line takes.
fn listed(objects: &[(String, String)]) -> String {
    const MOST: usize = 20;
    let named = objects.iter().take(MOST).map(|(kind, name)| format!("{kind} {name}"));
    let mut text = named.collect::<Vec<_>>().join(", ");
    if objects.len() > MOST {
        text.push_str(&format!(", and {} more", objects.len() - MOST));
    }
    text
}
