//! `create`: makes the files of a new migration. The work is done in `cli::create`; here are its
//! flags.

use std::ffi::OsString;

use anyhow::Result;
use chrono::Utc;

use crate::cli::context::{Answer, Context};
use crate::cli::create::{CreateRequest, create};
use crate::cli::go_flags::BEFORE_WORDS;
use crate::render::error::Complaint;
use crate::render::json::NoBody;

/// create two empty files, numbered by time or in sequence
///
/// Needs no database. Prints the paths of the two files.
#[derive(clap::Args)]
#[command(override_usage = "create NAME")]
#[group(id = BEFORE_WORDS, multiple = true)]
pub struct Args {
    /// the files' extension, for instance sql; required
    #[arg(long, value_name = "E", default_value = "")]
    ext: String,
    /// the folder, created if it is missing (the working directory)
    #[arg(long, value_name = "D", default_value = "")]
    dir: OsString,
    /// use the number after the highest instead of the time
    #[arg(long)]
    seq: bool,
    /// with -seq, pad numbers to N digits (6)
    #[arg(long, value_name = "N", default_value = "6", value_parser = integer)]
    digits: i64,
    /// how to write the time: unix, unixNano, or a Go time layout (20060102150405)
    #[arg(long, value_name = "F")]
    format: Option<String>,
    /// the time zone (UTC)
    #[arg(long, value_name = "Z", default_value = "UTC")]
    tz: String,
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

fn integer(text: &str) -> Result<i64, &'static str> {
    text.parse().map_err(|_| "parse error")
}

/// Runs it. Errors are in golang-migrate's words where it has them.
pub fn run(context: &Context, args: Args, _: &mut Answer<NoBody>) -> Result<()> {
    let name = args.name.ok_or_else(|| Complaint::new("please specify name"))?;
    if args.ext.is_empty() {
        return Err(Complaint::new("-ext flag must be specified").into());
    }
    let request = CreateRequest {
        program: context.printer.program().to_string(),
        name,
        ext: args.ext,
        dir: args.dir.into(),
        sequential: args.seq,
        digits: args.digits,
        format: args.format,
        zone: args.tz,
    };
    let created = create(&request, Utc::now())?;
    for path in created.paths {
        context.printer.line(&path.display().to_string());
    }
    if let Some(hint) = created.hint {
        context.printer.hint(&hint);
    }
    Ok(())
}
