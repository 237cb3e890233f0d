//! `verify`: checks the folder, and the database if one is given.

use anyhow::Result;
use dbm::{Error, Finding, FindingKind, Source, Version, verify_database, verify_folder};
use serde::Serialize;

use crate::cli::config::json_flag;
use crate::cli::context::{Answer, Context};
use crate::cli::format::{Format, format};
use crate::cli::open::open_with;
use crate::render::annotations;
use crate::render::error::Complaint;
use crate::render::findings::{self, Place};

/// check the folder, and the database if one is given; for CI
///
/// Reads only. Exits 1 if it finds something, and says what to do about each. Without a database URL
/// it checks the folder only. More than ten findings of a kind are told together; -verbose shows each.
#[derive(clap::Args)]
#[command(override_usage = "verify", arg = json_flag())]
pub struct Args {
    /// text; json: as -json; github: annotations of a GitHub workflow (text)
    #[arg(long, value_name = "FORMAT", value_parser = format())]
    format: Option<Format>,
    /// check the folder only
    #[arg(long)]
    offline: bool,
    /// ignore findings of these kinds (the words in brackets): no-down,style
    #[arg(long, value_name = "KINDS", value_parser = allowed)]
    allow: Option<Allowed>,
}

impl Args {
    /// Whether the answer is to be JSON.
    pub fn is_json(&self) -> bool {
        self.format == Some(Format::Json)
    }
}

/// Kinds of findings that may be.
#[derive(Clone, Default)]
struct Allowed(Vec<FindingKind>);

/// Words with commas between them.
fn allowed(text: &str) -> Result<Allowed, String> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let kinds = words.map(|word| {
        FindingKind::from_word(word).ok_or_else(|| {
            let all: Vec<&str> = FindingKind::ALL.iter().map(|kind| kind.word()).collect();
            format!("{word:?} is not one of {}", all.join(", "))
        })
    });
    kinds.collect::<Result<_, _>>().map(Allowed)
}

/// What is wrong, as JSON; `None` where not all could be checked.
#[derive(Default, Serialize)]
pub struct VerifyBody {
    /// What was found.
    pub findings: Option<Vec<FindingItem>>,
}

/// One thing that was found, as `json.schema.json` describes it.
#[derive(Serialize)]
pub struct FindingItem {
    pub kind: &'static str,
    pub version: Option<Version>,
    pub file: Option<String>,
    pub line: Option<usize>,
    pub message: String,
    pub remedy: String,
    pub note: bool,
}

/// Runs it. The errors are those of the folder and the database. What is found is no error.
pub fn run(context: &Context, args: Args, answer: &mut Answer<VerifyBody>) -> Result<()> {
    let Context { config, printer, .. } = context;
    if config.json && args.format.is_some_and(|format| format != Format::Json) {
        return Err(Complaint::new("-json cannot be used with another -format").into());
    }
    let folder = context.folder()?;
    let found = verify_folder(&folder.path, &folder.url);
    let mut found = found.map_err(|error| context.advised(&folder, error))?;
    let asks = !args.offline && context.has_database();
    // Two files of one version: which of them ran nobody can say.
    let source = Source::folder_as(&folder.path, &folder.url);
    // Nearly always it is the wrong folder, and CI must not take that for a good one.
    if found.is_empty() && source.as_ref().is_ok_and(|source| source.versions().is_empty()) {
        return Err(Error::EmptySource.into());
    }
    let is_clear = source.is_ok();
    if let (true, Ok(source)) = (asks, source) {
        let mut migrator = open_with(context, source)?;
        let status = migrator.status()?;
        answer.state = Some(status.state);
        let indexes = migrator.invalid_indexes()?;
        found.extend(verify_database(migrator.source(), &status, &indexes));
        found.sort_by_key(|finding| (finding.version.is_none(), finding.version));
    }
    let allowed = args.allow.unwrap_or_default().0;
    found.retain(|finding| !allowed.contains(&finding.kind));
    let (program, name) = (printer.program(), printer.name());
    let place = Place { program, name, folder: &folder.path };
    match args.format {
        _ if printer.is_json() => {}
        Some(Format::Github) => annotations::print(&found, printer, &place, asks && is_clear),
        _ => findings::print(&found, printer, &place, asks && is_clear),
    }
    if asks && !is_clear {
        let text = "the database was not checked: fix the folder first";
        match args.format {
            Some(Format::Github) => annotations::warning(printer, text),
            _ => printer.warning(text),
        }
    }
    if found.iter().any(|finding| !finding.is_note) {
        answer.exit_code = Some(1);
    }
    let item = |finding: Finding| FindingItem {
        remedy: findings::remedy(&finding, &place).replace('\n', "; "),
        kind: finding.kind.word(),
        version: finding.version,
        file: finding.file,
        line: finding.line,
        message: finding.message,
        note: finding.is_note,
    };
    answer.body.findings = Some(found.into_iter().map(item).collect());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_commas_between_them() {
        let kinds = allowed(" no-down,, style,").map(|allowed| allowed.0);
        assert_eq!(kinds, Ok(vec![FindingKind::NoDown, FindingKind::Style]));
        let said = allowed("style,wrong").err().unwrap();
        assert!(said.starts_with("\"wrong\" is not one of name, duplicate, "), "{said}");
    }
}
