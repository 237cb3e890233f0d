//! Builds a schema: runs migrations on an empty database that was made for it.

use crate::error::{Error, SchemaError};
use crate::interrupt::Interrupt;
use crate::migrator::Migrator;
use crate::source::Source;
use crate::url::{DatabaseUrl, LogContent};

/// Runs all up files, without a log, and gives the URL to look at what they made.
///
/// # Errors
///
/// [`SchemaError::NotBuilt`], [`Error::Interrupted`], and those of connecting.
pub fn build(
    url: &DatabaseUrl,
    source: Source,
    interrupt: &Interrupt,
) -> Result<DatabaseUrl, Error> {
    let url = DatabaseUrl { log: LogContent::Off, ..url.clone() };
    if source.versions().is_empty() {
        return Ok(url);
    }
    let report = Migrator::new(url.clone(), source).interrupt(interrupt.clone()).up();
    let report = report.map_err(|error| match error {
        Error::Failed(_) if interrupt.is_stopped() => Error::Interrupted,
        Error::Failed(failure) => SchemaError::NotBuilt(failure).into(),
        error => error,
    })?;
    if report.left > 0 { Err(Error::Interrupted) } else { Ok(url) }
}
