//! `force`: sets the version row and runs nothing.

use std::io::IsTerminal;

use anyhow::Result;
use dbm::numbering::parse_number;
use dbm::{MAX_VERSION, State, Version};

use crate::cli::context::{Answer, Context};
use crate::cli::numbers::required;
use crate::cli::open::open;
use crate::render::contents;
use crate::render::error::Complaint;
use crate::render::format::place;
use crate::render::json::NoBody;

/// set the version to V and run nothing (-1: nothing applied)
///
/// For a database that is dirty: fix by hand what the broken file left, then force the version that
/// is really applied. It never asks; on a terminal it names the database and what is in it.
#[derive(clap::Args)]
#[command(override_usage = "force V")]
pub struct Args {
    #[arg(value_name = "V", allow_negative_numbers = true)]
    version: Option<String>,
}

/// Runs it. The errors are those of opening and of the database.
pub fn run(context: &Context, args: Args, _: &mut Answer<NoBody>) -> Result<()> {
    let printer = &context.printer;
    let mut migrator = open(context)?;
    let version = version(&required(args.version)?)?;
    // golang-migrate does not ask. A person sees where it happens.
    let is_seen = std::io::stderr().is_terminal();
    if is_seen && let Ok(contents) = migrator.contents() {
        contents::print(printer, &contents);
    }
    migrator.force(version)?;
    if is_seen {
        printer.detail(&format!("forced: the database is {}", place(State::clean(version))));
    }
    context.say_finished();
    Ok(())
}

/// `-1` is nothing applied.
fn version(text: &str) -> Result<Option<Version>, Complaint> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let number = parse_number(digits).filter(|number| *number <= MAX_VERSION);
    let number = number.ok_or_else(|| Complaint::new("can't read version argument V"))?;
    match (text.starts_with('-'), number) {
        (false, number) => Ok(Some(number)),
        (true, 0) => Ok(Some(0)),
        (true, 1) => Ok(None),
        (true, _) => Err(Complaint::new("argument V must be >= -1")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minus_one_is_nothing_applied() {
        let forced = |text: &str| version(text).map_err(|e| e.to_string());
        assert_eq!(forced("-1"), Ok(None));
        assert_eq!(forced("+2"), Ok(Some(2)));
        assert_eq!(forced("-2"), Err("argument V must be >= -1".to_string()));
        for text in ["x", "", "-", "9223372036854775808"] {
            assert_eq!(forced(text), Err("can't read version argument V".to_string()), "{text}");
        }
    }
}
