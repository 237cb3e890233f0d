//! `dump`: writes the schema as SQL, for a file that is kept beside the migrations.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::Result;
use dbm::text::printable_path;
use dbm::{Dump, Dumped, Error, Interrupt, Source, regular_file};

use crate::cli::context::{Answer, Context};
use crate::cli::pg_dump::located;
use crate::cli::replace::replace;
use crate::cli::settings::Opened;
use crate::cli::signals::Signals;
use crate::render::difference::print_texts;
use crate::render::error::Complaint;
use crate::render::event;
use crate::render::format::place;
use crate::render::json::NoBody;
use crate::render::shell::word;
use crate::render::shown::all_shown;

/// print the schema as SQL, for a file in the repository
///
/// Through pg_dump of the server's version or a later one, found on the PATH or where packages put it
/// ($PG_DUMP names another). The same schema gives the same text, byte for byte: without owners,
/// without privileges, without dbm's log; the version stands at the end. load makes a database of it.
#[derive(clap::Args)]
#[command(override_usage = "dump [-o FILE | -check FILE]")]
pub struct Args {
    #[arg(value_name = "FILE", hide = true)]
    file: Option<OsString>,
    /// write this file, whole or not at all, and not standard output
    #[arg(long, value_name = "FILE")]
    o: Option<OsString>,
    /// exit 1 if this file is not what would be written, and show the difference; for CI
    #[arg(long, value_name = "FILE")]
    check: Option<OsString>,
    /// the schema that the migrations make of an empty database, not that of the database itself
    #[arg(long)]
    fresh: bool,
    /// with -fresh, run the migrations on this empty database, not on one of its own
    #[arg(long, value_name = "URL")]
    scratch: Option<String>,
    /// with GRANT and REVOKE
    #[arg(long)]
    privileges: bool,
}

/// What a signal does.
const STOPPING: &str = "Stopping: dropping the scratch database ...";

/// Runs it. The errors are those of opening, of pg_dump and of the file. A file that is stale is none.
pub fn run(context: &Context, args: Args, answer: &mut Answer<NoBody>) -> Result<()> {
    let printer = &context.printer;
    if let Some(file) = &args.file {
        let file = word(&file.to_string_lossy());
        let hint = format!("to write a file: {} dump -o {file}", printer.program());
        return Err(Complaint::new("too many arguments").hint(hint).into());
    }
    if args.o.is_some() && args.check.is_some() {
        return Err(Complaint::new("-o and -check cannot be used together").into());
    }
    if args.scratch.is_some() && !args.fresh {
        return Err(Complaint::new("-scratch is for -fresh alone").into());
    }
    let interrupt = Interrupt::new();
    let opened = match args.fresh {
        false => Opened { url: context.database()?, source: Source::default() },
        true => context.settings()?,
    };
    let Opened { url, source } = opened;
    source.warnings().iter().for_each(|warning| printer.warning(warning));
    if let Some(limit) = context.config.flags.wait {
        dbm::wait(&url, Some(limit), |event| event::print(printer, event))?;
    }
    let mut dump = Dump::new(url);
    if args.fresh {
        let scratch = args.scratch.as_deref().map(|url| context.resolved(url)).transpose()?;
        dump = dump.fresh(source, scratch);
    }
    dump = located(dump).privileges(args.privileges).interrupt(interrupt.clone());
    // Without -fresh there is nothing to be put away: a signal ends it at once.
    let signals = args.fresh.then(|| Signals::catch_to_cancel(interrupt, printer, STOPPING));
    let dumped = match dump.run() {
        Err(Error::Interrupted) => {
            printer.hint("stopped: nothing was written");
            answer.exit_code = signals.and_then(|signals| signals.stopped()).or(Some(1));
            return Ok(());
        }
        dumped => dumped?,
    };
    answer.state = Some(dumped.state);
    for warning in &dumped.warnings {
        printer.warning(&format!("pg_dump: {warning}"));
    }
    match (&args.check, &args.o) {
        (Some(file), _) => {
            if !check(context, &args, Path::new(file), &dumped)? {
                answer.exit_code = Some(1);
            }
        }
        (None, Some(file)) if file != "-" => write(context, Path::new(file), &dumped)?,
        _ if std::io::stdout().is_terminal() => {
            printer.answer(&format!("{}\n", all_shown(&dumped.text)));
        }
        _ => printer.answer(&dumped.text),
    }
    Ok(())
}

fn write(context: &Context, file: &Path, dumped: &Dumped) -> Result<()> {
    let is_new = replace(file, &dumped.text)?;
    let (shown, at) = (printable_path(file), place(dumped.state));
    context.printer.line(&match is_new {
        true => format!("{shown} written, {at}"),
        false => format!("{shown} is up to date, {at}"),
    });
    Ok(())
}

/// Whether the file is what would be written; says so.
fn check(context: &Context, args: &Args, file: &Path, dumped: &Dumped) -> Result<bool> {
    let printer = &context.printer;
    let shown = printable_path(file);
    let flags = [("-fresh", args.fresh), ("-privileges", args.privileges)];
    let flags = flags.iter().filter(|(_, is_on)| *is_on).map(|(flag, _)| format!(" {flag}"));
    let flags: String = flags.collect();
    let name = word(&file.to_string_lossy());
    let hint = format!("to write it: {} dump{flags} -o {name}", printer.program());
    let read = regular_file::read(file);
    let there = read.map_err(|reason| Complaint::io("open", file, &reason).hint(&hint))?;
    let there = String::from_utf8_lossy(&there).replace("\r\n", "\n");
    if there == dumped.text {
        printer.line(&format!("{shown} is up to date, {}", place(dumped.state)));
        return Ok(true);
    }
    let of = if args.fresh { "what the migrations make" } else { "the database's schema" };
    printer.error(&format!("{shown} is stale: it is not {of}, {}", place(dumped.state)));
    print_texts(printer, &[shown, of.to_string()], &there, &dumped.text);
    let Dumped { program, program_version, server_version, .. } = dumped;
    if program_version != server_version {
        let program = printable_path(&PathBuf::from(program));
        printer.hint(&format!(
            "the server is of version {server_version}, and {program} of version {program_version}: \
             another pg_dump may write another text"
        ));
    }
    printer.hint(&hint);
    Ok(false)
}
