//! Gives files other names: all of them or none, and none that is taken.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use dbm::text::{go_reason, printable_path};

use crate::cli::numbered_file::NumberedFile;
use crate::render::error::Complaint;

/// The file's name with another number; the rest is kept byte for byte, be it text or not.
pub fn with_digits(file: &NumberedFile, digits: &str) -> OsString {
    let rest = file.file_name.as_bytes().iter().skip(file.digits.len());
    OsString::from_vec(digits.bytes().chain(rest.copied()).collect())
}

/// Moves each first path to its second by `rename`, or puts back what was moved.
pub fn rename_all(
    moves: &[(PathBuf, PathBuf)],
    rename: impl Fn(&Path, &Path) -> io::Result<()>,
) -> Result<(), Complaint> {
    for (done, (old, new)) in moves.iter().enumerate() {
        let Err(reason) = rename(old, new) else { continue };
        let [from, to] = [old, new].map(|path| printable_path(path));
        let refusal = Complaint::new(format!("rename {from} {to}: {}", go_reason(&reason)));
        let stuck = moves[..done].iter().filter(|(old, new)| rename(new, old).is_err());
        let stuck: Vec<String> = stuck
            .map(|(old, new)| format!("{} is now {}", printable_path(old), printable_path(new)))
            .collect();
        return Err(refusal.hint(match stuck.is_empty() {
            true => "no file has been renamed".to_owned(),
            false => format!("{}: rename it back by hand", stuck.join(", ")),
        }));
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
