//! `renumber`: gives a version that is not applied another number. The files are renamed in
//! `cli::renumber`; here the database is asked whether that is allowed.

use anyhow::Result;
use chrono::Utc;
use dbm::numbering::parse_number;
use dbm::text::printable_path;
use dbm::{Error, Standing};

use crate::cli::context::{Answer, Context};
use crate::cli::numbers::{required, version_number};
use crate::cli::open::{open, warn_of_names};
use crate::cli::renumber::{RenumberRequest, renumber};
use crate::render::error::Complaint;
use crate::render::json::NoBody;

/// give a version that is not applied the next number
///
/// Renames the files of version V, and changes nothing in the database. What is applied keeps its
/// number.
#[derive(clap::Args)]
#[command(override_usage = "renumber V")]
pub struct Args {
    #[arg(value_name = "V")]
    version: Option<String>,
    /// the new number (the one after the last)
    #[arg(long, value_name = "N")]
    to: Option<String>,
}

/// Runs it. The errors are those of the database and the folder, and a version that is applied.
pub fn run(context: &Context, args: Args, _: &mut Answer<NoBody>) -> Result<()> {
    let printer = &context.printer;
    // golang-migrate has no words for this one: what was mistyped is said before anything is opened.
    let version = version_number(&required(args.version)?)?;
    let unread = || Complaint::new("can't read argument N of -to");
    let to = args.to.map(|to| parse_number(&to).ok_or_else(unread)).transpose()?;
    let mut migrator = open(context)?;
    warn_of_names(&migrator, context);
    let status = migrator.status()?;
    let state = status.state;
    // Of a broken file the row tells where it leads, not which file it was: it may be this one.
    if state.dirty {
        return Err(Error::dirty(state, migrator.source().versions()).into());
    }
    // What has no file is not called applied: whoever mistyped a version shall be told so.
    let has_file = migrator.source().versions().contains(&version);
    let row = status.rows.iter().find(|row| row.version == version && has_file);
    let is_open = row.is_none_or(|row| matches!(row.standing, Standing::Pending | Standing::Late));
    if let Some(applied) = state.version.filter(|_| !is_open) {
        let hint = format!(
            "the database is at version {applied}: only what is not applied can get a new number"
        );
        return Err(Complaint::new(format!("version {version} is applied")).hint(hint).into());
    }
    let request = RenumberRequest { version, to, above: state.version };
    let renumbered = renumber(&context.folder()?.path, &request, Utc::now())?;
    for (old, new) in &renumbered.renamed {
        printer.line(&format!("{} -> {}", printable_path(old), printable_path(new)));
    }
    printer.step(&format!("Renumbered {version} to {}", renumbered.version));
    context.say_finished();
    Ok(())
}
