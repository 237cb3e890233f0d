//! Files that have a number in front of their names.
//!
//! This is not the reader of migration folders: it looks at names only, and whoever asks says
//! which of them count.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use dbm::Version;

/// A name in a folder that begins with a number and `_`.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// The whole name, which need not be UTF-8.
    pub file_name: OsString,
    /// The number.
    pub number: Version,
    /// The number as it is written.
    pub digits: String,
    /// Whether it is a folder, which no run looks into.
    pub is_folder: bool,
}

impl Numbered {
    /// What `dir` holds of the names that `counts` lets pass, the highest number last.
    ///
    /// # Errors
    ///
    /// Where `dir` cannot be read.
    pub fn read(dir: &Path, counts: impl Fn(&str) -> bool) -> io::Result<Vec<Numbered>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let file_name = entry.file_name();
            if counts(&file_name.to_string_lossy()) {
                found.extend(Numbered::parse(file_name, entry.file_type()?.is_dir()));
            }
        }
        found.sort_by(|a, b| (a.number, &a.file_name).cmp(&(b.number, &b.file_name)));
        Ok(found)
    }

    /// `None` for a name without a number, or with one over 2^64, which is none to any run.
    fn parse(file_name: OsString, is_folder: bool) -> Option<Numbered> {
        let digits = file_name.to_string_lossy().split_once('_')?.0.to_owned();
        let number = digits.parse().ok().filter(|_| is_digits(&digits))?;
        Some(Numbered { file_name, number, digits, is_folder })
    }

    /// The name, as far as it is text.
    pub fn name(&self) -> Cow<'_, str> {
        self.file_name.to_string_lossy()
    }

    /// How many digits the number has without the zeros before it.
    pub fn length(&self) -> usize {
        self.number.to_string().len()
    }

    /// Whether zeros stand before the number.
    pub fn is_padded(&self) -> bool {
        self.length() < self.digits.len()
    }
}

/// Whether `text` is a number without a sign, which Rust would read as well.
pub fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
