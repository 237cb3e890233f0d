//! `templates`: lists the schema templates, or shows the files of one. `new -template` writes them.

use std::io;

use anyhow::Result;

use crate::cli::context::{Answer, Context};
use crate::cli::page::{Page, row};
use crate::cli::template::{Step, TEMPLATES, Template, find, template_name};
use crate::render::error::Complaint;
use crate::render::json::NoBody;

/// list the schema templates, or show the SQL of one
///
/// Needs no database. `new -template NAME` writes the files.
#[derive(clap::Args)]
#[command(override_usage = "templates [NAME]")]
pub struct Args {
    #[arg(value_name = "NAME", value_parser = template_name())]
    name: Option<String>,
    /// the down files, the last one first, not the up files
    #[arg(long)]
    down: bool,
}

/// Where what a template is about begins.
const ABOUT: usize = 23;

/// Runs it. The error is that nothing was named to show the down files of.
pub fn run(context: &Context, args: Args, _: &mut Answer<NoBody>) -> Result<()> {
    let (printer, program) = (&context.printer, context.printer.program());
    let Some(template) = args.name.as_deref().and_then(find) else {
        if args.down {
            let hint = format!("for instance: {program} templates better-auth -down");
            return Err(Complaint::new("-down needs the name of a template").hint(hint).into());
        }
        let page = Page::of(&io::stdout());
        for Template { name, about, .. } in TEMPLATES {
            printer.answer(&row(name, about, ABOUT, &page));
        }
        printer.hint(&format!("to see one: {program} templates better-auth"));
        printer.hint(&format!("to write its files: {program} new -template better-auth"));
        return Ok(());
    };
    printer.answer(&text(template, args.down));
    Ok(())
}

/// The files, in the order in which they run, each behind its name: one text that psql would run.
fn text(template: &Template, down: bool) -> String {
    let file = |step: &Step| match down {
        false => format!("-- {}.up.sql\n\n{}", step.stem, step.up),
        true => format!("-- {}.down.sql\n\n{}", step.stem, step.down),
    };
    let mut files: Vec<String> = template.steps.iter().map(file).collect();
    if down {
        files.reverse();
    }
    files.join("\n")
}
