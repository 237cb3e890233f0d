//! Commands that only read: `version`, `status`, `verify` and `log`.

use anyhow::Result;
use dbm::{FindingKind, Migrator, Standing, StatusRow};

use crate::cli::Filter;
use crate::cli::answer::{Answer, Body};
use crate::cli::run::open;
use crate::cli::settings::Settings;
use crate::render::error::Complaint;
use crate::render::table::{self, Look};
use crate::render::{Printer, findings};

/// Exit codes of `status -exit-code`.
const PENDING: u8 = 3;
const WRONG: u8 = 4;

/// Prints the version.
///
/// # Errors
///
/// No version is one, as with golang-migrate.
pub fn version(settings: &Settings, printer: &Printer, answer: &mut Answer) -> Result<u8> {
    let state = open(settings, printer)?.version()?;
    answer.state = Some(state);
    match (state.version, state.dirty) {
        (Some(version), false) => printer.line(&version.to_string()),
        (Some(version), true) => printer.line(&format!("{version} (dirty)")),
        (None, dirty) => {
            let hint = dirty.then(|| {
                "the database is dirty: the down file of the first version did not finish"
                    .to_string()
            });
            let message = "no migration".to_string();
            return Err(Complaint { message, bare: false, hint }.into());
        }
    }
    Ok(0)
}

/// Shows how the database and the folder stand to each other.
///
/// # Errors
///
/// Those of the database and the folder.
pub fn status(
    settings: &Settings,
    printer: &Printer,
    answer: &mut Answer,
    exit_code: bool,
    filter: Filter,
) -> Result<u8> {
    let mut migrator = open(settings, printer)?;
    warn_of_names(&migrator, printer);
    let status = migrator.status()?;
    answer.state = Some(status.state);
    let rows: Vec<StatusRow> =
        status.rows.iter().filter(|row| filter.shows(row)).cloned().collect();
    if !printer.is_json() {
        table::status(&status, &rows.iter().collect::<Vec<_>>(), &Look::of_stdout());
    }
    let wrong = status.state.dirty || status.rows.iter().any(StatusRow::is_wrong);
    let pending = status.rows.iter().any(|row| row.standing == Standing::Pending);
    if wrong {
        printer.hint(&format!("{} verify tells what to do about it", printer.program()));
    }
    answer.body = Body::Status(Box::new(status), rows);
    Ok(match (exit_code, wrong, pending) {
        (true, true, _) => WRONG,
        (true, false, true) => PENDING,
        _ => 0,
    })
}

impl Filter {
    fn shows(self, row: &StatusRow) -> bool {
        let is_pending = matches!(row.standing, Standing::Pending | Standing::Late);
        let is_all = !(self.pending || self.applied || self.wrong);
        is_all
            || (self.pending && is_pending)
            || (self.applied && !is_pending)
            || (self.wrong && row.is_wrong())
    }
}

/// Checks the folder, and the database if one is given.
///
/// # Errors
///
/// Those of the folder and the database. What is found is no error.
pub fn verify(
    settings: &Settings,
    printer: &Printer,
    answer: &mut Answer,
    offline: bool,
    allow: &[FindingKind],
) -> Result<u8> {
    let (folder, url) = settings.folder_and_url()?;
    let mut found = dbm::verify_folder(&folder, &url)?;
    let asks = !offline && settings.has_database();
    // Two files of one version: which of them ran nobody can say.
    let source = dbm::Source::folder_as(&folder, &url);
    // Nearly always it is the wrong folder, and CI must not take that for a good one.
    if found.is_empty() && source.as_ref().is_ok_and(|source| source.versions().is_empty()) {
        return Err(dbm::Error::EmptySource.into());
    }
    let is_clear = source.is_ok();
    if asks && is_clear {
        let mut migrator = open(settings, printer)?;
        let status = migrator.status()?;
        answer.state = Some(status.state);
        let indexes = migrator.invalid_indexes()?;
        found.extend(dbm::verify_database(migrator.source(), &status, &indexes));
        found.sort_by_key(|finding| (finding.version.is_none(), finding.version));
    }
    found.retain(|finding| !allow.contains(&finding.kind));
    if !printer.is_json() {
        findings::print(&found, printer, asks && is_clear);
    }
    if asks && !is_clear {
        printer.warning("the database was not looked at: first fix the folder");
    }
    let is_wrong = found.iter().any(|finding| !finding.is_note);
    answer.body = Body::Verify(found);
    Ok(u8::from(is_wrong))
}

/// Shows the log, the newest entry first.
///
/// # Errors
///
/// Those of the database and the folder.
pub fn log(
    settings: &Settings,
    printer: &Printer,
    answer: &mut Answer,
    limit: Option<u64>,
) -> Result<u8> {
    let mut migrator = open(settings, printer)?;
    let mut entries = migrator.log()?;
    if let Some(limit) = limit.filter(|limit| *limit > 0) {
        entries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    if printer.is_json() {
        answer.state = migrator.version().ok();
    } else {
        table::log(&entries, &Look::of_stdout());
    }
    answer.body = Body::Log(entries);
    Ok(0)
}

/// Says which file names look odd.
pub fn warn_of_names(migrator: &Migrator, printer: &Printer) {
    for warning in migrator.source().warnings() {
        printer.warning(warning);
    }
}
