//! Reads a folder's file names and a file's text.
//!
//! Which names are those of migrations is decided elsewhere.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::str::Utf8Error;

use crate::error::Error;
use crate::regular_file;
use crate::text::go_reason;

/// Why a file's text cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("{}", go_reason(.0))]
    Io(io::Error),
    #[error("is UTF-16: save it as UTF-8")]
    Utf16,
    /// From this byte and line on.
    #[error("is not UTF-8 text: byte {byte:#04x} in line {line}")]
    NotUtf8 { byte: u8, line: usize },
    #[error("a zero byte in line {line}: PostgreSQL takes none")]
    ZeroByte { line: usize },
}

impl Unreadable {
    /// The line, counted from 1, where there is one at fault.
    pub(crate) fn line(&self) -> Option<usize> {
        match self {
            Unreadable::NotUtf8 { line, .. } | Unreadable::ZeroByte { line } => Some(*line),
            Unreadable::Io(_) | Unreadable::Utf16 => None,
        }
    }
}

/// A file's bytes.
pub(super) fn read_bytes(path: &Path, bytes: &mut Vec<u8>) -> Result<(), Unreadable> {
    regular_file::read_into(path, bytes).map_err(Unreadable::Io)
}

/// Bytes as a text.
pub(super) fn valid(bytes: &[u8]) -> Result<&str, Unreadable> {
    std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error))
}

/// A file's text, without a byte-order mark.
pub(crate) fn read_text(path: &Path) -> Result<String, Unreadable> {
    let bytes = regular_file::read(path).map_err(Unreadable::Io)?;
    let mut text = String::from_utf8(bytes).map_err(|e| not_utf8(e.as_bytes(), e.utf8_error()))?;
    no_zero_byte(&text)?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// PostgreSQL accepts no text with one.
pub(super) fn no_zero_byte(text: &str) -> Result<(), Unreadable> {
    match text.find('\0') {
        Some(at) => Err(Unreadable::ZeroByte { line: text[..at].matches('\n').count() + 1 }),
        None => Ok(()),
    }
}

/// The names of a folder's files, sorted; folders within it are left out. `url` is what the error
/// names it by.
///
/// # Errors
///
/// [`Error::Source`] when the folder cannot be read.
pub(crate) fn file_names(path: &Path, url: &str) -> Result<Vec<OsString>, Error> {
    let mut names = Vec::new();
    each_file_name(path, url, |name| names.push(name))?;
    names.sort_unstable();
    Ok(names)
}

/// The same, one by one and in no order.
///
/// # Errors
///
/// As [`file_names`].
pub(super) fn each_file_name(
    path: &Path,
    url: &str,
    mut on_name: impl FnMut(OsString),
) -> Result<(), Error> {
    let unreadable = |e: io::Error| Error::Source {
        url: url.to_string(),
        reason: format!("open .: {}", go_reason(&e)),
    };
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // Links are taken for files, wherever they point: Kubernetes mounts a ConfigMap so.
        if !entry.file_type().map_err(unreadable)?.is_dir() {
            on_name(entry.file_name());
        }
    }
    Ok(())
}

/// Why bytes are no text.
pub(super) fn not_utf8(bytes: &[u8], error: Utf8Error) -> Unreadable {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Unreadable::Utf16;
    }
    let at = error.valid_up_to();
    let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
    Unreadable::NotUtf8 { byte: bytes.get(at).copied().unwrap_or(0), line }
}
