//! `show`: prints the text of a version, from the folder or the log.

use std::io::IsTerminal;

use anyhow::Result;
use dbm::{Direction, LoggedText, Version};

use crate::cli::context::{Answer, Context};
use crate::cli::numbers::{required, version_number};
use crate::cli::open::open_database;
use crate::render::error::Complaint;
use crate::render::json::NoBody;
use crate::render::shown::all_shown;

/// print the SQL of a version, from the folder or the log
///
/// The text alone goes to standard output. No database is needed for a file that is in the folder; one
/// that is not is looked for in the log.
#[derive(clap::Args)]
#[command(override_usage = "show V [-down]")]
pub struct Args {
    #[arg(value_name = "V")]
    version: Option<String>,
    /// the down file, not the up file
    #[arg(long)]
    down: bool,
    /// the log's text, even where the file is in the folder
    #[arg(long)]
    from_log: bool,
}

/// Runs it. The errors are those of the folder and the database, and that there is no such text.
pub fn run(context: &Context, args: Args, _: &mut Answer<NoBody>) -> Result<()> {
    let version = version_number(&required(args.version)?)?;
    let direction = if args.down { Direction::Down } else { Direction::Up };
    if !args.from_log {
        let folder = context.folder()?;
        let source = context.source(&folder)?;
        if let Some(entry) = source.entry(version, direction) {
            print(context, &entry.read()?);
            return Ok(());
        }
        if !context.has_database() {
            let hint = "the log may have its text: give -database URL, or set DATABASE_URL";
            return Err(absent(version, direction, "in this folder").hint(hint).into());
        }
    }
    let logged = open_database(context)?.logged_text(version, direction)?;
    let Some(LoggedText { text, .. }) = logged else {
        let place = if args.from_log { "in the log" } else { "in this folder or in the log" };
        let program = context.printer.program();
        let hint = format!("to list the versions, run: {program} status");
        return Err(absent(version, direction, place).hint(hint).into());
    };
    let text = text.map_err(|why| {
        Complaint::new(format!(
            "the log's {direction} text of version {version} is not what ran: {why}"
        ))
    })?;
    if !args.from_log {
        let printer = &context.printer;
        printer.hint(&format!(
            "version {version} has no {direction} file in this folder: this is its text in the log"
        ));
    }
    print(context, &text);
    Ok(())
}

fn absent(version: Version, direction: Direction, place: &str) -> Complaint {
    Complaint::new(format!("version {version} has no {direction} file {place}"))
}

/// Byte for byte, but for a terminal, which would obey some of them.
fn print(context: &Context, text: &str) {
    match std::io::stdout().is_terminal() {
        true => context.printer.answer(&format!("{}\n", all_shown(text))),
        false => context.printer.answer(text),
    }
}
