//! `create`: makes the files of a new migration. The work is done in `cli::create`; here are its
//! flags.

use std::ffi::{OsStr, OsString};

use anyhow::Result;
use chrono::Utc;
use clap::ValueHint::DirPath;

use crate::cli::context::{Answer, Context};
use crate::cli::create::{CreateRequest, create};
use crate::cli::go_flags::BEFORE_WORDS;
use crate::render::error::Complaint;
use crate::render::json::NoBody;
use crate::render::shell::word;

/// create two empty files, numbered by time or in sequence
///
/// golang-migrate's command; new makes .sql files that are numbered as the others are. Needs no
/// database. Prints the paths of the two files.
#[derive(clap::Args)]
#[command(override_usage = "create NAME")]
#[group(id = BEFORE_WORDS, multiple = true)]
pub struct Args {
    /// the files' extension, for instance sql; required
    #[arg(long, value_name = "E", default_value = "")]
    ext: String,
    /// the folder, created if it is missing (-path, if given, or else the working directory)
    #[arg(long, value_name = "D", default_value = "", value_hint = DirPath)]
    dir: OsString,
    /// use the number after the highest instead of the time
    #[arg(long)]
    seq: bool,
    /// with -seq, pad numbers to N digits (as the others are, or 6)
    #[arg(long, value_name = "N", value_parser = integer)]
    digits: Option<i64>,
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
        let hint = in_place_of_create(context, &args.dir, &name);
        return Err(Complaint::new("-ext flag must be specified").hint(hint).into());
    }
    let is_path_given =
        context.config.flags.path.is_some() || context.config.flags.source.is_some();
    let dir = match args.dir.is_empty() && is_path_given {
        true => context.folder()?.path,
        false => args.dir.into(),
    };
    let request = CreateRequest {
        program: context.printer.program().to_string(),
        name,
        ext: args.ext,
        dir,
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

/// The command that makes what was probably wanted.
fn in_place_of_create(context: &Context, dir: &OsStr, name: &str) -> String {
    let name = word(&name.split_whitespace().collect::<Vec<_>>().join("_"));
    let path = match dir.to_string_lossy() {
        dir if dir.is_empty() => String::new(),
        dir => format!(" -path {}", word(&dir)),
    };
    format!("to create a pair of .sql files: {}{path} new {name}", context.printer.program())
}
