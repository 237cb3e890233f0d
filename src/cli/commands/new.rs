//! `new`: makes the files of a new migration as the folder's others are. `create` is golang-migrate's.

use anyhow::Result;
use dbm::text::printable_path;

use crate::cli::context::{Answer, Context};
use crate::cli::create::pair::make_pair;
use crate::render::error::Complaint;
use crate::render::json::NoBody;

/// create a pair of .sql files in the folder of the migrations, with the next number
///
/// Needs no database. The folder is that of -path, $DBM_PATH or ./migrations, and is made if it is
/// missing. The number is written as the others are: counted on, or the time, as in an empty folder.
/// Several words become one name. Prints the paths of the two files on standard output.
///
/// To count in an empty folder: create -seq -ext sql -dir FOLDER NAME
#[derive(clap::Args)]
#[command(override_usage = "new NAME")]
pub struct Args {
    #[arg(value_name = "NAME")]
    name: Vec<String>,
}

/// Runs it. The errors are those of the folder and of the name.
pub fn run(context: &Context, args: Args, _: &mut Answer<NoBody>) -> Result<()> {
    // A name that needs no quotes in a shell.
    let name = args.name.join(" ").split_whitespace().collect::<Vec<_>>().join("_");
    if name.is_empty() {
        let hint = format!("for instance: {} new add_users", context.printer.program());
        return Err(Complaint::new("please specify name").hint(hint).into());
    }
    let folder = context.folder()?;
    if let Some(advice) = context.advice_on_place(&folder) {
        let message = format!("there is no folder {}", printable_path(&folder.path));
        return Err(Complaint::new(message).hint(advice).into());
    }
    for path in make_pair(&folder.path, &name)? {
        context.printer.answer(&format!("{}\n", printable_path(&path)));
    }
    Ok(())
}
