//! `load`: makes a database of a schema in a file.

use std::ffi::OsString;
use std::path::Path;

use anyhow::Result;
use dbm::State;
use dbm::text::printable_path;

use crate::cli::context::{Answer, Context};
use crate::cli::open::unconnected_database;
use crate::render::error::Complaint;
use crate::render::format::place;
use crate::render::json::NoBody;

/// load a schema that dump wrote into an empty database
///
/// In one transaction: all of the file or nothing. A database that is not empty is refused. It is then at
/// the version that the file names, and up goes on from there.
#[derive(clap::Args)]
#[command(override_usage = "load FILE")]
pub struct Args {
    #[arg(value_name = "FILE")]
    file: Option<OsString>,
}

/// Runs it. The errors are those of the file and of the database.
pub fn run(context: &Context, args: Args, answer: &mut Answer<NoBody>) -> Result<()> {
    let printer = &context.printer;
    let Some(file) = args.file else {
        let hint = format!("for example: {} load schema.sql", printer.program());
        return Err(Complaint::new("no file given").hint(hint).into());
    };
    let file = Path::new(&file);
    let text = dbm::regular_file::read(file).map_err(|e| Complaint::io("open", file, &e))?;
    let text = String::from_utf8(text)
        .map_err(|_| Complaint::new(format!("{}: is not UTF-8 text", printable_path(file))))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut migrator = unconnected_database(context)?;
    let state = migrator.load(file, text)?;
    answer.state = Some(state);
    printer.line(&format!("{} loaded: the database is {}", printable_path(file), place(state)));
    if state == State::NONE {
        printer.hint("the file names no version: set the one that it is at, with force");
    }
    Ok(())
}
