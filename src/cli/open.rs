//! Connecting as the flags say.

use anyhow::Result;
use dbm::{Migrator, Operator, Source};

use crate::cli::config::Flags;
use crate::cli::context::Context;
use crate::cli::plain_files;
use crate::cli::settings::Opened;
use crate::render::event;

/// Connects, and prints what happens from then on.
/// Errors are those of the URL, the folder and the server, in golang-migrate's order.
pub fn open(context: &Context) -> Result<Migrator> {
    connect(context, context.settings()?)
}

/// The same for a command that writes without asking first.
pub fn open_to_write(context: &Context) -> Result<Migrator> {
    let mut migrator = configured(context, context.settings()?);
    migrator.connect_and_lock()?;
    Ok(migrator)
}

/// The same for a command that needs the database alone.
pub fn open_database(context: &Context) -> Result<Migrator> {
    open_with(context, Source::default())
}

/// The same where the folder was opened already.
pub fn open_with(context: &Context, source: Source) -> Result<Migrator> {
    connect(context, Opened { url: context.database()?, source })
}

/// For a command that needs the database alone, without connecting: what it needs need not be there
/// yet.
pub fn unconnected_database(context: &Context) -> Result<Migrator> {
    Ok(configured(context, Opened { url: context.database()?, source: Source::default() }))
}

fn connect(context: &Context, opened: Opened) -> Result<Migrator> {
    let mut migrator = configured(context, opened);
    migrator.connect()?;
    Ok(migrator)
}

fn configured(context: &Context, opened: Opened) -> Migrator {
    let Context { config, printer, .. } = context;
    let Flags { lock_timeout, lock_wait, retries, prefetch, wait, .. } = &config.flags;
    let Opened { url, source } = opened;
    let events = printer.clone();
    let mut migrator =
        Migrator::new(url, source).on_event(move |event| event::print(&events, event));
    if let Some(timeout) = lock_timeout {
        migrator = migrator.lock_timeout(*timeout);
    }
    if let Some(wait) = lock_wait {
        migrator = migrator.lock_wait(*wait);
    }
    if let Some(retries) = retries {
        migrator = migrator.retries(u32::try_from(*retries).unwrap_or(u32::MAX));
    }
    if let Some(wait) = wait {
        migrator = migrator.server_wait(*wait);
    }
    if let Some(files) = prefetch {
        migrator = migrator.prefetch(usize::try_from(*files).unwrap_or(usize::MAX));
    }
    let (user, host) = (whoami::username().ok(), whoami::hostname().ok());
    migrator.operator(Operator { user, host, ..Operator::default() })
}

/// Warns of file names that look odd.
pub fn warn_of_names(migrator: &Migrator, context: &Context) {
    for warning in migrator.source().warnings() {
        context.printer.warning(warning);
    }
    if let Some(hint) = plain_files::advice(migrator.source(), context) {
        context.printer.hint(&hint);
    }
}
