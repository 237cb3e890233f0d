//! The files of a folder: what runs, and what does not and looks meant to.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::migration::{Direction, FileName, Version, parse_extra, parse_file_name};
use crate::source::{is_backup, is_near_miss};
use crate::verify::finding::{Finding, FindingKind};
use crate::verify::near_miss::{NearMiss, SuggestedName, suggest};
use crate::verify::remedy::{Remedy, Rename};

/// A file that golang-migrate takes for a migration.
pub struct MigrationFile {
    pub file_name: String,
    pub path: PathBuf,
    pub version: Version,
    pub name: String,
    pub direction: Direction,
    /// By its name it is a copy that somebody put aside; it runs all the same.
    pub is_backup: bool,
    /// Its extension does not say that it is SQL; it runs as SQL all the same.
    pub is_otherwise_named: bool,
}

impl MigrationFile {
    /// The number as it is written.
    pub fn digits(&self) -> &str {
        digits(&self.file_name)
    }

    pub fn finding(
        &self,
        kind: FindingKind,
        message: impl Into<String>,
        remedy: Remedy,
    ) -> Finding {
        Finding::new(kind, Some(self.version), message, remedy).in_file(&self.file_name)
    }

    /// A usual name for a file of this version and name.
    pub fn name_of(&self, direction: Direction) -> String {
        format!("{}_{}.{direction}.sql", self.digits(), self.name)
    }

    /// To give its number as these digits.
    pub fn rename_number(&self, digits: &str) -> Rename {
        let rest = self.file_name.get(self.digits().len()..).unwrap_or_default();
        self.rename(format!("{digits}{rest}"))
    }

    /// To call it this.
    pub fn rename(&self, to: String) -> Rename {
        Rename { from: self.file_name.clone(), to }
    }
}

/// What a folder holds, as far as it has to do with migrations.
#[derive(Default)]
pub struct FolderFiles {
    /// By version, then by name.
    pub migrations: Vec<MigrationFile>,
    /// Names of migrations whose version is too large.
    pub too_large: Vec<String>,
    /// By name.
    pub near_misses: Vec<NearMiss>,
    /// For each half of a version that near misses may be meant for, the first of them.
    suggested: BTreeMap<(Version, Direction), String>,
}

impl FolderFiles {
    /// Sorts out the names, which are in order, of the folder `path`.
    pub fn new(path: &Path, names: &[OsString]) -> FolderFiles {
        let mut files = FolderFiles::default();
        for os_name in names {
            let file_name = os_name.to_string_lossy().into_owned();
            let path = path.join(os_name);
            match parse_file_name(&file_name) {
                FileName::Migration { version, name, direction, extension } => {
                    let is_backup = is_backup(&extension);
                    files.migrations.push(MigrationFile {
                        file_name,
                        path,
                        version,
                        name,
                        direction,
                        is_backup,
                        is_otherwise_named: !is_backup && !is_sql(&extension),
                    });
                }
                FileName::TooLarge => files.too_large.push(file_name),
                FileName::Other if is_too_large(&file_name) => files.too_large.push(file_name),
                FileName::Other if parse_extra(&file_name).is_some() => {}
                FileName::Other if is_near_miss(&file_name) => {
                    let suggestion = suggest(&file_name);
                    if let Some(SuggestedName { version, direction, .. }) = suggestion {
                        let first = files.suggested.entry((version, direction));
                        first.or_insert_with(|| file_name.clone());
                    }
                    files.near_misses.push(NearMiss { file_name, path, suggestion });
                }
                FileName::Other => {}
            }
        }
        // Stable, and the names were sorted.
        files.migrations.sort_by_key(|migration| migration.version);
        files
    }

    /// The near miss, or the first of them, that may be meant for this half of a version.
    pub fn near(&self, version: Version, direction: Direction) -> Option<&str> {
        self.suggested.get(&(version, direction)).map(String::as_str)
    }

    /// The files of each version, ascending.
    pub fn versions(&self) -> impl Iterator<Item = &[MigrationFile]> {
        self.migrations.chunk_by(|a, b| a.version == b.version)
    }

    /// The files of one version; none where there is none.
    pub fn files_of(&self, version: Version) -> &[MigrationFile] {
        let start = self.migrations.partition_point(|m| m.version < version);
        let end = self.migrations.partition_point(|m| m.version <= version);
        self.migrations.get(start..end).unwrap_or_default()
    }
}

/// Whether an extension is one for SQL: `sql`, `SQL`, `pgsql`, `psql`, `pg`.
fn is_sql(extension: &str) -> bool {
    let lower = extension.to_ascii_lowercase();
    lower.ends_with("sql") || ["pg", "ddl", "dml"].contains(&lower.as_str())
}

/// A number over 64 bits is no version, and golang-migrate passes over the file in silence.
fn is_too_large(file_name: &str) -> bool {
    let rest = file_name.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < file_name.len()
        && matches!(parse_file_name(&format!("0{rest}")), FileName::Migration { .. })
}

/// The number in a migration's file name, as it is written.
pub fn digits(file_name: &str) -> &str {
    file_name.split('_').next().unwrap_or_default()
}

/// The files of this direction.
pub fn only(files: &[MigrationFile], direction: Direction) -> Vec<&MigrationFile> {
    files.iter().filter(|file| file.direction == direction).collect()
}
