//! One file of a pair: where it is, what it is called, and its text.
//!
//! A folder may have tens of thousands, and most commands look at few of them: an entry is kept small.

use std::borrow::Cow;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::checksum::Checksum;
use crate::error::Error;
use crate::source::file_system::{Unreadable, no_zero_byte, read_bytes, read_text, valid};

/// One file of a pair.
#[derive(Clone, Debug)]
pub struct Entry {
    path: Box<Path>,
    name: Name,
    /// Boxed, for few have one.
    text: Option<Box<Cow<'static, str>>>,
}

/// A migration's name.
#[derive(Clone, Debug)]
enum Name {
    /// These bytes of the path.
    InPath { start: u32, length: u32 },
    /// Of a file name that is not UTF-8, as far as it can be shown.
    Other(Box<str>),
}

impl Entry {
    pub(super) fn new(path: PathBuf, name: String, text: Option<Cow<'static, str>>) -> Entry {
        let bytes = path.as_os_str().as_bytes();
        let file = path.file_name().unwrap_or_default().as_bytes();
        // Behind the number, or the whole.
        let behind = file.iter().position(|byte| *byte == b'_').map(|at| at + 1);
        let at = [behind.unwrap_or_default(), 0]
            .into_iter()
            .find(|at| file.get(*at..at + name.len()) == Some(name.as_bytes()));
        let place = at.and_then(|at| {
            let start = u32::try_from(bytes.len() - file.len() + at).ok()?;
            Some((start, u32::try_from(name.len()).ok()?))
        });
        let name = match place {
            Some((start, length)) => Name::InPath { start, length },
            None => Name::Other(name.into()),
        };
        Entry { path: path.into(), name, text: text.map(Box::new) }
    }

    /// What stands between the number and the direction.
    pub fn name(&self) -> &str {
        match &self.name {
            Name::InPath { start, length } => {
                let (start, length) = (*start as usize, *length as usize);
                let bytes = self.path.as_os_str().as_bytes().get(start..start + length);
                bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
            }
            Name::Other(name) => name,
        }
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
        let unreadable = |e: Unreadable| Error::ReadFile {
            path: self.path.to_path_buf(),
            reason: e.to_string(),
        };
        match self.text.as_deref() {
            Some(text) => {
                no_zero_byte(text).map_err(unreadable)?;
                Ok(Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)))
            }
            None => read_text(&self.path).map(Cow::Owned).map_err(unreadable),
        }
    }

    /// The checksum of what [`Entry::read`] reads, by way of a buffer that is used again and again;
    /// `None` where it cannot be read.
    pub(crate) fn checksum(&self, buffer: &mut Vec<u8>) -> Option<Checksum> {
        let text = match self.text.as_deref() {
            Some(text) => text,
            None => {
                read_bytes(&self.path, buffer).ok()?;
                valid(buffer).ok()?
            }
        };
        no_zero_byte(text).ok()?;
        Some(Checksum::of(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::ffi::OsStr;

    #[test]
    fn the_name_is_found_in_the_path_or_kept_beside_it() {
        let latin_1 = Path::new(OsStr::from_bytes(b"1_caf\xe9.up.sql"));
        for (path, name) in [
            (Path::new("1_a.up.sql"), "a"),
            (Path::new("m/1_m/1_1.up.sql"), "1"),
            (Path::new("1_.up.sql"), ""),
            (Path::new("1_\u{e9} b.up.up.sql"), "\u{e9} b.up"),
            (Path::new("m/1_a.seed.sql"), "1_a.seed.sql"),
            (latin_1, "caf\u{fffd}"),
        ] {
            let entry = Entry::new(path.to_path_buf(), name.to_string(), None);
            assert_eq!((entry.name(), entry.path()), (name, path));
        }
    }

    #[test]
    fn the_checksum_is_that_of_the_text() {
        let folder = tempfile::tempdir().unwrap();
        let mut buffer = Vec::new();
        let long = "select 1;\r\n".repeat(10_000);
        for text in ["", "select 1;\r\n", long.as_str(), "\u{feff}select 1;\n", "a\0", "b"] {
            let path = folder.path().join("1_a.up.sql");
            std::fs::write(&path, text).unwrap();
            for entry in [
                Entry::new(path.clone(), "a".to_string(), None),
                Entry::new(path.clone(), "a".to_string(), Some(text.to_string().into())),
            ] {
                let read = entry.read().ok().map(|text| Checksum::of(&text));
                assert_eq!(entry.checksum(&mut buffer), read, "{text:?}");
            }
        }
        std::fs::write(folder.path().join("2_a.up.sql"), b"\xff").unwrap();
        for name in ["2_a.up.sql", "3_a.up.sql"] {
            let entry = Entry::new(folder.path().join(name), "a".to_string(), None);
            assert_eq!(entry.checksum(&mut buffer), None, "{name}");
        }
    }
}
