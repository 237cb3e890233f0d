//! The commands: from each to its file, and from its answer to the exit code.

use anyhow::Result;
use serde::Serialize;

use crate::cli::commands::{
    create, down, drift, drop, dump, force, goto, init, load, log, new, redo, renumber, repair,
    rollback, show, status, templates, test, testdb, up, verify, version, wait,
};
use crate::cli::config::Config;
use crate::cli::context::{Answer, Context};
use crate::render;
use crate::render::error::Complaint;
use crate::render::json::{self, Document};

/// The commands, in the order of the help; `opts` has the headings.
#[derive(clap::Subcommand)]
pub enum Command {
    Up(up::Args),
    Down(down::Args),
    Goto(goto::Args),
    Redo(redo::Args),
    Rollback(rollback::Args),
    Status(status::Args),
    Verify(verify::Args),
    Log(log::Args),
    Show(show::Args),
    Version(version::Args),
    Test(test::Args),
    Testdb(testdb::Args),
    Drift(drift::Args),
    Repair(repair::Args),
    Force(force::Args),
    Renumber(renumber::Args),
    New(new::Args),
    Templates(templates::Args),
    Create(create::Args),
    Init(init::Args),
    Dump(dump::Args),
    Load(load::Args),
    Wait(wait::Args),
    Drop(drop::Args),
}

/// golang-migrate's commands, which ignore words that they have no place for.
const LENIENT: [&str; 7] = ["create", "goto", "up", "down", "drop", "force", "version"];

/// Runs a command, prints what comes of it, and gives the exit code.
pub fn run(config: Config, command: Command) -> u8 {
    let json = match &command {
        Command::Verify(args) => args.is_json(),
        Command::Test(args) => args.is_json(),
        _ => false,
    };
    let json = config.json || json;
    let context = Context::new(Config { json, ..config });
    match command {
        Command::Up(args) => finish(&context, args, up::run),
        Command::Down(args) => finish(&context, args, down::run),
        Command::Goto(args) => finish(&context, args, goto::run),
        Command::Redo(args) => finish(&context, args, redo::run),
        Command::Rollback(args) => finish(&context, args, rollback::run),
        Command::Status(args) => finish(&context, args, status::run),
        Command::Verify(args) => finish(&context, args, verify::run),
        Command::Test(args) => finish(&context, args, test::run),
        Command::Drift(args) => finish(&context, args, drift::run),
        Command::Log(args) => finish(&context, args, log::run),
        Command::Show(args) => finish(&context, args, show::run),
        Command::Repair(args) => finish(&context, args, repair::run),
        Command::Version(args) => finish(&context, args, version::run),
        Command::Force(args) => finish(&context, args, force::run),
        Command::Drop(args) => finish(&context, args, drop::run),
        Command::Testdb(args) => finish(&context, args, testdb::run),
        Command::Dump(args) => finish(&context, args, dump::run),
        Command::Load(args) => finish(&context, args, load::run),
        Command::Wait(args) => finish(&context, args, wait::run),
        Command::New(args) => finish(&context, args, new::run),
        Command::Templates(args) => finish(&context, args, templates::run),
        Command::Create(args) => finish(&context, args, create::run),
        Command::Init(args) => finish(&context, args, init::run),
        Command::Renumber(args) => finish(&context, args, renumber::run),
    }
}

/// Runs a command that answers with `Body`, which is what it has not found out yet by default.
fn finish<Args, Body: Default + Serialize>(
    context: &Context,
    args: Args,
    run: fn(&Context, Args, &mut Answer<Body>) -> Result<()>,
) -> u8 {
    let Context { config, printer, .. } = context;
    let mut answer = Answer::default();
    let result = check_words(context).and_then(|()| run(context, args, &mut answer));
    let code = result.as_ref().err().map_or(0, |error| render::error::print(printer, error));
    printer.hint_at_password();
    let exit_code = printer.exit_code(answer.exit_code.unwrap_or(code));
    if printer.is_json() {
        let document = Document {
            command: Some(&config.command),
            exit_code,
            state: answer.state,
            body: &answer.body,
            said: printer.said().clone(),
            error: result.as_ref().err(),
        };
        json::print(printer, &document);
    }
    printer.close(exit_code)
}

/// Deals with words that the command has no place for.
fn check_words(context: &Context) -> Result<()> {
    let Context { config, printer, .. } = context;
    if !config.unexpected.is_empty() && !LENIENT.contains(&&*config.command) {
        return Err(Complaint::new("too many arguments").into());
    }
    for word in &config.unexpected {
        printer.warning(&format!("ignored: unexpected argument {word:?}"));
    }
    Ok(())
}
