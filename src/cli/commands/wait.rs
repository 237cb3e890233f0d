//! `wait`: waits until the server accepts connections.

use std::time::Duration;

use anyhow::Result;

use crate::cli::config::seconds;
use crate::cli::context::{Answer, Context};
use crate::render::event;
use crate::render::json::NoBody;

/// wait until the server accepts connections
///
/// Retries what can pass: a refused connection, an unknown host name, a server that is starting up. A
/// wrong password or a missing database is an error at once.
#[derive(clap::Args)]
#[command(override_usage = "wait")]
pub struct Args {
    /// give up after N seconds (never)
    #[arg(long, value_name = "N", value_parser = seconds)]
    timeout: Option<Duration>,
}

/// Runs it. The errors are those of the URL, and the server's last.
pub fn run(context: &Context, args: Args, _: &mut Answer<NoBody>) -> Result<()> {
    let limit = args.timeout.or(context.config.flags.wait);
    let url = context.database()?;
    dbm::wait(&url, limit, |event| event::print(&context.printer, event))?;
    Ok(())
}
