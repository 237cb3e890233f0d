//! `status`: shows each version and how it stands.

use anyhow::Result;
use dbm::{Edit, Holder, Standing, Status, StatusRow, Version};
use serde::Serialize;

use crate::cli::config::json_flag;
use crate::cli::context::{Answer, Context};
use crate::cli::open::{open, warn_of_names};
use crate::render::json::{millis, utc};
use crate::render::table::{self, Look};

/// Exit codes of `-exit-code`.
const PENDING: u8 = 3;
const WRONG: u8 = 4;

/// show each version: applied, pending, late, edited, missing
///
/// Reads only: creates nothing and takes no lock. A version is adopted where another tool ran it, and
/// recorded where force or repair declared it applied. A run in progress is named. The time taken is the server's, up to the
/// commit: up prints a little more.
#[derive(clap::Args)]
#[command(override_usage = "status", arg = json_flag())]
pub struct Args {
    /// exit 3 if files are pending, 4 if something is wrong, else 0
    #[arg(long)]
    exit_code: bool,
    /// show what up would run, late files too
    #[arg(long)]
    pending: bool,
    /// show what is applied
    #[arg(long)]
    applied: bool,
    /// show what is late, edited, missing or dirty
    #[arg(long)]
    wrong: bool,
}

/// How things stand, as JSON; `None` where that could not be read.
#[derive(Default, Serialize)]
pub struct StatusBody {
    /// The version table, quoted.
    pub table: Option<String>,
    /// What the log keeps: `texts`, `checksums` or `off`.
    pub log: Option<&'static str>,
    /// Runs in progress.
    pub running: Option<Vec<RunningItem>>,
    /// How many files are pending, shown or not.
    pub pending: Option<usize>,
    /// With how many versions something is wrong, shown or not.
    pub wrong: Option<usize>,
    /// The versions that are to be shown.
    pub migrations: Option<Vec<MigrationItem>>,
}

/// A session that holds the migration lock, as `json.schema.json` describes it.
#[derive(Clone, Serialize)]
pub struct RunningItem {
    pub pid: i32,
    pub application: String,
    pub user: String,
    pub client: String,
    pub since: String,
    pub seconds: Option<u64>,
    pub query: String,
}

/// How one version stands, as `json.schema.json` describes it.
#[derive(Clone, Serialize)]
pub struct MigrationItem {
    pub version: Version,
    pub name: Option<String>,
    pub state: &'static str,
    pub edited: Option<&'static str>,
    pub down_edited: bool,
    pub missing: bool,
    pub no_down: bool,
    pub applied_at: Option<String>,
    pub duration_ms: Option<f64>,
    pub checksum: Option<String>,
}

/// Runs it. The errors are those of opening, of the database and of the folder.
pub fn run(context: &Context, args: Args, answer: &mut Answer<StatusBody>) -> Result<()> {
    let printer = &context.printer;
    let mut migrator = open(context)?;
    warn_of_names(&migrator, context);
    let status = migrator.status()?;
    answer.state = Some(status.state);
    let rows: Vec<&StatusRow> = status.rows.iter().filter(|row| args.shows(row)).collect();
    if !printer.is_json() {
        table::status(printer, &status, &rows, &Look::of_stdout());
    }
    let pending = count(&status, |row| row.standing == Standing::Pending);
    let wrong = count(&status, StatusRow::is_wrong);
    let is_wrong = status.state.dirty || wrong > 0;
    if is_wrong {
        printer.hint(&format!("what to do about it: {} verify", printer.program()));
    }
    if args.exit_code {
        answer.exit_code = match (is_wrong, pending) {
            (true, _) => Some(WRONG),
            (false, 1..) => Some(PENDING),
            (false, 0) => None,
        };
    }
    answer.body = StatusBody {
        migrations: printer.is_json().then(|| rows.into_iter().map(MigrationItem::of).collect()),
        table: Some(status.table),
        log: Some(status.log.name()),
        running: Some(status.running.into_iter().map(RunningItem::of).collect()),
        pending: Some(pending),
        wrong: Some(wrong),
    };
    Ok(())
}

fn count(status: &Status, is_one: impl Fn(&StatusRow) -> bool) -> usize {
    status.rows.iter().filter(|row| is_one(row)).count()
}

impl Args {
    fn shows(&self, row: &StatusRow) -> bool {
        let is_pending = matches!(row.standing, Standing::Pending | Standing::Late);
        let is_all = !(self.pending || self.applied || self.wrong);
        is_all
            || (self.pending && is_pending)
            || (self.applied && !is_pending)
            || (self.wrong && row.is_wrong())
    }
}

impl RunningItem {
    fn of(holder: Holder) -> RunningItem {
        RunningItem {
            pid: holder.pid,
            application: holder.application,
            user: holder.user,
            client: holder.client,
            since: holder.since,
            seconds: holder.elapsed.map(|elapsed| elapsed.as_secs()),
            query: holder.query,
        }
    }
}

impl MigrationItem {
    fn of(row: &StatusRow) -> MigrationItem {
        MigrationItem {
            version: row.version,
            name: row.name.clone(),
            state: standing(row.standing),
            edited: row.edit.map(edit),
            down_edited: row.is_down_edited,
            missing: row.is_missing,
            no_down: row.has_no_down,
            applied_at: row.at.and_then(utc),
            duration_ms: row.took.map(millis),
            checksum: row.checksum.map(|checksum| checksum.to_string()),
        }
    }
}

/// Whether a version is applied, in a word.
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Applied => "applied",
        Standing::Adopted => "adopted",
        Standing::Recorded => "recorded",
        Standing::Pending => "pending",
        Standing::Late => "late",
        Standing::Dirty => "dirty",
        _ => "unknown",
    }
}

/// What an edit changes, in a word.
pub fn edit(edit: Edit) -> &'static str {
    match edit {
        Edit::Cosmetic => "comments",
        _ => "substance",
    }
}
