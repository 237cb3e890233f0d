//! `init`: writes a Makefile, `.env.example` and the first pair of files. The work is done in
//! `cli::init`; here it is told.

use std::path::Path;

use anyhow::Result;
use dbm::regular_file;
use dbm::text::printable_path;

use crate::cli::context::{Answer, Context};
use crate::cli::env_file::DATABASE_VARIABLE;
use crate::cli::init::{InitRequest, Made, init};
use crate::cli::likely_variable::likely_variables;
use crate::render::error::Complaint;
use crate::render::json::NoBody;
use crate::render::shell::word;

/// write a Makefile, .env.example and a first pair of files
///
/// Into the working directory; the pair into the folder of the migrations. Nothing that is there is
/// changed: beside a Makefile the targets go to dbm.mk, to be included, and a folder that has
/// migrations gets no pair. Prints the paths of what it wrote on standard output.
///
/// With -path and -database-env the files say the same folder and variable.
#[derive(clap::Args)]
#[command(override_usage = "init")]
pub struct Args {}

/// Runs it. The errors are those of the folder and the file system.
pub fn run(context: &Context, _: Args, _: &mut Answer<NoBody>) -> Result<()> {
    let printer = &context.printer;
    let folder = context.folder()?;
    if let Some(advice) = context.advice_on_place(&folder) {
        let message = format!("there is no folder {}", printable_path(&folder.path));
        return Err(Complaint::new(message).hint(advice).into());
    }
    let variable = variable(context)?;
    let request = InitRequest { folder: folder.path, url: folder.url, variable };
    let (mut is_new, mut has_example) = (false, false);
    let mut include = None;
    init(&request, &mut |made| match made {
        Made::Written(path) => {
            is_new = true;
            has_example |= path.extension().is_some_and(|extension| extension == "sql");
            printer.answer(&format!("{}\n", printable_path(&path)));
        }
        Made::Kept(path) => printer.detail(&format!("{} is there: kept", printable_path(&path))),
        Made::NoExample(folder) => {
            let folder = printable_path(&folder);
            printer.detail(&format!("{folder} has files already: no example was written"));
        }
        Made::NotIncluded { part, makefile } => include = Some((part, makefile)),
    })?;
    if let Some((part, makefile)) = include {
        printer.hint(&format!(
            "to add the targets of {part} to {makefile}: printf '\\ninclude {part}\\n' >> {makefile}"
        ));
    }
    if is_new {
        say_next(context, &request.variable, include.is_none());
    }
    if has_example {
        printer.hint(&format!(
            "for a whole schema in place of the example, remove it, and see: {} templates",
            printer.program()
        ));
    }
    Ok(())
}

/// The variable that is to hold the database's URL: the one that was named, or the only one that
/// `.env` has, or the usual one.
fn variable(context: &Context) -> Result<String, Complaint> {
    if let Some(name) = &context.config.flags.database_env {
        return match name.is_empty() {
            true => Err(Complaint::new("-database-env names no variable")),
            false => Ok(name.clone()),
        };
    }
    if !context.has_database()
        && let Ok(Some(file)) = context.env_file()
        && let [name] = &likely_variables(Some(file))[..]
    {
        return Ok(name.clone());
    }
    Ok(DATABASE_VARIABLE.to_string())
}

/// What to type next.
fn say_next(context: &Context, variable: &str, has_target: bool) {
    let printer = &context.printer;
    let is_set = std::env::var_os(variable).is_some() || is_in_env_file(context, variable);
    match Path::new(".env").exists() {
        _ if is_set => {}
        true => printer.hint(&format!("set {variable} in .env, as .env.example does")),
        false => printer
            .hint("copy the example, and put your database's URL in it: cp .env.example .env"),
    }
    if let Some(ignored) = git_ignores().filter(|lines| !names_env(lines)) {
        let newline = if ignored.is_empty() || ignored.ends_with('\n') { "" } else { "\\n" };
        printer.hint(&format!(
            "git does not ignore .env, which holds a password: printf '{newline}.env\\n' >> .gitignore"
        ));
    }
    let aim = if is_set { "to run the migrations" } else { "then create the tables" };
    let typed = &context.config.program.typed;
    if has_target && !typed.contains('/') {
        return printer.hint(&format!("{aim}: make migrate-up"));
    }
    let flag = match context.config.flags.database_env.is_none() && variable != DATABASE_VARIABLE {
        true => format!(" -database-env {}", word(variable)),
        false => String::new(),
    };
    printer.hint(&format!("{aim}: {}{flag} up", printer.program()));
}

fn is_in_env_file(context: &Context, variable: &str) -> bool {
    let file = context.env_file().ok().flatten();
    file.is_some_and(|file| file.names().any(|name| name == variable))
}

/// `.gitignore` of the working directory, where that is the top of a git repository; empty where there
/// is no such file. Elsewhere it is not ours to say.
fn git_ignores() -> Option<String> {
    Path::new(".git")
        .exists()
        .then(|| regular_file::read(Path::new(".gitignore")).unwrap_or_default())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn names_env(ignored: &str) -> bool {
    ignored.lines().any(|line| matches!(line.trim(), ".env" | "/.env" | ".env*" | "*.env"))
}
