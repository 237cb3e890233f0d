//! Connecting as the flags say.

use anyhow::Result;
use dbm::{Migrator, Operator};

use crate::cli::context::Context;
use crate::cli::settings::Opened;
use crate::cli::wait_for_server::{self, LONGEST_TRY};
use crate::render::event;
use crate::render::printer::Printer;

/// Connects, and prints what happens from then on.
///
/// # Errors
///
/// Those of the URL, the folder and the server, in golang-migrate's order.
pub fn open(context: &Context) -> Result<Migrator> {
    let Context { config, printer, .. } = context;
    let Opened { mut url, source, warnings } = config.open()?;
    for warning in &warnings {
        printer.warning(warning);
    }
    if config.wait.is_some() {
        url.connect_timeout.get_or_insert(LONGEST_TRY);
    }
    let events = printer.clone();
    let mut migrator =
        Migrator::new(url.clone(), source).on_event(move |event| event::print(&events, event));
    if let Some(timeout) = config.lock_timeout {
        migrator = migrator.lock_timeout(timeout);
    }
    if let Some(wait) = config.lock_wait {
        migrator = migrator.lock_wait(wait);
    }
    if let Some(retries) = config.retries {
        migrator = migrator.retries(retries);
    }
    if let Some(files) = config.prefetch {
        migrator = migrator.prefetch(files);
    }
    let (user, host) = (whoami::username().ok(), whoami::hostname().ok());
    let mut migrator = migrator.operator(Operator { user, host, ..Operator::default() });
    match config.wait {
        None => migrator.connect()?,
        Some(limit) => {
            wait_for_server::wait_for_server(&url, Some(limit), printer, |_| migrator.connect())?;
        }
    }
    Ok(migrator)
}

/// Warns of file names that look odd.
pub fn warn_of_names(migrator: &Migrator, printer: &Printer) {
    for warning in migrator.source().warnings() {
        printer.warning(warning);
    }
}
