//! A folder of migrations that the compiler has put into the program.

use std::borrow::Cow;
use std::path::PathBuf;

use include_dir::Dir;

use crate::error::Error;
use crate::migration::{FileName, parse_file_name};
use crate::source::Source;
use crate::source::file_system::not_utf8;

impl Source {
    /// The files of a folder that [`include_dir!`](include_dir::include_dir) has put into the program;
    /// folders within it are not looked into, and files that are no migrations are ignored, as
    /// [`Source::folder`] does it. With the feature `include_dir`.
    ///
    /// ```
    /// use dbm::Source;
    /// use dbm::include_dir::{self, Dir, include_dir};
    ///
    /// static MIGRATIONS: Dir = include_dir!("$CARGO_MANIFEST_DIR/migrations");
    ///
    /// let source = Source::embedded(&MIGRATIONS)?;
    /// assert_eq!(source.versions(), [1, 2, 3, 4]);
    /// # Ok::<(), dbm::Error>(())
    /// ```
    ///
    /// The macro writes `include_dir::` into your code, so that name must be known where it stands: by
    /// `use dbm::include_dir::{self, …}` as above, or by `include_dir = "0.7"` among your dependencies.
    ///
    /// Cargo does not notice by itself that a file was added to the folder. A `build.rs` beside your
    /// `Cargo.toml` sees to that, whose `main` does `println!("cargo::rerun-if-changed=migrations")`.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] when two files have the same version and direction, or when a version is over
    /// 2^63-1; [`Error::ReadFile`] when a migration is not UTF-8 text.
    pub fn embedded(folder: &Dir<'static>) -> Result<Source, Error> {
        let failed = |reason: String| Error::Source { url: "embedded://".to_string(), reason };
        let mut files: Vec<_> = folder.files().collect();
        // Of two that clash the later name is reported, whatever order the macro has found them in.
        files.sort_unstable_by_key(|file| file.path());
        let mut named = Vec::new();
        for file in files {
            let name = file.path().file_name().unwrap_or_default().to_string_lossy();
            let path = PathBuf::from(&*name);
            let text = match (parse_file_name(&name), std::str::from_utf8(file.contents())) {
                (FileName::Migration { .. }, Err(error)) => {
                    let reason = not_utf8(file.contents(), error).to_string();
                    return Err(Error::ReadFile { path, reason });
                }
                (_, text) => text.unwrap_or_default(),
            };
            named.push((name.into_owned(), path, Some(Cow::Borrowed(text))));
        }
        Source::of(named).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use include_dir::{DirEntry, File};

    use super::*;
    use crate::migration::Direction;

    const FILES: [DirEntry<'static>; 7] = [
        DirEntry::File(File::new("m/README.md", b"# Migrations")),
        DirEntry::File(File::new("m/2_b.up.sql", b"select 2")),
        DirEntry::File(File::new("m/1_a.up.sql", "\u{feff}select 1".as_bytes())),
        DirEntry::File(File::new("m/1_a.down.sql", b"select -1")),
        DirEntry::File(File::new("m/3_c.sql", b"select 3")),
        DirEntry::File(File::new("m/logo.png", b"\x89PNG")),
        DirEntry::Dir(Dir::new("m/old", &[DirEntry::File(File::new("m/old/9_z.up.sql", b"z"))])),
    ];

    #[test]
    fn migrations_are_found_among_other_files_and_folders() {
        let source = Source::embedded(&Dir::new("m", &FILES)).unwrap();
        assert_eq!(source.versions(), [1, 2]);
        let up = source.entry(1, Direction::Up).unwrap();
        assert_eq!((up.path(), up.name()), (Path::new("1_a.up.sql"), "a"));
        assert_eq!(up.read().unwrap(), "select 1");
        assert_eq!(source.entry(1, Direction::Down).unwrap().read().unwrap(), "select -1");
        assert_eq!(
            source.warnings(),
            ["3_c.sql is ignored: it is not named NNN_name.up.sql or .down.sql"]
        );
    }

    #[test]
    fn what_cannot_run_is_refused_with_its_name() {
        const TWICE: [DirEntry<'static>; 2] = [
            DirEntry::File(File::new("1_b.up.sql", b"")),
            DirEntry::File(File::new("01_a.up.sql", b"")),
        ];
        const LATIN_1: [DirEntry<'static>; 1] =
            [DirEntry::File(File::new("1_a.up.sql", b"select 1;\nselect '\xe9'"))];
        let said = |files| Source::embedded(&Dir::new("", files)).unwrap_err().to_string();
        assert_eq!(
            said(&TWICE),
            "failed to open source, \"embedded://\": duplicate migration file: 1_b.up.sql"
        );
        assert_eq!(said(&LATIN_1), "1_a.up.sql: is not UTF-8 text: byte 0xe9 in line 2");
    }
}
