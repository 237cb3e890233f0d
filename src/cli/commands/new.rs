//! `new`: makes the files of a new migration as the folder's others are, or those of a template.
//! `create` is golang-migrate's.

use anyhow::Result;
use dbm::text::printable_path;

use crate::cli::context::{Answer, Context};
use crate::cli::create::pair::{NewPair, make_pairs};
use crate::cli::template::{find, template_name};
use crate::render::error::Complaint;
use crate::render::json::NoBody;

/// create a pair of .sql files in the folder of the migrations, with the next number
///
/// Needs no database. The folder is that of -path, $DBM_PATH or ./migrations, and is made if it is
/// missing. The number is written as the others are: counted on, or the time, as in an empty folder.
/// Several words become one name. Prints the paths of the two files on standard output.
///
/// With -template, the pairs of a whole schema, numbered in the same way, and from 001 on in an empty
/// folder. All of them are written, or none.
///
/// To count in an empty folder: create -seq -ext sql -dir FOLDER NAME
#[derive(clap::Args)]
#[command(override_usage = "new NAME | -template T")]
pub struct Args {
    /// in place of a NAME: the migrations of a schema that is built in; templates lists them
    #[arg(long, value_name = "T", value_parser = template_name())]
    template: Option<String>,
    #[arg(value_name = "NAME")]
    name: Vec<String>,
}

/// Runs it. The errors are those of the folder and of the name.
pub fn run(context: &Context, args: Args, _: &mut Answer<NoBody>) -> Result<()> {
    let program = context.printer.program();
    // A name that needs no quotes in a shell.
    let name = args.name.join(" ").split_whitespace().collect::<Vec<_>>().join("_");
    let template = args.template.as_deref().and_then(find);
    let pairs: Vec<NewPair> = match template {
        Some(template) if !name.is_empty() => {
            let hint = format!("to write the template: {program} new -template {}", template.name);
            let message = "a template has names of its own: give -template or NAME, not both";
            return Err(Complaint::new(message).hint(hint).into());
        }
        Some(template) => template.steps.iter().map(NewPair::of_step).collect(),
        None if name.is_empty() => {
            let hint = format!("for instance: {program} new add_users");
            return Err(Complaint::new("please specify name").hint(hint).into());
        }
        None => vec![NewPair::empty(&name)],
    };
    let folder = context.folder()?;
    if let Some(advice) = context.advice_on_place(&folder) {
        let message = format!("there is no folder {}", printable_path(&folder.path));
        return Err(Complaint::new(message).hint(advice).into());
    }
    for path in make_pairs(&folder.path, &pairs)? {
        context.printer.answer(&format!("{}\n", printable_path(&path)));
    }
    if template.is_some() {
        context.printer.hint(&format!("adapt them where need be, then run them: {program} up"));
    }
    Ok(())
}
