//! Where migrations come from: a folder of files, such a folder built into a program, or names and
//! texts.
//!
//! Only names are read when a source is opened; a text is read when it is about to run. So
//! `version` over ten thousand files costs one listing, and no run holds them all in memory.

#[cfg(feature = "include_dir")]
mod embedded;
mod file_system;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::migration::{
    Direction, Extra, FileName, MAX_VERSION, Version, parse_extra, parse_file_name,
};
use crate::text::printable;

use file_system::no_zero_byte;
pub(crate) use file_system::{Unreadable, file_names, read_text};

/// A set of migrations, each an up, a down, or both: golang-migrate's pairs of files.
///
/// | where the files are | how they are read | a file that is no migration (`README.md`) |
/// |---|---|---|
/// | in a folder, when the program runs | [`Source::folder`] | is ignored |
/// | in the program, put there by the compiler | `Source::embedded`, feature `include_dir` | is ignored |
/// | in the program, each by its name | [`Source::texts`] | is an error |
///
/// A migration is a file named `NNN_name.up.sql` or `NNN_name.down.sql`; numbers need not be
/// consecutive, and a file of a pair may be missing. To tell what is ignored but looks meant to be one,
/// and what runs but looks put aside, there is [`Source::warnings`].
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Ascending.
    versions: Vec<Version>,
    entries: BTreeMap<(Version, Direction), Entry>,
    /// By name.
    extras: BTreeMap<(Version, Extra), Vec<Entry>>,
    warnings: Vec<String>,
}

/// One file of a pair.
#[derive(Clone, Debug)]
pub struct Entry {
    name: String,
    path: PathBuf,
    text: Option<Cow<'static, str>>,
}

impl Entry {
    /// What stands between the number and the direction.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file; for a text built into the program, its name alone.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the text, without a byte-order mark.
    ///
    /// # Errors
    ///
    /// [`Error::ReadFile`] when the file cannot be read or is not UTF-8 text.
    pub fn read(&self) -> Result<Cow<'_, str>, Error> {
        let unreadable =
            |e: Unreadable| Error::ReadFile { path: self.path.clone(), reason: e.to_string() };
        match &self.text {
            Some(text) => {
                no_zero_byte(text).map_err(unreadable)?;
                Ok(Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)))
            }
            None => read_text(&self.path).map(Cow::Owned).map_err(unreadable),
        }
    }
}

impl Source {
    /// The files of a folder; folders within it are not looked into.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] when the folder cannot be read, when two files have the same version and
    /// direction, or when a version is over 2^63-1.
    pub fn folder(path: impl AsRef<Path>) -> Result<Source, Error> {
        let path = path.as_ref();
        let url = format!("file://{}", path.display());
        Source::folder_as(path, &url)
    }

    /// The same, with the URL that errors name it by.
    ///
    /// # Errors
    ///
    /// As [`Source::folder`].
    pub fn folder_as(path: &Path, url: &str) -> Result<Source, Error> {
        let failed = |reason: String| Error::Source { url: url.to_string(), reason };
        let mut source = Source::default();
        // They are sorted: golang-migrate reports the later name of two that clash.
        for name in file_names(path, url)? {
            source.add(&name.to_string_lossy(), path.join(&name), None).map_err(failed)?;
        }
        Ok(source.indexed())
    }

    /// Migrations that are built into a program: file names and texts.
    ///
    /// ```
    /// let source = dbm::Source::texts([
    ///     ("1_users.up.sql", "create table users (id bigserial primary key);"),
    ///     ("1_users.down.sql", "drop table users;"),
    /// ])?;
    /// assert_eq!(source.versions(), [1]);
    /// # Ok::<(), dbm::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Source`] when a name is not a migration's, when two have the same version and
    /// direction, or when a version is over 2^63-1.
    pub fn texts<N, T>(files: impl IntoIterator<Item = (N, T)>) -> Result<Source, Error>
    where
        N: AsRef<str>,
        T: Into<Cow<'static, str>>,
    {
        let failed = |reason: String| Error::Source { url: "texts://".to_string(), reason };
        let mut source = Source::default();
        for (name, text) in files {
            let name = name.as_ref();
            if parse_file_name(name) == FileName::Other && parse_extra(name).is_none() {
                return Err(failed(format!("{name} is not named NNN_name.up.sql or .down.sql")));
            }
            source.add(name, PathBuf::from(name), Some(text.into())).map_err(failed)?;
        }
        Ok(source.indexed())
    }

    /// The up files of some versions, with other texts in the place of some: what a database was made
    /// by.
    pub(crate) fn ups(
        &self,
        versions: &[Version],
        texts: Vec<(Version, String, String)>,
    ) -> Source {
        let mut source = Source::default();
        for &version in versions {
            if let Some(entry) = self.entry(version, Direction::Up) {
                source.entries.insert((version, Direction::Up), entry.clone());
            }
        }
        for (version, name, text) in texts {
            let path = PathBuf::from(format!("{version}_{name}.up.sql"));
            let entry = Entry { name, path, text: Some(text.into()) };
            source.entries.insert((version, Direction::Up), entry);
        }
        source.indexed()
    }

    fn add(
        &mut self,
        file_name: &str,
        path: PathBuf,
        text: Option<Cow<'static, str>>,
    ) -> Result<(), String> {
        match parse_file_name(file_name) {
            FileName::Migration { version, name, direction, extension } => {
                if is_backup(&extension) {
                    let file_name = printable(file_name);
                    self.warnings.push(format!("{file_name} is taken for a migration, and runs"));
                }
                let entry = Entry { name, path, text };
                match self.entries.insert((version, direction), entry) {
                    Some(_) => Err(format!("duplicate migration file: {file_name}")),
                    None => Ok(()),
                }
            }
            FileName::TooLarge => Err(format!(
                "the version of {file_name} is over {MAX_VERSION}, the largest that the version \
                 table can hold"
            )),
            FileName::Other => {
                if let Some((version, extra)) = parse_extra(file_name) {
                    let entry = Entry { name: file_name.to_string(), path, text };
                    self.extras.entry((version, extra)).or_default().push(entry);
                } else if is_near_miss(file_name) {
                    let file_name = printable(file_name);
                    self.warnings.push(format!(
                        "{file_name} is ignored: it is not named NNN_name.up.sql or .down.sql"
                    ));
                }
                Ok(())
            }
        }
    }

    fn indexed(mut self) -> Source {
        self.versions = self.entries.keys().map(|(version, _)| *version).collect();
        self.versions.dedup();
        self
    }

    /// All versions, ascending; each once, however its number is padded.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// One file of a pair; `None` where the pair lacks it.
    pub fn entry(&self, version: Version, direction: Direction) -> Option<&Entry> {
        self.entries.get(&(version, direction))
    }

    /// The files beside a pair that only a test of the migrations runs, in the order of their names.
    pub fn extras(&self, version: Version, extra: Extra) -> &[Entry] {
        self.extras.get(&(version, extra)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The name of a version's pair: the up file's, or else the down file's.
    pub fn name(&self, version: Version) -> Option<&str> {
        let up = self.entry(version, Direction::Up);
        up.or_else(|| self.entry(version, Direction::Down)).map(Entry::name)
    }

    /// What looks odd about the file names: one line each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// Whether a name that is not a migration's looks meant to be one.
pub(crate) fn is_near_miss(file_name: &str) -> bool {
    let lower = file_name.trim().to_ascii_lowercase();
    // Flyway's: V4__x.sql, U4__x.sql, R__x.sql.
    let numbered = lower.trim_start_matches(['v', 'u']).starts_with(|c: char| c.is_ascii_digit())
        || lower.starts_with("r__");
    let ends = |ends: &[&str]| ends.iter().any(|end| lower.ends_with(end));
    // Editors and macOS hide theirs behind a name that begins so.
    let hidden = lower.starts_with(['.', '#']);
    numbered && ends(&[".sql", ".up", ".down"]) || !hidden && ends(&[".up.sql", ".down.sql"])
}

/// Whether an extension is one that editors, patches and people give to copies that they put aside.
/// Any extension makes a migration, so such a file runs.
pub(crate) fn is_backup(extension: &str) -> bool {
    const ASIDE: [&str; 9] =
        ["bak", "backup", "disabled", "old", "orig", "rej", "save", "swp", "tmp"];
    extension.contains(['.', '~']) || ASIDE.iter().any(|end| extension.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &[&str]) -> Result<Source, Error> {
        Source::texts(files.iter().map(|name| (*name, "")))
    }

    #[test]
    fn versions_are_ascending_and_padding_does_not_count() {
        let files = ["10_c.up.sql", "9_b.up.sql", "009_b.down.sql", "1_a.down.sql", "0_z.up.sql"];
        let source = names(&files).unwrap();
        assert_eq!(source.versions(), [0, 1, 9, 10]);
        assert!(source.entry(1, Direction::Up).is_none());
        assert_eq!(source.entry(9, Direction::Down).unwrap().path(), Path::new("009_b.down.sql"));
    }

    #[test]
    fn a_version_twice_is_refused_with_its_name() {
        let said = names(&["1_a.up.sql", "01_b.up.sql"]).unwrap_err().to_string();
        assert_eq!(
            said,
            "failed to open source, \"texts://\": duplicate migration file: 01_b.up.sql"
        );
        let said = names(&["9223372036854775808_a.up.sql"]).unwrap_err().to_string();
        assert!(said.contains("9223372036854775808_a.up.sql"), "{said}");
        assert!(names(&["readme.md"]).is_err());
    }

    #[test]
    fn a_byte_order_mark_is_taken_off_and_zero_bytes_are_refused() {
        let source = Source::texts([
            ("1_a.up.sql", "\u{feff}select 1"),
            ("2_b.up.sql", "select 1;\nselect '\0'"),
        ])
        .unwrap();
        let read = |version| source.entry(version, Direction::Up).unwrap().read();
        assert_eq!(read(1).unwrap(), "select 1");
        assert!(read(2).unwrap_err().to_string().contains("line 2"));
    }

    #[test]
    fn near_misses_are_told() {
        let meant = [
            "1_a.UP.sql",
            "V4__x.sql",
            "R__x.sql",
            "12_x.up",
            "001_init.sql",
            " 1_a.up.sql",
            "create_users.up.sql",
        ];
        let not = ["README.md", "schema.sql", "seed.sql", "1.txt", ".gitkeep", "._1_a.up.sql"];
        assert!(["sql.bak", "sql~", "orig", "OLD"].iter().all(|end| is_backup(end)));
        assert!(!["sql", "SQL", "pgsql", ""].iter().any(|end| is_backup(end)));
        assert!(meant.iter().all(|name| is_near_miss(name)));
        assert!(!not.iter().any(|name| is_near_miss(name)));
        let source = names(&["5_x.up.sql.bak", "6_x.up.sql"]).unwrap();
        assert_eq!(source.warnings(), ["5_x.up.sql.bak is taken for a migration, and runs"]);
    }
}
