//! `log`: shows what was run, the newest entry first.

use anyhow::Result;
use dbm::{LogEntry, Version};
use serde::Serialize;

use crate::cli::config::json_flag;
use crate::cli::context::{Answer, Context};
use crate::cli::go_flags::whole_number;
use crate::cli::open::open;
use crate::render::json::{RowItem, direction, millis, utc};
use crate::render::table::{self, Look};

/// show what was run, when, by whom, and for how long
///
/// Reads only: creates nothing and takes no lock. The time taken is the server's, up to the commit: up
/// prints a little more.
#[derive(clap::Args)]
#[command(override_usage = "log", arg = json_flag())]
pub struct Args {
    /// show the newest N entries (0: all)
    #[arg(long, value_name = "N", value_parser = whole_number)]
    n: Option<u64>,
}

/// What happened, as JSON; `None` where the log could not be read.
#[derive(Default, Serialize)]
pub struct LogBody {
    /// The newest entry first.
    pub entries: Option<Vec<EntryItem>>,
}

/// An entry, as [`LogEntry`] has it.
#[derive(Clone, Serialize)]
pub struct EntryItem {
    pub id: i64,
    pub at: Option<String>,
    pub action: String,
    pub direction: Option<&'static str>,
    pub version: Option<Version>,
    pub name: Option<String>,
    pub error: Option<String>,
    pub from: RowItem,
    pub to: RowItem,
    pub up_sha256: Option<String>,
    pub down_sha256: Option<String>,
    pub duration_ms: Option<f64>,
    pub db_role: String,
    pub os_user: Option<String>,
    pub os_host: Option<String>,
    pub program: String,
}

/// Runs it. The errors are those of opening and of the database.
pub fn run(context: &Context, args: Args, answer: &mut Answer<LogBody>) -> Result<()> {
    let mut migrator = open(context)?;
    let entries = match args.n.filter(|count| *count > 0) {
        Some(count) => migrator.newest_in_log(count)?,
        None => migrator.log()?,
    };
    if context.printer.is_json() {
        answer.state = migrator.version().ok();
        answer.body.entries = Some(entries.into_iter().map(EntryItem::of).collect());
    } else {
        table::log(&context.printer, &entries, &Look::of_stdout());
    }
    Ok(())
}

impl EntryItem {
    fn of(entry: LogEntry) -> EntryItem {
        EntryItem {
            id: entry.id,
            at: utc(entry.at),
            action: entry.action.word().to_string(),
            direction: entry.direction.map(direction),
            version: entry.version,
            name: entry.name,
            error: entry.error,
            from: entry.from.into(),
            to: entry.to.into(),
            up_sha256: entry.up.map(|checksum| checksum.to_string()),
            down_sha256: entry.down.map(|checksum| checksum.to_string()),
            duration_ms: entry.took.map(millis),
            db_role: entry.role,
            os_user: entry.os_user,
            os_host: entry.os_host,
            program: entry.program,
        }
    }
}
