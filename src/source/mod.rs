//! Where migrations come from: a folder of files, such a folder built into a program, or names and
//! texts.
//!
//! Only names are read when a source is opened; a text is read when it is about to run. So
//! `version` over ten thousand files costs one listing, and no run holds them all in memory.

#[cfg(feature = "include_dir")]
mod embedded;
mod entry;
mod file_system;
mod reading;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::migration::{
    Direction, Extra, FileName, MAX_VERSION, Version, parse_extra, parse_file_name,
};
use crate::text::printable;

pub use entry::Entry;
use file_system::each_file_name;
pub(crate) use file_system::{Unreadable, file_names, read_text};
pub(crate) use reading::{Buffer, read_each};

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
    /// Ascending; there may be tens of thousands.
    entries: Vec<(Version, Direction, Entry)>,
    /// By name.
    extras: BTreeMap<(Version, Extra), Vec<Entry>>,
    warnings: Vec<String>,
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
        let mut is_plain = true;
        each_file_name(path, url, |name| {
            is_plain &= source.add(&name.to_string_lossy(), path.join(&name), None).is_ok();
        })?;
        source.index();
        if is_plain && source.warnings.is_empty() && source.extras.is_empty() && !source.clashes() {
            return Ok(source);
        }
        // Then their order counts: golang-migrate reports the later name of two that clash.
        let names = file_names(path, url)?.into_iter();
        let files = names.map(|name| (name.to_string_lossy().into_owned(), path.join(&name), None));
        Source::of(files).map_err(failed)
    }

    /// Of files in their order.
    fn of(
        files: impl IntoIterator<Item = (String, PathBuf, Option<Cow<'static, str>>)>,
    ) -> Result<Source, String> {
        let (mut source, mut seen) = (Source::default(), BTreeSet::new());
        for (file_name, path, text) in files {
            let added = source.add(&file_name, path, text)?;
            if added.is_some_and(|half| !seen.insert(half)) {
                return Err(format!("duplicate migration file: {file_name}"));
            }
        }
        source.index();
        Ok(source)
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
        let file = |(name, text): (N, T)| {
            let name = name.as_ref();
            if parse_file_name(name) == FileName::Other && parse_extra(name).is_none() {
                return Err(failed(format!("{name} is not named NNN_name.up.sql or .down.sql")));
            }
            Ok((name.to_string(), PathBuf::from(name), Some(text.into())))
        };
        let files = files.into_iter().map(file).collect::<Result<Vec<_>, Error>>()?;
        Source::of(files).map_err(failed)
    }

    /// The up files of some versions, with other texts in the place of some: what a database was made
    /// by.
    pub(crate) fn ups(
        &self,
        versions: &[Version],
        texts: Vec<(Version, String, String)>,
    ) -> Source {
        let others: BTreeSet<Version> = texts.iter().map(|(version, ..)| *version).collect();
        let here = versions.iter().copied().filter(|version| !others.contains(version));
        let up =
            |version| Some((version, Direction::Up, self.entry(version, Direction::Up)?.clone()));
        let mut source = Source { entries: here.filter_map(up).collect(), ..Source::default() };
        for (version, name, text) in texts {
            let path = PathBuf::from(format!("{version}_{name}.up.sql"));
            source.entries.push((
                version,
                Direction::Up,
                Entry::new(path, name, Some(text.into())),
            ));
        }
        source.index();
        source
    }

    /// Adds a file; which half of which pair it is, if it is one.
    fn add(
        &mut self,
        file_name: &str,
        path: PathBuf,
        text: Option<Cow<'static, str>>,
    ) -> Result<Option<(Version, Direction)>, String> {
        match parse_file_name(file_name) {
            FileName::Migration { version, name, direction, extension } => {
                if is_backup(&extension) {
                    let file_name = printable(file_name);
                    self.warnings.push(format!("{file_name} is taken for a migration, and runs"));
                }
                self.entries.push((version, direction, Entry::new(path, name, text)));
                Ok(Some((version, direction)))
            }
            FileName::TooLarge => Err(format!(
                "the version of {file_name} is over {MAX_VERSION}, the largest that the version \
                 table can hold"
            )),
            FileName::Other => {
                if let Some((version, extra)) = parse_extra(file_name) {
                    let entry = Entry::new(path, file_name.to_string(), text);
                    self.extras.entry((version, extra)).or_default().push(entry);
                } else if is_near_miss(file_name) {
                    let file_name = printable(file_name);
                    self.warnings.push(format!(
                        "{file_name} is ignored: it is not named NNN_name.up.sql or .down.sql"
                    ));
                }
                Ok(None)
            }
        }
    }

    /// Puts what was added in order.
    fn index(&mut self) {
        self.entries.sort_by_key(|(version, direction, _)| (*version, *direction));
        self.entries.shrink_to_fit();
        self.versions = self.entries.iter().map(|(version, ..)| *version).collect();
        self.versions.dedup();
    }

    /// Whether two files are the same half of the same pair.
    fn clashes(&self) -> bool {
        self.entries.windows(2).any(|two| (two[0].0, two[0].1) == (two[1].0, two[1].1))
    }

    /// All versions, ascending; each once, however its number is padded.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// One file of a pair; `None` where the pair lacks it.
    pub fn entry(&self, version: Version, direction: Direction) -> Option<&Entry> {
        let half = (version, direction);
        let at = self.entries.binary_search_by_key(&half, |(v, d, _)| (*v, *d)).ok()?;
        self.entries.get(at).map(|(.., entry)| entry)
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

    /// A folder gives its names in any order.
    #[test]
    fn a_folder_is_as_its_names_in_order() {
        let ordered = |source: &Source| {
            let files =
                source.entries.iter().map(|(v, d, entry)| (*v, *d, entry.name().to_string()));
            (source.versions.clone(), files.collect::<Vec<_>>(), source.warnings.clone())
        };
        let plain: Vec<String> = (0..300)
            .flat_map(|v| [format!("{v:0w$}_a{v}.up.sql", w = v % 5), format!("{v}_b.down.sql")])
            .collect();
        for more in
            [&[][..], &["README.md"], &["7_x.seed.sql", "7_w.seed.sql"], &["y.up.sql", "V1__x.sql"]]
        {
            let folder = tempfile::tempdir().unwrap();
            let mut names: Vec<&str> =
                plain.iter().map(String::as_str).chain(more.iter().copied()).collect();
            names.iter().for_each(|name| std::fs::write(folder.path().join(name), "").unwrap());
            names.sort_unstable();
            let files = names.iter().map(|name| (name.to_string(), PathBuf::from(name), None));
            let expected = Source::of(files).unwrap();
            let source = Source::folder(folder.path()).unwrap();
            assert_eq!(ordered(&source), ordered(&expected));
            let seeds = |source: &Source| -> Vec<String> {
                source.extras(7, Extra::Seed).iter().map(|seed| seed.name().to_string()).collect()
            };
            assert_eq!(seeds(&source), seeds(&expected));
            std::fs::write(folder.path().join("00299_z.up.sql"), "").unwrap();
            let said = Source::folder(folder.path()).unwrap_err().to_string();
            assert!(said.ends_with("duplicate migration file: 0299_a299.up.sql"), "{said}");
        }
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
