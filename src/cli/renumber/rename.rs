//! Gives files other names: all of them or none, and none that is taken.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::cli::numbered_file::NumberedFile;
use crate::cli::renumber::error::RenumberError;

/// The file's name with another number; the rest is kept byte for byte, be it text or not.
pub fn with_digits(file: &NumberedFile, digits: &str) -> OsString {
    let rest = file.file_name.as_bytes().iter().skip(file.digits.len());
    OsString::from_vec(digits.bytes().chain(rest.copied()).collect())
}

/// Moves each first path to its second by `rename`, or puts back what was moved.
pub fn rename_all(
    moves: &[(PathBuf, PathBuf)],
    rename: impl Fn(&Path, &Path) -> io::Result<()>,
) -> Result<(), RenumberError> {
    for (done, (old, new)) in moves.iter().enumerate() {
        if let Err(reason) = rename(old, new) {
            let stuck =
                moves[..done].iter().filter(|(old, new)| rename(new, old).is_err()).cloned();
            return Err(RenumberError::Rename {
                old: old.clone(),
                new: new.clone(),
                reason,
                stuck: stuck.collect(),
            });
        }
    }
    Ok(())
}

/// Renames a file, unless the new name is taken. [`fs::rename`] alone would overwrite.
///
/// A second link is refused where the name is taken, without a moment between looking and doing.
/// Killed in the middle it leaves the file under both names, and never an empty one.
pub fn move_file(old: &Path, new: &Path) -> io::Result<()> {
    match fs::hard_link(old, new) {
        Ok(()) => fs::remove_file(old).inspect_err(|_| {
            // The error is why the old name could not go, even if the new one stays.
            let _ = fs::remove_file(new);
        }),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // Not every file system has links, nor may everybody link to the files of others.
        Err(_) if fs::symlink_metadata(new).is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(old, new),
    }
}
