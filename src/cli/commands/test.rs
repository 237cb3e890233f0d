//! `test`: proves on a scratch database that each down file undoes its up file.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use dbm::{
    DatabaseUrl, Error, Extra, FileName, Interrupt, PairOutcome, PairProof, Proof, ProofEvent,
    Source, Version, parse_file_name,
};
use serde::Serialize;

use crate::cli::config::json_flag;
use crate::cli::context::{Answer, Context};
use crate::cli::fix;
use crate::cli::format::{Format, format};
use crate::cli::git::changed_since;
use crate::cli::numbers::{Versions, version, versions};
use crate::cli::pair_items::PairItem;
use crate::cli::settings::Folder;
use crate::cli::signals::Signals;
use crate::render::error::Complaint;
use crate::render::event;
use crate::render::format::duration;
use crate::render::pairs::{self, Tried};
use crate::render::table::{self, Look};

/// prove on a scratch database that each down file undoes its up file
///
/// A database is made on the server of -database, and dropped at the end; the database of -database
/// itself is not touched. For each version it runs the up file, the down file, and the up file again,
/// and compares everything that the catalogs hold. For a pair that fails it shows what is left behind,
/// missing or changed, and the statements that the down file lacks.
///
/// Exits 1 if a pair fails.
#[derive(clap::Args)]
#[command(override_usage = "test", arg = json_flag())]
pub struct Args {
    /// the first version to try; those below it are only run up
    #[arg(long, value_name = "V", value_parser = version)]
    from: Option<Version>,
    /// the last version to try
    #[arg(long, value_name = "V", value_parser = version)]
    to: Option<Version>,
    /// try these versions only: 7,9
    #[arg(long, value_name = "V[,V]", value_parser = versions)]
    only: Option<Versions>,
    /// try the versions only whose files differ from this revision of git, a branch for example
    #[arg(long, value_name = "REV")]
    since_git: Option<String>,
    /// use this empty database, and empty it again; else one is created
    #[arg(long, value_name = "URL")]
    scratch: Option<String>,
    /// keep the scratch database, to look at it
    #[arg(long)]
    keep: bool,
    /// write the statements into the down files, and try those again
    #[arg(long)]
    fix: bool,
    /// write the results to this file, as JUnit's XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// text; json: as -json; github: annotations of a GitHub workflow (text)
    #[arg(long, value_name = "FORMAT", value_parser = format())]
    format: Option<Format>,
}

impl Args {
    /// Whether the answer is to be JSON.
    pub fn is_json(&self) -> bool {
        self.format == Some(Format::Json)
    }
}

/// What came of it, as JSON; `None` where nothing could be tried.
#[derive(Default, Serialize)]
pub struct TestBody {
    /// The pairs, ascending.
    pub pairs: Option<Vec<PairItem>>,
}

/// What a run works on.
struct Work<'a> {
    context: &'a Context,
    args: &'a Args,
    /// Beside which the scratch database is made; `None` where that is given and no other.
    target: Option<DatabaseUrl>,
    scratch: Option<DatabaseUrl>,
    interrupt: Interrupt,
    look: Look,
}

/// Runs it. The errors are those of the folder and the database. That a pair fails is no error.
pub fn run(context: &Context, args: Args, answer: &mut Answer<TestBody>) -> Result<()> {
    let Context { config, printer, .. } = context;
    if config.json && args.format.is_some_and(|format| format != Format::Json) {
        return Err(Complaint::new("-json cannot be used with another -format").into());
    }
    if args.fix && args.keep {
        return Err(Complaint::new("-fix cannot be used with -keep").into());
    }
    let folder = context.folder()?;
    let is_alone = args.scratch.is_some() && !context.has_database();
    let target = if is_alone { None } else { Some(context.database()?) };
    let scratch = args.scratch.as_deref().map(|url| context.resolved(url)).transpose()?;
    let source = context.source(&folder)?;
    source.warnings().iter().for_each(|warning| printer.warning(warning));
    if source.versions().is_empty() {
        return Err(Error::EmptySource.into());
    }
    let wanted = args.wanted(&folder, &source, printer.program())?;
    if let (Some(limit), Some(url)) = (config.flags.wait, target.as_ref().or(scratch.as_ref())) {
        dbm::wait(url, Some(limit), |event| event::print(printer, event))?;
    }
    let interrupt = Interrupt::new();
    let says = "Stopping: dropping the scratch database ...";
    let signals = Signals::catch_to_cancel(interrupt.clone(), printer, says);
    let begun = Instant::now();
    let look = Look::of_stdout();
    let work = Work { context, args: &args, target, scratch, interrupt, look };
    let mut tried = Vec::new();
    let mut ended = work.try_pairs(&source, &wanted, &mut tried);
    let mut fixed = BTreeSet::new();
    if args.fix && matches!(ended, Ok(false)) {
        fixed = work.fix(&folder, &tried)?;
        if !fixed.is_empty() {
            let mut again = Vec::new();
            let versions: Vec<Version> = fixed.iter().copied().collect();
            ended = work.try_pairs(&context.source(&folder)?, &versions, &mut again);
            for one in again {
                tried.retain(|other| other.version() != one.version());
                tried.push(one);
            }
            tried.sort_by_key(Tried::version);
        }
    }
    let took = begun.elapsed();
    let item = |one: &Tried| PairItem::of(one, fixed.contains(&one.version()));
    let is_unknown = ended.is_err() && tried.is_empty();
    answer.body.pairs = (!is_unknown).then(|| tried.iter().map(item).collect());
    let is_stopped = ended?;
    if let Some(file) = &args.junit {
        std::fs::write(file, pairs::junit(&tried, took))
            .map_err(|error| Complaint::io("write", file, &error))?;
    }
    work.conclude(&tried, &fixed, pairs::conclusion(&tried, took));
    if is_stopped {
        printer.hint(&format!("stopped: {} of {} pairs were tried", tried.len(), wanted.len()));
        answer.exit_code = signals.stopped();
    } else if tried.iter().any(Tried::is_failed) {
        answer.exit_code = Some(1);
    }
    context.say_finished();
    Ok(())
}

impl Args {
    /// The versions to try.
    fn wanted(&self, folder: &Folder, source: &Source, program: &str) -> Result<Vec<Version>> {
        let all = source.versions();
        if let Some(absent) = self.only.iter().flat_map(|only| &only.0).find(|v| !all.contains(v)) {
            let hint = format!("to list the versions, run: {program} status");
            return Err(Complaint::new(format!("version {absent} has no file here"))
                .hint(hint)
                .into());
        }
        let in_range = |version: &Version| {
            self.from.is_none_or(|from| *version >= from)
                && self.to.is_none_or(|to| *version <= to)
                && self.only.as_ref().is_none_or(|only| only.0.contains(version))
        };
        let mut wanted: Vec<Version> = all.iter().copied().filter(in_range).collect();
        if wanted.is_empty() {
            return Err(Complaint::new("no version of the folder is among those").into());
        }
        if let Some(revision) = &self.since_git {
            let names = changed_since(&folder.path, revision)?;
            let of_pairs: BTreeSet<Version> = names
                .iter()
                .filter_map(|name| match parse_file_name(name) {
                    FileName::Migration { version, .. } => Some(version),
                    _ => None,
                })
                .collect();
            let is_beside = |version: &Version| {
                [Extra::Seed, Extra::Check].iter().flat_map(|e| source.extras(*version, *e)).any(
                    |entry| {
                        let name = entry.path().file_name().unwrap_or_default().to_string_lossy();
                        names.contains(&*name)
                    },
                )
            };
            wanted.retain(|version| of_pairs.contains(version) || is_beside(version));
        }
        Ok(wanted)
    }
}

impl Work<'_> {
    /// Tries these versions, and shows what comes of them as it comes; whether it was stopped.
    fn try_pairs(
        &self,
        source: &Source,
        wanted: &[Version],
        tried: &mut Vec<Tried>,
    ) -> Result<bool> {
        let printer = &self.context.printer;
        if wanted.is_empty() {
            return Ok(false);
        }
        let proof = match (&self.target, &self.scratch) {
            (Some(target), Some(scratch)) => {
                Proof::new(target.clone(), source.clone()).scratch(scratch.clone())
            }
            (Some(url), None) => Proof::new(url.clone(), source.clone()),
            (None, Some(scratch)) => Proof::on_scratch(scratch.clone(), source.clone()),
            (None, None) => return Ok(false),
        };
        let proof =
            proof.only(wanted.to_vec()).keep(self.args.keep).interrupt(self.interrupt.clone());
        let result = proof.run(|event| match event {
            ProofEvent::Started { database, pairs } => {
                printer.step(&format!("Scratch database {database}"));
                printer.progress().begin(*pairs);
            }
            ProofEvent::Trying { version, name } => {
                printer.progress().start(&format!("{version} {name}"));
            }
            ProofEvent::Tried(pair) => {
                let PairProof { version, name, outcome, took, .. } = &**pair;
                let result = table::result(outcome);
                printer.step(&format!("{version} {name}: {result} ({})", duration(*took)));
                printer.progress().finish();
                let one = Tried::new((**pair).clone(), source);
                self.show(&one);
                tried.push(one);
            }
            _ => {}
        });
        printer.progress().end();
        let report = result?;
        if let Some(name) = &report.kept {
            printer.hint(&match self.scratch {
                None => format!(
                    "the scratch database is kept; to drop it, in psql: DROP DATABASE {name};"
                ),
                Some(_) => format!("the scratch database is kept as it is: {name}"),
            });
        }
        Ok(report.is_stopped)
    }

    fn show(&self, one: &Tried) {
        let printer = &self.context.printer;
        if printer.is_json() {
            return;
        }
        printer.answer(&match self.args.format {
            Some(Format::Github) => pairs::annotations(one),
            // The differences of the files have the statements.
            _ => pairs::failed(one, !self.args.fix, &self.look),
        });
    }

    /// Writes the statements that down files lack; which versions.
    fn fix(&self, folder: &Folder, tried: &[Tried]) -> Result<BTreeSet<Version>> {
        let printer = &self.context.printer;
        let mut fixed = BTreeSet::new();
        for one in tried {
            let Some(change) = fix::change(one)? else { continue };
            fix::write(&folder.path, &change)?;
            if !printer.is_json() {
                let texts = (change.before.as_str(), change.after.as_str());
                pairs::print_difference(printer, &change.path, texts, &self.look);
            }
            fixed.insert(one.version());
        }
        Ok(fixed)
    }

    /// Says at the end how it went, and what to type.
    fn conclude(&self, tried: &[Tried], fixed: &BTreeSet<Version>, conclusion: String) {
        let Context { printer, .. } = self.context;
        if !printer.is_json() {
            if self.args.format != Some(Format::Github) && !tried.is_empty() {
                let all: Vec<&PairProof> = tried.iter().map(|one| &one.pair).collect();
                table::pairs(printer, &all, &self.look);
            }
            match (tried.is_empty(), &self.args.since_git) {
                (true, Some(revision)) => {
                    printer.answer(&format!("no pair differs from {}\n", revision.escape_debug()));
                }
                _ => printer.answer(&conclusion),
            }
        }
        if !fixed.is_empty() {
            let passed = |one: &&Tried| {
                fixed.contains(&one.version()) && one.pair.outcome == PairOutcome::Passed
            };
            let (written, passed) = (fixed.len(), tried.iter().filter(passed).count());
            let files = if written == 1 { "down file" } else { "down files" };
            let versions: Vec<String> = fixed.iter().map(Version::to_string).collect();
            printer.hint(&format!(
                "{written} {files} written, and {passed} of them passed; read them before they are \
                 committed; to try them again: {} test -only {}",
                printer.program(),
                versions.join(",")
            ));
        } else if tried.iter().any(Tried::can_be_fixed) {
            printer.hint(&format!(
                "to write the statements into the down files and try those again: {}",
                printer.again("-fix")
            ));
        }
    }
}
