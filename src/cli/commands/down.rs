//! `down`: runs down files.

use anyhow::Result;

use crate::cli::config::json_flag;
use crate::cli::context::{Answer, Context};
use crate::cli::go_flags::BEFORE_WORDS;
use crate::cli::numbers::limit_number;
use crate::cli::open::{open, open_to_write};
use crate::cli::prompt::confirm;
use crate::cli::run_files::{End, RunBody, run_files};
use crate::render::contents::{self, several};
use crate::render::error::Complaint;
use crate::render::format::place;

/// run the down files of the last N versions, or of all
///
/// Without N and without -all it names the database and what is in it, and asks first.
#[derive(clap::Args)]
#[command(override_usage = "down [N]", arg = json_flag())]
pub struct Args {
    /// run all down files, without asking
    #[arg(long, group = BEFORE_WORDS)]
    all: bool,
    /// run texts of the log although others may have written them
    #[arg(long)]
    from_log: bool,
    /// run all files in one transaction: all or nothing
    #[arg(long)]
    single_transaction: bool,
    #[arg(value_name = "N")]
    words: Vec<String>,
}

/// Runs it. The errors are those of opening and of the run, and a "no".
pub fn run(context: &Context, args: Args, answer: &mut Answer<RunBody>) -> Result<()> {
    let printer = &context.printer;
    let is_sure = args.all || !args.words.is_empty();
    let migrator = if is_sure { open_to_write(context) } else { open(context) };
    let mut migrator =
        migrator?.from_log(args.from_log).single_transaction(args.single_transaction);
    let limit = limit(args.all, &args.words)?;
    let asks = limit.is_none() && !args.all;
    if asks {
        if let Ok(contents) = migrator.contents() {
            contents::print(printer, &contents);
        }
        let question = "Are you sure you want to apply all down migrations? [y/N]";
        confirm(printer, question, "Not applying all down migrations", "-all")?;
        printer.line("Applying all down migrations");
    }
    let end = End::of(args.single_transaction);
    run_files(context, answer, migrator, end, |migrator| match limit {
        Some(count) => migrator.down_by(count),
        None => migrator.down_all(),
    })?;
    if asks && let Some(state) = answer.state {
        let files = several(answer.body.files.len() as u64, "down file");
        printer.detail(&format!("{files} run; the database is {}", place(state)));
    }
    Ok(())
}

/// `None` is all.
fn limit(all: bool, words: &[String]) -> Result<Option<u64>, Complaint> {
    match (all, words) {
        (_, []) => Ok(None),
        (true, _) => Err(Complaint::new("-all cannot be used with other arguments")),
        (false, [limit]) => limit_number(limit).map(Some),
        (false, _) => Err(Complaint::new("too many arguments")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_one_number_or_all() {
        let words = |words: &[&str]| words.iter().map(|w| w.to_string()).collect::<Vec<_>>();
        let limit = |all, typed: &[&str]| limit(all, &words(typed)).map_err(|e| e.to_string());
        assert_eq!(limit(false, &["2"]), Ok(Some(2)));
        assert_eq!(limit(true, &[]), Ok(None));
        assert_eq!(limit(true, &["1"]), Err("-all cannot be used with other arguments".into()));
        assert_eq!(limit(false, &["1", "2"]), Err("too many arguments".into()));
        assert_eq!(limit(false, &["x"]), Err("can't read limit argument N".into()));
    }
}
