//! The names of a folder, sorted into what runs and what does not, with nothing left out.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::migration::{Direction, FileName, Version, parse_file_name};
use crate::source::{looks_left_over, looks_meant, shown};
use crate::verify::meant::{Meant, meant};

/// A file that golang-migrate takes for a migration.
pub struct Migration {
    pub file_name: String,
    pub path: PathBuf,
    pub version: Version,
    pub name: String,
    pub direction: Direction,
    /// By its name it was put aside; it runs all the same.
    pub is_left_over: bool,
}

impl Migration {
    /// The number as it is written.
    pub fn digits(&self) -> &str {
        digits(&self.file_name)
    }

    /// The file's name with its number written in another way.
    pub fn with_digits(&self, digits: &str) -> String {
        let rest = self.file_name.get(self.digits().len()..).unwrap_or_default();
        format!("{digits}{rest}")
    }
}

/// A file that is ignored and looks meant to be a migration.
pub struct NearMiss {
    pub file_name: String,
    pub path: PathBuf,
    /// What was meant, if that can be told.
    pub meant: Option<Meant>,
}

/// What a folder holds, as far as it has to do with migrations.
pub struct Folder {
    /// By version, then by name.
    pub migrations: Vec<Migration>,
    /// Names of migrations whose version is too large.
    pub too_large: Vec<String>,
    /// By name.
    pub near_misses: Vec<NearMiss>,
    /// For each half that near misses may be meant for, the first of them.
    meant: BTreeMap<(Version, Direction), String>,
}

impl Folder {
    /// Sorts out the names, which are in order, of the folder `path`.
    pub fn sorted(path: &Path, names: &[OsString]) -> Folder {
        let mut folder = Folder {
            migrations: Vec::new(),
            too_large: Vec::new(),
            near_misses: Vec::new(),
            meant: BTreeMap::new(),
        };
        for os_name in names {
            let file_name = os_name.to_string_lossy().into_owned();
            let path = path.join(os_name);
            match parse_file_name(&file_name) {
                FileName::Migration { version, name, direction, extension } => {
                    let is_left_over = looks_left_over(&extension);
                    folder.migrations.push(Migration {
                        file_name,
                        path,
                        version,
                        name,
                        direction,
                        is_left_over,
                    });
                }
                FileName::TooLarge => folder.too_large.push(file_name),
                FileName::Other if is_too_large(&file_name) => folder.too_large.push(file_name),
                FileName::Other if looks_meant(&file_name) => folder.add_near_miss(file_name, path),
                FileName::Other => {}
            }
        }
        // Stable, and the names were sorted.
        folder.migrations.sort_by_key(|migration| migration.version);
        folder
    }

    fn add_near_miss(&mut self, file_name: String, path: PathBuf) {
        let meant = meant(&file_name);
        if let Some(meant) = &meant {
            let half = (meant.version, meant.direction);
            self.meant.entry(half).or_insert_with(|| file_name.clone());
        }
        self.near_misses.push(NearMiss { file_name, path, meant });
    }

    /// The near miss, or the first of them, that may be meant for this half of a version.
    pub fn near(&self, version: Version, direction: Direction) -> Option<&str> {
        self.meant.get(&(version, direction)).map(String::as_str)
    }

    /// The files of each version, ascending.
    pub fn versions(&self) -> impl Iterator<Item = &[Migration]> {
        self.migrations.chunk_by(|a, b| a.version == b.version)
    }

    /// The files of one version; none where there is none.
    pub fn files_of(&self, version: Version) -> &[Migration] {
        let start = self.migrations.partition_point(|m| m.version < version);
        let end = self.migrations.partition_point(|m| m.version <= version);
        self.migrations.get(start..end).unwrap_or_default()
    }
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
pub fn only(files: &[Migration], direction: Direction) -> Vec<&Migration> {
    files.iter().filter(|file| file.direction == direction).collect()
}

/// The command that renames a file.
pub fn mv(from: &str, to: &str) -> String {
    // What a shell makes of escapes is not the name; a person at a terminal will know.
    if from.contains(char::is_control) || from.contains('\u{fffd}') {
        return format!("rename it to {}", shown(to));
    }
    format!("mv {} {}", quoted(from), quoted(to))
}

/// A file name as one word of a shell.
fn quoted(name: &str) -> String {
    // What is renamed begins with a digit, a letter or a blank: no tilde to expand, and no option.
    if name.chars().all(|c| c.is_alphanumeric() || "_-.,+@%:=~".contains(c)) {
        return name.to_string();
    }
    format!("'{}'", name.replace('\'', r"'\''"))
}
