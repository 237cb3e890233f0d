//! `drift`: compares the database with what its migrations make.

use anyhow::Result;
use dbm::snapshot::{Change, Difference, Object};
use dbm::{Drift, DriftReport, Error, Interrupt, State, Version};
use serde::Serialize;

use crate::cli::config::json_flag;
use crate::cli::context::{Answer, Context};
use crate::cli::settings::Opened;
use crate::cli::signals::Signals;
use crate::render::differences;
use crate::render::drift::{self, HEADS, word};
use crate::render::event;
use crate::render::table::Look;

/// compare the database with what its migrations make
///
/// Reads only: the migrations up to the database's version run on a scratch database beside it, which
/// is dropped at the end. Of files that are missing or were edited, the log's texts are taken. Exits 1
/// if something differs, and prints the statements that bring it back.
#[derive(clap::Args)]
#[command(override_usage = "drift", arg = json_flag())]
pub struct Args {
    /// leave out what fits: 'auth.*', 'extension *', owner, privileges, comment; may be repeated
    #[arg(long, value_name = "PATTERN", value_parser = patterns)]
    ignore: Vec<Patterns>,
    /// run the migrations on this empty database, not on one of its own
    #[arg(long, value_name = "URL")]
    scratch: Option<String>,
    /// use the log's texts although others than its owner may have written them
    #[arg(long)]
    from_log: bool,
}

/// What a signal does.
const STOPPING: &str = "Stopping: dropping the scratch database ...";

/// What differs, as JSON; `None` where nothing was compared.
#[derive(Default, Serialize)]
pub struct DriftBody {
    /// Object by object.
    pub differences: Option<Vec<DifferenceItem>>,
    /// What brings the database back.
    pub statements: Option<Vec<String>>,
    /// Versions whose texts are the log's.
    pub from_log: Option<Vec<Version>>,
    /// Versions whose files were edited and were run as they are.
    pub as_edited: Option<Vec<Version>>,
}

/// An object that is not as it should be, as `json.schema.json` describes it.
#[derive(Serialize)]
pub struct DifferenceItem {
    pub change: &'static str,
    pub kind: String,
    pub name: String,
    pub expected: Option<String>,
    pub actual: Option<String>,
    pub details: String,
}

/// Runs it. The errors are those of opening, of the scratch database, and of the migrations on it. What
/// differs is no error.
pub fn run(context: &Context, args: Args, answer: &mut Answer<DriftBody>) -> Result<()> {
    let printer = &context.printer;
    let Opened { url, source } = context.settings()?;
    source.warnings().iter().for_each(|warning| printer.warning(warning));
    if let Some(limit) = context.config.flags.wait {
        dbm::wait(&url, Some(limit), |event| event::print(printer, event))?;
    }
    let interrupt = Interrupt::new();
    let patterns: Vec<String> = args.ignore.into_iter().flat_map(|it| it.0).collect();
    let mut compared = Drift::new(url, source)
        .ignore(patterns)
        .from_log(args.from_log)
        .interrupt(interrupt.clone());
    if let Some(scratch) = &args.scratch {
        compared = compared.scratch(context.resolved(scratch)?);
    }
    let signals = Signals::catch_to_cancel(interrupt, printer, STOPPING);
    let report = match compared.run() {
        Err(Error::Interrupted) => {
            printer.hint("stopped: nothing was compared");
            answer.exit_code = signals.stopped().or(Some(1));
            return Ok(());
        }
        report => report?,
    };
    answer.state = Some(report.state);
    if !printer.is_json() {
        drift::print(printer, &report, Look::of_stdout().colour);
    }
    for version in &report.from_log {
        printer.hint(&format!(
            "version {version} has no file here, or an edited one: the log's text of it was taken"
        ));
    }
    for version in &report.as_edited {
        printer.warning(&format!(
            "version {version} was edited after it was applied, and the log has no text of it that \
             can be used: the file was taken as it is now"
        ));
    }
    if report.has_drift() && report.state == State::NONE {
        printer.hint(
            "no migration is applied here: if the schema was made without them, say which version it \
             is at, with force",
        );
    }
    if report.has_drift() {
        answer.exit_code = Some(1);
    }
    answer.body = DriftBody::of(report);
    Ok(())
}

impl DriftBody {
    fn of(report: DriftReport) -> DriftBody {
        DriftBody {
            differences: Some(report.differences.iter().map(DifferenceItem::of).collect()),
            statements: Some(report.statements.iter().map(ToString::to_string).collect()),
            from_log: Some(report.from_log),
            as_edited: Some(report.as_edited),
        }
    }
}

impl DifferenceItem {
    fn of(difference: &Difference) -> DifferenceItem {
        let text = |object: &Object| {
            let lines = differences::definition(object).into_iter().map(|(_, line)| line);
            Some(lines.collect::<Vec<_>>().join("\n"))
        };
        let (expected, actual) = match &difference.change {
            Change::Added(object) => (None, text(object)),
            Change::Missing(object) => (text(object), None),
            Change::Changed { before, after, .. } => (text(before), text(after)),
            Change::Order { before, after } => (Some(before.join(", ")), Some(after.join(", "))),
        };
        let lines = differences::lines(difference, &HEADS).into_iter().skip(1);
        let details: Vec<String> = lines.map(|(_, line)| line.trim_start().to_string()).collect();
        DifferenceItem {
            change: word(difference),
            kind: difference.id.kind.clone(),
            name: difference.id.name.clone(),
            expected,
            actual,
            details: details.join("\n"),
        }
    }
}

/// What is left out.
#[derive(Clone)]
struct Patterns(Vec<String>);

/// Patterns with commas between them; those between parentheses belong to a function's name.
fn patterns(text: &str) -> Result<Patterns, String> {
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for letter in text.chars() {
        match letter {
            ',' if depth <= 0 => parts.push(String::new()),
            letter => {
                depth += i32::from(letter == '(') - i32::from(letter == ')');
                parts.last_mut().into_iter().for_each(|part| part.push(letter));
            }
        }
    }
    let parts = parts.into_iter().map(|part| part.trim().to_string());
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { Err("no pattern".to_string()) } else { Ok(Patterns(parts)) }
}

#[cfg(test)]
mod tests {
    use super::patterns;

    #[test]
    fn commas_of_a_function_part_nothing() {
        let split = |text| patterns(text).map(|patterns| patterns.0);
        assert_eq!(split("owner, auth.*,"), Ok(vec!["owner".to_string(), "auth.*".to_string()]));
        let function = "public.f(int4, text)".to_string();
        assert_eq!(split("public.f(int4, text),x"), Ok(vec![function, "x".to_string()]));
        assert_eq!(split(" ,"), Err("no pattern".to_string()));
    }
}
