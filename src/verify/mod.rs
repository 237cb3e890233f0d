//! What is wrong with a folder of migrations, or soon will be, and what to do about it.
//!
//! Where opening a [`Source`](crate::source::Source) stops at the first thing that it cannot work
//! with, this looks at everything and says all of it. What needs a database to be seen has its kind
//! here as well, and is found in [`check_database`].

mod check_contents;
mod check_database;
mod check_names;
mod check_numbers;
mod check_pairs;
mod finding;
mod folder_files;
mod near_miss;
mod remedy;

#[cfg(test)]
mod tests;

use std::path::Path;

use crate::error::Error;
use crate::source::file_names;
use crate::verify::folder_files::FolderFiles;

pub use check_database::verify_database;
pub use finding::{Finding, FindingKind};
pub use remedy::{Remedy, Rename};

/// Looks at every file of a folder, and says what is wrong with it: in the order of versions, what
/// has none at the end.
///
/// No database is asked, and nothing is changed. Only files that are migrations, or look meant to
/// be, are opened.
///
/// # Errors
///
/// [`Error::Source`] when the folder itself cannot be read, with `url` as its name; a file that
/// cannot be read is a finding.
pub fn verify_folder(path: &Path, url: &str) -> Result<Vec<Finding>, Error> {
    let folder = FolderFiles::new(path, &file_names(path, url)?);
    let mut findings = Vec::new();
    check_names::check(&folder, &mut findings);
    let holds = check_contents::check(&folder, &mut findings);
    check_pairs::check(&folder, &holds, &mut findings);
    check_numbers::check(&folder, &mut findings);
    findings.sort_by_cached_key(|finding| {
        (
            finding.version.is_none(),
            finding.version,
            finding.file.clone(),
            finding.line,
            finding.kind,
        )
    });
    Ok(findings)
}
