//! `repair`: accepts files as they are now.

use anyhow::Result;
use dbm::{Repair, Version, Why};
use serde::Serialize;

use crate::cli::config::json_flag;
use crate::cli::context::{Answer, Context};
use crate::cli::numbers::version_number;
use crate::cli::open::{open, warn_of_names};
use crate::cli::prompt::confirm;
use crate::render::{contents, difference};

/// accept edited files as they are now
///
/// Asks first, unless -f. Changes neither the schema nor the version: it records in the log that the
/// files are right as they are now, of all edited versions or of those that are named. A late version
/// that is named is recorded as applied.
#[derive(clap::Args)]
#[command(override_usage = "repair [V...]", arg = json_flag())]
pub struct Args {
    /// do not ask
    #[arg(long)]
    f: bool,
    #[arg(value_name = "V")]
    versions: Vec<String>,
}

/// What was recorded, as JSON.
#[derive(Default, Serialize)]
pub struct RepairBody {
    /// A version each.
    pub repaired: Vec<RepairItem>,
}

/// A version whose files were recorded, as `json.schema.json` describes it.
#[derive(Serialize)]
pub struct RepairItem {
    pub version: Version,
    pub name: Option<String>,
    pub why: &'static str,
}

/// Runs it. The errors are those of the database and the folder, a version that is not applied, a "no".
pub fn run(context: &Context, args: Args, answer: &mut Answer<RepairBody>) -> Result<()> {
    let printer = &context.printer;
    let versions: Vec<Version> =
        args.versions.iter().map(|typed| version_number(typed)).collect::<Result<_, _>>()?;
    let mut migrator = open(context)?;
    warn_of_names(&migrator, context);
    let found = migrator.repairable(&versions)?;
    if found.is_empty() {
        printer.line("nothing to repair");
    } else if !args.f {
        if let Ok(contents) = migrator.contents() {
            contents::print(printer, &contents);
        }
        for file in migrator.edited()? {
            if found.iter().any(|repair| repair.version == file.version) {
                difference::print(printer, &file);
            }
        }
        for repair in found.iter().filter(|repair| repair.why != Why::Edited) {
            printer.detail(&described(repair));
        }
        let question = "Accept these files as they are now? [y/N]";
        confirm(printer, question, "Nothing recorded", "-f")?;
    }
    let repaired = match found.is_empty() {
        true => found,
        false => migrator.repair(&versions)?,
    };
    for repair in &repaired {
        printer.line(&format!("recorded {}", described(repair)));
    }
    if printer.is_json() {
        answer.state = migrator.version().ok();
    }
    let item = |Repair { version, name, why, .. }| RepairItem { version, name, why: word(why) };
    answer.body.repaired = repaired.into_iter().map(item).collect();
    context.say_finished();
    Ok(())
}

fn described(repair: &Repair) -> String {
    let name = repair.name.as_deref().unwrap_or("<empty>");
    let why = match repair.why {
        Why::Edited => "",
        Why::DownEdited => " (the down file alone)",
        _ => " as applied",
    };
    format!("{} {name}{why}", repair.version)
}

/// What was the matter, in a word.
pub fn word(why: Why) -> &'static str {
    match why {
        Why::DownEdited => "down-edited",
        Why::Late => "late",
        _ => "edited",
    }
}
