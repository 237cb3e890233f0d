//! Commands that set right what `status` shows: `repair` and `renumber`.

use anyhow::Result;
use dbm::text::printable_path as shown;
use dbm::{Error, Repair, Standing, Version, Why};

use crate::cli::answer::{Answer, Body};
use crate::cli::numbers::{digits, required, version_number};
use crate::cli::reading::warn_of_names;
use crate::cli::renumber::{self, RenumberRequest};
use crate::cli::run::{confirmed, declined, open, refused};
use crate::cli::settings::Settings;
use crate::render::error::Complaint;
use crate::render::{self, Printer};

/// Records edited files as the right ones.
///
/// # Errors
///
/// Those of the database and the folder, a version that is not applied, a "no".
pub fn repair(
    settings: &Settings,
    printer: &Printer,
    answer: &mut Answer,
    force: bool,
    versions: &[String],
) -> Result<u8> {
    let versions: Vec<Version> =
        versions.iter().map(|typed| version_number(typed)).collect::<Result<_>>()?;
    let mut migrator = open(settings, printer)?;
    warn_of_names(&migrator, printer);
    let found = migrator.repairable(&versions)?;
    if found.is_empty() {
        printer.line("nothing to repair");
    } else if !force {
        for file in migrator.edited()? {
            if found.iter().any(|repair| repair.version == file.version) {
                render::difference(printer, &file);
            }
        }
        for repair in found.iter().filter(|repair| repair.why != Why::Edited) {
            printer.detail(&described(repair));
        }
        let question = "Record these files, as they are now, as the right ones? [y/N]";
        if !confirmed(printer, question) {
            return Err(declined("Nothing recorded"));
        }
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
    answer.body = Body::Repair(repaired);
    Ok(0)
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

/// Gives a version that is not applied another number.
///
/// # Errors
///
/// Those of the database and the folder, and a version that is applied.
pub fn renumber(
    settings: &Settings,
    version: Option<String>,
    to: Option<String>,
    printer: &Printer,
) -> Result<u8> {
    // golang-migrate has no words for this one: what was mistyped is said before anything is opened.
    let version = version_number(&required(version)?)?;
    let to = to.map(|to| digits(&to).ok_or_else(|| refused("can't read argument N of -to")));
    let to = to.transpose()?;
    let mut migrator = open(settings, printer)?;
    warn_of_names(&migrator, printer);
    let status = migrator.status()?;
    let state = status.state;
    // Of a broken file the row tells where it leads, not which file it was: it may be this one.
    if state.dirty {
        return Err(Error::Dirty { state }.into());
    }
    // What has no file is not called applied: whoever mistyped a version shall be told so.
    let has_file = migrator.source().versions().contains(&version);
    let row = status.rows.iter().find(|row| row.version == version && has_file);
    let is_open = row.is_none_or(|row| matches!(row.standing, Standing::Pending | Standing::Late));
    if let Some(applied) = state.version.filter(|_| !is_open) {
        let message = format!("version {version} is applied");
        let hint = Some(format!(
            "the database is at version {applied}: only what is not applied can get a new number"
        ));
        return Err(Complaint { message, bare: false, hint }.into());
    }
    let request = RenumberRequest { version, to, above: state.version };
    let renumbered =
        renumber::renumber(&settings.folder()?, &request, chrono::Utc::now()).map_err(|error| {
            Complaint { message: error.to_string(), bare: false, hint: error.hint() }
        })?;
    for (old, new) in &renumbered.renamed {
        printer.line(&format!("{} -> {}", shown(old), shown(new)));
    }
    if printer.is_verbose() {
        printer.line(&format!("Renumbered {version} to {}", renumbered.version));
    }
    Ok(0)
}
